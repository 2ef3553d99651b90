from __future__ import annotations

import logging
import os
from dataclasses import replace
from datetime import timedelta

import pytest

from flows.cli.deployment import settings_to_begin_with
from flows.config.accepted import current_settings, forget
from flows.problems import UsageProblem
from flows.serving import Reloading
from flows.setup import prepared
from flows.steps.passes import run_pass
from tests.newsroom import RULES, newsroom

MORE = """
[[rules]]
name = "istanbul"
keywords = ["Istanbul"]
officials = "any"
subscribers = ["channel"]
[[feeds]]
url = "https://tribune.example/rss"
outlet = "Tribune"
"""
WRONG = RULES.replace('"desk", "channel"', '"desk", "chanel"')


@pytest.fixture
def room(tmp_path, monkeypatch):
    """A deployment whose operator is told by mail, and which goes by what it has accepted."""
    with newsroom(tmp_path) as opened:
        monkeypatch.setenv("TALKWATCH_CONFIG", str(opened.configuration))
        monkeypatch.delenv("TALKWATCH_ACCEPTED", raising=False)
        write(opened)
        (tmp_path / "var").mkdir()
        yield opened
        os.environ.pop("TALKWATCH_ACCEPTED", None)


def write(room, rules: str = RULES, more: str = "") -> None:
    """Write the configuration, with the desk as its operator."""
    room.write(rules=rules, more=more)
    room.configuration.write_text('operator = "desk"\n' + room.configuration.read_text())


def begun(room) -> Reloading:
    """Return what looks at the configuration of a deployment that has begun."""
    reloading = Reloading(room.setup())
    reloading.begin()
    return reloading


def passed(room) -> list[str]:
    """Do a pass with what the deployment goes by; return what the operator was told so far."""
    run_pass(replace(prepared(current_settings()), now=lambda: room.now))
    mails = [mail.message for mail in room.mail.mails if "configuration" in mail.message["Subject"]]
    return [f"{mail['Subject']} {mail.get_body(('plain',)).get_content()}" for mail in mails]


def test_a_change_that_is_right_is_taken_over_with_a_line(room, caplog):
    """Once it has stood from one look to the next, so that a half-written file is none; the line says what changed."""
    reloading = begun(room)
    assert reloading.look() is None
    write(room, RULES.replace('"truce"', '"armistice"'), MORE)
    with caplog.at_level(logging.INFO, "talkwatch.serve"):
        assert reloading.look() is None, "it may not be written to its end"
        assert [rule.name for rule in current_settings().rules] == ["ceasefire"]
        fresh = reloading.look()
    assert fresh is not None
    assert "the configuration is taken over: 1 feed new, 1 rule new, 1 rule changed" in caplog.text
    assert [rule.name for rule in current_settings().rules] == ["ceasefire", "istanbul"]
    assert reloading.look() is None, "nothing has changed since"


def test_a_change_that_is_wrong_leaves_the_old_one_in_use(room):
    """Passes go on, the operator is told once with file and line, and once more when it is right again."""
    reloading = begun(room)
    write(room, WRONG)
    assert reloading.look(asked=True) is None
    (told,) = passed(room)
    assert "The changed configuration is wrong, the one before stays in use" in told
    assert f"{room.configuration}:" in told
    assert 'unknown subscriber "chanel"' in told
    assert reloading.look(asked=True) is None
    write(room, RULES.replace("ceasefire", "armistice"))
    room.now += timedelta(minutes=1)
    assert reloading.look(asked=True) is not None
    _, again = passed(room)
    assert "The configuration is right again" in again


def test_a_watchlist_belongs_to_its_configuration(room):
    """A changed watchlist is a change; one that is wrong stays out, and what passes read is the one before."""
    names = room.configuration.parent / "names.toml"
    names.write_text('[[places]]\nid = "elmau"\nname = "Elmau"\ncountry = "DE"\n')
    write(room, more='[watchlist]\nfile = "names.toml"\n')
    reloading = begun(room)
    names.write_text("[[places]]\nid = 5\n")
    assert reloading.look() is None
    assert reloading.look() is None
    assert "elmau" in str(prepared(current_settings()).watchlist.places)
    names.unlink()
    assert reloading.look(asked=True) is None
    assert "elmau" in str(prepared(current_settings()).watchlist.places)


def test_what_is_read_at_the_start_alone_waits(room, caplog):
    """Another data_dir or port is said to wait; all else is taken over."""
    reloading = begun(room)
    write(room, RULES.replace('"truce"', '"armistice"'), '[http]\nlisten = "127.0.0.1:8799"\n')
    room.configuration.write_text(room.configuration.read_text().replace('"var"', '"elsewhere"'))
    fresh = reloading.look(asked=True)
    assert fresh is not None
    assert "data_dir, [http]: used from the next start on" in caplog.text
    assert fresh.data_dir == current_settings().data_dir == room.configuration.parent / "var"


def test_serve_that_begins_anew_beside_a_wrong_file_goes_on(room, caplog):
    """It goes by what it had accepted, and the operator is told at the first look."""
    begun(room)
    write(room, WRONG)
    settings = settings_to_begin_with(None)
    assert [rule.subscribers for rule in settings.rules] == [("desk", "channel")]
    again = Reloading(replace(prepared(settings), now=lambda: room.now))
    again.begin()
    assert again.look() is None
    assert "The changed configuration is wrong, the one before stays in use" in caplog.text
    assert room.rows("SELECT count(*) FROM messages") == [(1,)]
    forget(room.configuration.parent / "var")
    with pytest.raises(UsageProblem, match="chanel"):
        settings_to_begin_with(None)


def test_without_a_deployment_the_file_itself_counts(room):
    """`run` by hand reads the file, also after a deployment has ended."""
    begun(room)
    write(room, WRONG)
    assert current_settings().rules
    forget(room.configuration.parent / "var")
    os.environ.pop("TALKWATCH_ACCEPTED")
    with pytest.raises(UsageProblem, match="chanel"):
        current_settings()
