from __future__ import annotations

import pytest

from extractors.boilerplate import page_lines, recurring, without_boilerplate

NOTICE = "The Herald publishes a summary of its reports here, subscribers read them whole."
PROMPT = "Scan the code to get our app"


def story(number: int, *added: str) -> str:
    """Return the text of a story of its own, with these lines after it."""
    own = [
        f"Delegation number {number} arrived in Istanbul in the morning, and its head went straight to the palace.",
        f"Its members, {number * 3} in all, did not speak to reporters about what they had brought with them.",
        f"A spokesman of ministry {number} said later that the mood was businesslike and the agenda long.",
    ]
    return "\n".join([*own, *added])


def learned(texts: list[str]) -> frozenset[str]:
    """Learn from these texts as one outlet's pages."""
    return recurring(page_lines(str(number), text) for number, text in enumerate(texts))


def test_a_line_that_recurs_is_dropped():
    """A line under three different stories is dropped from the next, whatever its case and marks."""
    known = learned([story(number, NOTICE, PROMPT) for number in range(3)])
    assert without_boilerplate(story(9, NOTICE, PROMPT.upper() + "!"), known) == story(9)


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param([story(number, NOTICE) for number in range(2)], id="under two stories"),
        pytest.param([story(1, NOTICE)] * 5, id="in one story printed five times"),
        pytest.param(
            [story(1, NOTICE), story(1, NOTICE, "Updated."), story(2, NOTICE)], id="in a story and its revision"
        ),
        pytest.param(
            [story(number, *([NOTICE] if number < 3 else [])) for number in range(30)], id="under one story in ten"
        ),
    ],
)
def test_what_recurs_too_rarely_stays(texts):
    """A line is kept until three different stories and a fifth of them have had it."""
    assert without_boilerplate(story(99, NOTICE), learned(texts)) == story(99, NOTICE)


def test_a_reprinted_story_is_not_eaten():
    """A wire story that an outlet prints again and again stays whole."""
    known = learned([story(7, NOTICE), story(7, NOTICE), story(7), story(1, NOTICE), story(2, NOTICE)])
    assert without_boilerplate(story(7, NOTICE), known) == story(7)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("“We are ready for talks,” Zelensky said.", id="a quotation"),
        pytest.param("Russia launched its invasion in February 2022. " * 10, id="a long paragraph"),
    ],
)
def test_some_lines_are_never_boilerplate(line):
    """What somebody said, and what is long, stays however often it recurs."""
    texts = [story(number, line) for number in range(5)]
    assert without_boilerplate(story(9, line), learned(texts)) == story(9, line)


def test_a_page_is_never_emptied():
    """Where all lines are known to recur, the text stays as it is."""
    known = learned([story(number, NOTICE) for number in range(3)])
    assert without_boilerplate(NOTICE, known) == NOTICE
