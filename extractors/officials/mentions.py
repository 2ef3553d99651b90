"""Who and what of the watchlist a text mentions, by name, role noun or phrase. Knows no language model."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from extractors.officials.names import NameIndex, TextWords, read_words
from extractors.officials.people import NamedOfficial, People, PeopleIndex, precedes_name
from extractors.officials.phrases import PhraseIndex
from extractors.officials.roles import FoundRole, RoleIndex
from extractors.officials.roster import Official, Organisation, Place
from extractors.officials.watchlist import Watchlist
from extractors.records import Mention, MentionKind, Span
from extractors.text.words import fold


class MentionFinder:
    """Finds the watchlist's officials, topics, organisations and places in text."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Index the watchlist."""
        self._watchlist = watchlist
        self._topics = PhraseIndex({topic.topic: topic.phrases for topic in watchlist.topics})
        self._topic_names = {topic.topic: topic.name for topic in watchlist.topics}
        self._people = PeopleIndex(watchlist)
        self._roles = RoleIndex(watchlist.roles, watchlist.countries)
        self._given_names = frozenset(fold(name) for name in watchlist.given_names)
        self._things: NameIndex[Organisation | Place] = NameIndex()
        for organisation in watchlist.organisations:
            for alias in organisation.aliases:
                self._things.add(alias, organisation)
        for place in watchlist.places:
            for alias in place.aliases:
                self._things.add(alias, place)

    def find(self, text: str, *, on: date | None = None, known: frozenset[str] = frozenset()) -> tuple[Mention, ...]:
        """Return the mentions by start; those of officials never overlap.

        `on` is the day whose office-holders role nouns mean; `known` are ids of officials already named elsewhere.
        """
        return self.find_in(read_words(text), on=on, known=known)

    def find_in(
        self, words: TextWords, *, on: date | None = None, known: frozenset[str] = frozenset()
    ) -> tuple[Mention, ...]:
        """Return the mentions of a text whose words are known."""
        people = self._people.find(words, known)
        taken = {at for each in people.named for at in range(each.first, each.last + 1)}
        mentions = [
            *(_official(words, each) for each in people.named),
            *(_official(words, each) for each in self._holders(words, people, taken, known, on)),
            *self._things_in(words, taken, people.decoys),
            *self._topics_in(words, people.decoys),
        ]
        return tuple(sorted(mentions, key=lambda each: (each.span.start, -each.span.end, each.kind, each.ref_id or "")))

    def _holders(
        self, words: TextWords, people: People, taken: set[int], known: frozenset[str], on: date | None
    ) -> Iterator[NamedOfficial]:
        """Yield whom role nouns mean, but for those that stand before a name: there the name is the mention."""
        ids = known | {each.official.official_id for each in people.named}
        met = [official for official in self._watchlist.officials if official.official_id in ids]
        for found in self._roles.find(words):
            is_title = precedes_name(words, found.last) or (found.last + 1 in taken and words.runs_on[found.last])
            if is_title or not taken.isdisjoint(range(found.first, found.last + 1)):
                continue
            if holder := self._holder(found, met, on):
                yield NamedOfficial(holder, found.first, found.last)

    def _holder(self, found: FoundRole, met: Sequence[Official], on: date | None) -> Official | None:
        """Return who holds the office on that day, or else the one person met who ever did."""
        for office in found.offices:
            if on and (holder := self._watchlist.holder(office.role, office.country, on)):
                return holder
        for office in found.offices:
            holders = [each for each in met if each.held(office.role, office.country)]
            if holders:
                return holders[0] if len(holders) == 1 else None
        return None

    def _things_in(self, words: TextWords, taken: set[int], decoys: frozenset[int]) -> Iterator[Mention]:
        """Yield organisations and places that are no part of a person's name; of decoys only places count."""
        for found in self._things.find(words):
            thing, own = found.targets[0], range(found.first, found.last + 1)
            is_place = isinstance(thing, Place)
            if not taken.isdisjoint(own) or not (is_place or decoys.isdisjoint(own)):
                continue
            if self._is_surname(words, found.first):
                continue
            kind = MentionKind.PLACE if is_place else MentionKind.ORGANISATION
            yield _mention(words.text, kind, thing.ref_id, thing.name, _with_dot(words, found.first, found.last))

    def _is_surname(self, words: TextWords, at: int) -> bool:
        """Tell whether a first name stands before: "Denzel Washington", "Michael Bloomberg"."""
        return at > 0 and words.runs_on[at - 1] and fold(words.words[at - 1].text) in self._given_names

    def _topics_in(self, words: TextWords, decoys: Iterable[int]) -> Iterator[Mention]:
        """Yield topics; a phrase inside a longer one of the same topic is not counted again, nor one in a decoy."""
        hidden = [words.words[at] for at in sorted(decoys)]
        starts = [word.start for word in hidden]
        reached: dict[str, int] = {}
        for hit in self._topics.find(words.text, words.words):
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
