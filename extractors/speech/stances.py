"""What position a statement takes, and how: accept, offer, demand, … or none, with what modal verb, on what condition.

The vocabulary follows PLOVER and the practice of negotiators; its words stand in stances.toml. Reads a cue and the
words said, nothing around them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from extractors.officials.countries import NamedCountry
from extractors.records import Span
from extractors.speech.lexicon import filled
from extractors.text.spans import starting_in
from extractors.text.tables import tables

# How who is named is written where stances are read: the speaker's country with its people, and all others.
OWN, OTHER = "⟨own⟩", "⟨other⟩"
NO_HOME = ""  # the country of who speaks for none


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


# What takes a side on a proposal, the most definite first: an offer with a condition is conditional.
POSITIONS = (Stance.CONDITION, Stance.THREATEN, Stance.REJECT, Stance.ACCEPT, Stance.OFFER, Stance.DEMAND)


class Whose(StrEnum):
    """Whose act words have to be to take a position: anybody's, nobody else's, or the speaker's own beyond doubt."""

    ANYONE = "anyone"
    NOT_ANOTHER = "not another"
    OWN = "own"


_TABLES = tables("extractors.speech", "stances.toml")
_NAMES = {**_TABLES["names"], "own": OWN, "other": OTHER}
_BY_CUE = {cue: Stance(stance) for stance, cues in _TABLES["cues"].items() for cue in cues}
_BY_ACT = {act: Stance(stance) for stance, acts in _TABLES["acts"].items() for act in acts}
PHRASAL = {verb: frozenset(particles) for verb, particles in _TABLES["phrasal"].items()}
_FOLLOWED = {
    cue: tuple((Stance(row["stance"]), re.compile(filled(row["words"], _NAMES), re.IGNORECASE)) for row in rows)
    for cue, rows in _TABLES["followed"].items()
}


def _whole_words(words: str | list[str], before: str = r"(?<!\w)") -> re.Pattern[str]:
    return re.compile(rf"{before}{filled(words, _NAMES)}\b", re.IGNORECASE)


# A noun that a neutral cue brings in comes first: "voiced his readiness to".
_CONTENT = (
    *(
        (Stance(row["stance"]), Whose.NOT_ANOTHER, _whole_words(row["words"], filled("{possessed}", _NAMES)))
        for row in _TABLES["nouns"]
    ),
    *((Stance(row["stance"]), Whose(row["whose"]), _whole_words(row["words"])) for row in _TABLES["content"]),
)
_REPORTS, _LEAVING_OPEN, _UNLESS, _IF, _PRESSURE = (
    re.compile(filled(_NAMES[name], _NAMES)) for name in ("reports", "leaving_open", "unless", "if", "pressure")
)
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
    r"to (?:say|(?:talk|speak) about|comment|confirm|answer|disclose|discuss|elaborate|specify|reveal|name|identify"
    r"|speculate)\b"
    r"|to (?:provide|give|offer|make|share) (?:\S+ ){0,3}?(?:comments?|details?|statements?|information|answers?)\b"
)
# On what condition a cue's act turns into the condition.
_ON_CONDITION = {Stance.ACCEPT: _IF, Stance.OFFER: _IF, Stance.REJECT: _UNLESS}


def stance_of(cue: str | None, words: str, *, negated: bool = False, is_act: bool = False) -> Stance:
    """Return the stance of words as `voiced` under the cue of this lemma; `negated` is "did not rule out".

    `is_act` tells that the cue is done to the subject itself: "ended the talks" rejects them.
    """
    if is_silence(cue, words, negated=negated):
        return Stance.NONE
    lemma = (cue or "").lower()
    by_cue = (_by_act(lemma, words) if is_act else None) or _of_cue(lemma, words)
    if negated:
        return Stance.NONE if by_cue is None else _NEGATED.get(by_cue, Stance.NONE)
    if by_cue is None:
        return _of_words(words)
    if by_cue in _ON_CONDITION and _ON_CONDITION[by_cue].search(words):
        return Stance.CONDITION
    if by_cue is Stance.OFFER and (kept := _of_words(words)) in {Stance.THREATEN, Stance.REJECT}:
        return kept
    return by_cue


def _by_act(lemma: str, words: str) -> Stance | None:
    """Return what is taken by what is done to a watched subject; who announces or lifts sanctions accepts nothing."""
    act = _BY_ACT.get(lemma)
    return Stance.ASSERT if act is not None and _PRESSURE.match(words) else act


def _of_cue(lemma: str, words: str) -> Stance | None:
    """Return the act that the cue itself is, None for one that only brings words in."""
    for act, following in _FOLLOWED.get(lemma, ()):
        if following.match(words):
            return act
    stance = _BY_CUE.get(lemma)
    if stance is Stance.REJECT and lemma in _DECLINING and _LEAVING_OPEN.match(words):
        return Stance.OFFER
    return Stance.DENY if stance is Stance.REJECT and _REPORTS.match(words) else stance


def _of_words(words: str) -> Stance:
    """Return the first position that the words take themselves; what they tell of others is none of it."""
    for stance, whose, pattern in _CONTENT:
        if any(_counts(words, stance, whose, match.start()) for match in pattern.finditer(words, 0, _LONGEST)):
            return stance
    return Stance.ASSERT


def _counts(words: str, stance: Stance, whose: Whose, at: int) -> bool:
    if stance is not Stance.CONDITION and _is_supposed(words, at):
        return False
    if whose is Whose.OWN:
        return is_own(words, at) is True and is_close(words, at)
    if whose is Whose.NOT_ANOTHER:
        return is_own(words, at) is not False
    return stance is not Stance.CONDITION or not _is_told_of_another(words, at)


def _is_supposed(words: str, at: int) -> bool:
    """Tell words that nobody stands by: asked, supposed, or of a clause that only says which thing is meant."""
    start, end = _sentence(words, at)
    before = words[start:at]
    return words[end - 2 : end].rstrip(_QUOTES).endswith("?") or bool(_OPEN.search(before)) or _is_of_a_thing(before)


def _is_of_a_thing(before: str) -> bool:
    """Tell "a forum that we" from "said that we"."""
    found = _RELATIVE.search(before)
    return found is not None and _TOLD_THAT.search(before, 0, found.start()) is None


def _sentence(words: str, at: int) -> tuple[int, int]:
    """Return where the sentence around `at` begins and ends, its mark with it."""
    reach = max(0, at - _SUBJECT_REACH)
    start = max((stop.end() for stop in _SENTENCE_END.finditer(words, reach, at)), default=reach)
    stop = _SENTENCE_END.search(words, at)
    return start, len(words) if stop is None else stop.start() + 1


def _is_told_of_another(words: str, at: int) -> bool:
    """Tell whether an act of another's stands before `at`: "Kyiv will not talk unless" is Kyiv's condition."""
    start = max(0, at - _REACH)
    acts = (
        match for _, whose, act in _CONTENT if whose is not Whose.ANYONE for match in act.finditer(words, start, at)
    )
    return any(is_own(words, match.start()) is False for match in acts)


def is_silence(cue: str | None, words: str, *, negated: bool = False) -> bool:
    """Tell a report that says what was not said: "did not say that", "declined to say whether"."""
    lemma = (cue or "").lower()
    if lemma in _DECLINING and _SAYING.match(words):
        return not negated
    return negated and _of_cue(lemma, words) not in _NEGATED


_EVADING = re.compile(
    r"\b(?:neither|not|\w+n[’']t|nor|declin\w+|refus\w+|without)\b(?:\s\w+){0,3}?\s(?:confirm\w*|den(?:y|ied|ying))"
    r"(?:\s\w+){0,2}?\sn?or\s(?:confirm\w*|den(?:y|ied|ying))",
    re.IGNORECASE,
)
_EVADING_REACH = 60  # characters before a cue


def is_evasion(text: str, cue: Span) -> bool:
    """Tell a cue of "neither confirmed nor denied" and its kin, which say nothing either way."""
    found = _EVADING.finditer(text, max(0, cue.start - _EVADING_REACH), cue.end + _EVADING_REACH)
    return any(match.start() <= cue.start < match.end() for match in found)


_SUBJECT_REACH = 300  # characters that a subject may stand before its act
_SIDES = r"one side|the other(?: side)?|others|any(?:one|body)|those|people"  # somebody else, whoever that is
# Drivers who would strike, families who are ready: whoever they are, not who speaks.
_MANY = (
    rf"(?-i:(?<!{OWN}\s)(?<!our\s)(?<!its\s)(?<!his\s)(?<!her\s)(?<!their\s)(?<!the\s)\b(?!talks|negotiations)[a-z]{{2,}}[^s\W]s"
    r"(?=\s[“\"]?(?:$|(?:are|were|have|had|would|will|could|can|must|do|did|never)\b)))"
)
_ACTOR = re.compile(rf"{OWN}|{OTHER}|\b(?:I|we|he|she|they|it|you|{_SIDES})\b|{_MANY}", re.IGNORECASE)
# A sentence up to where it names the speaker's own.
_OTHERS = re.compile(rf"(?:^|(?<=[.;!?…]\s)|(?<=[.;!?…][”\"’']\s))(?:(?![.;!?…][”\"’']?\s)(?!{OWN}).)+", re.DOTALL)
_MARKED = re.compile(r"[“\"][^“”\"]+[”\"]")
_HE = re.compile(r"\b(?:he|she|it|they)\b", re.IGNORECASE)
_OURS = frozenset({OWN, "i", "we"})
_HE_OR_IT = frozenset({"he", "she", "it", "they"})
_NO_SUBJECT = re.compile(
    r"(?<!ds\s)(?<!ns\s)\b(?:of|to|with|by|for|from|in|on|against|at|between|towards?|about|into|over|than|without)\s(?:the\s|its\s|his\s)?$",
    re.IGNORECASE,
)
_PEOPLE = r"(?:country|nation|government|administration|side|ministry|delegation|team|army|movement|group)"
_OUR_PEOPLE = re.compile(rf"\b(?:our|my)\s{_PEOPLE}\b", re.IGNORECASE)
_HIS_PEOPLE = re.compile(rf"^(?:that\s)?(?:his|her|its|their)\s{_PEOPLE}\b")
_SENTENCE_END = re.compile(r"[.;!?…][”\"’']?\s")
_QUOTES = "”\"’' "
# What is open: "whether it has demanded", "if they think we settle for it", "might agree", "would have accepted".
_OPEN = re.compile(
    r"\b(?:whether|what|why|how|(?<!only )if)\b[^,.;]*$|\b(?:everything|anything|nothing|whatever|all)\s\S+\s$"
    r"|\b(?:may|might|would have|could have|should have)\s(?:\w+\s)?$",
    re.IGNORECASE,
)
# "A forum that we must use", "things that they need": not what somebody says, thinks or knows.
_TOLD_THAT = re.compile(
    r"\b(?:sa(?:y|ys|id|ying)|t(?:ell|ells|old)|believ\w+|think\w*|thought|kn[eo]w\w*|hop\w+|insist\w*|agre\w+"
    r"|stress\w*|mean\w*|clear\w*|sure|convinced|certain|confident|import\w+|underst\w+|repeat\w*|not\w*|is|was|and|but|so"
    r"|such|now|us|him|them|me|again|see|view|position|fact|condition|idea|demand|principle"
    rf"|{OWN}|{OTHER})$"
)
_RELATIVE = re.compile(
    rf"(?<=[a-z])\s(?:that|which|whom)\s(?:{OWN}|{OTHER}|I|we|he|she|they|it|you|the\s\w+(?:\s\w+)?)\s(?:\w+\s)?$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"(?:[’'](?:s|m|d|ve|re|ll)\b)?(?:\s(?!(?:not|never|to|the|an?|sa(?:id|ys?)|that|wh\w+)\b)[\w-]+){0,4}\s?"
)
_SUPPOSED = re.compile(r"\b(?:if|unless|until|once|whether|when|before|after)\s$", re.IGNORECASE)


def voiced(text: str, spans: Sequence[Span], named: Sequence[NamedCountry], own: str | None, *, is_direct: bool) -> str:
    """Return the words of `spans`, with who is named in them written as one's own or as others.

    `own` is the speaker's country; where it is not known countries stay as they are. Who says "he" or "it" means
    another, where it is his own words: `is_direct`.
    """
    words = _OUR_PEOPLE.sub(OWN, " ".join(_voiced(text, span, named, own) for span in spans))
    words = words if is_direct else _HIS_PEOPLE.sub(OWN, words)
    return _others(words) if is_direct else _MARKED.sub(lambda match: _others(match.group()), words)


def _others(words: str) -> str:
    """Return one's own words with those of whom one says "he" as others."""
    return _OTHERS.sub(lambda match: _HE.sub(OTHER, match.group()), words)


def _voiced(text: str, span: Span, named: Sequence[NamedCountry], own: str | None) -> str:
    parts, at = [], span.start
    for each in starting_in(named, span, _named_at) if own is not None else ():
        parts += [text[at : each.span.start], OWN if each.code == own else OTHER]
        at = each.span.end
    return "".join((*parts, text[at : span.end]))


def _named_at(named: NamedCountry) -> int:
    return named.span.start


def is_own(words: str, at: int) -> bool | None:
    """Tell whether the act at `at` of words as `voiced` is the speaker's, another's (False), or nobody's by name.

    Of a sentence the last who stands before the act as a subject may; "he" and "it" are the other who was named.
    """
    actor = _last_subject(words, at)
    if actor is None:
        return None
    name = actor.group().lower()
    if name not in _HE_OR_IT:
        return name in _OURS
    return _last_subject(words, actor.start(), only=OTHER) is None


def is_close(words: str, at: int) -> bool:
    """Tell whether who acts at `at` stands right before it, with no other clause between, and no "if" before."""
    actor = _last_subject(words, at)
    if actor is None or _SUPPOSED.search(words, max(0, actor.start() - 8), actor.start()):
        return False
    return _BETWEEN.fullmatch(words, actor.end(), at) is not None


def _last_subject(words: str, at: int, *, only: str | None = None) -> re.Match[str] | None:
    """Return the last subject before `at` in its sentence."""
    start, _ = _sentence(words, at)
    found = [each for each in _ACTOR.finditer(words, start, at) if not _NO_SUBJECT.search(words, start, each.start())]
    return next((each for each in reversed(found) if only is None or each.group() == only), None)


class Modality(StrEnum):
    """The modal verb of what is said; stored and shown."""

    MUST = "must"
    SHOULD = "should"
    WOULD = "would"
    CAN = "can"
    MAY = "may"
    WILL = "will"
    NONE = "none"


_MODALS = {
    Modality.MUST: r"must|ha(?:s|ve|d) to|needs? to|needed to|ha(?:s|ve) got to",
    Modality.SHOULD: r"should(?:n[’']t)?|ought to",
    Modality.WOULD: r"would(?:n[’']t)?|\w+[’']d(?= (?:be|have|not|like|never|rather|go|do|make|take))",
    Modality.CAN: r"can(?:not|[’']t)?|could(?:n[’']t)?|(?:is|are|was|were|be) able to",
    Modality.MAY: r"may(?! \d)|might",
    Modality.WILL: r"will|won[’']t|shall|\w+[’']ll|(?:is|are|[’']s|[’']re|[’']m) going to",
}
_MODAL = re.compile(rf"\b(?:{'|'.join(f'(?P<{modal.value}>{words})' for modal, words in _MODALS.items())})\b")
_BREAK = re.compile(
    r"(?<![.;:!?…])[.;:!?…]+[”\"’']?\s|,\s+but\b|\sbut\b|\s[—–]\s|,\s+(?:while|although|though|because)\b"
)
_CONDITIONS = (
    r"unless|provided that|providing that|on (?:the )?condition(?: that)?|only (?:if|when|after|once)|if|until"
    r"|as long as|so long as|(?:pre)?conditions? (?:is|are|include)|in exchange for|in return for|without"
)
_CONDITION = re.compile(rf"\b(?:{_CONDITIONS})\b", re.IGNORECASE)
_ON = re.compile(r"\bon\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[.;!?…]+(?:[”\"’']|\s|$)|,\s+(?:and|but|which|who|while)\b|\s[—–]\s")
_FIRST_END = re.compile(r"[,.;!?…](?:[”\"’'\s]|$)")
_CLOSING = " ,.;:!?…”\"’'—–"


def modality_of(words: str, at: int = 0) -> Modality:
    """Return the first modal verb of the clause around `at`, else of all the words."""
    start, end = _clause(words, at)
    match = _MODAL.search(words, start, end) or _MODAL.search(words)
    return Modality(match.lastgroup) if match is not None and match.lastgroup is not None else Modality.NONE


def _clause(words: str, at: int) -> tuple[int, int]:
    start, end = 0, len(words)
    for match in _BREAK.finditer(words):
        if match.end() <= at:
            start = match.end()
        elif match.start() > at:
            end = match.start()
            break
    return start, end


def condition_in(text: str, spans: Sequence[Span], cue: str | None = None) -> Span | None:
    """Return the words of the condition: "unless Kyiv withdraws". After "conditioned" it is what follows "on"."""
    for pattern in (_ON, _CONDITION) if (cue or "").lower() == "condition" else (_CONDITION,):
        for span in spans:
            match = pattern.search(text, span.start, span.end)
            if match is not None:
                return _until_end(text, match.start(), span)
    return None


def _until_end(text: str, start: int, span: Span) -> Span:
    opens = not text[span.start : start].strip(_CLOSING + "“‘")
    match = (_FIRST_END if opens else _CLAUSE_END).search(text, start, span.end)
    end = match.start() if match is not None else span.end
    while end > start and text[end - 1] in _CLOSING:
        end -= 1
    return Span(start, end)
