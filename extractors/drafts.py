"""A statement as far as it has been read, and the record it becomes. Finds no words and no speakers."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.identity import statement_id, utterance_id
from extractors.polarity import condition_in, is_negated, modality_of
from extractors.records import Mention, Span, Statement, StatementKind
from extractors.resolution import CERTAINTY, Speaker
from extractors.stances import Stance, is_denial_of, is_silence, stance_of

if TYPE_CHECKING:
    from spacy.tokens import Token

_REFERS = re.compile(r"\b(?:it|this|that|them|these|they)\b", re.IGNORECASE)


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
        """The cue's lemma."""
        return self.verb.lemma_ if self.verb is not None else None

    @property
    def is_negated(self) -> bool:
        """Tell "did not say"."""
        return self.verb is not None and any(child.dep_ == "neg" for child in self.verb.children)


def finished(article_id: str, text: str, draft: Draft, topics: Sequence[Mention]) -> Statement:
    """Return the record of a draft; `topics` are the article's, in order."""
    span = Span(draft.spans[0].start, draft.spans[-1].end)
    party = draft.speaker.party
    words = " ".join(part.slice(text) for part in draft.spans)
    stance = stance_of(draft.lemma, words, negated=draft.is_negated)
    at = _first_topic(draft.spans, topics)
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
        topics=tuple(_topics(draft.spans, topics)) or _topics_before(draft, text, topics),
        stance=stance.value,
        speaker_span=draft.speaker.span,
        cue_span=draft.cue,
        addressee_span=draft.addressee,
        occasion_span=draft.occasion,
        condition_span=condition_in(text, draft.spans, draft.lemma) if stance is Stance.CONDITION else None,
        negated=is_negated(words, at) != is_denial_of(draft.lemma, negated=draft.is_negated),
        modality=modality_of(words, at).value,
        denied=is_silence(draft.lemma, words, negated=draft.is_negated),
        resolved_by=party.rule.value,
        confidence=CERTAINTY[party.rule],
    )


def _first_topic(spans: Sequence[Span], topics: Sequence[Mention]) -> int:
    """Return where in the words, joined by blanks, the first topic is named; 0 where none is."""
    passed = 0
    for span in spans:
        at = bisect_left(topics, span.start, key=_place)
        if at < len(topics) and span.covers(topics[at].span):
            return passed + topics[at].span.start - span.start
        passed += span.end - span.start + 1
    return 0


def _topics(spans: Sequence[Span], topics: Sequence[Mention]) -> Iterator[str]:
    """Yield each topic named in the words said, once, in order."""
    named: dict[str, None] = {}
    for span in spans:
        first = bisect_left(topics, span.start, key=_place)
        for each in topics[first : bisect_left(topics, span.end, key=_place)]:
            if each.ref_id and span.covers(each.span):
                named.setdefault(each.ref_id)
    yield from named


def _topics_before(draft: Draft, text: str, topics: Sequence[Mention]) -> tuple[str, ...]:
    """Return the topics of the sentence before, where the words only say "it" or "this"."""
    refers = any(_REFERS.search(part.slice(text)) for part in draft.spans)
    return tuple(_topics([draft.before], topics)) if refers and draft.before is not None else ()


def _place(mention: Mention) -> int:
    return mention.span.start
