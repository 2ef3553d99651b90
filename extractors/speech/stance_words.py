"""The words that take a position, and whose act they have to be: phrases, nothing else."""

from __future__ import annotations

import re
from enum import StrEnum

from extractors.speech.stance_actors import OWN
from extractors.speech.stance_cues import Stance


class Whose(StrEnum):
    """Whose act words have to be to take a position: anybody's, nobody else's, or the speaker's own beyond doubt."""

    ANYONE = "anyone"
    NOT_ANOTHER = "not another"
    OWN = "own"


_NOT = (
    r"(?:(?:do|does|did|has|have|had|will|would|shall|can|could|must|is|are|was|were|am|[’'](?:m|re|s))\s(?:not|never)"
    r"|\w+n[’']t|cannot|never|no longer)\s(?:(?!really)(?:yet|ever|even|\w+ly)\s)?(?:going to\s)?"
)
_YES = r"(?<!not )(?<!n[’']t )(?<!never )(?<!yet )(?<!longer )"
_DOES = rf"{_YES}(?<!be )(?<!been )(?<!being )(?<!was )(?<!were )(?<!is )(?<!are )"  # and not: is done to
_GIVES_IN = (
    r"(?:accept|agree|recogni[sz]e|negotiate|sign|discuss|give (?:up|in|away)|hold (?:talks|negotiations|a meeting)"
    r"|withdraw|hand over|meet|talk(?! about)|cede|concede|surrender|capitulate"
    r"|tolerate|compromise|retreat|allow|permit|consider|trade)"
)
# What one will not do, and refuses nothing by it: "will not comment", "would not be here", "will not attack".
_NO_REFUSAL = (
    r"(?:be|have|need|know|see|say|comment|speculate|forget|happen|hesitate|rule|exclude|rest|tire|stand|attack|strike"
    r"|invade|use|escalate|interfere|let|miss|lose|defeat|call|change|succeed|fail|recover|work|eliminate)\b|\w+ly\b"
)
_TALKS = r"(?:talks|negotiations|dialogue|compromises?|concessions)"
_ASKED = r"(?:proposal|offer|letter|question|draft|plan|invitation|document|request|initiative|call)"
_MEEKLY = rf" (?:\w+ly|later|soon|by|in due course|to (?:\S+ ){{1,3}}?{_ASKED})"
_DONE_TO = (
    r"(?:strike|retaliate|attack|destroy|hit back|be forced|impose|deploy|use (?:force|nuclear|all)|annihilate"
    r"|walk away|pull out of|cut off)"
)
_ABOUT = (
    r"(?:\S+\s){0,5}?(?:plan|proposal|initiative|idea|ceasefire|truce|deal|agreement|talks|negotiations|settlement"
    r"|efforts?|peace|summit|meeting|document|draft|mediation)s?"
)
_WAITS = r"(?:if|unless|until|provided|as long as|so long as|on (?:the )?condition|in (?:exchange|return) for)"

# In the order in which they are tried; most words fit none and only assert.
_CONTENT = (
    (
        Stance.THREATEN,
        Whose.NOT_ANOTHER,
        (
            rf"(?:will|would|shall|going to|[’'](?:ll|d)) (?:\w+ly )?{_DONE_TO}",
            rf"(?:ready|prepared|willing) to (?:{_DONE_TO}|respond|use|fight back)",
            rf"(?:will|would|shall|[’'](?:ll|d)) (?:\w+ly )?respond(?!{_MEEKLY})",
        ),
    ),
    (
        Stance.CONDITION,
        Whose.ANYONE,
        (
            r"unless",
            r"provided that",
            r"on (?:the )?condition",
            r"only (?:if|when|after|once)",
            r"only .{2,60} if",
            r"can only",
            r"conditions (?:include|are|were)(?! not)",
            r"preconditions? (?:is|are|include)",
            r"(?:main|key|only|first|chief|prior|necessary) (?:pre)?conditions?",
            r"must (?:also )?(?:take into account|address|be addressed)",
            r"without .{3,60}(?:, (?:no|there)| (?:there )?(?:will|would|can|could) (?:be no|not))",
            r"not .{2,60} (?:until|without|before)(?! \d)",
            r"if [^.,;]{2,40}? ?(?:assured|agree[sd]?|accept(?:s|ed)?|withdr[ae]ws?|recogni[sz]e[sd]?|guaranteed)",
            r"possible (?:\S+ ){0,6}?(?:if|as long as|provided)",
            r"(?:no|not|nowhere|never|won[’']t) .{0,80}?\b(?:as|so) long as(?! it takes| necessary)",
        ),
    ),
    (
        Stance.CONDITION,
        Whose.NOT_ANOTHER,
        (
            rf"{_YES}(?:ready|prepared|willing|open) (?:to|for) .{{2,80}} {_WAITS}",
            rf"(?:will|would|could) (?:agree|accept|consider|stop|halt|meet|talk|sign|negotiate) .{{2,80}} {_WAITS}",
            r"(?:set|laid out|put forward|named) (?:\S+ )?(?:pre)?conditions",
        ),
    ),
    (
        Stance.DENY,
        Whose.ANYONE,
        (
            r"(?:not|n[’']t) (?:true|the case|correspond to reality)",
            r"(?:is|are|was|were) (?:\w+ )?(?:untrue|false|fakes?|a lie|lies|nonsense|baseless|groundless|fabricated)",
        ),
    ),
    (
        Stance.OFFER,
        Whose.NOT_ANOTHER,
        (rf"{_NOT}(?:rul(?:e|ed|ing) out|exclud(?:e|ed|ing)|refused?|reject(?:ed)?)",),
    ),
    (
        Stance.REJECT,
        Whose.ANYONE,
        (
            r"no (?:grounds|basis|point)",
            rf"(?:there|can|will|would|could) (?:\w+ )?be no (?:(?:talk|question) of|{_TALKS}|deal|truce|ceasefire)",
            rf"no {_TALKS} (?:with|on|about|over)",
            r"not (?:yet )?been met",
            r"conditions .{0,30}(?:are|were|is) not",
            r"unacceptable",
            r"out of the question",
            r"(?:off|not on) the table",
            r"(?:nobody|no one) (?:will|would|can|is going to) (?:give|accept|allow|let|recogni[sz]e|agree)",
            r"nonsense",
            r"absurd",
            r"unrealistic",
            r"non-?negotiable",
            r"non-?starter",
            r"red lines?",
            r"smokescreen",
            r"makes? no sense",
        ),
    ),
    (
        Stance.REJECT,
        Whose.NOT_ANOTHER,
        (
            r"no (?:intention|desire|interest in)",
            rf"{_NOT}{_GIVES_IN}",
            rf"(?:{_NOT}|not |un)(?:ready|prepared|willing|interested in)",
            rf"never to {_GIVES_IN}",
            rf"not to {_GIVES_IN}",
            r"(?:(?:not|n[’']t) see (?:any|the|a)|sees? no|saw no) (?:point|sense|need|reason)",
            r"(?<!\w )to (?:veto|block|oppose|reject|resist)",
        ),
    ),
    (
        Stance.REJECT,
        Whose.OWN,
        (
            rf"{_DOES}(?:reject(?:s|ed)?|refus(?:es?|ed)|rul(?:es?|ed) out|oppos(?:es?|ed)|turn(?:s|ed)? down)",
            rf"(?:(?:will|would|shall) (?:not|never)|won[’']t|wouldn[’']t) (?!{_NO_REFUSAL})\w+",
        ),
    ),
    (
        Stance.DOUBT,
        Whose.ANYONE,
        (
            r"doubts?",
            r"s[ck]eptic\w*",
            r"no (?:\w+ )?signs?",
            r"(?:has|have|had)(?: not|n[’']t) seen",
            r"unclear",
            r"cautious eye",
            r"a long way",
            r"not convinced",
            r"remains to be seen",
            r"(?:don|doesn|didn)[’']t (?:really )?(?:agree|believe|trust)",
            r"(?:do|does|did) not (?:really )?(?:believe|trust)",
            r"wait and see",
            r"we[’']ll (?:find out|see)",
            r"not a real",
            r"too early",
            r"premature",
        ),
    ),
    (
        Stance.THREATEN,
        Whose.ANYONE,
        (
            r"(?:severe|serious|dire|grave) consequences",
            r"legitimate targets?",
            r"pay a (?:heavy )?price",
            r"(?:will|would) (?:\w+ )?regret",
            r"treated as (?:enemies|targets|a target)",
            r"(?:crushing|devastating|harsh|tough|painful|decisive) (?:response|retaliation|blow)s?",
            r"all options (?:are|were|remain(?:s|ed)?) (?:still )?on the table",
        ),
    ),
    (
        Stance.DEMAND,
        Whose.ANYONE,
        (
            r"must",
            r"needs? to",
            r"we (?:want|need)",
            r"recognition of",
            r"should (?:withdraw|stop|end|be withdrawn)",
            r"(?:has|have) to (?:withdraw|stop|end|recogni[sz]e|leave)",
        ),
    ),
    (Stance.DEMAND, Whose.NOT_ANOTHER, (r"demand(?:s|ed|ing)?", r"insist(?:s|ed|ing)? on")),
    (
        Stance.DEMAND,
        Whose.OWN,
        (
            rf"{_DOES}want(?:s|ed)?(?! (?:to|peace|an? end|the war))",
            rf"{_DOES}(?:call(?:s|ed)? (?:on|for)|urg(?:es?|ed))",
        ),
    ),
    (
        Stance.OFFER,
        Whose.NOT_ANOTHER,
        (
            rf"{_YES}ready (?:to|for)(?! (?:war|any|anything|fight|defend|continue the war))",
            rf"{_YES}(?:prepared|willing|happy|glad) to(?! (?:fight|defend|die))",
            r"willingness to",
            r"not (?:against|opposed to)",
            r"open(?:ness)? to",
            r"a desire for",
            r"settle for",
        ),
    ),
    (
        Stance.OFFER,
        Whose.OWN,
        (rf"{_DOES}(?:offer(?:s|ed)?(?! (?:\w+ )?(?:condolences|sympathy))|propos(?:es?|ed|ing))",),
    ),
    (
        Stance.OFFER,
        Whose.ANYONE,
        (r"should be part of", r"take the document", r"reducing military", r"can be the basis"),
    ),
    (
        Stance.ACCEPT,
        Whose.NOT_ANOTHER,
        (
            r"welcom(?:es?|ed)",
            r"(?:we|I) (?:will )?(?:accept|agree|support)",
            r"no objections?",
            r"let them resume",
            r"not a bad deal",
        ),
    ),
    (
        Stance.ACCEPT,
        Whose.OWN,
        (
            rf"{_DOES}(?:accept(?:s|ed)?|approv(?:es?|ed)|endors(?:es?|ed))",
            rf"{_DOES}agree(?:s|d)? (?:in principle )?(?:to|with|on)",
            rf"{_DOES}(?:support|back)(?:s|ed)? {_ABOUT}",
        ),
    ),
)
# "voiced his readiness to": the noun that a neutral cue brings in.
_NOUNS = (
    (Stance.REJECT, r"rejection|refusal|opposition"),
    (Stance.OFFER, r"readiness|willingness|openness|desire|interest in"),
    (Stance.ACCEPT, rf"(?:support|backing) for {_ABOUT}|approval|acceptance|agreement (?:to|with)"),
    (Stance.DEMAND, r"demands?|calls? (?:for|on)|insistence"),
    (Stance.THREATEN, rf"threats? to {_DONE_TO}"),
    (Stance.DENY, r"denials?"),
)
_POSSESSED = rf"^(?:(?:his|her|its|their|our|my|the|an?|full|strong|firm|{OWN}(?:[’']s?)?)\s){{0,3}}"

CONTENT = (
    *((stance, Whose.NOT_ANOTHER, re.compile(rf"{_POSSESSED}(?:{noun})\b", re.IGNORECASE)) for stance, noun in _NOUNS),
    *(
        (stance, whose, re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})\b", re.IGNORECASE))
        for stance, whose, patterns in _CONTENT
    ),
)
