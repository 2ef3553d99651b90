"""Where things stand in an article, and how near a phrase stands to an official: worked out once; knows no rules."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, KeysView, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice, pairwise

from alerts.records import Place, Scope
from extractors.officials.exceptions import Hit
from extractors.officials.phrases import PhraseIndex
from extractors.records import Article, Mention, MentionKind, Reading, Span, Statement
from extractors.text.agents import Deed, deed_of
from extractors.text.dates import day_of
from extractors.text.datings import is_historical
from extractors.text.negation import negation
from extractors.text.recaps import is_recap
from extractors.text.words import tokens

_NAMING = {MentionKind.OFFICIAL, MentionKind.ORGANISATION, MentionKind.PLACE}
# A longer excerpt is no excerpt: the phrase's own sentence stands for it.
_EXCERPT_CHARS = 1500
_MENTIONS = 4  # of an official in one sentence, the nearest to a phrase, by which he may do what it is about


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
        self._sort(mentions, statements)
        said = (statement for all_at in self._statements.values() for statement in all_at)
        speakers = frozenset(ref for statement in said for ref in self.speakers(statement))
        self.refs = frozenset(self._mentions) | speakers
        self._naming = sorted((start, ref) for ref, own in self._mentions.items() for start in own.starts)

    def _sort(self, mentions: Iterable[Mention], statements: Iterable[Statement]) -> None:
        for mention in sorted(mentions, key=lambda mention: mention.span):
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
        return found[0] if len(found) == 1 else sorted(chain.from_iterable(found), key=lambda at: at[1].span)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """A tie between one hit of a phrase and one official.

    `known_by` is the statement as whose speaker he was recognised, None where he is named in words: what a rule asks
    of a speaker it asks of that, however near the two stand. `is_apart` where one statement names him in another of
    its sentences.
    """

    scope: Scope
    mention: Mention | None = None
    mentioned_in: Place = Place.TEXT
    statement: Statement | None = None
    known_by: Statement | None = None
    is_apart: bool = False


class Texts:
    """An article's text and title as they were read, and what was found out about them so far.

    With `within`, only those stretches of the text are fresh, and nothing of the title.
    """

    def __init__(self, article: Article, reading: Reading, within: Sequence[Span] | None = None) -> None:
        """Lay out both; the title is one sentence and one paragraph."""
        title = article.title or ""
        sentences = (Span(0, len(title)),) if title else ()
        language = article.language
        self.text = Layout(
            Place.TEXT,
            article.text,
            reading.sentences,
            reading.mentions,
            reading.statements,
            language=language,
            within=within,
        )
        no_title = None if within is None else ()
        self.title = Layout(Place.TITLE, title, sentences, reading.title_mentions, language=language, within=no_title)
        self.article = article
        self.process_id = reading.process_id
        self.on = day_of(article.published_at)
        self.refs = self.text.refs | self.title.refs
        self.most_pairs, self.wanted = 1_000, dict[tuple[str, ...], list[str]]()
        self._found: dict[int, frozenset[str]] = {}
        self._near: dict[tuple[Place, Span, str], Nearness | None] = {}
        self._deeds: dict[tuple[Place, Span], dict[str | None, Mention]] = {}
        self._negation: dict[tuple[Place, Span], Span | None] = {}
        self._history: dict[tuple[Place, Span], bool] = {}

    def both(self) -> tuple[Layout, Layout]:
        """Return the text and the title."""
        return self.text, self.title

    def found(self, phrases: PhraseIndex) -> frozenset[str]:
        """Return the keys of the phrases that stand in either."""
        keys = self._found.get(id(phrases))
        if keys is None:
            keys = self._found[id(phrases)] = frozenset(self.text.found(phrases) | self.title.found(phrases))
        return keys

    def near(self, ref_id: str, hit: Hit, sentence: int, layout: Layout) -> Nearness | None:
        """Return the strongest tie between a hit and someone."""
        key = (layout.place, hit.span, ref_id)
        if key not in self._near:
            self._near[key] = next(self.ties(ref_id, hit, sentence, layout), None)
        return self._near[key]

    def ties(self, ref_id: str, hit: Hit, sentence: int, layout: Layout) -> Iterator[Nearness]:
        """Yield the ties between a hit and someone, the strongest first."""
        return _ties(ref_id, hit.span, sentence, layout, self.title if layout is self.text else self.text)

    def acting(self, ref_id: str, hit: Hit, sentence: int, layout: Layout) -> Nearness | None:
        """Return the tie of a hit with someone who does it by a verb, or by a noun where nobody does it by a verb."""
        key = (layout.place, hit.span)
        if key not in self._deeds:
            self._deeds[key] = _doers(hit.span, sentence, layout, self.article.language)
        own, place = self._deeds[key].get(ref_id), layout.place
        by = layout.taken_from(own) if own else None
        return Nearness(scope=Scope.ACTS, mention=own, mentioned_in=place, known_by=by) if own else None

    def negation(self, hit: Hit, sentence: int, layout: Layout) -> Span | None:
        """Return the words of its sentence that negate a hit."""
        key = (layout.place, hit.span)
        if key not in self._negation:
            self._negation[key] = negation(layout.text, layout.sentences[sentence], hit.span)
        return self._negation[key]

    def is_historical(self, hit: Hit, sentence: int, layout: Layout) -> bool:
        """Tell whether a hit is only history in its sentence."""
        key = (layout.place, hit.span)
        if key not in self._history:
            self._history[key] = is_historical(layout.text, layout.sentences[sentence], hit.span, self.on)
        return self._history[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """A hit of a rule's phrase with an official near it, in one of the article's texts.

    `scope` is how near the rule wants them, `phrases` finds all that it looks for.
    """

    scope: Scope
    phrases: PhraseIndex
    texts: Texts
    layout: Layout
    sentence: int
    hit: Hit
    ref_id: str
    near: Nearness

    @property
    def negation(self) -> Span | None:
        """Return the words of its sentence that negate the hit."""
        return self.texts.negation(self.hit, self.sentence, self.layout)

    @property
    def historical(self) -> bool:
        """Tell whether the hit is only history in its sentence, or is in what is recalled of earlier days."""
        said = self.near.statement
        if said and is_recap(self.layout.text, said.cue_span, said.spans):
            return True
        return self.texts.is_historical(self.hit, self.sentence, self.layout)

    @property
    def denied(self) -> bool:
        """Tell whether the official is reported to deny having said what holds the hit."""
        statements = self.layout.statements_at(self.sentence, self.hit.span)
        return any(each.denied and self.ref_id in self.layout.speakers(each) for each in statements)


def _doers(hit: Span, sentence: int, layout: Layout, language: str | None) -> dict[str | None, Mention]:
    """Return who of a sentence's officials does what a hit in it is about, each by the mention that tells it."""
    inside = layout.sentences[sentence]
    found: dict[Deed, dict[str | None, Mention]] = {}
    for first in layout.officials_in(inside):
        for mention in islice(layout.mentions_of(first.ref_id or "", inside, hit), _MENTIONS):
            if deed := deed_of(layout.text, inside, mention.span, hit, language):
                found.setdefault(deed, {}).setdefault(first.ref_id, mention)
    return found.get(Deed.VERB) or ({} if layout.statements_at(sentence, hit) else found.get(Deed.NOUN, {}))


def _ties(ref_id: str, hit: Span, sentence: int, layout: Layout, other: Layout) -> Iterator[Nearness]:
    """Yield the ties between a hit and someone, the strongest first. Who denies having said it does not say it."""
    statements = [each for each in layout.statements_at(sentence, hit) if not each.denied]
    for statement in statements:
        if ref_id in layout.speakers(statement) and any(part.covers(hit) for part in statement.spans):
            yield Nearness(scope=Scope.SPEAKS, statement=statement, known_by=statement)
    for statement in statements:
        named = False
        for tie in _named(ref_id, hit, layout, statement.span, scope=Scope.STATEMENT, statement=statement):
            named = True
            is_apart = tie.mention is not None and layout.sentence_of(tie.mention.span) != sentence
            yield replace(tie, is_apart=is_apart)
        if ref_id in layout.speakers(statement) and not named:
            yield Nearness(scope=Scope.STATEMENT, statement=statement, known_by=statement)
    stretches = (
        (Scope.SENTENCE, layout, layout.sentences[sentence]),
        (Scope.PARAGRAPH, layout, layout.paragraph(sentence)),
        (Scope.ARTICLE, layout, layout.whole),
        (Scope.ARTICLE, other, other.whole),
    )
    for scope, where, inside in stretches:
        yield from _named(ref_id, hit, where, inside, scope=scope)


def _named(
    ref_id: str, hit: Span, where: Layout, inside: Span, *, scope: Scope, statement: Statement | None = None
) -> Iterator[Nearness]:
    """Yield a tie for each mention of someone in a stretch, the nearest first, each with what it is known by."""
    for mention in where.mentions_of(ref_id, inside, hit):
        yield Nearness(
            scope=scope,
            mention=mention,
            mentioned_in=where.place,
            statement=statement,
            known_by=where.taken_from(mention),
        )
