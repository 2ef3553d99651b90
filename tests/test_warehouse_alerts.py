from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.message_records import Status
from alerts.records import PastAlert, Reason
from extractors.records import Span
from tests.warehouse_examples import (
    HOUR,
    NOW,
    TEXT,
    alert,
    decision,
    feed,
    message,
    new_warehouse,
    peskov,
    read_article,
)
from warehouse import alerts, articles, officials, outbox
from warehouse.feeds import sync_feeds
from warehouse.store import writing


@pytest.fixture
def session(tmp_path):
    """Return a session in which one feed's two articles are stored."""
    with writing(new_warehouse(tmp_path)) as opened:
        sync_feeds(opened, [feed()])
        articles.save_articles(opened, [read_article(), read_article("a2")])
        yield opened


def fire(session, *fired):
    """Record decisions that made these alerts."""
    alerts.save_decisions(session, [decision(each) for each in fired])


def names(logged):
    """Return the ids of logged alerts."""
    return [each.notice.alert.alert_id for each in logged]


def test_an_alert_comes_back_whole(session):
    """Every field of an alert survives, evidence, spans and enumerations included."""
    fire(session, alert())
    assert alerts.alert(session, "alert-ceasefire-a1")[0].notice.alert == alert()


def test_what_fired_can_be_traced_in_sql(session):
    """Excerpt and evidence stand at their offsets in the revision the alert names."""
    fire(session, alert())
    articles.save_articles(session, [read_article(text=f"Corrected. {TEXT}")])
    rows = session.rows("""
        SELECT
            substr(r.text, a.excerpt_start_char + 1, a.excerpt_end_char - a.excerpt_start_char) = a.excerpt,
            list_bool_and(list_transform(a.evidence, lambda e: e.surface = substr(
                CASE e.place WHEN 'title' THEN r.title ELSE r.text END, e.start_char + 1, e.end_char - e.start_char
            )))
        FROM alerts AS a
        JOIN article_revisions AS r USING (article_id, revision)
    """)
    assert rows == [(True, True)]


def test_every_decision_is_stored(session):
    """Decisions that did not fire are rows with their reason and no alert, and each decision is a row of its own."""
    alerts.save_decisions(
        session, [decision(alert()), decision(reason=Reason.COOLDOWN), decision(reason=Reason.REPEAT)]
    )
    rows = session.rows("FROM decisions ORDER BY reason")
    about = ("ceasefire", "a1", "dmitry-peskov", NOW)
    assert rows == [
        (*about, "cooldown", None, None),
        (*about, "new", "alert-ceasefire-a1", None),
        (*about, "repeat", None, None),
    ]
    assert session.rows("SELECT count(*) FROM alerts") == [(1,)]


def test_a_decision_names_the_alert_that_told_it(session):
    """`told_by` stands in the row of what was told already, and is NULL where nothing was."""
    fire(session, alert())
    again = replace(decision(alert("a2"), Reason.SAME_UTTERANCE), alert=None, told_by="alert-ceasefire-a1")
    alerts.save_decisions(session, [again])
    rows = session.rows("SELECT article_id, reason, alert_id, told_by FROM decisions ORDER BY article_id")
    assert rows == [
        ("a1", "new", "alert-ceasefire-a1", None),
        ("a2", "same_utterance", None, "alert-ceasefire-a1"),
    ]


def test_an_alert_of_an_earlier_version_can_be_read(session):
    """What was no column then is NULL, and reads as an empty list, as nothing and as not denied."""
    fire(session, alert())
    session.run("UPDATE alert_rows SET utterance_ids = NULL, denied = NULL, stance = NULL, roots = NULL")
    (logged,) = alerts.alert(session, "alert-ceasefire-a1")
    assert (logged.notice.alert, logged.notice.roots) == (alert(), ())
    (past,) = alerts.past_alerts(session, since=NOW)
    assert (past.utterance_ids, past.stance, past.denied) == ((), None, False)


def test_an_alert_is_stored_once(session):
    """The same rule, article and official fired again keep the first alert."""
    fire(session, alert())
    fire(session, alert(excerpt="other"))
    assert session.rows("SELECT excerpt FROM alerts") == [(alert().excerpt,)]


def test_past_alerts_are_the_recent_ones_and_those_on_the_articles(session):
    """Older alerts come only when they are about one of the articles; one that no message tells reaches nobody."""
    old = alert(fired_at=NOW - 72 * HOUR, utterance_id=None)
    fire(session, old, alert("a2"), alert("a2", rule="truce"))
    outbox.save_messages(session, [message("alert-ceasefire-a2")])
    since = NOW - HOUR
    recent = alerts.past_alerts(session, since=since)
    assert [(past.rule, past.article_id, past.reaches) for past in recent] == [
        ("ceasefire", "a2", True),
        ("truce", "a2", False),
    ]
    both = alerts.past_alerts(session, since=since, article_ids=["a1"])
    assert both == (
        PastAlert(
            rule="ceasefire",
            article_id="a1",
            official_id="dmitry-peskov",
            story_id="a1",
            fired_at=NOW - 72 * HOUR,
            utterance_id=None,
            excerpt=old.excerpt,
            alert_id="alert-ceasefire-a1",
            reaches=False,
            official=old.official,
            keyword=old.keyword,
        ),
        *recent,
    )


def test_past_alerts_are_of_those_who_ask(session):
    """Of late those of the rules that matched come, those on articles near, and those of what is said, by any name."""
    fire(session, *(alert(f"a{n}", rule=f"rule {n}", utterance_id=f"u{n}") for n in range(6)))
    session.run("INSERT INTO utterance_links VALUES ('u3', 'u30')")
    asked = {"rules": ["rule 1"], "near": ["a2"], "said": ["u30", "u4"]}
    found = alerts.past_alerts(session, since=NOW - HOUR, **asked)
    assert [past.rule for past in found] == ["rule 1", "rule 2", "rule 3", "rule 4"]
    assert alerts.past_alerts(session, since=NOW - HOUR, rules=[]) == ()


def test_past_alerts_have_present_names(session):
    """Stories and utterances that are part of others by now are named as those are, each once."""
    fire(session, alert("a2", utterance_id="younger", utterance_ids=("younger", "older", "other")))
    session.run("INSERT INTO story_links VALUES ('a2', 'a1', 'a2')")
    session.run("INSERT INTO utterance_links VALUES ('younger', 'older')")
    (past,) = alerts.past_alerts(session, since=NOW - HOUR)
    assert (past.story_id, past.utterance_id, past.utterance_ids) == ("a1", "older", ("older", "other"))


def test_the_log_is_newest_first_and_narrows(session):
    """list_alerts gives the newest alerts up to a limit, by rule and time when asked."""
    fire(session, alert(), alert("a2", fired_at=NOW + HOUR), alert(rule="truce", fired_at=NOW - HOUR))
    newest = ["alert-ceasefire-a2", "alert-ceasefire-a1", "alert-truce-a1"]
    assert names(alerts.list_alerts(session, limit=9)) == newest
    assert names(alerts.list_alerts(session, limit=1)) == newest[:1]
    assert names(alerts.list_alerts(session, limit=9, rule="truce")) == newest[2:]
    assert names(alerts.list_alerts(session, limit=9, since=NOW)) == newest[:2]


def test_an_alert_is_found_by_the_start_of_its_id(session):
    """A beginning names one alert, none, or several when it is too short; it is no pattern."""
    fire(session, alert(), alert("a2"))
    assert names(alerts.alert(session, "alert-ceasefire-a1")) == ["alert-ceasefire-a1"]
    assert len(alerts.alert(session, "alert-")) == 2
    assert alerts.alert(session, "%") == ()


def test_the_log_shows_where_an_alert_stands(session):
    """Each delivery of an alert is shown with its subscriber and status."""
    fire(session, alert())
    outbox.save_messages(session, [message(), message(name="m2", subscriber="chat", channel="slack")])
    (logged,) = alerts.list_alerts(session, limit=9)
    stands = [(each.message_id, each.subscriber, each.channel, each.status) for each in logged.deliveries]
    assert stands == [("m2", "chat", "slack", Status.PENDING), ("m1", "desk", "email", Status.PENDING)]


def test_a_notice_has_what_a_reader_wants(session):
    """Title, address, outlet, country, date, side, cue and sources stand beside the alert."""
    officials.save_officials(session, [peskov(None)])
    fire(session, alert())
    notice = alerts.alert(session, "alert-ceasefire-a1")[0].notice
    assert (notice.title, notice.url, notice.outlet) == ("Peskov speaks", "https://one.example/a1", "One")
    assert (notice.country, notice.published_at, notice.sources) == ("TR", NOW - HOUR, 1)
    assert (notice.official_role, notice.official_side, notice.cue) == (None, "russia", "said")


def test_an_alert_whose_sources_were_never_counted_has_those_of_its_story(session):
    """An alert of an earlier version counts as many sources as its story; one that has its own count keeps it."""
    session.run("UPDATE stories SET independent_sources = 4")
    fire(session, alert(), alert("a2"))
    session.run("UPDATE alert_rows SET sources = 2 WHERE article_id = 'a2'")
    counted = {each.notice.alert.article_id: each.notice.sources for each in alerts.list_alerts(session, limit=9)}
    assert counted == {"a1": 4, "a2": 2}


def test_a_notice_names_the_other_outlets_of_its_story(session):
    """Those that tell the story too stand beside the alert, the earliest first, each once, without its own."""
    for name, outlet, hours in (("a5", "Late", 3), ("a6", "Early", 2), ("a7", "Late", 1), ("a8", "One", 0)):
        found = read_article(name, outlet=outlet, first_seen_at=NOW - hours * HOUR)
        articles.save_articles(session, [found])
    session.run("INSERT INTO story_links SELECT unnest(['a5', 'a6', 'a7', 'a8']), 'a1', 'a1'")
    fire(session, alert(), alert("a2"))
    notices = {each.notice.alert.article_id: each.notice for each in alerts.list_alerts(session, limit=9)}
    assert (notices["a1"].other_outlets, notices["a2"].other_outlets) == (("Late", "Early"), ())


DAY = timedelta(days=1)
TERMS = (
    peskov("deputy", None, NOW - 100 * DAY),
    peskov("spokesman", NOW - 100 * DAY, NOW - 10 * DAY),
    peskov("envoy", NOW - 10 * DAY),
)


@pytest.mark.parametrize(
    ("published_at", "role"),
    [
        pytest.param(NOW - 200 * DAY, "deputy", id="before the first known day"),
        pytest.param(NOW - 100 * DAY, "spokesman", id="the first day in office counts"),
        pytest.param(NOW - 10 * DAY, "envoy", id="the last day out of office does not"),
        pytest.param(NOW, "envoy", id="an office that lasts"),
        pytest.param(None, "envoy", id="without a date the day it arrived counts"),
    ],
)
def test_a_role_is_the_one_held_when_the_article_was_published(session, published_at, role):
    """An article of last year names the official by last year's office."""
    officials.save_officials(session, TERMS)
    articles.save_articles(session, [read_article("a9", published_at=published_at)])
    fire(session, alert("a9"))
    assert alerts.alert(session, "alert-ceasefire-a9")[0].notice.official_role == role


def test_who_held_no_office_at_the_time_has_no_role(session):
    """Outside every term, its last day excluded, there is no role, but still a side."""
    published_at = NOW - HOUR
    officials.save_officials(session, [peskov("spokesman", NOW + DAY), peskov("deputy", None, published_at)])
    fire(session, alert())
    notice = alerts.alert(session, "alert-ceasefire-a1")[0].notice
    assert (notice.official_role, notice.official_side) == (None, "russia")


def test_an_alert_on_an_ingested_article_has_no_country(session):
    """Without a feed there is no country, and without an utterance no cue."""
    articles.save_articles(session, [read_article("a3", feed_id=None)])
    fire(session, alert("a3", utterance_id=None, excerpt_span=Span(0, 3)))
    notice = alerts.alert(session, "alert-ceasefire-a3")[0].notice
    assert (notice.country, notice.cue, notice.alert.excerpt_span) == (None, None, Span(0, 3))
