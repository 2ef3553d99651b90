from __future__ import annotations

from datetime import timedelta

import pytest

from extractors.records import PageLines
from tests.warehouse_examples import NOW, new_warehouse
from warehouse import boilerplate
from warehouse.boilerplate import LearnedLine, SiteLines
from warehouse.store import writing

EVER = NOW - timedelta(days=90)


@pytest.fixture
def session(tmp_path):
    """Return a session on a new warehouse."""
    with writing(new_warehouse(tmp_path)) as opened:
        yield opened


def page(name: str, *hashes: str) -> PageLines:
    """Return a page's lines."""
    return PageLines(article_id=name, hashes=hashes, own=(f"own-{name}",))


def line(name: str = "h1", site: str = "one.example", articles: int = 3) -> LearnedLine:
    """Return a line that was learned."""
    return LearnedLine(site=site, line_hash=name, line=f"Line {name}", articles=articles)


def test_a_site_s_lines_come_back(session):
    """Pages come oldest first with all that is kept of them, learned lines by their hashes, each with its own site."""
    boilerplate.save_pages(session, [("one.example", page("b", "h1", "h2"))], NOW)
    boilerplate.save_pages(session, [("one.example", page("a")), ("two.example", page("c", "h1"))], NOW + timedelta(1))
    boilerplate.save_lines(session, [line(), line("h9", "two.example")], NOW)
    assert boilerplate.site_lines(session, ["one.example", "new.example"]) == {
        "one.example": SiteLines(
            site="one.example", pages=(page("b", "h1", "h2"), page("a")), learned=frozenset({"h1"})
        ),
        "new.example": SiteLines(site="new.example"),
    }


def test_a_page_that_comes_again_is_replaced(session):
    """An article has one row a site, as it was seen last."""
    boilerplate.save_pages(session, [("one.example", page("a", "h1")), ("one.example", page("b"))], NOW)
    boilerplate.save_pages(session, [("one.example", page("a", "h2"))], NOW + timedelta(1))
    assert boilerplate.site_lines(session, ["one.example"])["one.example"].pages == (page("b"), page("a", "h2"))


def test_what_is_seen_again_is_counted(session):
    """A learned line keeps its words and time, counts articles, and knows when it was seen last."""
    boilerplate.save_lines(session, [line(), line("h2")], NOW)
    later = NOW + timedelta(days=1)
    boilerplate.see_lines(session, [("one.example", "h1", 2), ("two.example", "h2", 5)], later)
    assert session.rows("SELECT line_hash, line, articles, learned_at, last_seen_at FROM boilerplate ORDER BY 1") == [
        ("h1", "Line h1", 5, NOW, later),
        ("h2", "Line h2", 3, NOW, NOW),
    ]
    boilerplate.save_lines(session, [line(articles=9)], later)
    assert session.rows("SELECT articles, learned_at FROM boilerplate WHERE line_hash = 'h1'") == [(5, NOW)]


def test_only_the_last_pages_are_kept(session):
    """Of the named sites only the newest pages stay, of the others all; what was not seen for long goes everywhere."""
    for day, name in enumerate("abc"):
        pages = [(site, page(name)) for site in ("one.example", "two.example")]
        boilerplate.save_pages(session, pages, NOW + timedelta(days=day))
    boilerplate.save_pages(session, [("old.example", page("d"))], EVER - timedelta(days=1))
    boilerplate.save_lines(session, [line()], EVER)
    boilerplate.save_lines(session, [line("h2")], EVER - timedelta(days=1))
    boilerplate.forget(session, ["one.example"], since=EVER, window=2)
    left = session.rows("SELECT site, article_id FROM page_lines ORDER BY ALL")
    assert left == [("one.example", "b"), ("one.example", "c"), *(("two.example", name) for name in "abc")]
    assert session.rows("SELECT line_hash FROM boilerplate") == [("h1",)]
