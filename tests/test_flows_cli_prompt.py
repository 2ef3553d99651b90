from __future__ import annotations

import os
from pathlib import Path

import pytest

from flows.cli import sql
from tests.warehouse_examples import read_article
from warehouse import articles
from warehouse.published import publish
from warehouse.store import writing


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """Return a data directory with one published article."""
    folder = tmp_path_factory.mktemp("var")
    with writing(folder) as session:
        articles.save_articles(session, [read_article()])
    publish(folder)
    return folder


@pytest.fixture
def typed(data_dir, tmp_path, monkeypatch, capsys):
    """Type lines at the prompt, an error for a key; return what was asked for, what was answered and what else said."""
    monkeypatch.setattr(sql, "HISTORY", tmp_path / "history")
    monkeypatch.setattr("shutil.get_terminal_size", lambda *_, **__: os.terminal_size((80, 24)))

    def run(*lines):
        prompts, left = [], iter(lines)

        def ask(shown):
            prompts.append(shown.strip())
            line = next(left, EOFError)
            if isinstance(line, type):
                raise line
            return line

        sql.prompted(data_dir, ask)
        said = capsys.readouterr()
        return prompts, said.out, said.err

    return run


def test_a_query_ends_with_its_semicolon(typed):
    """A query may go over several lines; each is answered, and the prompt says whether more of one is waited for."""
    prompts, out, _ = typed("select count(*) as articles", "from articles;", "", "select 2 as two;", "exit")
    assert prompts == ["talkwatch>", "...>", "talkwatch>", "talkwatch>", "talkwatch>"]
    assert out == "articles\n────────\n1\ntwo\n───\n2\n"


def test_a_mistake_does_not_end_it(typed):
    """What is wrong is told in one line, and the next query is answered."""
    _, out, err = typed("select nothing from articles;", "select 1 as one;")
    assert "nothing" in err
    assert "Traceback" not in err
    assert out == "one\n───\n1\n"


def test_ctrl_c_takes_back_what_is_typed(typed):
    """What was begun is forgotten, not sent with what comes next."""
    _, out, _ = typed("select nonsense", KeyboardInterrupt, "select 1 as one;")
    assert out == "one\n───\n1\n"


def test_a_long_answer_is_shown_by_pages(typed, monkeypatch):
    """What is longer than the terminal goes to the pager, whole."""
    paged = []
    monkeypatch.setattr("pydoc.pager", paged.append)
    monkeypatch.setattr(sql, "PAGED", 200)
    _, out, _ = typed("select * from range(100);", "select * from range(1000);")
    assert out == ""
    assert [len(each.splitlines()) for each in paged] == [102, 224]
    assert paged[0].endswith("\n99\n")
    assert "-o FILE" in paged[1].splitlines()[-1]


@pytest.mark.parametrize(
    ("begun", "first"),
    [
        pytest.param("art", "article_id", id="a column"),
        pytest.param("utterance_l", "utterance_links", id="a table"),
        pytest.param("search_art", "search_articles", id="a macro"),
        pytest.param("SEL", "select", id="a word of SQL"),
        pytest.param("", None, id="nothing is begun"),
    ],
)
def test_names_are_completed(data_dir, begun, first):
    """Tab offers the tables, columns and macros that there are."""
    names = [name for (name,) in sql.query(data_dir, sql._NAMES).rows]
    assert next(iter(sql.completions(names, begun)), None) == first


def test_a_home_that_cannot_be_written_to_is_no_mistake(typed, monkeypatch):
    """Without a place to remember questions they are answered all the same."""
    monkeypatch.setattr(sql, "HISTORY", Path("/proc/nowhere/history"))
    assert typed("select 1 as one;")[1] == "one\n───\n1\n"
