"""A negated phrase at the far end: the mention and statement that the reader finds, and the rules that take it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from alerts.matching import find_matches
from alerts.rules import Negation
from extractors.officials.watchlist import load_watchlist
from extractors.records import Mention, MentionKind, Reading
from extractors.speech.reading import Reader, Unread
from tests.alert_examples import article, compiled
from tests.negation_examples import EXAMPLES, Example

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
LEAD = "Peskov said: “"


def told(example: Example) -> str:
    """Return the sentence as Peskov's words."""
    return f"{LEAD}{example.sentence}”"


@cache
def readings() -> dict[str, Reading]:
    """Return the reading of each example, parsed together."""
    unread = [Unread(article_id="a1", title=None, text=told(each), published_at=AT, language="en") for each in EXAMPLES]
    return dict(zip((each.sentence for each in EXAMPLES), Reader(load_watchlist()).read_all(unread), strict=True))


def topics(reading: Reading) -> list[Mention]:
    """Return the mentions of topics."""
    return [each for each in reading.mentions if each.kind is MentionKind.TOPIC]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.sentence)
def test_mention_statement_and_rule_say_the_same(example: Example) -> None:
    """The phrase's mention is negated as the example says, the statement when all its topics are, and rules see it."""
    reading, text = readings()[example.sentence], told(example)
    found = topics(reading)
    for span, negated in example.phrases:
        at = len(LEAD) + span.start
        assert all(each.negated is negated for each in found if each.span.start <= at < each.span.end)
    words = next(each for each in reading.statements if text.index(example.sentence) == each.span.start)
    inside = [each.negated for each in found if words.span.covers(each.span)]
    assert words.negated is all(inside) or not inside
    for span, negated in example.phrases:
        phrase = span.slice(example.sentence)
        alone = sum(1 for other, _ in example.phrases if other.slice(example.sentence) == phrase) == 1
        fires = {
            mode: bool(find_matches(compiled(keywords=(phrase,), negation=mode), article(text), reading))
            for mode in (Negation.ONLY, Negation.EXCLUDE)
        }
        assert alone
        assert fires == {Negation.ONLY: negated, Negation.EXCLUDE: not negated}


def test_the_examples_are_of_topics_that_are_watched() -> None:
    """Nearly every phrase of the examples is a topic's, so that the test above is about mentions and statements."""
    missed = [each.sentence for each in EXAMPLES if not topics(readings()[each.sentence])]
    assert len(missed) < len(EXAMPLES) / 20


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        pytest.param("Peskov spoke of a ceasefire. He said Moscow had ruled it out.", True, id="it is ruled out"),
        pytest.param("Peskov spoke of a ceasefire. “It is impossible,” he said.", True, id="it is impossible"),
        pytest.param("Peskov spoke of a ceasefire. “We want it,” he said.", False, id="it is wanted"),
        pytest.param("“We want a ceasefire. We do not want talks,” Peskov said.", False, id="one of two topics"),
        pytest.param("“We want no ceasefire. We do not want talks,” Peskov said.", True, id="both topics"),
        pytest.param("“We will never go there,” Peskov said.", True, id="no topic, its first clause"),
    ],
)
def test_a_statement_is_negated_when_all_its_topics_are(text: str, negated: bool) -> None:
    """What takes a topic up as "it" counts like the topic; one topic that is not negated leaves a statement as it is."""
    unread = Unread(article_id="a1", title=None, text=text, published_at=AT, language="en")
    (statement,) = Reader(load_watchlist()).read(unread).statements
    assert statement.negated is negated


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        pytest.param("Песков заявил, что перемирия не будет.", True, id="Russian, denied"),
        pytest.param("Песков не исключил перемирия.", False, id="Russian, not ruled out"),
        pytest.param("Песков заявив, що перемирия не буде.", True, id="Ukrainian, denied"),
    ],
)
def test_a_rule_sees_what_russian_and_ukrainian_deny(text: str, negated: bool) -> None:
    """The one answer is that of the phrase's own language."""
    own = replace(article(text), language="ru")
    reading = Reader(load_watchlist()).read(
        Unread(article_id="a1", title=None, text=text, published_at=AT, language="ru")
    )
    (match,) = find_matches(compiled(keywords=("перемирия",)), own, reading)
    assert match.negated is negated
    assert all(each.negated is negated for each in topics(reading))
