"""The lines of each site's last pages, and those learned to be boilerplate. What is learned is decided elsewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.records import PageLines
from warehouse.rows import Columns
from warehouse.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteLines:
    """What is known of a site's furniture: the lines of its last pages, oldest first, and the lines learned."""

    site: str
    pages: tuple[PageLines, ...] = ()
    learned: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedLine:
    """A line that recurs on a site's pages, and on how many articles' of them it was seen this time."""

    site: str
    line_hash: str
    line: str
    articles: int


_PAGE = Columns(PageLines)
_LINE = Columns(LearnedLine)

_PAGES = f"""
SELECT site, {_PAGE}
FROM page_lines
WHERE site IN (SELECT unnest($1::VARCHAR[]))
ORDER BY site, seen_at, article_id
"""  # noqa: S608 (our own columns)
_LEARNED = "SELECT site, line_hash FROM boilerplate WHERE site IN (SELECT unnest($1::VARCHAR[]))"
_SEEN = {"site": "VARCHAR", "line_hash": "VARCHAR", "articles": "INTEGER", "seen_at": "TIMESTAMPTZ"}
_SAVE_LINES = """
INSERT INTO boilerplate BY NAME FROM staged_boilerplate
ON CONFLICT (site, line_hash)
DO UPDATE SET last_seen_at = excluded.last_seen_at
"""
_SEE_LINES = """
UPDATE boilerplate SET articles = boilerplate.articles + s.articles, last_seen_at = s.seen_at
FROM seen_boilerplate AS s
WHERE boilerplate.site = s.site AND boilerplate.line_hash = s.line_hash
"""
_FORGET_PAGES = """
DELETE FROM page_lines WHERE seen_at < $since OR (site, article_id) IN (
    SELECT (site, article_id) FROM page_lines
    WHERE site IN (SELECT unnest($sites::VARCHAR[]))
    QUALIFY row_number() OVER (PARTITION BY site ORDER BY seen_at DESC, article_id DESC) > $window
)
"""


def site_lines(session: Session, sites: Sequence[str]) -> dict[str, SiteLines]:
    """Return what is known of the furniture of each of these sites."""
    pages = session.grouped(_PAGE, _PAGES, [sites])
    learned: dict[str, set[str]] = defaultdict(set)
    for site, line_hash in session.rows(_LEARNED, [sites]):
        learned[site].add(line_hash)
    return {site: SiteLines(site=site, pages=tuple(pages[site]), learned=frozenset(learned[site])) for site in sites}


def save_pages(session: Session, pages: Sequence[tuple[str, PageLines]], at: datetime) -> None:
    """Keep the lines of pages, each with its site; a page that is here already is replaced."""
    rows = ((*_PAGE.row(page), site, at) for site, page in pages)
    session.stage("staged_page_lines", {**_PAGE.types, "site": "VARCHAR", "seen_at": "TIMESTAMPTZ"}, rows)
    session.run("INSERT OR REPLACE INTO page_lines BY NAME FROM staged_page_lines", quiet=True)


def save_lines(session: Session, lines: Sequence[LearnedLine], at: datetime) -> None:
    """Note lines that were learned."""
    times = {"learned_at": "TIMESTAMPTZ", "last_seen_at": "TIMESTAMPTZ"}
    session.stage("staged_boilerplate", {**_LINE.types, **times}, ((*_LINE.row(each), at, at) for each in lines))
    session.run(_SAVE_LINES, quiet=True)


def see_lines(session: Session, lines: Sequence[tuple[str, str, int]], at: datetime) -> None:
    """Note lines that were seen again: site, hash, and on how many more articles."""
    session.stage("seen_boilerplate", _SEEN, ((*line, at) for line in lines))
    session.run(_SEE_LINES, quiet=True)


def forget(session: Session, sites: Sequence[str], *, since: datetime, window: int) -> None:
    """Drop what was not seen `since`, and all but the last `window` pages of these sites."""
    session.run(_FORGET_PAGES, {"sites": sites, "since": since, "window": window}, quiet=True)
    session.run("DELETE FROM boilerplate WHERE last_seen_at < $1", [since], quiet=True)
