from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from trafilatura.utils import load_html

from extractors.html.metadata import read_metadata

LINKED = {
    "@type": "NewsArticle",
    "headline": "Talks go on &amp; on",
    "datePublished": "2022-03-30T10:00:00+02:00",
    "author": [{"@type": "Person", "name": "Ann Author"}, {"@type": "Organization", "name": "The Wire"}],
}
TAGS = """<meta property="og:title" content="Other title | The Herald">
<meta property="og:site_name" content="The Herald">
<meta property="article:published_time" content="2022-03-30T09:30:00Z"><meta name="author" content="By Ben Byline">"""


def read(head: str = "", url: str | None = None, body: str = "<p>Text.</p>"):
    """Read the metadata of a page with this head."""
    return read_metadata(load_html(f"<html><head>{head}</head><body>{body}<p>More.</p></body></html>"), url)


def linked(value) -> str:
    """Return a script of JSON-LD."""
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(LINKED, id="alone"),
        pytest.param([{"@type": "WebSite", "name": "x"}, LINKED], id="in a list"),
        pytest.param({"@context": "x", "@graph": [{"@type": "Organization", "name": "x"}, LINKED]}, id="in a graph"),
        pytest.param({"@type": "WebPage", "mainEntity": LINKED}, id="as a page's main entity"),
        pytest.param({**LINKED, "@type": ["ReportageNewsArticle", "Thing"]}, id="of several types"),
    ],
)
def test_json_ld_comes_first(value):
    """What JSON-LD says of the article wins over the tags: headline, time, people rather than organisations."""
    about = read(linked(value) + TAGS)
    assert (about.title, about.author) == ("Talks go on & on", "Ann Author")
    assert about.published == datetime(2022, 3, 30, 8, tzinfo=UTC)
    assert about.is_article


@pytest.mark.parametrize(
    "head",
    [
        pytest.param("", id="none"),
        pytest.param('<script type="application/ld+json">{"@type": "NewsArticle", </script>', id="broken"),
        pytest.param(linked({"@type": "ItemList", "itemListElement": [LINKED]}), id="a list of other pages"),
        pytest.param(linked(["text", None, 7]), id="nonsense"),
    ],
)
def test_tags_come_next(head):
    """Without an article in JSON-LD the tags are read; the outlet's name is cut off the title, "By" off the byline."""
    about = read(head + TAGS)
    assert (about.title, about.author, about.site_name) == ("Other title", "Ben Byline", "The Herald")
    assert about.published == datetime(2022, 3, 30, 9, 30, tzinfo=UTC)


def test_the_page_itself_comes_last():
    """Without JSON-LD and tags what the page shows is read; an organisation is the author when no person is."""
    about = read(
        body="<h1>Seen above</h1>",
        head=linked({**LINKED, "headline": "", "author": {"@type": "Organization", "name": "The Wire"}}),
    )
    assert (about.title, about.author) == ("Seen above", "The Wire")


def test_a_publisher_in_plain_words_is_no_outlet():
    """Who publishes his own page is its author, though other fields name others; so it is not for an organisation."""
    own = {**LINKED, "author": "Jane Doe", "publisher": "Jane Doe"}
    other = '<meta name="author" content="John Roe">'
    assert read(linked(own) + other).author == "Jane Doe"
    assert (
        read(linked({**own, "publisher": {"@type": "Organization", "name": "Jane Doe"}}) + other).author == "John Roe"
    )


def test_a_time_of_day_wins_over_a_bare_date():
    """A bare date in JSON-LD gives way to a tag of the same day with a time, not to another day's."""
    dated = linked({**LINKED, "datePublished": "2022-03-30"})
    assert read(dated + TAGS).published == datetime(2022, 3, 30, 9, 30, tzinfo=UTC)
    assert read(dated + TAGS.replace("2022-03-30", "2019-01-01")).published == datetime(2022, 3, 30, tzinfo=UTC)


def test_an_undated_page_has_no_date():
    """No date is invented, the clock's least of all."""
    assert read("<title>Talks</title>", body="<p>They met.</p><footer>© The Herald</footer>").published is None


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("105092", id="a number"),
        pytest.param("https://facebook.com/herald", id="an address"),
        pytest.param("@herald", id="an account"),
        pytest.param("admin", id="an account's default name"),
    ],
)
def test_what_is_no_name_is_no_author(name):
    """An author has a name."""
    assert read(f'<meta name="author" content="{name}">').author is None


@pytest.mark.parametrize(
    ("head", "url", "expected"),
    [
        pytest.param('<link rel="canonical" href="https://a.example/1">', None, "https://a.example/1", id="canonical"),
        pytest.param(
            '<meta property="og:url" content="https://a.example/1">', None, "https://a.example/1", id="og:url"
        ),
        pytest.param('<link rel="canonical" href="/1">', None, None, id="a relative one is none"),
        pytest.param(
            '<link rel="canonical" href="https://www.a.com/1">', "https://m.a.com/1", "https://www.a.com/1", id="a twin"
        ),
        pytest.param(
            '<link rel="canonical" href="https://b.com/1">', "https://a.com/1", None, id="another site's is none"
        ),
        pytest.param(
            '<link rel="canonical" href="https://a.com/">', "https://a.com/x/1", None, id="the home page's is none"
        ),
        pytest.param(
            '<link rel="canonical" href="https://a.com/">',
            "https://a.com/1",
            None,
            id="the home page's on a page below",
        ),
        pytest.param(
            '<link rel="canonical" href="https://a.com/">',
            "https://www.a.com/",
            "https://a.com/",
            id="on the home page",
        ),
        pytest.param(
            '<link rel="canonical" href="https://a.com/world/">',
            "https://a.com/world/talks-go-on-in-istanbul",
            None,
            id="a section's is none",
        ),
        pytest.param(
            '<link rel="canonical" href="https://a.com/world/">'
            '<meta property="og:url" content="https://a.com/world/talks-go-on-in-istanbul">',
            "https://a.com/world/talks-go-on-in-istanbul?utm_source=rss",
            "https://a.com/world/talks-go-on-in-istanbul",
            id="og:url where the canonical is a section's",
        ),
        pytest.param(
            '<link rel="canonical" href="https://a.com/news/2">',
            "https://a.com/1",
            "https://a.com/news/2",
            id="a new path",
        ),
        pytest.param(
            '<link rel="canonical" href="https://a.com/1">', "file:///tmp/1.html", "https://a.com/1", id="a file's own"
        ),
        pytest.param('<link rel="alternate" href="https://a.com/2">', "https://a.com/1", None, id="another relation"),
    ],
)
def test_a_page_names_itself(head, url, expected):
    """A page's own address is believed where it may be."""
    assert read(head, url).url == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param('<meta property="og:locale" content="de_DE">', "de_DE", id="a tag's"),
        pytest.param("", None, id="none"),
    ],
)
def test_a_language_is_what_is_stated(head, expected):
    """A page's language is its own, else its tag's."""
    assert read(head).language == expected
    for attribute in ("lang", "xml:lang"):
        tree = load_html(f"<html {attribute}='fr'><head>{head}</head><body><p>Text.</p></body></html>")
        assert read_metadata(tree).language == "fr"


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(linked({"@type": "Article", "name": "Talks"}), True, id="JSON-LD"),
        pytest.param('<meta property="og:type" content="article">', True, id="og:type"),
        pytest.param('<meta property="og:type" content="website">', False, id="another type"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_page_calls_itself_an_article(head, expected):
    """A page is an article by its own word."""
    assert read(head).is_article is expected


def test_a_page_s_own_node_dates_it():
    """Where JSON-LD has no article, its node of the page says when it was published."""
    head = linked({"@type": "WebPage", "datePublished": "2022-03-30T10:00:00Z"})
    assert read(head).published == datetime(2022, 3, 30, 10, tzinfo=UTC)


def test_the_first_tag_of_a_name_that_says_something_counts():
    """Empty tags are passed over, and later ones of a name change nothing."""
    head = '<meta><meta name="author" content=" "><meta name="author" content="Ann Author"><meta name="author" content="Ben">'
    assert read(head).author == "Ann Author"


@pytest.mark.parametrize(
    ("length", "named"), [pytest.param(60, True, id="60 letters"), pytest.param(61, False, id="61 letters")]
)
def test_a_section_has_a_short_name(length, named):
    """What is longer than a name is no section."""
    head = f'<meta property="article:section" content="{"W" * length}">'
    assert read(head).section == ("W" * length if named else None)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param('<meta name="mrf:author" content="Ann Author">', "Ann Author", id="a service's tag"),
        pytest.param('<meta name="authored-by" content="Ann Author">', None, id="another tag"),
        pytest.param(
            linked({**LINKED, "author": {"@type": "Organization", "name": "The Herald"}})
            + '<meta property="og:site_name" content="The Herald">',
            "The Herald",
            id="the outlet where nobody else is named",
        ),
    ],
)
def test_an_author_is_looked_for_in_turn(head, expected):
    """Tags of services name authors too, and the outlet comes last."""
    assert read(head).author == expected


def test_the_address_a_page_was_asked_at_dates_and_names_it():
    """Where the page does not name itself, its address tells its day and its outlet."""
    asked = read('<meta property="og:title" content="Talks go on | DW">', url="https://www.dw.com/2024/09/16/talks")
    assert (asked.url, asked.title) == (None, "Talks go on")
    assert asked.published == datetime(2024, 9, 16, tzinfo=UTC)
    own = read(
        '<link rel="canonical" href="https://www.dw.com/2024/09/16/talks">'
        '<meta property="og:title" content="Talks go on | DW">'
    )
    assert (own.title, own.published) == ("Talks go on", datetime(2024, 9, 16, tzinfo=UTC))


def test_a_description_may_be_missing():
    """The description is JSON-LD's, else a tag's that says something."""
    assert read(
        '<meta property="og:description" content=" "><meta name="description" content="Talks.">'
    ).description == ("Talks.")
    assert read().description is None
