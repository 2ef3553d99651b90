"""Offices found in text by what they are called: "Ukraine’s foreign minister", "Kyiv’s top diplomat". Names nobody."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from extractors.officials.phrases import NameIndex, TextWords, is_possessive
from extractors.officials.roster import Country, Role, Watchlist
from extractors.text.words import Trie, fold, remembered, tokens, without_possessive

# Two words of a form that no text holds: the country as an attribute, the country's name.
_LONGEST_TITLE = 4  # words of an office that several are called by at once
_ATTRIBUTE, _NAME = "*", "@"
_PASSED_OVER = {"new", "newly", "appointed", "current", "veteran", "longtime", "embattled", "hawkish"}
# What before a title makes it another office, another time's, or nobody in particular.
_UNSAYING = """
a an any another one each every no some senior first former ex then late deputy vice assistant under shadow onetime
erstwhile future incoming next pro anti non
as for be is was were been being elected become becomes became becoming appointed named nominated
"""
_UNSAYING_AFTER = """
elect designate emeritus nominee candidate hopeful for of
spokesman spokeswoman spokesperson adviser advisor aide office administration
"""
UNSAYS, _UNSAYS_AFTER = frozenset(_UNSAYING.split()), frozenset(_UNSAYING_AFTER.split())
# Countries whose president is no head of government: their leader is the prime minister.
_PREMIERS_OF = "AL AT BA BG CZ EE FI GR HR HU IE IL IN IQ IS IT LB LV ME MK MT PK PT RS SI SK"
_PREMIERS = frozenset(_PREMIERS_OF.split())
# Before several of a kind these make them anybody: "top leaders of Russia and Ukraine".
_ANYBODY = "top other key many several various political religious military world local party business opposition few"
_UNSAYS_SEVERAL = UNSAYS.union(_ANYBODY.split())
# Delegations to these are not to the talks.
_OTHER_BODIES = {"osce", "un", "pace", "nato", "iaea", "council", "parliamentary", "international", "european"}


@dataclass(frozen=True, slots=True)
class Office:
    """A role in a country."""

    role: str
    country: str


@dataclass(frozen=True, slots=True)
class FoundRole:
    """The words `first` to `last`, both included, call someone by one of `offices`, the likelier first."""

    offices: tuple[Office, ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _CountryWord:
    code: str
    is_name: bool
    needs_possessive: bool


# A role, and the country that its wording names, if it names one.
_Wordings = Trie[tuple[str, str | None]]


@dataclass(frozen=True, slots=True)
class _Reached:
    node: _Wordings
    at: int
    country: str | None
    is_past_country: bool = False


@lru_cache(maxsize=2)
def role_index_for(watchlist: Watchlist) -> RoleIndex:
    """Return what finds a watchlist's offices, indexed once a process: names and rules both look for them."""
    return RoleIndex(watchlist.roles, watchlist.countries)


class RoleIndex:
    """The wordings of all roles with all countries."""

    def __init__(self, roles: Iterable[Role], countries: Iterable[Country]) -> None:
        """Index what each role and country is called."""
        self._root: _Wordings = Trie()
        self._order: dict[str, int] = {}
        self._plurals: dict[str, set[str]] = {}
        self._countries: NameIndex[_CountryWord] = NameIndex()
        for country in countries:
            self._add_country(country)
        for role in roles:
            self._add_role(role)
        firsts = self._root.after.keys()
        self._begins = remembered(lambda word: not firsts.isdisjoint(_plain(word)))
        self._plural_firsts = frozenset(plural.partition(" ")[0] for plural in self._plurals)

    def _add_country(self, country: Country) -> None:
        for name in (country.name, *country.names):
            self._countries.add(name, _CountryWord(country.code, is_name=True, needs_possessive=False))
        for demonym in country.demonyms:
            self._countries.add(demonym, _CountryWord(country.code, is_name=False, needs_possessive=False))
        for metonym in country.metonyms:
            self._countries.add(metonym, _CountryWord(country.code, is_name=False, needs_possessive=True))

    def _add_role(self, role: Role) -> None:
        self._order[role.role] = len(self._order)
        for title in role.titles:
            self._plurals.setdefault(_plural(title), set()).add(role.role)
            self._root.at((_ATTRIBUTE, *_words(title))).ends.append((role.role, None))
            self._root.at((*_words(title), "of", _NAME)).ends.append((role.role, None))
        for form in role.forms:
            words = [part for piece in form.split() for part in ([piece] if piece == _ATTRIBUTE else _words(piece))]
            self._root.at(words).ends.append((role.role, None))
        for country, phrase in role.fixed:
            self._root.at(_words(phrase)).ends.append((role.role, country))

    def find(self, text: TextWords) -> Iterator[FoundRole]:
        """Yield the offices spoken of as someone's now, from left to right, none overlapping another."""
        reached = 0
        for at in self._beginnings(text):
            found = self._longest(text, at) if at >= reached else None
            if found and not (_is_unsaid(text, found) or self._is_elsewhere(text, found)):
                yield found
            reached = found.last + 1 if found else reached

    def find_groups(self, text: TextWords) -> Iterator[FoundRole]:
        """Yield, from left to right, each of those whom "the leaders of France and Germany" or "French and German
        leaders" call by one office; the words of each are those of his own country, of one also the office.
        """  # noqa: D205 - one sentence, too long for a line
        for at in (at for at, word in enumerate(text.words) if word.text.lower() in self._plural_firsts):
            for size in range(_LONGEST_TITLE, 0, -1):
                words = [word.text.lower() for word in text.words[at : at + size]]
                roles = self._plurals.get(" ".join(words), set()) if len(words) == size else set()
                group = (self._of_countries(text, at, at + size - 1) or self._by_people(text, at)) if roles else []
                if group and not _stands_behind(text, _UNSAYS_SEVERAL, group[0][1]):
                    order = sorted(roles, key=self._order.__getitem__)
                    for codes, first, last in group:
                        whole = last + size if last == at - 1 else last
                        offices = [Office(role, code) for role in order for code in codes]
                        yield FoundRole(_leading(offices, words[-1]), first, whole)
                    break

    def _of_countries(self, text: TextWords, first: int, last: int) -> list[tuple[list[str], int, int]]:
        """Return the countries after "leaders of", of which the first takes in these words."""
        if last + 2 >= len(text) or text.words[last + 1].text.lower() != "of":
            return []
        found, at, begins = [], last + 2, first
        while at < len(text):
            at += text.words[at].text.lower() == "the"
            country = self._countries.longest(text, at) if at < len(text) else None
            if country is None:
                break
            found.append(([each.code for each in country.targets], begins, country.last))
            at = begins = country.last + 1
            if at < len(text) and text.words[at].text.lower() == "and":
                at = begins = at + 1
            elif at >= len(text) or text.text[text.words[at - 1].end : text.words[at].start].strip() != ",":
                break
            begins = at + (text.words[at].text.lower() == "the") if at < len(text) else at
        return found if len(found) > 1 else []

    def _by_people(self, text: TextWords, at: int) -> list[tuple[list[str], int, int]]:
        """Return the countries before "leaders", by their adjectives."""
        found: list[tuple[list[str], int, int]] = []
        end = at - 1
        while end >= 0:
            country = self._countries.longest(text, end)
            if country is None or country.last != end:
                break
            found.insert(0, ([each.code for each in country.targets], end, end))
            before = end - 1
            if before >= 0 and text.words[before].text.lower() == "and":
                end = before - 1
            elif before >= 0 and text.text[text.words[before].end : text.words[end].start].strip() == ",":
                end = before
            else:
                break
        return found if len(found) > 1 else []

    def _beginnings(self, text: TextWords) -> list[int]:
        """Return the words that a wording may begin with, in order: its own first word, or a country's."""
        begins = self._begins
        own = [at for at, word in enumerate(text.words) if begins(word.text)]
        return sorted({*own, *self._countries.beginnings(text)})

    def _is_elsewhere(self, text: TextWords, found: FoundRole) -> bool:
        """Tell whether a name stands before a wording that names no country itself: "Kansas Secretary of State"."""
        before = found.first - 1
        if before < 0 or not text.runs_on[before] or self._countries.longest(text, found.first):
            return False
        if text.words[before].text.lower() in {"the", "this", "that"}:
            return False
        return text.reads_as_name(before)

    def _longest(self, text: TextWords, first: int) -> FoundRole | None:
        best: dict[int, set[Office]] = {}
        reached = [_Reached(self._root, first, None)]
        while reached:
            here = reached.pop()
            for role, country in here.node.ends:
                best.setdefault(here.at, set()).add(Office(role, country or here.country or ""))
            if here.at < len(text) and (here.at == first or text.runs_on[here.at - 1]):
                reached += self._steps(text, here)
        if not best:
            return None
        end = max(best)
        offices = sorted(best[end], key=lambda office: (self._order[office.role], office.country))
        return FoundRole(_leading(offices, text.words[end - 1].text), first, end - 1)

    def _steps(self, text: TextWords, here: _Reached) -> Iterator[_Reached]:
        word = fold(text.words[here.at].text).lower()
        if after := here.node.after.get(word):
            yield _Reached(after, here.at + 1, here.country)
        if is_possessive(word) and (after := here.node.after.get(without_possessive(word))) and after.ends:
            yield _Reached(Trie(ends=after.ends), here.at + 1, here.country)
        if here.is_past_country and word in _PASSED_OVER:
            yield _Reached(here.node, here.at + 1, here.country, is_past_country=True)
        for special in (_ATTRIBUTE, _NAME):
            if after := here.node.after.get(special):
                # A role noun does not begin with its article; one may stand inside: "head of the Russian delegation".
                is_inside = here.node is not self._root
                at = here.at + (is_inside and text.words[here.at].text == "the" and text.runs_on[here.at])
                yield from self._past_country(text, at, after, special)

    def _past_country(self, text: TextWords, at: int, after: _Wordings, special: str) -> Iterator[_Reached]:
        found = self._countries.longest(text, at)
        if not found:
            return
        possessive = _owns(text, found.last)
        for country in found.targets:
            if country.is_name if special == _NAME else possessive or not country.needs_possessive:
                yield _Reached(after, found.last + 1, country.code, is_past_country=True)


def _leading(offices: Sequence[Office], word: str) -> tuple[Office, ...]:
    """Return the offices, the likelier first: of a "leader" the premier’s where no president leads the government."""
    if without_possessive(fold(word).lower()) not in {"leader", "leaders"}:
        return tuple(offices)
    return tuple(sorted(offices, key=lambda office: office.role == "president" and office.country in _PREMIERS))


def _stands_behind(text: TextWords, words: Collection[str], first: int) -> bool:
    return first > 0 and text.runs_on[first - 1] and text.words[first - 1].text.lower() in words


def _plural(title: str) -> str:
    """Return what several of an office are called: "foreign ministers", "secretaries of state"."""
    words = title.lower().split()
    head = words.index("of") - 1 if "of" in words else len(words) - 1
    noun = words[head]
    words[head] = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return " ".join(words)


def _plain(word: str) -> tuple[str, str]:
    """Return a word of a text as wordings have it: in small letters, and without its possessive."""
    plain = fold(word).lower()
    return plain, without_possessive(plain)


def _owns(text: TextWords, at: int) -> bool:
    word = text.words[at]
    return is_possessive(word.text) or text.text[word.end : word.end + 1] in {"'", "’"}


def _is_unsaid(text: TextWords, found: FoundRole) -> bool:
    """Tell whether what stands around a title takes it from its holder: "former", "-elect", "a Kremlin spokesman"."""
    before = found.first - 1
    if _stands_behind(text, UNSAYS, found.first):
        return True
    if before >= 1 and text.runs_on[before] and text.runs_on[before - 1] and _is_article(text, before - 1):
        return text.words[before].text.islower()
    following = [fold(word.text).lower() for word in text.words[found.last + 1 : found.last + 4]]
    if not text.runs_on[found.last] or not following:
        return False
    is_elsewhere = following[0] in {"to", "at"} and not _OTHER_BODIES.isdisjoint(following[1:])
    return is_elsewhere or following[0] in _UNSAYS_AFTER


def _is_article(text: TextWords, at: int) -> bool:
    """Tell whether the word is an indefinite article: "a sitting American president" is anyone."""
    return text.words[at].text.lower() in {"a", "an"}


def _words(phrase: str) -> list[str]:
    return [fold(token.text).lower() for token in tokens(phrase)]
