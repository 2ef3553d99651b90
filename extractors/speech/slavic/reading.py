"""From a Russian or Ukrainian article to its statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from extractors.officials.watchlist import Watchlist
from extractors.records import Mention, MentionKind, Span, Statement, StatementKind
from extractors.speech.drafts import mentions_in, names_of
from extractors.speech.quotations import find_quotations
from extractors.speech.slavic.people import CERTAINTY, Voice
from extractors.speech.slavic.reports import Reports, Saying
from extractors.speech.slavic.speakers import Voices, only_carries
from extractors.speech.slavic.units import Unit, units_of
from extractors.text.identity import statement_id, utterance_id

# What a cue denied comes to: who does not accept rejects, who does not rule out offers.
_NEGATED = {"accept": "reject", "offer": "reject", "reject": "offer", "deny": "assert", "doubt": "assert"}
_BESIDE = 4  # words from "не подтвердил" to the "отрицал" of "и не отрицал"
_OPENING = 3  # sentences that open a paragraph and are meant together


def statements_in(
    article_id: str,
    text: str,
    *,
    language: str,
    paragraphs: Sequence[Span],
    sentences: Sequence[Span],
    mentions: Sequence[Mention],
    watchlist: Watchlist,
    on: date | None = None,
) -> tuple[Statement, ...]:
    """Return the statements of an article in order."""
    quotations = find_quotations(text)
    units = list(units_of(text, paragraphs, sentences, quotations, language))
    voices, numbers = Voices(mentions, watchlist, on), {id(unit): number for number, unit in enumerate(units)}
    said_all = list(_sayings(units))
    voices.introduce(units, [span for said in said_all for span in said.spans if not said.before])
    topics = [mention for mention in mentions if mention.kind is MentionKind.TOPIC]
    found: list[Statement] = []
    number = 0
    for said in said_all:
        at = numbers.get(id(said.unit), number)
        for passed in range(number, at):
            voices.pass_by(units[passed])
        number = at
        voice = voices.of(said, number)
        if (voice.name is None and voice.surface is None) or only_carries(voice, said):
            continue
        found.append(_finished(article_id, text, said, voice, topics))
    return tuple(sorted(found, key=lambda each: each.span))


def _sayings(units: Sequence[Unit]) -> Iterator[Saying]:
    """Yield what is said in units, in their order; "об этом сообщил X" gives X the words before.

    Those are the sentence before, or the few that open the paragraph. Where they are somebody's already, X only carries
    them.
    """
    before: list[Unit] = []
    for unit in units:
        found = Reports(unit).read()
        for said in found:
            if said.before:
                if not before:
                    continue
                said.spans = [Span(before[0].span.start, span.end)] if (span := _whole(before[-1])) else []
            if said.spans:
                yield said
        before = _open(before, unit) if not found else []


def _open(before: list[Unit], unit: Unit) -> list[Unit]:
    """Return the units that "об этом" may mean once this one is read: the first few of a paragraph, else this one."""
    if before and before[-1].paragraph == unit.paragraph and before[0].opens and len(before) < _OPENING:
        return [*before, unit]
    return [unit]


def _whole(unit: Unit) -> Span | None:
    return unit.stretch(0, len(unit.items))


def _finished(article_id: str, text: str, said: Saying, voice: Voice, topics: Sequence[Mention]) -> Statement:
    spans = sorted(said.spans)
    span = Span(spans[0].start, spans[-1].end)
    words = " ".join(part.slice(text) for part in spans)
    named = list(mentions_in(spans, topics))
    return Statement(
        statement_id=statement_id(article_id, spans),
        utterance_id=utterance_id(voice.name, words),
        speaker=voice.name,
        speaker_id=voice.ref_id,
        speaker_surface=voice.surface.slice(text) if voice.surface else None,
        cue=said.cue_span.slice(text) if said.cue_span else None,
        kind=_kind(said, text, spans),
        text=span.slice(text),
        span=span,
        spans=tuple(spans),
        topics=names_of(named),
        stance=_stance(said, text, words),
        speaker_span=voice.surface,
        cue_span=said.cue_span,
        negated=bool(named) and all(each.negated for each in named),
        denied=_is_denied(said),
        resolved_by=voice.known.value,
        confidence=CERTAINTY[voice.known] if voice.name else 0.0,
    )


def _kind(said: Saying, text: str, spans: Sequence[Span]) -> StatementKind:
    if said.is_direct:
        return StatementKind.DIRECT
    quoted = any(mark in span.slice(text) for span in spans for mark in '«„“"')
    return StatementKind.MIXED if quoted else StatementKind.INDIRECT


def _stance(said: Saying, text: str, words: str) -> str:
    if _is_denied(said):
        return "none"
    by_cue = _by_cue(said, text)
    return said.unit.lexicon.leaning(words) if by_cue in {None, "assert"} else str(by_cue)


def _by_cue(said: Saying, text: str) -> str | None:
    """Return the side that the cue takes; a negated one takes the other, or none but what its clause takes."""
    if said.cue is None:
        return None
    by_cue = "deny" if said.cue.stance == "reject" and _is_of_charges(said) else said.cue.stance
    if not said.cue.is_negated:
        return by_cue
    is_clause = (
        not said.cue_span or "," in text[said.cue_span.end : max(said.spans).start] or min(said.spans) < said.cue_span
    )
    return None if is_clause and said.cue.lemma in said.unit.lexicon.grants else _NEGATED.get(by_cue or "")


def _is_of_charges(said: Saying) -> bool:
    """Tell "отверг обвинения": what is rejected is what others say."""
    charges, near = said.unit.lexicon.charges, range(said.cue.at + 1, said.cue.at + 4) if said.cue else ()
    return any(word.lemmas & charges for at in near if (word := said.unit.word(at)))


def _is_denied(said: Saying) -> bool:
    """Tell "не говорил, что"; who did not rule a thing out, or did not accept it, has taken a side."""
    cue, grants = said.cue, said.unit.lexicon.grants
    if cue is None or not cue.is_negated:
        return False
    if cue.lemma in grants:
        others = (each for each in said.unit.cues if each.is_negated and each.lemma not in grants)
        return any(0 < cue.at - other.at <= _BESIDE for other in others)
    return cue.stance not in _NEGATED or cue.stance == "deny"
