from __future__ import annotations

import json
import sys

import anyio
import pytest
from mcp import Client, StdioServerParameters

from flows.assistants import MOST_ROWS, server_of
from tests.newsroom import newsroom
from warehouse.published import PUBLISHED
from warehouse.queries import questions

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder of a newsroom after its first pass."""
    made = tmp_path_factory.mktemp("asked")
    with newsroom(made) as room:
        room.run()
    return made


def ask(server, *calls):
    """Return what an assistant is answered to each call, as (text, whether it is an error)."""

    async def asked():
        async with Client(server) as client:
            results = [await client.call_tool(name, values) for name, values in calls]
        return [(result.content[0].text, result.is_error) for result in results]

    return anyio.run(asked)


def test_every_question_of_the_guide_is_a_tool_that_answers(folder):
    """An assistant finds search, SQL and each question of the guide, and each answers with rows as JSON."""

    async def listed():
        async with Client(server_of(folder / "var")) as client:
            return (await client.list_tools()).tools

    tools = {tool.name: tool for tool in anyio.run(listed)}
    assert set(tools) == {"search", "sql", *(each.name for each in questions())}
    assert len(questions()) > 30
    assert all(tool.annotations.read_only_hint and tool.description for tool in tools.values())
    answers = ask(server_of(folder / "var"), *((each.name, {}) for each in questions()))
    assert [
        said for said, is_wrong in answers if is_wrong or not isinstance(json.loads(said.split("\nThere")[0]), list)
    ] == []


def test_a_question_is_asked_about_something_else(folder):
    """What stands in a blank of a question may be another value, whatever is in it."""
    name = "everything_one_official_said_with_the_words_cut"
    server = server_of(folder / "var")
    his, hers, odd = ask(
        server,
        (name, {}),
        (name, {"official": "volodymyr-zelenskyy"}),
        (name, {"official": "x' OR 'dmitry-peskov' = '"}),
    )
    assert "security guarantees" in his[0]
    assert "truce" in hers[0]
    assert odd == ("[]", False)


def test_search_finds_words_for_an_assistant(folder):
    """Search gives the best with their articles, within dates."""
    (said, _), (later, _) = ask(
        server_of(folder / "var"),
        ("search", {"words": "Zelensky truces"}),
        ("search", {"words": "Zelensky", "since": "2026-03-05"}),
    )
    best = json.loads(said)[0]
    assert best["url"].endswith("/talks")
    assert json.loads(later) == []


@pytest.mark.parametrize(
    ("name", "values", "expected"),
    [
        pytest.param("sql", {"query": "drop table articles"}, "read-only", id="nothing can be changed"),
        pytest.param("sql", {"query": "from read_text('/etc/hostname')"}, "disabled", id="no file is read"),
        pytest.param("sql", {"query": "select nothing"}, "line 1, column 8", id="a mistake has its place"),
        pytest.param("sql", {}, "sql needs query", id="what is missing is named"),
        pytest.param("sql", {"query": "select 1", "limit": "5"}, "sql takes no limit", id="what is not taken is named"),
        pytest.param("sql", {"query": 5}, "query is to be text", id="a number for text"),
        pytest.param("search", {"words": "x", "since": "soon"}, "soon is no time", id="no date"),
        pytest.param("forget", {}, "there is no tool forget", id="no such tool"),
    ],
)
def test_what_cannot_be_answered_is_said(folder, name, values, expected):
    """What an assistant asks wrongly, or may not, is an error it can read, and the next question is answered."""
    wrong, right = ask(server_of(folder / "var"), (name, values), ("sql", {"query": "select 1 as one"}))
    assert wrong[1]
    assert expected in wrong[0]
    assert right == ('[{"one": 1}]', False)


def test_an_assistant_is_not_drowned(folder):
    """A long answer is cut off after so many rows or characters, and says that there is more."""
    (many, _), (long, _) = ask(
        server_of(folder / "var"),
        ("sql", {"query": "select range as n from range(1_000_000)"}),
        ("sql", {"query": "select repeat('x', 30_000) as x from range(9)"}),
    )
    assert many.endswith("There is more: ask for less, or for the next rows.")
    assert len(json.loads(many.split("\n")[0])) == MOST_ROWS
    assert len(json.loads(long.split("\n")[0])) == 3


def test_before_anything_is_published_that_is_said(tmp_path):
    """Without a copy each question is answered with what to do."""
    ((said, is_wrong),) = ask(server_of(tmp_path), ("sql", {"query": "select 1"}))
    assert is_wrong
    assert "nothing is published" in said


def test_it_speaks_over_stdio(folder):
    """`talkwatch mcp` as an assistant starts it: nothing but the protocol stands on stdout."""
    assert (folder / "var" / PUBLISHED).exists()
    program = "import sys; from flows.__main__ import main; sys.exit(main())"
    server = StdioServerParameters(
        command=sys.executable,
        args=["-c", program, "mcp", "--config", str(folder / "talkwatch.toml")],
    )
    ((said, is_wrong),) = ask(server, ("sql", {"query": "select count(*) as articles from articles"}))
    assert (json.loads(said), is_wrong) == ([{"articles": 2}], False)
