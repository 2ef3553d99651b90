"""Who and what of the watchlist a text mentions, by name, role noun or phrase. Knows no language model."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache

from extractors.officials.offices import LONGEST_TITLE, Holder, Holders, NamedOfficial, Titles, find_holders
from extractors.officials.phrases import (
    FoundName,
    NameIndex,
    PhraseIndex,
    TextWords,
    given_key,
    is_possessive,
    read_words,
)
from extractors.officials.roles import FoundRole, role_index_for
from extractors.officials.roster import NamedPlace, Official, Organisation
from extractors.officials.watchlist import Watchlist
from extractors.records import Mention, MentionKind, Span
from extractors.text.words import fold, is_cyrillic, tokens

_PATRONYMICS = ("vich", "vych", "ovna", "evna", "ivna", "вич", "вна")
# Tells whom words call: "Iran’s foreign minister"; None for nobody on the watchlist.
Asked = Callable[[str], "Mention | None"]
# What may stand before a surname alone: at the head of a sentence, and what anybody may be called.
_OPENING = """
also although as because both earlier even if instead later like meanwhile now once one only since so still then though
today tomorrow tonight what when where whether while why yesterday chairman comrade dictator doctor dr general leader
marshal premier professor strongman mister господин пан товарищ
"""
_OPENERS = frozenset(_OPENING.split())
_HONORIFICS = {"Mr": "m", "Sir": "m", "Lord": "m", "Mrs": "f", "Ms": "f", "Miss": "f", "Lady": "f", "Madame": "f"}


@dataclass(frozen=True, slots=True)
class People:
    """The officials a text names, from left to right, and the words that are of a decoy's name."""

    named: tuple[NamedOfficial, ...]
    decoys: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Person:
    """What a name calls: an official, or nobody watched; `alone` is a surname without a first name."""

    official: Official | None
    alone: bool = False


@dataclass(frozen=True, slots=True)
class _Surname:
    """A surname by itself and whose it may be."""

    officials: tuple[Official, ...]
    first: int
    last: int


class PeopleIndex:
    """The names of all officials and decoys."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Index the watchlist's people."""
        self._names: NameIndex[_Person] = NameIndex()
        for official in watchlist.officials:
            for alias in {official.name, *official.aliases} - set(official.surnames):
                self._names.add(alias, _Person(official))
            for surname in official.surnames:
                self._names.add(surname, _Person(official, alone=True))
        for decoy in watchlist.decoys:
            self._names.add(decoy, _Person(None))
        self.given_names = frozenset(map(given_key, watchlist.given_names))
        titles = _titles(watchlist)
        self.titles = Titles(titles)
        self._called = {title[-1] for each in titles.values() for title in each if title}

    def find(self, text: TextWords, known: frozenset[str]) -> People:
        """Return who is named; a surname that could be another's counts once `known` or the text says whose it is."""
        sure, surnames, decoys = self._sorted(text)
        namesakes = {each.last for each in surnames if self._is_namesake(text, each)}
        shared = {text.keys[last] for last in namesakes}
        surnames = [each for each in surnames if each.last not in namesakes]
        sure += [named for each in surnames for named in self._by_title(text, each)]
        settled = {named.last for named in sure}
        met = known | {named.official.official_id for named in sure}
        for each in surnames:
            if each.last not in settled:
                sure += _by_surname(text, each, met, is_shared=text.keys[each.last] in shared)
        return People(tuple(sorted(sure, key=lambda named: named.first)), frozenset(decoys))

    def is_first_name(self, text: TextWords, at: int) -> bool:
        """Tell whether a word is a first name."""
        return given_key(text.words[at].text) in self.given_names

    def _sorted(self, text: TextWords) -> tuple[list[NamedOfficial], list[_Surname], set[int]]:
        """Return names in full, surnames alone, and the words of decoys."""
        full: list[NamedOfficial] = []
        surnames: list[_Surname] = []
        decoys: set[int] = set()
        for found in self._names.find(text):
            if any(person.official is None for person in found.targets):
                decoys.update(range(found.first, found.last + 1))
                continue
            named = next(_in_full(text, found), None)
            if named:
                full.append(named)
            elif officials := _possible(text, found):
                surnames.append(_Surname(officials, found.first, found.last))
        return full, surnames, decoys

    def _is_namesake(self, text: TextWords, surname: _Surname) -> bool:
        """Tell whether a first name or honorific that is none of theirs stands before the surname."""
        before = _before(text, surname.first)
        if len(before) > 1 and len(before[-1]) == 1:
            before = before[:-1]
        if not before:
            return False
        if gender := _HONORIFICS.get(before[-1]):
            return all(official.gender != gender for official in surname.officials)
        own = {given_key(given) for official in surname.officials for given in official.given}
        given = given_key(before[-1])
        return given not in own and (given in self.given_names or self._is_anybody(text, surname))

    def _is_anybody(self, text: TextWords, surname: _Surname) -> bool:
        """Tell the "Eunju" of "Eunju Kim", a surname that many have: a capital, and no title, opening or owner."""
        at = surname.first - 1
        while at and text.text[text.words[at].start - 1] in "-‐":
            at -= 1
        word = fold(text.words[at].text).lower()
        begins = is_cyrillic(word) and (at == 0 or not text.runs_on[at - 1])  # what opens a sentence is no name there
        is_common = not begins and not any(official.bare for official in surname.officials)
        is_other = word in self._called or word in _OPENERS or word.endswith("ly") or is_possessive(text.words[at].text)
        return is_common and text.reads_as_name(at) and not is_other

    def _by_title(self, text: TextWords, surname: _Surname) -> Iterator[NamedOfficial]:
        """Yield the one of those with this surname who held the office named just before it."""
        before = tuple(word.lower() for word in _before(text, surname.first, LONGEST_TITLE))
        titled = [each for each in surname.officials if any(self.titles.end(before, term.role) for term in each.terms)]
        if len(titled) == 1:
            yield NamedOfficial(titled[0], surname.first, surname.last)


def precedes_name(text: TextWords, at: int) -> bool:
    """Tell whether the next word, straight after this one, reads as a name."""
    return text.runs_on[at] and text.reads_as_name(at + 1)


def _in_full(text: TextWords, found: FoundName[_Person]) -> Iterator[NamedOfficial]:
    """Yield whom a whole name calls; before a surname a first name and an initial or patronymic make it whole."""
    before = _before(text, found.first)
    for person in found.targets:
        if not person.official or not _fits_gender(text, found, person.official):
            continue
        if not person.alone:
            yield NamedOfficial(person.official, found.first, found.last)
        elif _is_first_and_middle(before, person.official):
            yield NamedOfficial(person.official, found.first - 2, found.last)


def _is_first_and_middle(before: Sequence[str], official: Official) -> bool:
    """Tell whether two words are this person's first name and an initial or patronymic."""
    if len(before) != 2 or before[0] not in {fold(each) for each in official.given}:  # noqa: PLR2004 - the two words
        return False
    return len(before[1]) == 1 or before[1].endswith(_PATRONYMICS)


def _possible(text: TextWords, found: FoundName[_Person]) -> tuple[Official, ...]:
    return tuple(
        person.official
        for person in found.targets
        if person.official and person.alone and _fits_gender(text, found, person.official)
    )


def _fits_gender(text: TextWords, found: FoundName[_Person], official: Official) -> bool:
    """Tell a Cyrillic surname's cases from those of a wife's or husband's: Захаров is not Захарова in another case."""
    word = text.words[found.last].text.lower()
    if not is_cyrillic(word):
        return True
    in_a = any(surname.endswith(("а", "я")) for surname in official.surnames if is_cyrillic(surname))
    if official.gender == "f":
        return not in_a or word[-1] in "аяуюыиіеєйї"
    return in_a or not word.endswith(("ой", "ою", "ої"))


def _by_surname(text: TextWords, surname: _Surname, met: frozenset[str], *, is_shared: bool) -> Iterator[NamedOfficial]:
    """Yield whom a surname alone means: one already met, or the only one who needs no first name."""
    likely = [each for each in surname.officials if each.official_id in met]
    if len(likely) != 1:
        likely = [each for each in surname.officials if each.bare and not is_shared]
    if len(likely) == 1 and (likely[0].bare or not precedes_name(text, surname.last)):
        yield NamedOfficial(likely[0], surname.first, surname.last)


def _before(text: TextWords, first: int, words: int = 2) -> Sequence[str]:
    """Return up to that many words that run on to the word `first`, folded."""
    start = first
    while start > 0 and first - start < words and text.runs_on[start - 1]:
        start -= 1
    return [fold(word.text) for word in text.words[start:first]]


def _titles(watchlist: Watchlist) -> dict[str, set[tuple[str, ...]]]:
    """Return for each role the words that stand before its holder's name."""
    return {
        role.role: set(_title_words((*role.titles, *role.forms, *(phrase for _, phrase in role.fixed))))
        for role in watchlist.roles
    }


def _title_words(wordings: Iterable[str]) -> Iterator[tuple[str, ...]]:
    for wording in wordings:
        yield tuple(fold(token.text).lower() for token in tokens(wording.rpartition("*")[2]))


@dataclass(frozen=True, slots=True)
class _Company:
    """Whom a text names: the words of names, officials, and who holds which office in it and on its day."""

    taken: set[int]
    met: Sequence[Official]
    holders: Holders
    on: date | None


@lru_cache(maxsize=2)
def finder_for(watchlist: Watchlist) -> MentionFinder:
    """Return what finds a watchlist's names: to index them takes half a second, and each pass would do it again."""
    return MentionFinder(watchlist)


class MentionFinder:
    """Finds the watchlist's officials, topics, organisations and places in text."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Index the watchlist."""
        self._watchlist = watchlist
        self._topics = PhraseIndex({topic.topic: topic.phrases for topic in watchlist.topics})
        self._topic_names = {topic.topic: topic.name for topic in watchlist.topics}
        self._people = PeopleIndex(watchlist)
        self._roles = role_index_for(watchlist)
        self._things: NameIndex[Organisation | NamedPlace] = NameIndex()
        for organisation in watchlist.organisations:
            for alias in organisation.aliases:
                self._things.add(alias, organisation)
        for place in watchlist.places:
            for alias in place.aliases:
                self._things.add(alias, place)

    def find(self, text: str, *, on: date | None = None, known: frozenset[str] = frozenset()) -> tuple[Mention, ...]:
        """Return the mentions by start; those of officials never overlap.

        `on` is the day whose office-holders role nouns mean where the text names nobody with the office; `known` are
        ids of officials already named elsewhere.
        """
        return self._named_in(read_words(text), on, known, ())[0]

    def find_in(
        self, text: TextWords, title: TextWords, *, on: date | None = None
    ) -> tuple[tuple[Mention, ...], tuple[Mention, ...]]:
        """Return the mentions of an article's text and of its title, which is read by what the text has named."""
        mentions, holders = self._named_in(text, on, frozenset(), ())
        known = frozenset(each.ref_id for each in mentions if each.kind is MentionKind.OFFICIAL and each.ref_id)
        told = tuple(replace(each, at=-1) for each in reversed(holders))
        return mentions, self._named_in(title, on, known, told)[0]

    def asked(self, text: Callable[[], TextWords], on: date | None) -> Asked:
        """Return what tells whom words call that a text has not side by side; `text` is called when first asked."""

        @cache
        def asked(words: str) -> Mention | None:
            found = self.find_in(text(), read_words(words, "en"), on=on)[1]
            return next((each for each in found if each.span == Span(0, len(words))), None)

        return asked

    def _named_in(
        self, words: TextWords, on: date | None, known: frozenset[str], told: Sequence[Holder]
    ) -> tuple[tuple[Mention, ...], tuple[Holder, ...]]:
        """Return the mentions, and whom the text names with an office; `told` are those another text of it named."""
        people = self._people.find(words, known)
        roles = tuple(self._roles.find(words))
        holders = find_holders(words, people.named, roles, self._people.titles, self._people.given_names)
        taken = {at for each in people.named for at in range(each.first, each.last + 1)}
        mentions = [
            *(_official(words, each) for each in people.named),
            *self._holders(
                words,
                (*roles, *self._roles.find_groups(words)),
                _Company(taken, self._met(people, known), Holders((*told, *holders)), on),
            ),
            *self._things_in(words, taken, people.decoys),
            *self._topics_in(words, people.decoys),
        ]
        order = sorted(mentions, key=lambda each: (each.span.start, -each.span.end, each.kind, each.ref_id or ""))
        return tuple(order), holders

    def _met(self, people: People, known: frozenset[str]) -> list[Official]:
        ids = known | {each.official.official_id for each in people.named}
        return [official for official in self._watchlist.officials if official.official_id in ids]

    def _holders(self, words: TextWords, roles: Iterable[FoundRole], company: _Company) -> Iterator[Mention]:
        """Yield whom role nouns mean, but for those that stand before a name: there the name is the mention."""
        for found in roles:
            following = found.last + 1
            is_title = precedes_name(words, found.last) or (following in company.taken and words.runs_on[found.last])
            if is_title or not company.taken.isdisjoint(range(found.first, following)):
                continue
            usual = self._usual(found, company.on)
            named = company.holders.holder(found, usual, company.met)
            span = words.span(found.first, found.last)
            if named is not None and named.official is None:
                yield Mention(
                    kind=MentionKind.PERSON, ref_id=None, name=named.name, surface=span.slice(words.text), span=span
                )
            elif holder := named.official if named else usual or self._once(found, company.met):
                yield _official(words, NamedOfficial(holder, found.first, found.last))

    def _usual(self, found: FoundRole, on: date | None) -> Official | None:
        """Return who holds the office on that day by the roster."""
        holders = (self._watchlist.holder(office.role, office.country, on) for office in found.offices if on)
        return next(filter(None, holders), None)

    @staticmethod
    def _once(found: FoundRole, met: Collection[Official]) -> Official | None:
        """Return the one person met who ever held the office."""
        for office in found.offices:
            holders = [each for each in met if each.held(office.role, office.country)]
            if holders:
                return holders[0] if len(holders) == 1 else None
        return None

    def _things_in(self, words: TextWords, taken: set[int], decoys: frozenset[int]) -> Iterator[Mention]:
        """Yield organisations and places that are no part of a person's name; of decoys only places count."""
        for found in self._things.find(words):
            thing, own = found.targets[0], range(found.first, found.last + 1)
            is_place = isinstance(thing, NamedPlace)
            if not taken.isdisjoint(own) or not (is_place or decoys.isdisjoint(own)):
                continue
            if self._is_surname(words, found.first):
                continue
            kind = MentionKind.PLACE if is_place else MentionKind.ORGANISATION
            yield _mention(words.text, kind, thing.ref_id, thing.name, _with_dot(words, found.first, found.last))

    def _is_surname(self, words: TextWords, at: int) -> bool:
        """Tell whether a first name stands before: "Denzel Washington", "Michael Bloomberg"."""
        return at > 0 and words.runs_on[at - 1] and self._people.is_first_name(words, at - 1)

    def _topics_in(self, words: TextWords, decoys: Iterable[int]) -> Iterator[Mention]:
        """Yield topics; a phrase inside a longer one of the same topic is not counted again, nor one in a decoy."""
        hidden = [words.words[at] for at in sorted(decoys)]
        starts = [word.start for word in hidden]
        reached: dict[str, int] = {}
        for hit in self._topics.find(words.text, words.words, language=words.language):
            before = bisect_right(starts, hit.span.end - 1) - 1
            if hit.span.end <= reached.get(hit.key, 0) or (before >= 0 and hidden[before].end > hit.span.start):
                continue
            reached[hit.key] = hit.span.end
            yield _mention(words.text, MentionKind.TOPIC, hit.key, self._topic_names[hit.key], hit.span)


def _official(words: TextWords, named: NamedOfficial) -> Mention:
    official, span = named.official, words.span(named.first, named.last)
    return _mention(words.text, MentionKind.OFFICIAL, official.official_id, official.name, span)


def _mention(text: str, kind: MentionKind, ref_id: str, name: str, span: Span) -> Mention:
    return Mention(kind=kind, ref_id=ref_id, name=name, surface=span.slice(text), span=span)


def _with_dot(words: TextWords, first: int, last: int) -> Span:
    """Return the words' characters, with the dot that ends an abbreviation: "U.S."."""
    span = words.span(first, last)
    is_abbreviation = last > first and all(len(word.text) == 1 for word in words.words[first : last + 1])
    return Span(span.start, span.end + 1) if is_abbreviation and words.text[span.end : span.end + 1] == "." else span
