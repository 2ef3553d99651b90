"""The word that says a quotation was said: "said", "according to", "quoted as saying", "the statement that".

Looks at one sentence at a time. Resolves no names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from extractors.lexicon import CUE_NOUNS, CUE_VERBS, NO_CUES
from extractors.syntax import ParsedSentence, subject

if TYPE_CHECKING:
    from spacy.tokens import Token

_HIGHEST = 3  # clauses between a quotation and its cue
_NEAR = 14  # tokens between a quotation and a cue that the parse does not connect with it
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
        return replace(cue, speaker=_name_after(sentence, verb, cue) or _name_before(cue))
    return _according(sentence) or _signature(sentence, verb) or _nearby(sentence, verb) or _following(sentence, verb)


def _name_after(sentence: ParsedSentence, verb: Token, cue: Cue) -> Token | None:
    """Return the head of the phrase that follows a quotation beside its cue: “Is it?” asked Mr. Manafort."""
    marks = sentence.doc[verb.i + 1 : verb.i + 3]
    if cue.last.i < verb.i or len(marks) < 2 or not marks[-1].is_punct:  # noqa: PLR2004 - the stop and the closing mark
        return None
    for token in sentence.doc[verb.i + 3 : min(sentence.last, verb.i + _NEAR)]:
        if token.is_punct:
            return None
        following = token.nbor(1) if token.i + 1 < sentence.last else token
        if token.pos_ in {"PROPN", "NOUN", "PRON"} and (following.pos_ not in {"PROPN", "NOUN"} or following == token):
            return token
    return None


def _name_before(cue: Cue) -> Token | None:
    """Return the name just before a verb, which the parser has taken for a part of the verb."""
    before = cue.first.nbor(-1) if cue.first.i else cue.first
    return before if before.pos_ == "PROPN" else None


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


def _headed(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the colon between a name and a quotation, as in headlines and transcripts."""
    before = sentence.doc[sentence.first : max(sentence.first, verb.i - 2)]
    if not 1 < len(before) <= _NEAR or before[-1].text != ":" or any(token.pos_ in {"VERB", "AUX"} for token in before):
        return None
    name = next((token for token in before if token.pos_ == "PROPN" and token.dep_ != "compound"), None)
    return Cue(before[-1], before[-1], name) if name is not None else None


def _nearby(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the nearest cue with a subject that no other quotation stands between."""
    for token in (*_after(sentence, verb), *_before(sentence, verb)):
        if _is_cue(token) and token.dep_ not in {"amod", "compound"}:
            speaker = subject(token)
            if speaker is not None:
                return cue_of(token)
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
            return Cue(token, token, near) if near.i >= first and near.pos_ in {"NOUN", "PROPN", "PRON"} else None
    return None


def _after(sentence: ParsedSentence, verb: Token) -> Iterator[Token]:
    others = {other.i for _, other in sentence.said}
    for at in range(verb.i + 1, min(sentence.last, verb.i + _NEAR)):
        if at in others:
            return
        yield verb.doc[at]


def _before(sentence: ParsedSentence, verb: Token) -> Iterator[Token]:
    others = {other.i for _, other in sentence.said}
    for at in range(verb.i - 2, max(sentence.first - 1, verb.i - _NEAR), -1):
        if at in others:
            return
        yield verb.doc[at]


def _position(token: Token) -> int:
    return token.i
