"""What a noun phrase is: what part it has in its sentence, which words tell "the official" from "another official".

Looks at one phrase; resolves no names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from extractors.records import Span
from extractors.speech.antecedents import Part
from extractors.speech.cues import QUOTING
from extractors.speech.lexicon import COLLEAGUES, IT, MAKING_VERBS, ORGANS, PRONOUNS, THEY, is_role
from extractors.speech.parsing import is_aged
from extractors.speech.syntax import NOUNS, SUBJECTS, agent_of, child_of, is_main, is_new, is_source, says_he, subject

if TYPE_CHECKING:
    from spacy.tokens import Token

_UNNAMED = frozenset({"a", "an", "one", "another", "some"})
_OTHERS = frozenset({"other", "second", "first", "third", "former", "latter", "same", "senior"})
_OBJECTS = frozenset({"dobj", "dative"})
_COUNTS = {"two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "seven": 7, "2": 2, "3": 3, "4": 4}
_SEVERAL = frozenset(
    {"another", "many", "some", "several", "others", "other", "most", "few", "both", "all", "none", "latter"}
)
_NO_NOUNS = frozenset({"ADP", "CCONJ", "DET", "PART", "PRON", "PUNCT", "SCONJ", "SPACE", "SYM"})
_COURTESIES = frozenset({"mr", "mrs", "ms", "miss", "dr", "the", "a"})
_THOSE = frozenset({"the", "these", "those", "both"})
_CAPITAL = r"(?!The )[A-Z][\w’'-]*"


def balanced(text: str, span: Span) -> Span:
    """Take in the closing mark of what opens inside."""
    surface = span.slice(text)
    for opening, closing in ("“”", '""', "()"):
        is_open = surface.count(opening) % 2 if opening == closing else surface.count(opening) > surface.count(closing)
        closed = text.find(closing, span.end, span.end + 2) + 1 if is_open else 0
        if closed:
            return Span(span.start, closed)
    return span


def is_quoted(text: str, start: int, place: int) -> bool:
    """Tell a place between the marks of a quotation that has opened since `start`."""
    before = text[start:place]
    return before.count("“") > before.count("”") or before.count('"') % 2 == 1


def plain(surface: str) -> str:
    """Return a description on one line, without article and quotation marks."""
    return re.sub(r"^(?:the|an?) ", "", " ".join(re.sub(r"[“”\"]", "", surface).split()), flags=re.IGNORECASE)


def heap_of(head: Token) -> str:
    """Return the noun of "a flurry of statements"."""
    of = (child for child in head.rights if child.dep_ == "prep" and child.lower_ == "of")
    return next((noun.lemma_.lower() for way in of for noun in way.children if noun.dep_ == "pobj"), "")


def last_part(noun: str) -> str:
    """Return the "statement" of "joint-statement"."""
    return noun.rpartition("-")[2]


def is_somebodys(noun: Token) -> bool:
    """Tell "the minister", "the ministry" and "Erdogan’s office" from "Tuesday" and "the scene"."""
    lemma = noun.lemma_.lower()
    return is_role(lemma) or lemma in ORGANS or any(child.dep_ == "poss" for child in noun.lefts)


def sources_of(noun: Token) -> Iterator[Token]:
    """Yield the Kremlin of "a statement from the Kremlin"."""
    ways = (child for child in noun.rights if child.dep_ == "prep" and child.lower_ == "from")
    return (child for way in ways for child in way.children if child.dep_ == "pobj")


def is_pronoun(token: Token) -> bool:
    """Tell a pronoun from "the US" and the "one" of "one of the officials", which are none."""
    if token.lower_ not in PRONOUNS or (len(token) > 1 and token.text.isupper()):
        return False
    of = next((child for child in token.rights if child.lower_ == "of"), None)
    return of is None or all(child.pos_ not in NOUNS for child in of.children)


def is_unnamed(token: Token) -> bool:
    """Tell "a senior official" and "two diplomats", of whom "the official" may speak later."""
    if not is_role(token.lemma_.lower()) or token.dep_ in {"appos", "attr", "compound"} or token.pos_ != "NOUN":
        return False
    is_many = token.morph.get("Number", []) == ["Plur"]
    return is_many or any(child.lower_ in _UNNAMED for child in token.lefts)


def is_human(noun: Token) -> bool:
    """Tell a person by a role, by the model, by an age, or by the "he" of "Maduro said he was ready"."""
    return is_role(noun.lemma_.lower()) or noun.ent_type_ == "PERSON" or is_aged(noun) or says_he(noun)


def is_apart(noun: Token) -> bool:
    """Tell one who is singled out among others: "the second official", "the Russian diplomat"."""
    return any(
        word.dep_ in {"nummod", "poss"} or word.ent_type_ in {"NORP", "GPE", "ORDINAL"} or word.lower_ in _OTHERS
        for word in noun.lefts
    )


def topmost(token: Token) -> Token:
    """Return the first of those that a noun is joined to, or set beside."""
    while token.dep_ in {"conj", "appos"}:
        token = token.head
    return token


def part_of(token: Token, clauses: Collection[int]) -> Part | None:
    """Return what a noun or pronoun is to its sentence; None for what is part of a name, or stands for a quotation."""
    head = topmost(token)
    if head.dep_ in SUBJECTS:
        if head.head.i in clauses:
            return None
        is_outer = is_main(head.head) or head.head.head.i in clauses
        own = Part.SUBJECT if is_outer else Part.INNER
        return own if head is token or token.pos_ == "PROPN" else None
    if is_source(head) or _is_cited(head):
        return Part.SUBJECT
    if token.pos_ not in {"PROPN", "NOUN"} or token.dep_ == "compound":
        return None
    return Part.OBJECT if head.dep_ in _OBJECTS else Part.OWNER if head.dep_ == "poss" else Part.OTHER


def _is_cited(noun: Token) -> bool:
    """Tell the Lavrov of "Interfax quoted Lavrov as saying"."""
    is_thing = noun.dep_ == "dobj" and noun.head.lemma_ in QUOTING and noun.i + 1 < len(noun.doc)
    return is_thing and noun.nbor().lower_ == "as"


def is_definite(head: Token) -> bool:
    """Tell "the minister", "the Russian negotiator" from "a minister" and "Kyiv’s ministers"."""
    if head.morph.get("Number", []) == ["Plur"]:
        return False
    return any(child.dep_ == "det" and child.lower_ in {"the", "this", "that"} for child in head.children)


def words_of(noun: Token) -> list[str]:
    """Return "russian", "diplomat" of "the Russian diplomat", in small letters."""
    return [each.lower_ for each in noun.lefts if each.dep_ not in {"det", "punct", "poss"}] + [noun.lower_]


def is_just(noun: Token) -> bool:
    """Tell "the Russian diplomat" and "his Turkish counterpart" from "the Russian diplomat in Vienna"."""
    is_his = noun.lemma_ in COLLEAGUES and any(child.dep_ == "poss" for child in noun.lefts)
    is_narrowed = any(child.dep_ in {"prep", "relcl", "acl", "appos", "conj"} for child in noun.rights)
    return (is_his or is_definite(noun)) and not is_narrowed


def owner_of(noun: Token) -> Token | None:
    """Return who made a paper, or whose it is: "the paper issued by the Pentagon", "the EU’s paper"."""
    owners = (child for child in noun.children if child.dep_ == "poss")
    own = (child for child in owners if child.ent_type_ not in {"DATE", "TIME"})
    by = (child for child in noun.children if child.dep_ == "prep" and child.lower_ == "by")
    makers = (child for preposition in by for child in preposition.children if child.dep_ == "pobj")
    return agent_of(noun) or next(own, None) or next(makers, None)


def maker_of(noun: Token) -> Token | None:
    """Return who speaks through a paper: who made it, whose it is, or who is said to have written or issued it.

    Who follows, rejects or cites a statement has not made it.
    """
    maker = owner_of(noun)
    heap = noun.head.head if noun.dep_ == "pobj" and noun.head.lower_ == "of" else noun
    is_within = heap.dep_ == "pobj" and heap.head.lower_ == "in"  # "said in a statement"
    is_clause = heap.dep_ == "nsubj" and heap.head.dep_ == "ccomp"  # "wrote a paper proposing that"
    verb = heap.head.head if is_within or is_clause else heap.head
    makes = is_new(heap) if is_within else heap.dep_ in {"dobj", "nsubj"} and verb.lemma_.lower() in MAKING_VERBS
    if maker is None and makes and verb.pos_ == "VERB":
        maker = subject(verb)
    return maker if maker is not None and maker.i != noun.i else None


def possessor_of(noun: Token) -> Token | None:
    """Return the "its" of "its foreign minister", the country of "the country’s leader"; no name and no person."""
    owner = child_of(noun, "poss")
    is_thing = owner is not None and (owner.lower_ in IT | THEY or (owner.pos_ == "NOUN" and is_definite(owner)))
    return owner if is_thing else None


def is_only_called(noun: Token) -> bool:
    """Tell "the territory" and "the besieged enclave" from "the neighbouring country"."""
    if not is_definite(noun) or is_apart(noun):
        return False
    return all(word.pos_ == "DET" or word.lower_.endswith("ed") for word in noun.lefts)


def count_of(noun: Token) -> int | None:
    """Return how many "the three leaders" are; 0 where no number is given, None where no others are singled out."""
    words = [child for child in noun.lefts if child.dep_ != "punct"]
    if noun.tag_ not in {"NNS", "NNPS"} or not words or words[0].lower_ not in _THOSE:
        return None
    if any(child.dep_ in {"prep", "relcl", "acl", "appos", "conj"} for child in noun.rights):
        return None
    found = [_COUNTS[word.lower_] for word in words if word.lower_ in _COUNTS]
    return found[0] if found else 0 if len(words) == 1 else None


def printed_name(text: str, name: str, place: int) -> str | None:
    """Return "the Hostages and Missing Families Forum" for the name "forum", though nothing has taken it for a name."""
    if " " in name or not name.isalpha():
        return None
    full = re.compile(rf"(?:{_CAPITAL}(?: (?:and|of|for|the|&))* ){{1,6}}{name.title()}\b")
    found = [*full.finditer(text, 0, place)]
    return " ".join(found[-1].group().split()) if found else None


def roles_beside(token: Token) -> list[str]:
    """Return the roles beside a name: "Kremlin spokesman Dmitry Peskov", "Vladimir Medinsky, the negotiator"."""
    nouns = [child for child in token.children if child.dep_ in {"compound", "appos", "nmod"}]
    beside = [] if token.dep_ in {"compound", "poss"} else [token.head]  # nor is the Putin spokesman Putin
    roles = [noun.lemma_.lower() for noun in (*nouns, *beside) if noun.pos_ in NOUNS]
    return [role for role in roles if is_role(role)]


def may_speak(noun: Token) -> bool:
    """Tell a word for somebody from a mark, a "the", a day, and a headline in capitals that runs into a sentence."""
    if noun.lower_ in _SEVERAL or is_aged(noun):
        return True
    if noun.pos_ in _NO_NOUNS or (noun.text.islower() and noun.pos_ not in {"NOUN", "PROPN", "NUM"}):
        return False  # the model takes a Theresa May for a verb
    is_title = noun.lower_.rstrip(".") in _COURTESIES
    is_day = noun.lower_.endswith("day") or (noun.ent_type_ in {"DATE", "TIME", "MONEY"} and noun.text.islower())
    return any(map(str.isalpha, noun.text)) and not (is_title or is_day or (noun.is_stop and noun.text.islower()))
