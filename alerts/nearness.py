"""How near phrases and officials stand in one article, worked out once for all rules. Knows no rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alerts.clauses import Stretch
from alerts.layout import Layout
from alerts.records import Place, Scope
from extractors.negotiation.history import is_historical
from extractors.officials.phrases import Hit, PhraseIndex
from extractors.records import Article, Mention, Reading, Span, Statement
from extractors.text.negation import negation


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearness:
    """The strongest tie between one hit of a phrase and one official."""

    scope: Scope
    mention: Mention | None = None
    mentioned_in: Place = Place.TEXT
    statement: Statement | None = None


class Texts:
    """An article's text and title as they were read, and what was found out about them so far.

    With `within`, only those stretches of the text are fresh, and nothing of the title.
    """

    def __init__(self, article: Article, reading: Reading, within: Sequence[Span] | None = None) -> None:
        """Lay out both; the title is one sentence and one paragraph."""
        title = article.title or ""
        sentences = (Span(0, len(title)),) if title else ()
        self.text = Layout(
            Place.TEXT, article.text, reading.sentences, reading.mentions, reading.statements, within=within
        )
        no_title = None if within is None else ()
        self.title = Layout(Place.TITLE, title, sentences, reading.title_mentions, within=no_title)
        self.article = article
        self.on = article.published_at.date() if article.published_at else None
        self.refs = self.text.refs | self.title.refs
        self._found: dict[int, frozenset[str]] = {}
        self._near: dict[tuple[Place, Span, str], Nearness | None] = {}
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
        """Return the strongest scope that holds between a hit and someone."""
        key = (layout.place, hit.span, ref_id)
        if key not in self._near:
            other = self.title if layout is self.text else self.text
            self._near[key] = next(_ties(ref_id, hit.span, sentence, layout, other), None)
        return self._near[key]

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

    def stretch(self, scope: Scope, sentence: int, layout: Layout, statement: Statement | None) -> Stretch:
        """Return the stretch that a rule of this scope looks at around a hit."""
        match scope:
            case Scope.SPEAKS if statement is not None:
                return Stretch(tuple((layout, part) for part in statement.spans))
            case Scope.STATEMENT if statement is not None:
                return Stretch(((layout, statement.span),))
            case Scope.PARAGRAPH:
                return Stretch(((layout, layout.paragraph(sentence)),))
            case Scope.ARTICLE:
                return Stretch(tuple((each, each.whole) for each in self.both()))
        return Stretch(((layout, layout.sentences[sentence]),))


def _ties(ref_id: str, hit: Span, sentence: int, layout: Layout, other: Layout) -> Iterator[Nearness]:
    """Yield the ties between a hit and someone, the strongest first. Who denies having said it does not say it."""
    statements = [each for each in layout.statements_at(sentence, hit) if not each.denied]
    for statement in statements:
        if statement.speaker_id == ref_id and any(part.covers(hit) for part in statement.spans):
            yield Nearness(scope=Scope.SPEAKS, statement=statement)
    for statement in statements:
        mention = layout.nearest(ref_id, statement.span, hit)
        if mention or statement.speaker_id == ref_id:
            yield Nearness(scope=Scope.STATEMENT, mention=mention, statement=statement)
    yield from _by_distance(ref_id, hit, sentence, layout, other)


def _by_distance(ref_id: str, hit: Span, sentence: int, layout: Layout, other: Layout) -> Iterator[Nearness]:
    stretches = (
        (Scope.SENTENCE, layout, layout.sentences[sentence]),
        (Scope.PARAGRAPH, layout, layout.paragraph(sentence)),
        (Scope.ARTICLE, layout, layout.whole),
        (Scope.ARTICLE, other, other.whole),
    )
    for scope, where, inside in stretches:
        if mention := where.nearest(ref_id, inside, hit):
            yield Nearness(scope=scope, mention=mention, mentioned_in=where.place)
