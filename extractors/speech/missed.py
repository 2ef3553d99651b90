"""Who says it where the parser has missed the subject: by the words beside the cue. Finds no cues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.speech.cues import Cue
from extractors.speech.lexicon import PEOPLE, PRONOUNS
from extractors.speech.parsing import ParsedSentence
from extractors.speech.syntax import FINITE_VERBS, subject

if TYPE_CHECKING:
    from spacy.tokens import Token

_HIGH = 8  # phrases between a name and the verb it belongs to
_NEAR = 14  # tokens between a quotation and the name of its speaker
NOMINAL = frozenset({"PROPN", "NOUN", "PRON", "DET", "ADJ", "CCONJ"})
_PHRASE = NOMINAL | {"VERB", "AUX", "ADP", "NUM"}


def missed_speaker(sentence: ParsedSentence, verb: Token, cue: Cue) -> Token | None:
    """Return who says the quotation whose clause has `verb`, by the words around its cue."""
    named = name_after(sentence, verb, cue) or name_before(cue) or _inverted(sentence, cue)
    return named or _above(cue) or _near_name(sentence, cue)


def name_after(sentence: ParsedSentence, verb: Token, cue: Cue) -> Token | None:
    """Return the head of the phrase that follows a quotation beside its cue: “Is it?” asked Mr. Manafort."""
    marks = sentence.doc[verb.i + 1 : verb.i + 3]
    if cue.last.i < verb.i or cue.last.lemma_ == "tell" or len(marks) < 2 or not marks[-1].is_punct:  # noqa: PLR2004 - the stop and the closing mark
        return None
    for token in sentence.doc[verb.i + 3 : min(sentence.last, verb.i + _NEAR)]:
        if token.is_punct and token.text != "-":
            return None
        following = token.nbor(1) if token.i + 1 < sentence.last else token
        goes_on = following != token and (following.pos_ in {"PROPN", "NOUN", "PART"} or following.text == "-")
        is_name = token.pos_ in {"PROPN", "NOUN", "PRON"} or (token.is_title and token.dep_ == "advmod")
        if is_name and token.text != "-" and not goes_on:
            return token
    return None


def _inverted(sentence: ParsedSentence, cue: Cue) -> Token | None:
    """Return the name after a cue that opens its sentence: "Said Dorothy Poynter, who is his sister, “It works.”"."""
    if cue.first.i != sentence.first:
        return None
    name = cue.last
    while name.i + 1 < sentence.last and name.nbor(1).pos_ == "PROPN":
        name = name.nbor(1)
    return name if name.i > cue.last.i else None


def _above(cue: Cue) -> Token | None:
    """Return who does what a verb is set beside: "Durbin, noting its size, said"."""
    aside = cue.first.head
    return subject(aside) if cue.first.dep_ == "parataxis" and aside.tag_ == "VBG" and aside.i < cue.first.i else None


def name_before(cue: Cue) -> Token | None:
    """Return the name just before a verb, which the parser has taken for a part of the verb: "May said"."""
    before = cue.first.nbor(-1) if cue.first.i else cue.first
    return before if before.pos_ == "PROPN" or (before.tag_ == "MD" and before.is_title) else None


def _near_name(sentence: ParsedSentence, cue: Cue) -> Token | None:
    """Return who says it by the words before a verb whose subject the parser has missed: "Warren, a colonel, said"."""
    at = cue.first.i - 1
    while at >= sentence.first and (cue.first.doc[at].is_punct or cue.first.doc[at].pos_ in {"AUX", "ADV", "NUM"}):
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


def name_right(sentence: ParsedSentence, at: int) -> Token | None:
    """Return the name between the verb at `at` and the next mark, if nothing else stands there."""
    doc, end = sentence.doc, at + 1
    while end < sentence.last and (doc[end].pos_ in NOMINAL or doc[end].tag_ == "POS"):
        end += 1
    if end == at + 1 or end >= sentence.last or doc[end].text not in {",", ".", ";"}:
        return None
    name = next((token for token in doc[at + 1 : end] if token.nbor(1).pos_ not in {"PROPN", "NOUN"}), doc[end - 1])
    if name.ent_type_ in {"DATE", "TIME"} or name.pos_ not in {"PROPN", "NOUN", "PRON"}:
        return None
    is_person = name.ent_type_ == "PERSON" or name.lemma_.lower() in PEOPLE or name.lower_ in PRONOUNS
    return name if is_person or name.pos_ == "PROPN" else None


def phrase_before(sentence: ParsedSentence, verb: Token) -> Token | None:
    """Return the name just before a verb whose subject the parser has missed: "Sen. Elizabeth Warren (D-MA) said"."""
    if verb.tag_ not in FINITE_VERBS or verb.dep_ not in {"ROOT", "ccomp", "conj", "parataxis"}:
        return None
    at, depth = verb.i - 1, 0
    while at >= sentence.first:
        token = verb.doc[at]
        depth += (token.text == ")") - (token.text == "(")
        if depth == 0 and token.text != "(" and not (token.dep_ in {"advmod", "aux", "neg"} or token.is_punct):
            return _phrase_of(token, verb)
        at -= 1
    return None


def _phrase_of(token: Token, verb: Token) -> Token | None:
    """Return the head of the phrase that ends in `token`: the "two" of "two in ten", the name before an aside."""
    for _ in range(_HIGH):
        above = token.head
        if token.pos_ in {"VERB", "AUX"}:
            return subject(token)
        if token.pos_ == "PROPN" and (token.dep_ != "appos" or above.pos_ != "PROPN" or above.dep_ == "pobj"):
            return token
        if above.i >= token.i or above.pos_ not in _PHRASE or above.i >= verb.i:
            return token if token.pos_ in {"NOUN", "PRON", "NUM"} else None
        token = above
    return None
