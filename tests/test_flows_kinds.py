from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.records import Entry, Feed
from flows.config.settings import load_settings
from flows.problems import UsageProblem
from flows.setup import prepared
from flows.steps.agenda import Pages
from flows.steps.poll import new_entries
from tests.newsroom import NOW, SAID, newsroom, page
from tests.pressroom import PHOTO, channel, forwarded, post, releases
from tests.servers import Reply
from warehouse.entries import PendingEntry

pytestmark = pytest.mark.slow

FEEDS = """
[[feeds]]
url = "{0}/s/office"
outlet = "Office"
kind = "telegram"
speaker = "Zelenskyy"
[[feeds]]
url = "{0}/en/news"
outlet = "Ministry"
kind = "listing"
primary = true
[[feeds]]
url = "{0}/news.xml"
outlet = "Daily"
kind = "sitemap"
"""
WORDS = "We are ready for a ceasefire.<br/><br/>“There will be no truce,” Dmitry Peskov said in Moscow on Wednesday."
LISTED = [
    ("/en/news/2", "Minister names terms of a truce", "Today"),
    ("/en/news/1", "The festival of the harvest", "Yesterday"),
]


def html(text: str) -> Reply:
    """Return a page."""
    return Reply(headers=(("Content-Type", "text/html; charset=utf-8"),), body=text.encode())


@pytest.fixture
def room(tmp_path):
    """A channel, a ministry's list of releases and a sitemap on one host, and the outlet's own feed."""
    with newsroom(tmp_path) as opened:
        opened.write(more=FEEDS.format(opened.outlet.url("")))
        posts = post(1, WORDS), forwarded(2, "Army", "The ceasefire holds, the army said."), PHOTO
        opened.outlet.reply("/s/office", html(channel(*posts)))
        opened.outlet.reply(
            "/en/news", html(releases([*LISTED, ("/en/news/0", "Minister receives the new envoy", "1 March 2026")]))
        )
        for path, title, _ in LISTED:
            opened.outlet.reply(path, page(title, SAID))
        mapped = "".join(
            f"<url><loc>{opened.outlet.url(path)}</loc><lastmod>{at:%Y-%m-%dT%H:%M:%SZ}</lastmod></url>"
            for path, at in (("/daily/new", NOW), ("/daily/old", NOW - timedelta(days=9)))
        )
        opened.outlet.reply("/news.xml", Reply(body=f"<urlset>{mapped}</urlset>".encode()))
        opened.outlet.reply("/daily/new", page("Daily news of the truce", SAID))
        yield opened


def test_each_kind_of_feed_becomes_articles(room):
    """Posts are articles with their permalinks, of whoever wrote them; releases and pages of a sitemap are read."""
    room.run()
    found = {
        (outlet, url.partition("127.0.0.1")[2].partition("/")[2] or url)
        for outlet, url in room.rows("SELECT outlet, url FROM articles")
    }
    assert {("Office", "https://t.me/office/1"), ("Army", "https://t.me/office/2")} <= found
    assert {("Ministry", "en/news/2"), ("Ministry", "en/news/1"), ("Daily", "daily/new")} <= found
    assert not any(url.endswith(("daily/old", "topics/peace")) for _, url in found)
    assert room.rows("SELECT state, reason FROM entries WHERE url LIKE '%office/9'") == [
        ("failed", "a post without words")
    ]
    assert not any(each.path.startswith("/office") for each in room.outlet.requests), "no post is asked for by itself"

    spoken = room.rows(
        "SELECT speaker, text FROM statements WHERE article_id IN (SELECT article_id FROM articles WHERE url LIKE '%office/1')"
    )
    assert ("Volodymyr Zelenskyy", "We are ready for a ceasefire.") in spoken
    assert {speaker for speaker, text in spoken if "no truce" in str(text)} == {"Dmitry Peskov"}
    assert room.rows(
        "SELECT DISTINCT speaker_id IS NULL FROM statements JOIN articles USING (article_id) WHERE articles.outlet = 'Army'"
    ) in ([], [(True,)])
    labels = dict(room.rows("SELECT primary_outlet, count(*) FROM utterances GROUP BY ALL"))
    assert set(labels) >= {"Office", "Ministry"}
    mails = "".join(mail.message.get_body(("plain",)).get_content() for mail in room.mail.mails)
    assert "primary source" in mails


def test_edits_are_revisions_and_another_order_is_nothing_new(room):
    """An edited post has a new revision; a list in another order asks for no page again."""
    room.run()
    asked = len(room.outlet.asked("/en/news/2"))
    room.outlet.reply("/s/office", html(channel(post(1, WORDS.replace("ready", "not ready"), edited=True), PHOTO)))
    shown = [(path, title, "Yesterday") for path, title, _ in reversed(LISTED)]
    room.outlet.reply(
        "/en/news", html(releases([*shown, ("/en/news/0", "Minister receives the new envoy", "1 March 2026")]))
    )
    room.now += timedelta(minutes=45)
    room.run()
    assert room.rows("SELECT revision, text LIKE '%not ready%' FROM articles WHERE url LIKE '%office/1'") == [(2, True)]
    assert len(room.outlet.asked("/en/news/2")) == asked


def test_what_was_missed_is_looked_for_farther_on(room):
    """A list of which nothing is known goes on at its next page, an index at its newest sitemap, in one pass each."""
    index = f"<sitemapindex><sitemap><loc>{room.outlet.url('/map-2.xml')}</loc><lastmod>2026-03-04</lastmod></sitemap></sitemapindex>"
    newest = f"<urlset><url><loc>{room.outlet.url('/daily/new')}</loc><lastmod>{NOW:%Y-%m-%dT%H:%M:%SZ}</lastmod></url></urlset>"
    room.outlet.reply("/map-2.xml", Reply(body=newest.encode(), headers=(("ETag", '"map"'),)))
    room.outlet.reply("/news.xml", Reply(body=index.encode(), headers=(("ETag", '"index"'),)))
    room.run()
    assert room.rows("SELECT count(*) FROM articles WHERE outlet = 'Daily'") == [(1,)]
    assert not room.outlet.asked("/en/news/older"), "nothing was missed before the first look"

    new = [(f"/en/news/{n}", f"Minister names term {n} of the truce", "Today") for n in range(10, 3, -1)]
    for path, title, _ in new:
        room.outlet.reply(path, page(title, SAID))
    pages = [new[:3], new[3:6], [*new[6:], *LISTED]]
    for name, items in zip(("/en/news", "/en/news/older", "/en/news/oldest"), pages, strict=True):
        goes_on = "/en/news/older" if name == "/en/news" else "/en/news/oldest"
        room.outlet.reply(name, html(releases(items).replace("?p=2", goes_on)))
    room.now += timedelta(minutes=45)
    room.run()
    assert room.rows("SELECT count(*) FROM articles WHERE outlet = 'Ministry'") == [(9,)]
    assert room.rows("SELECT outlet, last_error FROM feeds WHERE state <> 'fine'") == []
    assert len(room.outlet.asked("/en/news/oldest")) == 1
    assert [asked.headers.get("if-none-match") for asked in room.outlet.asked("/news.xml")] == [None, None]


def test_a_page_made_otherwise_fails_and_says_so(room):
    """A channel in other markup, or a list that is gone, is a feed that fails, with the reason; so is one disallowed."""
    room.run()
    room.outlet.reply("/s/office", html("<main><article>We agreed.</article></main>"))
    room.outlet.reply("/en/news", html("<main><p>Welcome to the ministry.</p></main>"))
    room.now += timedelta(minutes=45)
    room.run()
    errors = dict(room.rows("SELECT outlet, last_error FROM feeds WHERE state = 'failing'"))
    assert "no post of a channel is found on the page; it was before, so the page is made otherwise now" in str(
        errors["Office"]
    )
    assert "no list of links is found on the page" in str(errors["Ministry"])
    room.outlet.reply("/robots.txt", Reply(body=b"User-agent: *\nDisallow: /s/\nDisallow: /en/"))
    room.now += timedelta(days=2)
    room.run()
    disallowed = room.rows("SELECT outlet FROM feeds WHERE last_error = 'robots.txt does not allow it' ORDER BY outlet")
    assert disallowed == [("Ministry",), ("Office",)]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        pytest.param(
            'url = "https://t.me/office"\noutlet = "O"\nkind = "telegram"',
            'write url = "https://t.me/s/office"',
            id="a channel's other address",
        ),
        pytest.param(
            'url = "https://t.me/s/office"\noutlet = "O"\nkind = "telegram"\nspeaker = "Zelensko"',
            'no official "Zelensko"',
            id="a speaker nobody knows",
        ),
        pytest.param(
            'url = "https://a.example/"\noutlet = "O"\nspeaker = "Zelenskyy"',
            "speaker is of a channel",
            id="a speaker of no channel",
        ),
        pytest.param(
            'url = "https://a.example/"\noutlet = "O"\nlinks = "a"', "links is of a listing", id="links of no listing"
        ),
        pytest.param(
            'url = "https://a.example/"\noutlet = "O"\nkind = "listing"\nlinks = "a["',
            "no CSS selector",
            id="a broken selector",
        ),
        pytest.param(
            'url = "https://a.example/"\noutlet = "O"\nkind = "html"',
            "write 'feed', 'sitemap', 'listing' or 'telegram'",
            id="no kind",
        ),
    ],
)
def test_what_is_wrong_in_a_feed_of_a_kind_is_said(tmp_path, lines, why):
    """With file and line, and what to write instead."""
    path = tmp_path / "talkwatch.toml"
    path.write_text(f'data_dir = "var"\n[[feeds]]\n{lines}\n')
    with pytest.raises(UsageProblem) as wrong:
        prepared(load_settings(path))
    assert why in str(wrong.value)
    assert f"{path}:" in str(wrong.value)


def listed(link: str) -> Entry:
    """Return an entry with a link."""
    return Entry(entry_id="1", link=link, title="Talks", published=NOW, updated=None)


def test_an_aggregator_s_link_is_asked_where_it_leads():
    """A link that holds the page's address is that page; one that hides it is not asked, and says so."""
    held = listed("https://www.google.com/url?sa=t&url=https%3A%2F%2Fa.example%2Ftalks&ct=ga")
    (entry,) = new_entries("feed", Feed(format="atom 1.0", title=None, entries=(held,)))
    assert (entry.url, entry.entry.link) == ("https://a.example/talks", "https://a.example/talks")
    hidden = listed("https://news.google.com/rss/articles/CBMiAU_yqLNx")
    waiting = [
        PendingEntry(
            entry_key=key, feed_id="feed", outlet="A", url=each.link or "", entry=each, first_poll=False, attempts=0
        )
        for key, each in (("held", entry.entry), ("hidden", hidden))
    ]
    requests, told = Pages().requests(waiting)
    assert [each.url for each in requests] == ["https://a.example/talks"]
    assert [(each.key, each.detail) for each in told] == [("hidden", "its link hides where it leads")]


def test_a_list_that_shows_other_dates_has_no_other_entries():
    """The word "today" and then a date is no change of an entry of a list; of a feed it would be one."""
    now, later = (replace(listed("https://a.example/1"), published=None, updated=at) for at in (None, NOW))
    for kind, is_same in (("listing", True), ("rss 2.0", False)):
        states = [
            new_entries("feed", Feed(format=kind, title=None, entries=(each,)))[0].entry_hash for each in (now, later)
        ]
        assert (states[0] == states[1]) is is_same
