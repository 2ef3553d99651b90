from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from alerts.records import Arrival
from extractors.records import Article
from extractors.text.identity import article_id
from flows.config.settings import load_settings
from flows.setup import Setup, prepared
from flows.steps.fetch import FoundArticle, Furniture
from flows.steps.passes import take_in
from tests.story_examples import TOLD
from warehouse.store import reading

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
CONFIGURATION = """
[[rules]]
name = "rule"
keywords = ["{keyword}"]
officials = ["Dmitry Peskov"]
scope = "article"
min_independent = 2
subscribers = ["desk"]
[[subscribers]]
name = "desk"
channel = "slack"
webhook_url = "https://hooks.example/1"
"""


class Desk:
    """A warehouse, a rule that wants two sources, and the articles of the example set."""

    def __init__(self, folder, keyword):
        """Write the configuration."""
        path = folder / "talkwatch.toml"
        path.write_text(CONFIGURATION.format(keyword=keyword), encoding="utf-8")
        self.now = NOW
        self.setup = prepared(load_settings(path, sending=True))
        self.setup = Setup(
            settings=self.setup.settings, watchlist=self.setup.watchlist, rules=self.setup.rules, now=lambda: self.now
        )

    def take_in(self, *names):
        """Record the articles of these names, a batch."""
        self.now += timedelta(minutes=5)
        told = [told for name in names for told in TOLD if told.name == name]
        counts, _ = take_in(self.setup, Furniture(self.setup.data_dir), [self.found(each) for each in told])
        return counts

    def found(self, told):
        """Return an article as a feed brings it."""
        url = f"http://127.0.0.1/{told.name}"
        article = Article(
            article_id=article_id(url),
            url=url,
            outlet=told.outlet,
            feed_id=None,
            title=told.title,
            author=told.author,
            published_at=NOW,
            first_seen_at=self.now,
            language="en",
            text=told.text,
        )
        return FoundArticle(article=article, arrival=Arrival.POLLED)

    def rows(self, sql):
        """Ask the warehouse."""
        with reading(self.setup.data_dir) as session:
            return session.rows(sql)

    def reasons(self):
        """Return outlet and reason of every decision, in order."""
        sql = "SELECT outlet, reason FROM decisions JOIN articles USING (article_id) ORDER BY decided_at, outlet"
        return self.rows(sql)


def test_copies_do_not_corroborate(tmp_path):
    """A story that cites its only source waits, however many tell it."""
    desk = Desk(tmp_path, "truce")
    desk.take_in("agency")
    assert desk.take_in("citing").alerts == 0
    assert desk.reasons() == [("TASS", "below_corroboration"), ("Tribune", "below_corroboration")]


def test_an_independent_report_fires_once(tmp_path):
    """The article that brings the second source fires; what waited says the same words, and fires no second time."""
    desk = Desk(tmp_path, "truce")
    desk.take_in("agency")
    assert desk.take_in("own").alerts == 1
    assert sorted(desk.reasons()) == [
        ("Observer", "new"),
        ("TASS", "below_corroboration"),
        ("TASS", "same_utterance"),
    ]


def test_what_waited_for_a_second_source_is_decided_again(tmp_path):
    """A match of one article alone fires when another source joins its story, and is decided no third time."""
    desk = Desk(tmp_path, "summit")
    assert desk.take_in("agency").alerts == 0
    assert desk.take_in("namesake").alerts == 0
    assert desk.take_in("own").alerts == 1
    assert desk.take_in("citing").alerts == 0
    assert desk.reasons() == [("TASS", "below_corroboration"), ("TASS", "new")]
    assert desk.rows("SELECT status, count(*) FROM deliveries GROUP BY ALL") == [("pending", 1)]
    assert desk.rows("SELECT independent_sources FROM stories WHERE articles = 3") == [(2,)]


def test_an_article_twice_in_a_batch_is_decided_once(tmp_path):
    """Two feeds that bring one page at once make one article and one decision."""
    desk = Desk(tmp_path, "summit")
    counts = desk.take_in("agency", "agency")
    assert (counts.articles_new, counts.articles_known, len(desk.reasons())) == (1, 1, 1)
