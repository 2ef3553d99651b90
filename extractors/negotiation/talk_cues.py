"""How sentences say that a meeting, deadline or truce is planned, moved, called off or over: phrases, nothing else."""

from __future__ import annotations

import re

from extractors.relation_records import TalkKind, TalkStatus

# Up to so many words of one noun phrase or clause: nothing that opens another clause is among them.
_STOPS = r"that|which|who|where|when|while|but|after|before|since|because|if|whether|said|says|told|as"
_DENIALS = r"not|never|no|cannot|\w+n[’']t|unlikely"
_FILL = rf"(?:\s(?!(?:{_STOPS}|{_DENIALS})\b)(?:\d+,|[\w’'“”.–-]+))"
_ASIDE = r"(?:,\s(?:which|originally|initially|scheduled|planned|due|set)\b[^,.;]{3,80},)?"
_OWN = r"(?:\s[\w’'“”–-]+){0,6}\s"  # between a verb and its object

EVENTS = {
    TalkKind.MEETING: re.compile(
        r"\b(?:(?:peace|ceasefire|truce|nuclear|high-stakes|bilateral|trilateral|direct|face-to-face|closed-door)\s){0,4}"
        r"(?:[Tt]alks|[Nn]egotiations|(?:peace\s)?(?:[Ss]ummit|[Cc]onference)(?:\s(?:meeting|talks))?|[Mm]eetings?"
        r"|[Cc]onsultations|[Dd]iscussions"
        r"|(?:[Nn]ext|[Nn]ew|[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]ifth|[Ss]ixth|[Aa]nother)\sround(?!\sof))\b(?!-)(?!\s(?:table|team|position|process|track|format|room|hall|point)s?\b)"
    ),
    TalkKind.TRUCE: re.compile(
        r"\b(?:[Cc]ease-?fire|[Tt]ruce|[Aa]rmistice|cessation of hostilities)\b(?!\s(?:talks|deal))"
    ),
    TalkKind.DEADLINE: re.compile(r"\b(?:[Dd]eadline|[Uu]ltimatum)\b"),
}
# These say too little: they count beside an official, a party or diplomats. And of talks not all are about war.
WEAK = re.compile(r"(?:[Mm]eetings?|[Cc]onference|[Cc]onsultations|[Dd]iscussions|round|meet|met)$")
DIPLOMATS = re.compile(r"\b(?:[Dd]elegat\w+|[Nn]egotiat\w+|[Ee]nvoys?|[Mm]ediators?|[Tt]he two sides|[Pp]eace)\b")
OTHER_TALKS = re.compile(
    r"\b(?:pay|wage|trade|tariff|budget|coalition|contract|merger|takeover|labou?r|climate|salary|debt|annual|party"
    r"|cabinet|board|press|news)\s(?:[\w-]+\s)?$",
    re.IGNORECASE,
)
# A meeting told by its verb alone.
MEETS = {
    TalkStatus.ANNOUNCED: re.compile(
        r"\b(?:will|(?:is|are) (?:due|set|scheduled|expected|planning|slated) to|(?:is|are) to|plans? to)\smeet\b"
    ),
    TalkStatus.HELD: re.compile(
        r"(?<!be )(?<!been )(?<!was )(?<!were )(?<!is )(?<!are )(?<!being )\bmet\b"
        r"(?=\s(?:with\s(?:(?:the\s)?[A-Z]|his|her|their)|(?:in|on|at)\s[A-Z]|for\s(?:talks|negotiations)|face to face"
        r"|(?:[A-Z][\w.]+\s){1,3}(?:in|on|at)\s[A-Z]))"
    ),
}

_WHEN = (
    r"(?:next|later|a\s|another|the\s|early|late|\d|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Feb|Mar|Apr|May"
)
_WHEN += r"|Jun|Jul|Aug|Sep|Oct|Nov|Dec))"
_MOVED = rf"(?:postponed|delayed|put off|pushed back|rescheduled|moved\s(?:back\s)?to(?=\s{_WHEN}))"
_OFF = r"(?:cancell?ed|called off|scrapped|abandoned)"
_WAS = r"\s(?:was|were|is|are|has been|have been|had been|will be|being)\s(?:\w+ly\s)?"
# Who plans it: the words before the verb that names what is planned.
_WILL = r"(?:will|would|(?:is|are) (?:due|set|scheduled|planned|expected|slated) to|(?:is|are) to|plans? to)"
_OPENS = r"(?:be held|take place|begin|start|resume|continue|open|convene|go ahead|be hosted|kick off|get under way)"
_FOR = r"(?:for|on|to (?:take place|be held)|in|next)"
_ENDED = r"(?:took place|began|started|opened|ended|concluded|wrapped up|broke up)"
_PLAINLY = r"(?![^.;]{0,60}\b(?:if|unless|only|once)\b)"  # and under no condition
_TAKES = r"(?:begin|start|take effect|come into (?:force|effect)|enter into force|last|run|continue)"

# What follows the noun, in the order in which it is tried; "FILL" stands for the rest of its phrase.
_AFTER = {
    TalkKind.MEETING: (
        (TalkStatus.CANCELLED, rf"{_WAS}{_OFF}\b|\s(?:will not|won[’']t|would not) (?:be held|take place|go ahead)\b"),
        (TalkStatus.POSTPONED, rf"{_WAS}{_MOVED}\b"),
        (TalkStatus.CONFIRMED, r"\s(?:was|were|is|are|has been|have been)\sconfirmed\b"),
        (TalkStatus.ANNOUNCED, rf"\s{_WILL}\s{_OPENS}\b{_PLAINLY}"),
        (TalkStatus.ANNOUNCED, rf"(?<!had been)\s(?:scheduled|planned|set|slated|due)\s{_FOR}\b"),
        (
            TalkStatus.HELD,
            (
                rf"\s(?:{_ENDED}|collapsed|broke down|lasted|resumed|got under way|failed)\b"
                r"|\s(?:was|were)\s(?:held|hosted|convened|concluded)\b"
                r"|\s(?:is|are|was|were)\s(?:under\s?way|being held|taking place)\b"
                rf"|,?\swhich\s(?:were held|was held|{_ENDED})\b"
            ),
        ),
    ),
    TalkKind.TRUCE: (
        (TalkStatus.CANCELLED, rf"{_WAS}{_OFF}\b"),
        (TalkStatus.POSTPONED, rf"{_WAS}(?:{_MOVED}|extended|prolonged)\b"),
        (TalkStatus.ANNOUNCED, rf"\s(?:will|(?:is|are) (?:due|set|scheduled|expected) to|(?:is|are) to)\s{_TAKES}\b"),
        (TalkStatus.ANNOUNCED, r"\s(?:takes effect|comes into (?:force|effect))\b"),
        (
            TalkStatus.HELD,
            (
                r"\s(?:took effect|came into (?:force|effect)|entered into force|began|started|ended|expired|collapsed"
                r"|broke down|lasted)\b"
            ),
        ),
    ),
    TalkKind.DEADLINE: (
        (TalkStatus.POSTPONED, rf"{_WAS}(?:{_MOVED}|extended)\b"),
        (TalkStatus.CANCELLED, rf"{_WAS}(?:{_OFF}|lifted|dropped|withdrawn)\b"),
        (TalkStatus.HELD, r"\s(?:passed|expired|ran out|lapsed)\b"),
        (TalkStatus.ANNOUNCED, r"\s(?:expires|runs out|falls on|is set for|is)\b"),
        (TalkStatus.ANNOUNCED, r"\s(?:of|for|on)\b"),
    ),
}
# What stands before it.
_BEFORE = {
    TalkKind.MEETING: (
        (TalkStatus.CANCELLED, rf"\b{_OFF}{_OWN}$"),
        (TalkStatus.POSTPONED, rf"\b{_MOVED}{_OWN}$"),
        (TalkStatus.CONFIRMED, rf"\b(?:agreed to (?:hold|attend)|agreed on){_OWN}$"),
        (
            TalkStatus.ANNOUNCED,
            rf"\b{_WILL}\s(?:hold|host|attend|convene|open|begin|start|resume|continue|travel to){_OWN}$",
        ),
        (TalkStatus.HELD, rf"\b(?:held|hosted|attended|convened|concluded|chaired|wrapped up|finished){_OWN}$"),
        (TalkStatus.HELD, rf"\b(?:took part|participated) in{_OWN}$"),
    ),
    TalkKind.TRUCE: (
        (TalkStatus.CONFIRMED, rf"\bagreed (?:to|on){_OWN}$"),
        (TalkStatus.ANNOUNCED, rf"\b(?:declared|announced){_OWN}$"),
    ),
    TalkKind.DEADLINE: (
        (TalkStatus.POSTPONED, rf"\b(?:extended|moved|pushed back){_OWN}$"),
        (TalkStatus.CANCELLED, rf"\b(?:lifted|dropped|withdrew){_OWN}$"),
        (TalkStatus.ANNOUNCED, rf"\b(?:set|gave|given|imposed|issued|faces?){_OWN}$"),
        (TalkStatus.HELD, rf"\bmissed{_OWN}$"),
    ),
}
# Told in passing: "during talks in Istanbul on Monday", "ahead of Friday's summit". Only with a date.
_PASSING = {
    TalkStatus.HELD: r"\b(?:[Dd]uring|[Aa]fter|[Aa]t|[Ff]ollowing|[Ii]n|conclusion of|end of|course of|declarations of)"
    rf"{_OWN}$",
    TalkStatus.ANNOUNCED: rf"\b(?:[Aa]head of|[Bb]efore|[Uu]pcoming){_OWN}$",
}

# What became of talks that had been planned.
MOVES = frozenset({TalkStatus.POSTPONED, TalkStatus.CANCELLED})


def _after(status: TalkStatus, phrase: str) -> re.Pattern[str]:
    """Return what follows a noun; what was moved or called off may have been planned first: "had been set but …"."""
    planned = rf"(?:{_FILL}{{1,12}}?,?\sbut\b)?" if status in MOVES else ""
    return re.compile(rf"{_ASIDE}{planned}{_FILL}{{0,10}}?(?:{phrase})")


AFTER = {kind: tuple((status, _after(status, phrase)) for status, phrase in rows) for kind, rows in _AFTER.items()}
BEFORE = {kind: tuple((status, re.compile(phrase)) for status, phrase in rows) for kind, rows in _BEFORE.items()}
PASSING = tuple((status, re.compile(phrase)) for status, phrase in _PASSING.items())

CONFIRMS = re.compile(r"\b(?:confirm(?:s|ed|ing)?|agreed)\b")
UNCONFIRMED = re.compile(r"\b(?:not|n[’']t|neither|nor|nobody|yet to|declined to|refused to)\b[^,;:]{0,25}$")
# A wish, a condition or a denial is no date in anybody's calendar.
UNREAL = re.compile(
    r"(?i)\b(?:could|might|may|would|should|if|whether|unless|possib\w+|potential|propos\w+|suggest\w*|offer\w*|urg\w+"
    r"|called? for|calls for|calling for|demand\w*|want\w*|hop(?:e|es|ed|ing)|readiness|ready|willing\w*|attempts?"
    r"|favou?r|invit\w+|seek\w*|sought|reject\w*|rul\w+ out|refus\w+|idea|no|not|never|without|den(?:y|ies|ied)|any)\b"
)
# "denied that", "dismissed reports that": what comes then was said by others, or by nobody.
DENIED = re.compile(r"(?i)\b(?:den(?:y|ies|ied|ying)|dismiss\w*|reject\w*|refut\w+)\b[^,;.]{0,40}\bthat$")
# For what is told in passing only what places it ahead, or nowhere, counts.
AHEAD = re.compile(
    r"(?i)\b(?:could|might|may|would|will|should|if|whether|possib\w+|potential|hop(?:e|es|ed|ing)|expect\w*|plan\w*"
    r"|due|set|ready|no|without|any|to be)\b"
)
