from __future__ import annotations

import logging
import os
import sys

import pytest

from flows.cli.app import main

RULE = '[[rules]]\nname = "r"\nkeywords = ["ceasefire"]\nofficials = ["Dmitry Peskov"]\nsubscribers = ["s"]\n'
TOLD = '[[subscribers]]\nname = "s"\nchannel = "slack"\nwebhook_url = "https://hooks.example/1"\n'


@pytest.fixture
def talkwatch(monkeypatch, capsys, tmp_path):
    """Run a command of `talkwatch rules` on a configuration in an empty folder; return code, answer and the rest."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {**os.environ})
    os.environ.pop("TALKWATCH_CONFIG", None)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])

    def run(configuration: str, *arguments: str) -> tuple[object, str, str]:
        (tmp_path / "talkwatch.toml").write_text(configuration, encoding="utf-8")
        monkeypatch.setattr(sys, "argv", ["/somewhere/else.py", "rules", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return left.value.code or 0, said.out, said.err

    return run


@pytest.mark.parametrize(
    ("configuration", "line"),
    [
        pytest.param(
            RULE.replace("Peskov", "Peskoff") + TOLD,
            '4: rule "r": unknown official "Dmitry Peskoff"; did you mean "Dmitry Peskov"?',
            id="an unknown official",
        ),
        pytest.param(
            RULE + 'exclude = ["cease-fire"]\n' + TOLD,
            '6: rule "r": "ceasefire" in keywords always holds "cease-fire", which exclude cancels; take one out',
            id="an excluded keyword",
        ),
        pytest.param(
            RULE + 'where = { all = ["Kursk"], none = ["Kursk"] }\n' + TOLD,
            '6: rule "r": where wants "Kursk", and none or exclude forbids "Kursk": it can never be true',
            id="a clause that can't be true",
        ),
    ],
)
def test_check_ends_with_2_when_something_is_wrong(talkwatch, tmp_path, configuration, line):
    """An error is one line with file and line, on stderr, and the exit code says so."""
    assert talkwatch(configuration, "check") == (2, "", f"talkwatch: {tmp_path / 'talkwatch.toml'}:{line}\n")


def test_check_ends_well_with_warnings_only(talkwatch, tmp_path):
    """What is only odd is told in the answer, and nothing is written."""
    code, out, err = talkwatch(RULE + 'outlets = ["TASS"]\n' + TOLD, "check")
    assert (code, err) == (0, "")
    warning, summary, estimate = out.splitlines()
    assert estimate == "no article is stored yet, so there is no estimate of alerts a day"
    assert warning.endswith('talkwatch.toml:6: rule "r": no feed or stored article is of an outlet "TASS" (warning)')
    assert summary == "1 rule for 1 subscriber: nothing wrong, 1 to look at"
    assert not (tmp_path / "var").exists()


def test_backtest_without_a_history_is_an_empty_list(talkwatch, tmp_path):
    """Where nothing is stored nothing would have fired, and no warehouse is made for asking."""
    code, out, err = talkwatch(RULE + TOLD, "backtest", "--format", "json")
    assert (code, out, err) == (0, "[]\n", "0 alerts in 0 messages; nothing was sent\n")
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        pytest.param(["R"], 'no rule "R" in', id="an unknown rule"),
        pytest.param(["--since", "yesterday"], "yesterday is no time", id="no time"),
        pytest.param(["--since", "9999-12-31T23:59-05:00"], "is no time", id="after the end of time"),
        pytest.param(
            ["--since", "2026-02-02T01:00+02:00", "--until", "2026-02-01"],
            "--since 2026-02-01T23:00:00Z is not before --until 2026-02-01T00:00:00Z",
            id="an empty stretch of time",
        ),
    ],
)
def test_backtest_refuses_what_makes_no_sense(talkwatch, arguments, problem):
    """Wrong use is one line, and ends with 2."""
    code, out, err = talkwatch(RULE + TOLD, "backtest", *arguments)
    assert (code, out) == (2, "")
    assert problem in err


@pytest.mark.slow
def test_a_rule_is_tried_on_a_text_in_hand(talkwatch, tmp_path):
    """On whom it fires, the message as its subscriber would see it, and why not; nothing is stored."""
    (tmp_path / "a.txt").write_text("Dmitry Peskov said a ceasefire was near.\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("Dmitry Peskov spoke of the harvest.\n", encoding="utf-8")
    code, answer, _ = talkwatch(RULE + TOLD, "try", "r", "a.txt", "b.txt")
    assert code == 0
    assert "fires on Dmitry Peskov" in answer
    assert "Subject: Dmitry Peskov said a ceasefire was near" in answer
    assert "You get this as “s” of rule “r”." in answer
    assert 'failed     keywords\nbecause    it holds none of "ceasefire"' in answer
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt", "talkwatch.toml"]


@pytest.mark.slow
def test_a_rule_of_a_file_is_tried_before_it_stands_in_the_configuration(talkwatch, tmp_path):
    """It needs no subscribers; what is wrong in it is told before anything is read."""
    (tmp_path / "a.txt").write_text("Dmitry Peskov said a ceasefire was near.\n", encoding="utf-8")
    (tmp_path / "new.toml").write_text(RULE.replace('subscribers = ["s"]\n', ""), encoding="utf-8")
    code, answer, _ = talkwatch(TOLD, "try", "new.toml", "a.txt")
    assert (code, "fires on Dmitry Peskov" in answer) == (0, True)
    (tmp_path / "new.toml").write_text(RULE.replace("Peskov", "Peskoff"), encoding="utf-8")
    code, answer, said = talkwatch(TOLD, "try", "new.toml", "a.txt")
    assert (code, answer, 'unknown official "Dmitry Peskoff"' in said) == (2, "", True)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param(None, "cannot read new.toml: No such file or directory", id="no file"),
        pytest.param(
            RULE.replace("keywords", "keyword"),
            'new.toml:3: unknown key keyword (did you mean "keywords"?)',
            id="a key",
        ),
        pytest.param(RULE.replace('"r"', '"r"\nscope = "near"'), "new.toml:3: scope: ", id="a value"),
        pytest.param('[[rules]]\nname = "r"\n', "new.toml:1: ", id="a key that is missing"),
        pytest.param('[rules]\nname = "r"\n', "new.toml: write [[rules]], once for each rule", id="one table"),
        pytest.param('rules = ["r"]\n', "new.toml", id="no table"),
        pytest.param("[[rules]\n", "new.toml: ", id="no TOML"),
        pytest.param("", "new.toml has no [[rules]]", id="nothing"),
    ],
)
def test_a_mistake_in_a_file_of_rules_is_named_as_in_the_configuration(talkwatch, tmp_path, text, line):
    """A file that is tried is read as the configuration is: one line each, with the line and what to write."""
    (tmp_path / "a.txt").write_text("Dmitry Peskov said a ceasefire was near.\n", encoding="utf-8")
    if text is not None:
        (tmp_path / "new.toml").write_text(text, encoding="utf-8")
    code, answer, said = talkwatch(TOLD, "try", "new.toml", "a.txt")
    assert (code, answer) == (2, "")
    assert line in said
    assert "Errno" not in said
    assert "validation error" not in said
