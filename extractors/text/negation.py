"""Whether the words around a phrase negate it: "no ceasefire", "ruled out a truce". The one answer, for all who ask.

Negated is what is not (yet), will not be, was not spoken of, or is not wanted, accepted or held possible. A condition
("without a ceasefire no …", "if there is no ceasefire") negates nothing, nor does praise by denial ("not only",
"nothing stands in the way"). Looks at the words of one clause, not at grammar.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from extractors.records import Span
from extractors.text.words import base, fold, tokens


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _bases(listed: str) -> frozenset[str]:
    return frozenset(map(base, listed.split()))


# How many words may stand between what negates and the phrase.
_REACH = 6
_NO_REACH = 3
_AFTER_REACH = 4
_PREDICATE = 6  # words from the verb after a phrase on
_OUTWARD = 4  # words before a negating word in which another undoes it
_CLAUSE = 400  # characters around a phrase that are looked at

_NOT = _words("not never cannot neither nor nobody none nothing hardly scarcely barely")
_STAND = base("stand")
_PEOPLE = _bases("one side party government country leader official state nation minister politician man person")
# Verbs and nouns that negate what follows, by stem; "not" before one makes a yes of it again.
_REFUSING = _bases(
    "reject rejection refuse refusal rebuff deny denial dismiss oppose opposition exclude preclude decline spurn veto"
    " block prevent forbid abandon boycott cancel scrap thwart torpedo resist against dash lack reluctant unwilling"
    " unable"
)
_FAIL = base("fail")
_REFUSED = _REFUSING | {_FAIL}
_TWO_WORDS = frozenset(
    tuple(map(base, pair.split("_")))
    for pair in _words(
        "rule_out turn_down call_off give_up vote_down walk_away yet_to far_from short_of rather_than instead_of"
        " too_early too_soon too_late lack_of absence_of failure_to inability_to"
    )
)
_OF_TIME = frozenset({(base("yet"), base("to"))})
# Of which the second word may stand behind the phrase.
_PARTED = {base("rule"): "out", base("turn"): "down", base("call"): "off"}
_ADJECTIVES = _words(
    "impossible unacceptable unthinkable unrealistic premature inconceivable inadmissible unattainable unachievable"
    " unfeasible infeasible pointless undesirable unwelcome"
)
_FINAL = _ADJECTIVES | _words("elusive dead")
_IDIOMS = tuple(
    tuple(idiom.split("_"))
    for idiom in _words("off_the_table out_of_the_question out_of_reach far_off far_away way_off non_starter no_go")
)
# What hinders a thing does not negate it; what is not hindered, broken or replaced is a yes.
_HINDERING = _bases(
    "hinder hamper hindrance stop obstruct impede impediment delay derail undermine jeopardize endanger threaten stand"
    " break broken violate violation breach sabotage disrupt obstacle barrier objection alternative substitute wrong"
    " ignore postpone interrupt confirm specify disclose reveal explain doubt"
)
_YES_NEXT = _words(
    "only just merely simply necessarily least less short doubt matter wonder secret surprise accident coincidence"
    " better other enough all everyone everybody every"
)
_UNDOING = _words("no without anything short wrong mistake")
_YES_BEFORE = _words("or if why")
_MORE_THAN = frozenset({("more", "than"), ("better", "than"), ("as", "much"), ("as", "badly")})
_MORE_FOR = frozenset({("more", "for"), ("more", "to"), ("better", "for")})
_COMPARED = _words("more closer nearer so as")
_TOWARDS = _words("of on for to toward towards about over")
_REACHED = _bases("reach make made agree hold find achieve sign strike discuss see")
_ADVERBS = _words("still now also yet simply even ever again already so")
_BEGUN = _bases("begin start sign agree")
_AUXILIARIES = _words(
    "is are was were be been being will would has have had can could may might must should shall did does do"
)
_BE = _words("is are was were be been being remain remains remained has have had")
_LINKING = _words("remains remain remained seems seemed seem looks looked look appears appeared appear became")
_MODALS = _words("will would can could may might must should shall need")
_PAST = _words("left met went came broke fell ran began was were has had is are remains remain")
_ENDING = _bases("end close conclude finish leave return adjourn")
# After these "not" tells of something else, or of how much there is of the thing.
_NOT_OF_IT = _bases(
    "only just merely simply necessarily enough sufficient wait soon far perfect cover include apply extend mean depend"
    " require affect concern suffice"
)
_SECRETS = _words("doubt secret surprise wonder accident coincidence problem less obstacle")
_DETERMINERS = _words("a an the any this that these those its their his her our your my such some")
_WITHIN = _words("after before since until during despite under with without amid by in through throughout following")
_ABOUT = _words("of on about for to at")
_PRONOUNS = _words("he she they we i it there you")
_RAISING = _bases("think believe expect imagine deny agree accept true possible likely convince mean")
# What stands beyond these belongs to another clause.
_BREAK = re.compile(r"[,;:()…—]|[.?!]\s|\s[–-]\s")
_OTHER_CLAUSE = _words(
    "but because until unless although though while whereas that which who whom after before since and said if whether"
    " than why how when where once"
)
_NEXT_CLAUSE = _OTHER_CLAUSE - {"than"} | {"nor"}
_CONDITIONAL = _words("if unless whether until once")
_ASIDE = re.compile(
    r",[”\"’]?\s[^,;:.?!…—\n]{1,40}\b(?:said|says|added|told|insisted|warned|stressed)\b[^,;:.?!…—\n]{0,30},\s[“\"‘]?"
)


class _Word(NamedTuple):
    lower: str
    base: str
    span: Span

    @property
    def is_not(self) -> bool:
        return self.lower in _NOT or self.lower.endswith("n't")


def negation(text: str, sentence: Span, phrase: Span) -> Span | None:
    """Return the words of the sentence that negate the phrase; None for none, and where two undo each other."""
    clause, opener = _clause_before(text, sentence, phrase)
    if opener in _CONDITIONAL:
        return None
    after = _clause_after(text, sentence, phrase)
    by_before, by_after = _negated_before(clause, opener, after), _negated_after(clause, opener, after)
    if by_before and by_after:
        return None
    return by_before or by_after


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
    return [
        _Word(fold(each.text).lower(), base(each.text), Span(each.start + start, each.end + start))
        for each in tokens(text[start:end])
    ]


def _clause_before(text: str, sentence: Span, phrase: Span) -> tuple[list[_Word], str]:
    """Return the words before the phrase in its own clause, and the word that opens the clause, if one does."""
    start = max(sentence.start, phrase.start - _CLAUSE)
    for found in _BREAK.finditer(text, start, phrase.start):
        start = found.end()
    words = _read(text, start, phrase.start)
    for at in range(len(words) - 1, -1, -1):
        if words[at].lower in _OTHER_CLAUSE and not _joins(words, at):
            if _leaves_open(words, at):
                return words[at + 1 :], "if"
            return _main_clause(words[at + 1 :], words[at].lower)
    return words, ""


def _joins(words: Sequence[_Word], at: int) -> bool:
    """Tell whether what negates reaches past this word: "denied that", "a truce and a …", "rather than"."""
    before = words[at - 1] if at else None
    match words[at].lower:
        case "that":
            return before is not None and before.base in _RAISING
        case "than":
            return before is not None and before.lower == "rather"
        case "and":
            return all(word.lower in _DETERMINERS for word in words[at + 1 :])
    return False


def _leaves_open(words: Sequence[_Word], at: int) -> bool:
    """Tell "no reason why …" and "nobody but …": what stands in them is not denied."""
    before = [word.lower for word in words[max(0, at - 2) : at]]
    return before in (["no", "reason"], ["any", "reason"], ["no", "one"]) or before[-1:] in (["nobody"], ["none"])


def _main_clause(words: list[_Word], opener: str) -> tuple[list[_Word], str]:
    """Leave a condition out that the main clause follows without a comma: "unless they go there will be …"."""
    if opener in _CONDITIONAL:
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
    if joined and any(word.lower in _AUXILIARIES for word in after):
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
    if before is not None and (before.base, word.base) in _TWO_WORDS:
        is_condition = [each.lower for each in words[:at]] == ["in", "the", "absence"]
        return () if is_condition else (before, word)
    if before is not None and word.lower in {"to", "for"} and (before.lower in _ADJECTIVES or before.base == _FAIL):
        return (before,)
    return (word,) if word.base in _REFUSING else ()


def _is_hindering(words: Sequence[_Word], at: int) -> bool:
    if words[at].base == _STAND:
        return any(word.lower == "way" for word in words[at + 1 :])
    return words[at].base in _HINDERING


def _is_undone(words: Sequence[_Word], at: int) -> bool:
    """Tell whether a refusal is itself negated: "did not rule out", "refused to rule out", "wrong to reject"."""
    return any(
        word.base in _REFUSED or word.lower in _UNDOING or word.is_not
        for before, word in enumerate(words[:at])
        if before >= at - _OUTWARD and not _is_yes_by_next(words, before)
    )


def _is_denied(words: Sequence[_Word], at: int) -> bool:
    """Tell whether "no" or "not" stands in what is denied: "denied that no …", "not true that there is no …"."""
    outward = range(max(0, at - _OUTWARD - 1), at)
    is_refused = any(words[before].base in _REFUSED for before in outward)
    thought = next((before for before in outward if words[before].base in _RAISING), 0)
    return is_refused or any(word.is_not or word.lower == "no" for word in words[:thought])


def _means_yes(words: Sequence[_Word], at: int, opener: str, after: Sequence[_Word]) -> bool:
    """Tell whether "no" or "not" is one of "not only", "no doubt", "whether or not", "nobody … more than we"."""
    if _is_yes_by_next(words, at) or (words[at - 1].lower if at else opener) in _YES_BEFORE:
        return True
    if words[at].lower == "no" and _has_own_verb(words[at + 1 :]):
        return True
    said = [word.lower for word in after]
    if any(pair in _MORE_THAN for pair in pairwise(said)):
        return True
    if any((one.lower, other.lower) in _MORE_FOR for one, other in pairwise(words[at + 2 :])):
        return True
    return words[at].lower == "never" and any(word in _COMPARED for word in said)


def _is_yes_by_next(words: Sequence[_Word], at: int) -> bool:
    nearer = [word.lower for word in words[at + 1 : at + 3]]
    return (nearer[:1] == ["question"] and nearer[1:] != ["of"]) or any(word in _YES_NEXT for word in nearer[:1])


def _reaches(between: Sequence[_Word]) -> bool:
    """Tell whether "no" reaches over these words: a few, or more where its noun is one of the phrase."""
    is_of_people = bool(between) and between[0].base in _PEOPLE
    return is_of_people or len(between) <= _NO_REACH or any(word.lower in _TOWARDS for word in between)


def _has_own_verb(between: Sequence[_Word]) -> bool:
    """Tell whether the noun of "no" has a verb before the phrase: "no date was given for a ceasefire"."""
    if not any(word.lower in _AUXILIARIES for word in between) or between[0].base in _PEOPLE:
        return False
    is_result = any(word.base in _REACHED for word in between) and any(word.lower in _TOWARDS for word in between)
    return not is_result


def _is_left_without(words: Sequence[_Word], at: int, after: Sequence[_Word]) -> bool:
    """Tell "the talks ended without a ceasefire" from a condition: "no talks without a ceasefire"."""
    before = words[:at]
    if not before or any(word.lower in _AUXILIARIES for word in after[:_AFTER_REACH]):
        return False
    if any(word.is_not or word.lower == "no" or word.base in _REFUSING for word in before):
        return False
    if any(word.base in _ENDING for word in before):
        return True
    is_told = any(word.lower in _PAST or word.lower.endswith("ed") for word in before)
    return is_told and not any(word.lower in _MODALS for word in before)


def _negated_after(words: Sequence[_Word], opener: str, after: Sequence[_Word]) -> Span | None:
    """Return what negates after the phrase: "is not possible", "was flatly rejected", "is off the table"."""
    if _stands_within(words, opener):
        return None
    is_about = any(word.lower in _ABOUT for word in words[-_NO_REACH:])
    if after and after[0].base in _REFUSING and after[0].lower.endswith("ed"):
        return after[0].span
    for at, word in enumerate(after[: _AFTER_REACH + 1]):
        if is_about and word.lower in _PRONOUNS:
            return None
        if word.is_not or word.lower in _AUXILIARIES or word.lower in _LINKING:
            return _predicate(after[at : at + _PREDICATE])
    return None


def _stands_within(words: Sequence[_Word], opener: str) -> bool:
    """Tell whether the phrase belongs to a word such as "under" or "during", so that no verb is about it."""
    rest = [opener, *(word.lower for word in words)]
    if rest[-1] not in _DETERMINERS | _WITHIN and len(rest) > 1:
        rest.pop()
    while rest[-1] in _DETERMINERS and len(rest) > 1:
        rest.pop()
    return rest[-1] in _WITHIN


def _predicate(words: Sequence[_Word]) -> Span | None:
    """Return the negating words of "is not …", "was ruled out", "is impossible"; one that is negated is a yes."""
    negating = _negating_at(words)
    refusing = next(_refusing_at(words), None)
    if negating is None:
        return refusing.span if refusing else None
    if negating == 0 and words[1:] and words[1].lower in _DETERMINERS:
        return None  # "a ceasefire, he said, not a surrender"
    rest = words[negating + 1 :]
    of_another = any(word.base in _NOT_OF_IT for word in rest[:2])
    of_another = of_another or (words[negating].lower == "never" and any(word.lower in _COMPARED for word in rest))
    is_yes = refusing or of_another or any(word.base in _HINDERING for word in rest)
    return None if is_yes else words[negating].span


def _negating_at(words: Sequence[_Word]) -> int | None:
    """Return where the verb that begins here is negated: nothing but auxiliaries and adverbs before that."""
    for at, word in enumerate(words):
        follows = words[at + 1].lower if at + 1 < len(words) else ""
        if word.lower in {"hardly", "scarcely", "barely"} and base(follows) in _BEGUN:
            return None
        if word.is_not or (word.lower, follows) == ("yet", "to"):
            return at
        if word.lower == "no" and at and words[at - 1].lower in _BE:
            return None if follows in _SECRETS else at
        is_of_verb = word.lower in _AUXILIARIES or word.lower in _LINKING or word.lower in _ADVERBS
        if not is_of_verb and not word.lower.endswith("ly"):
            return None
    return None


def _refusing_at(words: Sequence[_Word]) -> Iterator[_Word]:
    said = [word.lower for word in words]
    for at, word in enumerate(words):
        pair = tuple(each.base for each in words[at : at + 2])
        is_idiom = any(tuple(said[at : at + len(idiom)]) == idiom for idiom in _IDIOMS)
        if is_idiom or word.base in _REFUSING or said[at] in _FINAL or pair in _TWO_WORDS - _OF_TIME:
            yield word


def _parted(words: Sequence[_Word], after: Sequence[_Word]) -> int | None:
    """Return where the verb of "ruled a ceasefire out" stands."""
    near = range(len(words) - 1, max(-1, len(words) - _NO_REACH - 1), -1)
    particle = after[0].lower if after else None
    return next((at for at in near if particle and _PARTED.get(words[at].base) == particle), None)
