from __future__ import annotations

from datetime import timedelta

import pytest

from alerts.message_records import OperatorNotice, Standing, Status
from alerts.records import Reason
from tests.warehouse_examples import NOW, alert, decision, message, new_warehouse, read_article
from warehouse import alerts, articles, outbox
from warehouse.details import drop_details, oldest_detail
from warehouse.nightly import DETAILS, last_night
from warehouse.runs import RunCounts, finish_run, start_run
from warehouse.store import writing

DAY = timedelta(days=1)
OLD, MIDNIGHT = NOW - 100 * DAY, (NOW - 90 * DAY).replace(hour=0, minute=0)


@pytest.fixture
def session(tmp_path):
    """Return a session on a warehouse with details of a hundred days ago, and of now."""
    with writing(new_warehouse(tmp_path)) as opened:
        articles.save_articles(opened, [read_article("old"), read_article("new")])
        for name, at in (("old", OLD), ("new", NOW)):
            fired = alert(name, fired_at=at)
            made = [
                decision(fired),
                decision(alert(name), reason=Reason.COOLDOWN),
                decision(alert(name), reason=Reason.COOLDOWN),
            ]
            alerts.save_decisions(opened, made)
            opened.run("UPDATE decisions SET decided_at = $2 WHERE article_id = $1", [name, at])
            outbox.save_messages(opened, [message(fired.alert_id, name=name, created_at=at, due_at=at)])
            outbox.begin_attempt(opened, name, at)
            outbox.settle(opened, name, Standing(status=Status.SENT), at)
            for number in range(2):
                start_run(opened, f"{name}{number}", at)
                finish_run(opened, f"{name}{number}", at, RunCounts(feeds_due=3, alerts=number))
        yield opened


def test_old_details_are_counted_by_day_and_gone(session):
    """What is older than the time goes, its counts stay by day, and what is newer stays as it is; alerts stay all."""
    assert oldest_detail(session) == OLD
    assert drop_details(session, MIDNIGHT, NOW) == 3 + 2 + 1 + 1
    day = OLD.date()
    assert session.rows("SELECT * FROM decisions_by_day ORDER BY ALL") == [
        (day, "ceasefire", "cooldown", 2),
        (day, "ceasefire", "new", 1),
    ]
    assert session.rows("SELECT * FROM deliveries_by_day") == [(day, "desk", "email", "sent", 1, 1, 1)]
    assert session.rows("SELECT name, total FROM runs_by_day WHERE total > 0 ORDER BY name") == [
        ("alerts", 1),
        ("feeds_due", 6),
        ("passes", 2),
    ]
    for table, left in (("decisions", 3), ("messages", 1), ("message_alerts", 1), ("runs", 2), ("alert_rows", 2)):
        assert session.rows(f"SELECT count(*) FROM {table}") == [(left,)]


def test_nothing_is_counted_twice(session):
    """The next night adds nothing of what was dropped; what is dropped later of the same day is added."""
    drop_details(session, MIDNIGHT, NOW)
    assert drop_details(session, MIDNIGHT, NOW) == 0
    alerts.save_decisions(session, [decision(alert("old"), reason=Reason.COOLDOWN)])
    session.run("UPDATE decisions SET decided_at = $1 WHERE article_id = 'old'", [OLD])
    drop_details(session, MIDNIGHT, NOW)
    assert session.rows("SELECT decisions FROM decisions_by_day WHERE reason = 'cooldown'") == [(3,)]
    last = last_night(session)[DETAILS]
    assert (last.found, last.up_to) == (8, MIDNIGHT)
    assert oldest_detail(session) == NOW


@pytest.mark.parametrize("status", [Status.RETRY, Status.PENDING])
def test_what_is_still_to_be_sent_stays(session, status):
    """A message that waits is kept however old it is."""
    session.run("UPDATE messages SET status = $1 WHERE message_id = 'old'", [status])
    drop_details(session, MIDNIGHT, NOW)
    assert session.rows("SELECT count(*) FROM messages") == [(2,)]


def test_a_trouble_that_lasts_keeps_its_message(session):
    """What the operator was told is kept until the trouble is over and old."""
    open_one = OperatorNotice(notice_id="n", key="passes", subject="s", text="t", noted_at=OLD, message_id="old")
    outbox.save_notice(session, open_one)
    drop_details(session, MIDNIGHT, NOW)
    assert session.rows("SELECT count(*) FROM messages") == [(2,)]
    outbox.end_troubles(session, ["passes"], OLD + DAY)
    drop_details(session, MIDNIGHT, NOW)
    assert session.rows("SELECT count(*) FROM messages") == [(1,)]
