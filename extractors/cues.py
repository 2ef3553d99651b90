"""The word that says a quotation was said: "said", "according to", "quoted as saying", "the statement that".

Looks at one sentence at a time. Resolves no names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from extractors.lexicon import CUE_NOUNS, CUE_VERBS, NO_CUES, PEOPLE
from extractors.syntax import ParsedSentence, subject

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_HIGHEST = 3  # clauses between a quotation and its cue
_HIGH = 8  # phrases between a name and the verb it belongs to
_NEAR = 14  # tokens between a quotation and a cue that the parse does not connect with it
_LEAD = 40  # tokens before a colon that may name the speaker
# Forms that the parser takes for nouns: "the two write", "the email reads".
_PRESENT = frozenset(
    {"write", "writes", "state", "states", "read", "reads", "note", "notes", "claim", "claims", "warns"}
)
_FAR = 24  # as far back as a cue can stand before its quotation
_CLOSE = 8  # tokens of a subject between a quotation and its verb
_MARKS = frozenset("”.?!,")
_DASHES = frozenset({"—", "–", "―", "-", "--"})
_DEPENDENT = frozenset(
    {"ccomp", "xcomp", "advcl", "parataxis", "dobj", "oprd", "dep", "conj", "pobj", "pcomp", "appos", "acl", "relcl"}
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue from its first to its last token, and the head of the phrase that names the speaker."""

    first: Token
    last: Token
    speaker: Token | None

    @property
    def key(self) -> int:
        """What two quotations under one cue share."""
        return self.last.i


def find_cue(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the cue of the quotation whose clause has `verb`, if its own sentence has one."""
    governor = _governor(verb)
    if governor is not None:
        cue = cue_of(governor)
        if cue is None or cue.speaker is not None:
            return cue
        named = _name_after(sentence, verb, cue) or _name_before(cue) or _near_name(sentence, cue)
        return replace(cue, speaker=named)
    return (
        _according(sentence)
        or _signature(sentence, verb)
        or _nearby(sentence, verb)
        or _following(sentence, verb)
        or _closing(sentence, verb)
        or _announcing(sentence, verb)
    )


def _name_after(sentence: ParsedSentence, verb: Token, cue: Cue) -> Token | None:
    """Return the head of the phrase that follows a quotation beside its cue: “Is it?” asked Mr. Manafort."""
    marks = sentence.doc[verb.i + 1 : verb.i + 3]
    if cue.last.i < verb.i or len(marks) < 2 or not marks[-1].is_punct:  # noqa: PLR2004 - the stop and the closing mark
        return None
    for token in sentence.doc[verb.i + 3 : min(sentence.last, verb.i + _NEAR)]:
        if token.is_punct and token.text != "-":
            return None
        following = token.nbor(1) if token.i + 1 < sentence.last else token
        goes_on = following != token and (following.pos_ in {"PROPN", "NOUN"} or following.text == "-")
        if token.pos_ in {"PROPN", "NOUN", "PRON"} and token.text != "-" and not goes_on:
            return token
    return None


def _name_before(cue: Cue) -> Token | None:
    """Return the name just before a verb, which the parser has taken for a part of the verb."""
    before = cue.first.nbor(-1) if cue.first.i else cue.first
    return before if before.pos_ == "PROPN" else None


def _near_name(sentence: ParsedSentence, cue: Cue) -> Token | None:
    """Return who says it by the words before a verb whose subject the parser has missed: "Warren, a colonel, said"."""
    at = cue.first.i - 1
    while at >= sentence.first and (cue.first.doc[at].is_punct or cue.first.doc[at].pos_ in {"AUX", "ADV"}):
        at -= 1
    token = cue.first.doc[at] if at >= sentence.first else cue.first
    for _ in range(_HIGH):
        above = token.head
        if above.i > token.i or above.i == token.i or above.i < sentence.first:
            break
        if above.pos_ == "VERB" and above.i < cue.first.i and subject(above) is not None and cue.first.tag_ == "VBG":
            return subject(above)
        token = above
        if token.pos_ in {"NOUN", "PROPN"} and _is_somebody(token):
            return token.head if token.dep_ == "appos" and token.head.pos_ == "PROPN" else token
    return token if token.pos_ in {"PROPN", "PRON"} and token.i < cue.first.i else None


def _is_somebody(noun: Token) -> bool:
    return noun.ent_type_ == "PERSON" or noun.lemma_.lower() in PEOPLE or noun.lower_.endswith(("man", "woman"))


def _governor(verb: Token) -> Token | None:
    token = verb
    for _ in range(_HIGHEST):
        if token.dep_ not in _DEPENDENT:
            return None
        token = token.head
        if _is_cue(token) or _is_noun_cue(token) or (token is verb.head and _is_open(verb)):
            return token
        if token.lemma_ in NO_CUES and token.dep_ != "conj":
            return None
    return None


def _is_cue(token: Token) -> bool:
    lemma = token.lemma_.lower()
    if lemma == "be":
        return any(child.dep_ == "nsubj" and _is_noun_cue(child) for child in token.children)
    if lemma == "put":
        return any(child.dep_ == "dobj" and child.lower_ == "it" for child in token.children)
    if lemma in {"go", "continue"} and token.pos_ == "VERB":
        return any(child.lower_ == "on" for child in token.children) or lemma == "continue"
    return token.pos_ in {"VERB", "AUX"} and lemma in CUE_VERBS


def _is_noun_cue(token: Token) -> bool:
    return token.pos_ == "NOUN" and token.lemma_.lower() in CUE_NOUNS


def _is_open(verb: Token) -> bool:
    """Tell whether the verb a quotation depends on says it, though no list has it: “It works,” he growled."""
    head = verb.head
    return (
        verb.dep_ == "ccomp"
        and head.pos_ == "VERB"
        and head.lemma_ not in NO_CUES
        and head.tag_ in {"VBD", "VBZ", "VBG"}
        and _gap(verb, head) <= 3  # noqa: PLR2004 - the verb, its subject and a mark between
        and any(child.dep_ == "nsubj" for child in head.children)
    )


def _gap(verb: Token, other: Token) -> int:
    """Count the tokens between a quotation's closing or opening mark and another word."""
    return other.i - verb.i - 2 if other.i > verb.i else verb.i - other.i - 3


def cue_of(governor: Token) -> Cue | None:
    """Return the cue that a verb or noun of saying makes, with its speaker; None where a noun names nobody."""
    if governor.pos_ == "NOUN":
        return _noun_cue(governor)
    quoted = _quoted(governor)
    phrase = sorted((governor, *_company(governor), *quoted), key=_position)
    speaker = subject(quoted[0] if quoted else governor)
    if governor.lemma_ == "be" and speaker is not None:
        speaker = next((child for child in speaker.children if child.dep_ == "poss"), None)
    return Cue(phrase[0], phrase[-1], speaker)


def _company(governor: Token) -> Iterator[Token]:
    """Yield the "it" of "put it"; any other cue is its verb alone."""
    if governor.lemma_ == "put":
        yield from (child for child in governor.children if child.lower_ == "it")


def _quoted(governor: Token) -> tuple[Token, ...]:
    """Return "quoted", "was" and "saying" of "was quoted as saying", whichever of its verbs is the governor."""
    quoted = governor.head.head if governor.dep_ == "pcomp" and governor.head.lower_ == "as" else governor
    if quoted.lemma_ not in {"quote", "cite"}:
        return ()
    was = (child for child in quoted.children if child.dep_ == "auxpass")
    ways = (child for child in quoted.children if child.lower_ == "as")
    return (quoted, *was, *(verb for way in ways for verb in way.children if verb.dep_ == "pcomp"))


def _noun_cue(noun: Token) -> Cue | None:
    """Return "Biden’s comment" or "the letter included the statement": its owner speaks, else the verb’s subject."""
    owner = next((child for child in noun.children if child.dep_ == "poss"), None)
    if owner is not None:
        return Cue(noun, noun, owner)
    if noun.dep_ in {"dobj", "pobj"}:
        verb = noun.head.head if noun.dep_ == "pobj" else noun.head
        return Cue(verb if noun.dep_ == "dobj" else noun, noun, subject(verb))
    return None


def _according(sentence: ParsedSentence) -> Cue | None:
    for token in sentence:
        if token.lower_ == "according" and token.i + 1 < sentence.last and token.nbor(1).lower_ == "to":
            to = token.nbor(1)
            return Cue(token, to, next((child for child in to.children if child.dep_ == "pobj"), None))
    return None


def _signature(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the dash before a bare name at the end: “It works.” — Pamela Padilla, a teacher."""
    rest = [token for token in sentence if token.i > verb.i and token.text not in _MARKS and not token.is_space]
    if len(rest) < 2 or rest[0].text not in _DASHES or rest[1].pos_ != "PROPN":  # noqa: PLR2004 - a dash and a name
        return None
    if any(token.pos_ in {"VERB", "AUX"} for token in rest):
        return None
    return Cue(rest[0], rest[0], next((token for token in rest[1:] if token.dep_ != "compound"), rest[1]))


def _announcing(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return what brings in a quotation after a colon or comma: "Cruz resisted: “No.”", "In the report: “…”"."""
    at = verb.i - 3
    while at > sentence.first and sentence.doc[at].is_space:
        at -= 1
    mark = sentence.doc[at] if at > sentence.first else None
    if mark is None or mark.text not in {":", ","}:
        return None
    before = sentence.doc[max(sentence.first, mark.i - _LEAD) : mark.i]
    for token in reversed(before):
        if token.pos_ == "VERB" and (mark.text == ":" or (_may_say(token) and token.dep_ != "advcl")):
            speaker = subject(token)
            if speaker is not None and speaker.i != verb.i - 1:
                return Cue(token, token, speaker)
    return _headed(before, mark) if mark.text == ":" else None


def _may_say(verb: Token) -> bool:
    return verb.lemma_.lower() not in NO_CUES


def _headed(before: Span, mark: Token) -> Cue | None:
    """Return the colon between a name and a quotation, as in headlines and transcripts."""
    ends = (token for token in before if token.i + 1 == mark.i or token.nbor(1).pos_ != "PROPN")
    name = next((token for token in ends if token.pos_ == "PROPN" or len(before) == 1), None)
    return Cue(mark, mark, name) if name is not None else None


def _closing(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the verb that ends the sentence after a quotation, though the parser took it for a noun."""
    rest = [token for token in sentence if token.i > verb.i and token.text not in _MARKS and not token.is_space]
    if not 1 < len(rest) <= _CLOSE or any(token.is_punct for token in rest):
        return None
    last = rest[-1]
    return Cue(last, last, rest[-2]) if last.lower_ in _PRESENT else None


def _nearby(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the nearest cue with a subject that no other quotation stands between."""
    for token in (*_after(sentence, verb), *_before(sentence, verb)):
        if _is_cue(token) and token.dep_ not in {"amod", "compound"}:
            cue = cue_of(token) if subject(token) is not None or token.i > verb.i else None
            if cue is not None and cue.speaker is None:
                cue = replace(cue, speaker=_name_before(cue))
            if cue is not None and cue.speaker is not None:
                return cue
    return None


def _following(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the verb straight after a quotation that stops for it, whatever the verb: “It works,” the judge barked."""
    marks = [token for token in sentence.doc[verb.i + 1 : verb.i + 3] if token.is_punct]
    if len(marks) < 2 or marks[0].text not in {",", "?", "!"}:  # noqa: PLR2004 - the stop and the closing mark
        return None
    first = marks[-1].i + 1
    for token in sentence.doc[first : min(sentence.last, first + _CLOSE)]:
        if token.is_punct:
            return None
        if token.tag_ in {"VBD", "VBZ", "VBP"} and token.lemma_.lower() not in NO_CUES:
            own = next((child for child in token.children if child.dep_ in {"nsubj", "nsubjpass"}), None)
            near = own if own is not None and own.left_edge.i >= first else sentence.doc[token.i - 1]
            if near.i >= first and near.pos_ in {"NOUN", "PROPN", "PRON"}:
                return Cue(token, token, near)
    return None


def _after(sentence: ParsedSentence, verb: Token) -> Iterator[Token]:
    others = {other.i for _, other in sentence.said}
    for at in range(verb.i + 1, min(sentence.last, verb.i + _NEAR)):
        if at in others:
            return
        yield verb.doc[at]


def _before(sentence: ParsedSentence, verb: Token) -> Iterator[Token]:
    others = {other.i for _, other in sentence.said}
    for at in range(verb.i - 2, max(sentence.first - 1, verb.i - _FAR), -1):
        if at in others:
            return
        yield verb.doc[at]


def _position(token: Token) -> int:
    return token.i
