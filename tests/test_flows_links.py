from __future__ import annotations

import asyncio
import stat
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import httpx
import pytest

from alerts.channels.email import EmailSubscriber, EmailTable, compose
from alerts.channels.slack_blocks import payload
from alerts.links import Link, What, signed
from flows.config.settings import load_settings
from flows.inbox import INBOX, link_key, waiting
from flows.pages.links import OF_ALL, OF_ONE, Counter, counter_application
from flows.pages.server import Stand, listen, take
from flows.problems import UsageProblem, WorkProblem
from flows.steps.deliver import deeds
from flows.steps.deliver.sealing import letter_of, sealed
from flows.steps.deliver.senders import Dispatch
from tests.month import TELLERS, Month
from tests.warehouse_examples import NOW, new_warehouse
from warehouse import outbox
from warehouse.backup import back_up, restore
from warehouse.places import LINK_KEY, LIVE
from warehouse.store import reading, writing

KEY = bytes(range(32))
LINK = Link(
    what=What.RIGHT,
    subscriber="desk",
    message_id="m1",
    made_at=NOW,
    alert_id="a1",
    rule="truce <b>",
    official_id="dmitry-peskov",
    official="Dmitry Peskov",
    story_id="s1",
)
HTTP = '[http]\npublic_url = "https://talks.example.org/news/"\n'


class Readers:
    """People with links, and the counter at which they hand them in, without a network."""

    def __init__(self, folder):
        """Open the counter."""
        self.folder, self.now = folder, NOW
        self.counter = Counter(data_dir=folder, key=lambda: KEY, now=lambda: self.now)
        self.app = counter_application(self.counter)

    def ask(self, method, path, **more):
        """Ask as a browser would."""

        async def asked():
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="https://talks.example.org") as client:
                return await client.request(method, path, **more)

        return asyncio.run(asked())

    def get(self, link, **changes):
        """Open a link."""
        return self.ask("GET", f"/news/{signed(replace(link, **changes), KEY)}")

    def post(self, link, do="", **changes):
        """Press a button of its page."""
        self.now += timedelta(seconds=1)
        return self.ask("POST", f"/news/{signed(replace(link, **changes), KEY)}", data={"do": do})

    def done(self):
        """Return what waits to be taken in."""
        return [deed for _, deed in waiting(self.folder)]


@pytest.fixture
def readers(tmp_path):
    """Return readers of a deployment."""
    return Readers(tmp_path)


def test_opening_a_link_does_nothing(readers):
    """A mail scanner that opens all links, by GET or HEAD, does nothing; the page says what the button will do."""
    for what in What:
        answer = readers.get(LINK, what=what)
        assert answer.status_code == 200
        assert "Nothing is done until you press a button. It counts for “desk” alone." in answer.text
        assert readers.ask("HEAD", f"/{signed(LINK, KEY)}").status_code == 200
    assert "truce &lt;b&gt;" in answer.text or "Stop these messages" in answer.text
    assert readers.done() == []


def test_a_button_does_it_once(readers):
    """What is pressed is kept on the disk before the page says so; pressed again it is the same deed."""
    first = readers.post(LINK)
    assert (first.status_code, "was right" in first.text) == (200, True)
    assert readers.post(LINK).status_code == 200
    (deed,) = readers.done()
    assert (deed.link.what, deed.link.message_id, deed.at) == (What.RIGHT, "m1", NOW + timedelta(seconds=1))
    assert {stat.S_IMODE(path.stat().st_mode) for path in (readers.folder / INBOX).iterdir()} == {0o600}


def test_one_click_of_a_mail_program_stops(readers):
    """The POST of RFC 8058, with its own words, stops the messages without a page."""
    token = signed(replace(LINK, what=What.STOP), KEY)
    answer = readers.ask("POST", f"/{token}", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert [deed.link.what for deed in readers.done()] == [What.STOP]


@pytest.mark.parametrize("path", ["/", "/metrics", "/health", "/alerts", "/static/talkwatch.css", "/x.y", "/../x"])
def test_nothing_else_is_served(readers, path):
    """No page of the site, no figure and no file is reached through the public address."""
    answer = readers.ask("GET", path)
    assert answer.status_code == 404
    assert "not one of ours" in answer.text


def test_a_forged_link_does_and_tells_nothing(readers):
    """Who changes a link, or signs one himself, learns nothing, not even whether there is such a subscriber."""
    for token in (signed(LINK, bytes(32)), signed(LINK, KEY)[:-1] + "A"):
        answer = readers.ask("POST", f"/{token}")
        assert answer.status_code == 404
        assert "desk" not in answer.text
    assert readers.done() == []


def test_an_old_link_says_how_else(readers):
    """After 30 days a link does nothing any more, and names the command that does the same."""
    readers.now = NOW + timedelta(days=30)
    answer = readers.post(LINK)
    assert answer.status_code == 410
    assert "talkwatch alerts mark a1 right" in answer.text
    assert readers.done() == []


def test_too_many_requests_are_refused(readers):
    """Of one subscriber's links, and of all there are, no more is answered than any desk sends in a minute."""
    readers.counter.allowance.clock = lambda: 0.0
    answers = [readers.get(LINK).status_code for _ in range(OF_ONE + 1)]
    assert (answers[0], answers[-1]) == (200, 429)
    assert readers.get(LINK, subscriber="other").status_code == 200
    for _ in range(OF_ALL):
        last = readers.ask("GET", "/guess").status_code
    assert last == 429
    readers.counter.allowance.clock = lambda: 60.0
    assert readers.get(LINK).status_code == 200


def test_a_channel_knows_that_it_is_many(readers):
    """In a channel of Slack the page says that it counts for all who read it."""
    assert "for everybody who reads that channel" in readers.get(LINK, shared=True).text


@pytest.mark.parametrize("asked", ["", "story", "person-year", "rule-day-x", "a" * 3000])
def test_a_mute_needs_its_choice(readers, asked):
    """What is no button of the page mutes nothing."""
    assert readers.post(LINK, asked, what=What.MUTE).status_code == 400
    assert readers.done() == []


@pytest.fixture
def month(tmp_path, monkeypatch):
    """Two days of news, told to one subscriber."""
    monkeypatch.setattr("extractors.text.vectors.is_there", lambda: False)
    return Month(tmp_path, 2, more=HTTP)


def told(month):
    """Return a message with what it tells, as it would be sent now."""
    with writing(month.setup.data_dir) as session:
        (message, *_) = outbox.due_messages(session, month.desk.now, 9)
        return sealed(month.setup, session, message, month.setup.settings.subscribers[0])


def done(month, *made):
    """Let readers press buttons, and take that in."""
    readers = Readers(month.setup.data_dir)
    readers.now = month.desk.now
    answers = [readers.post(link, do) for link, do in made]
    assert {answer.status_code for answer in answers} == {200}
    for _ in range(2):
        with writing(month.setup.data_dir) as session:
            deeds.take_in(month.setup, session)
    assert readers.done() == []


def link_of(month, what):
    """Return a link of the first message."""
    alert_id, rule, official_id, official, story_id, message_id = month.rows(
        "SELECT alert_id, rule, official_id, official, story_id, message_id FROM alerts JOIN message_alerts "
        "USING (alert_id) ORDER BY fired_at, alert_id LIMIT 1"
    )[0]
    return Link(
        what=what,
        subscriber="desk",
        message_id=message_id,
        made_at=month.desk.now,
        alert_id=alert_id,
        rule=rule,
        official_id=official_id,
        official=official,
        story_id=story_id,
    )


def test_the_last_word_on_an_alert_counts(month):
    """Right, wrong and right again are rows with when and by which message; the same twice is one."""
    right, wrong = link_of(month, What.RIGHT), link_of(month, What.WRONG)
    done(month, (right, ""), (right, ""), (wrong, ""), (right, ""))
    done(month, (right, ""))
    rows = month.rows("SELECT verdict, subscriber, message_id FROM verdicts ORDER BY marked_at")
    assert rows == [(verdict, "desk", right.message_id) for verdict in ("right", "wrong", "right")]


@pytest.mark.parametrize(
    ("do", "covers"),
    [
        pytest.param("story-day", (None, None, True), id="this story, whatever rule tells it"),
        pytest.param("person-week", (None, "dmitry-peskov", False), id="this person, whatever rule"),
        pytest.param("rule-day", ("truce", None, False), id="this rule"),
    ],
)
def test_what_is_muted_is_a_silence_of_the_subscriber(month, do, covers):
    """A mute is a silence of the one who asked, for a day or a week, by that message, and he alone hears nothing."""
    link = link_of(month, What.MUTE)
    done(month, (link, do), (link, do))
    rule, official_id, is_story = covers
    hours = 24 if do.endswith("day") else 168
    assert month.rows(
        "SELECT rule, official_id, story_id, subscriber, message_id, date_diff('hour', starts_at, ends_at) FROM silences"
    ) == [(rule, official_id, link.story_id if is_story else None, "desk", link.message_id, hours)]
    month.desk.now += timedelta(hours=1)
    month.take_in([month.article(0, "Herald", before="Another paper of the same day has it, with words of its own.\n")])
    month.take_in([replace(month.article(6, "Observer"), article_id="late", url="https://late.example/")])
    reasons = dict(month.rows("SELECT article_id, any_value(reason) FROM decisions GROUP BY article_id"))
    assert reasons["late"] == ("new" if is_story else "silenced")


def test_who_has_stopped_gets_nothing_for_thirty_days(month):
    """Nothing leaves to him any more, what waited included, and the operator's next notice names him."""
    done(month, (link_of(month, What.STOP), ""))
    assert month.rows("SELECT subscriber, message_id IS NOT NULL FROM unsubscribed") == [("desk", True)]
    for day in range(3, 33, 3):
        month.desk.now += timedelta(days=3)
        month.take_in([month.article(day, outlet) for outlet in TELLERS])
        with Dispatch(month.setup) as dispatch, writing(month.setup.data_dir) as session:
            assert not dispatch.seal(session)
    assert month.rows("SELECT DISTINCT status FROM messages") == [("dead",)]
    assert month.rows("SELECT subject FROM operator_notices") == [("desk has stopped the messages",)]


def test_a_message_carries_its_links(month):
    """Each alert has its three links, the foot the one that stops, by mail with one click; Slack has buttons."""
    letter = letter_of(month.setup, told(month), "mailto:stop@example.org")
    assert letter.one_click.startswith("https://talks.example.org/news/")
    links = [link for notice in letter.notices for _, link in notice.deeds]
    assert len(links) == 3 * len(letter.notices)
    for link in (*links, letter.one_click):
        assert link in letter.text
        assert link in letter.html
    mail = compose(
        letter,
        EmailSubscriber(name="desk", channel="email", to="desk@example.org"),
        table=EmailTable.model_validate({"host": "mail.example.org", "from": "news@example.org"}),
        at=NOW,
    )
    assert isinstance(mail, EmailMessage)
    assert mail["List-Unsubscribe"] == f"<{letter.one_click}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    buttons = [each for block in payload(letter)["blocks"] for each in block.get("elements", ()) if "url" in each]
    assert [each["url"] for each in buttons] == links


def test_without_a_public_address_a_line_says_what_to_type(tmp_path, monkeypatch):
    """A message without links names the command that does the same."""
    monkeypatch.setattr("extractors.text.vectors.is_there", lambda: False)
    month = Month(tmp_path, 1)
    letter = letter_of(month.setup, told(month))
    assert "talkwatch alerts mark" in letter.text
    assert "talkwatch alerts unsubscribe desk" in letter.text
    assert letter.one_click is None


def test_a_deed_waits_for_nobody(month):
    """While the warehouse is held a deed is done all the same, and taken in afterwards."""
    with writing(month.setup.data_dir):
        readers = Readers(month.setup.data_dir)
        assert readers.post(replace(LINK, what=What.STOP)).status_code == 200
    assert [deed.link.what for deed in readers.done()] == [What.STOP]


def test_the_key_is_made_once_and_goes_with_a_backup(tmp_path):
    """The key is its owner's alone; a backup has it, what is restored signs as before, and no warehouse holds it."""
    data_dir, other = tmp_path / "var", tmp_path / "other"
    for folder in (data_dir, other):
        folder.mkdir()
    new_warehouse(data_dir)
    key = link_key(data_dir)
    assert link_key(data_dir) == key
    back_up(data_dir, tmp_path / "kept.duckdb")
    restore(other, tmp_path / "kept.duckdb")
    assert link_key(other) == key
    files = (data_dir / LINK_KEY, other / LINK_KEY, tmp_path / "kept.duckdb")
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    for path in other.glob("*.duckdb"):
        assert key.hex().encode() not in path.read_bytes()
    with reading(other) as session, reading(data_dir) as before:
        named = "SELECT table_name, comment FROM duckdb_tables() UNION ALL SELECT column_name, comment FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
        assert session.rows(named) == before.rows(named)
    assert (other / LIVE).stat().st_size


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        pytest.param('public_url = "talks.example.org"', "write an address", id="no address"),
        pytest.param('public_url = "https://a.example/?x=1"', "write an address", id="with a query"),
        pytest.param(
            'public_url = "https://a.example"\nlinks_listen = "127.0.0.1:8700"', "must not reach", id="of the pages"
        ),
        pytest.param('public_url = "https://a.example"\nlisten = "none"', "needs listen", id="without pages"),
    ],
)
def test_a_wrong_public_address_is_named(tmp_path, lines, says):
    """What cannot be the address of links is said with what to write."""
    (tmp_path / "talkwatch.toml").write_text(f"[http]\n{lines}\n")
    with pytest.raises(UsageProblem, match=says):
        load_settings(tmp_path / "talkwatch.toml")


def test_an_address_of_links_that_is_taken_is_named(tmp_path):
    """Where another holds the address of links, the pages say which key to change, and hold none themselves."""
    with closing(listen("127.0.0.1", 0)) as other, closing(listen("127.0.0.1", 0)) as free:
        port, pages = other.getsockname()[1], free.getsockname()[1]
        free.close()
        stand = Stand(data_dir=str(tmp_path), timezone="UTC", host="127.0.0.1", port=pages, links=("127.0.0.1", port))
        with pytest.raises(WorkProblem, match="links_listen"):
            take(stand)
        listen("127.0.0.1", pages).close()
