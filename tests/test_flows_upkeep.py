"""/health and /metrics beside `talkwatch status`: one judgement, from the bulletin of the last pass and the copy."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import version
from types import SimpleNamespace

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from alerts.message_records import ChannelState
from alerts.records import Arrival
from flows.cli import deployment
from flows.config.settings import load_settings
from flows.pages.site import Audience
from flows.steps.deliver.self_watch import bulletin
from flows.steps.deliver.wellness import FILE, FULL, UNUSABLE, judged, note_bulletin, noted_bulletin
from tests.conftest import ROOT
from tests.library import NOW, Visitor
from tests.warehouse_examples import alert, decision, message, new_warehouse, read_article
from warehouse import alerts, articles, channels, outbox
from warehouse.locking import LOCK, exclusive
from warehouse.places import SERVE_LOCK
from warehouse.published import publish
from warehouse.runs import RunCounts, finish_run, start_run
from warehouse.store import writing

MINUTE = timedelta(minutes=1)
COUNTS = RunCounts(pages_asked=3, pages_failed=2, alerts=1)
FEEDS = """
INSERT INTO feeds (
    feed_id, url, outlet, state, consecutive_failures, entries_seen, every_seconds, max_every_seconds, dull_polls
)
VALUES
    ('f1', 'https://me:secret@herald.example/rss?key=secret', 'Herald', 'failing', 5, 7, 60, 60, 0),
    ('f2', 'https://observer.example/rss', 'Observer', 'fine', 0, 3, 60, 60, 0)
"""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A deployment with two feeds and one pass, finished a minute ago, as its clock has it."""
    (tmp_path / "talkwatch.toml").write_text('data_dir = "var"\n', encoding="utf-8")
    settings = load_settings(tmp_path / "talkwatch.toml")
    desk = SimpleNamespace(settings=settings, data_dir=settings.data_dir, visitor=Visitor(settings.data_dir))
    monkeypatch.setattr(deployment, "utc_now", lambda: NOW)
    monkeypatch.setattr(deployment, "pages_at", lambda _: "nowhere")
    desk.data_dir.mkdir()
    with writing(new_warehouse(desk.data_dir)) as session:
        session.run(FEEDS)
        start_run(session, "one", NOW - MINUTE)
    yield desk
    desk.visitor.leave()


def end_pass(desk, at=NOW - MINUTE, change=lambda _session: None):
    """End the pass, and leave its bulletin and the copy."""
    with writing(desk.data_dir) as session:
        change(session)
        finish_run(session, "one", at, COUNTS)
        news = bulletin(session, desk.settings, at)
    note_bulletin(desk.data_dir, news)
    publish(desk.data_dir)


def block(session):
    """Let the mail server refuse the login."""
    channels.save_state(session, ChannelState(
        route="email", failures=3, failing_since=NOW, blocked_at=NOW, next_try_at=NOW, last_error="535 login refused"
    ))  # fmt: skip


def overdue(session):
    """Let a message have waited for two hours."""
    outbox.save_messages(session, [message(due_at=NOW - 120 * MINUTE)])


def fail_all(session):
    """Let no feed answer."""
    session.run("UPDATE feeds SET state = 'gone'")


CASES = {
    "a pass was finished": (end_pass, ()),
    "an hour ago by hand is soon enough": (lambda desk: end_pass(desk, NOW - 60 * MINUTE), ()),
    "the last pass is too long ago": (lambda desk: end_pass(desk, NOW - 180 * MINUTE), ("the last finished pass is 3h old",)),
    "a clock that was ahead": (lambda desk: end_pass(desk, NOW + 60 * MINUTE), ("the last pass finished in the future",)),
    "every feed fails": (lambda desk: end_pass(desk, change=fail_all), ("every feed fails",)),
    "a channel takes nothing": (lambda desk: end_pass(desk, change=block), ("the channel email takes no messages since 2026-11-21 12:05 UTC: 535 login refused",)),
    "the disk is full": (lambda desk: (end_pass(desk), (desk.data_dir / FULL).touch()), ("the disk of",)),
    "a message waits": (lambda desk: end_pass(desk, change=overdue), ("a message has waited for 2h",)),
}  # fmt: skip


@pytest.mark.parametrize(("happens", "reasons"), CASES.values(), ids=CASES.keys())
def test_health_answers_what_status_says(desk, happens, reasons):
    """The reasons are the same, word for word; 503 stands beside exit code 1, and 200 beside 0."""
    happens(desk)
    answer = desk.visitor.get("/health")
    well, text = deployment.wellness(desk.settings, None)
    assert (answer.status_code, well) == ((503, False) if reasons else (200, True))
    told = answer.json()["reasons"]
    assert answer.json()["version"] == version("talkwatch")
    assert [said[: len(begun)] for said, begun in zip(told, reasons, strict=True)] == list(reasons)
    assert [line.removeprefix("not well: ") for line in text.splitlines() if line.startswith("not well")] == told
    assert text.splitlines()[0] == answer.json()["said"]


def test_before_the_first_pass_nothing_is_well(desk):
    """Without a bulletin, or with one that nobody can read, health says that no pass was finished."""
    assert desk.visitor.get("/health").json()["reasons"][0].startswith("no pass has finished yet")
    (desk.data_dir / FILE).write_text("{", encoding="utf-8")
    assert desk.visitor.get("/health").status_code == 503


def test_beside_serve_two_intervals_are_too_long(desk):
    """A pass of half an hour ago will do for who runs them by hand, and not where they run on a schedule."""
    end_pass(desk, NOW - 30 * MINUTE)
    assert desk.visitor.get("/health").status_code == 200
    with exclusive(desk.data_dir / SERVE_LOCK):
        assert desk.visitor.get("/health").json()["reasons"] == ["the last finished pass is 30m old"]
        assert desk.visitor.get("/health?max_age=1h").status_code == 200
    assert desk.visitor.get("/health?max_age=soon").status_code == 400


def test_status_does_not_wait_for_who_holds_the_warehouse(desk, monkeypatch):
    """It goes by the last bulletin, and says of when that is and who is in its way."""
    monkeypatch.setattr("flows.steps.deliver.self_watch._PATIENCE", timedelta(0))
    monkeypatch.setattr(deployment, "PATIENCE", timedelta(0))
    end_pass(desk)
    with exclusive(desk.data_dir / LOCK):
        well, text = deployment.wellness(desk.settings, None)
    assert well
    assert (
        f"as of 2026-11-21 12:04 UTC, since the warehouse in {desk.data_dir} is held by process {os.getpid()}" in text
    )


def test_a_warehouse_found_unusable_since_is_told(desk):
    """The bulletin of before says nothing of it; one of after, that it is over."""
    end_pass(desk)
    (desk.data_dir / UNUSABLE).touch()
    news = noted_bulletin(desk.data_dir)
    assert "the warehouse cannot be used" in judged(desk.data_dir, news, NOW).reasons[0]
    later = replace(news, as_of=NOW + timedelta(days=36500))
    assert judged(desk.data_dir, later, NOW).is_well


def test_no_address_of_a_feed_is_shown(desk):
    """There may be a secret in it: it stands in a file that its owner alone reads, and in no answer."""
    end_pass(desk)
    assert stat.S_IMODE((desk.data_dir / FILE).stat().st_mode) == 0o600
    for path in ("/health", "/metrics"):
        assert "secret" not in desk.visitor.get(path).text


def test_a_full_disk_keeps_the_last_bulletin(desk, monkeypatch, caplog):
    """The pass goes on, and what was noted before stays as it is."""
    end_pass(desk)
    monkeypatch.setattr(
        "flows.steps.deliver.wellness.os.open", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    note_bulletin(desk.data_dir, replace(noted_bulletin(desk.data_dir), as_of=NOW))
    assert "No space left on device" in caplog.text
    assert noted_bulletin(desk.data_dir).as_of == NOW - MINUTE


def numbers(desk):
    """Return every metric's value by its name and labels."""
    families = text_string_to_metric_families(desk.visitor.get("/metrics").text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def test_metrics_count_what_there_is(desk):
    """What the last pass left and what the copy counts stand as Prometheus's own parser reads them."""
    end_pass(desk, change=block)
    found = numbers(desk)
    expected = {
        ("talkwatch_well",): 0,
        ("talkwatch_info", version("talkwatch")): 1,
        ("talkwatch_channels_blocked",): 1,
        ("talkwatch_last_pass_finished_timestamp_seconds",): (NOW - MINUTE).timestamp(),
        ("talkwatch_feeds", "failing"): 1,
        ("talkwatch_feeds", "fine"): 1,
        ("talkwatch_passes", "finished"): 1,
        ("talkwatch_outcomes_total", "failed", "pages"): 2,
        ("talkwatch_outcomes_total", "found", "alerts"): 1,
        ("talkwatch_alert_lag_seconds_count",): 0,
        ("talkwatch_file_bytes", "warehouse.duckdb"): (desk.data_dir / "warehouse.duckdb").stat().st_size,
    }
    assert {name: found.get(name) for name in expected} == expected


def test_each_metric_of_the_last_pass_is_its_own(desk):
    """Of numbers and times no two of which are the same each stands under its own name."""
    end_pass(desk)
    news = noted_bulletin(desk.data_dir)
    told = {
        "last_finished_at": NOW - 1 * MINUTE,
        "last_started_at": NOW - 2 * MINUTE,
        "last_new_at": NOW - 3 * MINUTE,
        "oldest_due_at": NOW - 4 * MINUTE,
        "feeds": 5,
        "feeds_failing": 6,
        "entries_pending": 7,
        "messages_waiting": 8,
        "messages_dead": 9,
        "readings_given_up": 10,
    }
    note_bulletin(desk.data_dir, replace(news, numbers=replace(news.numbers, **told)))
    found = numbers(desk)
    names = (
        "last_pass_finished_timestamp_seconds",
        "last_pass_started_timestamp_seconds",
        "last_new_entry_timestamp_seconds",
        "oldest_due_message_timestamp_seconds",
        "feeds_watched",
        "feeds_failing",
        "pages_pending",
        "messages_waiting",
        "messages_dead",
        "readings_given_up",
    )
    values = [found[f"talkwatch_{name}",] for name in names]
    assert values == [getattr(value, "timestamp", lambda value=value: value)() for value in told.values()]


def test_metrics_are_there_before_anything_is(tmp_path):
    """A scrape of a deployment that has not begun is an answer, which says that it is not well."""
    visitor = Visitor(tmp_path)
    assert visitor.get("/metrics").status_code == 200
    assert "talkwatch_well 0.0" in visitor.get("/metrics").text
    visitor.leave()


def test_the_lag_is_a_histogram(desk):
    """Alerts of articles that feeds brought are counted by how long after publication they fired; others are not."""

    def fire(session):
        for name, arrival, minutes in (
            ("a", Arrival.POLLED, 1.5),
            ("b", Arrival.POLLED, 45),
            ("c", Arrival.INGESTED, 3),
        ):
            told = read_article(name, published_at=NOW - timedelta(minutes=minutes))
            articles.save_articles(session, [replace(told, arrival=arrival)])
            alerts.save_decisions(session, [decision(alert(name))])

    end_pass(desk, change=fire)
    found = numbers(desk)
    assert [found["talkwatch_alert_lag_seconds_bucket", bound] for bound in ("60", "120", "1800", "3600", "+Inf")] == [
        0,
        1,
        1,
        2,
        2,
    ]
    assert found["talkwatch_alert_lag_seconds_sum",] == pytest.approx(46.5 * 60)
    assert found["talkwatch_alerts", "high"] == 3


def test_who_may_not_see_the_pages_sees_neither(desk):
    """A name that is not this machine's, or a missing token, is refused as it is for pages."""
    for path in ("/health", "/metrics"):
        assert desk.visitor.get(path, host="rebound.example").status_code == 421
        stranger = Visitor(desk.data_dir, Audience(token="0123456789abcdef"))
        assert stranger.get(path).status_code == 401
        assert stranger.get(path, authorization="Bearer 0123456789abcdef").status_code != 401
        stranger.leave()


def expressions():
    """Return what the dashboard and the alert rules ask Prometheus."""
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus-rules.yml").read_text(encoding="utf-8"))
    board = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text(encoding="utf-8"))
    asked = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    return [*asked, *(target["expr"] for panel in board["panels"] for target in panel["targets"])]


def test_the_dashboard_and_the_alert_rules_ask_for_what_there_is(desk):
    """Each metric, label and value of a label in them stands in an answer of a deployment that has some of all."""

    def everything(session):
        articles.save_articles(session, [read_article()])
        alerts.save_decisions(session, [decision(alert())])
        session.run("UPDATE feeds SET last_new_at = $1", [NOW])
        overdue(session)

    end_pass(desk, change=everything)
    samples = [
        sample
        for family in text_string_to_metric_families(desk.visitor.get("/metrics").text)
        for sample in family.samples
    ]
    labels = {(sample.name, label) for sample in samples for label in (*sample.labels, "instance", "")}
    values = {(sample.name, label, value) for sample in samples for label, value in sample.labels.items()}
    for expression in expressions():
        for name, within in re.findall(r"(talkwatch_[a-z_]+)(?:\{(.*?)\})?", expression):
            for label, operator, value in re.findall(r"(\w+)(=~?)\"(.*?)\"", within) or [("", "", "")]:
                assert (name, label) in labels, expression
                assert operator != "=" or (name, label, value) in values, expression
        by = re.search(r"sum (?:by|without) \((\w+)\) \(.*?(talkwatch_[a-z_]+)", expression)
        assert by is None or (by[2], by[1]) in labels, expression


def test_the_alert_rules_tell_what_to_do():
    """Each has a name of its own, says how urgent it is, and has a sentence for whoever is woken."""
    (group,) = yaml.safe_load((ROOT / "deploy" / "prometheus-rules.yml").read_text(encoding="utf-8"))["groups"]
    names = [rule["alert"] for rule in group["rules"]]
    assert len(names) == len(set(names)) > 5
    for rule in group["rules"]:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed here")
def test_prometheus_itself_takes_them(desk):
    """Its own tool finds nothing wrong in the rules, and nothing in the metrics that it would name otherwise."""
    end_pass(desk, change=block)
    rules = subprocess.run(
        ["promtool", "check", "rules", ROOT / "deploy" / "prometheus-rules.yml"], capture_output=True, check=False
    )
    told = desk.visitor.get("/metrics").content
    metrics = subprocess.run(["promtool", "check", "metrics"], input=told, capture_output=True, check=False)
    assert (rules.returncode, metrics.returncode, metrics.stderr) == (0, 0, b"")
