from __future__ import annotations

import base64
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from flows.config.settings import load_settings
from flows.setup import prepared
from tests.conftest import ROOT
from tests.newsroom import SAID, feed, newsroom
from tests.servers import Reply

pytestmark = pytest.mark.slow

SECRETS = {
    "SMTP_SECRET": "smtp-sentinel-1",
    "HOOK_SECRET": "hook-sentinel-2",
    "BOT_SECRET": "xoxb-bot-sentinel-3",
    "SIGN_SECRET": "sign-sentinel-4",
    "BEAT_SECRET": "beat-sentinel-5",
    "APPRISE_SECRET": "apprise-sentinel-6",
}
SUBSCRIBERS = """
[[subscribers]]
name = "hook"
channel = "slack"
webhook_url = "{hook}/${{HOOK_SECRET}}"
[[subscribers]]
name = "bot"
channel = "slack"
token = "${{BOT_SECRET}}"
to = "#talks"
[[subscribers]]
name = "signed"
channel = "webhook"
url = "{hook}/signed"
secret = "${{SIGN_SECRET}}"
[[subscribers]]
name = "other"
channel = "apprise"
url = "json://{host}/${{APPRISE_SECRET}}"
[channels.slack]
api_url = "{hook}/api/"
"""


@pytest.fixture
def room(tmp_path):
    """An outlet, and every kind of channel, each with a secret, one of them in a file; half of them fail."""
    with newsroom(tmp_path) as opened:
        text = opened.configuration.read_text().replace(
            '["desk", "channel"]', '["desk", "hook", "bot", "signed", "other"]'
        )
        host = f"127.0.0.1:{opened.hook.port}"
        (tmp_path / "password").write_text(SECRETS["SMTP_SECRET"] + "\n")
        (tmp_path / "password").chmod(0o600)
        top, mail = (
            f'operator = "hook"\nheartbeat_url = "http://{host}/${{BEAT_SECRET}}"\n',
            text.index("[channels.email]"),
        )
        login = 'username = "t"\npassword = "${file:password}"\n'
        more = SUBSCRIBERS.format(hook=f"http://{host}", host=host)
        opened.configuration.write_text(top + text[:mail] + more + text[mail:] + login)
        opened.mail._password = "another"
        items = {"/talks": "Kremlin names its terms"}
        now = feed(opened.outlet, items, datetime.now(UTC) - timedelta(hours=1))
        opened.outlet.reply("/rss.xml", Reply(body=now))
        for path, reply in {
            f"/{SECRETS['HOOK_SECRET']}": Reply(body=b"ok"),
            "/api/chat.postMessage": Reply(body=b'{"ok":false,"error":"invalid_auth"}'),
            "/signed": Reply(500, body=SECRETS["SIGN_SECRET"].encode()),
            f"/{SECRETS['APPRISE_SECRET']}": Reply(400),
            f"/{SECRETS['BEAT_SECRET']}": Reply(500),
        }.items():
            opened.hook.reply(path, reply)
        yield opened


def found_in(raw):
    """Return the secrets that stand in some bytes, in clear or in base 64."""
    forms = {name: (value.encode(), base64.b64encode(value.encode())[:-4]) for name, value in SECRETS.items()}
    return {name for name, each in forms.items() if any(form in raw for form in each)}


def told_by(path):
    """Return all that the tables of a DuckDB file hold, unpacked."""
    with duckdb.connect(path, read_only=True) as connection:
        tables = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return repr([connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]).encode()


def test_after_a_whole_pass_no_secret_stands_anywhere(room, tmp_path):
    """With every channel used, and most failing, no log, mail, database or other file of ours holds a secret."""
    environment = {
        **os.environ,
        **SECRETS,
        "TALKWATCH_CONFIG": str(room.configuration),
        "PREFECT_LOGGING_LEVEL": "DEBUG",
    }
    command = [sys.executable, "-c", "from flows.cli.app import main; main()", "run"]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=600, check=False)
    assert ran.returncode == 0, ran.stderr.decode()
    statuses = dict(room.rows("select subscriber, max(status) from messages group by all"))
    assert statuses == {"hook": "sent", "desk": "retry", "bot": "retry", "signed": "retry", "other": "dead"}
    assert len(room.hook.asked(f"/{SECRETS['BEAT_SECRET']}")) == 1
    assert b"no heartbeat: HTTP 500" in ran.stderr
    assert not [said for said in SAID if said[:40].encode() in ran.stderr]  # nor is the log a copy of the news
    files = [file for file in (tmp_path / "var").rglob("*") if file.is_file()]
    assert {"warehouse.duckdb", "analysis.duckdb", "prefect.db"} <= {file.name for file in files}
    leaks = {str(file): found_in(file.read_bytes()) for file in files}
    leaks |= {f"{file} unpacked": found_in(told_by(file)) for file in files if file.suffix == ".duckdb"}
    leaks |= {"stdout": found_in(ran.stdout), "stderr": found_in(ran.stderr)}
    leaks |= {asked.path: found_in(asked.body) for asked in room.hook.requests}
    assert {place: names for place, names in leaks.items() if names} == {}


def test_a_traceback_and_a_repr_show_no_secret(room, monkeypatch):
    """What a bug would print of the settings and of what a pass works with holds none of them."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    setup = prepared(load_settings(room.configuration, sending=True))
    assert found_in(repr(setup).encode()) == set()
    assert all(found_in(repr(who).encode()) == set() for who in setup.settings.subscribers)
