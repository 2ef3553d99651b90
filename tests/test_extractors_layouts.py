from __future__ import annotations

import pytest

from extractors.html.pages import clean_page
from extractors.records import Page

SAID = "Dmitry Peskov told reporters on Saturday that a ceasefire was possible before the new year."
OTHERS = (
    "The delegations are to meet again next week, though no date was given for the round.",
    "Diplomats in Geneva cautioned that the gaps remain wide, and that a first draft has yet to be circulated.",
    "The last meeting ended after four hours without a joint text, and both teams flew home the same evening.",
)
ALL = [OTHERS[0], SAID, *OTHERS[1:]]


def lines(body: str, *, head: str = "") -> list[str]:
    """Return the lines of a page's text."""
    html = f"<!doctype html><html lang='en'><head><title>Notes from the talks</title>{head}</head><body>{body}</body></html>"
    page = clean_page(html)
    assert isinstance(page, Page), page
    return page.text.split("\n")


@pytest.mark.parametrize(
    ("inside", "kept"),
    [
        pytest.param(f"<div><p><a href=/x>{SAID}</a></p></div>", True, id="a paragraph in a link"),
        pytest.param(f"<div><a href=/x><p>{SAID}</p></a></div>", True, id="a link around a paragraph"),
        pytest.param(f"<p><a href=/x>{SAID[:40]}</a> <a href=/y>{SAID[40:]}</a></p>", True, id="a paragraph of two links"),
        pytest.param(f"<section><p><em><b><a href=/x>{SAID}</a></b></em></p></section>", True, id="set off"),
        pytest.param(f"<ul><li><a href=/x>{SAID}</a></li></ul>", True, id="an item of a list"),
        pytest.param(f"<table><tr><td>{SAID}</td></tr></table>", True, id="a box made of a table"),
        pytest.param(f"<table><tr><td><img src=x></td><td><p>{SAID}</p></td></tr></table>", True, id="beside a picture"),
        pytest.param("<ul><li><a href=/a>Grain exports from the ports on the river rise by four per cent in a year</a></li></ul>", False, id="a headline in a list"),
        pytest.param("<ul><li><a href=/a>What is known of the festival that drew thousands to the river bank?</a></li></ul>", False, id="a headline that asks"),
        pytest.param("<a href=/a><h3>Grain exports rise</h3><p>They rose by four per cent from the ports on the river in a year.</p></a>", False, id="a teaser"),
    ],
)  # fmt: skip
def test_a_sentence_stays_whatever_stands_around_it(inside, kept):
    """A sentence that is all link, or in a table's cell, is a paragraph; a pointer to another story is none."""
    first, *rest = OTHERS
    body = "".join(f"<p>{text}</p>" for text in rest)
    found = lines(f"<main><article><h1>Notes from the talks</h1><p>{first}</p>{inside}{body}</article></main>")
    assert found == (ALL if kept else list(OTHERS))


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param("<tr><td><a href=/>Home</a> | <a href=/w>World</a></td></tr><tr><td><h1>Notes from the talks</h1>{paragraphs}</td></tr>", id="navigation above"),
        pytest.param("<tr><td>Menu<br>Home<br>Archive</td><td>{breaks}</td><td>Ads</td></tr>", id="columns beside, line breaks within"),
        pytest.param("<tr><td colspan=2><table><tr><td><font>{unclosed}</font></td></tr></table></td></tr>", id="a table in a table, words before the first paragraph"),
        pytest.param("<tr><td class=side><a href=/a>Archive</a></td><td><div>{paragraphs}</div></td></tr>", id="a sidebar"),
    ],
)  # fmt: skip
def test_a_page_laid_out_with_tables_is_its_paragraphs(rows):
    """Nothing of the article is lost, no two paragraphs are one, and no column beside it is in the text."""
    shapes = {
        "paragraphs": "".join(f"<p>{text}</p>" for text in ALL),
        "breaks": "<br><br>".join(ALL),
        "unclosed": "<p>".join(ALL),
    }
    assert lines(f"<table>{rows.format(**shapes)}</table>") == ALL


def test_a_table_of_figures_stays_one():
    """A table that holds figures is no layout."""
    rows = "<table><tr><td>Killed</td><td>12</td></tr><tr><td>Wounded</td><td>30</td></tr></table>"
    body = "".join(f"<p>{text}</p>" for text in OTHERS)
    assert "| Killed | 12 |" in lines(f"<article><h1>Notes from the talks</h1>{body}{rows}</article>")
