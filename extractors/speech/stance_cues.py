"""The stances, and the cues that are acts themselves: verbs and nouns that take a position. Tables, nothing else."""

from __future__ import annotations

import re
from enum import StrEnum

from extractors.speech.stance_actors import OTHER


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


# Cues that are an act, by what they are in the dictionary, two words joined by an underscore.
CUES = {
    Stance.REJECT: "reject refuse rebuff dismiss oppose spurn decline veto repudiate scorn rejection refusal rule_out",
    Stance.DENY: "deny refute rebut disavow disclaim denial",
    Stance.THREATEN: "threaten threat",
    Stance.CONDITION: "condition stipulate",
    Stance.DEMAND: "demand urge request require implore press appeal beseech instruct order call_for call_on call_upon"
    " insist_on insist_upon press_for push_for",
    Stance.ACCEPT: "accept welcome agree approve endorse embrace back applaud hail concur",
    Stance.OFFER: "offer propose float pledge promise volunteer invite",
    Stance.DOUBT: "doubt question wonder caution",
    Stance.NONE: "thank congratulate greet",
    # What is blamed on others is theirs.
    Stance.ASSERT: "accuse blame condemn denounce criticise criticize decry deplore lament",
}
# Verbs that mean something of their own with these.
PHRASAL = {
    "rule": frozenset({"out"}),
    "call": frozenset({"for", "on", "upon"}),
    "insist": frozenset({"on", "upon"}),
    "press": frozenset({"for"}),
    "push": frozenset({"for"}),
}
# Cues that are an act with some words only, in the order in which they are tried.
FOLLOWED = {
    "call": ((Stance.DEMAND, r"to\b"),),
    "insist": ((Stance.DEMAND, rf"(?:that )?(?:the )?{OTHER} (?!has |had |was |is |did )[a-z]+[^s\W]\s"),),
    "ask": (
        (Stance.NONE, r"(?:whether|if|why|how|what|when|where|who|about)\b"),
        (Stance.DEMAND, r"for\b|[^?:]{1,80}?\bto\b[^?]*$"),
        (Stance.NONE, r""),
    ),
    "suggest": (
        (
            Stance.OFFER,
            r"(?:holding|resuming|starting|hosting|extending|exchanging|pausing|freezing|meeting|setting up)\b",
        ),
        (
            Stance.OFFER,
            r"an?\s(?:\S+\s){0,3}?(?:meeting|summit|truce|ceasefire|pause|swap|exchange|compromise|round)\b",
        ),
    ),
    "warn": ((Stance.DEMAND, r"(?:\S+ ){1,4}?not to\b"),),
}
# Reports that are rejected are denied: only what is proposed can be turned down.
REPORTS = re.compile(
    r"(?:the |all |any |such |these |those |media |press |\w{1,20} )?"
    r"(?:reports?|claims?|allegations?|accusations?|charges|speculation|rumou?rs|assertions?|suggestions? that)\b"
)
LEAVING_OPEN = re.compile(r"to (?:rule out|exclude)\b")
UNLESS = re.compile(r"\b(?:unless|until|only (?:if|when|after|once)|as long as|provided that|on (?:the )?condition)\b")
IF = re.compile(rf"{UNLESS.pattern}|\bif\b|\bin (?:exchange|return) for\b")
