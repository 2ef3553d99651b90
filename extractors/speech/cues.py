"""The words that say something was said: "said", "put it", "quoted as saying", "Biden’s comment"; with who says it.

Resolves no names, and knows nothing of quotations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.speech.syntax import subject

if TYPE_CHECKING:
    from spacy.tokens import Token


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


def _position(token: Token) -> int:
    return token.i
