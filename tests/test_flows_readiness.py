"""What `serve` looks at before it begins, told in one list."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from flows import prefect_server, readiness
from flows.config.settings import load_settings
from flows.problems import UsageProblem, WorkProblem
from flows.readiness import look_over
from flows.setup import Setup, prepared
from tests.servers import closed_port
from tests.warehouse_examples import NOW, new_warehouse
from warehouse.runs import RunCounts, finish_run, start_run
from warehouse.store import LIVE, writing

CONFIGURATION = """
data_dir = "var"
operator = "desk"
[[feeds]]
url = "https://herald.example/rss"
outlet = "Herald"
[[rules]]
name = "ceasefire"
keywords = ["ceasefire"]
officials = "any"
subscribers = ["desk", "hook"]
[[subscribers]]
name = "desk"
channel = "email"
to = "desk@example.org"
[[subscribers]]
name = "hook"
channel = "webhook"
url = "http://127.0.0.1:{hook}/in"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
[channels.email]
host = "127.0.0.1"
port = {mail}
security = "none"
from = "t@example.org"
[http]
listen = "127.0.0.1:{pages}"
"""


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A deployment whose mail server and webhook listen, and nobody where its pages will be."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as mail, socket.create_server(("127.0.0.1", 0)) as hook:
        desk = SimpleNamespace(mail=mail.getsockname()[1], hook=hook.getsockname()[1], pages=closed_port(), taken=mail)
        desk.data_dir = tmp_path / "var"

        def setup():
            text = CONFIGURATION.format(mail=desk.mail, hook=desk.hook, pages=desk.pages)
            (tmp_path / "talkwatch.toml").write_text(text, encoding="utf-8")
            made = prepared(load_settings(tmp_path / "talkwatch.toml", sending=True))
            return Setup(settings=made.settings, watchlist=made.watchlist, rules=made.rules, now=lambda: NOW)

        desk.setup = setup
        desk.data_dir.mkdir()
        new_warehouse(desk.data_dir)
        yield desk


def said(caplog, level="INFO"):
    """Return what was logged of the look, at a level."""
    return [each.getMessage() for each in caplog.records if (each.name, each.levelname) == ("talkwatch.serve", level)]


def test_what_is_there_is_one_line(desk, caplog):
    """Feeds, rules, subscribers, the schema, the model, the disk and the servers that answer stand in it; no warning."""
    caplog.set_level("INFO")
    look_over(desk.setup())
    (line,) = said(caplog)
    for part in ("talkwatch.toml: 1 feed, 1 rule, 2 subscribers", "warehouse: schema ", "no pass has finished yet", "model: en_core_web_sm", "free", f"the channel email: 127.0.0.1:{desk.mail} answers", f"the channel webhook of hook: 127.0.0.1:{desk.hook} answers"):  # fmt: skip
        assert part in line
    assert said(caplog, "WARNING") == []


ODD = {
    "a mail server is away": (lambda desk: setattr(desk, "mail", closed_port()), "the channel email: 127.0.0.1:{mail} does not answer (Connection refused); messages wait"),
    "a webhook is away": (lambda desk: setattr(desk, "hook", closed_port()), "the channel webhook of hook: 127.0.0.1:{hook} does not answer (Connection refused); messages wait"),
    "the pages' address is taken": (lambda desk: setattr(desk, "pages", desk.mail), "something answers at http://127.0.0.1:{pages}/ already; the pages are served when it is gone"),
}  # fmt: skip


@pytest.mark.parametrize(("happens", "warning"), ODD.values(), ids=ODD.keys())
def test_what_passes_can_begin_with_is_a_warning(desk, caplog, happens, warning):
    """Each names what is odd and what comes of it, and is no reason not to begin."""
    happens(desk)
    look_over(desk.setup())
    assert said(caplog, "WARNING") == [f"to look at: {warning.format(**vars(desk))}"]


def test_little_room_and_a_clock_that_is_behind_are_warnings(desk, caplog, monkeypatch):
    """The room that passes may need is named, and by how much the clock and the last pass disagree."""
    with writing(desk.data_dir) as session:
        start_run(session, "one", NOW + timedelta(days=3))
        finish_run(session, "one", NOW + timedelta(days=3), RunCounts())
    monkeypatch.setattr(readiness.shutil, "disk_usage", lambda _: SimpleNamespace(free=5_000_000))
    look_over(desk.setup())
    clock, room = said(caplog, "WARNING")
    assert "it is 2026-11-21 12:05 UTC by this machine's clock, and the last pass finished 2026-11-24" in clock
    assert "5 MB free, and passes may need" in room


def test_all_that_keeps_it_from_beginning_is_told_at_once(desk, monkeypatch):
    """No model and no Prefect server: both are named, and besides them the mail server that does not answer."""
    monkeypatch.setattr("extractors.speech.parsing.PACKAGES", ("no_such_model",))
    monkeypatch.setattr("extractors.speech.parsing.version", lambda _: "3.8.0")
    readiness.model_version.cache_clear()
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{closed_port()}/api")
    desk.mail = closed_port()
    with pytest.raises(WorkProblem) as told:
        look_over(desk.setup())
    readiness.model_version.cache_clear()
    model, server, mail = str(told.value).splitlines()
    assert "no English model is installed" in model
    assert "no Prefect server answers" in server
    assert mail.startswith("besides, the channel email: ")


def test_a_port_that_is_taken_is_told_with_the_rest(desk, monkeypatch):
    """The port that Prefect is to have is looked at before anything is started there."""
    monkeypatch.setattr(prefect_server, "PORT_SECONDS", 0.0)
    taken, desk.mail = desk.mail, closed_port()
    setup = desk.setup()
    with pytest.raises(WorkProblem) as told:
        look_over(replace(setup, settings=replace(setup.settings, prefect_port=taken)))
    port, mail = str(told.value).splitlines()
    assert port == f"port {taken} is taken; write another one as port in [prefect]"
    assert mail.startswith("besides, the channel email: ")


def test_a_warehouse_that_cannot_be_used_is_wrong_use(desk):
    """A file that is none of ours ends it with exit code 2, which systemd does not start again after."""
    (desk.data_dir / LIVE).write_bytes(b"something else " * 1000)
    with pytest.raises(UsageProblem, match="no DuckDB file"):
        look_over(desk.setup())
