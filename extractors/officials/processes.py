"""Which negotiation words are about: by what names it, by its parties, its places, its envoys. Pure; knows no speech.

A stretch of text tells by its signs; of several negotiations that it may be about, the wider text decides.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from operator import attrgetter

from extractors.officials.phrases import PhraseIndex, TextWords
from extractors.officials.roster import NamedPlace, Organisation, Process, name_key
from extractors.officials.watchlist import Watchlist, slug
from extractors.records import Mention, MentionKind, Span
from extractors.text.spans import starting_in


class SignKind(StrEnum):
    """How a sign tells a negotiation: its words, its places, a party whose name tells it, another, one of many's.

    A hint tells beside a party, but not beside one that negotiates everywhere.
    """

    WORD = "word"
    PLACE = "place"
    HOME = "home"
    PARTY = "party"
    COMMON = "common"
    HINT = "hint"


# A stretch is about a negotiation from LEAST on: a word of its own, a party whose name tells it, two parties, or one
# with a hint.
LEAST = 2
_MOST_WORDS = 3
_COMMON = 3  # a party of more negotiations than these tells none by its name
_TITLE, _OPENING = 4, 2  # how much more title and opening count in an article
_OPENING_SENTENCES = 3
# The share of an article's sentences that tell what it is about: more do, unless its title tells it.
_SHARE, _TITLED_SHARE = 0.12, 0.05
_INHERITED = 0.2  # from which share on what says nothing itself is about what the article is about
# A long text that hardly has a topic or word of negotiations is about something else, whichever countries it names.
_LONG, _TALK = 12, 0.07
_WHERE = frozenset({SignKind.PLACE, SignKind.HOME})
# These sides of the roster gather countries that speak of negotiations of others.
_GATHERED = frozenset({"mediator", "europe", "other"})
_BEFORE = 3  # sentences of its paragraph before a statement's own


@dataclass(frozen=True, slots=True)
class ProcessSign:
    """What stands at `start` and tells a negotiation; of one `key` a stretch has one sign."""

    start: int
    process_id: str
    kind: SignKind
    key: str
    pair: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearings:
    """What tells an article's negotiations: the signs of its text in order, and how much it is about each.

    `process_id` is the one it is about, and also what its statements are about that say nothing themselves where it
    `is_plain`; `in_title` are those that its title names most.
    """

    signs: tuple[ProcessSign, ...] = ()
    weights: tuple[tuple[str, int], ...] = ()
    in_title: tuple[str, ...] = ()
    process_id: str | None = None
    is_plain: bool = False

    def of(self, said: Sequence[Span], sentences: Sequence[Span], paragraphs: Sequence[Span]) -> str | None:
        """Return what a statement is about: by its own words, its sentences, its paragraph, the title, the article.

        `sentences` and `paragraphs` are the article's, in order. Where several are named alike, the wider text decides.
        """
        rivals: Collection[str] | None = None
        for stretch in _widening(said, sentences, paragraphs):
            found = leaders(_among(weighed(self._within(stretch)), rivals), LEAST)
            if len(found) == 1:
                return found[0]
            rivals = found or rivals
        if rivals is None:
            return self.process_id if self.is_plain else None
        told = tuple(each for each in self.in_title if each in rivals)
        most = told if len(told) == 1 else leaders(_among(dict(self.weights), rivals), LEAST)
        return most[0] if len(most) == 1 else None

    def _within(self, spans: Iterable[Span]) -> Iterator[ProcessSign]:
        for span in spans:
            yield from starting_in(self.signs, span, attrgetter("start"))


@lru_cache(maxsize=2)
def process_finder_for(watchlist: Watchlist) -> ProcessFinder:
    """Return what finds a watchlist's negotiations, indexed once a process."""
    return ProcessFinder(watchlist)


class ProcessFinder:
    """Finds what tells the negotiations of one watchlist in texts."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Index the words, places and parties of the negotiations."""
        self._processes = {each.process_id: each for each in watchlist.processes}
        self._signs: defaultdict[str, list[tuple[str, SignKind, str]]] = defaultdict(list)
        self._refs: defaultdict[str, list[tuple[str, SignKind, str]]] = defaultdict(list)
        phrases: defaultdict[str, list[str]] = defaultdict(list)
        named = _Named(watchlist)
        parties = Counter(named.code(party) for process in watchlist.processes for party in process.parties)
        for process in watchlist.processes:
            own = tuple(each for each in process.places if each not in process.parties)
            hints = (*process.venues, *process.hints)
            told = {SignKind.WORD: process.words, SignKind.PLACE: own, SignKind.HINT: hints}
            for kind, wordings in told.items():
                key = f"{kind}:{process.process_id}"
                phrases[key] += wordings
                self._signs[key].append((process.process_id, kind, ""))
            for party in process.parties:
                code = named.code(party)
                kind = SignKind.COMMON if parties[code] > _COMMON else SignKind.PARTY
                kind = SignKind.HOME if party in process.places else kind
                phrases[f"party:{code}"] = list(named.phrases(party))
                self._signs[f"party:{code}"].append((process.process_id, kind, code))
                for ref_id in named.refs(party):
                    self._refs[ref_id].append((process.process_id, kind, code))
            for ref_id in process.officials:
                self._refs[ref_id].append((process.process_id, SignKind.HINT, ref_id))
        self._index = PhraseIndex(phrases)

    def bearings(
        self,
        text: tuple[TextWords, Sequence[Mention], Sequence[Span]],
        title: tuple[TextWords, Sequence[Mention], Sequence[Span]],
        on: date | None,
    ) -> Bearings:
        """Return what tells the negotiations of an article: words, mentions and sentences of its text and title."""
        open_then = {each.process_id for each in self._processes.values() if on is None or each.covers(on)}
        found = [each for each in self._found(*text) if each.process_id in open_then]
        headline = [each for each in self._found(*title) if each.process_id in open_then]
        mute = _speaks_of_else(text, found)
        signs = tuple(each for each in found if not (mute and each.kind in _WHERE))
        by_title = weighed(each for each in headline if not (mute and each.kind in _WHERE))
        in_title = leaders(by_title, LEAST)
        weights, telling = _weights(signs, text[2], by_title)
        most = leaders(weights, LEAST)
        share = telling[most[0]] / max(len(text[2]), 1) if len(most) == 1 else 0
        is_titled = most == in_title
        is_told = share >= (_TITLED_SHARE if is_titled else _SHARE)
        return Bearings(
            signs=signs,
            weights=tuple(sorted(weights.items())),
            in_title=in_title,
            process_id=most[0] if is_told else None,
            is_plain=is_told and (is_titled or share >= _INHERITED),
        )

    def _found(self, words: TextWords, mentions: Sequence[Mention], sentences: Sequence[Span]) -> list[ProcessSign]:
        """Return the signs that stand in sentences, in order."""
        hits = self._index.find(words.text, words.words, language=words.language)
        by_words = (
            self._sign(hit.span.start, each, hit.span.slice(words.text))
            for hit in hits
            for each in self._signs[hit.key]
        )
        by_names = (
            self._sign(mention.span.start, each, mention.ref_id or "")
            for mention in mentions
            if mention.kind is not MentionKind.TOPIC
            for each in self._refs.get(mention.ref_id or "", ())
        )
        starts = [each.start for each in sentences]
        return sorted(
            (sign for sign in chain(by_words, by_names) if _stands_in(sign.start, starts, sentences)),
            key=lambda sign: (sign.start, sign.process_id, sign.kind),
        )

    def _sign(self, start: int, told: tuple[str, SignKind, str], surface: str) -> ProcessSign:
        process_id, kind, key = told
        return ProcessSign(start, process_id, kind, key or surface.casefold(), self._processes[process_id].pair)


def own_processes(watchlist: Watchlist) -> dict[str, Process]:
    """Return the negotiation of each official whose side is a party of that one alone, by his id."""
    named = _Named(watchlist)
    of_party: defaultdict[str, list[Process]] = defaultdict(list)
    for process in watchlist.processes:
        for party in process.parties:
            of_party[named.code(party)].append(process)
    people = (each for each in watchlist.officials if each.side not in _GATHERED)
    homes = ((each.official_id, of_party.get(each.country, [])) for each in people)
    return {official_id: found[0] for official_id, found in homes if len(found) == 1}


def weighed(signs: Iterable[ProcessSign]) -> dict[str, int]:
    """Return how much signs tell each negotiation: the same one counts once, and two of its parties more than one."""
    kinds: defaultdict[str, dict[str, ProcessSign]] = defaultdict(dict)
    for sign in signs:
        kinds[sign.process_id].setdefault(sign.key, sign)
    return {process_id: _weight(found.values()) for process_id, found in kinds.items()}


def _weight(signs: Collection[ProcessSign]) -> int:
    count = Counter(sign.kind for sign in signs)
    parties = count[SignKind.HOME] + count[SignKind.PARTY] + count[SignKind.COMMON]
    words = 2 * min(count[SignKind.WORD] + count[SignKind.PLACE], _MOST_WORDS)
    home = 2 * bool(count[SignKind.HOME])
    party = bool(count[SignKind.PARTY] or count[SignKind.COMMON])
    pair = parties > 1 and all(sign.pair for sign in signs)
    hint = bool(count[SignKind.HINT]) and bool(words or home or count[SignKind.PARTY] or pair)
    return words + home + party + pair + hint


def _speaks_of_else(text: tuple[TextWords, Sequence[Mention], Sequence[Span]], signs: Iterable[ProcessSign]) -> bool:
    """Tell whether a long text hardly has a topic or a word of negotiations."""
    _, mentions, sentences = text
    topics = sum(each.kind is MentionKind.TOPIC for each in mentions)
    words = sum(each.kind is SignKind.WORD for each in signs)
    return len(sentences) >= _LONG and topics + words < _TALK * len(sentences)


def leaders(weights: Mapping[str, int], least: float) -> tuple[str, ...]:
    """Return those that weigh most, if that is at least so much."""
    most = max(weights.values(), default=0)
    return tuple(sorted(each for each, weight in weights.items() if weight == most >= least))


def _weights(
    signs: Sequence[ProcessSign], sentences: Sequence[Span], by_title: Mapping[str, int]
) -> tuple[Counter[str], Counter[str]]:
    """Return how much a whole article is about each negotiation, and how many of its sentences tell so."""
    weights = Counter({each: _TITLE * weight for each, weight in by_title.items() if weight >= LEAST})
    telling: Counter[str] = Counter()
    place = 0
    for number, sentence in enumerate(sentences):
        first = place
        while place < len(signs) and signs[place].start < sentence.end:
            place += 1
        share = _OPENING if number < _OPENING_SENTENCES else 1
        told = {each: weight for each, weight in weighed(signs[first:place]).items() if weight >= LEAST}
        weights.update({each: share * weight for each, weight in told.items()})
        telling.update(told.keys())
    return weights, telling


def _among(weights: Mapping[str, int], rivals: Collection[str] | None) -> Mapping[str, int]:
    return weights if rivals is None else {each: weight for each, weight in weights.items() if each in rivals}


def _widening(said: Sequence[Span], sentences: Sequence[Span], paragraphs: Sequence[Span]) -> Iterator[Sequence[Span]]:
    """Yield the words said, the sentences around them, and these with the ones before them in their paragraph."""
    yield said
    starts = [each.start for each in sentences]
    first = max(bisect_right(starts, said[0].start) - 1, 0)
    end = max(bisect_left(starts, said[-1].end), first + 1)
    own = sentences[first:end]
    yield own
    if own:
        at = bisect_right([each.start for each in paragraphs], own[0].start) - 1
        begins = paragraphs[at].start if at >= 0 else 0
        yield [each for each in sentences[max(0, first - _BEFORE) : end] if each.start >= begins]


def _stands_in(start: int, starts: Sequence[int], sentences: Sequence[Span]) -> bool:
    at = bisect_right(starts, start) - 1
    return at >= 0 and start < sentences[at].end


class _Named:
    """What the parties of negotiations are called, and who is of them."""

    def __init__(self, watchlist: Watchlist) -> None:
        self._watchlist = watchlist
        self._countries = {
            name_key(name): country
            for country in watchlist.countries
            for name in (country.code, country.name, *country.names)
        }

    def code(self, party: str) -> str:
        """Return the country's code, else an id made of the name."""
        country = self._countries.get(name_key(party))
        return country.code if country else slug(party)

    def phrases(self, party: str) -> Iterator[str]:
        """Yield what may stand for a party; a country's own names, in which case counts, are mentions."""
        country = self._countries.get(name_key(party))
        yield from (*country.demonyms, *country.metonyms) if country else (party,)

    def refs(self, party: str) -> Iterator[str]:
        """Yield the ids of a country, and of all who are of it."""
        country, watchlist = self._countries.get(name_key(party)), self._watchlist
        if country is None:
            yield slug(party)
            return
        things: tuple[Organisation | NamedPlace, ...] = (*watchlist.organisations, *watchlist.places)
        of_it = (each.ref_id for each in things if each.country == country.code)
        people = (each.official_id for each in watchlist.officials if each.country == country.code)
        yield from {slug(country.name), *of_it, *people}
