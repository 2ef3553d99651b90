"""What position a statement takes: accept, offer, demand, condition, reject, deny, threaten, doubt, assert or none.

The vocabulary follows PLOVER and the practice of negotiators. Reads a cue and the words said, nothing around them.
"""

from __future__ import annotations

import re

from extractors.speech.stance_actors import is_close, is_own
from extractors.speech.stance_cues import CUES, FOLLOWED, IF, LEAVING_OPEN, REPORTS, UNLESS, Stance
from extractors.speech.stance_words import CONTENT, Whose

__all__ = ["Stance", "is_silence", "stance_of"]

_BY_CUE = {lemma.replace("_", " "): stance for stance, lemmas in CUES.items() for lemma in lemmas.split()}
_FOLLOWED = {
    lemma: tuple((stance, re.compile(words, re.IGNORECASE)) for stance, words in rows)
    for lemma, rows in FOLLOWED.items()
}
# A cue denied: who does not accept rejects; who does not rule out a thing leaves it open.
_NEGATED = {
    Stance.ACCEPT: Stance.REJECT,
    Stance.OFFER: Stance.REJECT,
    Stance.REJECT: Stance.OFFER,
    Stance.DOUBT: Stance.ASSERT,
}
_LONGEST = 5_000  # characters in which a statement makes its point
_REACH = 300  # characters before a condition
_DECLINING = frozenset({"decline", "refuse"})
_SAYING = re.compile(
    r"to (?:say|comment|confirm|answer|disclose|discuss|elaborate|specify|reveal|name|identify|speculate)\b"
)
# On what condition a cue's act turns into the condition.
_ON_CONDITION = {Stance.ACCEPT: IF, Stance.OFFER: IF, Stance.REJECT: UNLESS}


def stance_of(cue: str | None, words: str, *, negated: bool = False) -> Stance:
    """Return the stance of words as `voiced` under the cue of this lemma; `negated` is "did not rule out"."""
    if is_silence(cue, words, negated=negated):
        return Stance.NONE
    by_cue = _of_cue((cue or "").lower(), words)
    if negated:
        return Stance.NONE if by_cue is None else _NEGATED.get(by_cue, Stance.NONE)
    if by_cue is None:
        return _of_words(words)
    if by_cue in _ON_CONDITION and _ON_CONDITION[by_cue].search(words):
        return Stance.CONDITION
    if by_cue is Stance.OFFER and (kept := _of_words(words)) in {Stance.THREATEN, Stance.REJECT}:
        return kept
    return by_cue


def _of_cue(lemma: str, words: str) -> Stance | None:
    """Return the act that the cue itself is, None for one that only brings words in."""
    for act, following in _FOLLOWED.get(lemma, ()):
        if following.match(words):
            return act
    stance = _BY_CUE.get(lemma)
    if stance is Stance.REJECT and lemma in _DECLINING and LEAVING_OPEN.match(words):
        return Stance.OFFER
    return Stance.DENY if stance is Stance.REJECT and REPORTS.match(words) else stance


def _of_words(words: str) -> Stance:
    """Return the first position that the words take themselves; what they tell of others is none of it."""
    for stance, whose, pattern in CONTENT:
        if any(_counts(words, stance, whose, match.start()) for match in pattern.finditer(words, 0, _LONGEST)):
            return stance
    return Stance.ASSERT


def _counts(words: str, stance: Stance, whose: Whose, at: int) -> bool:
    if whose is Whose.OWN:
        return is_own(words, at) is True and is_close(words, at)
    if whose is Whose.NOT_ANOTHER:
        return is_own(words, at) is not False
    return stance is not Stance.CONDITION or not _is_told_of_another(words, at)


def _is_told_of_another(words: str, at: int) -> bool:
    """Tell whether an act of another's stands before `at`: "Kyiv will not talk unless" is Kyiv's condition."""
    start = max(0, at - _REACH)
    acts = (match for _, whose, act in CONTENT if whose is not Whose.ANYONE for match in act.finditer(words, start, at))
    return any(is_own(words, match.start()) is False for match in acts)


def is_silence(cue: str | None, words: str, *, negated: bool = False) -> bool:
    """Tell a report that says what was not said: "did not say that", "declined to say whether"."""
    lemma = (cue or "").lower()
    if lemma in _DECLINING and _SAYING.match(words):
        return not negated
    return negated and _of_cue(lemma, words) not in _NEGATED
