from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from flows.cli.deployment import try_blocked, wellness
from flows.cli.messages import sampled, sent_again, subscribed, unsubscribed
from flows.problems import UsageProblem, WorkProblem
from tests.post_office import post_office
from tests.servers import Reply

pytestmark = pytest.mark.slow

HOUR = timedelta(hours=1)


@pytest.fixture
def office(tmp_path):
    """A mail server, a webhook receiver, and stories that fire."""
    with post_office(tmp_path) as opened:
        yield opened


@pytest.fixture
def dead(office):
    """The same, with a message to the desk that was refused."""
    office.mail.answer("RCPT", "550 5.1.1 unknown")
    office.record(1)
    office.deliver()
    ((message, alert),) = office.rows("select message_id, alert_id from deliveries where status = 'dead'")
    return office, message, alert


def caught_up(office):
    """Move the test's clock to the machine's, which the commands read."""
    ((due,),) = office.rows("select max(due_at) from messages")
    office.now = due


@pytest.mark.parametrize("by", ["--dead", "message", "alert"])
def test_what_is_dead_can_be_sent_again(dead, by):
    """Revived, a message goes out with the next pass, once, under the id it had."""
    office, message, alert = dead
    settings = office.setup().settings
    name = {"--dead": None, "message": message[:9], "alert": alert[:9]}[by]
    said = sent_again(settings, name, dead=name is None)
    # By its alert, what Slack has got is sent again as well.
    assert said == f"{'2 messages' if by == 'alert' else '1 message'} to leave with the next pass"
    caught_up(office)
    office.deliver()
    assert [mail.message["Message-ID"] for mail in office.mail.mails] == [f"<{message}@example.org>"]
    assert sent_again(settings, None, dead=True) == "0 messages to leave with the next pass"


@pytest.mark.parametrize(("name", "dead"), [(None, False), ("", False), ("abc", True), ("nothing-begins-so", False)])
def test_what_to_send_again_has_to_be_named(office, name, dead):
    """One message or alert, or --dead for all: neither, both, and an unknown id are mistakes."""
    with pytest.raises(UsageProblem):
        sent_again(office.setup().settings, name, dead=dead)


def test_a_beginning_that_several_ids_have_sends_nothing_again(office):
    """What is named has to be one message or one alert: a slip of the finger repeats nothing to anybody."""
    office.record(*range(6))
    pairs = office.rows("select message_id, alert_id from message_alerts")
    digits = Counter(name[0] for name in {name for pair in pairs for name in pair})
    ((first, count),) = digits.most_common(1)
    with pytest.raises(UsageProblem, match=f"{count} messages and alerts have ids that begin with {first}; write more"):
        sent_again(office.setup().settings, first, dead=False)
    assert office.rows("select distinct status from messages") == [("pending",)]


def test_a_sample_is_marked_and_leaves_now(office):
    """A sample says that it is one, by mail and in Slack; nothing of it is recorded."""
    assert sampled(office.setup(), "desk") == 'a sample was taken for "desk" by email'
    assert sampled(office.setup(), "talks") == 'a sample was taken for "talks" by slack'
    (mail,) = office.mail.wait_for(1)
    (asked,) = office.hook.asked("/hook")
    assert mail.message["Subject"] == json.loads(asked.body)["text"] == "Sample from Talkwatch: this way works"
    assert "Nothing was said and nothing fired." in mail.message.get_body(("plain",)).get_content()
    assert office.rows("select count(*) from messages") == [(0,)]


def test_a_sample_that_does_not_arrive_says_why(office):
    """The command fails with the channel's words; a wrong name gets the nearest right one."""
    office.hook.reply("/hook", Reply(404, body=b"no_service"))
    with pytest.raises(WorkProblem, match='no sample for "talks" by slack: HTTP 404: no_service'):
        sampled(office.setup(), "talks")
    with pytest.raises(UsageProblem, match=r'no subscriber "tallks" \(did you mean "talks"\?\)'):
        sampled(office.setup(), "tallks")


def blocked(office):
    """Let a webhook take nothing, until it is mended: two messages wait behind it, one of them tried."""
    office.hook.reply("/hook", Reply(404, body=b"no_service"))
    office.record(1)
    office.record(2)
    office.deliver()
    office.hook.reply("/hook", Reply(body=b"ok"))
    office.deliver(timedelta(minutes=9))
    assert len(office.hook.asked("/hook")) == 1


def test_a_sample_that_arrives_opens_a_blocked_channel(office):
    """What waited leaves at once, and the operator is told that the channel is well."""
    blocked(office)
    sampled(office.setup(), "talks")
    assert office.rows("select count(*) from channels") == [(0,)]
    office.deliver()
    assert len(office.hook.asked("/hook")) == 4
    told = [asked.body.decode() for asked in office.hook.asked("/ops")]
    assert ["takes messages again" in body for body in told] == [False, True]


def test_a_sample_to_another_opens_nothing(office):
    """That mail arrives says nothing of a webhook."""
    blocked(office)
    sampled(office.setup(), "desk")
    office.deliver()
    assert len(office.hook.asked("/hook")) == 1


@pytest.mark.parametrize(
    "mend",
    [
        pytest.param(lambda office: try_blocked(office.setup().settings), id="the start of run or serve"),
        pytest.param(
            lambda office: sent_again(
                office.setup().settings, office.rows("select min(message_id) from messages")[0][0], dead=False
            ),
            id="alerts resend",
        ),
    ],
)
def test_a_blocked_channel_is_tried_at_once_by_whoever_may_have_mended_it(office, mend, monkeypatch):
    """It need not wait for an hour: one message tries it, and the others follow."""
    for module in ("deployment", "messages"):
        monkeypatch.setattr(f"flows.cli.{module}.utc_now", lambda: office.now)
    blocked(office)
    mend(office)
    office.deliver()
    assert len(office.hook.asked("/hook")) == 3
    assert office.rows("select count(*) from channels") == [(0,)]


def test_who_is_unsubscribed_gets_no_sample(office):
    """Nothing is sent, and the command says what to write first."""
    unsubscribed(office.setup().settings, "desk")
    with pytest.raises(
        UsageProblem, match=r"is unsubscribed and gets nothing.*`talkwatch alerts subscribe desk` takes"
    ):
        sampled(office.setup(), "desk")
    assert office.mail.mails == []
    subscribed(office.setup().settings, "desk")
    assert "was taken" in sampled(office.setup(), "desk")


def test_a_sample_needs_no_warehouse(office):
    """Before the first pass a sample leaves, and makes no warehouse."""
    live = office.path.parent / "var" / "warehouse.duckdb"
    live.unlink()
    assert "was taken" in sampled(office.setup(), "desk")
    assert not live.exists()


def test_who_is_unsubscribed_gets_nothing(office):
    """What waits is stopped, what comes is too, nobody else misses anything, and no --dead revives it."""
    office.record(1)
    settings = office.setup().settings
    assert "gets nothing any more; stopped: 1 waiting message;" in unsubscribed(settings, "desk")
    assert "was unsubscribed before; stopped: 0 waiting" in unsubscribed(settings, "desk")
    office.record(2)
    office.deliver()
    assert (len(office.mail.mails), len(office.hook.asked("/hook"))) == (0, 2)
    assert office.rows("select distinct status, last_error from messages where subscriber = 'desk'") == [
        ("dead", "unsubscribed")
    ]
    assert sent_again(settings, None, dead=True) == "0 messages to leave with the next pass"
    well = wellness(settings, HOUR)[1]
    assert "unsubscribed: desk" in well
    assert "could not be delivered" not in well


def test_who_is_subscribed_again_gets_what_comes(office):
    """Taken back, messages come as before; what was stopped stays so."""
    settings = office.setup().settings
    office.record(1)
    unsubscribed(settings, "desk")
    assert subscribed(settings, "desk") == '"desk" gets messages again'
    assert subscribed(settings, "desk") == '"desk" was not unsubscribed'
    office.record(2)
    office.deliver()
    assert ["Story 2" in subject or subject.endswith("Outlet 2") for subject in office.mailed()] == [True]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["resend", "--dead"], 0, "0 messages to leave with the next pass", id="resend"),
        pytest.param(["test", "desk"], 0, "a sample was taken", id="test"),
        pytest.param(["unsubscribe", "desk"], 0, "gets nothing any more", id="unsubscribe"),
        pytest.param(["subscribe", "desk"], 0, "was not unsubscribed", id="subscribe"),
    ],
)
def test_commands_print_one_line(office, monkeypatch, words, code, said):
    """Each command answers in one line on stdout."""
    monkeypatch.setenv("TALKWATCH_CONFIG", str(office.path))
    answer = CliRunner().invoke(app, ["alerts", *words])
    assert (answer.exit_code, answer.stdout.count("\n")) == (code, 1)
    assert said in answer.stdout


def test_only_what_may_send_needs_the_secrets(office, monkeypatch):
    """With a secret that is not set, reviving and unsubscribing work; a sample does not."""
    office.path.write_text(office.path.read_text() + '\nusername = "t"\npassword = "${NOT_SET_ANYWHERE}"\n')
    monkeypatch.setenv("TALKWATCH_CONFIG", str(office.path))
    runner = CliRunner()
    assert [
        runner.invoke(app, ["alerts", *words]).exit_code for words in (["resend", "--dead"], ["unsubscribe", "desk"])
    ] == [0, 0]
    assert isinstance(runner.invoke(app, ["alerts", "test", "desk"]).exception, UsageProblem)
