"""Feeds that lead on to other addresses: indexes of sitemaps, as passes and commands follow them, and lists of pages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from extractors.records import Entry, Feed
from flows.acquire.feed_checks import checked, parsed
from flows.config.configuration import FeedKind
from flows.config.settings import load_settings
from flows.steps.agenda import MOST, Leads
from flows.steps.poll import Parsed, Polled
from flows.times import utc_now
from flows.web.results import Fetched, FetchFailure, FetchReason
from tests.servers import HttpServer, Reply
from warehouse.entries import NewEntry
from warehouse.feeds import FeedState, WatchedFeed

HOUR = timedelta(hours=1)
STATE = FeedState(
    feed=WatchedFeed(
        feed_id="f", url="https://a.example/map.xml", outlet="Daily", country=None, every=HOUR, max_every=HOUR
    ),
    etag=None,
    last_modified=None,
    body_hash=None,
    consecutive_failures=0,
    first_poll=False,
)
ANSWER = Fetched(key="f", url="https://a.example/", body=b"one", content_type=None, etag='"1"', last_modified="x")


def polled(answer=ANSWER, **feed):
    """Return a poll of a feed that says so much."""
    entry = Entry(entry_id=None, link="https://a.example/1", title="One", published=None, updated=None)
    new = NewEntry(entry_key="k", entry_hash="h", url="https://a.example/1", entry=entry, names=("k",), exact=("k",))
    found = Feed(format="listing", title=None, entries=(entry,), **feed)
    return Polled(state=STATE, finding=Parsed(answer=answer, feed=found, entries=(new,)))


def test_an_index_of_indexes_ends_as_a_failure():
    """It is followed so far and no farther, and then fails with the reason: it is never taken for one without news."""
    leads = Leads(lambda _: None)
    for number in range(MOST):
        assert leads.followed([polled(leads_to=f"https://a.example/{number}.xml")]) == []
        assert [each.url for each in leads.taken()] == [f"https://a.example/{number}.xml"]
    (last,) = leads.followed([polled(leads_to="https://a.example/more.xml")])
    assert last.finding.error == "an index of sitemaps that leads to more of them, and to no page"
    assert leads.taken() == []


def test_a_sitemap_behind_an_index_leaves_no_validators():
    """The index is asked without what the server said of another file, and has not moved where that has."""
    leads = Leads(lambda _: None)
    assert leads.arrived(ANSWER) is ANSWER
    leads.followed([polled(leads_to="https://a.example/1.xml")])
    came = leads.arrived(ANSWER)
    assert (came.etag, came.last_modified, came.body) == (None, None, b"one")


def test_a_next_page_counts_for_its_list_and_its_failure_for_nothing():
    """What it brings is noted under the list's own answer; where it is not had, the list is as it was."""
    leads = Leads(lambda _: None)
    leads.go_on([polled(next_page="https://a.example/2")])
    assert [each.url for each in leads.taken()] == ["https://a.example/2"]
    assert leads.arrived(FetchFailure(key="f", reason=FetchReason.STATUS, detail="HTTP 404")) is None
    second = Fetched(key="f", url="https://a.example/2", body=b"two", content_type=None, etag='"2"', last_modified=None)
    (noted,) = leads.followed([polled(leads.arrived(second))])
    assert (noted.finding.answer.body, noted.finding.answer.etag) == (b"one", '"1"')


@pytest.fixture
def site():
    """A site whose sitemap is an index."""
    with HttpServer() as server:
        now = utc_now()
        page = f"<url><loc>{server.url('/new')}</loc><lastmod>{now:%Y-%m-%dT%H:%M:%SZ}</lastmod></url>"
        index = f"<sitemapindex><sitemap><loc>{server.url('/1.xml')}</loc></sitemap></sitemapindex>"
        server.reply("/map.xml", Reply(body=index.encode()))
        server.reply("/1.xml", Reply(body=f"<urlset>{page}</urlset>".encode()))
        yield server


@pytest.mark.slow
def test_commands_follow_an_index(site, tmp_path):
    """What is looked at is what a pass would read; of a file that is an index there is nothing to read."""
    (feed,) = parsed([site.url("/map.xml")], FeedKind.SITEMAP)
    assert [entry.link for entry in feed.entries] == [site.url("/new")]
    (tmp_path / "map.xml").write_bytes(
        b"<sitemapindex><sitemap><loc>https://a.example/1.xml</loc></sitemap></sitemapindex>"
    )
    assert list(parsed([str(tmp_path / "map.xml")], FeedKind.SITEMAP)) == ["not_a_feed"]
    path = tmp_path / "talkwatch.toml"
    path.write_text(
        f'[fetch]\nallow_hosts = ["127.0.0.1:{site.port}"]\ndelay_seconds = 0\n'
        f'[[feeds]]\nurl = "{site.url("/map.xml")}"\noutlet = "Daily"\nkind = "sitemap"\n'
    )
    (answer,) = checked(load_settings(path))
    assert (answer.ok, answer.problem, len(answer.entries)) == (True, None, 1)
