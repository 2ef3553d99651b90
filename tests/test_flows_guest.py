from __future__ import annotations

import signal
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from importlib.metadata import version
from itertools import count, pairwise

import pytest

from flows.steps.passes import run_pass
from tests.newsroom import NOW, feed, newsroom, page
from tests.servers import Asked, HttpServer, Reply
from tests.warehouse_examples import python

pytestmark = pytest.mark.slow

MAX_AGE = timedelta(hours=8)
EVERY = timedelta(hours=3)
DAY = timedelta(days=1)


@dataclass
class Publisher:
    """A feed's server that keeps the score of its reader, as rachelbythebay.com does: what was asked, when, and how."""

    outlet: HttpServer
    clock: object
    changes: list[datetime]
    asked: list[tuple[datetime, Asked]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    hold: threading.Event | None = None

    def edition(self) -> int:
        """Return how often the feed has changed by now."""
        return sum(change <= self.clock() for change in self.changes)

    def answer(self, asked: Asked) -> Reply:
        """Answer as a server with both validators does, and note the request."""
        self.asked.append((self.clock(), asked))
        edition = self.edition()
        etag, modified = f'W/"edition {edition}"', format_datetime(NOW - DAY + timedelta(hours=edition), usegmt=True)
        headers = (
            ("ETag", etag),
            ("Last-Modified", modified),
            ("Cache-Control", f"max-age={MAX_AGE.seconds}"),
            ("Set-Cookie", "reader=1"),
        )
        if asked.headers.get("if-none-match") == etag:
            return Reply(304, headers)
        self.given += [etag, modified]
        items = {f"/story-{n}": f"Story number {n} of the valley" for n in range(edition + 1)}
        return Reply(headers=headers, body=feed(self.outlet, items), gate=self.hold)

    def score(self) -> dict[str, int]:
        """Count what a good reader does not do."""
        newest, score = -1, {"unconditional": 0, "bogus": 0, "out of sequence": 0, "private": 0, "changed address": 0}
        for _, asked in self.asked:
            sent = [asked.headers[name] for name in ("if-none-match", "if-modified-since") if name in asked.headers]
            score["unconditional"] += not sent
            score["bogus"] += sum(value not in self.given for value in sent)
            places = [self.given.index(value) // 2 for value in sent if value in self.given]
            score["out of sequence"] += sum(place < newest for place in places)
            newest = max([newest, *places])
            score["private"] += len({"cookie", "referer"} & set(asked.headers))
            score["changed address"] += asked.path != "/rss.xml"
        return score


@pytest.fixture
def room(tmp_path):
    """An outlet whose feed has a publisher that keeps the score."""
    with newsroom(tmp_path) as opened:
        opened.write(every="3h")
        yield opened


def publisher(room, *, changes=9):
    """Put a scoring publisher behind the outlet's feed."""
    opened = Publisher(room.outlet, lambda: room.now, [NOW + n * timedelta(hours=34) for n in range(1, changes + 1)])
    room.outlet.reply("/rss.xml", opened.answer)
    for n in range(changes + 1):
        room.outlet.reply(
            f"/story-{n}",
            page(
                f"Story number {n} of the valley",
                tuple(
                    f"{word} harvest was story {n} for the town by the river." for word in ("First", "Second", "Third")
                ),
            ),
        )
    return opened


def next_poll(room) -> datetime:
    """Return when the feed is due."""
    ((at,),) = room.rows("select next_poll_at from feeds")
    return at


# A process that does one pass at a given time, so that a test can kill it.
ONE_PASS = """
import sys
from datetime import datetime
from dataclasses import replace
from pathlib import Path
from flows.steps.passes import run_pass
from flows.config.settings import load_settings
from flows.setup import prepared
now = datetime.fromisoformat(sys.argv[2])
run_pass(replace(prepared(load_settings(Path(sys.argv[1]))), now=lambda: now))
"""


def killed_pass(room, opened) -> None:
    """Do a pass in a process that is killed once its request has arrived, before the answer is written down."""
    opened.hold = threading.Event()
    before = len(opened.asked)
    process = python(ONE_PASS, room.configuration, room.now.isoformat())
    room.outlet.wait_for("/rss.xml", before + 1, 60)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    opened.hold.set()
    opened.hold = None


def test_a_publisher_has_nothing_to_complain_of(room):
    """Over two simulated weeks with restarts, one of them a SIGKILL, every rule that publishers set is kept."""
    opened = publisher(room)
    ends, passes, setup = NOW + 14 * DAY, 0, room.setup()
    while room.now < ends:
        run_pass(setup)
        passes += 1
        if passes in {10, 25}:
            setup = room.setup()  # a restart: nothing is remembered but what the warehouse holds
        asked = len(opened.asked)
        if passes == 20:
            room.now = next_poll(room)
            killed_pass(room, opened)
            asked += 1
        room.now += timedelta(hours=1)
        if passes % 5 == 0:
            run_pass(setup)
            assert len(opened.asked) == asked  # too early
        room.now = max(next_poll(room), room.now)
    times = [at for at, _ in opened.asked]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert opened.score() == {"unconditional": 1, "bogus": 0, "out of sequence": 0, "private": 0, "changed address": 0}
    assert min(gaps) >= EVERY
    assert sorted(gaps)[1] >= MAX_AGE  # the one that was killed had not read its answer
    assert len(times) > 25
    agents = {asked.headers["user-agent"] for _, asked in opened.asked}
    assert agents == {f"Talkwatch/{version('talkwatch')}"}
    assert room.rows("select count(*) from articles") == [(10,)]


def test_what_a_killed_pass_was_told_is_asked_for_again(room):
    """A pass killed before it wrote an answer down carries the old validators next time, and the entries arrive."""
    opened = publisher(room, changes=1)
    run_pass(room.setup())
    room.now = max(next_poll(room), NOW + timedelta(hours=38))
    killed_pass(room, opened)
    room.now += EVERY + timedelta(minutes=10)
    run_pass(room.setup())
    validators = [asked.headers.get("if-none-match") for _, asked in opened.asked]
    assert validators == [None, 'W/"edition 0"', 'W/"edition 0"']
    assert room.rows("select count(*) from articles") == [(2,)]


def test_a_304_may_ask_for_patience_too(room):
    """A longer max-age on a 304 postpones the next poll."""
    longer = Reply(304, (("Cache-Control", "max-age=36000"),))
    room.outlet.reply("/rss.xml", Reply(headers=(("ETag", '"1"'),), body=feed(room.outlet, {})), longer)
    room.run()
    room.now = next_poll(room)
    room.run()
    assert next_poll(room) - room.now >= timedelta(hours=10)


@pytest.mark.parametrize(
    ("etag", "sent"),
    [
        pytest.param('W/"x"', 'W/"x"', id="weak"),
        pytest.param("unquoted", "unquoted", id="unquoted"),
        pytest.param("", None, id="empty"),
    ],
)
def test_odd_validators_go_back_as_they_came(room, etag, sent):
    """Validators are opaque: what came is sent, byte for byte, and an empty one is none."""
    room.outlet.reply("/rss.xml", Reply(headers=(("ETag", etag),), body=feed(room.outlet, {})))
    room.run()
    room.now = next_poll(room)
    room.run()
    assert room.outlet.asked("/rss.xml")[1].headers.get("if-none-match") == sent


def test_the_same_body_under_a_new_validator_is_no_work(room):
    """A server whose ETag changes each time is met with the content's own fingerprint."""
    body = feed(room.outlet, {"/talks": "Kremlin names its terms"})
    replies = [Reply(headers=(("ETag", f'"{n}"'),), body=body) for n in range(3)]
    room.outlet.reply("/rss.xml", *replies)
    room.run()
    room.now = next_poll(room)
    assert "feeds_unchanged=1" in room.run()
    room.now = next_poll(room)
    room.run()
    assert [asked.headers.get("if-none-match") for asked in room.outlet.asked("/rss.xml")] == [None, '"0"', '"1"']


def test_a_304_out_of_nowhere_drops_what_was_held(room):
    """A 304 to a request without validators is an error, and the next request has none either."""
    room.outlet.reply("/rss.xml", Reply(304, (("ETag", '"never"'),)), Reply(body=feed(room.outlet, {})))
    assert "feeds_failed=1" in room.run()
    assert room.rows("select etag, body_hash, last_error from feeds") == [
        (None, None, "HTTP 304, though nothing was held")
    ]
    room.now = next_poll(room)
    room.run()
    assert "if-none-match" not in room.outlet.asked("/rss.xml")[1].headers


def test_the_end_of_a_pass_hurries_no_feed(room):
    """With a clock that runs, what a server asked for stands after the pass has noted whom it asked."""
    room.outlet.reply("/rss.xml", Reply(headers=(("Cache-Control", "max-age=36000"),), body=feed(room.outlet, {})))
    ticks = count()
    run_pass(replace(room.setup(), now=lambda: NOW + next(ticks) * timedelta(seconds=1)))
    assert next_poll(room) - NOW >= timedelta(hours=10)
    assert room.rows("select count(*) from hosts") == [(1,)]


def test_429_parks_the_host_and_not_only_the_feed(room):
    """When one feed is told "too many requests", nothing on its host is asked until it said: no feed, no page."""
    more = f'[[feeds]]\nurl = "{room.outlet.url("/other.xml")}"\noutlet = "Other"\nevery = "1m"\n'
    room.write(more=more)
    answers = [Reply(429, (("Retry-After", "1800"),))]
    for path in ("/rss.xml", "/other.xml"):
        room.outlet.reply(path, lambda _asked: answers.pop() if answers else Reply(body=feed(room.outlet, {})))
    room.run()
    assert len(room.outlet.requests) == 1
    room.now += timedelta(minutes=25)
    room.run()
    assert len(room.outlet.requests) == 1
    room.now += timedelta(minutes=8)
    room.run()
    assert sorted(asked.path for asked in room.outlet.requests[1:]) == ["/other.xml", "/rss.xml"]


def test_a_host_is_left_its_delay_across_passes(room):
    """The delay between two starts on a host is kept by a pass that begins just after another one ended."""
    text = room.configuration.read_text().replace("delay_seconds = 0", "delay_seconds = 300")
    room.configuration.write_text(text)
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, {})))
    room.run()
    more = f'[[feeds]]\nurl = "{room.outlet.url("/other.xml")}"\noutlet = "Other"\n'
    room.configuration.write_text(text + more)
    room.now += timedelta(seconds=200)
    room.run()
    assert len(room.outlet.requests) == 1
    room.now += timedelta(seconds=101)
    room.run()
    assert [asked.path for asked in room.outlet.requests] == ["/rss.xml", "/other.xml"]


class Counter:
    """A server of many feeds that notes when it was asked for which, and how many at once."""

    def __init__(self) -> None:
        """Begin with nobody at the counter."""
        self.times, self.paths, self.served, self.most = [], [], 0, 0

    def answer(self, asked: Asked) -> Reply:
        """Serve one more until its answer has left."""
        self.times.append(time.monotonic())
        self.paths.append(asked.path)
        self.served += 1
        self.most = max(self.most, self.served)
        return Reply(body=self.body())

    def body(self):
        """Yield a feed without entries."""
        yield b"<rss version='2.0'><channel><title>Herald</title></channel></rss>"
        self.served -= 1


def test_fifty_feeds_on_one_server_are_asked_one_by_one_even_after_a_day_s_outage(room):
    """Each feed is asked once, however many intervals were missed, never two at once, and the delay is kept."""
    paths, delay = [f"/{n}.xml" for n in range(50)], 0.02
    tables = "".join(f'[[feeds]]\nurl = "{room.outlet.url(path)}"\noutlet = "Herald"\n' for path in paths)
    text = room.configuration.read_text().replace("delay_seconds = 0", f"delay_seconds = {delay}")
    room.configuration.write_text(text + tables)
    for missed in (timedelta(0), DAY):
        room.now += missed
        counter = Counter()
        for path in paths:
            room.outlet.reply(path, counter.answer)
        room.run()
        assert sorted(counter.paths) == sorted(paths)
        assert counter.most == 1
        assert counter.times[-1] - counter.times[0] >= 0.9 * delay * (len(paths) - 1)
    room.run()
    assert len(counter.paths) == len(paths)


def test_a_killed_pass_counts_as_asked(room):
    """A request that left before a SIGKILL is known to the next pass: the feed and its host are left their peace."""
    opened = publisher(room)
    killed_pass(room, opened)
    run_pass(room.setup())
    assert len(opened.asked) == 1
    assert room.rows("select count(*) from hosts where last_started_at is not null") == [(1,)]


def test_robots_txt_is_asked_once_a_day_and_its_word_counts(room):
    """Pages that robots.txt disallows are rows with that reason; feeds are not subject to it; its age is a day."""
    room.outlet.reply("/robots.txt", Reply(body=b"User-agent: *\nDisallow: /talks\nDisallow: /rss.xml"))
    line = room.run()
    assert "pages_disallowed=1" in line
    assert room.outlet.asked("/talks") == []
    assert room.rows("select state, reason from entries where url like '%talks'") == [
        ("failed", "robots.txt does not allow it")
    ]
    items = {"/talks": "Kremlin names its terms again", "/harvest": "A festival by the river, later"}
    for hours, times in ((3.5, 1), (22, 2)):
        room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, items, NOW + timedelta(hours=hours))))
        room.now = NOW + timedelta(hours=hours)
        room.run()
        if times == 2:
            room.now = NOW + timedelta(hours=30)
            room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, items, NOW + timedelta(hours=25))))
            room.run()
        assert len(room.outlet.asked("/robots.txt")) == times


def test_a_robots_txt_that_fails_lets_the_pages_wait(room):
    """While robots.txt can't be had nothing is read, and nothing is given up."""
    room.outlet.reply("/robots.txt", Reply(503), Reply(404))
    assert "pages_failed=2" in room.run()
    assert room.outlet.asked("/talks") == []
    assert {row[0] for row in room.rows("select reason from entries where state = 'pending'")} == {
        "robots.txt: HTTP 503"
    }
    room.now += timedelta(minutes=2)
    assert "articles_new=2" in room.run()


def test_a_page_is_asked_again_only_when_its_entry_changed(room):
    """The same entries in a changed feed ask for no page; a changed title asks for its own alone."""
    room.run()
    items = {"/talks": "Kremlin names its terms", "/harvest": "A festival by the river"}
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, items) + b"<!-- rebuilt -->"))
    room.now = next_poll(room)
    assert "entries_known=2" in room.run()
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, {**items, "/talks": "Kremlin names other terms"})))
    room.now = next_poll(room)
    room.run()
    assert [len(room.outlet.asked(path)) for path in ("/talks", "/harvest")] == [2, 1]


def test_one_page_of_two_feeds_is_asked_once(room):
    """Entries of two feeds that lead to one page share its answer, and every one of them is settled."""
    room.write(more=f'[[feeds]]\nurl = "{room.outlet.url("/other.xml")}"\noutlet = "Herald"\n')
    room.outlet.reply("/other.xml", Reply(body=feed(room.outlet, {"/talks": "Kremlin names its terms"})))
    line = room.run()
    assert "pages_asked=3" in line
    assert "residue" not in line
    assert len(room.outlet.asked("/talks")) == 1
    assert room.rows("select distinct state from entries") == [("done",)]


def test_the_publisher_does_notice():
    """The score of a reader that invents validators, sends cookies and adds parameters is bad."""
    opened = Publisher(None, lambda: NOW, [])
    opened.asked = [(NOW, Asked("GET", "/rss.xml?x", {"cookie": "a", "if-none-match": "made up"}, b""))] * 2
    assert opened.score() == {"unconditional": 0, "bogus": 2, "out of sequence": 0, "private": 2, "changed address": 2}


def test_a_host_slower_than_its_feeds_still_gives_its_pages(room):
    """Where one request fits into a pass and the feeds are always due, feeds and pages are asked for in turn."""
    room.write(every="1m", more=f'[[feeds]]\nurl = "{room.outlet.url("/other.xml")}"\noutlet = "Other"\nevery = "1m"\n')
    room.configuration.write_text(room.configuration.read_text().replace("delay_seconds = 0", "delay_seconds = 300"))
    room.outlet.reply("/other.xml", Reply(body=feed(room.outlet, {})))
    setup = room.setup()
    for _ in range(8):
        run_pass(setup)
        room.now += timedelta(seconds=301)
    asked = [asked.path for asked in room.outlet.requests]
    assert len(asked) == 8
    assert {"/talks", "/harvest", "/rss.xml", "/other.xml"} <= set(asked)


def test_a_host_that_gives_no_time_is_left_alone_ever_longer(room):
    """429 without Retry-After parks the host for half a minute, twice as long each time, and an answer ends that."""
    room.write(every="1s")
    no_more, fine = Reply(429), Reply(body=feed(room.outlet, {}))
    room.outlet.reply("/rss.xml", no_more, no_more, no_more, fine, no_more, fine)
    setup, waits = room.setup(), []
    for _ in range(5):
        run_pass(setup)
        ((until, last),) = room.rows("select parked_until, last_started_at from hosts")
        waits.append((until - last).total_seconds())
        room.now = max(until, next_poll(room))
    assert waits[:3] == [30, 60, 120]
    assert waits[3] < 0
    assert waits[4] == 30


def notices(room) -> list[str]:
    """Return what the operator was told, in order."""
    return [subject for (subject,) in room.rows("select subject from operator_notices order by noted_at, subject")]


def test_the_operator_is_told_once_of_a_feed_that_is_gone_and_of_its_return(room):
    """410 for a day is one message, however long it goes on, and the feed's return is another."""
    room.outlet.reply("/rss.xml", Reply(410))
    for _ in range(3):
        room.run()
        room.now += timedelta(days=31)
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, {})))
    room.run()
    assert notices(room) == ["the feed of Herald is gone", "the feed of Herald is well again"]


@pytest.mark.parametrize(
    ("entries", "apart", "spared"),
    [
        pytest.param(6, timedelta(hours=1), 4, id="known for a day it is spared four"),
        pytest.param(100, timedelta(hours=6), 1, id="known for weeks it is missed after a day"),
    ],
)
def test_the_operator_is_told_once_of_a_feed_that_went_quiet(room, entries, apart, spared):
    """Silence against its rhythm is one letter, as soon as the rhythm is known well enough, and its end another."""
    room.configuration.write_text(f'operator = "desk"\n{room.configuration.read_text()}')
    room.outlet.reply("/rss.xml", Reply(headers=(("ETag", '"1"'),), body=dated(room, entries, apart)), Reply(304))
    for _ in range(1 + spared):
        room.run()
        room.now += DAY
    assert letters(room) == []
    for _ in range(3):
        room.run()
        room.now += DAY
    assert letters(room) == ["Talkwatch: the feed of Herald has gone quiet"]
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, {"/new": "Something new"}, room.now)))
    room.run()
    assert letters(room)[1:] == ["Talkwatch: the feed of Herald is well again"]


def dated(room, entries, apart) -> bytes:
    """Return a feed of so many entries, the newest two hours old, each so long after the one before."""
    body = feed(room.outlet, {f"/story-{n}": f"Story number {n}" for n in range(entries)}, NOW)
    for n in range(entries):
        date = format_datetime(NOW - timedelta(hours=2) - n * apart)
        body = body.replace(format_datetime(NOW).encode(), date.encode(), 1)
    return body


def letters(room) -> list[str]:
    """Return the subjects of the mails that have arrived, in order."""
    return [mail.message["Subject"] for mail in room.mail.mails]


def test_the_operator_is_told_once_that_two_feeds_have_become_one(room):
    """A feed that moved for good to where another is watched stays where it is, and that is one message."""
    room.write(more=f'[[feeds]]\nurl = "{room.outlet.url("/old.xml")}"\noutlet = "Valley"\n')
    room.outlet.reply("/old.xml", Reply(301, (("Location", "/rss.xml"),)))
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, {})))
    for _ in range(8):
        room.run()
        room.now += timedelta(days=1)
    assert room.rows("select distinct current_url from feeds") == [(None,)]
    assert [subject for subject in notices(room) if "moved" in subject] == [
        "the feed of Valley has moved to one that is watched already"
    ]
