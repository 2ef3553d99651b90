from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.records import MentionKind, Reading, Span
from flows.cli.app import main
from tests.warehouse_examples import NOW, mention, read_article, span_of, statement
from warehouse import articles
from warehouse.published import publish
from warehouse.store import writing

LONG = "Grain left Odesa.\x1b[31m Peskov said: we want a truce. Ships follow the grain."


@pytest.fixture
def talkwatch(monkeypatch, capsys, tmp_path):
    """Run `talkwatch search` where two articles are published; return code, answer and the rest."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(os, "environ", {**os.environ})
    os.environ.pop("TALKWATCH_CONFIG", None)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    (tmp_path / "talkwatch.toml").write_text('data_dir = "var"\n', encoding="utf-8")
    said = span_of(LONG, "we want a truce")
    base, other = read_article("a1"), read_article("a2")
    first = Reading(
        sentences=(Span(0, 17), Span(17, 52), Span(53, len(LONG))),
        mentions=(mention(LONG, "Peskov", MentionKind.OFFICIAL, "dmitry-peskov"),),
        title_mentions=(),
        statements=(replace(statement("a1"), text=said.slice(LONG), span=said, spans=(said,)),),
        extractor_version="x",
    )
    second = replace(first, sentences=(), mentions=(), statements=())
    changes = {"title": "Truce and grain", "text": "", "outlet": "Two", "published_at": NOW - timedelta(days=9)}
    with writing(tmp_path / "var") as session:
        articles.save_articles(
            session,
            [
                replace(base, article=replace(base.article, text=LONG, title="Odesa"), reading=first),
                replace(other, article=replace(other.article, **changes), reading=second),
            ],
        )
    publish(tmp_path / "var")

    def run(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["talkwatch", "search", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        answer = capsys.readouterr()
        return left.value.code or 0, answer.out, answer.err

    return run


def found(talkwatch, *arguments):
    """Return what a search finds, as (what, article, words)."""
    code, out, err = talkwatch(*arguments, "--format", "json")
    assert (code, err) == (0, "")
    return [(each["found"], each["article_id"], each["text"]) for each in json.loads(out)]


SAID = ("statement", "a1", "we want a truce")
TOLD = ("article", "a1", "\x1b[31m Peskov said: we want a truce.")
HEADLINE = ("article", "a2", "")


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        pytest.param(["truce"], [SAID, TOLD, HEADLINE], id="statements and articles, with the sentence that holds it"),
        pytest.param(
            ["grain", "follow"], [("article", "a1", "Ships follow the grain.")], id="the sentence with most words"
        ),
        pytest.param(["we want"], [SAID, TOLD], id="words that the shell kept together stand together"),
        pytest.param(["truce", "--outlet", "two"], [HEADLINE], id="of one outlet"),
        pytest.param(["truce", "--until", "2026-11-15"], [HEADLINE], id="published before"),
        pytest.param(["truce", "--since", "2026-11-15"], [SAID, TOLD], id="published since"),
        pytest.param(["truce", "--official", "Peskov"], [SAID, TOLD], id="said by an official, or where he is named"),
        pytest.param(["truce", "--official", "Sergey Lavrov"], [], id="of an official who is not there"),
        pytest.param(["truce", "--limit", "1"], [HEADLINE], id="the best only"),
        pytest.param(["o'clock"], [], id="an apostrophe ends no text"),
    ],
)
def test_words_are_found_within_what_is_asked_for(talkwatch, arguments, answer):
    """A search answers with what holds all its words, published, said and named as its options say."""
    assert sorted(found(talkwatch, *arguments)) == sorted(answer)


def test_a_table_is_safe_to_look_at(talkwatch):
    """Nothing that stands in an article reaches the terminal as a command to it."""
    code, out, _ = talkwatch("truce")
    assert code == 0
    assert "we want a truce" in out
    assert "\x1b" not in out


def test_what_is_piped_is_read_line_by_line(talkwatch):
    """Elsewhere than in a terminal each is a block: no line is wider than a page, no word or address is cut."""
    code, out, err = talkwatch("grain", "follow")
    assert (code, err) == (0, "")
    assert out.splitlines()[1:] == ["  Odesa", "  Ships follow the grain.", "  https://one.example/a1"]
    assert max(map(len, out.splitlines())) <= 100


def test_nothing_found_is_said(talkwatch):
    """Where nothing holds all words that is said, and the answer is empty."""
    assert talkwatch("snorkewhistle") == (0, "", "nothing holds all these words\n")


def test_a_question_without_a_word_is_a_mistake(talkwatch):
    """Nothing but marks is no question, and one line says so."""
    said = "talkwatch: no word to look for; write one, for example: talkwatch search ceasefire\n"
    assert talkwatch("", "—*") == (2, "", said)


def test_an_official_whom_nobody_watches_is_a_mistake(talkwatch):
    """A name that is nobody's is told with the nearest one, before anything is looked for."""
    code, out, err = talkwatch("truce", "--official", "Dmitry Peskoff")
    assert (code, out) == (2, "")
    assert 'no official is called "Dmitry Peskoff"; did you mean "Dmitry Peskov"?' in err
