"""The questions asked of a parsed sentence: whose verb is it, what noun phrase stands around that word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from extractors.speech.lexicon import (
    CUE_NOUNS,
    HE,
    HEARD_VERBS,
    NEXT_VERBS,
    PAPERS,
    REPORTING_VERBS,
    SAYS_OR_NAMES,
    SETTINGS,
    SHE,
    WHO,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Tokens

Range = tuple[int, int]
SUBJECTS = frozenset({"nsubj", "nsubjpass"})
FINITE_VERBS = frozenset({"VBD", "VBZ", "VBP"})  # tags
FINITE = FINITE_VERBS | {"MD"}
VERBS = frozenset({"VERB", "AUX"})  # parts of speech
NOUNS = frozenset({"NOUN", "PROPN"})
TIMES = frozenset({"DATE", "TIME"})  # names
PARTIES = frozenset({"PERSON", "ORG", "GPE", "NORP"})  # names of whoever says something or is told it
_LINKS = frozenset({"mark", "advmod"})
_UNCLEAR = 7  # tokens of "but it was not immediately clear"
_HIGHEST = 6  # clauses to climb for a subject: deeper ones are parser's errors
_CLIMB = frozenset({"conj", "xcomp", "advcl", "pcomp", "prep", "dep", "ccomp", "acl", "relcl", "acomp"})
_BEFORE = frozenset({"det", "amod", "compound", "poss", "nmod", "nummod", "predet", "quantmod", "advmod"})
_AFTER = frozenset({"appos", "prep", "conj", "cc", "amod", "nummod", "case", "acl", "compound", "nmod", "flat"})
AT_OCCASIONS = frozenset({"in", "on", "at", "during", "via", "through", "after", "before", "from"})


def child_of(token: Token, *deps: str) -> Token | None:
    """Return the first dependent of a token that hangs on it in one of the given ways."""
    return next((child for child in token.children if child.dep_ in deps), None)


def subject(verb: Token) -> Token | None:
    """Return the head of what does `verb`, by its own subject or the clause it hangs on; None for a hearer."""
    for _ in range(_HIGHEST):
        own = child_of(verb, *SUBJECTS)
        if own is not None and is_hearer(own):
            return _agent(verb)
        if own is not None:
            return verb.head if own.lower_ in WHO and verb.dep_ == "relcl" else own
        if verb.tag_ == "VBN" and (agent := _agent(verb)) is not None:
            return agent
        if verb.dep_ in {"acl", "relcl"} and verb.head.pos_ in {"NOUN", "PROPN", "PRON"}:
            return _issuer(verb) or verb.head
        if verb.dep_ not in _CLIMB:
            return _agent(verb)
        verb = verb.head
    return None


def is_hearer(noun: Token) -> bool:
    """Tell the Kyiv of "Kyiv was warned that"."""
    return noun.dep_ == "nsubjpass" and noun.head.lemma_.lower() in HEARD_VERBS


def _issuer(verb: Token) -> Token | None:
    """Return the Putin of "Putin issued a statement saying": who puts a paper out says what it says."""
    paper = verb.head
    said = PAPERS | CUE_NOUNS if is_new(paper) else PAPERS
    if verb.dep_ != "acl" or verb.tag_ != "VBG" or paper.dep_ != "dobj" or paper.lemma_.lower() not in said:
        return None
    return child_of(paper.head, "nsubj")


def _agent(verb: Token) -> Token | None:
    by = (child for child in verb.children if child.dep_ == "agent")
    return next((noun for preposition in by for noun in preposition.children if noun.dep_ == "pobj"), None)


def agent_of(noun: Token) -> Token | None:
    """Return who made a thing: the Putin of "the statement issued by Putin"."""
    made = (child for child in noun.children if child.dep_ == "acl")
    return next((by for verb in made if (by := _agent(verb)) is not None), None)


def is_new(noun: Token) -> bool:
    """Tell "a statement" from "the statement"."""
    return any(child.lower_ in {"a", "an"} for child in noun.children)


def noun_phrase(head: Token) -> tuple[Token, Token]:
    """Return the first and last token of the phrase around `head`, without a trailing relative clause."""
    first = last = head
    for child in head.lefts:
        if child.dep_ in _BEFORE and child.tag_ != "WP$" and not _is_clause(child):
            first = min(first, child.left_edge)
    for child in head.rights:
        if child.dep_ == "punct":
            continue
        if child.dep_ not in _AFTER or not _belongs(child, head):
            break
        last = max(last, _end(child))
    return first, last


def before(token: Token, head: Token) -> Token:
    """Return the last word before `token`, `head` at the earliest."""
    last = token.i - 1
    while last > head.i and (is_mark(token.doc[last]) or token.doc[last].pos_ == "ADV"):
        last -= 1
    return token.doc[last]


def _end(child: Token) -> Token:
    made_by = _agent(child) if child.dep_ == "acl" else None
    if made_by is not None:
        return noun_phrase(made_by)[1]
    tokens = span_of(child)
    relative = next((token for token in tokens if token.dep_ == "relcl" and token.i > child.i), None)
    last = relative.left_edge.i - 1 if relative is not None else child.right_edge.i
    while last > child.i and (is_mark(child.doc[last]) or child.doc[last].dep_ == "cc"):
        last -= 1
    return child.doc[max(last, child.i)]


def _belongs(child: Token, head: Token) -> bool:
    """Keep "of RAND" with a name, but not "on Tuesday"; keep "issued by Putin" with a paper only.

    On what occasion it speaks is no part of who does: "the army in a statement".
    """
    if _is_clause(child) or _is_occasion(child):
        return False
    if head.pos_ != "PROPN":
        return True
    return child.dep_ not in {"prep", "acl"} or child.lower_ == "of"


def _is_occasion(child: Token) -> bool:
    """Tell "in a statement", "at its daily briefing", "on Telegram" from "at the meeting", where somebody may be."""
    place = child_of(child, "pobj") if child.dep_ == "prep" and child.lower_ in AT_OCCASIONS else None
    if place is None or place.lemma_.lower() not in SETTINGS:
        return False
    return place.pos_ == "PROPN" or any(word.lower_ in {"a", "an"} or word.tag_ == "PRP$" for word in place.lefts)


def _is_clause(child: Token) -> bool:
    """Tell whether a quotation's clause stands in the phrase, which then is the parser's error."""
    return any(is_stand_in(token) for token in span_of(child))


def is_stand_in(token: Token) -> bool:
    """Tell the verb of the clause that stands for a quotation."""
    return token.lower_ == "works" and token.i > 0 and token.nbor(-1).lower_ == "it"


def span_of(head: Token) -> Tokens:
    """Return the tokens under `head`."""
    return head.doc[head.left_edge.i : head.right_edge.i + 1]


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


def says_he(noun: Token) -> bool:
    """Tell the Maduro of "Maduro said he was ready", whom that "he" shows to be a person."""
    said = child_of(noun.head, "ccomp") if noun.pos_ == "PROPN" and noun.dep_ == "nsubj" else None
    who = None if said is None else child_of(said, "nsubj")
    return who is not None and who.i > noun.head.i > noun.i and who.lower_ in HE | SHE


def has_subject(token: Token) -> bool:
    """Tell a verb with a subject of its own."""
    return any(child.dep_ in SUBJECTS for child in token.children)


def is_joined(token: Token, verb: Token) -> bool:
    """Tell the "cautioned" of "said X but cautioned Y" by its place and tense, whatever the parser hung it on."""
    finite, before = token, token.nbor(-1) if token.i else token
    while before.i and (before.pos_ == "ADV" or before.dep_ in {"neg", "aux"}):
        finite, before = (before if before.dep_ == "aux" else finite), before.nbor(-1)
    if before.lower_ not in {"and", "but", "then", "yet"} or has_subject(token):
        return False
    return finite.tag_ in {verb.tag_, tense(verb)} or (
        before.lower_ == "but" and {finite.tag_, tense(verb)} <= FINITE_VERBS
    )


def tense(verb: Token) -> str:
    """Return the tag of the verb's finite part: of "continues" in "continues to insist"."""
    carrier = next((child for child in verb.children if child.dep_ == "aux" and child.tag_ != "TO"), verb)
    above = verb.head
    is_carried = carrier.tag_ not in FINITE_VERBS and verb.dep_ == "xcomp" and above.tag_ in FINITE_VERBS
    return above.tag_ if is_carried else carrier.tag_


def resumed(token: Token) -> Token | None:
    """Return the cue that a verb is truly joined to: the "said" of "said X but cautioned Y", not a verb of X."""
    if has_subject(token) or token.lemma_.lower() not in NEXT_VERBS:
        return None
    if token.tag_ == "VBG":
        return _beside(token)
    if tense(token) not in FINITE_VERBS:
        return None
    above = token
    for _ in range(_HIGHEST):
        if above.dep_ == "ROOT" or (above.head.i > above.i):
            return None
        is_clause, above = above.dep_ == "ccomp", above.head
        if is_clause and above.lemma_.lower() in REPORTING_VERBS and is_joined(token, above):
            return above
    return None


def _beside(token: Token) -> Token | None:
    """Return the "said" of "said that it works, adding" and "It works, he said, adding": its subject says the next."""
    above = token.head
    if token.dep_ != "advcl" or above.i > token.i or token.nbor(-1).text != ",":
        return None
    if (said := token.nbor(-2)).dep_ == "parataxis" and said.lemma_.lower() in REPORTING_VERBS:
        return said
    for _ in range(_HIGHEST):
        if above.dep_ == "ccomp" and above.head.i < above.i and above.head.lemma_.lower() in REPORTING_VERBS:
            return above.head
        if above.dep_ not in {"conj", "xcomp"}:
            return None
        above = above.head
    return None


def is_mark(token: Token) -> bool:
    """Tell a token that is no word."""
    return bool(token.is_punct or token.is_space)


def with_particle(verb: Token) -> str:
    """Return what a verb is called: "rule out" is not "rule"."""
    particle = next((child.lower_ for child in verb.children if child.dep_ == "prt"), "")
    return f"{verb.lemma_.lower()} {particle}".rstrip()


def is_announced(clause: Token, verb: Token) -> bool:
    """Tell a clause that a colon divides from the next: the next explains it, and does not report it."""
    return any(token.text == ":" for token in verb.doc[clause.i : verb.i])


def is_unclear(first: Token) -> bool:
    """Tell the writer's "but it remains unclear when" by its first word."""
    words = [token.lower_ for token in first.doc[first.i : first.i + _UNCLEAR]]
    return words[:2] == ["but", "it"] and not {"unclear", "clear", "uncertain", "certain", "known"}.isdisjoint(words)


def is_remarked(first: Token) -> bool:
    """Tell the "remarks that" and "with Peskov calling it" that a writer adds to words, by its first word."""
    if first.lemma_.lower() in CUE_NOUNS and any(child.dep_ == "relcl" for child in first.rights):
        return True
    way = child_of(first, "pcomp") if first.lower_ == "with" else None
    who = None if way is None else child_of(way, "nsubj")
    says = way is not None and way.tag_ == "VBG" and way.lemma_.lower() in SAYS_OR_NAMES
    return says and who is not None and who.ent_type_ == "PERSON"


def put_clause(verb: Token) -> Token | None:
    """Return the clause that "as Arestovich put it," introduces."""
    above = verb.head
    if verb.dep_ != "advcl" or above.i < verb.i or not any(child.lower_ == "as" for child in verb.lefts):
        return None
    return above


def clause_astray(verb: Token) -> Token | None:
    """Return a "that" clause that the parser hung on a noun further back: "told media on Tuesday that Russia is"."""
    if verb.lemma_.lower() not in REPORTING_VERBS:
        return None
    for child in verb.rights:
        is_linked = any(each.dep_ in _LINKS for each in child.children)
        if child.dep_ == "advcl" and not is_linked and any(each.tag_ == "MD" for each in child.lefts):
            return child
    for token in verb.doc[verb.i + 1 : verb.right_edge.i + 1]:
        clause = token.head
        is_that = token.lower_ == "that" and (
            token.dep_ == "mark" or (token.dep_ == "dobj" and clause.head.dep_ == "pobj")
        )
        if is_that and clause.i > token.i and clause.head.i != verb.i and clause.head.pos_ not in VERBS:
            return clause if clause.dep_ in {"acl", "relcl", "ccomp", "advcl"} else None
    return None


def that_of(clause: Token) -> Token | None:
    """Return the "that" with which a clause begins."""
    return next((child for child in clause.lefts if child.dep_ == "mark" and child.lower_ == "that"), None)


def clauses_of(verb: Token) -> list[Token]:
    """Return the clauses that a verb brings in, and what the parser took for less though "that" opens it."""
    return [each for each in verb.children if each.dep_ == "ccomp" or (each.dep_ == "xcomp" and that_of(each))]


def is_infinitive(clause: Token) -> bool:
    """Tell "to resign" from "resigned"."""
    return any(child.dep_ == "aux" and child.lower_ == "to" for child in clause.children)


def doer(noun: Token) -> Token | None:
    """Return who makes what a noun names: "a statement by Putin", "he made the claim"."""
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ in {"by", "from", "of"}:
            return child_of(child, "pobj")
    if noun.dep_ in {"dobj", "pobj", "attr"}:
        verb = noun.head if noun.dep_ != "pobj" else noun.head.head
        if verb.pos_ in VERBS:
            return subject(verb)
    return agent_of(noun)


def trimmed(doc: Doc, ranges: Iterable[Range]) -> list[Range]:
    """Cut punctuation and "that" off either end; drop what is left with no words."""
    return [(start, end) for start, end in (_trimmed(doc, *each) for each in ranges) if start < end]


def _trimmed(doc: Doc, start: int, end: int) -> Range:
    while start < end and (is_mark(doc[start]) or (doc[start].lower_ == "that" and doc[start].dep_ == "mark")):
        start += 1
    while start < end and (is_mark(doc[end - 1]) or doc[end - 1].dep_ == "cc"):
        end -= 1
    return start, end
