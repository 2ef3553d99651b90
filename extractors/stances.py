"""What position a statement takes: accept, offer, demand, condition, reject, deny, threaten, doubt, assert or none.

The vocabulary follows PLOVER and the practice of negotiators. Reads a cue and the words said, nothing around them.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Stance(StrEnum):
    """A position; assert, deny, doubt and none are no positions on a proposal. Stored and shown."""

    ACCEPT = "accept"
    OFFER = "offer"
    DEMAND = "demand"
    CONDITION = "condition"
    REJECT = "reject"
    DENY = "deny"
    THREATEN = "threaten"
    DOUBT = "doubt"
    ASSERT = "assert"
    NONE = "none"


_CUES = {
    Stance.REJECT: "reject refuse rebuff dismiss oppose rule spurn decline veto repudiate scorn",
    Stance.DENY: "deny refute rebut disavow disclaim",
    Stance.THREATEN: "threaten",
    Stance.CONDITION: "condition stipulate",
    Stance.DEMAND: "demand urge call require request implore press appeal beseech instruct order",
    Stance.ACCEPT: "accept welcome agree approve endorse embrace back applaud hail concur",
    Stance.OFFER: "offer propose float pledge promise volunteer invite",
    Stance.DOUBT: "doubt question wonder caution",
    Stance.NONE: "thank ask congratulate greet",
}
_BY_CUE = {lemma: stance for stance, lemmas in _CUES.items() for lemma in lemmas.split()}
# A cue denied: who does not accept rejects; who does not rule out a thing leaves it open.
_NEGATED = {Stance.ACCEPT: Stance.REJECT, Stance.OFFER: Stance.REJECT, Stance.REJECT: Stance.OFFER}

_DECLINING = frozenset({"decline", "refuse"})
_SAYING = re.compile(
    r"to (?:say|comment|confirm|answer|disclose|discuss|elaborate|specify|reveal|name|identify|speculate)\b"
)

# In the order in which they are tried; most words fit none and only assert.
_CONTENT = {
    Stance.CONDITION: (
        r"unless",
        r"provided that",
        r"on (?:the )?condition",
        r"only (?:if|when|after)",
        r"can only",
        r"conditions (?:include|are)",
        r"preconditions? (?:is|are|include)",
        r"must (?:also )?(?:take into account|address|be addressed)",
        r"without .{3,60}, (?:no|there)",
        r"not .{2,60} (?:until|without)",
        r"if [^.,;]{2,40}? ?(?:assured|agree[sd]?|accept(?:s|ed)?|withdr[ae]ws?|recogni[sz]e[sd]?|guaranteed)",
    ),
    Stance.REJECT: (
        r"no (?:intention|grounds|basis|point|talks|negotiations|compromise)",
        r"not (?:yet )?been met",
        r"unacceptable",
        r"out of the question",
        r"non-?starter",
        r"smokescreen",
        r"never (?:accept|agree|recogni[sz]e|negotiate|surrender)",
        r"(?:will|would|shall|can)(?: not|n[’']t) (?:accept|agree|recogni[sz]e|negotiate|sign|discuss|give up|hold)",
        r"won[’']t (?:accept|agree|recogni[sz]e|negotiate|sign|discuss|give up|hold)",
        r"(?:we|I)(?: are|[’']re| am|[’']m) not (?:ready|prepared|willing)",
    ),
    Stance.DOUBT: (
        r"doubts?",
        r"s[ck]eptic\w*",
        r"no (?:\w+ )?signs?",
        r"(?:has|have|had)(?: not|n[’']t) seen",
        r"unclear",
        r"cautious eye",
        r"a long way",
        r"not convinced",
        r"remains to be seen",
        r"don[’']t (?:really )?(?:agree|believe|trust)",
        r"wait and see",
        r"we[’']ll (?:find out|see)",
        r"not a real",
        r"too early",
    ),
    Stance.THREATEN: (
        r"will (?:strike|retaliate|attack|destroy|be forced)",
        r"(?:severe|serious|dire|grave) consequences",
        r"legitimate targets?",
        r"pay a (?:heavy )?price",
    ),
    Stance.DEMAND: (
        r"must",
        r"demand(?:s|ing)?",
        r"needs? to",
        r"we (?:want|need)",
        r"recognition of",
        r"should (?:withdraw|stop|end|be withdrawn)",
        r"(?:has|have) to (?:withdraw|stop|end|recogni[sz]e|leave)",
    ),
    Stance.OFFER: (
        r"(?<!not )(?<!n[’']t )ready (?:to|for)",
        r"(?<!not )(?<!n[’']t )prepared to",
        r"(?<!not )(?<!n[’']t )willing(?:ness)? to",
        r"open(?:ness)? to",
        r"a desire for",
        r"propos(?:es?|ing)",
        r"should be part of",
        r"settle for",
        r"take the document",
        r"reducing military",
        r"can be the basis",
    ),
    Stance.ACCEPT: (
        r"welcom(?:es?|ed)",
        r"(?:we|I) (?:will )?(?:accept|agree|support)",
        r"let them resume",
        r"not a bad deal",
    ),
}
_PATTERNS = tuple(
    (stance, re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)) for stance, patterns in _CONTENT.items()
)


def stance_of(cue: str | None, words: str, *, negated: bool = False) -> Stance:
    """Return the stance of `words` brought in by the cue of this lemma; `negated` is "did not rule out"."""
    if is_silence(cue, words, negated=negated):
        return Stance.NONE
    by_cue = _BY_CUE.get((cue or "").lower())
    if by_cue is not None:
        return _NEGATED.get(by_cue, Stance.NONE) if negated else by_cue
    if negated:
        return Stance.NONE
    return next((stance for stance, pattern in _PATTERNS if pattern.search(words)), Stance.ASSERT)


def is_silence(cue: str | None, words: str, *, negated: bool = False) -> bool:
    """Tell a report that says what was not said: "did not say that", "declined to say whether"."""
    lemma = (cue or "").lower()
    if lemma in _DECLINING and _SAYING.match(words):
        return not negated
    return negated and _BY_CUE.get(lemma) not in _NEGATED


def is_denial_of(cue: str | None, *, negated: bool = False) -> bool:
    """Tell a cue that denies what it brings in: "ruled out a ceasefire", "denied that"; "did not rule out" does not."""
    return not negated and _BY_CUE.get((cue or "").lower()) in {Stance.REJECT, Stance.DENY}
