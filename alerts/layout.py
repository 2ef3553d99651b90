"""Where things stand in a title or text: sentences, paragraphs, mentions and statements. Knows no rule."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, KeysView, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from alerts.records import Place
from extractors.officials.phrases import Hit, PhraseIndex, tokens
from extractors.records import Mention, MentionKind, Span, Statement

_NAMING = {MentionKind.OFFICIAL, MentionKind.ORGANISATION, MentionKind.PLACE}
# A longer excerpt is no excerpt: the phrase's own sentence stands for it.
_EXCERPT_CHARS = 1500


@dataclass(slots=True)
class Mentions:
    """The mentions of one official, by place."""

    all: list[Mention] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def nearest(self, inside: Span, to: Span) -> Mention | None:
        """Return the mention within a stretch of text that is nearest to another: the one before wins a tie."""
        first, end = bisect_left(self.starts, inside.start), bisect_right(self.starts, inside.end - 1)
        at = min(max(bisect_left(self.starts, to.start), first), end)
        near = [mention for mention in self.all[max(at - 1, first) : min(at + 1, end)] if inside.covers(mention.span)]
        return min(
            near, key=lambda mention: max(to.start - mention.span.end, mention.span.start - to.end), default=None
        )


class Layout:
    """One of an article's two texts, with what was read in it. What stands in no sentence is not there."""

    def __init__(
        self,
        place: Place,
        text: str,
        sentences: Sequence[Span],
        mentions: Iterable[Mention],
        statements: Iterable[Statement] = (),
        *,
        within: Sequence[Span] | None = None,
    ) -> None:
        """Sort everything by its place; `refs` are the ids of everyone who is mentioned or speaks.

        `within` are the stretches that are fresh; None: all of it is.
        """
        self.place = place
        self._within = within
        self.text = text
        self.whole = Span(0, len(text))
        self.sentences = sentences
        self._starts = [sentence.start for sentence in sentences]
        self._paragraphs: dict[int, Span] = {}
        self._hits: dict[int, dict[str, list[tuple[int, Hit]]]] = {}
        self._words: list[int] | None = None
        self._mentions: dict[str, Mentions] = defaultdict(Mentions)
        self._statements: dict[int, list[Statement]] = defaultdict(list)
        self._sort(mentions, statements)
        speakers = {statement.speaker_id for all_at in self._statements.values() for statement in all_at}
        self.refs = frozenset(self._mentions) | {speaker for speaker in speakers if speaker is not None}

    def _sort(self, mentions: Iterable[Mention], statements: Iterable[Statement]) -> None:
        for mention in sorted(mentions, key=lambda mention: mention.span):
            self._add_mention(mention)
        for statement in statements:
            self._add_speaker(statement)
            for at in self.sentences_of(statement.span):
                self._statements[at].append(statement)

    def hits(self, phrases: PhraseIndex, keys: Iterable[str]) -> list[tuple[int, Hit]]:
        """Return the hits of these keys by place, each with its sentence; an index looks through the text once."""
        by_key = self._by_key(phrases)
        return sorted((found for key in keys for found in by_key.get(key, ())), key=lambda found: found[1].span)

    def found(self, phrases: PhraseIndex) -> KeysView[str]:
        """Return the keys that have a hit."""
        return self._by_key(phrases).keys()

    def fresh_hits(self, phrases: PhraseIndex, keys: Iterable[str]) -> list[tuple[int, Hit]]:
        """Return those of the hits that stand in a fresh stretch."""
        found = self.hits(phrases, keys)
        if self._within is None:
            return found
        return [(at, hit) for at, hit in found if any(fresh.covers(hit.span) for fresh in self._within)]

    def words_between(self, one: Span, other: Span) -> int:
        """Count the words after the first and before the second."""
        if self._words is None:
            self._words = [word.start for word in tokens(self.text)]
        return max(0, bisect_left(self._words, other.start) - bisect_left(self._words, one.end))

    def sentence_of(self, span: Span) -> int | None:
        """Return the number of the sentence that holds all of `span`."""
        at = bisect_right(self._starts, span.start) - 1
        return at if at >= 0 and self.sentences[at].covers(span) else None

    def sentences_of(self, span: Span) -> range:
        """Return the numbers of the sentences that share a character with `span`."""
        first = max(bisect_right(self._starts, span.start) - 1, 0)
        end = bisect_left(self._starts, span.end)
        return range(first if first < end and self.sentences[first].meets(span) else first + 1, end)

    def paragraph(self, sentence: int) -> Span:
        """Return the text between line ends around a sentence."""
        if sentence not in self._paragraphs:
            span = self.sentences[sentence]
            end = self.text.find("\n", span.end)
            start = self.text.rfind("\n", 0, span.start) + 1
            self._paragraphs[sentence] = Span(start, end if end >= 0 else len(self.text))
        return self._paragraphs[sentence]

    def statements_at(self, sentence: int, span: Span) -> list[Statement]:
        """Return the statements that hold all of `span`, which stands in this sentence."""
        return [statement for statement in self._statements.get(sentence, ()) if statement.span.covers(span)]

    def nearest(self, ref_id: str, inside: Span, to: Span) -> Mention | None:
        """Return the nearest mention of someone within a stretch of the text."""
        mentions = self._mentions.get(ref_id)
        return mentions.nearest(inside, to) if mentions else None

    def excerpt(self, sentence: int, *others: int) -> Span:
        """Return the stretch from the first to the last of some sentences, or the first argument's alone.

        Alone when the stretch is long, or holds what is in no sentence, such as a photo's caption.
        """
        first, last = min([sentence, *others]), max([sentence, *others])
        stretch = Span(self.sentences[first].start, self.sentences[last].end)
        pairs = pairwise(self.sentences[first : last + 1])
        gaps = (self.text[left.end : right.start] for left, right in pairs)
        fits = stretch.end - stretch.start <= _EXCERPT_CHARS and not any(gap.strip() for gap in gaps)
        return stretch if fits else self.sentences[sentence]

    def _by_key(self, phrases: PhraseIndex) -> dict[str, list[tuple[int, Hit]]]:
        by_key = self._hits.get(id(phrases))
        if by_key is None:
            by_key = self._hits[id(phrases)] = defaultdict(list)
            for hit in phrases.find(self.text):
                if (sentence := self.sentence_of(hit.span)) is not None:
                    by_key[hit.key].append((sentence, hit))
        return by_key

    def _add_speaker(self, statement: Statement) -> None:
        """Take a speaker for a mention where only a pronoun stands for him: "He said this of a truce"."""
        span, ref_id = statement.speaker_span, statement.speaker_id
        if span is None or ref_id is None or self.sentence_of(span) is None:
            return
        mentions = self._mentions[ref_id]
        if not any(mention.span.meets(span) for mention in mentions.all):
            at = bisect_left(mentions.starts, span.start)
            name, surface = statement.speaker or ref_id, span.slice(self.text)
            mention = Mention(kind=MentionKind.OFFICIAL, ref_id=ref_id, name=name, surface=surface, span=span)
            mentions.all.insert(at, mention)
            mentions.starts.insert(at, span.start)

    def _add_mention(self, mention: Mention) -> None:
        if mention.kind in _NAMING and mention.ref_id is not None and self.sentence_of(mention.span) is not None:
            self._mentions[mention.ref_id].all.append(mention)
            self._mentions[mention.ref_id].starts.append(mention.span.start)
