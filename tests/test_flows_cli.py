from __future__ import annotations

import gzip
import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli.app import branch, main
from flows.cli.command import COMMANDS, GROUPS
from flows.cli.deployment import publish
from tests.conftest import SEEDS
from tests.newsroom import SAID, newsroom, page
from tests.servers import HttpServer, Reply, closed_port

RULE = (
    '[[rules]]\nname = "r"\nkeywords = ["ceasefire"]\nofficials = ["Dmitry Peskov"]\nsubscribers = ["s"]\nmax_age = "none"\n'
    '[[subscribers]]\nname = "s"\nchannel = "slack"\nwebhook_url = "https://hooks.example/1"\n'
)


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def objects(self) -> list[Any]:
        """Return stdout as one JSON object a line."""
        return [json.loads(line) for line in self.out.splitlines()]


@pytest.fixture
def talkwatch(monkeypatch, capsys, tmp_path):
    """Run the command as the shell would, in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {**os.environ})
    os.environ.pop("TALKWATCH_CONFIG", None)

    def run(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["/somewhere/else.py", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        code = left.value.code
        return Answer(code if isinstance(code, int) else 0, said.out, said.err)

    return run


@pytest.fixture(autouse=True)
def own_logging() -> Iterator[None]:
    """Let each command set up logging as the first one would."""
    root = logging.getLogger()
    handlers = root.handlers[:]
    root.handlers = []
    yield
    root.handlers = handlers


def configured(folder: Path, text: str = "") -> Path:
    """Write a configuration into the folder."""
    path = folder / "talkwatch.toml"
    path.write_text(text or RULE, encoding="utf-8")
    return path


def test_help_names_every_command(talkwatch):
    """`--help` needs no configuration and lists the commands there are, under the program's own name."""
    answer = talkwatch("--help")
    assert answer.code == 0
    assert answer.out.startswith("Usage: talkwatch [OPTIONS]")
    assert all(f" {words.split()[0]} " in answer.out for words in COMMANDS)


def test_init_writes_a_file_that_is_valid_as_it_stands(talkwatch, tmp_path):
    """The file to start from is accepted, and a second `init` overwrites nothing."""
    assert talkwatch("init", "new").code == 0
    written = (tmp_path / "new" / "talkwatch.toml").read_text(encoding="utf-8")
    assert talkwatch("rules", "check", "--config", "new/talkwatch.toml").code == 0
    again = talkwatch("init", "new")
    assert (again.code, (tmp_path / "new" / "talkwatch.toml").read_text(encoding="utf-8")) == (2, written)
    assert again.err == "talkwatch: new/talkwatch.toml is already there; nothing was written\n"


def test_what_init_writes_is_valid_uncommented(talkwatch, tmp_path):
    """Taking every # off gives a configuration with feeds, rules and subscribers that has no mistake."""
    talkwatch("init")
    path = tmp_path / "talkwatch.toml"
    bare = [
        line.removeprefix("# ") for line in path.read_text(encoding="utf-8").splitlines() if "=" in line or "[" in line
    ]
    path.write_text("\n".join(bare), encoding="utf-8")
    warning, summary, estimate = talkwatch("rules", "check").out.splitlines()
    assert estimate == "no article is stored yet, so there is no estimate of alerts a day"
    assert 'subscriber "talks-channel" is told by no rule' in warning
    assert summary == "1 rule for 2 subscribers: nothing wrong, 1 to look at"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(("status",), "no configuration at {folder}/talkwatch.toml; write one with `talkwatch init`, or name it with --config", id="no configuration"),
        pytest.param(("status", "--config", "other.toml"), "no configuration at {folder}/other.toml; write one with `talkwatch init`, or name it with --config", id="another one named"),
        pytest.param(("extract", "gone.txt"), "no such file or folder: gone.txt", id="missing path"),
        pytest.param(("feeds", "parse", "gone.xml"), "no such file: gone.xml", id="missing feed"),
        pytest.param(("statsu",), "no such command 'statsu'. Did you mean 'status'?; see `talkwatch --help`", id="misspelt command"),
        pytest.param(("feeds", "chekc"), "no such command 'chekc'. Did you mean 'check'?; see `talkwatch feeds --help`", id="misspelt command of a group"),
        pytest.param(("status", "--max-aeg", "2h"), "no such option: --max-aeg (Possible options: --max-age); see `talkwatch status --help`", id="misspelt option"),
        pytest.param(("status", "--max-age"), "option '--max-age' requires an argument", id="option without its value"),
        pytest.param(("extract",), "missing argument 'PATH'; see `talkwatch extract --help`", id="argument left out"),
        pytest.param(("migrate", "now"), "got unexpected extra argument(s) (now); see `talkwatch migrate --help`", id="one too many"),
        pytest.param(("sql", "x", "--format", "xml"), "invalid value for '--format': 'xml' is not one of 'table', 'csv', 'json', 'jsonl', 'parquet'; see `talkwatch sql --help`", id="no such format"),
        pytest.param(("sql", "-- all\nfrom alerts"), "no such option: -- all\\x0afrom alerts; what begins with - and is no option goes behind --", id="a query that begins with a comment"),
        pytest.param(("sql", "from alerts", "-f", "q.sql"), "write one of QUERY and -f", id="two queries"),
        pytest.param(("sql", "from alerts", "--timeout", "0s"), "--timeout 0s --memory 1GB: no answer takes less than 1s and 100MB", id="no time for an answer"),
        pytest.param(("sql", "from alerts", "--memory", "lots"), 'lots: write a whole number and MB, GB or TB, for example "5GB"', id="no size"),
        pytest.param(("sql", "-f", "gone.sql"), "cannot read gone.sql: No such file or directory", id="missing query"),
        pytest.param(("sql", "select '\udcff'"), "the query is not UTF-8 text; set LANG to a UTF-8 locale, or write it to a file", id="bytes that are no text"),
        pytest.param(("status", "--config", "."), "{folder} is a folder; name the file in it, for example {folder}/talkwatch.toml", id="a folder for a configuration"),
        pytest.param(("feeds", "parse", "."), "cannot read .: Is a directory", id="a folder for a feed"),
        pytest.param(("demo", "--seeds", "nowhere"), "no seed articles in {folder}/nowhere; run this in a checkout, or name their folder with --seeds", id="demo elsewhere"),
    ],
)  # fmt: skip
def test_wrong_use_is_one_line_and_code_2(talkwatch, tmp_path, arguments, expected):
    """A person's mistake gets one clear line on stderr, nothing on stdout, and exit code 2."""
    answer = talkwatch(*arguments)
    assert (answer.code, answer.out, answer.err) == (2, "", f"talkwatch: {expected.format(folder=tmp_path)}\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param(("rules", "backtest", "--since", "yesterday"), "yesterday is no time; write one, for example 2024-05-24T09:00:00Z or 2024-05-24", id="no time"),
        pytest.param(("rules", "backtest", "--since", "2026-02-30"), "2026-02-30 is no time; write one, for example 2024-05-24T09:00:00Z or 2024-05-24", id="no day of the calendar"),
        pytest.param(("rules", "backtest", "--since", "0001-01-01"), "0001-01-01 is too far away; write a year from 1000 to 8999", id="too long ago"),
        pytest.param(("rules", "backtest", "--until", "9999-12-31"), "9999-12-31 is too far away; write a year from 1000 to 8999", id="too far ahead"),
        pytest.param(("rules", "backtest", "--since", "2026-02-01", "--until", "2026-01-01"), "--since 2026-02-01T00:00:00Z is not before --until 2026-01-01T00:00:00Z", id="nothing between"),
        pytest.param(("ingest", "https://a.example/s.xml", "--since", "2026-02-01", "--until", "2026-02-01"), "--since 2026-02-01T00:00:00Z is not before --until 2026-02-01T00:00:00Z", id="nothing between, of a sitemap"),
        pytest.param(("status", "--max-age", "2"), '2: write a whole number and s, m, h or d, for example "10m"', id="no duration"),
    ],
)  # fmt: skip
def test_impossible_times_are_one_line(talkwatch, tmp_path, arguments, expected):
    """Dates and durations that are none, or with which nothing can be reckoned, are refused before anything is done."""
    configured(tmp_path)
    answer = talkwatch(*arguments)
    assert (answer.code, answer.out, answer.err) == (2, "", f"talkwatch: {expected}\n")


@pytest.mark.parametrize(
    ("arguments", "code", "expected"),
    [
        pytest.param(("feeds", "list"), 0, "no [[feeds]] in {folder}/talkwatch.toml", id="no feeds to list"),
        pytest.param(("feeds", "check"), 0, "no [[feeds]] in {folder}/talkwatch.toml", id="no feeds to ask"),
        pytest.param(("extract", "empty"), 0, "no .txt, .html, .html.gz, .jsonl or .warc(.gz) file there; nothing to read", id="an empty folder"),
    ],
)  # fmt: skip
def test_nothing_to_show_is_said(talkwatch, tmp_path, arguments, code, expected):
    """An answer that is empty because there is nothing to ask about says so on stderr."""
    configured(tmp_path)
    (tmp_path / "empty").mkdir()
    answer = talkwatch(*arguments)
    assert (answer.code, answer.err) == (code, f"talkwatch: {expected.format(folder=tmp_path)}\n")


def test_a_variable_that_is_empty_names_no_configuration(talkwatch, tmp_path):
    """An empty TALKWATCH_CONFIG is as good as none."""
    configured(tmp_path)
    os.environ["TALKWATCH_CONFIG"] = ""
    assert talkwatch("rules", "check").code == 0


@pytest.mark.parametrize("arguments", [(), *((name,) for name in GROUPS)])
def test_every_list_of_commands_shows_whole_sentences(talkwatch, arguments):
    """No command's sentence is cut off, with --help and without a command."""
    shown = talkwatch(*arguments, "--help").out
    said = " ".join(shown.split())
    before = " ".join(arguments)
    own = [words for words in COMMANDS if words.rpartition(" ")[0] == before]
    assert own
    for words in own:
        sentence = COMMANDS[words].__doc__.split("\n\n")[0]
        assert f"{words.split()[-1]} {sentence.rstrip('.')}" in said
    alone = talkwatch(*arguments)
    assert (alone.code, alone.out, alone.err) == (2, "", shown)


def test_a_long_name_cuts_no_other_sentence():
    """Beside a command whose name takes half the line the others' sentences are wrapped."""
    tree = branch("A list.")
    tree.command("a-name-as-long-as-no-other-command-has")(lambda: None)
    tree.command("short")(publish)
    said = CliRunner().invoke(tree, ["--help"]).stdout
    assert "Replace the analysts' copy by a new one" in " ".join(said.split())
    assert max(map(len, said.splitlines())) <= 80


def test_the_version_is_printed(talkwatch):
    """`--version` needs no command."""
    assert talkwatch("--version").out == "talkwatch 0.1.0\n"


def test_a_full_disk_under_the_answer_is_one_line(talkwatch, tmp_path, monkeypatch):
    """What cannot be printed because there is no room is said in a line, with code 1."""
    configured(tmp_path)
    with suppress(OSError), Path("/dev/full").open("w", encoding="utf-8") as full, monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", full)
        answer = talkwatch("rules", "check")
    assert (answer.code, answer.err) == (1, "talkwatch: cannot write the answer: No space left on device\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(RULE.replace("keywords", "keywrods"), 'unknown key keywrods (did you mean "keywords"?)', id="misspelt key"),
        pytest.param(RULE.replace("Dmitry Peskov", "Dmitry Peskowski"), 'rule "r": unknown official "Dmitry Peskowski"; did you mean "Dmitry Peskov"?', id="unknown official"),
        pytest.param(RULE.replace('"ceasefire"', '"topic:ceasefires"'), 'rule "r": unknown topic "topic:ceasefires"; did you mean "topic:ceasefire"?', id="unknown topic"),
        pytest.param(RULE.replace('channel = "slack"', 'channel = "pigeon"'), 'subscriber "s": no channel "pigeon"; there are email, slack', id="no channel"),
        pytest.param('[[feeds]]\nurl = "outlet"\noutlet = "O"\n', "url: write an absolute address", id="no URL"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", [("rules", "check"), ("run",), ("serve",), ("ingest", ".")])
def test_a_wrong_configuration_stops_a_command_before_it_does_anything(talkwatch, tmp_path, command, text, expected):
    """Whatever the command, a wrong configuration is told and nothing is made."""
    configured(tmp_path, text)
    answer = talkwatch(*command)
    assert (answer.code, answer.out) == (2, "")
    assert expected in answer.err
    assert "Traceback" not in answer.err
    assert not (tmp_path / "var").exists()


def told_first(command, err):
    """Return what stops a command; `serve`, which looks at everything first, says what else is odd in the lines after."""
    first, *others = err.splitlines()
    assert bool(others) == (command == "serve")
    assert all(line.startswith("talkwatch: besides, ") for line in others)
    return first


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_warehouse_that_is_none_is_told_before_prefect_starts(talkwatch, tmp_path, command):
    """A file that is no warehouse is told at once: no server has been started for it."""
    configured(tmp_path)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "warehouse.duckdb").write_text("something else", encoding="utf-8")
    answer = talkwatch(command)
    what = f"{tmp_path}/var/warehouse.duckdb is no DuckDB file: move it away or choose another data_dir"
    assert (answer.code, told_first(command, answer.err)) == (2, f"talkwatch: {what}")
    assert not (tmp_path / "var" / "prefect").exists()


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_prefect_server_that_is_not_there_is_one_line(talkwatch, tmp_path, command):
    """A server that the operator named and that does not answer is told in a line, without what stands in its address."""
    configured(tmp_path)
    os.environ["PREFECT_API_URL"] = f"http://name:geheim@127.0.0.1:{closed_port()}/api"
    answer = talkwatch(command)
    said = r"talkwatch: no Prefect server answers at PREFECT_API_URL \(.+\); start it, or unset that"
    assert (answer.code, bool(re.fullmatch(said, told_first(command, answer.err)))) == (1, True), answer.err
    assert "geheim" not in answer.err


def test_an_unset_variable_stops_a_command_that_sends(talkwatch, tmp_path):
    """`run` needs its secrets; `status` does not."""
    configured(tmp_path, RULE.replace("https://hooks.example/1", "${NOT_SET_HERE}"))
    answer = talkwatch("run")
    assert (answer.code, "${NOT_SET_HERE} is not set" in answer.err) == (2, True)
    assert talkwatch("rules", "check").code == 0


@pytest.mark.parametrize("command", [("migrate",), ("run",), ("ingest", "talkwatch.toml")])
def test_a_data_directory_that_cannot_be_made_is_told(talkwatch, tmp_path, command):
    """A data directory that can't be made is one line and code 2."""
    configured(tmp_path)
    (tmp_path / "var").write_text("in the way", encoding="utf-8")
    answer = talkwatch(*command)
    assert (answer.code, answer.out) == (2, "")
    assert "the data directory" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.slow
class TestExtract:
    """`talkwatch extract`."""

    def test_one_line_a_file_in_the_order_given(self, talkwatch):
        """Each file is one JSON object with the contract's keys, and a .txt's text is the file as it stands."""
        files = sorted(SEEDS.glob("*.txt"), reverse=True)
        answer = talkwatch("extract", *files)
        assert [each["doc_id"] for each in answer.objects] == [file.name for file in files]
        for file, each in zip(files, answer.objects, strict=True):
            assert each["text"] == file.read_text(encoding="utf-8")
            assert set(each) == {
                "doc_id",
                "url",
                "title",
                "author",
                "published",
                "language",
                "text",
                "mentions",
                "statements",
            }

    def test_every_span_is_exact(self, talkwatch):
        """Every mention's surface and every statement's text is the slice its offsets name."""
        objects = talkwatch("extract", SEEDS).objects
        assert len(objects) == 5
        for each in objects:
            text = each["text"]
            assert each["statements"]
            assert all(text[one["start"] : one["end"]] == one["surface"] for one in each["mentions"])
            assert all(text[one["start"] : one["end"]] == one["text"] for one in each["statements"])
            assert each["mentions"]

    def test_a_quotation_in_two_parts_names_its_parts(self, talkwatch, tmp_path):
        """Only a split quotation has `spans`: those of the parts said, within its whole stretch of text."""
        split = "“We want a ceasefire,” Kremlin spokesman Dmitry Peskov said on Monday, “but on terms that last.”"
        whole = "“Nobody has offered us any security guarantees,” Volodymyr Zelenskyy said on Tuesday."
        (tmp_path / "a.txt").write_text(f"{split}\n\n{whole}\n", encoding="utf-8")
        (answer,) = talkwatch("extract", "a.txt").objects
        said, told = answer["statements"]
        assert [answer["text"][start:end] for start, end in said["spans"]] == [
            "We want a ceasefire",
            "but on terms that last",
        ]
        assert [said["spans"][0][0], said["spans"][-1][1]] == [said["start"], said["end"]]
        assert "spans" not in told

    def test_what_cannot_be_read_is_a_line_with_its_reason(self, talkwatch, tmp_path):
        """Unreadable content is an object with an error and no text; the others are read all the same."""
        (tmp_path / "a.txt").write_bytes(b"%PDF-1.4\x00\x81\xff")
        (tmp_path / "b.html.gz").write_bytes(gzip.compress(page("Terms", SAID).body))
        (tmp_path / "c.html.gz").write_bytes(b"no gzip")
        lines = [json.dumps({"title": "T", "text": " ".join(SAID[2:])}), "no json"]
        (tmp_path / "d.jsonl").write_text("\n".join(lines), encoding="utf-8")
        answer = talkwatch("extract", ".")
        assert answer.code == 0
        assert [each["doc_id"] for each in answer.objects] == [
            "a.txt",
            "b.html.gz",
            "c.html.gz",
            "d.jsonl:1",
            "d.jsonl:2",
        ]
        assert [each.get("error") for each in answer.objects] == ["not_text", None, "broken", None, "broken"]
        assert answer.objects[0]["text"] == ""
        assert answer.objects[1]["title"] == "Terms"

    def test_a_missing_path_among_several_stops_all(self, talkwatch):
        """Nothing is read when one of the paths is not there."""
        answer = talkwatch("extract", SEEDS, "gone.txt")
        assert (answer.code, answer.out) == (2, "")


class TestFeeds:
    """`talkwatch feeds …`."""

    FEED = (
        b"<?xml version='1.0'?><rss version='2.0'><channel><title>H</title><item><title>A &amp;amp; B</title>"
        b"<link>https://h.example/a</link><guid>g1</guid><pubDate>Wed, 04 Mar 2026 10:00:00 +0300</pubDate></item></channel></rss>"
    )

    def test_parse_reads_files_and_addresses(self, talkwatch, tmp_path):
        """Files and addresses give the contract's object, `feed` being the argument as typed."""
        (tmp_path / "f.xml").write_bytes(self.FEED)
        with HttpServer() as server:
            server.reply("/f", Reply(body=self.FEED))
            answer = talkwatch("feeds", "parse", "f.xml", server.url("/f"))
            expected = {"id": "g1", "link": "https://h.example/a", "title": "A & B", "published": "2026-03-04T07:00:00Z", "updated": None, "author": None}  # fmt: skip
            assert [each["feed"] for each in answer.objects] == ["f.xml", server.url("/f")]
        assert all(each["entries"] == [expected] for each in answer.objects)
        assert all(each["format"] == "rss 2.0" for each in answer.objects)

    def test_what_is_no_feed_has_a_reason(self, talkwatch, tmp_path):
        """Content that is no feed, and an address that does not answer, are objects with an error."""
        (tmp_path / "f.xml").write_bytes(b"<html><body>Hello</body></html>")
        answer = talkwatch("feeds", "parse", "f.xml", f"http://127.0.0.1:{closed_port()}/")
        assert answer.code == 0
        assert answer.objects[0]["error"] == "not_a_feed"
        assert all(each["entries"] == [] for each in answer.objects)
        assert answer.objects[1]["error"]

    def test_check_and_list(self, talkwatch, tmp_path):
        """`check` asks each feed now and fails when one does; `list` shows the states."""
        with HttpServer() as server:
            server.reply("/good", Reply(body=self.FEED))
            host = f"[fetch]\nallow_hosts = ['127.0.0.1:{server.port}']\ndelay_seconds = 0\n"
            feeds = "".join(f'[[feeds]]\nurl = "{server.url(path)}"\noutlet = "O"\n' for path in ("/good", "/bad"))
            configured(tmp_path, host + feeds)
            checked = talkwatch("feeds", "check", "--format", "json")
            listed = talkwatch("feeds", "list", "--format", "json")
        assert checked.code == 1
        assert [(each["ok"], each["entries"], each["problem"]) for each in json.loads(checked.out)] == [(True, 1, None), (False, 0, "HTTP 404")]  # fmt: skip
        assert (listed.code, [each["state"] for each in json.loads(listed.out)]) == (0, ["new", "new"])


@pytest.mark.slow
class TestIngest:
    """`talkwatch ingest` and what analysts then see."""

    @pytest.fixture
    def story(self, tmp_path):
        """A page in a folder, with its own address and date."""
        folder = tmp_path / "in"
        folder.mkdir()
        html = page("Kremlin names its terms", SAID).body.decode()
        head = "<link rel='canonical' href='https://herald.example/talks'><meta property='article:published_time' content='2026-03-04T10:00:00Z'>"
        (folder / "talks.html").write_text(html.replace("<head>", f"<head>{head}"), encoding="utf-8")
        return folder

    def test_ingested_articles_are_recorded_and_never_sent(self, talkwatch, tmp_path, story):
        """Without --alert no rule fires: the decision says `imported`; the words are there for analysts."""
        configured(tmp_path)
        answer = talkwatch("ingest", story)
        counted = json.loads(talkwatch("sql", "select count(*) as n from statements", "--format", "json").out)
        statements = counted[0]["n"]
        assert statements >= 3
        assert answer.out == f"1 new, 0 revised, 0 known, 0 unreadable; {statements} statements, 0 alerts\n"
        article = json.loads(
            talkwatch("sql", "select url, outlet, published_at, title from articles", "--format", "json").out
        )
        assert article == [{"url": "https://herald.example/talks", "outlet": "herald.example", "published_at": "2026-03-04T10:00:00Z", "title": "Kremlin names its terms"}]  # fmt: skip
        decided = json.loads(talkwatch("sql", "select distinct reason from decisions", "--format", "json").out)
        assert decided == [{"reason": "imported"}]

    def test_another_scheduler_for_once(self, talkwatch, tmp_path, story, monkeypatch, caplog):
        """--cluster stands in place of [cluster]: it is asked, and where it does not answer this machine does the work."""
        monkeypatch.setattr("flows.processes.cluster.CONNECT_SECONDS", 0.3)
        configured(tmp_path)
        address = f"tcp://127.0.0.1:{closed_port()}"
        answer = talkwatch("ingest", story, "--cluster", address)
        assert f"no scheduler answers at {address}" in caplog.text
        assert answer.out.startswith("1 new, ")
        wrong = talkwatch("reprocess", "--cluster", "tcp://far.example:8786")
        assert wrong.code == 2
        assert 'talkwatch: --cluster tcp://far.example:8786: write scheduler as "tls://host:8786"' in wrong.err

    def test_a_known_article_adds_nothing(self, talkwatch, tmp_path, story):
        """Ingesting the same files twice is the same as once."""
        configured(tmp_path)
        talkwatch("ingest", story)
        assert talkwatch("ingest", story).out.startswith("0 new, 0 revised, 1 known")

    def test_what_the_command_line_says_wins(self, talkwatch, tmp_path, story):
        """--outlet and --published-at win over the page; a bare date is midnight in the configured time zone."""
        configured(tmp_path, 'timezone = "Europe/Kyiv"\n' + RULE)
        talkwatch("ingest", story, "--outlet", "Herald", "--published-at", "2026-03-05")
        rows = json.loads(talkwatch("sql", "select outlet, published_at from articles", "--format", "json").out)
        assert rows == [{"outlet": "Herald", "published_at": "2026-03-04T22:00:00Z"}]

    def test_with_alert_the_rules_fire(self, talkwatch, tmp_path, story):
        """--alert lets the rules fire, and the message goes out."""
        with HttpServer() as hook:
            hook.reply("/1", Reply(body=b"ok"))
            host = f"[fetch]\nallow_hosts = ['127.0.0.1:{hook.port}']\n"
            configured(tmp_path, host + RULE.replace("https://hooks.example/1", hook.url("/1")))
            answer = talkwatch("ingest", "--alert", story)
            (asked,) = hook.asked("/1")
        assert "1 alerts" in answer.out
        assert b"Dmitry Peskov" in asked.body
        (alert,) = json.loads(talkwatch("alerts", "list", "--format", "json").out)
        shown = talkwatch("alerts", "show", alert["alert_id"][:6])
        assert "[ceasefire]" in shown.out
        assert "slack" in shown.out

    def test_lines_of_a_file_are_articles(self, talkwatch, tmp_path):
        """Each line of a .jsonl file is an article of its own, with what the line says of it."""
        line = {
            "url": "https://herald.example/1",
            "outlet": "Herald",
            "published": "2026-03-04T10:00:00Z",
            "text": " ".join(SAID),
        }
        (tmp_path / "in.jsonl").write_text(
            json.dumps(line) + "\n" + json.dumps({**line, "url": None}) + "\n", encoding="utf-8"
        )
        configured(tmp_path)
        assert talkwatch("ingest", "in.jsonl").out.startswith("2 new")
        rows = json.loads(
            talkwatch("sql", "select url, outlet from articles order by url desc", "--format", "json").out
        )
        assert rows == [{"url": "https://herald.example/1", "outlet": "Herald"}, {"url": f"{(tmp_path / 'in.jsonl').as_uri()}?line=2", "outlet": "Herald"}]  # fmt: skip


class TestSql:
    """`talkwatch sql`."""

    @pytest.fixture(autouse=True)
    def published(self, talkwatch, tmp_path):
        """An empty warehouse, published."""
        configured(tmp_path)
        talkwatch("migrate")
        talkwatch("publish")

    @pytest.mark.parametrize(
        ("query", "expected"),
        [
            pytest.param("selec 1", "syntax error", id="syntax"),
            pytest.param("from artcles", "artcles", id="unknown table"),
            pytest.param("select titel from articles", "titel", id="unknown column"),
            pytest.param("", "the query is empty", id="nothing"),
        ],
    )  # fmt: skip
    def test_a_query_that_cannot_run_is_one_line(self, talkwatch, query, expected):
        """What does not parse or names what is not there is told in a line, with code 2."""
        answer = talkwatch("sql", query)
        assert (answer.code, answer.out, answer.err.count("\n")) == (2, "", 1)
        assert expected in answer.err

    @pytest.mark.parametrize(
        "query",
        ["copy (select 1) to 'x.csv'", "select * from read_text('/etc/hostname')", "attach 'x.db'", "drop table articles", "set threads = 1"],
    )  # fmt: skip
    def test_a_query_cannot_reach_out(self, talkwatch, tmp_path, query):
        """Nothing can be written, read beside the copy, or set."""
        answer = talkwatch("sql", query)
        assert (answer.code, answer.out) == (2, "")
        assert not (tmp_path / "x.csv").exists()

    def test_answers_in_every_format(self, talkwatch, tmp_path):
        """Tables, CSV and JSON go to stdout or a file, Parquet to a file."""
        query = "select 'a' as x, timestamptz '2026-03-04 12:00:00+02' as t"
        assert talkwatch("sql", query).out == "x  t\n─  ────────────────────\na  2026-03-04T10:00:00Z\n"
        assert talkwatch("sql", query, "--format", "csv").out.splitlines() == ["x,t", "a,2026-03-04T10:00:00Z"]
        assert json.loads(talkwatch("sql", query, "--format", "json").out) == [{"x": "a", "t": "2026-03-04T10:00:00Z"}]
        assert talkwatch("sql", query, "--format", "parquet").code == 2
        assert talkwatch("sql", query, "--format", "parquet", "-o", "x.parquet").code == 0
        assert (tmp_path / "x.parquet").read_bytes()[:4] == b"PAR1"
        (tmp_path / "q.sql").write_text(query, encoding="utf-8")
        talkwatch("sql", "-f", "q.sql", "-o", "x.json")
        assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))[0]["x"] == "a"

    @pytest.mark.parametrize(
        ("name", "more", "first"),
        [
            pytest.param("x.csv", (), b"\xef\xbb\xbfx\n1\n", id="a name that says what it is"),
            pytest.param("x.CSV", (), b"\xef\xbb\xbfx\n1\n", id="in capitals"),
            pytest.param("x.jsonl", (), b'{"x": 1}\n', id="an object a line"),
            pytest.param("x.csv", ("--format", "json"), b'[{"x"', id="--format wins"),
            pytest.param("x.txt", (), "x\n─".encode(), id="text is a table"),
            pytest.param("x", (), "x\n─".encode(), id="else a table"),
            pytest.param(
                "x.xlsx", ("--format", "csv"), b"\xef\xbb\xbfx", id="--format wins over a name we do not know"
            ),
        ],
    )
    def test_a_file_s_name_says_its_format(self, talkwatch, tmp_path, name, more, first):
        """Without --format a file is written as its name ends."""
        talkwatch("sql", "select 1 as x", "-o", name, *more)
        assert (tmp_path / name).read_bytes().startswith(first)

    def test_a_name_that_says_another_format_is_a_mistake(self, talkwatch, tmp_path):
        """A table in a file that calls itself a sheet would open as damaged: nothing is written."""
        answer = talkwatch("sql", "select 1 as x", "-o", "x.xlsx")
        assert (answer.code, answer.out, (tmp_path / "x.xlsx").exists()) == (2, "", False)
        assert "x.xlsx: no answer is written as .xlsx; write .csv, .json, .jsonl, .parquet or .txt" in answer.err

    def test_the_copy_is_exported_to_files(self, talkwatch, tmp_path):
        """`export` writes the tables asked for to a folder, or all to one file, and says how many rows that is."""
        answer = talkwatch("export", "out", "--tables", "articles, officials", "--format", "csv")
        assert (answer.code, (tmp_path / "out" / "officials.csv").exists()) == (0, True)
        assert answer.out.startswith("out: ")
        assert talkwatch("export", "out", "--compat").code == 2
        assert talkwatch("export", "x.duckdb", "--compat").code == 0
        assert (tmp_path / "x.duckdb").stat().st_size > 0
        assert "no table xs; there are" in talkwatch("export", "other", "--tables", "xs").err

    def test_before_anything_is_published(self, talkwatch, tmp_path):
        """Without a copy the way to one is shown."""
        (tmp_path / "var" / "analysis.duckdb").unlink()
        answer = talkwatch("sql", "select 1")
        assert (answer.code, "talkwatch publish" in answer.err) == (2, True)


class TestStatus:
    """`talkwatch status`."""

    def test_before_the_first_pass_it_is_not_well(self, talkwatch, tmp_path):
        """Nothing has run yet: not well, code 1."""
        configured(tmp_path)
        answer = talkwatch("status")
        assert (answer.code, answer.out.startswith("not well: no pass has run yet")) == (1, True)

    @pytest.mark.slow
    def test_after_a_pass_it_is_well_until_that_is_old(self, talkwatch, tmp_path):
        """A finished pass makes it well; when it is older than --max-age it is not."""
        with newsroom(tmp_path) as room:
            room.now = datetime.now(UTC)
            room.run()
            well, old = talkwatch("status"), talkwatch("status", "--max-age", "0s")
        assert (well.code, well.out.splitlines()[0]) == (0, "well")
        assert (old.code, "the last finished pass is" in old.out) == (1, True)


def test_the_published_copy_is_replaced_when_something_changed(talkwatch, tmp_path):
    """`publish` says whether there was anything to do."""
    configured(tmp_path)
    assert talkwatch("migrate").out.startswith("applied migrations: 1")
    assert talkwatch("migrate").out == "the schema is up to date\n"
    assert talkwatch("publish").out.startswith("published ")
    assert talkwatch("publish").out == "nothing has changed\n"


def test_publish_says_that_the_copy_was_handed_on(talkwatch, tmp_path):
    """A place named since then gets the copy that is there, once, and that is said; a place that is none is a line."""
    configured(tmp_path)
    talkwatch("migrate")
    talkwatch("publish")
    configured(tmp_path, f'publish_to = "{tmp_path}/elsewhere"\n{RULE}')
    assert talkwatch("publish").out == "nothing has changed\nhanded on to where publish_to says\n"
    assert (tmp_path / "elsewhere" / "analysis.duckdb").read_bytes() == (
        tmp_path / "var" / "analysis.duckdb"
    ).read_bytes()
    assert talkwatch("publish").out == "nothing has changed\n"
    configured(tmp_path, f'publish_to = "{tmp_path}/talkwatch.toml"\n{RULE}')
    answer = talkwatch("publish")
    assert (answer.code, answer.out) == (1, "nothing has changed\n")
    assert "was not handed on to publish_to" in answer.err
