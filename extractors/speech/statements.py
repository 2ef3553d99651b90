"""Who said what: each quotation and report of an article with its cue, its speaker, and what it is about.

The words are the article’s own, in place. Finds no words, speakers or topics itself.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from extractors.officials.countries import Countries, Homes
from extractors.records import Mention, MentionKind, Span, Statement, StatementKind
from extractors.speech.cues import Cue, find_cue, signature
from extractors.speech.lexicon import CUE_VERBS
from extractors.speech.parsing import ParsedSentence
from extractors.speech.quotations import Quotation
from extractors.speech.reports import PlacedReport, find_reported
from extractors.speech.speakers import CERTAINTY, Cast, Resolution, Speaker
from extractors.speech.stances import PHRASAL, Stance, condition_in, is_silence, modality_of, stance_of, voiced
from extractors.speech.syntax import addressee, is_mark, occasion, subject
from extractors.text.identity import statement_id, utterance_id
from extractors.text.negation import first_clause_end, is_negated_in
from extractors.text.spans import starting_in

if TYPE_CHECKING:
    from spacy.tokens import Token

# What was named before: "it", "these", "the document", and a clause whose subject stands before its cue.
_REFERS = re.compile(
    r"\b(?:it|this|that|them|these|they|(?:the|such an?)\s(?:\w+\s)?(?:document|draft|text|paper|proposal|plan|idea"
    r"|initiative|offer|deal|agreement|move|step|meeting|process|issue|question|matter|conditions?|terms))\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"(?:must|will|would|should|shall|could|can|may|might|is|are|was|were|has|have|had|need(?:s|ed)?|ought)\b"
)
_WHICH = re.compile(r"\b(?:which|that|who)\b[^.;:]{0,80}$")


def topics_of(text: str, spans: Sequence[Span], before: Span | None, topics: Sequence[Mention]) -> tuple[str, ...]:
    """Return the topics that the words of `spans` name, each once, in order.

    Where they name none and only take something up, those named last before them: in their own sentence, else in the
    sentence `before`. `topics` are the article's mentions of topics, in order.
    """
    named = names_of(mentions_in(spans, topics))
    if named or before is None:
        return named
    lead = Span(before.end, max(before.end, spans[0].start))
    if not _takes_up(text, spans, lead):
        return ()
    return names_of(mentions_in([lead], topics)) or names_of(mentions_in([before], topics))


def _takes_up(text: str, spans: Sequence[Span], lead: Span) -> bool:
    if any(_REFERS.search(text, span.start, span.end) for span in spans):
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
        at = bisect_left(topics, span.start, key=_start)
        if at < len(topics) and span.covers(topics[at].span):
            return passed + topics[at].span.start - span.start
        passed += span.end - span.start + 1
    return 0


def mentions_in(spans: Sequence[Span], mentions: Sequence[Mention]) -> Iterator[Mention]:
    """Yield those of the mentions, in order, that stand in the words of `spans`."""
    for span in spans:
        first, last = (bisect_left(mentions, at, key=_start) for at in (span.start, span.end))
        yield from (each for each in mentions[first:last] if span.covers(each.span))


def names_of(mentions: Iterable[Mention]) -> tuple[str, ...]:
    """Return what mentions name, each once, in order."""
    return tuple(dict.fromkeys(each.ref_id for each in mentions if each.ref_id))


def _start(mention: Mention) -> int:
    return mention.span.start


@dataclass(slots=True)
class Draft:
    """A statement as far as it has been read. `before` is the sentence before it, `key` what its quotations share."""

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

    @property
    def lemma(self) -> str | None:
        """The cue's lemma, with the "out" of "rule out"."""
        if self.verb is None:
            return None
        own = PHRASAL.get(self.verb.lemma_)
        particle = next((child.lower_ for child in self.verb.rights if own and child.lower_ in own), None)
        return f"{self.verb.lemma_} {particle}" if particle else self.verb.lemma_

    @property
    def is_negated(self) -> bool:
        """Tell "did not say"."""
        return self.verb is not None and any(child.dep_ == "neg" for child in self.verb.children)


def finished(
    article_id: str, text: str, draft: Draft, *, sentences: Sequence[Span], topics: Sequence[Mention], homes: Homes
) -> Statement:
    """Return the record of a draft; `topics` and `sentences` are the article's, in order."""
    span = Span(draft.spans[0].start, draft.spans[-1].end)
    party = draft.speaker.party
    words = " ".join(part.slice(text) for part in draft.spans)
    home = homes.of(party.name, party.ref_id, draft.speaker.surface)
    is_direct = draft.kind is StatementKind.DIRECT
    said = voiced(text, draft.spans, homes.named, home, is_direct=is_direct)
    stance = stance_of(draft.lemma, said, negated=draft.is_negated)
    at = first_topic(draft.spans, topics)
    return Statement(
        statement_id=statement_id(article_id, draft.spans),
        utterance_id=utterance_id(party.name, words),
        speaker=party.name,
        speaker_id=party.ref_id,
        speaker_surface=draft.speaker.surface,
        cue=draft.cue.slice(text) if draft.cue else None,
        kind=draft.kind,
        text=span.slice(text),
        span=span,
        spans=tuple(draft.spans),
        topics=topics_of(text, draft.spans, draft.before, topics),
        stance=stance.value,
        speaker_span=draft.speaker.span,
        cue_span=draft.cue,
        addressee_span=draft.addressee,
        occasion_span=draft.occasion,
        condition_span=condition_in(text, draft.spans, draft.lemma) if stance is Stance.CONDITION else None,
        negated=are_negated(text, draft.spans, topics, sentences),
        modality=modality_of(words, at).value,
        denied=is_silence(draft.lemma, words, negated=draft.is_negated),
        resolved_by=party.resolution.value,
        confidence=CERTAINTY[party.resolution],
    )


_NEAR = 8  # tokens between a cue and the colon that announces a quotation
_TAIL = 3  # characters of punctuation after a report that ends its sentence


@dataclass(slots=True)
class _Floor:
    """Who speaks at this point of the article: the last speaker named by a cue, and the statement that is open."""

    speaker: Speaker | None = None
    paragraph: int = -1
    draft: Draft | None = None

    def give(self, speaker: Speaker, paragraph: int, draft: Draft | None) -> None:
        """Let `speaker` have the floor."""
        self.speaker, self.paragraph, self.draft = speaker, paragraph, draft


@dataclass(slots=True)
class _Drafting:
    """Reads an article's sentences in order and drafts its statements."""

    text: str
    quotations: Sequence[Quotation]
    cast: Cast
    floor: _Floor = field(default_factory=_Floor)
    drafts: list[Draft] = field(default_factory=list)
    # Paragraphs left open one after the other: their cue may stand in the last.
    pending: list[Span] = field(default_factory=list)
    pending_since: int = -1
    # The quotations alone in the sentence before, and the statement that became of them: a signature may follow.
    alone: tuple[list[Span], Draft | None] | None = None
    before: Span | None = None

    def read(self, sentence: ParsedSentence) -> None:
        """Draft what one sentence says."""
        self.cast.follow(sentence)
        if self.pending and not self._goes_on(sentence):
            self._settle()
        alone, self.alone = self.alone, None
        signed = signature(sentence) if alone is not None else None
        if alone is not None and signed is not None:
            self._sign(sentence, signed, *alone)
            return
        found = find_reported(sentence, self.text, self._inside(sentence))
        reports = [report for report in found if report.cue.speaker is not None]
        covered = [span for report in reports for span in report.spans]
        for number, verb in sentence.said:
            if not any(span.covers(self.quotations[number].span) for span in covered):
                self._quoted(sentence, self.quotations[number], verb)
        if not sentence.said:
            self._reported(sentence)
        spoken = None if self.floor.draft is None else self.floor.draft.key
        for report in reports:
            if (id(sentence.doc), report.report.head.i) != spoken or not self._is_given(report):
                self._mixed(sentence, report)
        self.before = sentence.whole()

    def _is_given(self, reported: PlacedReport) -> bool:
        """Tell whether the statement that is open has these words already."""
        draft = self.floor.draft
        return draft is not None and any(span.meets(other) for span in draft.spans for other in reported.spans)

    def close(self) -> None:
        """Draft what the last sentences left pending."""
        self._settle()

    def _quoted(self, sentence: ParsedSentence, quotation: Quotation, verb: Token) -> None:
        cue = find_cue(sentence, verb)
        if cue is not None and self.floor.draft is not None and self.floor.draft.key == (id(sentence.doc), cue.key):
            self.floor.draft.spans.append(quotation.span)
        elif cue is not None and cue.speaker is not None:
            self._cued(sentence, quotation, cue, cue.speaker)
        elif _is_bare(sentence) or verb.dep_ == "ROOT" if cue is None else cue.first.i == sentence.first:
            self._bare(sentence, quotation)

    def _cued(self, sentence: ParsedSentence, quotation: Quotation, cue: Cue, head: Token) -> None:
        speaker = self.cast.speaker(sentence, head, cue.first)
        span = sentence.span(cue.first, cue.last)
        draft = Draft(speaker, [*self.pending, quotation.span], sentence.paragraph, cue=span, verb=cue.last)
        draft.key = (id(sentence.doc), cue.key)
        _place_saying(draft, sentence)
        self._open(draft)

    def _bare(self, sentence: ParsedSentence, quotation: Quotation) -> None:
        """Take a quotation that nothing introduces as more of the one before, or as its speaker's next."""
        floor = self.floor
        is_more = quotation.continues and not self.pending
        if floor.draft is not None and (is_more or floor.paragraph == sentence.paragraph):
            floor.draft.spans.append(quotation.span)
            floor.paragraph = sentence.paragraph
            return
        if not self.pending:
            self.pending_since = sentence.paragraph
        self.pending.append(quotation.span)
        if quotation.closed:
            self._settle()

    def _goes_on(self, sentence: ParsedSentence) -> bool:
        """Tell whether a sentence takes up the quotation that the paragraph before left open."""
        return bool(sentence.said) and self.quotations[sentence.said[0][0]].continues

    def _settle(self) -> None:
        """Give what is pending to whoever has the floor, if it follows at once."""
        floor, since = self.floor, self.pending_since
        spans, self.pending = self.pending, []
        draft = None
        if floor.speaker is not None and spans and floor.paragraph in {since, since - 1}:
            inherited = replace(floor.speaker, party=replace(floor.speaker.party, resolution=Resolution.INHERITED))
            draft = Draft(inherited, spans, since)
            self._open(draft)
        self.alone = (spans, draft) if spans else None

    def _sign(self, sentence: ParsedSentence, name: Token, spans: list[Span], draft: Draft | None) -> None:
        """Give the quotation of the line before to whoever signs it: “It works.” - Bernie Sanders."""
        speaker = self.cast.speaker(sentence, name)
        dash = sentence.doc[sentence.first]
        if draft is None:
            draft = Draft(speaker, spans, sentence.paragraph)
            self._open(draft)
        draft.speaker, draft.cue = speaker, sentence.span(dash, dash)
        self.floor.give(speaker, sentence.paragraph, draft)

    def _inside(self, sentence: ParsedSentence) -> Sequence[Quotation]:
        return starting_in(self.quotations, sentence.whole(), _opening)

    def _mixed(self, sentence: ParsedSentence, reported: PlacedReport) -> None:
        if reported.cue.speaker is None:
            return
        speaker = self.cast.speaker(sentence, reported.cue.speaker, reported.cue.first)
        if reported.report.construction == "colon" and not speaker.party.is_person:
            return
        cue = sentence.span(reported.cue.first, reported.cue.last)
        draft = Draft(
            speaker, list(reported.spans), sentence.paragraph, kind=reported.kind, cue=cue, verb=reported.report.head
        )
        draft.before = self.before
        _place_saying(draft, sentence)
        self.drafts.append(draft)
        takes_up = any(reported.spans[0].covers(self.quotations[number].span) for number, _ in sentence.said)
        if takes_up or (not sentence.said and reported.spans[-1].end >= sentence.whole().end - _TAIL):
            self.floor.give(speaker, sentence.paragraph, draft)

    def _open(self, draft: Draft) -> None:
        draft.before = self.before
        self.drafts.append(draft)
        self.pending = []
        self.floor.give(draft.speaker, draft.paragraph, draft)

    def _reported(self, sentence: ParsedSentence) -> None:
        """Close the statement before, and give the floor to whoever this sentence says has spoken."""
        self.floor.draft = None
        root = _announcer(sentence) or next((token for token in sentence if token.dep_ == "ROOT"), None)
        head = subject(root) if root is not None else None
        if root is None or head is None:
            return
        speaker = self.cast.speaker(sentence, head)
        if _reports(sentence, root, speaker):
            self.floor.give(speaker, sentence.paragraph, None)
        elif speaker.party.is_person and not self._has_floor(speaker):
            self.floor.speaker = None

    def _has_floor(self, speaker: Speaker) -> bool:
        return self.floor.speaker is not None and self.floor.speaker.party.name == speaker.party.name


def _place_saying(draft: Draft, sentence: ParsedSentence) -> None:
    """Add to whom and on what occasion its sentence says the words were said."""
    if draft.verb is not None:
        said = [draft.cue, draft.speaker.span, *draft.spans]
        heard, place = addressee(sentence, draft.verb), occasion(sentence, draft.verb)
        draft.addressee = heard if heard is not None and not _overlaps(heard, said) else None
        draft.occasion = place if place is not None and not _overlaps(place, [*said, draft.addressee]) else None


def _overlaps(span: Span, others: Sequence[Span | None]) -> bool:
    return any(other is not None and span.meets(other) for other in others)


def _reports(sentence: ParsedSentence, root: Token, speaker: Speaker) -> bool:
    """Tell a sentence that reports speech, or announces some; "The transcript follows:" names nobody."""
    announces = sentence.doc[sentence.last - 1].text == ":" and speaker.party.is_person
    return announces or root.lemma_.lower() in CUE_VERBS


def _announcer(sentence: ParsedSentence) -> Token | None:
    """Return the cue that announces a quotation in the next paragraph: "and the outlet responded:"."""
    if sentence.doc[sentence.last - 1].text != ":":
        return None
    near = sentence.doc[max(sentence.first, sentence.last - _NEAR) : sentence.last]
    return next((token for token in reversed(near) if token.lemma_.lower() in CUE_VERBS and subject(token)), None)


def _opening(quotation: Quotation) -> int:
    return quotation.outer.start


def _is_bare(sentence: ParsedSentence) -> bool:
    """Tell whether a sentence is nothing but quotations."""
    clauses = {at for _, verb in sentence.said for at in (verb.i - 1, verb.i)}
    return all(token.i in clauses or is_mark(token) for token in sentence)


def find_statements(
    article_id: str,
    text: str,
    *,
    sentences: Iterable[ParsedSentence],
    quotations: Sequence[Quotation],
    cast: Cast,
    mentions: Sequence[Mention],
    own: Sequence[Span],
    countries: Countries,
) -> tuple[Statement, ...]:
    """Return the statements of an article in order; `own` are all its sentences, parsed or not."""
    drafting = _Drafting(text, quotations, cast)
    for sentence in sentences:
        drafting.read(sentence)
    drafting.close()
    topics = [mention for mention in mentions if mention.kind is MentionKind.TOPIC]
    drafts = sorted(drafting.drafts, key=lambda draft: draft.spans[0])
    homes = Homes(countries, text, mentions)
    return tuple(finished(article_id, text, draft, sentences=own, topics=topics, homes=homes) for draft in drafts)
