"""Whom a verb has beside its subject: who is joined in it, does it along with others, or is called on to do something.

Looks at one clause; resolves no names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.speech.syntax import TIMES, child_of, coordinates, is_infinitive

if TYPE_CHECKING:
    from spacy.tokens import Token


def joined_in(verb: Token) -> Token | None:
    """Return the "calling" of "joined Macron in calling for it", the "call" of "joined them to call for it"."""
    if verb.lemma_ != "join":
        return None
    ways = (child_of(child, "pcomp") for child in verb.rights if child.dep_ == "prep" and child.lower_ == "in")
    aims = (child for child in verb.rights if child.dep_ in {"advcl", "xcomp", "ccomp"} and is_infinitive(child))
    return next(filter(None, (*ways, *aims)), None)


def joiner(verb: Token) -> Token | None:
    """Return the "joined" of what somebody joins others in."""
    above = verb.head.head if verb.dep_ == "pcomp" else verb.head
    return above if joined_in(above) == verb else None


def companions(head: Token) -> list[Token]:
    """Return with whom one does something: "Macron, together with Merz, said", "Starmer joined them to call for it"."""
    verb = head.head
    ways = [child for child in head.subtree if child.i > head.i]
    ways += [child for child in verb.lefts if child.i > head.i]
    found = [child_of(way, "pobj") for way in ways if way.dep_ == "prep" and _is_along(way)]
    if (shared := joined_in(verb)) is not None:
        found.append(child_of(verb, "dobj") or child_of(shared, "nsubj"))
    return [token for each in found if each is not None for token in coordinates(each)]


def _is_along(way: Token) -> bool:
    """Tell "alongside Merz", "along with Merz" and "together with Merz" from "with force"."""
    before = way.nbor(-1).lower_ if way.i else ""
    return way.lower_ == "alongside" or (way.lower_ == "with" and before in {"together", "along", "jointly"})


def wished_to_act(verb: Token, clause: Token) -> Token | None:
    """Return the Russia of "called for Russia to accept", and of "called on", where `clause` is what it is to do."""
    if clause.dep_ != "advcl" or not is_infinitive(clause):
        return None
    if any(child.dep_ == "mark" and child.lower_ == "for" for child in clause.children):
        return child_of(clause, "nsubj")
    return called_on(verb, clause) if verb.lemma_ == "call" else None


def called_on(verb: Token, open_clause: Token) -> Token | None:
    """Return the ministers of "called on ministers to resign"."""
    for child in verb.rights:
        if child.dep_ == "prep" and child.lower_ in {"on", "upon", "for"} and child.i < open_clause.i:
            heard = child_of(child, "pobj")
            return heard if heard is not None and heard.ent_type_ not in TIMES else None
    return None
