"""Noun phrases of a unit: where one that can be a subject begins and ends, and the name in it. Knows nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import dropwhile, takewhile

from extractors.speech.slavic.units import DASHES, Unit
from extractors.speech.slavic.words import CASES, UNKNOWN, WordForm

GENDERS = ("masc", "femn")
LONGEST = 30  # words of a name with its offices
AND = frozenset({"и", "та", "і", "й"})
_NAME_MARKS = ("Name", "Surn", "Patr", "Orgn", "Geox", "Abbr", UNKNOWN)
_LINKED = frozenset({"NOUN", "ADJF", "PRTF", "NUMR", "NPRO"})
# Words in the nominative that name nobody.
_NOBODY = frozenset(
    ["это", "це", "что", "що", "все", "всё", "усе", "который", "которая", "которые", "який", "яка", "які", "кто", "хто"]
) | {"того", "тот", "той", "те", "ті", "сам", "сама", "один", "одна", "останній", "последний"}
_POSSESSIVE = frozenset(["его", "ее", "её", "их", "його", "її", "їх", "їхній", "їхня"])
_HEADS = frozenset({"глава", "голова"})  # grammar has them for women and things, news for whoever is at the head
_KNOWING = frozenset(["знакомый", "близкий", "осведомленный", "обізнаний", "знайомий", "близький", "наближений"])
# Nouns to which what stands behind a preposition belongs: the source in the Kremlin.
_OF_PLACES = frozenset(
    ["источник", "собеседник", "посол", "представитель", "эксперт", "джерело", "співрозмовник", "представник"]
)


def can_be_subject(word: WordForm, verb: WordForm | None) -> bool:
    """Tell whether a word in the nominative can be a verb's subject, or begin one."""
    if not word.senses:
        return word.is_initial or (word.is_name and word.text[0].isascii())
    can = any(sense.pos in _LINKED and sense.has("nomn") for sense in word.senses)
    if not can or word.is_a("PREP", "CONJ", "PRCL", "INTJ", "GRND") or word.lower in _NOBODY:
        return False
    if (word.is_a("PRTF") and not word.is_a("NOUN")) or _is_known_by(word):
        return False
    return verb is None or _agrees(word, verb)


def in_another_case(name: WordForm, surname: WordForm | None) -> bool:
    """Tell the first name of "Инну Котову", which could be the subject if no surname behind it said otherwise."""
    if surname is None or not name.is_name or not surname.is_name or surname.can("nomn"):
        return False
    return any(name.can("Name", case) and surname.can("Surn", case) for case in CASES)


def after_phrase(unit: Unit, at: int, last: int) -> int:
    """Return where a phrase with its preposition ends: after its noun and what hangs on it in the genitive."""
    at += 1
    while at < last and (word := unit.word(at)) and not word.is_a("NOUN") and word.senses:
        at += 1
    at += 1
    while (
        at < last
        and (word := unit.word(at))
        and word.can("gent")
        and not word.can("nomn")
        and not word.is_a("VERB", "PREP")
    ):
        at += 1
    return at


def phrase_at(unit: Unit, first: int, last: int) -> Iterator[WordForm]:
    """Yield the words of a noun phrase from its first on, names behind it included."""
    for at in range(first, min(last, first + LONGEST)):
        word = unit.word(at)
        if word is None and not unit.mark(at) and not unit.items[at].quotation:
            continue
        if word is None:
            following = unit.word(at + 1)
            if unit.items[at].quotation and following and following.is_name and is_personal(following):
                continue
            if unit.items[at].quotation or unit.mark(at) in DASHES | {":", "(", ";"}:
                return
            if unit.mark(at) == "," and not _goes_on(unit, first, at):
                return
            continue
        if not word.is_a(*_LINKED, "PREP") and word.senses:
            return
        if word.is_a("CONJ", "PRCL") and not word.is_a("PREP") and word.lower not in AND and not word.is_name:
            return
        if word.senses and word.senses[0].pos == "ADVB" and not word.is_name:
            return
        yield word


def _goes_on(unit: Unit, first: int, comma: int) -> bool:
    """Tell a comma within one phrase: a row of offices, "знакомый с вопросом", "и X, и Y"."""
    word, before = unit.word(comma + 1), unit.word(first - 1)
    both = word and before and word.lower in AND and before.lower == word.lower
    return bool(both) or _is_apposition(unit, comma) or _is_known_by(word)


def _is_apposition(unit: Unit, comma: int) -> bool:
    """Tell a comma in a row of offices that ends in a name."""
    word = unit.word(comma + 1)
    if word is None or word.is_a("PREP", "CONJ") or unit.cue_at(comma + 1) is not None:
        return False
    return word.is_a("NOUN", "ADJF") and word.can("nomn")


def _is_known_by(word: WordForm | None) -> bool:
    """Tell a word that goes on describing behind a comma: "знакомый с вопросом", "похитившие двоих"."""
    return word is not None and (word.is_a("PRTF") or bool(word.lemmas & _KNOWING))


def offices_before(unit: Unit, at: int) -> set[str]:
    """Return the nouns for people that stand right before a name; "советника Рябова" is another's."""
    found: set[str] = set()
    name = unit.word(at)
    cases = {mark for sense in name.senses for mark in sense.marks.intersection(CASES)} if name else set()
    for place in range(at - 1, max(-1, at - 7), -1):
        word = unit.word(place)
        if word is None or not word.is_a("NOUN", "ADJF") or word.is_a("PREP", "VERB"):
            break
        is_another = place == at - 1 and "nomn" not in cases and word.lemmas & unit.lexicon.aides
        if not word.is_name and not is_another and (not cases or any(sense.marks & cases for sense in word.senses)):
            found |= word.lemmas
    return found


def is_about_thing(unit: Unit, gender: str) -> bool:
    """Tell whether the first noun that can be a subject is a thing, of a gender."""
    words = (item.token for item in unit.items if item.token)
    subject = next((each for each in words if each.is_a("NOUN") and each.can("nomn")), None)
    is_thing = subject is not None and not is_personal(subject) and not subject.can("anim")
    return is_thing and subject is not None and subject.can(gender, "nomn")


def words_in(unit: Unit, first: int, last: int) -> Iterator[WordForm]:
    """Yield the words between two places."""
    yield from (word for at in range(first, last) if (word := unit.word(at)))


def until_mark(unit: Unit, first: int, last: int) -> Iterator[WordForm]:
    """Yield words up to the next mark, preposition or verb."""
    for at in range(first, last):
        word = unit.word(at)
        if word is None or word.is_a("PREP") or (word.is_a("VERB") and not word.is_a("NOUN")):
            return
        yield word


def core_of(words: Sequence[WordForm]) -> list[WordForm]:
    """Return a description without what a preposition adds to it, but for sources, envoys and their like."""
    core: list[WordForm] = []
    for word in words:
        if word.is_a("PREP") and not any(each.lemmas & _OF_PLACES or _is_known_by(each) for each in core):
            break
        core.append(word)
    return core


def person_in(words: Sequence[WordForm], in_case: str) -> list[WordForm]:
    """Return the last name of a person among words, in the case of the phrase and behind no preposition."""
    rows = _rows(words, in_case)
    people = [own for row in rows if (own := _from_given(list(dropwhile(lambda word: not is_personal(word), row))))]
    free = [row for row in people if (at := words.index(row[0])) == 0 or not words[at - 1].is_a("PREP")]
    return free[-1] if free else []


def _from_given(row: list[WordForm]) -> list[WordForm]:
    """Return a name from its first name on, where a surname stands behind that: before it is an office."""
    given = next((at for at, word in enumerate(row) if word.can("Name") and not word.can(UNKNOWN)), 0)
    return row[given:] if given < len(row) - 1 else row


def name_in(words: Sequence[WordForm], in_case: str) -> list[WordForm]:
    """Return the name of a body that a phrase begins with, and whose it is; none where an office stands in it."""
    named = _rows(words, in_case)
    has_office = any(word.can("anim") and not word.is_name for word in words)
    if not named or has_office or words.index(named[0][0]):
        return []
    owners = takewhile(lambda word: word.is_name and word.can("gent"), words[len(named[0]) :])
    return [*named[0], *owners]


def _rows(words: Sequence[WordForm], in_case: str) -> list[list[WordForm]]:
    """Return the stretches of capitals in a row that can be a name in this case."""
    rows: list[list[WordForm]] = [[]]
    for number, word in enumerate(words):
        if _can_be_name(word, in_case, is_first=number == 0) or (rows[-1] and is_surname(word, rows[-1][-1])):
            rows[-1].append(word)
        elif rows[-1]:
            rows.append([])
    return [row for row in rows if row]


def _can_be_name(word: WordForm, in_case: str, *, is_first: bool) -> bool:
    if not word.is_name:
        return False
    if not word.senses:
        return True
    if not word.can(in_case) or word.is_a("PREP", "CONJ", "PRCL"):
        return False
    return not is_first or any(word.can(mark) for mark in _NAME_MARKS) or word.text.isupper()


def is_surname(word: WordForm, before: WordForm) -> bool:
    """Tell a word with a capital behind a first name: whatever else it means, it is a surname here."""
    given = before.is_initial or before.can("Patr") or (before.can("Name") and not before.can("Surn"))
    return given and word.is_name and not word.is_a("PREP", "CONJ") and not word.text.isupper()


def with_name(unit: Unit, words: list[WordForm], last: int) -> list[WordForm]:
    """Return an office with the name that ends its clause, whatever stands between: "мэр с 2010-го Олег Рябов"."""
    if not words or not any(word.can("anim", "nomn") for word in words) or person_in(words, "nomn"):
        return words
    end = [word for at in (last - 2, last - 1) if (word := unit.word(at)) and word.is_name and word.can("nomn")]
    is_name = len(end) == 2 and end[0].can("Name") and end[0].span.start > words[-1].span.end  # noqa: PLR2004 - both of them
    between = (
        word for item in unit.items if (word := item.token) and words[-1].span.end < word.span.start < end[0].span.start
    )
    return (
        [*words, *between, *end]
        if is_name and not any(w.is_a("VERB") and not w.is_a("NOUN") for w in between)
        else words
    )


def is_personal(word: WordForm) -> bool:
    """Tell a word that is, or may be, a person's name."""
    if word.is_initial:
        return True
    named = any(word.can(mark) for mark in ("Name", "Surn", "Patr", UNKNOWN)) or not (
        word.senses or word.text.isascii()
    )
    return named and not (word.text.isupper() and len(word.text) > 1)


def gender_of(words: Sequence[WordForm]) -> str | None:
    """Return the gender that words have for certain, as names and nouns for people do."""
    for mark in ("Name", "Surn", "anim"):
        for gender in GENDERS:
            others = [each for each in GENDERS if each != gender]
            if any(word.can(mark, gender) and not any(word.can(mark, other) for other in others) for word in words):
                return gender
    return None


def is_possessive(word: WordForm, following: WordForm | None) -> bool:
    """Tell "его" of "его штаб"."""
    return word.lower in _POSSESSIVE and following is not None and following.is_a("NOUN", "ADJF")


def pronoun_gender(lower: str) -> str | None:
    """Return the gender of a personal or possessive pronoun, "plur" for several; None for another word."""
    if lower in {"он", "его", "него", "він", "його", "нього"}:
        return "masc"
    if lower in {"она", "ее", "её", "нее", "вона", "її", "неї"}:
        return "femn"
    return "plur" if lower in {"они", "их", "них", "вони", "їх", "їхніми", "їхніх"} else None


def _agrees(word: WordForm, verb: WordForm) -> bool:
    """Tell whether a noun in the nominative can be a verb's subject: number, and gender in the past."""
    if verb.can("plur") and not verb.can("sing"):
        return (
            word.is_a("NUMR")
            or not word.senses
            or (word.can("nomn", "plur") and not (word.can(UNKNOWN) and word.is_name))
        )
    if (word.can(UNKNOWN) and word.is_name) or not _HEADS.isdisjoint(word.lemmas):
        return True
    if verb.can("sing") and all(sense.has("plur") for sense in word.senses if sense.has("nomn")):
        return False
    genders = [gender for gender in (*GENDERS, "neut") if verb.can(gender, "past")]
    if not genders:
        return True
    if word.can("anim") and word.can("nomn") and not is_personal(word):
        # Women hold offices whose names are men's: "министр заявила".
        return any(word.can(gender, "nomn") for gender in (*genders, "ms-f")) or "femn" in genders
    return (
        any(word.can(gender) for gender in genders)
        or not any(word.can(each) for each in (*GENDERS, "neut"))
        or word.can("Fixd")
    )


def is_short_for(short: str, full: str) -> bool:
    """Tell a surname, or a first name, from the full name that it is a part of."""
    parts = full.split()
    return len(short) < len(full) and (short.split()[-1:] == parts[-1:] or short == parts[0])
