from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

import pytest

from alerts.compiled_rules import CompiledRule
from alerts.matching import find_matches, first_failure
from alerts.occurrences import Texts
from extractors.officials.watchlist import load_watchlist
from extractors.records import Article
from extractors.speech.reading import Reader, Unread
from flows.config.settings import load_settings
from flows.setup import prepared
from tests.conftest import ROOT

RULES = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
DAY = date(2026, 11, 20)
SUBSCRIBER = '\n[[subscribers]]\nname = "desk"\nchannel = "slack"\nwebhook_url = "https://hooks.example/x"\n'
_BLOCK = re.compile(r"```toml\n(?P<rule>[^`]*)```\n\n\| text \| \|\n\|---\|---\|\n(?P<rows>(?:\|[^\n]*\|\n)+)")
_ROW = re.compile(r"\| (?:(?P<day>\d{4}-\d\d-\d\d) )?(?P<text>.*) \| (?P<told>.*) \|")


@dataclass(frozen=True)
class Example:
    """A text of the reference, the rule beside it, and what comes out."""

    rule: str
    text: str
    told: str
    day: date


def examples() -> list[Example]:
    """Return the rows of every table that stands below a rule."""
    return [
        Example(block["rule"], row["text"], row["told"], date.fromisoformat(row["day"]) if row["day"] else DAY)
        for block in _BLOCK.finditer(RULES)
        for row in map(_ROW.fullmatch, block["rows"].splitlines())
        if row
    ]


def article_of(example: Example, number: int) -> Article:
    """Return the text as an article."""
    title, _, text = example.text.rpartition(" ‖ ")
    at = datetime.combine(example.day, time(9), UTC)
    return Article(
        article_id=f"a{number}",
        url=f"https://outlet.example/{number}",
        outlet="Outlet",
        feed_id=None,
        title=title or None,
        author=None,
        published_at=at,
        first_seen_at=at,
        language="en",
        text=text.replace(" ¶ ", "\n"),
    )


def outcome(rule: CompiledRule, own: Article, reader: Reader) -> str:
    """Return what comes of a rule and an article, as the reference says it."""
    unread = Unread(
        article_id=own.article_id, title=own.title, text=own.text, published_at=own.published_at, language="en"
    )
    reading = reader.read(unread)
    failure = first_failure(rule, Texts(own, reading))
    if failure:
        return f"does not fire: {failure.key}"
    return f"fires on {', '.join(sorted(match.official_id for match in find_matches(rule, own, reading)))}"


def test_the_reference_has_a_table_for_each_rule_in_it():
    """No rule of the reference stands without texts it is tried on."""
    assert len(_BLOCK.findall(RULES)) == RULES.count("```toml")
    assert len(examples()) > 40


@pytest.mark.slow
def test_every_example_of_the_reference_is_true(tmp_path):
    """Each text fires on whom the reference says, or fails the key it names."""
    reader, wrong = Reader(load_watchlist()), []
    for number, example in enumerate(examples()):
        path = tmp_path / "talkwatch.toml"
        path.write_text(example.rule + SUBSCRIBER, encoding="utf-8")
        (rule,) = prepared(load_settings(path)).rules
        told = outcome(rule, article_of(example, number), reader)
        wrong += [(example.text, example.told, told)] if told != example.told else []
    assert wrong == []
