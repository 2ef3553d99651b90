"""What is known of a statement as it is read: its topics, stance, what is negated, who is told and where; its record.

The words are the article’s own, in place. Finds no words and no speakers.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from extractors.officials.countries import Homes
from extractors.records import Mention, Span, Statement, StatementKind
from extractors.speech.lexicon import (
    PEOPLE,
    PRONOUNS,
    SAYING_VERBS,
    SETTINGS,
    SPEAKING_VERBS,
    TELLING_VERBS,
)
from extractors.speech.parsing import ParsedSentence
from extractors.speech.parties import NOBODY, UNSURE, Resolution, Speaker, confidence_in
from extractors.speech.stances import (
    NO_HOME,
    PHRASAL,
    POSITIONS,
    Stance,
    condition_in,
    is_evasion,
    is_silence,
    modality_of,
    stance_of,
    voiced,
)
from extractors.speech.syntax import AT_OCCASIONS, PARTIES, TIMES, child_of, noun_phrase
from extractors.text.identity import statement_id, utterance_id
from extractors.text.negation import first_clause_end, is_negated_in
from extractors.text.spans import start_of, starting_in

if TYPE_CHECKING:
    from spacy.tokens import Token

_REACH = 3  # phrases between a cue and its occasion: "told reporters at a briefing in Moscow"
_BY_NAME = frozenset({Resolution.NAME, Resolution.SURNAME, Resolution.APPOSITION, Resolution.PRONOUN})
# What is done to a demand by who no longer makes it: "backed off its demand that".
_GIVEN_UP = frozenset({"drop", "abandon", "withdraw", "soften", "retract", "rescind", "relax"})
_STEPS, _AWAY = frozenset({"back", "walk", "retreat", "step"}), frozenset({"off", "away", "down", "back", "from"})
_PLAIN = r"(?:clear|likely|important|up to|time|known|hard|difficult|easy|possible|necessary|vital|crucial|essential)"
_EXPLETIVE = rf"(?:\s(?:is|was|will be|remain(?:s|ed)|became)|[’']s)\s(?:\w+\s){{0,2}}?(?:un|im)?{_PLAIN}\b"
_VERB = r"(?:is|was|will|would|must|can|could|should|has|had|may|might|means?|at|in|for|to|by)"
_THING = (
    r"(?:document|draft|text|paper|proposal|plan|idea|initiative|offer|deal|agreement|move|step|meeting|process|issue"
    r"|question|matter|conditions?|terms)"
)
# What was named before: "it", "these", "the document".
_REFERS = re.compile(
    rf"\b(?:it|this|that|them|these|they|(?:(?<!out of )the|such an?)\s(?:\w+\s)?{_THING})\b", re.IGNORECASE
)
# What takes up a topic named before: no "it" of "it is clear that", no "this" of "this war", no "they" who speak; and a
# clause whose subject stands before its cue.
_TAKES_UP = re.compile(
    rf"\b(?:it(?!{_EXPLETIVE})|(?:this|that)(?=\s{_VERB}\b|[^\w\s]|\s*$)|them|they"
    rf"|(?:(?<!out of )the|this|that|these|such an?)\s(?:\w+\s)?{_THING})\b",
    re.IGNORECASE,
)
# An act whose object is left out.
_ELLIPTIC = re.compile(
    r"\b(?:agree|accept|refuse|negotiate|talk|sign|compromise|ready|willing|no|never|not)\b[^\w.!?;]*(?:[.!?;]|$)",
    re.IGNORECASE,
)
# "A meeting took place, and it went well": what the words begin with is what they go on about.
_BEGINS_ANEW = re.compile(
    r"(?:an?|another)\s.*?\b(?:and|but|because|since|so|when|while|as|before|after)\s+(?=it\b)",
    re.IGNORECASE | re.DOTALL,
)
_SPEAKER_ITSELF = re.compile(r"(?:it|they)\s")
_GOES_ON = re.compile(
    r"(?:must|will|would|should|shall|could|can|may|might|is|are|was|were|has|have|had|need(?:s|ed)?|ought)\b"
)
_WHICH = re.compile(r"\b(?:which|that|who)\b[^.;:]{0,80}$")


def topics_of(
    text: str, spans: Sequence[Span], before: Span | None, topics: Sequence[Mention], *, by_body: bool = False
) -> tuple[str, ...]:
    """Return the topics that the words of `spans` name, each once, in order.

    Where they name none and only take something up, those named last before them: in their own sentence, else in the
    sentence `before`. `topics` are the article's mentions of topics, in order. `by_body` tells who is an "it" or "they"
    himself: "Israel said it would".
    """
    named = names_of(mentions_in(spans, topics))
    if named or before is None:
        return named
    lead = Span(before.end, max(before.end, spans[0].start))
    if not _takes_up(text, spans, lead, by_body=by_body):
        return ()
    return names_of(mentions_in([lead], topics)) or names_of(mentions_in([before], topics))


def _takes_up(text: str, spans: Sequence[Span], lead: Span, *, by_body: bool) -> bool:
    own = _SPEAKER_ITSELF.match(text, spans[0].start, spans[0].end) if by_body else None
    rest = [Span(own.end() if own else spans[0].start, spans[0].end), *spans[1:]]
    if _BEGINS_ANEW.match(words := " ".join(span.slice(text) for span in spans)) and len(_TAKES_UP.findall(words)) == 1:
        return False
    if any(_TAKES_UP.search(text, span.start, span.end) for span in rest):
        return True
    return bool(_GOES_ON.match(text, spans[0].start, spans[0].end) and _WHICH.search(lead.slice(text)))


def are_negated(text: str, spans: Sequence[Span], topics: Sequence[Mention], sentences: Sequence[Span]) -> bool:
    """Tell whether all topics that the words of `spans` name are negated; where they name none, their "it".

    Where there is no "it" either, the end of their first clause is asked for.
    """
    if named := list(mentions_in(spans, topics)):
        return all(each.negated for each in named)
    found = (match for span in spans for match in _REFERS.finditer(text, span.start, span.end))
    taken_up = next((Span(*match.span()) for match in found), None)
    return is_negated_in(text, sentences, taken_up or first_clause_end(text, spans[0]))


def first_topic(spans: Sequence[Span], topics: Sequence[Mention]) -> int:
    """Return where in the words, joined by blanks, the first topic is named; 0 where none is."""
    passed = 0
    for span in spans:
        at = bisect_left(topics, span.start, key=start_of)
        if at < len(topics) and span.covers(topics[at].span):
            return passed + topics[at].span.start - span.start
        passed += span.end - span.start + 1
    return 0


def on_topic(text: str, spans: Sequence[Span], topics: Sequence[Mention], sentences: Sequence[Span]) -> Sequence[Span]:
    """Return those sentences of the words that name a topic or take one up, all of them where none is named."""
    pieces = [each for span in spans for each in _by_sentence(span, sentences)]
    if len(pieces) == len(spans) or not any(mentions_in(spans, topics)):
        return spans
    return [each for each in pieces if any(mentions_in([each], topics)) or _goes_with_another(text, each)]


def _by_sentence(span: Span, sentences: Sequence[Span]) -> list[Span]:
    begun = [
        span.start,
        *(each.start for each in starting_in(sentences, Span(span.start + 1, span.end), lambda one: one.start)),
    ]
    return [Span(*ends) for ends in pairwise([*begun, span.end])]


def _goes_with_another(text: str, sentence: Span) -> bool:
    """Tell a sentence that says nothing by itself: “We reject it”, “We will never agree”."""
    return bool(
        _TAKES_UP.search(text, sentence.start, sentence.end) or _ELLIPTIC.search(text, sentence.start, sentence.end)
    )


def mentions_in(spans: Sequence[Span], mentions: Sequence[Mention]) -> Iterator[Mention]:
    """Yield those of the mentions, in order, that stand in the words of `spans`."""
    for span in spans:
        yield from (each for each in starting_in(mentions, span, start_of) if span.covers(each.span))


def names_of(mentions: Iterable[Mention]) -> tuple[str, ...]:
    """Return what mentions name, each once, in order."""
    return tuple(dict.fromkeys(each.ref_id for each in mentions if each.ref_id))


@dataclass(slots=True)
class Draft:
    """A statement as far as it has been read. `before` is the sentence before it, `key` what its quotations share.

    `is_act` tells an act on a watched subject, which takes its stance by itself: "ended the talks"; `is_heard` one that
    the tagger alone has found; `heard` is how likely that takes the speaker's words for a source.
    """

    speaker: Speaker
    spans: list[Span]
    paragraph: int
    kind: StatementKind = StatementKind.DIRECT
    cue: Span | None = None
    verb: Token | None = None
    before: Span | None = None
    key: tuple[int, int] | None = None
    addressee: Span | None = None
    occasion: Span | None = None
    is_act: bool = False
    is_heard: bool = False
    heard: float | None = None

    @property
    def lemma(self) -> str | None:
        """The cue's lemma, with the "out" of "rule out"."""
        if self.verb is None:
            return None
        own = PHRASAL.get(self.verb.lemma_, frozenset())
        # "called for Russia to accept": the "for" belongs to the clause.
        near = (child_of(child, "mark") or child for child in self.verb.rights)
        particle = next((token.lower_ for token in near if token.lower_ in own), None)
        return f"{self.verb.lemma_} {particle}" if particle else self.verb.lemma_

    @property
    def is_given_up(self) -> bool:
        """Tell "backed off its demand that" and "dropped his call for", which takes the stance no longer."""
        verb = self.verb
        if verb is None or verb.pos_ != "NOUN":
            return False
        above = verb.head.head if verb.dep_ == "pobj" else verb.head
        is_away = above.lemma_.lower() in _STEPS and any(child.lower_ in _AWAY for child in above.children)
        return verb.dep_ in {"dobj", "pobj"} and (is_away or above.lemma_.lower() in _GIVEN_UP)

    @property
    def is_negated(self) -> bool:
        """Tell "did not say"."""
        return self.verb is not None and any(child.dep_ == "neg" for child in self.verb.children)


def finished(
    article_id: str, text: str, draft: Draft, *, sentences: Sequence[Span], topics: Sequence[Mention], homes: Homes
) -> Statement:
    """Return the record of a draft; `topics` and `sentences` are the article's, in order."""
    span = Span(draft.spans[0].start, draft.spans[-1].end)
    confidence = confidence_in(draft.speaker.party, draft.heard)
    is_unsure = draft.speaker.party.is_known and confidence < UNSURE
    party = NOBODY if is_unsure else draft.speaker.party
    words = " ".join(part.slice(text) for part in draft.spans)
    home = homes.of(party.name, party.ref_id, draft.speaker.surface)
    if home is None and party.is_person and party.resolution in _BY_NAME:
        home = NO_HOME  # an analyst or a mayor: countries are others
    is_direct = draft.kind is StatementKind.DIRECT
    matter = on_topic(text, draft.spans, topics, sentences)
    said = voiced(text, matter, homes.named, home, is_direct=is_direct)
    is_silent = is_silence(draft.lemma, words, negated=draft.is_negated) or _is_evasion(text, draft)
    stance = (
        Stance.NONE
        if is_silent or draft.is_given_up
        else stance_of(draft.lemma, said, negated=draft.is_negated, is_act=draft.is_act)
    )
    if party.name is None and not is_unsure and draft.speaker.surface.lower() not in PRONOUNS and stance in POSITIONS:
        stance = Stance.ASSERT  # "cuts threaten to", "the case called for": nobody's position
    at = first_topic(draft.spans, topics)
    return Statement(
        statement_id=statement_id(article_id, draft.spans),
        utterance_id=utterance_id(party.name, f"{stance} {words}" if draft.is_act else words),
        speaker=party.name,
        speaker_id=party.ref_id,
        speaker_surface=draft.speaker.surface,
        cue=draft.cue.slice(text) if draft.cue else None,
        kind=draft.kind,
        text=span.slice(text),
        span=span,
        spans=tuple(draft.spans),
        topics=topics_of(text, draft.spans, draft.before, topics, by_body=not draft.speaker.party.is_person),
        stance=stance.value,
        speaker_span=draft.speaker.span,
        cue_span=draft.cue,
        addressee_span=draft.addressee,
        occasion_span=draft.occasion,
        condition_span=condition_in(text, draft.spans, draft.lemma) if stance is Stance.CONDITION else None,
        negated=are_negated(text, draft.spans, topics, sentences),
        modality=modality_of(words, at).value,
        denied=is_silent,
        resolved_by=party.resolution.value,
        confidence=confidence,
    )


def _is_evasion(text: str, draft: Draft) -> bool:
    """Tell "neither confirmed nor denied": its words lie around the cue."""
    return draft.cue is not None and is_evasion(text, draft.cue)


def place_saying(draft: Draft, sentence: ParsedSentence) -> None:
    """Add to whom and on what occasion its sentence says the words were said."""
    if draft.verb is not None:
        said = [draft.cue, draft.speaker.span, *draft.spans]
        heard, place = _addressee(sentence, draft.verb), _occasion(sentence, draft.verb)
        draft.addressee = heard if heard is not None and not _overlaps(heard, said) else None
        draft.occasion = place if place is not None and not _overlaps(place, [*said, draft.addressee]) else None


def _overlaps(span: Span, others: Sequence[Span | None]) -> bool:
    return any(other is not None and span.meets(other) for other in others)


def _addressee(sentence: ParsedSentence, cue: Token) -> Span | None:
    """Return the words that name whom the cue's speaker talks to."""
    heard = _object(cue) if cue.lemma_.lower() in TELLING_VERBS else _after_to(cue)
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
    if cue.lemma_.lower() not in SAYING_VERBS:
        return None
    for child in cue.rights:
        if child.dep_ in {"prep", "dative"} and child.lower_ == "to":
            return next((noun for noun in child.children if noun.dep_ == "pobj" and _hears(noun)), None)
    return None


def _hears(noun: Token) -> bool:
    return noun.ent_type_ in PARTIES or noun.lemma_.lower() in PEOPLE or noun.pos_ == "PRON"


def _occasion(sentence: ParsedSentence, cue: Token) -> Span | None:
    """Return the words that say where or by what means: "in an interview with Izvestia", "via Telegram"."""
    for preposition in _prepositions(cue):
        place = child_of(preposition, "pobj", "pcomp")
        if place is not None and place.ent_type_ not in TIMES and _is_setting(preposition, place):
            return sentence.span(preposition, _last(sentence, place))
    return None


def _prepositions(cue: Token) -> Iterator[Token]:
    """Yield the prepositions beside a cue, and those that the parser hung on its hearer or on "speaking"."""
    above = [cue]
    for _ in range(_REACH):
        below = [child for token in above for child in token.children if not child.is_punct]
        yield from (child for child in below if child.dep_ == "prep" and child.lower_ in AT_OCCASIONS)
        above = [child for child in below if _leads_on(child, cue)]


def _leads_on(child: Token, cue: Token) -> bool:
    if child.dep_ in {"advcl", "acl"}:
        return child.lemma_.lower() in SPEAKING_VERBS
    if child.dep_ in {"dobj", "dative"}:
        return child.head == cue and cue.lemma_.lower() in TELLING_VERBS
    return child.dep_ in {"prep", "pobj"} and child.head.i > cue.i and child.lower_ not in AT_OCCASIONS


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
        if token.i in stand_ins or token.ent_type_ in TIMES or token.dep_ in {"relcl", "mark"} or token.tag_ == "WDT":
            break
        last = token
    while last.i > place.i and (last.pos_ in {"ADP", "DET", "CCONJ"} or last.is_space):
        last = last.nbor(-1)
    return last
