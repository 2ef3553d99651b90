from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import timedelta

import duckdb
import pytest

from extractors.copies.sameness import key_of
from extractors.text.vectors import MODEL
from flows.setup import LOCK_FILE, STOP_FLAG
from flows.steps import passes
from flows.steps.passes import run_pass
from tests.newsroom import NOW, OTHER, RULES, SAID, feed, newsroom, page
from tests.servers import HttpServer, Reply
from warehouse import store
from warehouse.locking import exclusive
from warehouse.runs import RunCounts, finish_run, start_run
from warehouse.vectors import WORK, known_vectors

pytestmark = pytest.mark.slow


@pytest.fixture
def room(tmp_path):
    """An outlet, a mailbox and a webhook."""
    with newsroom(tmp_path) as opened:
        yield opened


def killed_at(room, monkeypatch, step):
    """Let a pass die where it comes to this step."""

    def die(*_args, **_kwargs):
        raise SystemError("killed")

    with monkeypatch.context() as dying:
        dying.setattr(f"flows.steps.{step}", die)
        with pytest.raises(SystemError):
            room.run()


def counts(room):
    """Return how many rows each table has."""
    names = ("articles", "mentions", "statements", "decisions", "alerts", "deliveries", "feeds", "entries", "runs")
    return {name: room.rows(f"select count(*) from {name}")[0][0] for name in names}


def test_a_pass_goes_from_the_feed_to_the_mailbox(room):
    """One pass polls, reads, matches, records and sends: the words are in the warehouse, the mailbox and the channel."""
    line = room.run()
    assert "feeds_due=1 feeds_changed=1 entries_new=2 pages_fetched=2 articles_new=2" in line
    alerts = room.rows("select rule, official_id, keyword, scope, reason, excerpt from alerts order by official_id")
    assert [row[:5] for row in alerts] == [
        ("ceasefire", "dmitry-peskov", "ceasefire", "speaks", "new"),
        ("ceasefire", "volodymyr-zelenskyy", "truce", "speaks", "new"),
    ]
    assert all(row[5] in "\n".join(SAID) for row in alerts)
    (mail,) = room.mail.wait_for(1)
    assert mail.recipients == ("desk@example.org",)
    assert "is possible only after security guarantees are agreed" in mail.message.get_body(("plain",)).get_content()
    (hooked,) = room.hook.asked("/hook")
    assert "is possible only after" in json.dumps(json.loads(hooked.body), ensure_ascii=False)
    assert room.rows("select distinct status from deliveries") == [("sent",)]


def test_a_second_pass_fetches_and_sends_nothing(room):
    """Straight after the first, nothing is asked that has not changed, only `runs` grows, and nothing is sent."""
    room.run()
    before, asked = counts(room), len(room.outlet.requests)
    room.run()
    after = counts(room)
    assert {**before, "runs": before["runs"] + 1} == after
    assert (len(room.outlet.requests), len(room.mail.mails), len(room.hook.requests)) == (asked, 1, 1)


def test_an_unchanged_feed_is_asked_with_its_validators(room):
    """When it is due again, a feed is asked with the validator it gave, and a 304 changes nothing."""
    room.run()
    before = counts(room)
    room.now += timedelta(minutes=11)
    line = room.run()
    assert room.outlet.asked("/rss.xml")[1].headers["if-none-match"] == '"one"'
    assert "feeds_unchanged=1" in line
    assert {**before, "runs": before["runs"] + 1} == counts(room)


def test_a_changed_article_is_a_revision_and_no_new_alert(room):
    """An entry that changed is read again; the words already alerted do not fire a second time."""
    room.run()
    changed = (
        *SAID,
        "A spokesman for the Turkish foreign ministry confirmed on Thursday that the date is being discussed.",
    )
    room.outlet.reply("/talks", page("Kremlin names its terms", changed))
    later = {"/talks": "Kremlin names its terms, updated", "/harvest": "A festival by the river"}
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, later)))
    room.now += timedelta(minutes=11)
    line = room.run()
    assert "articles_revised=1" in line
    assert room.rows("select revision from articles where url like '%talks'") == [(2,)]
    assert room.rows("select count(*) from article_revisions") == [(1,)]
    assert {row[0] for row in room.rows("select reason from decisions where alert_id is null")} == {"repeat"}
    assert len(room.mail.mails) == 1


def test_what_is_too_old_does_not_fire(room):
    """An article published longer ago than the rule's max_age is recorded and decided, and not sent."""
    items = {"/talks": "Kremlin names its terms"}
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, items, room.now - timedelta(hours=49))))
    room.run()
    assert {row[0] for row in room.rows("select reason from decisions")} == {"too_old"}
    assert room.mail.mails == []


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        pytest.param(Reply(500), "HTTP 500", id="server error"),
        pytest.param(
            Reply(body=b"<!doctype html><html><body>Hi</body></html>"), "not_a_feed", id="HTML in place of XML"
        ),
        pytest.param(Reply(body=b""), "empty", id="nothing"),
        pytest.param(Reply(body=b"<rss version='2.0'><channel><item><title>a", sent=20), "peer closed", id="cut off"),
    ],
)
def test_a_failing_feed_is_a_row_with_a_reason(room, reply, expected):
    """Whatever comes in place of a feed is told in its row, and the pass goes on."""
    room.outlet.reply("/rss.xml", reply)
    line = room.run()
    assert "feeds_failed=1" in line
    ((state, failures, error),) = room.rows("select state, consecutive_failures, last_error from feeds")
    assert (state, failures) == ("failing", 1)
    assert expected in str(error)


def test_one_failing_feed_does_not_stop_the_others(room):
    """An unresolvable host is a row; the good feed's articles arrive all the same."""
    more = '[[feeds]]\nurl = "http://nowhere.invalid/rss"\noutlet = "Nowhere"\n'
    room.write(more=more)
    line = room.run()
    assert "feeds_failed=1" in line
    assert "articles_new=2" in line
    assert "cannot resolve nowhere.invalid" in str(room.rows("select last_error from feeds where state = 'failing'"))


def test_an_unreadable_page_is_settled_with_its_reason(room):
    """A page that is no article is noted with its reason and not asked for again."""
    room.outlet.reply("/harvest", Reply(headers=(("Content-Type", "application/pdf"),), body=b"%PDF-1.4 \x00\x01"))
    assert "pages_unreadable=1" in room.run()
    ((state, reason),) = room.rows("select state, reason from entries where url like '%harvest'")
    assert state == "failed"
    assert "not_text" in str(reason)


def test_a_page_that_fails_in_passing_is_asked_again(room):
    """A page that a server's fault kept back is fetched in a later pass, and its alert goes out."""
    room.outlet.reply("/talks", Reply(503), page("Kremlin names its terms", SAID))
    assert "pages_failed=1" in room.run()
    assert room.mail.mails == []
    room.now += timedelta(minutes=2)
    assert "alerts=2" in room.run()
    assert len(room.mail.mails) == 1


def test_a_mail_server_that_is_late_loses_nothing(room):
    """A message that the server put off goes out later, and the other channel is not kept waiting."""
    room.mail.answer("DATA", "451 later")
    line = room.run()
    assert "messages_sent=1 messages_retried=1" in line
    room.now += timedelta(minutes=2)
    assert "messages_sent=1" in room.run()
    assert (len(room.mail.mails), len(room.hook.requests)) == (1, 1)


def test_two_passes_at_once_are_one(room):
    """While a pass is at work another one says so and does nothing."""
    setup = room.setup()
    setup.data_dir.mkdir()
    with exclusive(setup.data_dir / LOCK_FILE):
        line = run_pass(setup)
    assert line.startswith("a pass is already at work (held by process ")
    assert room.outlet.requests == []


def test_every_stage_is_one_step(room):
    """The number of steps does not depend on how many articles there are, and stays within ten."""
    names = []

    def stage(name, step):
        names.append(name)
        return step()

    run_pass(room.setup(), stage=stage)
    assert names == ["gather", "deliver", "publish"]


@pytest.fixture
def opened(monkeypatch):
    """Return the files of DuckDB that were opened, as often as each was."""
    files, connect = [], duckdb.connect
    monkeypatch.setattr(duckdb, "connect", lambda path, **named: files.append(path.name) or connect(path, **named))
    return files


def told_by(room, *channels):
    """Let the rule tell these subscribers alone."""
    names = ", ".join(f'"{name}"' for name in channels)
    room.write(rules=RULES.replace('"desk", "channel"', names))


@pytest.mark.parametrize(
    ("channels", "times"), [pytest.param(["desk"], 5, id="one"), pytest.param(["desk", "channel"], 7, id="two")]
)
def test_a_pass_opens_the_warehouse_five_times_and_twice_more_for_a_further_channel(room, opened, channels, times):
    """To begin, for the feed, for its pages, for what a channel's message came to, and at the end; never to publish."""
    room.write(rules="")
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, {})))
    room.run()
    told_by(room, *channels)
    items = {"/talks": "Kremlin names its terms", "/harvest": "A festival by the river"}
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, items)))
    room.now += timedelta(minutes=21)
    opened.clear()
    line = room.run()
    assert "articles_new=2" in line
    assert f"messages_sent={len(channels)}" in line
    assert opened.count(store.LIVE) <= times
    assert room.published("select count(*) from articles") == [(2,)]


def test_lost_vectors_are_made_again_with_no_more_openings(room, opened):
    """Where the file of vectors is gone, a pass reads what is compared as it opens the warehouse for the feed anyway."""
    room.run()
    (room.configuration.parent / "var" / WORK).unlink()
    said = "“There is no truce as long as the other side shoots at our towns,” Kremlin spokesman Dmitry Peskov said."
    room.outlet.reply("/truce", page("No truce", (said, *OTHER)))
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, {"/truce": "No truce"})))
    room.write(rules="")
    room.now += timedelta(minutes=21)
    opened.clear()
    assert "articles_new=1" in room.run()
    assert opened.count(store.LIVE) == 4
    compared = [sentence for (sentence,) in room.rows("select distinct unnest(sentences) from utterance_keys")]
    assert len(compared) > 1
    keys = {key_of(b"sentence", sentence.encode()) for sentence in compared}
    assert known_vectors(room.configuration.parent / "var", MODEL, list(keys)).keys() == keys


def test_a_pass_that_finds_nothing_opens_the_warehouse_twice(room, opened):
    """Before the first request and at the end: opening takes longer than the work, and publishing needs to open nothing."""
    room.run()
    room.now += timedelta(hours=1)
    opened.clear()
    assert "feeds_unchanged=1" in run_pass(room.setup(), scheduled=True)
    assert opened == [store.LIVE] * 2


def test_what_brought_nothing_is_noted_at_the_end(room):
    """A feed that failed and one that is as it was are noted with the end of the pass."""
    room.run()
    room.write(more='[[feeds]]\nurl = "http://nowhere.invalid/rss"\noutlet = "Nowhere"\n')
    room.now += timedelta(minutes=11)
    assert "feeds_unchanged=1 feeds_failed=1" in room.run()
    rows = room.rows("select outlet, state, last_polled_at, consecutive_failures from feeds order by outlet")
    assert rows == [("Herald", "fine", room.now, 0), ("Nowhere", "failing", room.now, 1)]


def test_a_pass_killed_before_its_end_asks_no_feed_too_soon(room, monkeypatch):
    """What it had asked stands in the journal: the next pass leaves the feed its interval, then asks it again."""
    room.run()
    room.now += timedelta(minutes=11)
    killed_at(room, monkeypatch, "passes.finish")
    asked = len(room.outlet.asked("/rss.xml"))
    room.now += timedelta(minutes=1)
    room.run()
    assert len(room.outlet.asked("/rss.xml")) == asked
    room.now += timedelta(minutes=10)
    assert "feeds_unchanged=1" in room.run()


def test_a_host_that_wants_to_be_left_alone_is_noted_at_once(room, monkeypatch):
    """A pass that dies later knows that a server asked for a pause, though nothing else was worth opening the warehouse."""
    room.outlet.reply("/rss.xml", Reply(429, (("Retry-After", "7200"),)))
    killed_at(room, monkeypatch, "passes.finish")
    assert room.rows("select parked_until from hosts") == [(room.now + timedelta(hours=2),)]


def test_an_idle_scheduled_pass_makes_no_new_copy(room):
    """The analysts' copy is replaced when something changed or when a person asked, not at every idle tick."""
    room.run()
    copy = room.configuration.parent / "var" / "analysis.duckdb"
    first = copy.stat().st_ino
    run_pass(room.setup(), scheduled=True)
    assert copy.stat().st_ino == first
    run_pass(room.setup())
    assert copy.stat().st_ino != first


def test_an_idle_pass_loads_nothing_to_parse_or_to_compare_with(room):
    """What takes half a second to load stays out of the process of a pass that finds nothing new."""
    room.run()
    heavy = {"courlan", "feedparser", "numpy", "spacy", "trafilatura"}
    code = (
        "import sys\nfrom pathlib import Path\nfrom flows.config.settings import load_settings\n"
        "from flows.setup import prepared\nfrom flows.steps.passes import run_pass\n"
        "print(run_pass(prepared(load_settings(Path(sys.argv[1]), sending=True)), scheduled=True))\n"
        f"print(sorted({heavy} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, room.configuration]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.splitlines()
    assert "feeds_unchanged=1" in told[0]
    assert told[1] == "[]"


def watch_too(room, server, path):
    """Watch a feed of another server as well."""
    text = room.configuration.read_text().replace("allow_hosts = [", f'allow_hosts = ["127.0.0.1:{server.port}", ')
    more = f'[[feeds]]\nurl = "{server.url(path)}"\noutlet = "Other"\nevery = "10m"\n'
    room.configuration.write_text(text.replace("[[feeds]]", f"{more}[[feeds]]", 1))


@pytest.mark.parametrize("held", ["/feed.xml", "/robots.txt", "/page"])
def test_a_slow_host_holds_nobody_up(room, held):
    """What has come is read, recorded, published and sent while a feed, a robots.txt or a page is still awaited."""
    with room.warehouse() as session:
        # What a new deployment's first pass finds leaves at its end.
        start_run(session, "before", NOW)
        finish_run(session, "before", NOW, RunCounts())
    gate = threading.Event()
    with HttpServer() as slow:
        answers = {
            "/feed.xml": Reply(body=feed(slow, {"/page": "A page that takes its time"})),
            "/robots.txt": Reply(404),
            "/page": page("A page that takes its time", OTHER),
        }
        for path, reply in answers.items():
            slow.reply(path, Reply(reply.status, reply.headers, reply.body, gate=gate if path == held else None))
        watch_too(room, slow, "/feed.xml")
        lines = []
        running = threading.Thread(target=lambda: lines.append(room.run()))
        running.start()
        try:
            slow.wait_for(held, 1, 60)
            room.mail.wait_for(1, 60)
            assert running.is_alive()
            assert room.rows("select count(*) from articles") == [(2,)]
        finally:
            gate.set()
            running.join(60)
    assert "articles_new=3" in lines[0]


def test_what_a_pass_has_no_time_for_stays_due(room):
    """A host that may be asked once in an hour does not keep the pass from ending; its pages come in the passes after."""
    room.write(every="1d")
    text = room.configuration.read_text().replace("delay_seconds = 0", "delay_seconds = 3600")
    room.configuration.write_text(text)
    line = room.run()
    assert "entries_new=2" in line
    assert "pages_asked" not in line
    assert room.rows("select distinct state, attempts from entries") == [("pending", 0)]
    for requests in (2, 3, 4):
        room.now += timedelta(minutes=61)
        room.run()
        assert len(room.outlet.requests) == requests
    assert room.rows("select count(*) from articles") == [(2,)]


def test_a_pass_that_is_told_to_stop_ends_soon(room):
    """Asked to stop while a server is silent, a pass ends at once, and the feed it had asked is left its interval."""
    gate = threading.Event()
    room.outlet.reply("/rss.xml", Reply(body=b"", gate=gate))
    running = threading.Thread(target=room.run)
    running.start()
    try:
        room.outlet.wait_for("/rss.xml", 1, 60)
        (room.setup().data_dir / STOP_FLAG).touch()
        running.join(10)
        assert not running.is_alive()
    finally:
        gate.set()
        running.join(60)
    ((due, state),) = room.rows("select next_poll_at, state from feeds")
    assert (due - room.now, state) == (timedelta(minutes=10), "new")


MIXED = {
    "/talks": page("Kremlin names its terms", SAID),
    "/again": page("Kremlin names its terms", SAID),
    "/gone": Reply(410),
    "/kept": Reply(404),
    "/busy": Reply(500),
    "/paper": Reply(headers=(("Content-Type", "application/pdf"),), body=b"%PDF-1.4 \x00\x01"),
    "/secret": page("A secret", OTHER),
}


def test_fetched_is_stored_and_duplicate_and_filtered_and_failed(room):
    """Over a pass of every kind of page the counts add up, in the row of the run and in its line."""
    for path, reply in MIXED.items():
        room.outlet.reply(path, reply)
    canonical = f'<link rel="canonical" href="{room.outlet.url("/talks")}">'.encode()
    again = MIXED["/again"]
    room.outlet.reply(
        "/again", Reply(headers=again.headers, body=again.body.replace(b"</head>", canonical + b"</head>"))
    )
    room.outlet.reply("/robots.txt", Reply(body=b"User-agent: *\nDisallow: /secret"))
    body = feed(room.outlet, {path: f"Title of {path}" for path in MIXED})
    full = f"<description>&lt;p&gt;{'&lt;/p&gt;&lt;p&gt;'.join(OTHER)}&lt;/p&gt;</description><guid>/kept</guid>"
    body = body.replace(b"<guid>/kept</guid>", full.encode())
    body = body.replace(
        b"</channel>", b"<item><title>No page</title><guid isPermaLink='false'>x</guid></item></channel>"
    )
    room.outlet.reply("/rss.xml", Reply(body=body))
    line = room.run()
    assert "residue" not in line
    ((run),) = room.rows(
        "select entries_listed, entries_new, entries_known, entries_unlinked, pages_asked, articles_new, articles_revised,"
        " articles_known, pages_disallowed, pages_unreadable, pages_failed, articles_from_feeds from runs"
    )
    assert run[:4] == (8, 7, 0, 1)
    assert run[4] == sum(run[5:11]) == 7
    assert run[5:] == (2, 0, 1, 1, 1, 2, 1)


def test_what_does_not_add_up_is_shown():
    """A residue stands in the summary line of a run."""
    assert "residue=3" in passes.summary_line("r", RunCounts(pages_asked=5, articles_new=2), NOW, NOW)


def test_a_feeds_own_full_text_serves_when_its_page_is_gone(room):
    """A page that is gone for good is replaced by what the feed itself carries, word for word and under its title."""
    room.outlet.reply("/talks", Reply(404))
    text = "".join(f"&lt;p&gt;{part}&lt;/p&gt;" for part in SAID)
    body = feed(room.outlet, {"/talks": "Kremlin names its terms"})
    body = body.replace(b"<guid>", f"<description>{text}</description><guid>".encode())
    room.outlet.reply("/rss.xml", Reply(body=body))
    assert "articles_from_feeds=1" in room.run()
    ((title, words, url),) = room.rows("select title, text, url from articles")
    assert (title, url) == ("Kremlin names its terms", room.outlet.url("/talks"))
    assert words.split() == " ".join(SAID).split()
    assert len(room.mail.mails) == 1


@pytest.mark.parametrize(
    "step",
    [
        "passes.note",
        "passes.clean",
        "passes.read",
        "passes.recorded",
        "deliver.senders.Sender.run",
        "passes.publish",
    ],
)
def test_a_crash_before_any_step_loses_nothing(room, monkeypatch, step):
    """Whichever step a pass dies in, the passes after it do the work that was left, and nothing is sent twice."""
    items = {"/talks": "Kremlin names its terms", "/harvest": "A festival by the river"}
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, items)))
    killed_at(room, monkeypatch, step)
    room.now += timedelta(minutes=11)
    room.run()
    assert room.rows("select count(*) from articles") == [(2,)]
    assert {row[0] for row in room.rows("select status from messages")} == {"sent"}
    assert len(room.mail.mails) == 1
