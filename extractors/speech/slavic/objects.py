"""Acts of speech whose object is what is said: "призвал к паузе", "отверг условия", "пообещал помочь". Finds nobody."""

from __future__ import annotations

from extractors.records import Span
from extractors.speech.slavic.edges import RELATIVE, Edges
from extractors.speech.slavic.phrases import can_be_subject
from extractors.speech.slavic.units import CueWord, Unit

FRAME = 6  # words from a verb on in which its preposition stands
_AHEAD = 7  # items from a comma in which the next verb stands
_TAKING = frozenset({"reject", "deny", "accept", "doubt"})  # stances of acts on what others say
_IN = frozenset({"в", "во", "у", "на"})


class Objects:
    """Finds the objects of the acts in one unit."""

    def __init__(self, unit: Unit, edges: Edges) -> None:
        """Take the unit and the way about it."""
        self._unit, self._edges = unit, edges

    def of(self, cue: CueWord) -> tuple[Span, tuple[int, int]] | None:
        """Return what an act is about, and the places among which its subject stands; None for another verb."""
        if cue.stance is None or cue.is_impersonal or self._tells_of(cue):
            return None
        last = self._end(cue.at + 1, self._edges.content_end(cue.at + 1, cue), cue)
        if self._is_inverted(cue):
            first, within = self._clause_first(cue.at), (cue.at, last)
            last = cue.at
        else:
            first, within = self._start(cue, last), (self._edges.sentence_start(cue.at), cue.at + 1)
        span = self._unit.stretch(first, last) if self._is_one(cue, first, last) else None
        return (span, within) if span else None

    def begins_at(self, at: int, cue: CueWord) -> bool:
        """Tell where the object of an act begins that a clause hangs on: "о планах, что …", "отверг слухи, что …"."""
        if cue.stance is None or cue.is_gerund:
            return False
        if cue.lemma in self._unit.lexicon.objects:
            return self._edges.is_about(at)
        word, before = self._unit.word(at), self._unit.word(at - 1)
        if word is None or before is None or word.is_name or before.is_a("PREP"):
            return False
        return cue.stance in _TAKING and word.is_a("NOUN") and word.can("accs", "inan")

    def _tells_of(self, cue: CueWord) -> bool:
        """Tell a verb that describes somebody, or says what was not said: "который выступал за", "не назвал числа"."""
        described = self._edges.is_relative(cue) and cue.lemma not in self._unit.lexicon.says
        return described or (cue.stance == "assert" and cue.is_negated)

    def _is_one(self, cue: CueWord, first: int, last: int) -> bool:
        """Tell whether a stretch is what an act is about: a noun with the preposition that its verb wants, a deed."""
        wanted = self._unit.lexicon.objects.get(cue.lemma)
        words = [word for at in range(first, last) if (word := self._unit.word(at))]
        if not any(word.is_a("NOUN", "INFN") for word in words) or words[0].lemmas & self._unit.lexicon.silent:
            return any(self._unit.items[at].quotation for at in range(first, last)) and not wanted
        return not wanted or any(word.lower in wanted for word in words[:FRAME])

    def _is_inverted(self, cue: CueWord) -> bool:
        """Tell an object before its verb, and the speaker behind: "это подтвердил и мэр", "это подтвердили в МИД"."""
        at = cue.at + 1
        while (word := self._unit.word(at)) and word.is_a("PRCL", "ADVB", "CONJ") and not word.is_a("PREP", "NOUN"):
            at += 1
        verb, following = self._unit.word(cue.at), self._unit.word(at + 1)
        if word is None or verb is None or cue.is_gerund or cue.at == 0:
            return False
        if word.lower in _IN and following and following.can("loct") and verb.can("plur") and not verb.can("sing"):
            before = (self._unit.word(at) for at in range(self._clause_first(cue.at), cue.at))
            return not any(each and can_be_subject(each, verb) for each in before)
        return word.can("anim", "nomn") and not word.can("accs")

    def _clause_first(self, at: int) -> int:
        while at > 0 and not self._unit.mark(at - 1):
            at -= 1
        return at

    def _start(self, cue: CueWord, last: int) -> int:
        """Return where an object begins: after an addressee where a preposition or an infinitive follows."""
        wanted = self._unit.lexicon.objects.get(cue.lemma)
        if cue.stance != "demand" and not wanted:
            return cue.at + 1
        for at in range(cue.at + 1, min(last, cue.at + FRAME)):
            word = self._unit.word(at)
            if word is None:
                break
            if word.lower in wanted if wanted else word.is_a("INFN", "PREP"):
                return at
        return cue.at + 1

    def _end(self, first: int, last: int, cue: CueWord) -> int:
        """Return where the object of an act ends: where its subject goes on to do something else, or another does."""
        leads = (at for at in range(first + 1, last) if self._leads_on(at) and self._does_more(at + 1, last, cue))
        return next(leads, last)

    def _leads_on(self, at: int) -> bool:
        """Tell a comma or an "and" behind which the writer may tell what was done next."""
        joins = self._unit.lexicon.joins
        word, following = self._unit.word(at), self._unit.word(at + 1)
        if following is None or not (self._unit.mark(at) == "," or (word is not None and word.lower in joins)):
            return False
        if following.lemmas & RELATIVE or following.is_a("GRND", "PRTF"):
            return False
        return following.lower in joins or not following.is_a("CONJ")

    def _does_more(self, first: int, last: int, cue: CueWord) -> bool:
        for at in range(first, min(last, first + _AHEAD)):
            word = self._unit.word(at)
            if word is None:
                return False
            if word.is_a("VERB") and not word.is_a("NOUN", "ADJF", "PREP", "CONJ", "ADVB", "NPRO"):
                return self._edges.agree(word, self._unit.word(cue.at))
        return False
