"""The questions asked of a parsed sentence: whose verb is it, and what noun phrase stands around that word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.records import Span
from extractors.speech.frames import Frame
from extractors.speech.lexicon import HEARD_VERBS, PAPERS, WHO

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Tokens

SUBJECTS = frozenset({"nsubj", "nsubjpass"})
FINITE_VERBS = frozenset({"VBD", "VBZ", "VBP"})  # tags
FINITE = FINITE_VERBS | {"MD"}
_HIGHEST = 6  # clauses to climb for a subject: deeper ones are parser's errors
_CLIMB = frozenset({"conj", "xcomp", "advcl", "pcomp", "prep", "dep", "ccomp", "acl", "relcl", "acomp"})
_BEFORE = frozenset({"det", "amod", "compound", "poss", "nmod", "nummod", "predet", "quantmod", "advmod"})
_AFTER = frozenset({"appos", "prep", "conj", "cc", "amod", "nummod", "case", "acl", "compound", "nmod", "flat"})


@dataclass(frozen=True, slots=True)
class ParsedSentence:
    """One sentence of a parsed frame: tokens `first` to `last` (excluded), in paragraph number `paragraph`.

    `said` are the numbers of its quotations, each with the verb of the clause that stands for it.
    """

    frame: Frame
    doc: Doc
    first: int
    last: int
    paragraph: int
    said: tuple[tuple[int, Token], ...]

    def __iter__(self) -> Iterator[Token]:
        """Yield its tokens in order."""
        return iter(self.doc[self.first : self.last])

    def span(self, first: Token, last: Token) -> Span:
        """Return the stretch of the article from one token to another, both included."""
        return self.frame.span(first.idx, last.idx + len(last))

    def whole(self) -> Span:
        """Return the stretch of the article that the sentence is."""
        return self.span(self.doc[self.first], self.doc[self.last - 1])

    def place(self, token: Token) -> int:
        """Return where in the article a token begins."""
        return self.frame.span(token.idx, token.idx + len(token)).start


def subject(verb: Token) -> Token | None:
    """Return the head of what does `verb`, by its own subject or the clause it hangs on; None for a hearer."""
    for _ in range(_HIGHEST):
        own = next((child for child in verb.children if child.dep_ in SUBJECTS), None)
        if own is not None:
            return _antecedent(own, verb) if not _is_hearer(own, verb) else _agent(verb)
        if verb.tag_ == "VBN" and (agent := _agent(verb)) is not None:
            return agent
        if verb.dep_ in {"acl", "relcl"} and verb.head.pos_ in {"NOUN", "PROPN", "PRON"}:
            return _issuer(verb) or verb.head
        if verb.dep_ not in _CLIMB:
            return _agent(verb)
        verb = verb.head
    return None


def _issuer(verb: Token) -> Token | None:
    """Return the Putin of "Putin issued a statement saying": who puts a paper out says what it says."""
    paper = verb.head
    if verb.dep_ != "acl" or verb.tag_ != "VBG" or paper.dep_ != "dobj" or paper.lemma_.lower() not in PAPERS:
        return None
    return next((child for child in paper.head.children if child.dep_ == "nsubj"), None)


def _antecedent(own: Token, verb: Token) -> Token:
    return verb.head if own.lower_ in WHO and verb.dep_ == "relcl" else own


def _is_hearer(own: Token, verb: Token) -> bool:
    return own.dep_ == "nsubjpass" and verb.lemma_.lower() in HEARD_VERBS


def _agent(verb: Token) -> Token | None:
    by = (child for child in verb.children if child.dep_ == "agent")
    return next((noun for preposition in by for noun in preposition.children if noun.dep_ == "pobj"), None)


def agent_of(noun: Token) -> Token | None:
    """Return who made a thing: the Putin of "the statement issued by Putin"."""
    made = (child for child in noun.children if child.dep_ == "acl")
    return next((by for verb in made if (by := _agent(verb)) is not None), None)


def maker_of(noun: Token) -> Token | None:
    """Return who speaks through a paper: who made it, whose it is, or who is said to have written or issued it."""
    maker = agent_of(noun)
    if maker is None:
        owners = (child for child in noun.children if child.dep_ == "poss")
        maker = next((child for child in owners if child.ent_type_ in {"PERSON", "GPE", "ORG"}), None)
    heap = noun.head.head if noun.dep_ == "pobj" and noun.head.lower_ == "of" else noun
    if maker is None and heap.dep_ == "dobj" and heap.head.pos_ == "VERB":
        maker = subject(heap.head)
    return maker if maker is not None and maker.i != noun.i else None


def noun_phrase(head: Token) -> tuple[Token, Token]:
    """Return the first and last token of the phrase around `head`, without a trailing relative clause."""
    first = last = head
    for child in head.lefts:
        if child.dep_ in _BEFORE and not _is_clause(child):
            first = min(first, child.left_edge, key=_position)
    for child in head.rights:
        if child.dep_ == "punct":
            continue
        if child.dep_ not in _AFTER or not _belongs(child, head):
            break
        last = max(last, _end(child), key=_position)
    return first, last


def before(token: Token, head: Token) -> Token:
    """Return the last word before `token`, `head` at the earliest."""
    last = token.i - 1
    while last > head.i and (token.doc[last].is_punct or token.doc[last].is_space or token.doc[last].pos_ == "ADV"):
        last -= 1
    return token.doc[last]


def _end(child: Token) -> Token:
    made_by = _agent(child) if child.dep_ == "acl" else None
    if made_by is not None:
        return noun_phrase(made_by)[1]
    tokens = span_of(child)
    relative = next((token for token in tokens if token.dep_ == "relcl" and token.i > child.i), None)
    last = relative.left_edge.i - 1 if relative is not None else child.right_edge.i
    while last > child.i and (child.doc[last].is_punct or child.doc[last].is_space or child.doc[last].dep_ == "cc"):
        last -= 1
    return child.doc[max(last, child.i)]


def _belongs(child: Token, head: Token) -> bool:
    """Keep "of RAND" with a name, but not "on Tuesday"; keep "issued by Putin" with a paper only."""
    if _is_clause(child):
        return False
    if head.pos_ != "PROPN":
        return True
    return child.dep_ not in {"prep", "acl"} or child.lower_ == "of"


def _is_clause(child: Token) -> bool:
    """Tell whether a quotation's clause stands in the phrase, which then is the parser's error."""
    return any(is_stand_in(token) for token in span_of(child))


def is_stand_in(token: Token) -> bool:
    """Tell the verb of the clause that stands for a quotation."""
    return token.lower_ == "works" and token.i > 0 and token.nbor(-1).lower_ == "it"


def span_of(head: Token) -> Tokens:
    """Return the tokens under `head`."""
    return head.doc[head.left_edge.i : head.right_edge.i + 1]


def _position(token: Token) -> int:
    return token.i


def is_main(verb: Token) -> bool:
    """Tell whether a verb's clause is one the sentence itself asserts, not one that is reported or describes."""
    for _ in range(_HIGHEST):
        if verb.dep_ in {"ccomp", "relcl", "acl", "csubj"}:
            return False
        if verb.dep_ == "ROOT":
            return True
        verb = verb.head
    return False


def is_source(noun: Token) -> bool:
    """Tell the Putin of "according to Putin"."""
    return noun.dep_ == "pobj" and noun.head.lower_ == "to" and noun.head.head.lower_ == "according"


def parts(head: Token) -> list[Token]:
    """Return `head` and what is set in apposition to it: any of them may carry the name."""
    found = [head]
    for token in found:
        found += [child for child in token.children if child.dep_ == "appos"]
    return found


def coordinates(head: Token) -> list[Token]:
    """Return `head` and the nouns joined to it by "and"."""
    found = [head]
    for token in found:
        found += [child for child in token.children if child.dep_ == "conj" and child.pos_ in {"NOUN", "PROPN", "PRON"}]
    return found
