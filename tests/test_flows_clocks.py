from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from flows.acquire.feed_checks import checked
from flows.cli.deployment import wellness
from tests.newsroom import NOW, RULES, SAID, newsroom, page
from tests.servers import Reply

pytestmark = pytest.mark.slow

# Five minutes ago on a clock in Istanbul.
LOCAL = (NOW + timedelta(hours=3, minutes=-5)).strftime("%Y-%m-%d %H:%M:%S")


@pytest.fixture
def room(tmp_path):
    """An outlet in Istanbul whose feed and page write the time of its own clock, without a zone."""
    with newsroom(tmp_path) as opened:
        item = "<item><title>{0}</title><link>{1}</link><guid>{1}</guid>{2}</item>"
        dated, undated = (opened.outlet.url(path) for path in ("/dated", "/undated"))
        listed = item.format("Dated", dated, f"<pubDate>{LOCAL}</pubDate>") + item.format("Undated", undated, "")
        opened.outlet.reply("/rss.xml", Reply(body=f"<rss version='2.0'><channel>{listed}</channel></rss>".encode()))
        opened.outlet.reply("/dated", page("Dated", SAID))
        stamped = page("Undated", SAID)
        meta = f"<meta property='article:published_time' content='{LOCAL}'></head>".encode()
        opened.outlet.reply("/undated", Reply(headers=stamped.headers, body=stamped.body.replace(b"</head>", meta)))
        yield opened


def times(room) -> set[tuple[object, ...]]:
    """Return when each article was published."""
    return set(room.rows("SELECT title, published_at FROM articles"))


def test_a_feed_s_times_are_those_of_its_own_clock(room):
    """With a feed's time zone, what it and its pages date without one is read on its outlet's clock."""
    room.configuration.write_text(room.configuration.read_text().replace('"TR"', '"TR"\ntimezone = "Europe/Istanbul"'))
    room.run()
    said = NOW - timedelta(minutes=5)
    assert times(room) == {("Dated", said), ("Undated", said)}
    assert room.rows("SELECT last_error FROM feeds") == [(None,)]


def test_nothing_is_published_after_it_was_seen(room):
    """Without one, times lie ahead: articles get the time when they came, and the feed's trouble stays to be seen."""
    room.run()
    assert times(room) == {("Dated", NOW), ("Undated", NOW)}
    ahead = "1 of 1 dates are in the future, by up to 2 h 55 min"
    room.now += timedelta(minutes=11)
    room.run()
    assert room.rows("SELECT state, last_error FROM feeds") == [("fine", ahead)]
    _, text = wellness(room.setup().settings, timedelta(days=10_000))
    assert f"feed is read, but: {room.outlet.url('/rss.xml')}: {ahead}" in text


def test_feeds_check_says_which_setting_would_help(room):
    """A feed from the future is told to write its time zone."""
    later = datetime.now(UTC) + timedelta(hours=3)
    item = f"<item><title>A</title><link>https://a.example/a</link><pubDate>{later:%Y-%m-%d %H:%M:%S}</pubDate></item>"
    room.outlet.reply("/rss.xml", Reply(body=f"<rss version='2.0'><channel>{item}</channel></rss>".encode()))
    (answer,) = checked(room.setup().settings)
    assert answer.ok
    assert "in the future" in str(answer.problem)
    assert 'timezone = "Europe/Istanbul"' in str(answer.advice)


TEN_YEARS = timedelta(days=3653)
ANY_AGE = RULES + 'max_age = "none"\n'


def test_a_host_asked_by_a_wrong_clock_is_asked_again(room):
    """A pass ten years ahead, when robots.txt could not be had, keeps neither the host nor its pages waiting."""
    room.outlet.reply("/robots.txt", Reply(503))
    room.now = NOW + TEN_YEARS
    room.run()
    assert times(room) == set()
    room.outlet.reply("/robots.txt", Reply(404))
    room.now = NOW + timedelta(minutes=20)
    room.run()
    assert {title for title, _ in times(room)} == {"Dated", "Undated"}


def test_a_host_parked_by_a_wrong_clock_is_asked_again(room):
    """So it is with one that said "too many requests" then."""
    room.outlet.reply("/dated", Reply(429, (("Retry-After", "60"),)), page("Dated", SAID))
    room.now = NOW + TEN_YEARS
    room.run()
    assert "Dated" not in {title for title, _ in times(room)}
    room.now = NOW
    room.run()
    assert {title for title, _ in times(room)} == {"Dated", "Undated"}


def test_what_a_channel_could_not_take_under_a_wrong_clock_leaves(room):
    """A channel that failed in a pass ten years ahead is tried by the next one, and what waited for it leaves."""
    room.write(rules=ANY_AGE)
    room.hook.reply("/hook", Reply(503), Reply(body=b"ok"))
    room.now = NOW + TEN_YEARS
    room.run()
    (before,) = room.rows("SELECT count(*) FROM messages WHERE subscriber = 'channel' AND status = 'sent'")
    room.now = NOW
    room.run()
    (after,) = room.rows(
        "SELECT count(*), count(*) FILTER (status = 'sent') FROM messages WHERE subscriber = 'channel'"
    )
    assert (before, after[0] == after[1] > 0) == ((0,), True)
