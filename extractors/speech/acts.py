"""Acts on a watched subject that are told with a bare noun: "accepted a ceasefire", "called off the talks".

By their counts they are "accepted the prize"; what they are done to makes the difference. Takes no stance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.records import Span
from extractors.speech.lexicon import HE, LEXICON, SHE, SUBJECT_ACTS, THEY, is_role
from extractors.speech.parsing import ParsedSentence
from extractors.speech.partners import joiner
from extractors.speech.syntax import FINITE_VERBS, PARTIES, child_of, with_particle
from extractors.text.spans import starting_in

if TYPE_CHECKING:
    from spacy.tokens import Token

_PREPOSITIONS = frozenset({"to", "from", "of", "for", "out"})
_PROPOSALS = frozenset(str(LEXICON["proposals"]).split())


@dataclass(frozen=True, slots=True)
class Watched:
    """Where subjects that are watched, and officials, countries and bodies, are named; both in order."""

    subjects: Sequence[Span] = ()
    parties: Sequence[Span] = ()

    def within(self, span: Span) -> Watched:
        """Return those of a stretch."""
        return Watched(starting_in(self.subjects, span, _start), starting_in(self.parties, span, _start))


def _start(span: Span) -> int:
    return span.start


def is_act(sentence: ParsedSentence, verb: Token, speaker: Token | None, watched: Watched) -> bool:
    """Tell whether a verb says that somebody has done something to, or about, a subject that is watched.

    It has to be told as done, in the sentence's own clause: not wanted, supposed, possible, or reported of another.
    """
    subjects = watched.subjects
    if not subjects or speaker is None or not _is_somebody(sentence, speaker, watched.parties):
        return False
    told = joiner(verb) or verb
    if with_particle(verb) not in SUBJECT_ACTS or not _is_done(told) or not _is_own(told):
        return False
    things = [*_things(verb)]
    places = [sentence.place(thing) for thing in things]
    if any(subject.start <= place < subject.end for subject in subjects for place in places):
        return not any(subject.start <= sentence.place(verb) < subject.end for subject in subjects)
    whole = [sentence.span(thing.left_edge, thing.right_edge) for thing in things if thing.lemma_.lower() in _PROPOSALS]
    return any(span.covers(subject) for span in whole for subject in subjects)


def _is_somebody(sentence: ParsedSentence, speaker: Token, parties: Sequence[Span]) -> bool:
    if speaker.ent_type_ in PARTIES or is_role(speaker.lemma_.lower()) or speaker.lower_ in HE | SHE | THEY:
        return True
    place = sentence.place(speaker)
    return any(party.start <= place < party.end for party in parties)


def _things(verb: Token) -> list[Token]:
    """Return what is acted on: the object, or what follows "to", "from" and the like."""
    things = [child for child in verb.rights if child.dep_ in {"dobj", "oprd", "attr"}]
    ways = [child for child in verb.rights if child.dep_ in {"prep", "prt"} and child.lower_ in _PREPOSITIONS]
    # "pulled out of the talks": one preposition may hang on the other.
    ways += [child for way in ways for child in way.children if child.dep_ == "prep"]
    return things or [thing for way in ways if (thing := child_of(way, "pobj")) is not None]


def _is_done(verb: Token) -> bool:
    """Tell "accepted", "accepts" and "has not accepted" from "could accept" and "to accept"."""
    helpers = [child for child in verb.children if child.dep_ == "aux"]
    if any(child.tag_ in {"MD", "TO"} for child in helpers):
        return False
    return verb.tag_ in FINITE_VERBS or any(child.tag_ in FINITE_VERBS for child in helpers)


def _is_own(verb: Token) -> bool:
    """Tell a verb of the main clause, or one joined to it by "and"."""
    while verb.dep_ == "conj":
        verb = verb.head
    return verb.dep_ == "ROOT"
