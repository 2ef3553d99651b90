"""Whether the words around a phrase negate it: "no ceasefire", "ruled out a truce". Looks at words, not at grammar."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.records import Span
from extractors.text.words import Token, base, fold, tokens


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# How many words may stand between what negates and the phrase.
_REACH = 5
_NO_REACH = 3
_AFTER_REACH = 3

_NOT = _listed("not never cannot neither nor nobody none")
_NO = _listed("no without")
_YET_YES = _listed("only just merely simply necessarily doubt matter question wonder")
_EITHER_WAY = _listed("or if why")
# Verbs that negate their object, by stem; "not" before one makes a yes of it again.
_REFUSING = frozenset(map(base, _listed("reject refuse rebuff deny dismiss oppose exclude fail")))
_DENY, _RULE = base("deny"), base("rule")
_IMPOSSIBLE = _listed("impossible unacceptable unthinkable")
_AUXILIARIES = _listed("is are was were be been being will would has have had can could may might should did does do")
_IDIOMS = (["off", "the", "table"], ["out", "of", "the", "question"])
# What stands beyond these belongs to another clause.
_BREAK = re.compile(r"[,;:()…—]|[.?!]\s|\s[–-]\s")
_OTHER_CLAUSE = _listed(
    "but because until unless although though while whereas that which who whom after before since and said"
)


def negation(text: str, sentence: Span, phrase: Span) -> Span | None:
    """Return the words of the sentence that negate the phrase; None for none, and where two undo each other."""
    before = _words_before(text, sentence.start, phrase.start)
    after = _words_after(text, phrase.end, sentence.end)
    return _negated_before(before) or _negated_after(after) or _ruled_out_around(before, after)


def _words_before(text: str, start: int, end: int) -> list[Token]:
    """Return the words before the phrase in its own clause, the nearest first."""
    for found in _BREAK.finditer(text, start, end):
        start = found.end()
    words = _words(text, start, end)[::-1]
    for at, word in enumerate(words):
        denies = _lower(word) == "that" and any(base(other.text) == _DENY for other in words[at + 1 : at + 2])
        if _lower(word) in _OTHER_CLAUSE and not denies:
            return words[:at]
    return words


def _words_after(text: str, start: int, end: int) -> list[Token]:
    """Return the words after the phrase in its own clause."""
    found = _BREAK.search(text, start, end)
    words = _words(text, start, found.start() if found else end)
    first = next((at for at, word in enumerate(words) if _lower(word) in _OTHER_CLAUSE), len(words))
    return words[:first]


def _words(text: str, start: int, end: int) -> list[Token]:
    return [Token(word.text, word.start + start, word.end + start) for word in tokens(text[start:end])]


def _negated_before(words: Sequence[Token]) -> Span | None:
    for at, word in enumerate(words[: _REACH + 1]):
        if refusal := _refusal(words, at):
            return None if _is_undone(words, at) else refusal
        if _lower(word) in _NO and at <= _NO_REACH:
            has_verb = any(_lower(between) in _AUXILIARIES for between in words[:at])
            return None if has_verb or _means_yes(words, at) else Span(word.start, word.end)
        if _is_not(word):
            return None if _means_yes(words, at) else Span(word.start, word.end)
    return None


def _refusal(words: Sequence[Token], at: int) -> Span | None:
    """Return the refusing verb that ends here, words being the nearest first: "rejected", "ruled out"."""
    word = words[at]
    if base(word.text) in _REFUSING:
        return Span(word.start, word.end)
    if _lower(word) == "out" and at + 1 < len(words) and base(words[at + 1].text) == _RULE:
        return Span(words[at + 1].start, word.end)
    return None


def _is_undone(words: Sequence[Token], at: int) -> bool:
    """Tell whether a refusal is itself negated: "did not rule out", "refused to rule out"."""
    return any(_is_not(word) or base(word.text) in _REFUSING for word in words[at + 1 : at + 4])


def _means_yes(words: Sequence[Token], at: int) -> bool:
    """Tell whether "no" or "not" is one of "not only", "no doubt", "if not", "whether or not"."""
    nearer, farther = words[at - 1 : at] if at else [], words[at + 1 : at + 2]
    return any(_lower(word) in _YET_YES for word in nearer) or any(_lower(word) in _EITHER_WAY for word in farther)


def _negated_after(words: Sequence[Token]) -> Span | None:
    """Return what negates after the phrase: "is not possible", "was flatly rejected", "is off the table"."""
    for at, word in enumerate(words[: _AFTER_REACH + 1]):
        if _lower(word).endswith("n't"):
            return Span(word.start, word.end)
        if _lower(word) in _AUXILIARIES or _is_not(word):
            return _predicate(words[at : at + _AFTER_REACH + 2])
    return None


def _predicate(words: Sequence[Token]) -> Span | None:
    """Return the negating words of "is not …", "was ruled out", "is impossible"; one that is negated is a yes."""
    said = [_lower(word) for word in words]
    negating = [at for at, word in enumerate(words) if _is_not(word)]
    refusing = [at for at, word in enumerate(words) if base(word.text) in _REFUSING or said[at] in _IMPOSSIBLE]
    refusing += [at for at in range(len(said) - 1) if base(said[at]) == _RULE and said[at + 1] == "out"]
    refusing += [at for at in range(len(said)) for idiom in _IDIOMS if said[at : at + len(idiom)] == idiom]
    if bool(negating) == bool(refusing):
        return None
    at = (negating or refusing)[0]
    if negating and any(word in _YET_YES for word in said[at + 1 : at + 2]):
        return None
    return Span(words[at].start, words[at].end)


def _ruled_out_around(before: Sequence[Token], after: Sequence[Token]) -> Span | None:
    """Return the verb of "ruled a ceasefire out"."""
    near = [at for at, word in enumerate(before[:3]) if base(word.text) == _RULE]
    if near and after and _lower(after[0]) == "out" and not _is_undone(before, near[0]):
        return Span(before[near[0]].start, before[near[0]].end)
    return None


def _is_not(word: Token) -> bool:
    return _lower(word) in _NOT or _lower(word).endswith("n't")


def _lower(word: Token) -> str:
    return fold(word.text).lower()
