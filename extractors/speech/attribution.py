"""Which cue a quotation has in its own sentence: the verb it hangs on, or the words around it where the parse fails.

Looks at one sentence at a time. Resolves no names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from extractors.speech.cues import Cue, cue_of
from extractors.speech.lexicon import CUE_NOUNS, CUE_VERBS, DASHES, NO_CUES
from extractors.speech.missed import missed_speaker, name_after, name_before
from extractors.speech.parsing import ParsedSentence
from extractors.speech.syntax import FINITE, FINITE_VERBS, subject

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_HIGHEST = 3  # clauses between a quotation and its cue
_NEAR = 14  # tokens between a quotation and a cue that the parse does not connect with it
_LEAD = 40  # tokens before a colon that may name the speaker
# Forms that the parser takes for nouns: "the two write", "the email reads".
_PRESENT = frozenset(
    {"write", "writes", "state", "states", "read", "reads", "note", "notes", "claim", "claims", "warns"}
)
_FAR = 24  # as far back as a cue can stand before its quotation
_CLOSE = 8  # tokens of a subject between a quotation and its verb
_MARKS = frozenset("”.?!,")
_SIGNED = 12  # tokens of the line that signs a quotation
_DEPENDENT = frozenset(
    {"ccomp", "xcomp", "advcl", "parataxis", "dobj", "oprd", "dep", "conj", "pobj", "pcomp", "appos", "acl", "relcl"}
)


def find_cue(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the cue of the quotation whose clause has `verb`, if its own sentence has one."""
    governor = _governor(verb)
    if governor is not None:
        cue = cue_of(governor)
        if cue is None or cue.speaker is not None:
            return cue
        return replace(cue, speaker=missed_speaker(sentence, verb, cue))
    return (
        _according(sentence)
        or _signature(sentence, verb)
        or _nearby(sentence, verb)
        or _following(sentence, verb)
        or _closing(sentence, verb)
        or _announcing(sentence, verb)
    )


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


def _according(sentence: ParsedSentence) -> Cue | None:
    for token in sentence:
        if token.lower_ == "according" and token.i + 1 < sentence.last and token.nbor(1).lower_ == "to":
            to = token.nbor(1)
            return Cue(token, to, next((child for child in to.children if child.dep_ == "pobj"), None))
    return None


def _signature(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the dash before a bare name at the end: “It works.” — Pamela Padilla, a teacher."""
    rest = [token for token in sentence if token.i > verb.i and token.text not in _MARKS and not token.is_space]
    if len(rest) < 2 or rest[0].text not in DASHES or rest[1].pos_ != "PROPN":  # noqa: PLR2004 - a dash and a name
        return None
    if any(token.pos_ in {"VERB", "AUX"} for token in rest):
        return None
    return Cue(rest[0], rest[0], next((token for token in rest[1:] if token.dep_ != "compound"), rest[1]))


def signature(sentence: ParsedSentence) -> Token | None:
    """Return the name of a line that only signs the quotation above it: a dash and a name."""
    tokens = [token for token in sentence if not token.is_space]
    if not 1 < len(tokens) <= _SIGNED or tokens[0].text not in DASHES or tokens[1].pos_ != "PROPN":
        return None
    if any(token.tag_ in FINITE for token in tokens):
        return None
    return next((token for token in tokens[1:-1] if token.nbor(1).pos_ != "PROPN"), tokens[-1])


def _announcing(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return what brings in a quotation after a colon or comma: "Cruz resisted: “No.”", "In the report: “…”"."""
    at = verb.i - 3
    while at > sentence.first and sentence.doc[at].is_space:
        at -= 1
    mark = sentence.doc[at] if at > sentence.first else None
    if mark is None or mark.text[-1] not in {":", ","}:
        return None
    before = sentence.doc[max(sentence.first, mark.i - _LEAD) : mark.i]
    for token in reversed(before):
        if token.pos_ == "VERB" and (mark.text[-1] == ":" or (_may_say(token) and token.dep_ != "advcl")):
            speaker = subject(token)
            if speaker is not None and speaker.i != verb.i - 1 and speaker.tag_ != "WP":
                return Cue(token, token, speaker)
        elif token.i + 1 == mark.i and token.tag_ == "NNS" and mark.text[-1] == ":":
            own = next((child for child in token.lefts if child.dep_ in {"nsubj", "compound", "nmod"}), None)
            if own is not None and token.dep_ == "ROOT":
                return Cue(token, token, own)
    return _headed(before, mark) if mark.text[-1] == ":" else None


def _may_say(verb: Token) -> bool:
    return verb.lemma_.lower() not in NO_CUES


def _headed(before: Span, mark: Token) -> Cue | None:
    """Return the colon between a name and a quotation, as in headlines and transcripts."""
    words = [token for token in before if not token.is_punct]
    ends = (token for token in words if token.i + 1 == mark.i or token.nbor(1).pos_ != "PROPN")
    name = next((token for token in ends if token.pos_ == "PROPN" or len(words) == 1), None)
    return Cue(mark, mark, name) if name is not None else None


def _closing(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the verb after a quotation that the parser took for a noun: “It works,” the two write in a letter."""
    marks = [token for token in sentence.doc[verb.i + 1 : verb.i + 3] if token.is_punct]
    rest = sentence.doc[verb.i + 1 + len(marks) : min(sentence.last, verb.i + 1 + len(marks) + _CLOSE)]
    for token in rest[1:]:
        if token.is_punct and token.text != "-":
            return None
        following = token.nbor(1) if token.i + 1 < sentence.last else token
        if token.lower_ in _PRESENT and (following.is_punct or following.pos_ == "ADP" or following == token):
            head = next((each for each in rest if each.i < token.i and _ends_phrase(each)), token.nbor(-1))
            return Cue(token, token, head)
    return None


def _ends_phrase(noun: Token) -> bool:
    """Tell the last noun of a phrase that stands before its verb: the "over" of "a voice-over in the ad states"."""
    following = noun.nbor(1)
    return noun.pos_ in {"NOUN", "PROPN", "PRON", "ADP"} and (
        following.lower_ in _PRESENT or (following.pos_ == "ADP" and following.text != "-")
    )


def _nearby(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the nearest cue with a subject that no other quotation stands between."""
    for token in (*_after(sentence, verb), *_before(sentence, verb)):
        if _is_cue(token) and token.dep_ not in {"amod", "compound"}:
            cue = cue_of(token) if subject(token) is not None or token.i > verb.i else None
            if cue is not None and cue.speaker is None:
                cue = replace(cue, speaker=name_before(cue))
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
        if token.is_punct and token.text != "-":
            return None
        if token.tag_ in FINITE_VERBS and token.lemma_.lower() not in NO_CUES:
            own = next((child for child in token.children if child.dep_ in {"nsubj", "nsubjpass"}), None)
            near = own if own is not None and own.left_edge.i >= first else sentence.doc[token.i - 1]
            if near.i < first:
                named = name_after(sentence, verb, Cue(token, token, None))
                return Cue(token, token, named) if named is not None and named.i > token.i else None
            if near.pos_ in {"NOUN", "PROPN", "PRON"}:
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
