"""Alerts on silence at the far end: the row, the message, the answers of explain, why-not and backtest."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from alerts.letters import render
from flows.steps.lulls import decide_lulls, hour_of, tell_lulls
from flows.steps.record import taken_in, worked_out
from flows.trials.backtest import backtest
from flows.trials.explain import explained, why_not
from tests.alert_desk import Desk, found
from tests.warehouse_examples import NOW, feed, poll
from warehouse.feeds import FeedCourse, FeedHealth, save_polls, sync_feeds
from warehouse.runs import RunCounts, finish_run, start_run

RULE = """
[[rules]]
name = "hush"
topics = ["ceasefire"]
officials = ["Dmitry Peskov", "Volodymyr Zelenskyy"]
silent = "5d"
subscribers = ["quiet"]
[[subscribers]]
name = "quiet"
channel = "slack"
webhook_url = "https://hooks.example/2"
"""
WORDS = {
    True: "A truce in its form number {} is for us out of the question, whatever others say about it",
    False: "The harvest number {} of the southern regions was a good one, and we thank all who brought it in",
}
# Days before now on which he speaks of a truce, and of the harvest.
OFTEN, MEANWHILE = (24, 20, 17, 14, 11, 8, 6), (4, 2, 1)


def said(day, *, is_on, words=None, topics=("ceasefire",)):
    """Return an article of the watched feed in which Peskov speaks, so many days ago."""
    text = f"“{words or WORDS[is_on].format(f'{day:g}')},” Peskov said on Friday. Nobody else spoke that day."
    own = found(
        f"{is_on}-{day:g}",
        text,
        published_at=NOW - timedelta(days=day),
        topics=topics if is_on else (),
        stance="reject",
    )
    return replace(own, article=replace(own.article, feed_id="feed-one", first_seen_at=own.article.published_at))


def lived(desk, *, on=OFTEN, besides=MEANWHILE, failed=None, more=()):
    """Live through the days up to now: one feed brings all that is said; it `failed` from a day to another, if at all."""
    sync_feeds(desk.session, [feed(every=timedelta(hours=6), max_every=timedelta(days=14))])
    asked(desk, NOW - timedelta(days=25))
    if failed:
        since, until = (NOW - timedelta(days=day) for day in failed)
        asked(desk, since, failing_since=since)
        desk.session.run("UPDATE feeds SET max_every_seconds = 3600")
        asked(desk, until)
    reads = [*more, *(said(day, is_on=is_on) for days, is_on in ((on, True), (besides, False)) for day in days)]
    taken_in(
        desk.setup, desk.session, worked_out(desk.setup, sorted(reads, key=lambda each: each.article.first_seen_at))
    )
    asked(desk, NOW)
    return desk


def asked(desk, at, failing_since=None):
    """Let the feed be asked, and answer, or fail since then."""
    course = FeedCourse(state=FeedHealth.FAILING if failing_since else FeedHealth.FINE, failing_since=failing_since)
    error = "HTTP 500" if failing_since else None
    save_polls(desk.session, [poll(polled_at=at, next_poll_at=at, error=error, not_modified=not error, course=course)])


def reasons(desk):
    """Return what was decided about silences, in order."""
    return [row[0] for row in desk.rows("SELECT reason FROM decisions WHERE rule = 'hush' ORDER BY decided_at, rowid")]


def look(desk):
    """Look for silences now."""
    return decide_lulls(desk.setup, desk.session, desk.setup.rules[1:])


def test_a_proven_silence_is_told_once_on_his_last_words(tmp_path):
    """It fires on the article of his last words, is sent, and not told again until he has spoken and stopped anew."""
    with lived(Desk(tmp_path, more=RULE)) as desk:
        (made,) = look(desk)
        assert made.alert
        assert (made.alert.article_id, made.alert.keyword, made.alert.scope) == ("True-6", "topic:ceasefire", "silent")
        (message,) = [each for each in desk.send() if each.subscriber == "quiet"]
        letter = render(message, desk.notices(message), timezone="UTC")
        assert letter.subject == "Dmitry Peskov: nothing on ceasefire for 6 days — Outlet True-6"
        assert (
            "nothing on it since. Other words were heard meanwhile, and feeds that carried these answered."
            in letter.text
        )
        assert "form number 6 is for us" in " ".join(letter.text.split())
        assert look(desk.after(hours=1)) == ()
        desk.take_in(said(-0.1, is_on=True))
        assert look(desk.after(hours=2)) == ()
        assert reasons(desk) == ["new"]


def test_silence_on_two_topics_of_the_same_words_is_one_alert(tmp_path):
    """Who spoke of both in the same words, and stopped, is told once, and of what: not for each, and not again the next hour."""
    words = "A truce in its form number {} is for us out of the question, and talks on it are no matter of today"
    both = RULE.replace('topics = ["ceasefire"]', 'topics = ["ceasefire", "talks"]')
    with Desk(tmp_path, more=both) as desk:
        reads = [said(day, is_on=True, words=words.format(f"{day:g}"), topics=("ceasefire", "talks")) for day in OFTEN]
        lived(desk, on=(), more=reads)
        (made,) = look(desk)
        assert made.alert
        assert look(desk.after(hours=1)) == ()
        (message,) = [each for each in desk.send() if each.subscriber == "quiet"]
        letter = render(message, desk.notices(message), timezone="UTC")
        assert letter.subject.startswith("Dmitry Peskov: nothing on ceasefire and talks for 6 days")
        assert "ceasefire (topic) and talks (topic) in what this official said last" in " ".join(letter.text.split())


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param({"besides": (2,)}, ["words_unseen"], id="hardly any other words"),
        pytest.param({"failed": (5, 3)}, ["feeds_unproven"], id="a feed that failed in it"),
        pytest.param({"on": (*OFTEN, 3)}, [], id="he has spoken"),
    ],
)
def test_what_is_decided(tmp_path, script, expected):
    """What is a silence is decided, with what holds it back; the same again is not written down anew."""
    with lived(Desk(tmp_path, more=RULE), **script) as desk:
        look(desk)
        look(desk.after(minutes=5))
        assert reasons(desk) == expected


def test_a_recap_is_no_word_on_it(tmp_path):
    """What an article recalls of earlier days breaks no silence."""
    with lived(Desk(tmp_path, more=RULE)) as desk:
        recap = said(1, is_on=True, words="There will be no truce with those people in this year or in the next one")
        text = recap.article.text.replace("Peskov said on Friday", "Peskov had said last week")
        (statement,) = recap.reading.statements
        start = text.index("had said")
        recalled = replace(statement, cue_span=type(statement.span)(start + 4, start + 8))
        desk.take_in(replace(recap, article=replace(recap.article, text=text), reading=replace(recap.reading, statements=(recalled,))))  # fmt: skip
        (made,) = look(desk)
        assert made.alert
        assert made.alert.article_id == "True-6"


def test_a_rule_that_is_silenced_tells_no_silence(tmp_path):
    """`alerts silence` holds for it as for every rule."""
    with lived(Desk(tmp_path, more=RULE)) as desk:
        desk.session.run(
            "INSERT INTO silences (silence_id, rule, starts_at, ends_at, author) VALUES ('s', 'hush', $1, $2, 'ops')",
            [NOW - timedelta(days=1), NOW + timedelta(days=1)],
        )
        look(desk)
        assert reasons(desk) == ["silenced"]


def test_passes_look_once_an_hour(tmp_path):
    """What lasts days is looked for by the first pass of each hour, and by one after a pause."""
    with lived(Desk(tmp_path, more=RULE)) as desk:
        start_run(desk.session, "r", desk.now)
        finish_run(desk.session, "r", desk.now, RunCounts())
        assert tell_lulls(desk.setup, desk.session) == 0
        before = hour_of(desk.now)
        assert hour_of(desk.after(hours=1).now) == before + 1
        assert tell_lulls(desk.setup, desk.session) == 1


def test_gaps_are_kept(tmp_path):
    """A feed that failed, or was not asked, for longer than it may has a row that says from when to when."""
    with Desk(tmp_path, more=RULE) as desk:
        sync_feeds(desk.session, [feed()])
        for hours, since in ((10, None), (9, None), (7, None), (6.5, 6.5), (4, 6.5), (3, None), (2.5, None)):
            asked(desk, NOW - timedelta(hours=hours), failing_since=since and NOW - timedelta(hours=since))
        gaps = desk.rows("SELECT began_at, ended_at FROM feed_gaps ORDER BY began_at")
    hours = [((NOW - began) / timedelta(hours=1), (NOW - ended) / timedelta(hours=1)) for began, ended in gaps]
    assert hours == [(9, 7), (6.5, 3)]


def test_it_is_accounted_for(tmp_path):
    """Backtest, explain and why-not know of the silence, with what proves it or holds it back."""
    with lived(Desk(tmp_path, more=RULE)) as desk:
        (made,) = look(desk)
        assert made.alert
        setup = desk.setup
    tried = backtest(setup, setup.rules[1:], since=NOW - timedelta(days=20), until=NOW + timedelta(hours=1))
    assert [(each.alert.alert_id, each.article.article_id) for each in tried.alerts] == [
        (made.alert.alert_id, "True-6")
    ]
    assert tried.messages == 1
    assert tried.alerts[0].alert.fired_at <= NOW
    told = explained(setup.settings, made.alert.alert_id)
    assert "derived again: yes: Dmitry Peskov last said something of it on 2026-11-15 12:05Z, 6 days ago" in told
    assert "7 of the 7 things said then came by feeds that were well since, and 3 other things" in told
    answer = why_not(setup.settings, "True-6", "hush")
    assert "Dmitry Peskov, ceasefire: " in answer
    assert "it did fire on dmitry-peskov" in answer
