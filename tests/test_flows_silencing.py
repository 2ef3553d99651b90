from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.message_records import Status
from alerts.records import Reason, Silence
from extractors.speech.stances import Stance
from flows.cli import alerts as alert_commands
from flows.cli.app import app
from flows.problems import UsageProblem
from tests.alert_desk import CONFIGURATION, DENIED, Desk, found, own_report
from tests.story_examples import TASS
from tests.warehouse_examples import new_warehouse
from warehouse import silences
from warehouse.queries import query

HOUR = timedelta(hours=1)
SECOND = """
[[subscribers]]
name = "wire"
channel = "slack"
webhook_url = "https://hooks.example/2"
"""


@pytest.fixture
def desk(tmp_path):
    """Return a desk with two subscribers of its rule."""
    with Desk(tmp_path, more=SECOND) as opened:
        opened.setup = _with_both(opened)
        yield opened


def _with_both(desk):
    """Return the desk's setup with a rule that tells both subscribers."""
    settings = desk.setup.settings
    rule = settings.rules[0].model_copy(update={"subscribers": ("desk", "wire")})
    compiled = replace(desk.setup.rules[0], rule=rule)
    return replace(desk.setup, settings=replace(settings, rules=(rule,)), rules=(compiled,))


def silence(desk, **changes):
    """Silence the rule for an hour from now."""
    plain = {"silence_id": "s1", "rule": "truce", "starts_at": desk.now, "ends_at": desk.now + HOUR, "author": "ann"}
    silences.save_silence(desk.session, Silence(**(plain | changes)))


def fires(desk, name):
    """Tell what becomes of the agency's article under another name."""
    (decision,) = desk.take_in(found(name, TASS, outlet=name))
    return decision.reason


def test_a_silenced_rule_fires_again_the_moment_the_silence_ends(desk):
    """Until the end nothing fires; what arrives from then on does, the same words too, since nobody has heard them."""
    silence(desk)
    assert fires(desk, "a") is Reason.SILENCED
    desk.now += HOUR - timedelta(microseconds=1)
    assert fires(desk, "b") is Reason.SILENCED
    desk.now += timedelta(microseconds=1)
    assert fires(desk, "c") is Reason.NEW
    assert len(desk.send()) == 2


def test_a_silence_that_ends_while_nothing_runs_is_over(desk):
    """What arrives after the end fires, whenever Talkwatch was last at work."""
    silence(desk)
    desk.now += timedelta(days=1)
    assert fires(desk, "a") is Reason.NEW


@pytest.mark.parametrize(
    ("changes", "reason", "told"),
    [
        pytest.param({}, Reason.SILENCED, [], id="everyone"),
        pytest.param({"official_id": "dmitry-peskov"}, Reason.SILENCED, [], id="the official"),
        pytest.param({"official_id": "vladimir-putin"}, Reason.NEW, ["desk", "wire"], id="another official"),
        pytest.param({"rule": "other"}, Reason.NEW, ["desk", "wire"], id="another rule"),
        pytest.param({"subscriber": "desk"}, Reason.NEW, ["wire"], id="one subscriber of two"),
    ],
)
def test_a_silence_covers_what_it_names(desk, changes, reason, told):
    """A rule is silent for whom and about whom the silence says."""
    silence(desk, **changes)
    assert fires(desk, "a") is reason
    assert sorted(message.subscriber for message in desk.send()) == told


def test_when_each_subscriber_is_silenced_the_rule_is(desk):
    """Nobody is left to tell, so it does not fire."""
    silence(desk, subscriber="desk")
    silence(desk, subscriber="wire", silence_id="s2")
    assert fires(desk, "a") is Reason.SILENCED


def test_a_silence_keeps_follow_ups_back_too(desk):
    """What was told before a silence is not followed up in it."""
    assert fires(desk, "a") is Reason.NEW
    desk.send()
    desk.after(minutes=10)
    silence(desk)
    desk.take_in(own_report())
    desk.take_in(found("d", f"{TASS}\n{DENIED}", outlet="D", stance=Stance.DENY))
    assert desk.send() == ()
    assert desk.reasons().count("silenced") == 1


def test_what_is_still_news_after_a_silence_is_followed_up_then(desk):
    """A source that came while everyone was kept in silence counts with the next report after its end."""
    assert fires(desk, "a") is Reason.NEW
    desk.send()
    desk.after(minutes=10)
    silence(desk)
    desk.take_in(own_report())
    assert desk.count("follow_ups") == 0
    desk.now += HOUR
    desk.take_in(found("c", TASS, outlet="C"))
    assert desk.rows("SELECT news, sources FROM follow_ups") == [("corroborated", 2)]
    assert sorted(message.subscriber for message in desk.send()) == ["desk", "wire"]


def test_what_was_decided_before_goes_out(desk):
    """A silence takes back no message that waits already."""
    assert fires(desk, "a") is Reason.NEW
    silence(desk)
    assert {message.status for message in desk.send()} == {Status.PENDING}


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a configuration and a warehouse."""
    (tmp_path / "talkwatch.toml").write_text(CONFIGURATION.format(rule="", subscriber=""), encoding="utf-8")
    (tmp_path / "var").mkdir()
    new_warehouse(tmp_path / "var")
    return tmp_path


def asked(folder: Path, *arguments: str):
    """Run `talkwatch alerts silence`."""
    return CliRunner().invoke(app, ["alerts", "silence", *arguments, "--config", str(folder / "talkwatch.toml")])


def test_a_silence_is_made_shown_published_and_ended(folder):
    """The command takes a rule, an end, an author and a reason; the analysts' copy has it, and it can be ended early."""
    told = (
        "--rule",
        "truce",
        "--until",
        "2999-01-01",
        "--official",
        "Dmitry Peskov",
        "--by",
        "Ann",
        "--reason",
        "known",
    )
    made = asked(folder, *told)
    assert made.exit_code == 0, made.output
    assert 'rule "truce" on dmitry-peskov until 2999-01-01T00:00:00Z' in made.stdout
    (listed,) = json.loads(asked(folder, "--list", "--format", "json").stdout)
    assert (listed["rule"], listed["author"], listed["reason"]) == ("truce", "Ann", "known")
    answer = query(folder / "var", "SELECT author, ends_at FROM silences")
    assert answer.rows[0][0] == "Ann"
    assert "has ended" in asked(folder, "--end", listed["silence_id"][:4]).stdout
    assert "is over already" in asked(folder, "--end", listed["silence_id"]).stdout


def test_a_silence_may_be_so_long(folder):
    """A duration is counted from now, in the words that the configuration has for one."""
    made = asked(folder, "--rule", "truce", "--for", "2h")
    assert made.exit_code == 0, made.output
    (listed,) = json.loads(asked(folder, "--list", "--format", "json").stdout)
    starts, ends = (datetime.fromisoformat(listed[name]) for name in ("starts_at", "ends_at"))
    assert timedelta(hours=2) - timedelta(seconds=5) <= ends - starts <= timedelta(hours=2) + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        pytest.param(["--rule", "truce"], "needs --rule and one of --until and --for", id="no end"),
        pytest.param(["--until", "2999-01-01"], "needs --rule and one of --until and --for", id="no rule"),
        pytest.param(
            ["--rule", "truce", "--until", "2999-01-01", "--for", "2h"], "one of --until and --for", id="two ends"
        ),
        pytest.param(["--rule", "truce", "--for", "2 weeks"], "2 weeks: ", id="no duration"),
        pytest.param(["--rule", "truce", "--until", "2020-01-01"], "is past", id="an end that is past"),
        pytest.param(["--rule", "truce", "--until", "tomorrow"], "is no time", id="no time"),
        pytest.param(["--rule", "truse", "--until", "2999-01-01"], 'did you mean "truce"', id="an unknown rule"),
        pytest.param(
            ["--rule", "truce", "--until", "2999-01-01", "--subscriber", "dask"],
            'did you mean "desk"',
            id="an unknown subscriber",
        ),
        pytest.param(
            ["--rule", "truce", "--until", "2999-01-01", "--official", "Dmitry Peskowitsch"],
            'did you mean "Dmitry Peskov"',
            id="an unknown official",
        ),
        pytest.param(["--rule", "truce", "--until", "2999-01-01", "--official", "any"], "names several", id="many"),
        pytest.param(
            ["--rule", "truce", "--until", "2999-01-01", "--official", "Peskof"],
            'did you mean "Dmitry Peskov"',
            id="a surname misspelt",
        ),
        pytest.param(["--end", "zz"], "no silence whose id", id="an unknown silence"),
        pytest.param(["--list", "--end", "zz"], "one of --list", id="two wishes in one"),
    ],
)
def test_what_is_wrong_is_said(folder, arguments, problem):
    """A wrong wish is refused before anything is done, with the nearest right name."""
    refused = asked(folder, *arguments)
    assert isinstance(refused.exception, UsageProblem)
    assert problem in str(refused.exception)
    assert json.loads(asked(folder, "--list", "--format", "json").stdout) == []


def test_an_end_is_printed_in_utc(folder):
    """A time without a zone is in the configuration's time zone; it is stored, printed and listed as the same moment."""
    path = folder / "talkwatch.toml"
    path.write_text('timezone = "Europe/Kyiv"\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    made = asked(folder, "--rule", "truce", "--until", "2999-01-01")
    (listed,) = json.loads(asked(folder, "--list", "--format", "json").stdout)
    assert made.stdout.strip().endswith("until 2998-12-31T22:00:00Z")
    assert listed["ends_at"] == "2998-12-31T22:00:00Z"


def test_an_official_of_the_configuration_can_be_silenced(folder):
    """The names are those of the whole watchlist, with what the configuration adds to it."""
    path = folder / "talkwatch.toml"
    added = '[[watchlist.officials]]\nname = "Amara Okafor"\ncountry = "UN"\ngender = "f"\nsurname = ["Okafor"]\n'
    path.write_text(f"{path.read_text(encoding='utf-8')}{added}", encoding="utf-8")
    made = asked(folder, "--rule", "truce", "--until", "2999-01-01", "--official", "Amara Okafor")
    assert "on amara-okafor" in made.stdout, made.exception


def test_an_author_is_always_known(folder, monkeypatch):
    """Without --by it is the user's name, and a number where the system has none."""
    assert asked(folder, "--rule", "truce", "--until", "2999-01-01").exit_code == 0
    (listed,) = json.loads(asked(folder, "--list", "--format", "json").stdout)
    assert listed["author"] == alert_commands.user_name()

    def nobody(_number):
        raise KeyError

    monkeypatch.setattr(alert_commands.pwd, "getpwuid", nobody)
    assert alert_commands.user_name().startswith("user ")
