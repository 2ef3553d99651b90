from __future__ import annotations

import re
import shlex

import pytest
from typer.testing import CliRunner

from alerts.deciding import POLICY
from alerts.following import POLICY as FOLLOWING
from alerts.records import News, Reason
from alerts.subscribers import Subscriber
from flows.cli.app import app
from tests.alert_desk import CONFIGURATION, Desk, copies
from tests.conftest import ROOT
from warehouse.published import publish
from warehouse.queries import query

PAGE = (ROOT / "docs" / "alerts.md").read_text(encoding="utf-8")


def rows_under(heading):
    """Return the cells of the table under a heading."""
    section = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    assert lines
    return [
        re.split(r"\s*\|\s*", line.strip("| ")) for line in lines if not line.startswith(("| `reason`", "| `news`"))
    ]


def test_every_reason_is_explained_in_the_order_of_the_policy():
    """The page has each reason there is, in the order in which they are asked for, and says truly which fire."""
    rows = rows_under("One reason each")
    named = [row[0].strip("`") for row in rows]
    assert named == [question.__name__[1:] for question in POLICY]
    assert {row[0].strip("`") for row in rows if row[1] == "yes"} == {reason for reason in Reason if reason.fires}


def test_every_kind_of_news_is_explained():
    """The page has each kind of follow-up, the weightiest first, and at the end the one that people make."""
    named = [row[0].strip("`") for row in rows_under("Follow-ups")]
    assert named == [*(str(kind) for kind, _ in FOLLOWING), News.REATTRIBUTED]
    assert set(named) == set(News)


def test_defaults_are_those_of_the_configuration():
    """What the page says of a subscriber's keys is what holds when they are left out."""
    fields = Subscriber.model_fields
    words = {"0:00:00": '"0s"', "0:05:00": '"5m"', "immediate": '"immediate"', "summary": '"summary"', "None": "none"}
    for key, default, _ in rows_under("Which message, and when"):
        value = str(fields[key.strip("`")].default)
        assert default.strip("`") == words.get(value, value), key


@pytest.fixture
def folder(tmp_path):
    """Return a folder with the page's rule in its configuration, and a published warehouse that has an alert."""
    with Desk(tmp_path) as desk:
        desk.take_in(copies(1)[0])
    text = CONFIGURATION.format(rule="", subscriber="").replace('name = "truce"', 'name = "ceasefire"')
    (tmp_path / "talkwatch.toml").write_text(text, encoding="utf-8")
    publish(tmp_path / "var")
    return tmp_path


def test_the_queries_run(folder):
    """The queries of the page are such as the analysts' copy answers."""
    decided, judged = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
    assert query(folder / "var", decided).columns[2] == "reason"
    assert query(folder / "var", judged).columns == ("rule", "scope", "right", "judged")


def test_the_commands_run(folder):
    """The commands of the page do what it says, at a time before the ends they name."""
    shown = "".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL))
    lines = shown.replace("2026-", "2999-").splitlines()
    assert len(lines) == 6
    ((alert_id,),) = query(folder / "var", "select alert_id from alerts").rows
    for line in lines:
        words = [*shlex.split(line)[1:], "--config", str(folder / "talkwatch.toml")]
        if "--end" in words:
            listed = CliRunner().invoke(app, ["alerts", "silence", "--list", *words[-2:]]).stdout
            words[words.index("--end") + 1] = listed.splitlines()[-1].split()[0]
        if "mark" in words:
            words[2] = alert_id
        answer = CliRunner().invoke(app, words)
        assert answer.exit_code == 0, (line, answer.output, answer.exception)
