"""Whether the words around a phrase negate it: "no ceasefire", "ruled out a truce". The one answer, for all who ask.

Negated is what is not (yet), will not be, was not spoken of, or is not wanted, accepted or held possible. A condition
("without a ceasefire no …", "if there is no ceasefire") negates nothing, nor does praise by denial ("not only",
"nothing stands in the way"). Looks at the words of one clause, not at grammar.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from extractors.records import Span
from extractors.text.tables import tables
from extractors.text.words import base, fold, is_cyrillic, remembered, tokens

_LISTS = tables("extractors.text", "negation.toml")
_WORDS = {name: frozenset(words.split()) for name, words in _LISTS["words"].items()}
_STEMS = {name: frozenset(map(base, words.split())) for name, words in _LISTS["stems"].items()}


def _parts(pairs: str, key: Callable[[str], str] = str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(map(key, pair.split("_"))) for pair in pairs.split())


# How many words may stand between what negates and the phrase.
_REACH = 6
_NO_REACH = 3
_AFTER_REACH = 4
_PREDICATE = 6  # words from the verb after a phrase on
_OUTWARD = 4  # words before a negating word in which another undoes it
_CLAUSE = 400  # characters around a phrase that are looked at

_STAND, _FAIL, _YET_TO = base("stand"), base("fail"), (base("yet"), base("to"))
_REFUSED = _STEMS["refusing"] | {_FAIL}
_PAIRS = _parts(_LISTS["stems"]["pairs"], base)
_PARTED = {pair[0]: pair[1] for pair in _parts(_LISTS["stems"]["parted"], base)}
_IDIOMS, _MORE_THAN, _MORE_FOR = (_parts(_LISTS["words"][name]) for name in ("idioms", "more_than", "more_for"))
_FINAL = _WORDS["adjectives"] | _WORDS["final"]
_VERBS = _WORDS["auxiliaries"] | _WORDS["linking"]
_BEING_OR_HAVING = _WORDS["being"] | _WORDS["having"]
# What may stand between a negating word and the verb, and before the word that a phrase hangs on.
_PASSED_OVER = _VERBS | _WORDS["adverbs"] | {"to"}
_BEFORE_NOUN = _WORDS["determiners"] | _WORDS["within"]
# What stands beyond these belongs to another clause.
_BREAK = re.compile(r"[,;:()…—]|[.?!]\s|\s[–-]\s")
_NEXT_CLAUSE = _WORDS["clause"] - {"than"} | {"nor"}
_ASIDE = re.compile(
    r",[”\"’]?\s[^,;:.?!…—\n]{1,40}\b(?:said|says|added|told|insisted|warned|stressed)\b[^,;:.?!…—\n]{0,30},\s[“\"‘]?"
)


# The same for Russian and Ukrainian, whose words of denial need their clause alone: "не только" denies nothing.
_SLAVIC_NOT = re.compile(
    r"\b(?:не|нет|нету|никак\w+|невозможн\w+|немає|нема|жодн\w+|неможлив\w+|ніяк\w+"
    r"|отверг\w*|отклон\w+|опроверг\w*|исключ[аеи]\w+|відкин\w+|відхил\w+|спросту\w+|виключ[аи]\w+)\b",
    re.IGNORECASE,
)
# Words of denial that deny nothing: "не только", "не исключил", "без сомнения".
_SLAVIC_YES = re.compile(
    r"\bне (?:только|лишь|исключ\w+|против\w*|отверг\w*|отклон\w+|опроверг\w*|раньше|тільки|лише|виключ\w+|проти"
    r"|відкин\w+|відхил\w+|спросту\w+|раніше)\b|\b(?:без|нет|немає) (?:сомнени\w+|сумнів\w*)\b|\bбез \w+ не\b",
    re.IGNORECASE,
)
_SLAVIC_WITHOUT = re.compile(r"\bбез(?: \w+){0,2} $", re.IGNORECASE)
_SLAVIC_EDGE = re.compile(r"[,;:.!?…—–]\s|\s(?:но|однако|але|проте)\s|\n")


class _Word(NamedTuple):
    lower: str
    base: str
    span: Span

    @property
    def is_not(self) -> bool:
        return self.lower in _WORDS["not"] or self.lower.endswith("n't")


def negation(text: str, sentence: Span, phrase: Span) -> Span | None:
    """Return the words of the sentence that negate the phrase; None for none, and where two undo each other."""
    if is_cyrillic(phrase.slice(text)):
        return _slavic(text, sentence, phrase)
    clause, opener = _clause_before(text, sentence, phrase)
    if opener in _WORDS["condition"]:
        return None
    after = _clause_after(text, sentence, phrase)
    by_before, by_after = _negated_before(clause, opener, after), _negated_after(clause, opener, after)
    if by_before and by_after:
        return None
    return by_before or by_after


def _slavic(text: str, sentence: Span, phrase: Span) -> Span | None:
    start, end = max(sentence.start, phrase.start - _CLAUSE), min(sentence.end, phrase.end + _CLAUSE)
    edges = [*_SLAVIC_EDGE.finditer(text, start, end)]
    start = max((edge.end() for edge in edges if edge.end() <= phrase.start), default=start)
    end = min((edge.start() for edge in edges if edge.start() >= phrase.end), default=end)
    yes = [Span(*found.span()) for found in _SLAVIC_YES.finditer(text, start, end)]
    no = [Span(*found.span()) for found in _SLAVIC_NOT.finditer(text, start, end)]
    no = [span for span in no if not any(span.meets(other) for other in yes)]
    if without := _SLAVIC_WITHOUT.search(text, start, phrase.start):
        no.append(Span(without.start(), without.start() + len("без")))
    return no[-1] if len(no) % 2 else None


def is_negated_in(text: str, sentences: Sequence[Span], phrase: Span) -> bool:
    """Tell whether a phrase is negated in whichever of the text's sentences, in order, holds all of it."""
    at = bisect_right(sentences, phrase.start, key=lambda sentence: sentence.start) - 1
    is_own = at >= 0 and sentences[at].covers(phrase)
    return is_own and negation(text, sentences[at], phrase) is not None


def first_clause_end(text: str, said: Span) -> Span:
    """Return the place behind the last word of the first clause of some words."""
    words = _clause_after(text, said, Span(said.start, said.start))
    end = words[-1].span.end if words else said.end
    return Span(end, end)


def _read(text: str, start: int, end: int) -> list[_Word]:
    return [_Word(*_forms(each.text), Span(each.start + start, each.end + start)) for each in tokens(text[start:end])]


@remembered
def _forms(word: str) -> tuple[str, str]:
    return _lower(word), base(word)


def _lower(word: str) -> str:
    return word if word == "May" else fold(word).lower()  # a month is no verb


def _clause_before(text: str, sentence: Span, phrase: Span) -> tuple[list[_Word], str]:
    """Return the words before the phrase in its own clause, and the word that opens the clause, if one does."""
    start = max(sentence.start, phrase.start - _CLAUSE)
    for found in _BREAK.finditer(text, start, phrase.start):
        start = found.end()
    words = _read(text, start, phrase.start)
    for at in range(len(words) - 1, -1, -1):
        if words[at].lower in _WORDS["clause"] and not _joins(words, at):
            if _leaves_open(words, at):
                return words[at + 1 :], "if"
            return _main_clause(words[at + 1 :], words[at].lower)
    return words, ""


def _joins(words: Sequence[_Word], at: int) -> bool:
    """Tell whether what negates reaches past this word: "denied that", "a truce and a …", "rather than"."""
    before = words[at - 1] if at else None
    match words[at].lower:
        case "that":
            return before is not None and before.base in _STEMS["raising"]
        case "than":
            return before is not None and before.lower == "rather"
        case "and":
            return all(word.lower in _WORDS["determiners"] for word in words[at + 1 :])
    return False


def _leaves_open(words: Sequence[_Word], at: int) -> bool:
    """Tell "no reason why …" and "nobody but …": what stands in them is not denied."""
    before = [word.lower for word in words[max(0, at - 2) : at]]
    return before in (["no", "reason"], ["any", "reason"], ["no", "one"]) or before[-1:] in (["nobody"], ["none"])


def _main_clause(words: list[_Word], opener: str) -> tuple[list[_Word], str]:
    """Leave a condition out that the main clause follows without a comma: "unless they go there will be …"."""
    if opener in _WORDS["condition"]:
        there = next((at for at, word in enumerate(words) if at > 1 and word.lower == "there"), None)
        if there is not None:
            return words[there:], ""
    return words, opener


def _clause_after(text: str, sentence: Span, phrase: Span) -> list[_Word]:
    """Return the words after the phrase in its own clause, beyond an aside such as ", he said,"."""
    start, limit = phrase.end, min(sentence.end, phrase.end + _CLAUSE)
    if aside := _ASIDE.match(text, start, limit):
        start = aside.end()
    found = _BREAK.search(text, start, limit)
    words = _read(text, start, found.start() if found else limit)
    ends = (at for at, word in enumerate(words) if word.lower in _NEXT_CLAUSE)
    return words[: next(ends, len(words))]


def _negated_before(words: Sequence[_Word], opener: str, after: Sequence[_Word]) -> Span | None:
    """Return what negates before the phrase: the nearest word that could, unless it means a yes."""
    if (parted := _parted(words, after)) is not None:
        return None if _is_undone(words, parted) else words[parted].span
    joined = any(word.lower == "and" for word in words)
    if joined and any(word.lower in _WORDS["auxiliaries"] for word in after):
        return None
    for at in range(len(words) - 1, max(-1, len(words) - _REACH - 2), -1):
        if _is_hindering(words, at):
            return None
        if negating := _refusal(words, at) or _denial(words, at, joined=joined):
            is_so = _is_so(words, words.index(negating[0]), opener, after)
            return Span(negating[0].span.start, negating[-1].span.end) if is_so else None
    return None


def _denial(words: Sequence[_Word], at: int, *, joined: bool) -> tuple[_Word, ...]:
    """Return the "not", "no" or "without" that stands here; the last two end at an "and"."""
    word = words[at]
    is_own = word.lower == "without" or (word.lower == "no" and _reaches(words[at + 1 :]))
    return (word,) if word.is_not or (is_own and not joined) else ()


def _is_so(words: Sequence[_Word], at: int, opener: str, after: Sequence[_Word]) -> bool:
    """Tell whether what begins here, and could negate, does."""
    if words[at].lower == "without":
        return _is_left_without(words, at, after)
    if words[at].is_not or words[at].lower == "no":
        return not (_means_yes(words, at, opener, after) or _is_denied(words, at))
    return not _is_undone(words, at)


def _refusal(words: Sequence[_Word], at: int) -> tuple[_Word, ...]:
    """Return the refusing words that end here, if any: "rejected", "ruled out", "impossible" before "to"."""
    word, before = words[at], words[at - 1] if at else None
    if before is not None and (before.base, word.base) in _PAIRS:
        is_condition = [each.lower for each in words[:at]] == ["in", "the", "absence"]
        return () if is_condition else (before, word)
    if before is not None and word.lower in {"to", "for"} and _takes_infinitive(before):
        return (before,)
    return (word,) if word.base in _STEMS["refusing"] and not _has_own_object(words[at + 1 :]) else ()


def _takes_infinitive(word: _Word) -> bool:
    return word.lower in _WORDS["adjectives"] or word.base == _FAIL


def _has_own_object(between: Sequence[_Word]) -> bool:
    """Tell "rejected the demands made in the talks": what is rejected is parted from the phrase."""
    is_of_verb = bool(between) and between[0].lower == "to"
    return not is_of_verb and any(word.lower in _WORDS["parting"] for word in between)


def _is_hindering(words: Sequence[_Word], at: int) -> bool:
    if words[at].base == _STAND:
        return any(word.lower == "way" for word in words[at + 1 :])
    return words[at].base in _STEMS["hindering"]


def _is_undone(words: Sequence[_Word], at: int) -> bool:
    """Tell whether a refusal is itself negated: "did not rule out", "refused to rule out", "wrong to reject"."""
    return any(
        word.base in _REFUSED or word.lower in _WORDS["undoing"] or word.is_not
        for before, word in enumerate(words[:at])
        if before >= at - _OUTWARD and not _is_yes_by_next(words, before)
    )


def _is_denied(words: Sequence[_Word], at: int) -> bool:
    """Tell whether "no" or "not" stands in what is denied: "denied that no …", "not true that there is no …"."""
    outward = range(max(0, at - _OUTWARD - 1), at)
    is_refused = any(words[before].base in _REFUSED for before in outward)
    thought = next((before for before in outward if words[before].base in _STEMS["raising"]), 0)
    return is_refused or any(word.is_not or word.lower == "no" for word in words[:thought])


def _means_yes(words: Sequence[_Word], at: int, opener: str, after: Sequence[_Word]) -> bool:
    """Tell whether "no" or "not" is one of "not only", "no doubt", "whether or not", "nobody … more than we"."""
    if _is_yes_by_next(words, at) or (words[at - 1].lower if at else opener) in _WORDS["yes_before"]:
        return True
    if words[at].lower == "no" and _has_own_verb(words[at + 1 :]):
        return True
    said = [word.lower for word in after]
    if any(pair in _MORE_THAN for pair in pairwise(said)):
        return True
    if any((one.lower, other.lower) in _MORE_FOR for one, other in pairwise(words[at + 2 :])):
        return True
    return words[at].lower == "never" and any(word in _WORDS["compared"] for word in said)


def _is_yes_by_next(words: Sequence[_Word], at: int) -> bool:
    nearer = [word.lower for word in words[at + 1 : at + 3]]
    return (nearer[:1] == ["question"] and nearer[1:] != ["of"]) or not _WORDS["yes_next"].isdisjoint(nearer[:1])


def _reaches(between: Sequence[_Word]) -> bool:
    """Tell whether "no" reaches over these words: a few, or more where its noun is one of the phrase."""
    is_of_people = bool(between) and between[0].base in _STEMS["people"]
    return is_of_people or len(between) <= _NO_REACH or any(word.lower in _WORDS["towards"] for word in between)


def _has_own_verb(between: Sequence[_Word]) -> bool:
    """Tell whether the noun of "no" has a verb before the phrase: "no date was given for a ceasefire"."""
    if not any(word.lower in _WORDS["auxiliaries"] for word in between) or between[0].base in _STEMS["people"]:
        return False
    is_result = any(word.base in _STEMS["reached"] for word in between)
    return not (is_result and any(word.lower in _WORDS["towards"] for word in between))


def _is_left_without(words: Sequence[_Word], at: int, after: Sequence[_Word]) -> bool:
    """Tell "the talks ended without a ceasefire" from a condition: "no talks without a ceasefire"."""
    before = words[:at]
    if not before or any(word.lower in _WORDS["auxiliaries"] for word in after[:_AFTER_REACH]):
        return False
    if any(word.is_not or word.lower == "no" or word.base in _STEMS["refusing"] for word in before):
        return False
    if any(word.base in _STEMS["ending"] for word in before):
        return True
    is_told = any(word.lower in _WORDS["past"] or word.lower.endswith("ed") for word in before)
    return is_told and not any(word.lower in _WORDS["modals"] for word in before)


def _negated_after(words: Sequence[_Word], opener: str, after: Sequence[_Word]) -> Span | None:
    """Return what negates after the phrase: "is not possible", "was flatly rejected", "is off the table"."""
    if _stands_within(words, opener):
        return None
    is_about = any(word.lower in _WORDS["about"] for word in words[-_NO_REACH:])
    if after and after[0].base in _STEMS["refusing"] and after[0].lower.endswith("ed") and _is_passive(after[1:]):
        return after[0].span
    for at, word in enumerate(after[: _AFTER_REACH + 1]):
        if is_about and word.lower in _WORDS["pronouns"]:
            return None
        if word.is_not or word.lower in _VERBS:
            return _predicate(after[at : at + _PREDICATE])
    return None


def _is_passive(rest: Sequence[_Word]) -> bool:
    """Tell "ceasefire rejected by Moscow" from "negotiators rejected the demand"."""
    return not rest or rest[0].lower in {"by", "in", "at", "on", "as", "again", "outright"}


def _stands_within(words: Sequence[_Word], opener: str) -> bool:
    """Tell whether the phrase belongs to a word such as "under" or "during", so that no verb is about it."""
    rest = [opener, *(word.lower for word in words)]
    if rest[-1] not in _BEFORE_NOUN and len(rest) > 1:
        rest.pop()
    while rest[-1] in _WORDS["determiners"] and len(rest) > 1:
        rest.pop()
    return rest[-1] in _WORDS["within"]


def _predicate(words: Sequence[_Word]) -> Span | None:
    """Return the negating words of "is not …", "was ruled out", "is impossible"; one that is negated is a yes."""
    negating = _negating_at(words)
    refusing = next(_refusing_at(words), None)
    if negating is None:
        return refusing.span if refusing else None
    if negating == 0 and words[1:] and words[1].lower in _WORDS["determiners"]:
        return None  # "a ceasefire, he said, not a surrender"
    is_yes = refusing or any(word.base in _STEMS["hindering"] for word in words[negating + 1 :])
    return None if is_yes or not _is_of_thing(words, negating) else words[negating].span


def _is_of_thing(words: Sequence[_Word], negating: int) -> bool:
    """Tell whether what is denied is that the thing is, comes, or is made so; "does not mean peace" leaves it there."""
    rest = words[negating + 1 :]
    if any(word.base in _STEMS["not_of_it"] for word in rest[:2]):
        return False
    if words[negating].lower == "never" and any(word.lower in _WORDS["compared"] for word in rest):
        return False
    if negating == 0 or words[negating].lower == "no":
        return True
    at = next((at for at, word in enumerate(rest) if word.lower not in _PASSED_OVER), None)
    if at is None or rest[at].base in _STEMS["happening"]:
        return True
    is_passive = any(word.lower in _WORDS["being"] for word in (*words[: negating + 1], *rest[:at]))
    return is_passive and not rest[at].lower.endswith("ing")


def _negating_at(words: Sequence[_Word]) -> int | None:
    """Return where the verb that begins here is negated: nothing but auxiliaries and adverbs before that."""
    for at, word in enumerate(words):
        follows = words[at + 1].lower if at + 1 < len(words) else ""
        if word.lower in {"hardly", "scarcely", "barely"} and base(follows) in _STEMS["begun"]:
            return None
        if word.is_not or (word.lower, follows) == ("yet", "to"):
            return at
        if word.lower == "no" and at and words[at - 1].lower in _BEING_OR_HAVING:
            return None if follows in _WORDS["secrets"] else at
        is_of_verb = word.lower in _VERBS or word.lower in _WORDS["adverbs"]
        if not is_of_verb and not word.lower.endswith("ly"):
            return None
    return None


def _refusing_at(words: Sequence[_Word]) -> Iterator[_Word]:
    said = [word.lower for word in words]
    for at, word in enumerate(words):
        pair = tuple(each.base for each in words[at : at + 2])
        is_idiom = any(tuple(said[at : at + len(idiom)]) == idiom for idiom in _IDIOMS)
        is_pair = pair in _PAIRS and pair != _YET_TO
        if is_idiom or is_pair or said[at] in _FINAL or (word.base in _STEMS["refusing"] and word.base != "against"):
            yield word


def _parted(words: Sequence[_Word], after: Sequence[_Word]) -> int | None:
    """Return where the verb of "ruled a ceasefire out" stands."""
    near = range(len(words) - 1, max(-1, len(words) - _NO_REACH - 1), -1)
    particle = after[0].lower if after else None
    return next((at for at in near if particle and _PARTED.get(words[at].base) == particle), None)
