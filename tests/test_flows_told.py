from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from flows.cli.app import app
from flows.cli.messages import sampled
from flows.problems import UsageProblem
from flows.steps.deliver.relay import look
from flows.steps.passes import run_pass
from flows.trials.check import checked
from tests.newsroom import feed, newsroom, page
from tests.post_office import post_office
from tests.servers import Reply
from warehouse import outbox, runs
from warehouse.store import writing

pytestmark = pytest.mark.slow

SUBJECTS = ("harbour", "bridge", "railway", "orchard", "theatre", "quarry", "stadium")


@pytest.fixture
def office(tmp_path):
    """A mail server, a webhook receiver, and stories that fire."""
    with post_office(tmp_path) as opened:
        yield opened


@pytest.fixture
def room(tmp_path):
    """An outlet with seven stories, each with words of the Kremlin of its own; a mailbox and a webhook."""
    with newsroom(tmp_path) as opened:
        stories = {f"/{name}": f"Kremlin on the {name}" for name in SUBJECTS}
        opened.outlet.reply("/rss.xml", Reply(body=feed(opened.outlet, stories)))
        for number, name in enumerate(SUBJECTS):
            opened.outlet.reply(f"/{name}", page(f"Kremlin on the {name}", paragraphs(number, name)))
        yield opened


def paragraphs(number, name):
    """Return a story on one thing, which shares no sentence with another."""
    return (
        f"“A ceasefire near the {name} would spare {number + 3} villages and {number + 11} farms,” Dmitry Peskov said.",
        f"The {name} lies {number * 7 + 9} kilometres from the line, and {name} workers left it {number + 2} weeks ago.",
        f"Nobody has counted what the {name} lost, its director told a paper of the {name} district on day {number + 4}.",
        f"A commission of {number + 5} engineers is to look at the {name} when the roads to the {name} are open again.",
    )


def write(room, **lines):
    """Give the desk more lines in its table."""
    room.write()
    more = "".join(f'{key} = "{value}"\n' for key, value in lines.items())
    text = room.configuration.read_text(encoding="utf-8")
    room.configuration.write_text(text.replace('to = "desk@example.org"\n', f'to = "desk@example.org"\n{more}'))


def test_a_new_deployment_finds_one_summary(room):
    """The first pass sends a subscriber one message where it would send more than five, and the next pass each."""
    room.run()
    (mail,) = room.mail.wait_for(1)
    assert mail.message["Subject"].startswith("Digest: 7 alerts from 7 articles. Dmitry Peskov: “A ceasefire near the")
    assert len(mail.message["X-Talkwatch-Alert"].split()) == 7
    assert len(room.hook.asked("/hook")) == 1
    assert room.rows("select count(*), count(distinct alert_id), min(status) from deliveries") == [(14, 7, "sent")]
    room.now += timedelta(minutes=11)
    room.outlet.reply("/later", page("Kremlin later", paragraphs(9, "lighthouse")))
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, {"/later": "Kremlin later"})))
    room.run()
    assert room.mail.wait_for(2)[1].message["Subject"].startswith("Dmitry Peskov: “A ceasefire near the lighthouse")


def test_who_wants_each_gets_each(room):
    """A subscriber may be told message by message from the first pass on."""
    write(room, first_pass="each")
    room.run()
    assert len(room.mail.wait_for(7)) == 7
    assert len(room.hook.asked("/hook")) == 1


def test_the_relay_waits_for_the_first_pass(office):
    """While a new deployment's first pass is under way nothing leaves beside it."""
    office.record(1)
    assert look(office.setup())[0]
    with writing(office.setup().data_dir) as session:
        runs.start_run(session, "r1", office.now)
    assert not look(office.setup())[0]
    run_pass(office.setup())
    assert len(office.mail.wait_for(1)) == 1


def test_a_thread_has_one_subject(office):
    """What replies has the subject of the thread's first with "Re:", as mail programs thread it, and says its own above."""
    office.record(1)
    office.deliver()
    ((first, alert_id),) = office.rows("select message_id, alert_id from deliveries where subscriber = 'desk'")
    with writing(office.setup().data_dir) as session:
        (sent,) = (each for each in outbox.recent_messages(session, office.now) if each.message_id == first)
        again = replace(sent, message_id="f" * 16, thread_of=first, attempts=0, status="pending", tried_since=None)
        outbox.save_messages(session, [again])
    office.deliver(timedelta(minutes=1))
    assert [row[1] for row in office.rows("select alert_id, count(*) from deliveries group by 1")] == [3]
    before, reply = (mail.message for mail in office.mail.wait_for(2))
    assert (reply["Subject"], reply["In-Reply-To"]) == (f"Re: {before['Subject']}", before["Message-ID"])
    assert office.rows(f"select subject from messages where message_id = '{first}'") == [(before["Subject"],)]
    assert alert_id


def test_a_sample_shows_the_newest_alert_of_the_last_days(office):
    """With a real alert at hand a sample is that one, marked as a sample; nothing of it is recorded."""
    office.record(1)
    office.deliver()
    ((alert_id,),) = office.rows("select alert_id from alerts")
    assert sampled(office.setup(), "desk") == f'a sample was taken for "desk" by email; it shows alert {alert_id}'
    assert "it shows alert" in sampled(office.setup(), "talks")
    first, sample = (mail.message for mail in office.mail.wait_for(2))
    assert sample["Subject"] == f"Sample: {first['Subject']}"
    assert sample.get_body(("plain",)).get_content().startswith("This is a sample, sent by hand")
    assert json.loads(office.hook.asked("/hook")[-1].body)["text"].startswith("Sample: ")
    assert office.rows("select count(*) from messages") == [(2,)]
    office.now += timedelta(days=8)
    assert "it shows alert" not in sampled(office.setup(), "desk")


def marked(office, *arguments):
    """Type `talkwatch alerts mark`; return what it prints, and what it ends with."""
    result = CliRunner().invoke(app, ["alerts", "mark", *arguments, "--config", str(office.path)])
    return result.output, result.exception


def test_what_people_think_of_alerts_is_kept(office):
    """A mark is a row with its reason; the newest counts, and a wrong word or id is said."""
    office.record(1)
    ((alert_id,),) = office.rows("select alert_id from alerts")
    assert marked(office, alert_id[:8], "wrong", "--why", "he was only named")[1] is None
    output, _ = marked(office, alert_id, "right")
    assert output == f"marked right: {alert_id}, Dmitry Peskov, rule ceasefire\n"
    told = office.rows("select alert_id, verdict, why, subscriber from verdicts order by marked_at")
    assert told == [(alert_id, "wrong", "he was only named", None), (alert_id, "right", None, None)]
    assert isinstance(marked(office, "zzz", "right")[1], UsageProblem)
    assert "'good' is not one of" in marked(office, alert_id, "good")[0]
    shown = CliRunner().invoke(app, ["alerts", "show", alert_id, "--config", str(office.path)]).output
    assert "he was only named" in shown


@pytest.mark.parametrize(("count", "judged"), [(9, None), (10, "70%")])
def test_ten_verdicts_are_a_figure(office, count, judged):
    """With ten right or wrong alerts `rules check` tells each rule's share by scope; what was only seen is not judged."""
    office.record(*range(count + 1))
    names = [name for (name,) in office.rows("select alert_id from alerts order by alert_id")]
    for number, name in enumerate(names):
        with writing(office.setup().data_dir) as session:
            session.run(
                "insert into verdicts (alert_id, verdict, marked_at) values ($1, $2, $3)",
                [name, "seen" if number == count else "right" if number < 7 else "wrong", office.now],
            )
    told = checked(office.setup().settings, now=lambda: office.now).judged
    if judged is None:
        assert told is None
    else:
        by_rule, about = told.split("\n\n")
        assert by_rule.splitlines()[-1].split() == ["ceasefire", "sentence", "7", "10", judged]
        assert ["speaker", "dmitry-peskov", "7", "10", judged] in [line.split() for line in about.splitlines()]
