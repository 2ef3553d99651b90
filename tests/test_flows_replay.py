from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from flows.acquire import replay as replaying
from flows.acquire.replay import replay
from flows.cli.app import app
from flows.steps import passes
from flows.trials.backtest import backtest
from tests.newsroom import NOW, SAID, feed, newsroom, page
from tests.servers import Reply

pytestmark = pytest.mark.slow

CLEAN = passes.clean


@pytest.fixture
def room(tmp_path):
    """An outlet, a mailbox and a webhook."""
    with newsroom(tmp_path) as opened:
        yield opened


def cleaner(monkeypatch, make):
    """Let passes clean as an earlier version might have, which made something else of each article, or None."""

    def clean(*args):
        acquired = CLEAN(*args)
        made = [each for each in map(make, acquired.articles) if each]
        return replace(acquired, articles=tuple(made))

    monkeypatch.setattr(passes, "clean", clean)


def without_zelenskyy(found):
    """Return an article as a cleaner left it that lost a paragraph."""
    text = found.article.text.replace(SAID[2], "").replace("\n\n", "\n")
    return replace(found, article=replace(found.article, text=text))


def told(room):
    """Return what was decided and sent so far, and what was asked for."""
    tables = ("decisions", "alerts", "messages", "follow_ups", "deliveries")
    counts = [room.rows(f"select count(*) from {name}")[0][0] for name in tables]
    return (counts, len(room.mail.mails), len(room.hook.requests), len(room.outlet.requests))


def test_what_a_better_cleaner_finds_is_a_revision_that_tells_nobody(room, monkeypatch):
    """A replay finds the lost paragraph in the kept page: a revision marked so, and its statement, and nothing else.

    What was known before is still what was known then, trying the rules on the past gives the alerts that were sent,
    and a second replay has nothing left to do.
    """
    cleaner(monkeypatch, without_zelenskyy)
    room.run()
    monkeypatch.undo()
    before = told(room)
    assert room.rows("select official_id from alerts") == [("dmitry-peskov",)]
    room.now += timedelta(hours=1)
    counts = replay(room.setup(), NOW)
    assert (counts.articles_revised, counts.articles_new, counts.articles_known) == (1, 0, 1)
    assert told(room) == before
    where = "where url like '%talks'"
    assert room.published(f"select revision, arrival, position('Zelenskyy' in text) > 0 from articles {where}") == [
        (2, "replayed", True)
    ]
    assert room.rows("select revision, arrival from article_revisions") == [(1, "first_poll")]
    assert room.rows("select count(*) from statements where official_id = 'volodymyr-zelenskyy'") > [(0,)]
    assert room.rows(
        f"select position('Zelenskyy' in text) > 0 from articles_as_of('{NOW + timedelta(minutes=30)}') {where}"
    ) == [(False,)]
    setup = room.setup()
    tried = backtest(setup, setup.rules, since=NOW - timedelta(days=1), until=room.now + timedelta(hours=1))
    assert [each.alert.official_id for each in tried.alerts] == ["dmitry-peskov"]
    assert replay(room.setup(), NOW).articles_known == 2


def test_a_page_that_was_none_may_be_an_article_now(room, monkeypatch):
    """A page that an earlier cleaner made nothing of is an article after the replay; no rule fires on it, ever."""
    cleaner(monkeypatch, lambda found: None if found.article.url.endswith("talks") else found)
    room.run()
    monkeypatch.undo()
    room.now += timedelta(hours=1)
    done = CliRunner().invoke(app, ["replay", "--since", "2026-01-01", "--config", str(room.configuration)])
    assert done.stdout == "0 revised, 1 new, 1 as before, 0 unreadable\n"
    assert room.rows("select arrival, revision from articles where url like '%talks'") == [("replayed", 1)]
    assert room.rows("select count(*) from statements where official_id = 'dmitry-peskov'") > [(0,)]
    room.run()
    assert room.rows("select count(*) from decisions") == [(0,)]
    assert room.mail.mails == []


def test_newer_words_are_not_replaced_by_an_older_page(room):
    """Where the page of the newest words was not kept, the one before it is left alone."""
    room.run()
    words = (*SAID, "The spokesman added that a date will be named soon.")
    room.outlet.reply("/talks", page("Kremlin names its terms", words))
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, {"/talks": "Kremlin names its terms, updated"})))
    kept = (room.configuration.parent / "var" / "pages.sqlite").read_bytes()
    room.now += timedelta(minutes=11)
    assert "articles_revised=1" in room.run()
    (room.configuration.parent / "var" / "pages.sqlite").write_bytes(kept)
    assert replay(room.setup(), NOW).articles_known == 2
    assert room.rows("select count(*) from articles where arrival = 'replayed'") == [(0,)]


def test_a_replay_that_was_cut_off_goes_on(room, monkeypatch):
    """What was recorded before the end stays, and the next replay does the rest."""
    cleaner(monkeypatch, lambda _found: None)
    room.run()
    monkeypatch.undo()
    monkeypatch.setattr(replaying, "AT_ONCE", 1)
    once = iter([replaying.recorded])

    def recorded_once(*args):
        return next(once)(*args)

    with monkeypatch.context() as dying:
        dying.setattr(replaying, "recorded", recorded_once)
        with pytest.raises(StopIteration):
            replay(room.setup(), NOW)
    assert room.rows("select count(*) from articles") == [(1,)]
    assert replay(room.setup(), NOW).articles_new == 1
    assert room.rows("select count(*), count(distinct article_id) from article_rows") == [(2, 2)]
