"""Who a report names: a name, an office, a body, a pronoun, and whom of those named before these mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from extractors.officials.watchlist import Watchlist
from extractors.records import Mention, Span
from extractors.speech.parties import Resolution
from extractors.speech.slavic.people import Acquainted, Voice, body, described, is_carrier
from extractors.speech.slavic.phrases import (
    AND,
    GENDERS,
    LONGEST,
    after_phrase,
    can_be_subject,
    core_of,
    gender_of,
    in_another_case,
    is_about_thing,
    is_possessive,
    name_in,
    person_in,
    phrase_at,
    pronoun_gender,
    until_mark,
    with_name,
    words_in,
)
from extractors.speech.slavic.reports import Saying
from extractors.speech.slavic.units import DASHES, Unit
from extractors.speech.slavic.words import CASES, WordForm

_WHO = frozenset(["который", "которая", "которые", "який", "яка", "які", "что", "що"])
_HE = frozenset(["он", "она", "они", "він", "вона", "вони"])
_SOME = frozenset({"один", "другой", "інший", "некоторый", "деякий"})
_TIMES = frozenset(
    ["день", "месяц", "год", "неделя", "час", "минута", "раз", "місяць", "рік", "тиждень", "година", "хвилина"]
)
_REACH = 6  # units in which an office means the one who spoke last


class Voices:
    """Finds the speakers of an article's reports, in order; remembers who was named and who spoke."""

    def __init__(self, mentions: Sequence[Mention], watchlist: Watchlist, on: date | None) -> None:
        """Begin with nobody; `mentions` are the article's, in order, `on` is its day."""
        self._people = Acquainted(mentions, watchlist, on)
        self._last: Voice | None = None
        self._many: Voice | None = None
        self._body: Voice | None = None
        self._fullest: dict[frozenset[str], Voice] = {}
        self._last_at = -_REACH
        self._unit: Unit | None = None
        self._before: Unit | None = None
        self._last_unit: Unit | None = None

    def introduce(self, units: Sequence[Unit], contents: Sequence[Span]) -> None:
        """Take note of every full name, and of who acts in the writer's own words, outside of all that is said."""
        self._people.introduce(units, contents)

    def of(self, said: Saying, number: int) -> Voice:
        """Return who said words in the unit of that number."""
        self._note(said.unit)
        voice = self._named(said) or (Voice(name=None) if said.is_signed else self._inherited(said, number))
        if said.is_signed and voice.known is Resolution.NONE:
            return Voice(name=None)
        if voice.ref_id is None and voice.is_person and not said.is_by_owner:
            voice = replace(voice, gender=self._gender_by_verb(said) or voice.gender)
        if voice.name and not is_carrier(voice, said.unit.lexicon):
            self._last, self._last_at, self._last_unit = voice, number, said.unit
            self._body = self._body if voice.is_person else voice
            self._many = voice if voice.is_plural else self._many
            if voice.is_person and not voice.is_plural and voice.surface:
                self._people.acts(voice, voice.surface.start)
        return voice

    def _gender_by_verb(self, said: Saying) -> str | None:
        verb = said.unit.word(said.cue.at) if said.cue and not said.cue.is_gerund else None
        return next((each for each in GENDERS if verb and verb.can(each, "past")), None)

    def pass_by(self, unit: Unit) -> None:
        """Take note of whom a unit names."""
        self._note(unit)

    def _note(self, unit: Unit) -> None:
        """Take note of whom a unit names, of sources who speak in it too: "один из них" is one of those."""
        if unit is not self._unit:
            self._before, self._unit = self._unit, unit
        self._people.note(unit)
        if not unit.cues:
            return
        for item in unit.items:
            word = item.token
            if (
                word
                and word.can("nomn", "plur")
                and not word.can("nomn", "sing")
                and word.lemmas & unit.lexicon.strangers
            ):
                self._many = Voice(name=word.lower, surface=word.span, is_plural=True, known=Resolution.NONE)

    # What is named.

    def _named(self, said: Saying) -> Voice | None:
        if said.is_by_owner:
            return self._owner(said)
        if said.is_signed:
            return self._subject_in(said.unit, *said.within, None)
        if said.cue and said.cue.is_impersonal:
            return self._paper(said)
        reference = self._reference(said)
        last = min(said.within[1], reference) if reference else said.within[1]
        after = self._subject(said, said.cue.at + 1, last) if said.cue else None
        before = self._subject(said, said.within[0], said.cue.at) if said.cue else None
        # A verb that opens its clause has its subject behind it.
        if who := self._antecedent(said):
            return who
        order = (after, before) if said.cue and self._opens(said) else (before, after)
        found = next((each for each in order if each), None)
        if reference and (found is None or is_carrier(found, said.unit.lexicon)):
            found = self._referred(said.unit, reference) or found
        return found or self._place(said) or self._paper(said)

    def _reference(self, said: Saying) -> int | None:
        """Return where "со ссылкой на" stands in the reporting clause."""
        unit = said.unit
        for at in range(said.within[0], min(len(unit.items), said.within[1] + LONGEST)):
            word = unit.word(at)
            if word and word.lemmas & unit.lexicon.reference and (on := unit.word(at + 1)) and on.lower == "на":
                return at
        return None

    def _referred(self, unit: Unit, reference: int) -> Voice | None:
        """Read "сообщает NBC со ссылкой на источники": whose words an outlet carries."""
        words = list(phrase_at(unit, reference + 2, len(unit.items)))
        return self._from_words(unit, words, in_case="accs") if words else None

    def _antecedent(self, said: Saying) -> Voice | None:
        """Read "посол, который сказал" and "министр, сообщивший": whoever is before the comma, in whatever case."""
        if said.cue is None:
            return None
        unit = said.unit
        if said.cue.is_participle:
            return self._before_comma(unit, said.cue.at - 1)
        for at in range(said.cue.at - 1, max(said.within[0], said.cue.at - 4), -1):
            word = unit.word(at)
            if word and word.lower in _WHO and unit.mark(at - 1) == ",":
                return self._before_comma(unit, at - 1)
        return None

    def _before_comma(self, unit: Unit, comma: int) -> Voice | None:
        """Return whom a clause behind a comma is about: the last person before it, else what the last noun names."""
        before = [each for place in range(max(0, comma - 7), comma) if (each := unit.word(place))]
        rows = [row for case in CASES if (row := person_in(before, case))]
        row = max(rows, key=lambda each: (each[-1].span.end, len(each)), default=[])
        if not row:
            row = next(([each] for each in reversed(before) if each.is_a("NOUN")), [])
        case = next((case for case in CASES if row and row[0].can(case)), None)
        return self._from_words(unit, row, in_case=case) if case else None

    def _opens(self, said: Saying) -> bool:
        if said.cue is None:
            return False
        at = said.cue.at - 1
        while at >= said.within[0] and (word := said.unit.word(at)) and word.is_a("ADVB", "PRCL", "CONJ", "PREP"):
            at -= 1
        return at < said.within[0] or bool(said.unit.mark(at))

    def _owner(self, said: Saying) -> Voice | None:
        words = list(words_in(said.unit, *said.within))
        if not words:
            return None
        if possessive := pronoun_gender(words[0].lower):
            return self._pronoun(words[0], possessive)
        return self._from_words(said.unit, words, in_case="gent")

    def _subject(self, said: Saying, first: int, last: int) -> Voice | None:
        """Return the subject between two places: the first noun that can be one, with what belongs to it."""
        unit, cue = said.unit, said.cue
        verb = unit.word(cue.at) if cue else None
        if cue is None or first > cue.at:
            return self._subject_in(unit, first, last, verb)
        # The nearest clause before a verb has its subject, else one farther off.
        edges = [at for at in range(first, last) if unit.mark(at) == "," or unit.mark(at) in DASHES]
        starts = [first, *(edge + 1 for edge in edges)]
        near: Voice | None = None
        for start in reversed(starts):
            found = self._subject_in(unit, start, last if near is None else starts[starts.index(start) + 1] - 1, verb)
            if found and (found.known in {Resolution.NAME, Resolution.PRONOUN} or self._is_person(found, near)):
                return found
            near = near or found
        return near

    def _is_person(self, found: Voice, near: Voice | None) -> bool:
        """Tell a person in the clause of the verb: whoever is named farther off is somebody else."""
        return near is None and found.is_person

    def _subject_in(self, unit: Unit, first: int, last: int, verb: WordForm | None) -> Voice | None:
        at = first
        carrier: Voice | None = None
        while at < last:
            word = unit.word(at)
            if self._people.is_said(unit, at):
                at += 1
                continue
            if word and verb and (group := self._group(unit, at, last, verb)):
                return group
            if word is None or not can_be_subject(word, verb) or in_another_case(word, unit.word(at + 1)):
                at = after_phrase(unit, at, last) if word is not None and word.is_a("PREP") else at + 1
                continue
            words = with_name(unit, list(phrase_at(unit, at, last)), last) if verb else list(phrase_at(unit, at, last))
            if any(word.lemmas & _TIMES for word in words[:2]):
                at += 2
                continue
            voice = self._from_words(unit, words, in_case="nomn")
            if voice and not is_carrier(voice, unit.lexicon):
                return voice
            # An outlet may be whom he told it.
            carrier, at = carrier or voice, at + (1 if voice else max(1, len(words)))
        return carrier

    def _group(self, unit: Unit, first: int, last: int, verb: WordForm) -> Voice | None:
        """Return several who speak together: "Белый дом и Госдеп отрицают", "другие отметили", "один из них сказал"."""
        word = unit.word(first)
        if word is None or not word.can("nomn"):
            return None
        if word.lemmas & _SOME:
            return replace(self._many, surface=word.span, known=Resolution.PRONOUN) if self._many else None
        words = core_of(list(phrase_at(unit, first, last)))
        joined = next((at for at, each in enumerate(words) if each.lower in AND and at), None)
        lead = next((each for each in words if each.is_a("NOUN")), word)
        is_many = verb.can("plur") and not verb.can("sing") and lead.is_a("NOUN") and not lead.can("plur", "nomn")
        if joined is None or not is_many or not any(each.can("nomn") for each in words[joined + 1 :]):
            return None
        people = [self._from_words(unit, row, in_case="nomn") for row in (words[:joined], words[joined + 1 :])]
        named = [one for one in people if one is not None and one.ref_id and one.name]
        if len(named) == len(people):
            names = "; ".join(str(one.name) for one in named)
            return replace(named[0], name=names, is_plural=True, surface=Span(words[0].span.start, words[-1].span.end))
        return replace(body(unit, words, "nomn"), is_plural=True)

    def _from_words(self, unit: Unit, words: Sequence[WordForm], *, in_case: str) -> Voice | None:
        if not words:
            return None
        possessive = is_possessive(words[0], words[1] if len(words) > 1 else None)
        if not possessive and (gender := pronoun_gender(words[0].lower)):
            return self._pronoun(words[0], gender) if in_case != "nomn" or words[0].lower in _HE else None
        name = person_in(words, in_case) or self._people.known_in(unit, words, in_case)
        words = list(words[: words.index(name[-1]) + 1]) if name else core_of(words)
        name = name or name_in(words, in_case)
        if len(name) == 1 and name[0].lemmas & unit.lexicon.titles and not name[0].can("Surn"):
            name = []  # "Спецпосланник", which no dictionary has
        span = Span(words[0].span.start, words[-1].span.end)
        if name and self._is_of(unit, words, name, in_case):
            return self._described(unit, words, in_case)
        official = self._people.official_at(name[0].span.start, name[-1].span.end) if name else None
        if official is not None:
            voice = replace(self._people.known(official, name), surface=span)
            self._people.learn(voice, words)
            return voice
        if name:
            return self._people.stranger(unit, words, name, in_case)
        return self._described(unit, words, in_case)

    def _is_of(self, unit: Unit, words: Sequence[WordForm], name: Sequence[WordForm], in_case: str) -> bool:
        """Tell "советника Рябова": a surname alone behind somebody who is another's, unless that is his own office.

        In "помощник Путина сказал" it could be a woman's name, who would not have said it.
        """
        before = words[words.index(name[0]) - 1] if words.index(name[0]) else None
        if len(name) > 1 or before is None or self._people.is_called(name[0], before):
            return False
        if in_case == "gent":
            return bool(before.lemmas & unit.lexicon.aides)
        is_hers = before.lemmas.isdisjoint(unit.lexicon.aides) and any(
            item.token.can("femn", "past") for item in unit.items if item.token
        )
        is_masculine = name[0].can("masc", "gent") and not name[0].can("masc", "nomn")
        return in_case == "nomn" and bool(before.lemmas & unit.lexicon.titles) and is_masculine and not is_hers

    def _described(self, unit: Unit, words: Sequence[WordForm], in_case: str) -> Voice | None:
        """Return whom an office or a description means: whose it was said to be, else who spoke, else itself."""
        own = list(words)
        head = next((word for word in own if word.is_a("NOUN", "NUMR") and word.can(in_case)), None)
        if head is None:
            return None
        span = Span(own[0].span.start, own[-1].span.end)
        is_person = head.can("anim") or bool(head.lemmas & unit.lexicon.strangers)
        senses = [sense for sense in head.senses if sense.has(in_case)]
        plural = all(sense.has("plur") for sense in senses)
        is_bare = own[-1] is head is own[0] and not self._people.is_past(unit, own)
        if is_bare and (fuller := self._fullest.get(head.lemmas)):
            return replace(fuller, surface=span)
        is_stranger = any(word.lemmas & unit.lexicon.strangers for word in own)
        if head.can("anim") and not plural and not is_stranger:
            country = self._people.country_of(unit, own)
            holder = self._people.holder_of(unit, head, own, country)
            holder = holder or self._people.holder(head, own, country, unit.lexicon.former)
            since = (self._before or unit).span.start
            holder = holder or self._people.bearer(unit, head, own, country, since)
            if holder is None and is_bare:
                last = self._holding_the_floor(unit, head)
                holder = last
            if holder is not None:
                known = Resolution.NONE if holder.known is Resolution.NONE else Resolution.ROLE
                return replace(holder, surface=span, known=known)
        voice = Voice(
            name=described(unit, own, in_case),
            surface=span,
            gender=next((each for each in GENDERS if head.can(each, in_case)), None) if is_person else None,
            is_plural=plural,
            is_person=is_person,
            known=Resolution.NONE,
        )
        if not is_bare and (plural or not is_person):
            self._fullest.setdefault(head.lemmas, voice)
        return voice

    def _holding_the_floor(self, unit: Unit, head: WordForm) -> Voice | None:
        """Return whom a bare office means: who spoke last, if gender and office may be his, else who acted last."""
        last, gender, lexicon = self._last, gender_of([head]), unit.lexicon
        is_other = last is not None and gender is not None and last.gender not in {gender, None}
        if last is None or not last.is_person or last.is_plural or is_other:
            return self._people.recent(gender, head.span.start)
        if last.known is Resolution.NONE:
            return last if head.lemmas & lexicon.callings else None
        is_office = any(head.lemmas & nouns for nouns, _, _ in lexicon.offices) or head.lemmas & lexicon.heads
        return None if is_office and self._people.has_office(last) else last

    def _pronoun(self, word: WordForm, gender: str) -> Voice:
        if gender == "plur":
            last = self._last if self._last and not self._last.is_person else self._many
        else:
            last = None if self._after_thing(word, gender) else self._people.recent(gender, word.span.start)
        if last is None:
            return Voice(name=None, surface=word.span, known=Resolution.NONE)
        return replace(last, surface=word.span, is_plural=False, known=Resolution.PRONOUN)

    def _after_thing(self, word: WordForm, gender: str) -> bool:
        """Tell a pronoun that opens a sentence behind one about a thing: "Проект готов. Он предусматривает …"."""
        now, before = self._unit, self._before
        if before is None or now is None or now.items[0].span != word.span or word.lower not in _HE:
            return False
        somebody = self._people.acted_between(before.span.start, word.span.start) or self._last_unit is before
        return not somebody and is_about_thing(before, gender)

    # Places, papers, silence.

    def _place(self, said: Saying) -> Voice | None:
        """Read "в Кремле заявили": a place speaks where the verb is plural and nobody else does."""
        unit, cue = said.unit, said.cue
        verb = unit.word(cue.at) if cue else None
        if cue is None or verb is None or not verb.can("plur"):
            return None
        for at in (*range(cue.at - 1, said.within[0] - 1, -1), *range(cue.at + 1, said.within[1])):
            word = unit.word(at)
            if word and word.lower in {"в", "во", "у", "на"}:
                words = list(until_mark(unit, at + 1, said.within[1] if at > cue.at else cue.at))
                if words and words[0].can("loct"):
                    return body(unit, words, "loct")
        return None

    def _paper(self, said: Saying) -> Voice | None:
        """Read "говорится в сообщении штаба": whose paper it is, else the paper."""
        if said.cue is None:
            return None
        papers = said.unit.lexicon.papers
        for at in range(said.within[0], said.within[1]):
            word = said.unit.word(at)
            if word and word.lemmas & papers and not word.can("nomn"):
                owner = list(until_mark(said.unit, at + 1, said.within[1]))
                if owner and owner[0].can("gent"):
                    return self._from_words(said.unit, owner, in_case="gent")
                if self._body and self._last is self._body:
                    return replace(self._body, surface=word.span, known=Resolution.INHERITED)
                return body(said.unit, [word], "loct")
        return None

    def _inherited(self, said: Saying, number: int) -> Voice:
        if said.cue and said.cue.is_impersonal:
            return Voice(name=None)
        gender = self._gender_by_verb(said)
        last = self._last if number - self._last_at <= _REACH else None
        if gender and said.cue and (last is None or last.is_person):
            last = self._people.recent(gender, said.unit.items[said.cue.at].span.start) or last
        verb = said.unit.word(said.cue.at) if said.cue else None
        if last is None or (
            verb and verb.can("plur") and not verb.can("sing") and last.is_person and not last.is_plural
        ):
            return Voice(name=None, known=Resolution.NONE)
        return replace(last, surface=None, known=Resolution.INHERITED)


def only_carries(voice: Voice, said: Saying) -> bool:
    """Tell an outlet that brings in what others say; what it holds itself it says."""
    return is_carrier(voice, said.unit.lexicon) and (said.cue is None or said.cue.lemma not in said.unit.lexicon.holds)
