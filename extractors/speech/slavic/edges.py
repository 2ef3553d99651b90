"""How far things reach in a unit: its clauses, where the writer reports on, the object of "призвал к". Finds nobody."""

from __future__ import annotations

from extractors.records import Span
from extractors.speech.slavic.phrases import can_be_subject, pronoun_gender
from extractors.speech.slavic.units import DASHES, ENDS, CueWord, Unit
from extractors.speech.slavic.words import WordForm

NEAR = 12  # items between a cue and the conjunction of what it brings in
CLAUSE = 16  # items of a reporting clause in which its cue stands
RELATIVE = frozenset({"который", "який", "яка", "котрий", "что", "що"})
_THAT = frozenset({"том", "этом", "то", "те", "це", "тому"})
_AGREEING = frozenset({"masc", "femn", "neut", "plur", "past", "pres"})

FRAME = 6  # words from a verb on in which its preposition stands
_AHEAD = 7  # items from a comma in which the next verb stands
_NO_VERBS = frozenset({"быть", "стать", "являться", "бути", "стати"})
_TAKING = frozenset({"reject", "deny", "accept", "doubt"})  # stances of acts on what others say
_IN = frozenset({"в", "во", "у", "на"})


class Edges:
    """Finds its way among the items of one unit."""

    def __init__(self, unit: Unit) -> None:
        """Take the unit."""
        self._unit = unit

    def is_word(self, at: int, lower: str) -> bool:
        """Tell whether this word stands at a place."""
        word = self._unit.word(at)
        return word is not None and word.lower == lower

    def is_that(self, at: int) -> bool:
        """Tell a conjunction that brings in what is said."""
        word = self._unit.word(at)
        return word is not None and word.lower in self._unit.lexicon.that and self._unit.mark(at - 1) in {",", *DASHES}

    def past_distance(self, that: int) -> int:
        """Return where words said begin behind a conjunction, past the writer's "якобы" and the "бы" of "будто бы"."""
        lexicon, at = self._unit.lexicon, that + 1
        conjunction, word = self._unit.word(that), self._unit.word(at)
        if conjunction and word and (conjunction.lower, word.lower) in lexicon.as_if:
            at += 1
        while self._unit.mark(at) == "," or ((word := self._unit.word(at)) and word.lower in lexicon.distant):
            at += 1
        return at

    def is_asked(self, cue: CueWord) -> bool:
        """Tell a verb of a clause that says of what is spoken: "про яку говорять"."""
        for at in range(cue.at - 1, max(0, cue.at - 4), -1):
            word = self._unit.word(at)
            if word is None:
                return False
            if (
                word.lemmas & RELATIVE
                and not word.can("nomn")
                and (before := self._unit.word(at - 1))
                and before.is_a("PREP")
            ):
                return True
        return False

    def stops(self, at: int) -> bool:
        """Tell what no conjunction stands behind: another verb, a colon, a dash, the end."""
        word = self._unit.word(at)
        if word is not None:
            return word.is_a("VERB", "INFN", "GRND") and not word.is_a("NOUN", "ADJF", "NPRO", "PREP", "CONJ", "ADVB")
        return self._unit.mark(at) in {":", ";", *DASHES, *ENDS} or self._unit.items[at].quotation is not None

    def past(self, at: int, marks: str) -> int:
        """Return the first place from `at` on that is none of these marks."""
        while at < len(self._unit.items) and self._unit.mark(at) and self._unit.mark(at) in marks:
            at += 1
        return at

    def last_cue(self, first: int, last: int) -> CueWord | None:
        """Return the last cue between two places."""
        return next((cue for cue in reversed(self._unit.cues) if first <= cue.at < last), None)

    def sentence_start(self, at: int) -> int:
        """Return where the sentence around a place begins."""
        while at > 0 and self._unit.mark(at - 1) not in ENDS:
            at -= 1
        return at

    def clause_end(self, at: int, *, whole: bool = False) -> int:
        """Return where a reporting clause ends: at a dash, a sentence's end, with `whole` not before."""
        while at < len(self._unit.items):
            mark = self._unit.mark(at)
            if mark in ENDS or (not whole and mark in DASHES) or mark == ":":
                break
            if self._unit.items[at].quotation and not whole:
                break
            at += 1
        return at

    def name_end(self, at: int) -> int:
        """Return where a name after a cue ends: at a comma after which what is said goes on, a dash, an end."""
        while at < len(self._unit.items) and self._unit.mark(at) not in {",", ":", ")", *DASHES, *ENDS}:
            if self._unit.items[at].quotation is not None:
                break
            at += 1
        return self._past_apposition(at)

    def _past_apposition(self, comma: int) -> int:
        """Return where a row of offices behind a comma ends, where it ends in a name."""
        if self._unit.mark(comma) != ",":
            return comma
        if (past := self.past_description(comma)) is not None:
            return past
        end = self._phrase_end(comma + 1)
        words = [word for at in range(comma + 1, end) if (word := self._unit.word(at))]
        is_name = len(words) > 1 and words[-1].is_name and words[-2].is_name and words[-1].can("nomn")
        if is_name and words[0].can("nomn") and not any(word.is_a("VERB") and not word.is_a("NOUN") for word in words):
            return end
        return comma

    def past_description(self, comma: int) -> int | None:
        """Return the comma behind "…, знакомого с ходом переговоров,", which tells more of a source."""
        word, before = self._unit.word(comma + 1), self._unit.word(comma - 1)
        following = self._unit.word(comma + 2)
        if self._unit.mark(comma) != "," or word is None or before is None or following is None:
            return None
        if word.is_a("NPRO") or not (word.is_a("PRTF") or (word.is_a("ADJF") and following.is_a("PREP"))):
            return None
        end = self._phrase_end(comma + 1)
        return end if self._unit.mark(end) == "," else None

    def _phrase_end(self, at: int) -> int:
        """Return the first place from `at` on where a mark or a quotation stands."""
        while at < len(self._unit.items) and not self._unit.mark(at) and not self._unit.items[at].quotation:
            at += 1
        return at

    def content_end(self, at: int, cue: CueWord | None) -> int:
        """Return where what is said ends: at the sentence's end, or where the writer reports on."""
        first = at
        while at < len(self._unit.items) and self._unit.mark(at) not in ENDS:
            if at > first and (self._reports_on(at, cue) or (cue and self._clause_over(at, cue))):
                return at
            at += 1
        return at

    def _clause_over(self, at: int, cue: CueWord) -> bool:
        """Tell a comma where the clause of "который сказал" or "сообщивший" ends and the main one goes on."""
        if self._unit.mark(at) != "," or not (cue.is_participle or self.is_relative(cue)):
            return False
        word = self._unit.word(at + 1)
        return word is not None and word.is_a("VERB") and not word.is_a("NOUN", "ADJF")

    def is_relative(self, cue: CueWord) -> bool:
        """Tell the verb of "который сказал"."""
        for at in range(cue.at - 1, max(-1, cue.at - 4), -1):
            word = self._unit.word(at)
            if word is None:
                return False
            if word.lemmas & RELATIVE and not word.is_a("CONJ") and self._unit.mark(at - 1) == ",":
                return word.can("nomn")
        return False

    def is_carried(self, at: int) -> bool:
        """Tell a verb that only says who carries the news: "передает"."""
        word = self._unit.word(at)
        return word is not None and word.is_a("VERB") and bool(word.lemmas & self._unit.lexicon.carries)

    def cited(self, first: int) -> tuple[int, int] | None:
        """Return where "цитирует его CNN" and "приводит ТАСС слова Пескова" say whose words are carried."""
        words, verb = {noun for _, noun in self._unit.lexicon.by_words}, self._unit.word(first)
        last = self.clause_end(first, whole=True) if self.is_carried(first) else first
        for at in range(first + 1, last):
            word = self._unit.word(at)
            if word is None:
                continue
            if word.lemmas & words:
                return at + 1, last
            if pronoun_gender(word.lower):
                return at, at + 1
            if word.is_name and word.can("accs") and not can_be_subject(word, verb):
                return at, last
        return None

    def any_verb(self, quotation: int, dash: int) -> CueWord | None:
        """Return the verb that stands with its subject behind a quotation, whatever it is: "«Да», — отрезал он"."""
        at = dash + 1 + bool((word := self._unit.word(dash + 1)) and word.is_a("ADVB") and not word.is_a("VERB"))
        verb, who = self._unit.word(at), self._unit.word(at + 1)
        item = self._unit.items[quotation].quotation
        is_said = dash > quotation + 1 or (
            item is not None and item.span.slice(self._unit.text)[-1:] in {"!", "?", "…"}
        )
        if not is_said or verb is None or who is None or not verb.is_a("VERB") or verb.lemmas & _NO_VERBS:
            return None
        is_somebody = can_be_subject(who, verb) and (who.is_a("NPRO") or who.is_name or who.can("anim"))
        return CueWord(at=at, lemma=min(verb.lemmas), is_gerund=False, stance=None) if is_somebody else None

    def is_about(self, at: int) -> bool:
        """Tell a preposition of a subject, as in "о планах", and no "о том"."""
        word, following = self._unit.word(at), self._unit.word(at + 1)
        is_one = word is not None and word.lower in self._unit.lexicon.about
        return is_one and following is not None and following.lower not in _THAT

    def _reports_on(self, at: int, cue: CueWord | None) -> bool:
        """Tell a place where a comma or a conjunction leads to another cue of the writer's."""
        word = self._unit.word(at)
        joins = word is not None and word.lower in self._unit.lexicon.joins
        comma = self._unit.mark(at) == ","
        if not (joins or comma):
            return False
        if comma and self.is_carried(at + 1):
            return True
        place = at + 1
        while (following := self._unit.word(place)) and (
            following.lower in self._unit.lexicon.joins
            or (following.is_a("ADVB", "PRCL") and self._unit.cue_at(place) is None)
        ):
            place += 1
        other = self._unit.cue_at(place)
        if other is None:
            return self._is_how(place)
        if other.is_gerund:
            return comma
        if comma and not joins and place == at + 1:
            return self._is_carrier(place) or (cue is not None and self._agree(cue, other) and other.stance is not None)
        return cue is not None and not cue.is_gerund and self._agree(cue, other) and self._brings(other)

    def _is_how(self, at: int) -> bool:
        """Tell "как" before a cue."""
        return self.is_word(at, self._unit.lexicon.how) and any(self.how_before(cue) == at for cue in self._unit.cues)

    def _is_carrier(self, at: int) -> bool:
        """Tell a clause that only says who carries the news: ", передает ТАСС"."""
        end = self.clause_end(at + 1, whole=True)
        return all(not self.is_that(place) for place in range(at, end)) and end - at < CLAUSE

    def _agree(self, one: CueWord, other: CueWord) -> bool:
        """Tell whether two verbs can have one subject."""
        return self.agree(self._unit.word(one.at), self._unit.word(other.at))

    def agree(self, first: WordForm | None, second: WordForm | None) -> bool:
        """Tell whether two verbs can have one subject."""
        if first is None or second is None:
            return False
        mine = {sense.marks & _AGREEING for sense in first.senses}
        return any(sense.marks & _AGREEING in mine for sense in second.senses)

    def _brings(self, cue: CueWord) -> bool:
        """Tell a cue behind which something is said."""
        return cue.stance is not None or any(
            self.is_that(at) for at in range(cue.at + 1, min(len(self._unit.items), cue.at + NEAR))
        )

    def has_verb(self, first: int, last: int) -> bool:
        """Tell whether a stretch says something: it has a verb or another predicate, or a quotation."""
        words = [word for at in range(first, last) if (word := self._unit.word(at))]
        quoted = any(self._unit.items[at].quotation for at in range(first, last))
        return quoted or any(word.is_a("VERB", "PRTS", "ADJS", "PRED", "INFN") for word in words)

    def how_before(self, cue: CueWord) -> int | None:
        """Return where "как" stands before a cue, with nothing but adverbs and pronouns between."""
        for at in range(cue.at - 1, max(-1, cue.at - 4), -1):
            if self.is_word(at, self._unit.lexicon.how):
                return at
            word = self._unit.word(at)
            if word is None or not (word.is_a("ADVB", "PRCL") or (word.is_a("NPRO") and not word.can("nomn"))):
                return None
        return None


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
