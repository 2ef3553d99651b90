"""Whom a text has named so far: full names, offices, who acted last; and whom the roster knows. Reads no reports."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate
from operator import itemgetter

from extractors.officials.watchlist import Official, Watchlist
from extractors.records import Mention, MentionKind, Span
from extractors.speech.parties import Resolution
from extractors.speech.slavic.lexicon import Lexicon
from extractors.speech.slavic.phrases import gender_of, is_personal, is_short_for, is_surname, offices_before
from extractors.speech.slavic.units import Unit
from extractors.speech.slavic.words import CASES, UNKNOWN, WordForm, head_of, nominative, shared_case
from extractors.text.spans import start_of, starting_in

_OF_ROSTER = {"m": "masc", "f": "femn"}
_BESIDE = ("nomn", "gent")  # the cases of a noun right before a name in the nominative
_STEM = 4  # letters by which a surname is known in all its cases
_place_of = itemgetter(0)
_NEAR = 3  # mentions of officials that can reach into one place

# How often each way to find a speaker is right, on the articles of benchmarks/languages.py.
CERTAINTY = {
    Resolution.NAME: 0.96,
    Resolution.METONYM: 0.89,
    Resolution.ROLE: 0.96,
    Resolution.NONE: 0.71,
    Resolution.PRONOUN: 0.86,
    Resolution.INHERITED: 0.92,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Somebody who speaks. `name` is the canonical one of an official, else as the text has it, in the nominative."""

    name: str | None
    ref_id: str | None = None
    surface: Span | None = None
    gender: str | None = None
    is_plural: bool = False
    is_person: bool = True
    known: Resolution = Resolution.NAME


@dataclass(slots=True)
class _Person:
    """Somebody named in the text so far, with the offices that were said to be his."""

    voice: Voice
    at: int
    offices: set[str] = field(default_factory=set)
    surface: str = ""


class Acquainted:
    """Everybody whom an article names, as far as it has been read."""

    def __init__(self, mentions: Sequence[Mention], watchlist: Watchlist, on: date | None) -> None:
        """Begin with nobody; `mentions` are the article's, in order, `on` is its day.

        Without a day the roster's last holders of an office are its holders.
        """
        self._watchlist, self._on = watchlist, on or date.max
        self._homes = {each.ref_id: each.country for each in watchlist.places}
        self._homes |= {each.ref_id: each.country for each in watchlist.organisations}
        self._places = [each for each in mentions if each.ref_id in self._homes]
        self._officials = [each for each in mentions if each.kind is MentionKind.OFFICIAL]
        self._named: dict[str, _Person] = {}
        self._fullest: dict[str, str] = {}
        self._noted: set[Span] = set()
        self._contents: list[int] = []
        self._ends: list[int] = []
        self._stage: list[tuple[int, Voice]] = []
        self._acts_of: defaultdict[str, list[tuple[int, Voice]]] = defaultdict(list)

    def introduce(self, units: Sequence[Unit], contents: Sequence[Span]) -> None:
        """Take note of every full name, and of who acts in the writer's own words, outside of all that is said."""
        spans = sorted(contents)
        self._contents = [span.start for span in spans]
        self._ends = list(accumulate((span.end for span in spans), max))
        for unit in units:
            for at in range(len(unit.items)):
                word, following = unit.word(at), unit.word(at + 1)
                if word is None or not word.is_name:
                    continue
                if following and word.can("Name") and (is_personal(following) or is_surname(following, word)):
                    full = nominative([word, following], unit.language, shared_case([word, following]))
                    self._fullest.setdefault(full.split()[-1], full)
                if self._is_on_stage(unit, at, word) and not self.is_said(unit, at):
                    self._stage.append((word.span.start, self._whose(unit, word)))
        self._stage.sort(key=_place_of)
        for at, voice in self._stage:
            self._acts_of[voice.ref_id or ""].append((at, voice))

    def _is_on_stage(self, unit: Unit, at: int, word: WordForm) -> bool:
        """Tell a person's name in the nominative: what is before it and the roster's spelling may speak against."""
        if not word.can("nomn") or word.is_a("PREP", "PRCL", "CONJ"):
            return False
        if not (is_personal(word) or self.official_at(word.span.start, word.span.end)):
            return False
        first = at
        while (before := unit.word(first - 1)) and before.is_name and is_personal(before):
            first -= 1
        if before and before.senses and not before.is_name and (before.is_a("PREP") or not before.can_be(_BESIDE)):
            return False
        mention = self.official_at(word.span.start, word.span.end)
        official = self._official_of(mention)
        if mention is None or official is None:
            return True
        if word.span.end < mention.span.end:
            return False
        spelled = " ".join((*official.surnames, *official.given, *official.aliases)).lower().split()
        return word.lower in spelled

    def _official_of(self, mention: Mention | None) -> Official | None:
        return self._watchlist.official(mention.ref_id or "") if mention else None

    def _whose(self, unit: Unit, word: WordForm) -> Voice:
        official = self.official_at(word.span.start, word.span.end)
        if official is not None:
            return self.known(official, [word])
        name = nominative([word], unit.language)
        return Voice(name=self._fullest.get(name, name), gender=gender_of([word]))

    def is_said(self, unit: Unit, at: int) -> bool:
        """Tell a word that stands in what somebody says: no subject of the writer's."""
        span = unit.items[at].span
        before = bisect_right(self._contents, span.start)
        return before > 0 and self._ends[before - 1] >= span.end

    def acts(self, voice: Voice, at: int) -> None:
        """Take note that somebody spoke at a place."""
        for line in (self._stage, self._acts_of[voice.ref_id or ""]):
            insort(line, (at, voice), key=_place_of)

    def recent(self, gender: str | None, before: int) -> Voice | None:
        """Return who acted or spoke last before a place, where the gender is his."""
        last = bisect_left(self._stage, before, key=_place_of)
        near = (self._stage[at][1] for at in range(last - 1, -1, -1))
        return next((voice for voice in near if gender is None or voice.gender in {gender, None}), None)

    def known_in(self, unit: Unit, words: Sequence[WordForm], in_case: str) -> list[WordForm]:
        """Return the last word that is the name of somebody known, though a dictionary has it for something else."""
        for at in range(len(words) - 1, -1, -1):
            word = words[at]
            # What no dictionary has may stand in any case but the one that a speaker's own name has.
            is_open = in_case != "nomn" and all(UNKNOWN in sense.marks for sense in word.senses)
            fits = word.is_name and (word.can(in_case) or is_open)
            if not fits or (at and words[at - 1].is_a("PREP")):
                continue
            if self.official_at(word.span.start, word.span.end) or self._fullest.get(
                nominative([word], unit.language, in_case)
            ):
                return [word]
        return []

    def has_office(self, voice: Voice) -> bool:
        """Tell whether the text has said what somebody is."""
        known = self._named.get(voice.ref_id or voice.name or "")
        return known is not None and bool(known.offices)

    def acted_between(self, start: int, end: int) -> bool:
        """Tell whether somebody acts or speaks between two places of the text."""
        first, last = (bisect_left(self._stage, at, key=_place_of) for at in (start, end))
        return first < last

    def stranger(self, unit: Unit, words: Sequence[WordForm], name: Sequence[WordForm], in_case: str) -> Voice:
        """Return somebody off the roster, under the fullest name that the text has given him."""
        is_person = any(word.can("Name") or word.can("Surn") for word in name) or any(
            word.can("anim") for word in words
        )
        span = Span(words[0].span.start, words[-1].span.end)
        full = nominative(name, unit.language, in_case)
        full = self._fullest.get(full.split()[-1], full) if len(name) == 1 else full
        named = self._named.values() if is_person else ()
        called = self._by_given(full.split()[0]) if len(name) > 1 and name[-1].can("Patr") else None
        if called:
            return replace(called, surface=span)
        known = next((one for one in named if one.voice.name and is_short_for(full, one.voice.name)), None)
        voice = Voice(
            name=known.voice.name if known else full,
            ref_id=known.voice.ref_id if known else None,
            surface=span,
            gender=gender_of(name) or (known.voice.gender if known else None),
            is_person=is_person,
            known=Resolution.NAME if is_person else Resolution.METONYM,
        )
        first = next((at for at, item in enumerate(unit.items) if item.span == name[0].span), 0)
        self.learn(voice, words, offices_before(unit, first))
        return voice

    def is_called(self, name: WordForm, office: WordForm) -> bool:
        """Tell whether somebody of that surname was said to hold an office himself."""
        stem = name.lower[:_STEM]
        return any(one.offices & office.lemmas and stem in one.surface for one in self._named.values())

    def _by_given(self, given: str) -> Voice | None:
        """Return the one official named so far who has this first name: "Сергей Викторович"."""
        officials = ((one.voice, self._watchlist.official(one.voice.ref_id or "")) for one in self._named.values())
        called = [voice for voice, official in officials if official and given in official.given]
        return called[0] if len(called) == 1 else None

    def holder(
        self, head: WordForm, words: Sequence[WordForm], country: str | None, former: AbstractSet[str]
    ) -> Voice | None:
        """Return who was last said to hold an office, of that country if one is named; who held it, if that is said."""
        holders = [one for one in self._named.values() if one.offices & head.lemmas]
        if past := _lemmas_of(words) & former:
            holders = [one for one in holders if one.offices & past]
        if country:
            holders = [one for one in holders if self._home(one.voice) in {country, None}]
        called = _lemmas_of(words)
        return max(holders, key=lambda one: (len(one.offices & called), one.at)).voice if holders else None

    def holder_of(self, unit: Unit, head: WordForm, words: Sequence[WordForm], country: str | None) -> Voice | None:
        """Return the roster's holder of an office in a country at the article's day, or whoever leads it."""
        lexicon, called = unit.lexicon, _lemmas_of(words)
        if called & lexicon.former:
            return None
        is_head = bool(head.lemmas & lexicon.heads)
        own = _own_lemmas(head, lexicon)
        called |= own
        offices = [each for each in reversed(lexicon.offices) if each[0] <= called and each[0] & own]
        roles = [(role, country or home) for _, role, home in offices]
        if not roles and is_head and not self._is_of_body(head, words):
            roles = [(role, country) for role in ("president", "chancellor", "prime minister")]
        found = (self._watchlist.holder(role, home, self._on) for role, home in roles if home)
        official = next((each for each in found if each), None)
        return self._voice_of(official) if official else None

    def bearer(
        self, unit: Unit, head: WordForm, words: Sequence[WordForm], country: str | None, since: int
    ) -> Voice | None:
        """Return who of those named may be called so, wholly or by the bare noun: who acted last, else the only one.

        A bare noun that several may be called means who has acted `since` that place.
        """
        fitting = self._called(unit, head, words)
        patrons = (self._official_of(self._whom(word)) for word in words)
        country = country or next((patron.country for patron in patrons if patron), None)
        named = [one.voice for one in self._named.values() if self._may_be(one.voice, fitting, country)]
        near = [
            acts[before - 1]
            for name, acts in self._acts_of.items()
            if (before := bisect_left(acts, head.span.start, key=_place_of))
            and self._may_be(acts[0][1], fitting, country)
        ]
        if not near:
            return named[0] if len(named) == 1 else None
        at, last = max(near, key=_place_of)
        is_sure = country is not None or len({each.name for each in (*named, *(one for _, one in near))}) == 1
        return last if is_sure or at >= since else None

    def is_past(self, unit: Unit, words: Sequence[WordForm]) -> bool:
        """Tell the "министр" of "Бывший министр"."""
        at = next((at for at, item in enumerate(unit.items) if item.span == words[0].span), 0)
        before = unit.word(at - 1) if at else None
        return before is not None and bool(before.lemmas & unit.lexicon.former)

    def _called(self, unit: Unit, head: WordForm, words: Sequence[WordForm]) -> set[tuple[str, str | None]]:
        """Return the offices, each with its country if only one has it, whose holders a description may mean."""
        lexicon, called = unit.lexicon, _lemmas_of(words)
        if called & lexicon.former or self.is_past(unit, words):
            return set()
        own = _own_lemmas(head, lexicon)
        others = (word for word in words if word is not head and not self._is_country(unit, word))
        more = [word.lemmas for word in others if not self._whom(word)]
        return {
            (role, home)
            for nouns, role, home in (*lexicon.offices, *lexicon.shorter)
            if nouns & own and (not more or nouns <= called | own)
            if all(lemmas & (nouns | lexicon.formal) for lemmas in more)
        }

    def _may_be(self, voice: Voice, offices: AbstractSet[tuple[str, str | None]], country: str | None) -> bool:
        """Tell whether somebody holds one of some offices, in that country if one is named."""
        official = self._watchlist.official(voice.ref_id or "")
        held = [(term.role, term.country) for term in official.terms if term.covers(self._on)] if official else []
        return any(
            (role, home) in offices or ((role, None) in offices and country in {home, None}) for role, home in held
        )

    def _is_country(self, unit: Unit, word: WordForm) -> bool:
        is_place = any(each.span.covers(word.span) for each in self._places)
        return is_place or any(lemma in unit.lexicon.nations for lemma in word.lemmas)

    def _whom(self, word: WordForm) -> Mention | None:
        return self.official_at(word.span.start, word.span.end) if word.is_name else None

    def _is_of_body(self, head: WordForm, words: Sequence[WordForm]) -> bool:
        """Tell whether a description names something to be the head of, beside a country or its seat."""
        others = (word for word in words if word is not head and word.is_a("NOUN"))
        return not all(any(each.span.covers(word.span) for each in self._places) for word in others)

    def _voice_of(self, official: Official) -> Voice:
        return Voice(name=official.name, ref_id=official.official_id, gender=_OF_ROSTER.get(official.gender or ""))

    def _home(self, voice: Voice) -> str | None:
        official = self._watchlist.official(voice.ref_id) if voice.ref_id else None
        return official.country if official else None

    def country_of(self, unit: Unit, words: Sequence[WordForm]) -> str | None:
        """Return the country that a description names, by an adjective or in the genitive."""
        nations = unit.lexicon.nations
        by_adjective = (nations[lemma] for word in words for lemma in word.lemmas if lemma in nations)
        first, last = words[0].span.start, words[-1].span.end
        places = (self._homes.get(each.ref_id or "") for each in starting_in(self._places, Span(first, last), start_of))
        return next(by_adjective, None) or next((code for code in places if code), None)

    def note(self, unit: Unit) -> None:
        """Take note of the officials whom a unit names, and of the offices beside their names."""
        span = unit.span
        if span in self._noted:
            return
        self._noted.add(span)
        for each in starting_in(self._officials, span, start_of):
            if span.covers(each.span) and each.ref_id:
                first = next((at for at, item in enumerate(unit.items) if item.span.start >= each.span.start), 0)
                words = [item.token for item in unit.items if item.token and each.span.covers(item.span)]
                known = self._named.get(each.ref_id)
                voice = self.known(each, words)
                offices = (known.offices if known else set()) | offices_before(unit, first)
                self._named[each.ref_id] = _Person(voice, each.span.start, offices, each.surface.lower())

    def known(self, mention: Mention, words: Sequence[WordForm]) -> Voice:
        """Return the official whom a mention names."""
        official = self._official_of(mention)
        return (
            self._voice_of(official)
            if official
            else Voice(name=mention.name, ref_id=mention.ref_id, gender=gender_of(words))
        )

    def learn(self, voice: Voice, words: Sequence[WordForm], offices: AbstractSet[str] = frozenset()) -> None:
        """Take note of somebody and of the offices that a phrase gives him."""
        if not voice.name or not voice.is_person:
            return
        key = voice.ref_id or voice.name
        known = self._named.get(key)
        own = {lemma for word in words if self._is_office(word, words) for lemma in word.lemmas}
        self._named[key] = _Person(
            known.voice if known and known.voice.gender else voice,
            words[0].span.start,
            own | offices | (known.offices if known else set()),
            " ".join(word.lower for word in words),
        )

    def _is_office(self, word: WordForm, words: Sequence[WordForm]) -> bool:
        """Tell a noun of a phrase that stands in the case of the name at its end: what that is called."""
        if word.is_name and word is not words[0]:
            return False
        cases = {mark for sense in words[-1].senses for mark in sense.marks.intersection(CASES)}
        return not cases or any(sense.marks & cases for sense in word.senses)

    def official_at(self, start: int, end: int) -> Mention | None:
        """Return the last mention of an official between two places of the text."""
        before = starting_in(self._officials, Span(0, end), start_of)[-_NEAR:]
        return next((each for each in reversed(before) if start < each.span.end), None)


def _lemmas_of(words: Sequence[WordForm]) -> frozenset[str]:
    return frozenset[str]().union(*(word.lemmas for word in words))


def _own_lemmas(head: WordForm, lexicon: Lexicon) -> frozenset[str]:
    """Return what a noun may be called: one word for a head is as good as another."""
    return head.lemmas | lexicon.heads if head.lemmas & lexicon.heads else head.lemmas


def described(unit: Unit, words: Sequence[WordForm], in_case: str) -> str:
    """Return a description with its noun in the nominative, and what hangs on that as the text has it."""
    head = min(head_of(words), len(words) - 1)
    rest = unit.text[words[head].span.end : words[-1].span.end]
    return nominative(words[: head + 1], unit.language, in_case) + rest


def body(unit: Unit, words: Sequence[WordForm], in_case: str) -> Voice:
    """Return a place, a paper or bodies that speak, named in a case."""
    span = Span(words[0].span.start, words[-1].span.end)
    name = described(unit, words, in_case)
    return Voice(name=name, surface=span, is_person=False, known=Resolution.METONYM)


def is_carrier(voice: Voice, lexicon: Lexicon) -> bool:
    """Tell an outlet or agency, which only carries what others say: by its kind, or by a name in foreign letters."""
    words = (voice.name or "").lower().split()
    is_foreign = lexicon.is_cyrillic and all(word.isascii() for word in words)
    return not voice.ref_id and bool(words) and (words[0] in lexicon.carriers or is_foreign)
