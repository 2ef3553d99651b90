"""What a sentence says about a saying beside its words: to whom, and on what occasion. Decides nothing about cues."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from extractors.records import Span
from extractors.speech.lexicon import PEOPLE, SETTINGS
from extractors.speech.syntax import ParsedSentence, noun_phrase

if TYPE_CHECKING:
    from spacy.tokens import Token

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
