"""A statement as far as it has been read, and the record it becomes. Finds no words and no speakers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extractors.officials.countries import Homes
from extractors.records import Mention, Span, Statement, StatementKind
from extractors.speech.polarity import condition_in, modality_of
from extractors.speech.resolution import CERTAINTY, Speaker
from extractors.speech.stance_actors import voiced
from extractors.speech.stance_cues import PHRASAL
from extractors.speech.stances import Stance, is_silence, stance_of
from extractors.speech.topics import are_negated, first_topic, topics_of
from extractors.text.identity import statement_id, utterance_id

if TYPE_CHECKING:
    from spacy.tokens import Token


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
        resolved_by=party.rule.value,
        confidence=CERTAINTY[party.rule],
    )
