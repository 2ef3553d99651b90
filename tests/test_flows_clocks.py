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


def listed(outlet) -> Reply:
    """Return the feed: an item with its time and one without."""
    item = "<item><title>{0}</title><link>{1}</link><guid>{1}</guid>{2}</item>"
    dated, undated = (outlet.url(path) for path in ("/dated", "/undated"))
    items = item.format("Dated", dated, f"<pubDate>{LOCAL}</pubDate>") + item.format("Undated", undated, "")
    return Reply(body=f"<rss version='2.0'><channel>{items}</channel></rss>".encode())


@pytest.fixture
def room(tmp_path):
    """An outlet in Istanbul whose feed and page write the time of its own clock, without a zone."""
    with newsroom(tmp_path) as opened:
        opened.outlet.reply("/rss.xml", listed(opened.outlet))
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


def waits(room, now) -> list[tuple[object, ...]]:
    """Return what is put off beyond a time: feeds, pages, and messages that were tried."""
    later = f"TIMESTAMPTZ '{now.isoformat()}'"
    return room.rows(
        f"SELECT 'feed' FROM feeds WHERE consecutive_failures > 0 AND next_poll_at > {later}"
        f" UNION ALL SELECT 'page' FROM entries WHERE state = 'pending' AND next_at > {later}"
        f" UNION ALL SELECT 'message' FROM messages WHERE status = 'retry' AND due_at > {later}"
    )


def test_what_failed_under_a_clock_hours_ahead_is_tried_when_it_is_right(room):
    """A clock five hours ahead, within all bounds of waiting, keeps neither feed nor page nor message from its turn."""
    room.write(rules=ANY_AGE)
    room.hook.reply("/hook", Reply(503), Reply(503), Reply(body=b"ok"))
    room.outlet.reply("/undated", Reply(503), Reply(503), page("Undated", SAID))
    room.now = NOW + timedelta(hours=5)
    room.run()
    room.outlet.reply("/rss.xml", Reply(500), listed(room.outlet))
    room.now += timedelta(minutes=20)
    room.run()
    later = NOW + timedelta(hours=2)
    assert {kind for (kind,) in waits(room, later)} == {"feed", "page", "message"}
    room.now = NOW + timedelta(minutes=30)
    room.run()
    assert waits(room, later) == []
    assert {title for title, _ in times(room)} == {"Dated", "Undated"}
    assert room.rows("SELECT count(*) FROM messages WHERE status <> 'sent'") == [(0,)]
