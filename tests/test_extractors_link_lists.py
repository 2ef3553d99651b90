from __future__ import annotations

from datetime import UTC, datetime

import pytest

from extractors.records import Feed, Unreadable
from extractors.syndication.link_lists import parse_listing
from extractors.text.dates import clock_of, shown_date
from tests.pressroom import FOOT, MENU, PAGES, releases

URL = "https://ministry.example/en/news"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
ITEMS = (
    ("/en/news/103", "Minister receives the delegation", "Today, 09:30"),
    ("/en/news/102", "Statement on the truce in the north", "Yesterday"),
    ("/en/news/101", "Comment on the talks in Istanbul", "1 March 2026"),
)
LINKS = [f"https://ministry.example{path}" for path, _, _ in ITEMS]
DATES = [datetime(2026, 3, 4, 9, 30, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)]


def listed(html: str, links: str | None = None):
    """Return what a page lists."""
    feed = parse_listing(html.encode(), url=URL, links=links, at=NOW)
    assert isinstance(feed, Feed), feed
    return [(str(entry.link).partition("?")[0], entry.title, entry.updated) for entry in feed.entries]


EXPECTED = [(link, title, date) for link, (_, title, _), date in zip(LINKS, ITEMS, DATES, strict=True)]
CARDS = "".join(
    f"<article><a href='{path}'><time datetime='2026-03-04T09:30Z'>4.3.</time><h2>{title}</h2><p>Teaser.</p></a></article>"
    for path, title, _ in ITEMS
)
TABLE = "".join(f"<tr><td>{date}</td><td><a href='{path}'>{title}</a></td></tr>" for path, title, date in ITEMS)
BY_DAY = "".join(
    f"<div><h4>{date}</h4><ul><li><a href='{path}'>{title}</a></li></ul></div>" for path, title, date in ITEMS
)
BARE = "".join(
    f"<div class='card {'odd' if n % 2 else 'even'}'><h3>{title}</h3><a class='more' href='{path}'>Read more</a></div>"
    for n, (path, title, _) in enumerate(ITEMS)
)


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(releases(ITEMS), id="a list with pictures, headings, topics and pages"),
        pytest.param(f"<body>{MENU}<main>{CARDS}</main>{FOOT}</body>", id="cards that are links as a whole"),
        pytest.param(f"<body>{MENU}<table>{TABLE}</table>{FOOT}</body>", id="a table"),
        pytest.param(f"<body><div class='top-menu'>{MENU}</div>{BY_DAY}{FOOT}</body>", id="a list a day"),
        pytest.param(
            f"<body>{MENU}<section>{BARE}</section>{FOOT}</body>", id="headings beside links that say read more"
        ),
    ],
)
def test_a_page_s_list_is_found(html):
    """Of all links of a page those of its list are entries, in order, each once, under its headline."""
    assert [each[:2] for each in listed(html)] == [each[:2] for each in EXPECTED]


def test_dates_beside_links_are_read():
    """The words "today" and "yesterday" name days of the time when the page came."""
    assert listed(releases(ITEMS)) == EXPECTED


def test_a_selector_says_which_links_are_meant():
    """It may find the links, or what holds one each; what it finds is taken whatever it says."""
    html = releases(ITEMS)
    assert listed(html, "main li h3 a") == EXPECTED
    assert [link for link, _, _ in listed(html, "main ul:first-of-type > li")] == LINKS
    assert [title for _, title, _ in listed(html, "main li.item-0 > a:last-child")] == ["Peace"]


def test_a_list_that_changes_its_order_lists_the_same():
    """No entry is another because it stands elsewhere."""
    assert sorted(listed(releases(ITEMS[::-1]))) == sorted(EXPECTED)


@pytest.mark.parametrize(
    ("html", "links", "why"),
    [
        pytest.param(
            f"<body>{MENU}<main><p>No releases.</p></main>{FOOT}</body>", None, "no list of links", id="menus alone"
        ),
        pytest.param(releases(ITEMS), "div.news a", "finds no link", id="a selector that fits no more"),
        pytest.param("", None, "no page", id="nothing"),
    ],
)
def test_a_page_without_its_list_is_told(html, links, why):
    """Where no list is found the page is made otherwise, and not one without news."""
    found = parse_listing(html.encode(), url=URL, links=links, at=NOW)
    assert isinstance(found, Unreadable)
    assert why in found.said


@pytest.mark.parametrize(
    ("label", "day"),
    [
        *(
            pytest.param(label, 4, id=label)
            for label in (
                "today",
                "Сегодня, 14:05",
                "Сьогодні о 14:05",
                "14:05, сегодня",
                "Aujourd'hui à 14:05",
                "Heute, 14:05 Uhr",
                "Bugün 14:05",
                "اليوم",
                "היום",
                "今天 14:05",
                "Dziś, 14:05",
                "Hoy",
                "امروز",
            )
        ),
        *(
            pytest.param(label, 3, id=label)
            for label in (
                "Yesterday at 14:05",
                "вчера в 14:05",
                "вчора",
                "Hier",
                "Gestern",
                "Dün",
                "أمس",
                "אתמול",
                "昨天",
                "wczoraj",
                "ayer",
                "دیروز",
            )
        ),
        *(
            pytest.param(label, None, id=label)
            for label in ("Today's talks", "The day before yesterday was long", "Madrid", "Heute Journal", "Hierarchy")
        ),
    ],
)
def test_today_and_yesterday(label, day):
    """They are read in the languages of the watchlist's countries, with a time of day or without, and nothing else is."""
    found = shown_date(label, NOW)
    assert (found and found.day) == day
    if found and "14:05" in label:
        assert (found.hour, found.minute) == (14, 5)


def test_today_is_a_day_of_the_feed_s_clock():
    """An hour after midnight in Kyiv it is still yesterday in UTC."""
    with clock_of("Europe/Kyiv"):
        assert shown_date("Today, 00:30", datetime(2026, 3, 3, 23, tzinfo=UTC)) == datetime(
            2026, 3, 3, 22, 30, tzinfo=UTC
        )


@pytest.mark.parametrize(
    ("paging", "goes_on"),
    [
        pytest.param("<ul class='pager'><a rel='next' href='?p=2'>2</a></ul>", "?p=2", id="what it calls its next"),
        pytest.param("<link rel='next' href='/en/news/page/2'>", "/page/2", id="in its head"),
        pytest.param("<nav class='pagination'><a href='/x'>1</a><a href='?s=9'>»</a></nav>", "?s=9", id="an arrow"),
        pytest.param("<div class='pages'><a href='?page=2'>Следующая</a></div>", "?page=2", id="in another language"),
        pytest.param(
            "<div id='paging'><a href='?a=1' aria-label='Older news'><i></i></a></div>", "?a=1", id="by its label"
        ),
        pytest.param("<div class='pager'><a href='?p=2'>2</a><a href='?p=3'>3</a></div>", None, id="numbers alone"),
        pytest.param("<p><a href='/next'>Next week in Istanbul</a></p>", None, id="no paging"),
        pytest.param("<a rel='next' href='https://other.example/2'>Next</a>", None, id="another site"),
        pytest.param(f"<a rel='next' href='{URL}'>Next</a>", None, id="itself"),
    ],
)
def test_where_a_list_goes_on(paging, goes_on):
    """A list's next page is what the page says is next, on its own site; page numbers alone say nothing."""
    bare = releases(ITEMS).replace(PAGES, paging)
    feed = parse_listing(bare.encode(), url=URL, at=NOW)
    assert isinstance(feed, Feed)
    assert feed.next_page is None if goes_on is None else str(feed.next_page).endswith(goes_on)
    assert len(feed.entries) == len(ITEMS)
