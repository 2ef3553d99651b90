"""Who said what: each quotation and report of an article with its cue, its speaker, and what it is about.

The words are the article’s own, in place. Finds no words, speakers or topics itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from extractors.officials.countries import Countries, Homes
from extractors.records import Mention, MentionKind, Span, Statement
from extractors.speech.acts import Watched
from extractors.speech.cues import Cue, find_cue, signature
from extractors.speech.drafts import Draft, finished
from extractors.speech.lexicon import CUE_VERBS
from extractors.speech.parsing import ParsedSentence
from extractors.speech.quotations import Quotation
from extractors.speech.reports import PlacedReport, find_reported
from extractors.speech.speakers import Cast, Resolution, Speaker
from extractors.speech.syntax import addressee, is_mark, occasion, subject
from extractors.text.spans import starting_in

if TYPE_CHECKING:
    from spacy.tokens import Token

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
    watched: Watched
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
        found = find_reported(sentence, self.text, self._inside(sentence), self.watched.within(sentence.whole()))
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
        draft.before, draft.is_act = self.before, reported.is_act
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
    topics = [mention for mention in mentions if mention.kind is MentionKind.TOPIC]
    parties = [mention.span for mention in mentions if mention.kind is not MentionKind.TOPIC]
    drafting = _Drafting(text, quotations, cast, Watched([topic.span for topic in topics], parties))
    for sentence in sentences:
        drafting.read(sentence)
    drafting.close()
    drafts = sorted(drafting.drafts, key=lambda draft: draft.spans[0])
    homes = Homes(countries, text, mentions)
    return tuple(finished(article_id, text, draft, sentences=own, topics=topics, homes=homes) for draft in drafts)
