"""Parses put right where the small parser is known to take those who say so for something else.

Changes what hangs on what and nothing else; whether that is speech is asked later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from extractors.speech.lexicon import REPORTING_VERBS, is_role
from extractors.speech.parsing import Frame, is_aged, parse
from extractors.speech.syntax import FINITE, NOUNS, SUBJECTS, VERBS, is_stand_in

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Tokens

_OF_A_LIST = NOUNS | {"ADJ", "DET", "NUM", "CCONJ", "ADP", "PART"}
_LONGEST = 24  # tokens of who says so
_COUNTERED = frozenset({"deny", "reject", "dismiss", "dispute", "refute", "rebuff"})


def parse_rightly(nlp: Language, frames: Iterable[Frame]) -> Iterator[Doc]:
    """Yield the parsed frames in order, subjects put right."""
    for doc in parse(nlp, frames):
        for token in doc:
            _put_right(token)
        yield doc


def _put_right(token: Token) -> None:
    head = token.head
    if token.tag_ == "VBG" and token.dep_ == "advcl" and is_stand_in(head):
        _give_to_speaker(token)
    if token.pos_ == "VERB" and token.lemma_.lower() in REPORTING_VERBS:
        _give_age(token)
        _give_subject(token)
    elif token.lower_ == "according" and head.i > token.i:
        _give_back_subject(token)
    elif token.dep_ == "neg" and head.pos_ == "PROPN" and head.i < token.i:
        _give_clause(token)
    elif token.lower_ == "that" and token.tag_ == "IN" and head.i > token.i:
        token.dep_ = "mark"  # of "posted on X that Putin “is playing”", not what he plays
    elif token.dep_ == "relcl" and token.lemma_ in _COUNTERED:
        _set_apart(head)


def _give_age(verb: Token) -> None:
    """Make the "old" of "the 79-year-old said" the subject, where the parser takes it for how that was said."""
    aged = verb.nbor(-1) if verb.i else verb
    if is_aged(aged) and aged.head == verb and aged.dep_ not in SUBJECTS:
        aged.dep_ = "nsubj"
        for child in verb.lefts:
            if child.dep_ == "det":
                child.head = aged


def _give_subject(verb: Token) -> None:
    """Make those who say so the subject in "The army shelled Kherson, doctors and aid groups say".

    The parser takes them for more of what the army shelled, and the army for who says so.
    """
    own = next((child for child in verb.lefts if child.dep_ in SUBJECTS), None)
    doc, comma = verb.doc, _comma_before(verb)
    if comma is None or (own is not None and own.left_edge.i > comma):
        return
    words = doc[comma + 1 : verb.i]
    outer = [token for token in words if token.pos_ in NOUNS and not comma < token.head.i < verb.i]
    noun = own if own in outer else _before_who(words) or (outer[-1] if outer else None)
    if noun is None:
        return
    above, way = noun.head, noun.dep_
    for token in doc[verb.sent.start : comma]:
        if comma < token.head.i < verb.i:
            token.head, token.dep_ = (above, way) if above != verb else (token.nbor(-1), "pobj")
    noun.head, noun.dep_ = verb, "nsubj"
    verb.tag_ = "VBP" if verb.tag_ == "VB" else verb.tag_
    for token in words:
        if token != noun and not comma < token.head.i < verb.i:
            token.head = noun


def _give_back_subject(according: Token) -> None:
    """Make Russia the subject in "According to the minister, Russia, despite its losses, wants more".

    The parser takes it for the minister’s name, and then the verb has none; in "According to a spokesman, Peskov, the
    talks will go on" it takes the name for a second one.
    """
    doc, verb = according.doc, according.head
    source = next((token for token in according.subtree if token.dep_ == "pobj"), None)
    if source is None or verb.pos_ not in VERBS:
        return
    own = [child for child in verb.children if child.dep_ in SUBJECTS]
    names = own[:-1] or [token for token in doc[source.i + 1 : verb.i] if token.dep_ == "appos"]
    noun = next((name for name in reversed(names) if doc[name.left_edge.i - 1].text == ","), None)
    if noun is not None and len(own) != 1:
        noun.head, noun.dep_ = (source, "appos") if own else (verb, "nsubj")


def _give_clause(negation: Token) -> None:
    """Give the "who said" of "It was Fidan, not Erdogan, who said" to Fidan."""
    meant = negation.head
    other = next((token for token in meant.rights if token.dep_ in {"appos", "conj"} and token.i > negation.i), None)
    for clause in other.rights if other is not None else ():
        if clause.dep_ == "relcl":
            clause.head = meant


def _give_to_speaker(participle: Token) -> None:
    """Give the "promising" of "but said, “It works,” promising that" to who says so, not to what is quoted."""
    quoted = participle.head
    if quoted.i < participle.i and quoted.dep_ == "ccomp" and quoted.head.i != quoted.i:
        participle.head = quoted.head


def _set_apart(noun: Token) -> None:
    """Make an aside of "said Kyiv had asked for talks, a claim Ukraine rejected", which who says so does not say."""
    article = noun.nbor(-1) if noun.i else noun
    if article.tag_ == "DT" and article.i and article.nbor(-1).text == "," and noun.pos_ == "NOUN":
        noun.dep_ = "appos"


def _comma_before(verb: Token) -> int | None:
    """Return the comma after which nothing but who says so stands before the verb, a clause before that.

    A list, or someone "who spoke on condition of anonymity": what else the parser reads well.
    """
    doc, start, at = verb.doc, verb.sent.start, verb.i - 1
    while at > max(start, verb.i - _LONGEST) and doc[at].text != ",":
        at -= 1
    words = doc[at + 1 : verb.i]
    if doc[at].text != "," or not any(token.tag_ in FINITE for token in doc[start:at]):
        return None
    is_list = any(token.dep_ == "cc" for token in words[1:-1]) and all(token.pos_ in _OF_A_LIST for token in words)
    if is_list and words[-1].pos_ in NOUNS:
        while (earlier := _listed_before(doc, at, start)) is not None:
            at = earlier
        return at
    return at if _before_who(words) is not None else None


def _listed_before(doc: Doc, comma: int, start: int) -> int | None:
    """Return the comma before the "eyewitnesses" of ", eyewitnesses, medics and the mayor said"."""
    at = comma - 1
    while at > start and doc[at].pos_ in NOUNS | {"ADJ", "DET", "NUM"}:
        at -= 1
    return at if doc[at].text == "," and is_role(doc[comma - 1].lemma_.lower()) else None


def _before_who(words: Tokens) -> Token | None:
    """Return the "official" of "an official who has seen the draft"."""
    return next((each.nbor(-1) for each in words[1:-1] if each.lower_ == "who" and each.nbor(-1).pos_ in NOUNS), None)
