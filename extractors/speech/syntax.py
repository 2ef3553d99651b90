"""The questions asked of a parsed sentence: whose verb is it, what noun phrase stands around that word, who is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from extractors.records import Span
from extractors.speech.lexicon import HEARD_VERBS, PAPERS, PEOPLE, SETTINGS, WHO
from extractors.speech.parsing import ParsedSentence

if TYPE_CHECKING:
    from spacy.tokens import Span as Tokens
    from spacy.tokens import Token

SUBJECTS = frozenset({"nsubj", "nsubjpass"})
FINITE_VERBS = frozenset({"VBD", "VBZ", "VBP"})  # tags
FINITE = FINITE_VERBS | {"MD"}
_HIGHEST = 6  # clauses to climb for a subject: deeper ones are parser's errors
_CLIMB = frozenset({"conj", "xcomp", "advcl", "pcomp", "prep", "dep", "ccomp", "acl", "relcl", "acomp"})
_BEFORE = frozenset({"det", "amod", "compound", "poss", "nmod", "nummod", "predet", "quantmod", "advmod"})
_AFTER = frozenset({"appos", "prep", "conj", "cc", "amod", "nummod", "case", "acl", "compound", "nmod", "flat"})


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


# Whose object hears what is said: "told CNN", "warned Kyiv that".
_TOLD = frozenset({"tell", "inform", "assure", "remind", "warn", "advise", "ask", "urge", "notify", "brief", "order"})
# Whose object is the thing said, so that only "to" brings the hearer: "said to reporters", "wrote to the council".
_TO = frozenset({"say", "write", "speak", "announce", "complain", "reply", "respond", "suggest", "explain", "add"})
_SPEAKING = frozenset({"speak", "talk", "write", "post", "appear", "address", "brief"})
_ON = frozenset({"in", "on", "at", "during", "via", "through", "after", "before", "from"})
_TIMES = frozenset({"DATE", "TIME"})
_HEARERS = frozenset({"PERSON", "ORG", "GPE", "NORP"})
_REACH = 3  # phrases between a cue and its occasion: "told reporters at a briefing in Moscow"


def addressee(sentence: ParsedSentence, cue: Token) -> Span | None:
    """Return the words that name whom the cue's speaker talks to."""
    heard = _object(cue) if cue.lemma_.lower() in _TOLD else _after_to(cue)
    if heard is None or any(verb.i in {heard.i, heard.i + 1} for _, verb in sentence.said):
        return None
    return sentence.span(*noun_phrase(heard))


def _object(cue: Token) -> Token | None:
    for child in cue.rights:
        if child.dep_ in {"dobj", "dative"} and child.pos_ in {"NOUN", "PROPN", "PRON"}:
            return child
        # "told CNN the talks go on": the parser may take the hearer for the subject of what is said.
        if child.dep_ == "ccomp":
            break
    passive = next((child for child in cue.lefts if child.dep_ == "nsubjpass"), None)
    return passive if cue.tag_ == "VBN" else None


def _after_to(cue: Token) -> Token | None:
    if cue.lemma_.lower() not in _TO:
        return None
    for child in cue.rights:
        if child.dep_ in {"prep", "dative"} and child.lower_ == "to":
            return next((noun for noun in child.children if noun.dep_ == "pobj" and _hears(noun)), None)
    return None


def _hears(noun: Token) -> bool:
    return noun.ent_type_ in _HEARERS or noun.lemma_.lower() in PEOPLE or noun.pos_ == "PRON"


def occasion(sentence: ParsedSentence, cue: Token) -> Span | None:
    """Return the words that say where or by what means: "in an interview with Izvestia", "via Telegram"."""
    for preposition in _prepositions(cue):
        place = next((child for child in preposition.children if child.dep_ in {"pobj", "pcomp"}), None)
        if place is not None and place.ent_type_ not in _TIMES and _is_setting(preposition, place):
            return sentence.span(preposition, _last(sentence, place))
    return None


def _prepositions(cue: Token) -> Iterator[Token]:
    """Yield the prepositions beside a cue, and those that the parser hung on its hearer or on "speaking"."""
    above = [cue]
    for _ in range(_REACH):
        below = [child for token in above for child in token.children if not child.is_punct]
        yield from (child for child in below if child.dep_ == "prep" and child.lower_ in _ON)
        above = [child for child in below if _leads_on(child, cue)]


def _leads_on(child: Token, cue: Token) -> bool:
    if child.dep_ in {"advcl", "acl"}:
        return child.lemma_.lower() in _SPEAKING
    if child.dep_ in {"dobj", "dative"}:
        return child.head == cue and cue.lemma_.lower() in _TOLD
    return child.dep_ in {"prep", "pobj"} and child.head.i > cue.i and child.lower_ not in _ON


def _is_setting(preposition: Token, place: Token) -> bool:
    if preposition.lower_ == "via":
        return True
    return place.lemma_.lower() in SETTINGS and (preposition.lower_ not in {"after", "before", "from"})


def _last(sentence: ParsedSentence, place: Token) -> Token:
    """Return the last token of the phrase, before a mark, a quotation or a time."""
    last = place
    stand_ins = {verb.i - 1 for _, verb in sentence.said}
    for token in place.doc[place.i + 1 : min(place.right_edge.i + 1, sentence.last)]:
        if token.is_punct and token.text != "-":
            break
        if token.i in stand_ins or token.ent_type_ in _TIMES or token.dep_ in {"relcl", "mark"} or token.tag_ == "WDT":
            break
        last = token
    while last.i > place.i and (last.pos_ in {"ADP", "DET", "CCONJ"} or last.is_space):
        last = last.nbor(-1)
    return last
