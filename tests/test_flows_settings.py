from __future__ import annotations

import re
from datetime import time, timedelta
from pathlib import Path

import pytest

from alerts.channels import CHANNELS
from alerts.records import Scope, Severity
from alerts.subscribers import Mode, QuietHours
from flows.config.settings import Settings, load_settings
from flows.problems import UsageProblem

FULL = """\
data_dir = "var"
timezone = "Europe/Kyiv"
operator = "desk"

[schedule]
every = "1m"

[fetch]
contact = "mailto:desk@example.org"
concurrency = 32
per_host = 1
delay_seconds = 5
timeout_seconds = 20
max_body_mb = 10
allow_hosts = ["127.0.0.1:8000"]
pass_seconds = 60

[[feeds]]
url = "https://outlet.example/world/rss.xml"
outlet = "Outlet"
country = "TR"
every = "10m"
max_every = "40m"

[[rules]]
name = "ceasefire"
keywords = ["ceasefire", "truce", "halt to hostilities"]
officials = ["Dmitry Peskov", "side:ukraine", "role:foreign minister"]
scope = "sentence"
exclude = ["hockey"]
severity = "high"
min_independent = 1
cooldown = "6h"
max_age = "48h"
subscribers = ["desk", "talks-channel"]

[[subscribers]]
name = "desk"
channel = "email"
to = "desk@example.org"
mode = "immediate"
quiet_hours = "22:00-06:00"
timezone = "Europe/Kyiv"
digest_at = "08:00"
max_per_hour = 20
group_wait = "0s"
group_interval = "5m"

[[subscribers]]
name = "talks-channel"
channel = "slack"
webhook_url = "${TALKS_SLACK_WEBHOOK}"

[channels.email]
host = "smtp.example.org"
port = 587
security = "starttls"
username = "talkwatch"
password = "${SMTP_PASSWORD}"
from = "Talkwatch <talkwatch@example.org>"
"""


def settings_from(folder: Path, text: str, *, sending: bool = False) -> Settings:
    """Write a configuration and load it."""
    path = folder / "talkwatch.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path, sending=sending)


def complaint(folder: Path, text: str, *, sending: bool = False) -> str:
    """Return what is said about a configuration that is wrong."""
    with pytest.raises(UsageProblem) as caught:
        settings_from(folder, text, sending=sending)
    return str(caught.value).replace(str(folder) + "/", "")


def test_a_full_configuration_becomes_records(tmp_path, monkeypatch):
    """Every key of the contract arrives in the record it belongs to."""
    monkeypatch.setenv("TALKS_SLACK_WEBHOOK", "https://hooks.example/services/secret")
    monkeypatch.setenv("SMTP_PASSWORD", "geheim")
    settings = settings_from(tmp_path, FULL, sending=True)
    (feed,), (rule,), (desk, channel) = settings.feeds, settings.rules, settings.subscribers
    assert (settings.data_dir, settings.timezone, settings.operator) == (tmp_path / "var", "Europe/Kyiv", "desk")
    assert (settings.every, settings.fetch.allow_hosts) == (timedelta(minutes=1), ("127.0.0.1:8000",))
    assert (feed.outlet, feed.country, feed.every, feed.max_every) == (
        "Outlet",
        "TR",
        timedelta(minutes=10),
        timedelta(minutes=40),
    )
    assert (rule.scope, rule.severity, rule.exclude) == (Scope.SENTENCE, Severity.HIGH, ("hockey",))
    assert (rule.cooldown, rule.max_age) == (timedelta(hours=6), timedelta(hours=48))
    assert (desk.quiet_hours, desk.digest_at, desk.mode) == (
        QuietHours(starts=time(22), ends=time(6)),
        time(8),
        Mode.IMMEDIATE,
    )
    assert channel.webhook_url == "https://hooks.example/services/secret"
    assert channel.timezone == "Europe/Kyiv"
    email = settings.channels["email"]
    assert (email.password, email.security) == ("geheim", "starttls")


def test_no_secret_stands_in_a_repr(tmp_path, monkeypatch):
    """Neither the webhook nor the password shows when settings are printed."""
    monkeypatch.setenv("TALKS_SLACK_WEBHOOK", "https://hooks.example/services/secret")
    monkeypatch.setenv("SMTP_PASSWORD", "geheim")
    shown = repr(settings_from(tmp_path, FULL, sending=True))
    assert "geheim" not in shown
    assert "services/secret" not in shown


@pytest.mark.parametrize("text", [pytest.param("", id="empty"), pytest.param('data_dir = "x"\n', id="data_dir alone")])
def test_all_may_be_left_out(tmp_path, text):
    """A file without feeds, rules and subscribers is valid, and the defaults are the contract's."""
    settings = settings_from(tmp_path, text, sending=True)
    assert (settings.timezone, settings.operator, settings.feeds, settings.channels) == ("UTC", None, (), {})
    assert (settings.fetch.concurrency, settings.fetch.delay_seconds, settings.fetch.pass_seconds) == (32, 5, 60)


def test_what_is_kept_for_a_time_only(tmp_path):
    """Pages are kept for ninety days and in five gigabytes, or for as long and as much as [retention] says."""
    pages = settings_from(tmp_path, "").retention.keeping
    assert (pages.age, pages.size) == (timedelta(days=90), 5_000_000_000)
    pages = settings_from(tmp_path, '[retention]\npages = "none"\npages_size = "200 MB"').retention.keeping
    assert (pages.age, pages.size) == (None, 200_000_000)


def test_defaults_of_rules_and_feeds(tmp_path):
    """What a rule, a feed and a subscriber leave out is as the contract says."""
    text = (
        '[[feeds]]\nurl = "https://a.example/f"\noutlet = "A"\nevery = "1s"\n'
        '[[rules]]\nname = "r"\nkeywords = ["x"]\nofficials = "any"\nsubscribers = ["s"]\nmax_age = "none"\n'
        '[[subscribers]]\nname = "s"\nchannel = "slack"\nwebhook_url = "https://hooks.example/1"\n'
    )
    settings = settings_from(tmp_path, text, sending=True)
    (feed,), (rule,), (who,) = settings.feeds, settings.rules, settings.subscribers
    assert (feed.every, feed.max_every, feed.country) == (timedelta(seconds=1), timedelta(seconds=4), None)
    assert (rule.officials, rule.scope, rule.severity, rule.max_age) == (
        ("any",),
        Scope.SENTENCE,
        Severity.NORMAL,
        None,
    )
    assert (who.max_per_hour, who.group_wait, who.group_interval) == (20, timedelta(0), timedelta(minutes=5))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            "cooldown =",
            "cooldwon =",
            'talkwatch.toml:33: unknown key cooldwon (did you mean "cooldown"?)',
            id="misspelt key",
        ),
        pytest.param(
            "per_host =",
            "per_hst =",
            'talkwatch.toml:11: unknown key per_hst (did you mean "per_host"?)',
            id="in a table",
        ),
        pytest.param(
            "[schedule]",
            "[shedule]",
            'talkwatch.toml:5: unknown key shedule (did you mean "schedule"?)',
            id="misspelt table",
        ),
        pytest.param(
            'outlet = "Outlet"\n', "", "talkwatch.toml:18: [[feeds]] needs outlet", id="missing key, at its table"
        ),
        pytest.param(
            "https://outlet.example",
            "outlet.example",
            'talkwatch.toml:19: url: write an absolute address, for example "https://outlet.example/rss.xml"',
            id="no URL",
        ),
        pytest.param(
            'every = "10m"',
            'every = "ten minutes"',
            'talkwatch.toml:22: every: write a whole number and s, m, h or d, for example "10m"',
            id="no duration",
        ),
        pytest.param(
            '"sentence"',
            '"sentense"',
            "talkwatch.toml:29: scope: write 'speaks', 'acts', 'statement', 'sentence', 'paragraph' or 'article' "
            '(did you mean "sentence"?)',
            id="no scope",
        ),
        pytest.param(
            '"sentence"',
            '"silent"',
            "talkwatch.toml:29: scope: write 'speaks', 'acts', 'statement', 'sentence', 'paragraph' or 'article'",
            id="the scope of alerts alone",
        ),
        pytest.param(
            'max_every = "40m"',
            'max_every = "4m"',
            'talkwatch.toml:18: feeds: max_every is shorter than every; write a longer one, for example "40m"',
            id="max below every",
        ),
        pytest.param(
            '["desk", "talks-channel"]',
            '["dsk"]',
            'talkwatch.toml:35: rule "ceasefire": unknown subscriber "dsk" (did you mean "desk"?)',
            id="unknown subscriber",
        ),
        pytest.param(
            'operator = "desk"',
            'operator = "disk"',
            'talkwatch.toml:3: operator: unknown subscriber "disk" (did you mean "desk"?)',
            id="unknown operator",
        ),
        pytest.param(
            'channel = "slack"',
            'channel = "slak"',
            'talkwatch.toml:51: subscriber "talks-channel": no channel "slak" (did you mean "slack"?); there are '
            + ", ".join(CHANNELS),
            id="unknown channel",
        ),
        pytest.param(
            'desk@example.org"\nmode',
            'desk@@example"\nmode',
            'talkwatch.toml:40: subscriber "desk": to is no e-mail address; write one, for example "desk@example.org"',
            id="no address",
        ),
        pytest.param(
            'desk@example.org"\nmode',
            'a@example.org, b@example.org"\nmode',
            'talkwatch.toml:40: subscriber "desk": to is no e-mail address; write one, for example "desk@example.org"',
            id="two addresses",
        ),
        pytest.param(
            'desk@example.org"\nmode',
            'ü@example.org"\nmode',
            'talkwatch.toml:40: subscriber "desk": to has characters outside ASCII before the @, which few mail servers '
            'take; write one, for example "desk@example.org"',
            id="an address that few servers take",
        ),
        pytest.param(
            '"Talkwatch <talkwatch@example.org>"',
            '"Talkwatch"',
            'talkwatch.toml:60: from: is no e-mail address; write an address, for example "Talkwatch <news@example.org>"',
            id="no sender",
        ),
        pytest.param(
            'Europe/Kyiv"\noperator',
            'Europe/Kiew"\noperator',
            'talkwatch.toml:2: timezone: write a name of the time zone database, for example "Europe/Kyiv"',
            id="no time zone",
        ),
        pytest.param(
            '"22:00-06:00"',
            '"22-6"',
            'talkwatch.toml:42: quiet_hours: write two times of day, for example "22:00-06:00"',
            id="no quiet hours",
        ),
        pytest.param(
            "127.0.0.1:8000",
            "http://127.0.0.1",
            'talkwatch.toml:15: allow_hosts: write "host" or "host:port", without http://',
            id="no host",
        ),
        pytest.param(
            "port = 587",
            "port = 587000",
            "talkwatch.toml:56: port: write at most 65535",
            id="out of range",
        ),
    ],
)
def test_a_mistake_is_one_line_with_its_place(tmp_path, old, new, expected):
    """Each mistake is said once, with the file, the line and what to write instead."""
    assert old in FULL
    assert complaint(tmp_path, FULL.replace(old, new, 1)) == expected


@pytest.mark.parametrize(
    ("table", "name", "line"),
    [
        pytest.param('[[feeds]]\nurl = "https://a.example/f"\noutlet = "A"\n', "https://a.example/f", 5, id="a feed"),
        pytest.param(
            '[[rules]]\nname = "r"\nkeywords = ["x"]\nofficials = "any"\nsubscribers = ["s"]\n', "r", 7, id="a rule"
        ),
        pytest.param('[[subscribers]]\nname = "s"\nchannel = "apprise"\nurl = "ntfy://x"\n', "s", 6, id="a subscriber"),
    ],
)
def test_what_stands_twice_is_found(tmp_path, table, name, line):
    """Two feeds with one address, or two rules or subscribers with one name, are a mistake at the second."""
    kind = table.partition("\n")[0]
    said = complaint(tmp_path, table * 2).splitlines()
    assert f'talkwatch.toml:{line}: "{name}" stands twice in {kind}; keep one' in said


def test_an_email_subscriber_needs_the_channel(tmp_path):
    """A subscriber whom no channel serves is a mistake."""
    text = '[[subscribers]]\nname = "s"\nchannel = "email"\nto = "a@example.org"\n'
    assert "there is no [channels.email]" in complaint(tmp_path, text)


def test_broken_toml_names_its_line(tmp_path):
    """A file that is no TOML says where it breaks, and what the commonest slips are."""
    open_mark = "talkwatch.toml:1: not TOML: Illegal character '\\n' at column 14; is a quotation mark missing?"
    assert complaint(tmp_path, 'data_dir = "x\n') == open_mark
    bare = "talkwatch.toml:2: not TOML: Invalid value at column 12; text stands in quotation marks"
    assert complaint(tmp_path, "\ndata_dir = var\n") == bare
    assert complaint(tmp_path, "data_dir") == (
        "talkwatch.toml: not TOML: Expected '=' after a key in a key/value pair (at end of document)"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("data_dir = 5", ":1: data_dir: write text, in quotation marks", id="a number for text"),
        pytest.param('feeds = "x"', ":1: feeds: write [[feeds]], in two brackets, before each", id="text for tables"),
        pytest.param('[feeds]\nurl = "https://a.example/f"', ":1: feeds: write [[feeds]], in two brackets, before each", id="one bracket"),
        pytest.param("fetch = 5", ":1: fetch: write a table, [fetch]", id="a number for a table"),
        pytest.param('[channel.email]\nhost = "x"', ':1: unknown key channel (did you mean "channels"?)', id="a table in a misspelt one"),
        pytest.param('[fetch]\nconcurrency = "many"', ":2: concurrency: write a whole number", id="text for a number"),
        pytest.param("[fetch]\nper_host = 1.5", ":2: per_host: write a whole number", id="half a request"),
        pytest.param('[fetch]\ntimeout_seconds = "x"', ":2: timeout_seconds: write a number", id="text for seconds"),
        pytest.param("[retention]\npages_size = 5", ':2: pages_size: write a whole number and MB, GB or TB, for example "5GB"', id="a size without its unit"),
        pytest.param('[retention]\npages = "for ever"', ':2: pages: write a whole number and s, m, h or d, for example "10m"', id="words for a duration"),
        pytest.param("[fetch]\nper_host = 0", ":2: per_host: write at least 1", id="too few"),
        pytest.param("[fetch]\ntimeout_seconds = 0", ":2: timeout_seconds: write more than 0", id="no time"),
        pytest.param('[schedule]\nevery = "0s"', ":2: every: write more than 0s", id="no interval"),
        pytest.param('[schedule]\nevery = "999999d"', ':2: every: write at most "36500d"', id="beyond the calendar"),
        pytest.param('[[feeds]]\nurl = "https://a.example/f"\noutlet = "A"\ncountry = "Turkey"', ':4: country: write two capital letters, for example "TR"', id="a country's name"),
        *(
            pytest.param(f'[[feeds]]\nurl = "https://a.example/f"\noutlet = "A"\nlanguage = "{said}"', f':4: language: write languages in two small letters, for example "{meant}"', id=f"a language as {what}")
            for said, meant, what in [("Ukrainian", "uk", "its name"), ("ua", "uk", "its country"), ("ukr", "uk", "three letters"), ("uk-UA", "uk", "a locale"), ("DE", "de", "capitals"), ("xx", "en", "nobody knows it")]
        ),
        pytest.param('[[rules]]\nname = "r"\nkeywords = "x"\nofficials = "any"\nsubscribers = ["s"]', ":3: keywords: write a list, in [ ]", id="text for a list"),
        pytest.param('[[rules]]\nname = "r"\nkeywords = ["x"]\nofficials = []\nsubscribers = ["s"]', ":4: officials: write at least one", id="an empty list"),
        pytest.param('[[rules]]\nname = "r"\nkeywords = ["x"]\nofficials = 5\nsubscribers = ["s"]', ":4: officials: write a list, in [ ]", id="a number for a list"),
    ],
)  # fmt: skip
def test_what_to_write_instead(tmp_path, text, expected):
    """A value of the wrong kind is answered with the right kind, in the words of the file and not of a library."""
    assert complaint(tmp_path, text) == f"talkwatch.toml{expected}"


def test_a_file_of_an_editor_that_marks_it_is_read(tmp_path):
    """The mark that Windows editors put before UTF-8 text is no part of it."""
    (tmp_path / "talkwatch.toml").write_bytes(b'\xef\xbb\xbfdata_dir = "x"\n')
    assert load_settings(tmp_path / "talkwatch.toml").data_dir == tmp_path / "x"


def test_a_folder_is_no_configuration(tmp_path):
    """Who names a folder is told of the file in it."""
    with pytest.raises(UsageProblem, match="is a folder; name the file in it"):
        load_settings(tmp_path)


def test_a_missing_file_says_how_to_make_one(tmp_path):
    """Without a configuration the way to one is shown."""
    with pytest.raises(UsageProblem, match="talkwatch init"):
        load_settings(tmp_path / "nowhere.toml")


@pytest.mark.parametrize("body", [pytest.param(b"\xff\xfe\x00", id="not UTF-8")])
def test_an_unreadable_file_is_one_line(tmp_path, body):
    """Bytes that are no text are said to be that."""
    path = tmp_path / "talkwatch.toml"
    path.write_bytes(body)
    with pytest.raises(UsageProblem, match="is not UTF-8 text"):
        load_settings(path)


def test_an_unset_variable_is_named(tmp_path, monkeypatch):
    """A command that may send stops at a secret that is not set, and says which."""
    monkeypatch.delenv("TALKS_SLACK_WEBHOOK", raising=False)
    monkeypatch.setenv("SMTP_PASSWORD", "geheim")
    assert complaint(tmp_path, FULL, sending=True) == (
        "talkwatch.toml: ${TALKS_SLACK_WEBHOOK} is not set; "
        "set the environment variable TALKS_SLACK_WEBHOOK, or use ${file:PATH}"
    )


def test_all_unset_variables_are_named_at_once(tmp_path, monkeypatch):
    """Nobody has to start a command once for each secret that is missing, whatever is wrong with it."""
    for name in ("TALKS_SLACK_WEBHOOK", "SMTP_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    said = complaint(tmp_path, FULL, sending=True)
    assert re.findall(r"^talkwatch.toml: \$\{(\w+)\} is not set", said, re.MULTILINE) == [
        "TALKS_SLACK_WEBHOOK",
        "SMTP_PASSWORD",
    ]
    assert len(said.splitlines()) == 2


def test_a_command_that_cannot_send_needs_no_secret(tmp_path, monkeypatch):
    """Looking at the configuration works without its secrets, in the environment or in a file."""
    monkeypatch.delenv("TALKS_SLACK_WEBHOOK", raising=False)
    monkeypatch.delenv("SMTP_PASSWORD", raising=False)
    assert len(settings_from(tmp_path, FULL).subscribers) == 2
    assert len(settings_from(tmp_path, FULL.replace("${SMTP_PASSWORD}", "${file:nowhere}")).subscribers) == 2


@pytest.mark.parametrize("inner", ["", "SMTP-PASSWORD", "1PASSWORD", "SMTP_PASSWORD:-x"])
@pytest.mark.parametrize("sending", [True, False])
def test_a_placeholder_that_names_nothing_is_refused(tmp_path, monkeypatch, inner, sending):
    """What stands in braces is a name or a file, for commands that send and for those that don't."""
    monkeypatch.setenv("TALKS_SLACK_WEBHOOK", "https://hooks.example/1")
    said = complaint(tmp_path, FULL.replace("${SMTP_PASSWORD}", f"${{{inner}}}"), sending=sending)
    assert said == f"talkwatch.toml: ${{{inner}}} is no placeholder; write ${{NAME}} or ${{file:PATH}}"


def test_a_secret_may_stand_in_a_file(tmp_path, monkeypatch):
    """`${file:PATH}` reads a file beside the configuration, without its last line break."""
    monkeypatch.setenv("TALKS_SLACK_WEBHOOK", "https://hooks.example/1")
    (tmp_path / "pw").write_bytes(b"geheim\r\n")
    (tmp_path / "pw").chmod(0o600)
    settings = settings_from(tmp_path, FULL.replace("${SMTP_PASSWORD}", "${file:pw}"), sending=True)
    assert settings.channels["email"].password == "geheim"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_secret_file_that_others_can_read_is_refused(tmp_path, monkeypatch, mode):
    """A file open to its group or the world is no place for a secret; the line says what to do, not what it holds."""
    monkeypatch.setenv("TALKS_SLACK_WEBHOOK", "https://hooks.example/1")
    (tmp_path / "pw").write_text("geheim", encoding="utf-8")
    (tmp_path / "pw").chmod(mode)
    said = complaint(tmp_path, FULL.replace("${SMTP_PASSWORD}", "${file:pw}"), sending=True)
    assert "the secret file pw can be read by others; take that away with `chmod 600" in said
    assert "geheim" not in said


def test_a_missing_secret_file_is_named(tmp_path, monkeypatch):
    """A secret file that is not there is named, with the reason."""
    monkeypatch.setenv("TALKS_SLACK_WEBHOOK", "https://hooks.example/1")
    said = complaint(tmp_path, FULL.replace("${SMTP_PASSWORD}", "${file:nowhere}"), sending=True)
    assert "cannot read the secret file nowhere: No such file or directory" in said


def test_a_secret_file_that_is_no_text_is_named(tmp_path, monkeypatch):
    """A secret file of odd bytes is said to be that, and none of them is shown."""
    monkeypatch.setenv("TALKS_SLACK_WEBHOOK", "https://hooks.example/1")
    (tmp_path / "pw").write_bytes(b"geheim\xff")
    (tmp_path / "pw").chmod(0o600)
    said = complaint(tmp_path, FULL.replace("${SMTP_PASSWORD}", "${file:pw}"), sending=True)
    assert said == "talkwatch.toml: cannot read the secret file pw: it is not UTF-8 text"


def test_a_wrong_secret_is_not_quoted(tmp_path, monkeypatch):
    """A webhook that is no address is refused without being shown."""
    monkeypatch.setenv("TALKS_SLACK_WEBHOOK", "hunter2")
    monkeypatch.setenv("SMTP_PASSWORD", "x")
    said = complaint(tmp_path, FULL, sending=True)
    assert said == 'talkwatch.toml:52: subscriber "talks-channel": webhook_url is no http(s) address'
