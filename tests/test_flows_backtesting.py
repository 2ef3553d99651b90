from __future__ import annotations

import json
from datetime import timedelta

import pytest

from flows.cli.rules import FOR_SCRIPTS
from flows.config.settings import load_settings
from flows.tables import columned
from flows.trials import backtest as backtesting
from flows.trials.backtest import tried
from tests.newsroom import NOW, OTHER, RULES, SAID, feed, newsroom, page
from tests.servers import Reply

pytestmark = pytest.mark.slow
EVER = NOW - timedelta(days=30)
TWO = """
[[rules]]
name = "two sources"
keywords = ["ceasefire", "truce"]
officials = "any"
min_independent = 2
subscribers = ["desk"]
"""


@pytest.fixture
def room(tmp_path):
    """An outlet, a mailbox and a webhook."""
    with newsroom(tmp_path) as opened:
        yield opened


def fired(room):
    """Return what fired, as (rule, article, official, reason, excerpt)."""
    return room.rows("select rule, article_id, official_id, reason, excerpt from alerts order by all")


def would_fire(room, rule=None, since=EVER, until=None):
    """Return what the rules would have fired."""
    until = until or room.now + timedelta(seconds=1)
    found = tried(load_settings(room.configuration), rule, since=since, until=until)
    alerts = [each.alert for each in found.alerts]
    return sorted((one.rule, one.article_id, one.official_id, str(one.reason), one.excerpt) for one in alerts)


def offer(room, pages):
    """Let the outlet have these pages, and its feed name them."""
    for path, (title, paragraphs) in pages.items():
        room.outlet.reply(path, page(title, paragraphs))
    items = {path: title for path, (title, _) in pages.items()}
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, items, room.now - timedelta(hours=1))))


def test_what_would_have_fired_is_what_fired(room, monkeypatch):
    """Over polled articles, a revision and a copy among them, the backtest is exactly the alerts that fired."""
    room.write(rules=RULES + TWO)
    room.run()
    changed = (
        *SAID,
        "“There will be no truce this week,” Zelenskyy said on Thursday, when he was asked about it again.",
    )
    later = (
        "Turkish Foreign Minister Hakan Fidan spoke to reporters in Ankara after the two delegations had left the city.",
        "“A ceasefire is what we all work for, and we are ready to host the next round,” Fidan said. He named no day.",
        "Kremlin spokesman Dmitry Peskov said that a ceasefire could be discussed only once the guarantees are agreed.",
        *OTHER,
    )
    room.now += timedelta(minutes=11)
    offer(room, {"/talks": ("Kremlin names its terms, updated", changed), "/fidan": ("Ankara offers to host", later)})
    room.run()
    room.now += timedelta(hours=7)
    offer(room, {"/copy": ("Kremlin names its terms", SAID), "/harvest": ("A festival by the river", OTHER)})
    room.run()
    assert len(fired(room)) > 2
    assert would_fire(room) == fired(room)
    assert room.rows("select count(*) from article_revisions") == [(1,)]
    # Of a sample only its own alerts are told, also where what it rests on would be told too.
    ((own,),) = room.rows("select article_id from articles where url like '%/fidan'")
    monkeypatch.setattr(
        backtesting, "of_stories", lambda _, past, __: [each for each in past if each.article_id == own]
    )
    assert would_fire(room) == [each for each in fired(room) if each[1] == own]


def test_the_history_before_the_first_day_counts(room):
    """What fired before `since` still holds back what repeats it, and is not in the answer."""
    room.run()
    room.now += timedelta(minutes=11)
    offer(room, {"/again": ("Kremlin says it again", (*SAID[:3], *OTHER))})
    room.run()
    since = NOW + timedelta(minutes=1)
    rows = room.rows(
        "select rule, article_id, official_id, reason, excerpt from alerts where fired_at > '2026-03-04 12:01:00+00' order by all"
    )
    assert would_fire(room, since=since) == rows
    assert would_fire(room, until=since) == [row for row in fired(room) if row not in rows]


PASSAGE = "The long truce that Dmitry Peskov had in mind was once more the matter of the day in the old palace."
MARKET = (
    "Grain prices fell at the port exchange for a third week, traders there wrote in their notes to clients.",
    "Two ships waited for a berth, and a third went on to another harbour without having been unloaded at all.",
)


def test_a_passage_told_before_the_first_day_is_not_told_again(room):
    """What is tied to nothing before but by its wording is held back by what fired in the time before `since`."""
    offer(room, {"/palace": ("The day in the palace", (PASSAGE, *MARKET))})
    room.run()
    room.now += timedelta(minutes=11)
    offer(room, {"/fair": ("The fair and the palace", (*OTHER, PASSAGE))})
    room.run()
    assert room.rows("select count(distinct story_id), count(*) from articles") == [(2, 2)]
    assert room.rows("select reason from decisions order by decided_at") == [("new",), ("duplicate",)]
    assert would_fire(room, since=NOW + timedelta(minutes=1)) == []


def test_backtest_leaves_everything_as_it_was(room):
    """Trying rules sends nothing and writes nothing."""
    room.run()
    before = room.rows("select * from changes"), len(room.mail.mails), sorted(room.configuration.parent.rglob("*"))
    assert would_fire(room)
    assert (room.rows("select * from changes"), len(room.mail.mails)) == before[:2]
    assert sorted(room.configuration.parent.rglob("*")) == before[2]


FEAST = """
[[rules]]
name = "feast"
keywords = ["festival"]
officials = ["the Kremlin"]
scope = "statement"
subscribers = ["desk"]
"""


def test_what_the_gate_left_unread_is_read_when_a_rule_could_match_it(room):
    """A rule that is new is tried on articles nobody had a reason to read, as if it had been there."""
    said = "The mayor said that the Kremlin had promised to send a hundred guests to the next harvest festival."
    offer(room, {"/harvest": ("A festival by the river", (*OTHER, said))})
    room.run()
    assert room.rows("select depth from articles") == [("left_unread",)]
    assert fired(room) == []
    room.write(rules=FEAST)
    ((rule, _, official, _, excerpt),) = would_fire(room)
    assert (rule, official, excerpt) == ("feast", "kremlin", said)


def test_an_answer_has_the_fields_that_scripts_read(room):
    """Each alert is an object of the public fields, its words those of the article."""
    room.run()
    found = tried(load_settings(room.configuration), "ceasefire", since=EVER, until=room.now + timedelta(seconds=1))
    names, values = columned(FOR_SCRIPTS, found.alerts)
    rows = [dict(zip(names, row, strict=True)) for row in values]
    assert {row["official_id"] for row in rows} == {"dmitry-peskov", "volodymyr-zelenskyy"}
    assert all(row["excerpt"] in "\n".join(SAID) for row in rows)
    assert json.dumps(rows)
    assert found.messages == 2
