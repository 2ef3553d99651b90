"""Where things stand in one of an article's texts: worked out once; knows no rules."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, KeysView, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise

from alerts.records import Place
from extractors.officials.exceptions import Hit
from extractors.officials.phrases import PhraseIndex
from extractors.records import Mention, MentionKind, Span, Statement
from extractors.text.agents import is_of_another
from extractors.text.words import tokens

_NAMING = {MentionKind.OFFICIAL, MentionKind.ORGANISATION, MentionKind.PLACE}
# A longer excerpt is no excerpt: the phrase's own sentence stands for it.
_EXCERPT_CHARS = 1500


@dataclass(slots=True)
class Mentions:
    """The mentions of one official, by place."""

    all: list[Mention] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def nearest_first(self, inside: Span, to: Span) -> Iterator[Mention]:
        """Yield the mentions within a stretch of text by how near they are to another: the one before wins a tie."""
        first, end = bisect_left(self.starts, inside.start), bisect_right(self.starts, inside.end - 1)
        at = min(max(bisect_left(self.starts, to.start), first), end)

        def gap(mention: Mention) -> int:
            return max(to.start - mention.span.end, mention.span.start - to.end)

        beside = [each for each in self.all[max(at - 1, first) : min(at + 1, end)] if inside.covers(each.span)]
        if beside:
            nearest = min(beside, key=gap)
            yield nearest
            others = (each for each in self.all[first:end] if each is not nearest and inside.covers(each.span))
            yield from sorted(others, key=gap)


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
        language: str | None = None,
        within: Sequence[Span] | None = None,
    ) -> None:
        """Sort everything by its place; `refs` are the ids of everyone who is mentioned or speaks.

        `owners` are those who are named to say whose somebody else is.
        `within` are the stretches that are fresh; None: all of it is.
        """
        self.place = place
        self.language = language
        self._within = within
        self.text = text
        self.whole = Span(0, len(text))
        self.sentences = sentences
        self._starts = [sentence.start for sentence in sentences]
        self._paragraphs: dict[int, Span] = {}
        self._hits: dict[int, dict[str, list[tuple[int, Hit]]]] = {}
        self._words: list[int] | None = None
        self._beside: dict[tuple[int, Span], frozenset[str]] = {}
        self._mentions: dict[str, Mentions] = defaultdict(Mentions)
        self._taken_from: dict[tuple[str | None, Span], Statement] = {}
        self._statements: dict[int, list[Statement]] = defaultdict(list)
        self._named: dict[str, str] = {}
        self.owners: set[str] = set()
        self._sort(mentions, statements)
        said = (statement for all_at in self._statements.values() for statement in all_at)
        speakers = frozenset(ref for statement in said for ref in self.speakers(statement))
        self.refs = frozenset(self._mentions) | speakers
        self._naming = sorted((start, ref) for ref, own in self._mentions.items() for start in own.starts)

    def _sort(self, mentions: Iterable[Mention], statements: Iterable[Statement]) -> None:
        for mention in sorted(mentions, key=lambda mention: mention.span):
            if is_of_another(self.text, mention, self.language):
                self.owners.add(mention.ref_id or "")
            else:
                self._add_mention(mention)
        for statement in statements:
            self._add_speaker(statement)
            for at in self.sentences_of(statement.span):
                self._statements[at].append(statement)

    def speakers(self, statement: Statement) -> tuple[str, ...]:
        """Return the ids of all who say it, in order: each of several who speak as one, and a body by its name."""
        return statement.speakers(self._named)

    def hits(self, phrases: PhraseIndex, keys: Iterable[str]) -> list[tuple[int, Hit]]:
        """Return the hits of these keys by place, each with its sentence; an index looks through the text once."""
        by_key = self._by_key(phrases)
        found = [by_key[key] for key in keys if key in by_key]
        return found[0] if len(found) == 1 else sorted(chain.from_iterable(found), key=_place)

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

    def beside(self, sentence: int, span: Span) -> frozenset[str]:
        """Return who is named in the paragraph around a stretch of a sentence, or in a statement there, or says it."""
        key = (sentence, span)
        if key not in self._beside:
            statements = self.statements_at(sentence, span)
            spans = (self.paragraph(sentence), *(each.span for each in statements))
            named = (self._named_in(each) for each in spans)
            self._beside[key] = frozenset().union(*named, *map(self.speakers, statements))
        return self._beside[key]

    def _named_in(self, span: Span) -> frozenset[str]:
        first, end = (bisect_left(self._naming, (edge, "")) for edge in (span.start, span.end))
        return frozenset(ref for _, ref in self._naming[first:end])

    def mentions_of(self, ref_id: str, inside: Span, to: Span) -> Iterator[Mention]:
        """Yield the mentions of someone within a stretch of the text, the nearest first."""
        mentions = self._mentions.get(ref_id)
        return mentions.nearest_first(inside, to) if mentions else iter(())

    def officials_in(self, inside: Span) -> list[Mention]:
        """Return the first mention within a stretch of each official it names, in order."""
        start = Span(inside.start, inside.start)
        named = (next(self.mentions_of(ref, inside, start), None) for ref in self._named_in(inside))
        people = [each for each in named if each is not None and each.kind is MentionKind.OFFICIAL]
        return sorted(people, key=lambda mention: mention.span)

    def taken_from(self, mention: Mention) -> Statement | None:
        """Return the statement by which a pronoun was taken for someone; None for a mention that names him."""
        return self._taken_from.get((mention.ref_id, mention.span))

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
            for hit in phrases.find(self.text, language=self.language):
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
            self._taken_from[ref_id, span] = statement

    def _add_mention(self, mention: Mention) -> None:
        if mention.kind in _NAMING and mention.ref_id is not None and self.sentence_of(mention.span) is not None:
            self._mentions[mention.ref_id].all.append(mention)
            self._mentions[mention.ref_id].starts.append(mention.span.start)
            self._named.setdefault(mention.name, mention.ref_id)


def _place(at: tuple[int, Hit]) -> tuple[int, int]:
    return at[1].span.start, at[1].span.end
