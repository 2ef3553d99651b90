from __future__ import annotations

from datetime import UTC, datetime

import pytest

from extractors.records import Feed, Unreadable
from extractors.syndication.telegram import parse_channel
from extractors.text.urls import posts_address
from tests.pressroom import PHOTO, channel, forwarded, post, service

URL = "https://t.me/s/office"


def entries(*posts: str):
    """Return the entries of a channel with these posts."""
    feed = parse_channel(channel(*posts).encode(), url=URL)
    assert isinstance(feed, Feed)
    return feed.entries


def test_a_post_is_an_entry_with_its_own_words():
    """Permalink and time are those of the post; its lines are its paragraphs, what it answers is not its words."""
    (entry,) = entries(post(41, "The talks begin.<br/><br/>We <b>want</b> a &quot;full&quot; truce.", answers="When?"))
    assert (entry.entry_id, entry.link) == ("https://t.me/office/41", "https://t.me/office/41")
    assert entry.published == datetime(2026, 3, 4, 9, 41, tzinfo=UTC)
    assert entry.content_html == "The talks begin.\nWe want a &quot;full&quot; truce."
    assert (entry.title, entry.source) == (None, None)


@pytest.mark.parametrize(
    ("words", "title", "text"),
    [
        pytest.param(
            "<b>On the truce</b><br/><br/>It holds.", "On the truce", "It holds.", id="a bold first line is one"
        ),
        pytest.param(
            "<b>On</b> the truce<br/>It holds.", None, "On the truce\nIt holds.", id="a bold first word is none"
        ),
        pytest.param("<b>All of it is bold.</b>", None, "All of it is bold.", id="what stands alone is no headline"),
        pytest.param("One.<br/><b>Two.</b><br/>Three.", None, "One.\nTwo.\nThree.", id="nor what stands below"),
    ],
)
def test_a_post_s_headline(words, title, text):
    """A line in bold above others is a post's headline, and no part of its text."""
    (entry,) = entries(post(7, words))
    assert (entry.title, entry.content_html) == (title, text)


def test_what_is_pinned_or_told_of_the_channel_is_no_post():
    """A post that stands twice, as a pinned one, is one; "pinned", "photo updated" are none."""
    found = entries(
        post(5, "We agreed."), service(6, "Office pinned «We agreed.»"), post(8, "No."), post(5, "We agreed.")
    )
    assert [entry.link for entry in found] == ["https://t.me/office/5", "https://t.me/office/8"]


def test_a_photo_without_words_is_an_entry_without_words():
    """It is listed, so that it is counted, and has nothing to read."""
    (entry,) = entries(PHOTO)
    assert (entry.link, entry.content_html) == ("https://t.me/office/9", None)


def test_an_edited_post_has_other_words_under_one_link():
    """The permalink stays, the time stays, the words are the new ones."""
    (before,), (after,) = entries(post(3, "We want it.")), entries(post(3, "We do not want it.", edited=True))
    assert (before.link, before.published) == (after.link, after.published)
    assert after.content_html == "We do not want it."


def test_a_forwarded_post_has_its_origin():
    """Whose it was is its source; the permalink is the channel's own."""
    (entry,) = entries(forwarded(12, "Ministry of Defence", "The truce is over."))
    assert (entry.link, entry.source) == ("https://t.me/office/12", "Ministry of Defence")


@pytest.mark.parametrize(
    ("page", "why"),
    [
        pytest.param("<html><body><p>Welcome</p></body></html>", "no post", id="another page"),
        pytest.param(
            "<html><body><div class='tgme_page'>If you have Telegram, you can contact Office</div></body></html>",
            "no post",
            id="a channel that shows none",
        ),
        pytest.param(
            channel(post(1, "One.")).replace("tgme_widget_message", "post"), "no post", id="classes of other names"
        ),
        pytest.param(
            channel(post(1, "One.")).replace("data-post", "data-id").replace("_date", "_when"),
            "none of 1 posts has a link",
            id="no permalinks",
        ),
        pytest.param("", "no post", id="nothing"),
    ],
)
def test_a_page_that_is_made_otherwise_is_told(page, why):
    """Where no post is found the page is no channel, and never one without news."""
    found = parse_channel(page.encode(), url=URL)
    assert isinstance(found, Unreadable)
    assert why in found.said


def test_posts_without_times_are_told():
    """What is found is read, and that something is amiss is said."""
    feed = parse_channel(channel(post(1, "One.")).replace("<time ", "<i ").encode(), url=URL)
    assert isinstance(feed, Feed)
    assert "none of 1 posts has a time" in str(feed.problem)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("https://t.me/office", URL),
        ("http://telegram.me/office/41?single", URL),
        ("t.me/office", URL),
        (URL, URL),
        ("https://t.me/joinchat/AAAA", "https://t.me/joinchat/AAAA"),
        ("https://a.example/office", "https://a.example/office"),
    ],
)
def test_where_a_channel_shows_its_posts(typed, asked):
    """A channel's address, or a post's, leads to its public page; others stay."""
    assert posts_address(typed) == asked
