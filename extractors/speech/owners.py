"""What the owner of a channel says in a post of his: all that stands in no quotation marks and is nobody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

from extractors.officials.countries import Countries, Homes
from extractors.records import Depth, Mention, MentionKind, Reading, Span, Statement, StatementKind
from extractors.speech.drafts import Draft, finished
from extractors.speech.parties import Party, Resolution, Speaker
from extractors.speech.quotations import Quotation, find_quotations
from extractors.speech.slavic.lexicon import lexicon_of
from extractors.text.languages import is_english
from extractors.text.spans import stripped

_LEAST_WORDS = 3
_FIRST_PERSON = frozenset({"i", "we", "я", "мы", "ми"})
_WORD = re.compile(r"(?<![#@\w/.])[^\W\d_]{2,}")


class Posted(Protocol):
    """An article that may have been posted in somebody's own channel."""

    @property
    def article_id(self) -> str:
        """Its name."""

    @property
    def text(self) -> str:
        """What offsets count in."""

    @property
    def language(self) -> str | None:
        """What it is in, as far as that is known."""

    @property
    def owner(self) -> Party | None:
        """Whose channel it is."""


def owned(reading: Reading, post: Posted, mentions: Sequence[Mention], countries: Countries) -> Reading:
    """Return the reading of an article with what its owner says in it, where it is a post of somebody's."""
    if post.owner is None or reading.depth is not Depth.FULL:
        return reading
    statements = owner_statements(
        post.article_id,
        post.text,
        post.owner,
        reading.statements,
        sentences=[each for each in reading.sentences if reading.cut_at is None or each.end <= reading.cut_at],
        quotations=find_quotations(post.text),
        mentions=mentions,
        countries=countries,
        language=None if is_english(post.language) else (post.language or "").lower()[:2],
    )
    return replace(reading, statements=statements)


def owner_statements(
    article_id: str,
    text: str,
    owner: Party,
    found: Sequence[Statement],
    *,
    sentences: Sequence[Span],
    quotations: Sequence[Quotation],
    mentions: Sequence[Mention],
    countries: Countries,
    language: str | None = None,
) -> tuple[Statement, ...]:
    """Return the statements `found` in a post with those of its owner, a sentence each, in order.

    A sentence of which somebody else says a part is his who says it. `language` is that of a grammar of ours for
    others than English.
    """
    found = [each for each in found if not _is_first_person(each)]
    homes = Homes(countries, text, mentions)
    topics = [mention for mention in mentions if mention.kind is MentionKind.TOPIC]
    speaker = Speaker(party=replace(owner, resolution=Resolution.OWNER), surface="", span=Span(0, 0))
    own = []
    for at, sentence in enumerate(sentences):
        spans = list(_unquoted(text, sentence, quotations))
        if not any(each.span.meets(sentence) for each in found) and _says_something(text, spans):
            before = sentences[at - 1] if at else None
            draft = Draft(speaker, spans, 0, kind=StatementKind.INDIRECT, before=before)
            said = finished(article_id, text, draft, sentences=sentences, topics=topics, homes=homes)
            said = replace(said, speaker_surface=None, speaker_span=None)
            own.append(replace(said, stance=lexicon_of(language).leaning(said.text)) if language else said)
    return tuple(sorted((*found, *own), key=lambda each: each.span))


def _is_first_person(said: Statement) -> bool:
    """Tell "I thank all who help": in his own post that is the owner, and all of the sentence his."""
    return said.speaker is None and (said.speaker_surface or "").lower() in _FIRST_PERSON


def _unquoted(text: str, sentence: Span, quotations: Sequence[Quotation]) -> Iterator[Span]:
    """Yield the stretches of a sentence that stand in no quotation marks."""
    start = sentence.start
    for outer in (each.outer for each in quotations if each.outer.meets(sentence)):
        yield from _kept(text, Span(start, max(start, outer.start)))
        start = max(start, outer.end)
    yield from _kept(text, Span(min(start, sentence.end), sentence.end))


def _kept(text: str, span: Span) -> Iterator[Span]:
    inside = stripped(text, span)
    if inside.start < inside.end and _WORD.search(text, inside.start, inside.end):
        yield inside


def _says_something(text: str, spans: Sequence[Span]) -> bool:
    """Tell a sentence from a line of tags, names and links."""
    return sum(len(_WORD.findall(text, span.start, span.end)) for span in spans) >= _LEAST_WORDS
