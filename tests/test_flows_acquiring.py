from __future__ import annotations

from datetime import UTC, datetime

import pytest

from extractors.html.pages import clean_page
from extractors.records import Entry, Page
from flows.steps.acquiring import article_of
from tests.newsroom import SAID, page
from warehouse.feed_records import PendingEntry

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("led_to", "stored"),
    [
        pytest.param(
            "https://A.example/talks?utm_source=rss&id=7#top", "https://a.example/talks?id=7", id="tracking parameters"
        ),
        pytest.param("https://a.example/talks?id=7", "https://a.example/talks?id=7", id="what names the page stays"),
    ],
)
def test_an_article_has_the_plain_address_of_its_page(led_to, stored):
    """A page that gives itself no address is stored under the one that led to it, without its tracking parameters."""
    read = clean_page(page("Kremlin names its terms", SAID).body, url=led_to, content_type="text/html")
    assert isinstance(read, Page)
    entry = PendingEntry(
        entry_key="one",
        feed_id="feed",
        outlet="Herald",
        url=led_to,
        entry=Entry(entry_id="1", link=led_to, title="Talks", published=None, updated=None),
        first_poll=False,
        attempts=0,
        seen_at=NOW,
    )
    assert article_of(entry, read, led_to, NOW).url == stored
