"""Whom a text itself names with an office: "Secretary of State Antony Blinken", "Ivan Petrov, a foreign minister".

The person an article names with an office holds it there, whatever the roster says. Finds no names of the roster.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

from extractors.officials.phrases import TextWords, given_key, read_words
from extractors.officials.roles import UNSAYS, FoundRole, Office, RoleIndex, role_index_for
from extractors.officials.roster import Official, Watchlist
from extractors.records import Span
from extractors.text.words import fold

LONGEST_TITLE = 8  # words
_SHORTEST, _LONGEST = 2, 4  # words of the name of someone who is on no roster
_BETWEEN = re.compile(r",\s+(?:the\s+)?")
_ASIDE = re.compile(r",\s+(?!and\b)")
_HEADLINE = frozenset({"of", "on", "to", "in", "for", "with", "at", "over", "from", "as", "and"})
_CLOSED = re.compile(r"\s*(?:[.,;:)”\"]|$|[’']s\b|\s(?:said|says|told)\b)")


@dataclass(frozen=True, slots=True)
class NamedOfficial:
    """An official called by name in the words `first` to `last`, both included."""

    official: Official
    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Someone whom the text names with one of `offices` at the word `at`; `official` is None for who is on no roster.

    `is_whole` where the office is named with its country, or set in apposition: "President Obama" may be a courtesy.
    """

    name: str
    official: Official | None
    offices: frozenset[Office]
    at: int
    is_whole: bool = True


class Titles:
    """The words that stand before the name of each office's holder, with and without a country."""

    def __init__(self, words: Mapping[str, Collection[tuple[str, ...]]]) -> None:
        """Take the titles of each role, folded and in small letters."""
        self._words = words

    def end(self, before: Sequence[str], role: str) -> int:
        """Return how many words of a title of `role` the words `before` a name end in; 0 for none."""
        titles = self._words.get(role, ())
        return next((size for size in range(len(before), 0, -1) if tuple(before[-size:]) in titles), 0)


def find_holders(
    text: TextWords,
    named: Sequence[NamedOfficial],
    roles: Sequence[FoundRole],
    titles: Titles,
    given_names: Collection[str],
) -> tuple[Holder, ...]:
    """Return whom the text names with an office, in order; `roles` are the offices it speaks of."""
    called = {at: each for each in named for at in range(each.first, each.last + 1)}
    names = _names(text, given_names) if roles else _Names((), {})
    found = [holder for role in roles for holder in _beside(text, role, called, names)]
    found += [holder for each in named for holder in _titled(text, each, titles)]
    return tuple(sorted(found, key=lambda holder: holder.at))


class Holders:
    """Whom a text names with which office, in order; asked for one office, it does not go through all."""

    def __init__(self, found: Sequence[Holder]) -> None:
        """Take them in their order."""
        self._named: set[tuple[Office, Official | None]] = set()
        self._all: dict[Office, list[tuple[int, Holder]]] = {}
        self._whole: dict[Office, list[tuple[int, Holder]]] = {}
        for place, holder in enumerate(found):
            for office in holder.offices:
                self._named.add((office, holder.official))
                self._all.setdefault(office, []).append((place, holder))
                if holder.is_whole:
                    self._whole.setdefault(office, []).append((place, holder))

    def holder(self, role: FoundRole, usual: Official | None, met: Collection[Official]) -> Holder | None:
        """Return whom the text makes the holder of an office; None where it leaves that to the roster.

        `usual` is the roster's holder: named as such he stays it, and named at all he yields to no mere courtesy title.
        """
        if usual is not None and any((office, usual) in self._named for office in role.offices):
            return None
        known = self._whole if usual in met else self._all
        lines = [known[office] for office in role.offices if office in known]
        before = [bisect_left(line, role.first, key=lambda each: each[1].at) for line in lines]
        last = [line[count - 1] for line, count in zip(lines, before, strict=True) if count]
        if last:
            return max(last, key=itemgetter(0))[1]
        return min((line[0] for line in lines), key=itemgetter(0))[1] if lines else None


@dataclass(frozen=True, slots=True)
class _Names:
    """What first names there are, and before each word of a text which words stand."""

    given: Collection[str]
    before: Mapping[str, Collection[str]]


def _names(text: TextWords, given_names: Collection[str]) -> _Names:
    before: dict[str, set[str]] = {}
    for one, word in zip(("", *(each.text for each in text.words)), text.words, strict=False):
        before.setdefault(word.text, set()).add(one)
    return _Names(given_names, before)


def _beside(text: TextWords, role: FoundRole, called: Mapping[int, NamedOfficial], names: _Names) -> Iterator[Holder]:
    """Yield whom an office stands beside: straight before the name, or set in apposition on either side.

    It may be a part of the name: "Pope Leo XIV". `called` are the officials by each word of their names.
    """
    offices, following = frozenset(role.offices), role.last + 1
    if own := called.get(role.last):
        yield Holder(name=own.official.name, official=own.official, offices=offices, at=own.first)
        return
    near = called.get(following)
    if near is not None and (text.runs_on[role.last] or _is_set_apart(text, role.last, following)):
        yield Holder(name=near.official.name, official=near.official, offices=offices, at=near.first)
        return
    behind = called.get(_before(text, role.first))
    if behind is not None and _is_closed(text, role):
        yield Holder(name=behind.official.name, official=behind.official, offices=offices, at=behind.first)
        return
    stranger = _stranger(text, role, names)
    if stranger is not None and near is None:
        yield Holder(name=_words(text, *stranger), official=None, offices=offices, at=stranger[0])


def _before(text: TextWords, first: int) -> int:
    """Return the word that an apposition beginning at `first` is set beside: "Blinken, the US secretary"."""
    at = first - 1
    if at > 0 and text.words[at].text.lower() == "the":
        at -= 1
    return at if at >= 0 and _BETWEEN.fullmatch(text.text[text.words[at].end : text.words[first].start]) else -1


def _is_set_apart(text: TextWords, last: int, following: int) -> bool:
    """Tell "the secretary of state, Antony Blinken", but not a list."""
    return _BETWEEN.fullmatch(text.text[text.words[last].end : text.words[following].start]) is not None


def _is_closed(text: TextWords, role: FoundRole) -> bool:
    """Tell an apposition that ends with its office, so that no list goes on."""
    return _CLOSED.match(text.text, text.words[role.last].end) is not None


def _stranger(text: TextWords, role: FoundRole, names: _Names) -> tuple[int, int] | None:
    """Return the first and last word of a name that is on no roster and stands beside an office."""
    following = role.last + 1
    name = _name_from(text, following) if following < len(text) else None
    if name is not None and text.runs_on[role.last]:
        return name if _goes_on(text, name[1]) or _is_person(text, *name, names) else None
    if name is not None and _is_set_apart(text, role.last, following):
        return name if _is_aside(text, name[1]) or _is_person(text, *name, names) else None
    name = _name_to(text, _before(text, role.first))
    return name if name and _is_closed(text, role) and _is_person(text, *name, names) else None


def _name_to(text: TextWords, last: int) -> tuple[int, int] | None:
    """Return the first and last of the words that end at `last`, where they read as a name."""
    first = last
    while first > max(0, last - _LONGEST) and text.runs_on[first - 1] and text.reads_as_name(first - 1):
        first -= 1
    return (first, last) if _SHORTEST <= last - first + 1 <= _LONGEST else None


def _name_from(text: TextWords, first: int) -> tuple[int, int] | None:
    """Return the first and last of the words that begin at `first`, where they read as a name."""
    if not text.reads_as_name(first):
        return None
    last, end = first, min(len(text) - 1, first + _LONGEST)
    while last < end and text.runs_on[last] and text.reads_as_name(last + 1):
        last += 1
    return (first, last) if _SHORTEST <= last - first + 1 <= _LONGEST else None


def _goes_on(text: TextWords, last: int) -> bool:
    """Tell whether a sentence goes on after a name as no headline does: "Foreign Minister Ann Low met"."""
    following = text.words[last + 1].text if last + 1 < len(text) and text.runs_on[last] else ""
    return following.islower() and following not in _HEADLINE


def _is_aside(text: TextWords, last: int) -> bool:
    """Tell a name that a comma closes, so that no list goes on."""
    return _ASIDE.match(text.text, text.words[last].end) is not None


def _is_person(text: TextWords, first: int, last: int, names: _Names) -> bool:
    """Tell a name by its first name, or its surname, which comes again alone."""
    if given_key(text.words[first].text) in names.given:
        return True
    return len(names.before[text.words[last].text]) > 1


def _words(text: TextWords, first: int, last: int) -> str:
    return " ".join(text.span(first, last).slice(text.text).split())


def _titled(text: TextWords, named: NamedOfficial, titles: Titles) -> Iterator[Holder]:
    """Yield an official before whose name the title of an office of his stands: "President Joe Biden"."""
    start = named.first
    while start > 0 and named.first - start < LONGEST_TITLE and text.runs_on[start - 1]:
        start -= 1
    before = [fold(word.text).lower() for word in text.words[start : named.first]]
    for term in named.official.terms:
        size = titles.end(before, term.role)
        if size and UNSAYS.isdisjoint(before[-size - 2 : -size]):
            office = Office(term.role, term.country)
            name = named.official.name
            yield Holder(
                name=name, official=named.official, offices=frozenset({office}), at=named.first, is_whole=False
            )


class Offices:
    """Finds the offices in a text's own words. Indexed when first asked."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Take the watchlist whose offices are looked for."""
        self._watchlist = watchlist

    @cached_property
    def _roles(self) -> RoleIndex:
        return role_index_for(self._watchlist)

    def find(self, line: str) -> tuple[Span, ...]:
        """Return where a line of a text speaks of an office, in order, none overlapping another."""
        words = read_words(line)
        return tuple(words.span(role.first, role.last) for role in self._roles.find(words))


class PrintedOffices:
    """Where a text speaks of an office beside a name, each of its lines looked through once."""

    def __init__(self, text: str) -> None:
        """Take the text."""
        self._text = text
        self._lines: dict[int, tuple[str, tuple[Span, ...]]] = {}

    def beside(self, offices: Offices, name: Span) -> Span | None:
        """Return the words of the office beside the name at `name`, or in its place where they call him by it."""
        start = self._text.rfind("\n", 0, name.start) + 1
        line, found = self._line(offices, start)
        own = name.moved(-start)
        first, end = bisect_left(found, own), bisect_left(found, Span(own.end, own.end))
        near = found[max(0, first - 1) : end + 1]
        office = next((each for each in near if each.meets(own) or _is_beside(line, each, own)), None)
        return office and office.moved(start)

    def _line(self, offices: Offices, start: int) -> tuple[str, tuple[Span, ...]]:
        if start not in self._lines:
            end = self._text.find("\n", start)
            line = self._text[start : len(self._text) if end < 0 else end]
            self._lines[start] = (line, offices.find(line))
        return self._lines[start]


def _is_beside(text: str, office: Span, name: Span) -> bool:
    if office.end <= name.start:
        return not text[office.end : name.start].strip() or bool(_BETWEEN.fullmatch(text, office.end, name.start))
    is_closed = _CLOSED.match(text, office.end) is not None
    return is_closed and _BETWEEN.fullmatch(text, name.end, office.start) is not None
