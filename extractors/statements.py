"""Who said what: each quotation of an article with its cue and speaker. The words are the article's own, in place."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extractors.cues import Cue, find_cue
from extractors.identity import statement_id, utterance_id
from extractors.lexicon import CUE_VERBS
from extractors.quotations import Quotation
from extractors.records import Mention, MentionKind, Span, Statement, StatementKind
from extractors.reported import Reported, find_reported
from extractors.resolution import Cast, Speaker
from extractors.stances import stance_of
from extractors.syntax import ParsedSentence, subject

if TYPE_CHECKING:
    from spacy.tokens import Token

_REFERS = re.compile(r"\b(?:it|this|that|them|these|they)\b", re.IGNORECASE)
_TAIL = 3  # characters of punctuation after a report that ends its sentence


@dataclass(slots=True)
class _Draft:
    """A statement as far as it has been read."""

    speaker: Speaker
    spans: list[Span]
    paragraph: int
    kind: StatementKind = StatementKind.DIRECT
    cue: Span | None = None
    verb: Token | None = None
    before: Span | None = None
    key: tuple[int, int] | None = None


@dataclass(slots=True)
class _Floor:
    """Who speaks at this point of the article: the last speaker named by a cue, and the statement that is open."""

    speaker: Speaker | None = None
    paragraph: int = -1
    draft: _Draft | None = None

    def give(self, speaker: Speaker, paragraph: int, draft: _Draft | None) -> None:
        """Let `speaker` have the floor."""
        self.speaker, self.paragraph, self.draft = speaker, paragraph, draft


@dataclass(slots=True)
class _Drafting:
    """Reads an article's sentences in order and drafts its statements."""

    text: str
    quotations: Sequence[Quotation]
    cast: Cast
    floor: _Floor = field(default_factory=_Floor)
    drafts: list[_Draft] = field(default_factory=list)
    # Paragraphs left open one after the other: their cue may stand in the last.
    pending: list[Span] = field(default_factory=list)
    pending_since: int = -1
    before: Span | None = None

    def read(self, sentence: ParsedSentence) -> None:
        """Draft what one sentence says."""
        self.cast.follow(sentence)
        if self.pending and not self._goes_on(sentence):
            self._settle()
        reports = find_reported(sentence, self.text, self._inside(sentence))
        covered = [span for report in reports for span in report.spans]
        for number, verb in sentence.said:
            if not any(span.covers(self.quotations[number].span) for span in covered):
                self._quoted(sentence, self.quotations[number], verb)
        if not sentence.said:
            self._reported(sentence)
        spoken = None if self.floor.draft is None else self.floor.draft.key
        for report in reports:
            if (id(sentence.doc), report.report.head.i) != spoken:
                self._mixed(sentence, report)
        self.before = sentence.whole()

    def close(self) -> None:
        """Draft what the last sentences left pending."""
        self._settle()

    def _quoted(self, sentence: ParsedSentence, quotation: Quotation, verb: Token) -> None:
        cue = find_cue(sentence, verb)
        if cue is not None and cue.speaker is not None:
            self._cued(sentence, quotation, cue, cue.speaker)
        elif _is_bare(sentence) if cue is None else cue.first.i == sentence.first:
            self._bare(sentence, quotation)

    def _cued(self, sentence: ParsedSentence, quotation: Quotation, cue: Cue, head: Token) -> None:
        key = (id(sentence.doc), cue.key)
        if self.floor.draft is not None and self.floor.draft.key == key:
            self.floor.draft.spans.append(quotation.span)
            return
        speaker = self.cast.speaker(sentence, head)
        span = sentence.span(cue.first, cue.last)
        self._open(
            _Draft(speaker, [*self.pending, quotation.span], sentence.paragraph, cue=span, verb=cue.last, key=key)
        )

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
        if floor.speaker is not None and self.pending and floor.paragraph in {since, since - 1}:
            self._open(_Draft(floor.speaker, self.pending, since))
        self.pending = []

    def _inside(self, sentence: ParsedSentence) -> Sequence[Quotation]:
        span = sentence.whole()
        first = bisect_left(self.quotations, span.start, key=_opening)
        return self.quotations[first : bisect_left(self.quotations, span.end, key=_opening)]

    def _mixed(self, sentence: ParsedSentence, reported: Reported) -> None:
        if reported.cue.speaker is None:
            return
        speaker = self.cast.speaker(sentence, reported.cue.speaker)
        cue = sentence.span(reported.cue.first, reported.cue.last)
        draft = _Draft(
            speaker, list(reported.spans), sentence.paragraph, kind=reported.kind, cue=cue, verb=reported.report.head
        )
        draft.before = self.before
        self.drafts.append(draft)
        if not sentence.said and reported.spans[-1].end >= sentence.whole().end - _TAIL:
            self.floor.give(speaker, sentence.paragraph, draft)

    def _open(self, draft: _Draft) -> None:
        draft.before = self.before
        self.drafts.append(draft)
        self.pending = []
        self.floor.give(draft.speaker, draft.paragraph, draft)

    def _reported(self, sentence: ParsedSentence) -> None:
        """Close the statement before, and give the floor to whoever this sentence says has spoken."""
        self.floor.draft = None
        root = next((token for token in sentence if token.dep_ == "ROOT"), None)
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


def _reports(sentence: ParsedSentence, root: Token, speaker: Speaker) -> bool:
    """Tell a sentence that reports speech, or announces some; "The transcript follows:" names nobody."""
    announces = sentence.doc[sentence.last - 1].text == ":" and speaker.party.is_person
    return announces or root.lemma_.lower() in CUE_VERBS


def _opening(quotation: Quotation) -> int:
    return quotation.outer.start


def _is_bare(sentence: ParsedSentence) -> bool:
    """Tell whether a sentence is nothing but quotations."""
    clauses = {at for _, verb in sentence.said for at in (verb.i - 1, verb.i)}
    return all(token.i in clauses or token.is_punct or token.is_space for token in sentence)


def find_statements(
    article_id: str,
    text: str,
    *,
    sentences: Iterable[ParsedSentence],
    quotations: Sequence[Quotation],
    cast: Cast,
    mentions: Sequence[Mention],
) -> tuple[Statement, ...]:
    """Return the statements of an article in order."""
    drafting = _Drafting(text, quotations, cast)
    for sentence in sentences:
        drafting.read(sentence)
    drafting.close()
    topics = [mention for mention in mentions if mention.kind is MentionKind.TOPIC]
    drafts = sorted(drafting.drafts, key=lambda draft: draft.spans[0])
    return tuple(_statement(article_id, text, draft, topics) for draft in drafts)


def _statement(article_id: str, text: str, draft: _Draft, topics: Sequence[Mention]) -> Statement:
    span = Span(draft.spans[0].start, draft.spans[-1].end)
    party = draft.speaker.party
    return Statement(
        statement_id=statement_id(article_id, draft.spans),
        utterance_id=utterance_id(party.name, " ".join(part.slice(text) for part in draft.spans)),
        speaker=party.name,
        speaker_id=party.ref_id,
        speaker_surface=draft.speaker.surface,
        cue=draft.cue.slice(text) if draft.cue else None,
        kind=draft.kind,
        text=span.slice(text),
        span=span,
        spans=tuple(draft.spans),
        topics=tuple(_topics(draft.spans, topics)) or _topics_before(draft, text, topics),
        stance=_stance(draft, text),
        speaker_span=draft.speaker.span,
        cue_span=draft.cue,
    )


def _stance(draft: _Draft, text: str) -> str:
    negated = draft.verb is not None and any(child.dep_ == "neg" for child in draft.verb.children)
    words = " ".join(part.slice(text) for part in draft.spans)
    return stance_of(draft.verb.lemma_ if draft.verb is not None else None, words, negated=negated).value


def _topics(spans: Sequence[Span], topics: Sequence[Mention]) -> Iterator[str]:
    """Yield each topic named in the words said, once, in order."""
    named: dict[str, None] = {}
    for span in spans:
        first = bisect_left(topics, span.start, key=_place)
        for each in topics[first : bisect_left(topics, span.end, key=_place)]:
            if each.ref_id and span.covers(each.span):
                named.setdefault(each.ref_id)
    yield from named


def _topics_before(draft: _Draft, text: str, topics: Sequence[Mention]) -> tuple[str, ...]:
    """Return the topics of the sentence before, where the words only say "it" or "this"."""
    refers = any(_REFERS.search(part.slice(text)) for part in draft.spans)
    return tuple(_topics([draft.before], topics)) if refers and draft.before is not None else ()


def _place(mention: Mention) -> int:
    return mention.span.start
