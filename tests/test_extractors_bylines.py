from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from trafilatura.utils import load_html

from extractors.html.metadata import Metadata, read_metadata

TOLD = "".join(
    f"<p>{'The delegations met again and spoke at length about the terms of a truce, officials said. ' * 2}</p>"
    for _ in range(8)
)


def read(header: str = "", *, head: str = "", after: str = "", url: str | None = None) -> Metadata:
    """Read a page with this between its headline and its text, in its head, and after its text."""
    html = (
        f"<html><head><title>Talks go on</title>{head}</head><body><article><h1>Talks go on</h1>{header}{TOLD}</article>"
        f"{after}</body></html>"
    )
    return read_metadata(load_html(html), url)


def linked(**node: object) -> str:
    """Return the JSON-LD of an article."""
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "headline": "Talks go on", **node})}</script>'


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param('<p class="byline">By Ann Author</p>', "Ann Author", id="a class"),
        pytest.param('<a rel="author" href="/x">Ann Author</a>', "Ann Author", id="rel=author"),
        pytest.param('<span itemprop="author"><b itemprop="name">Ann Author</b>, Reporter</span>', "Ann Author", id="microdata"),
        pytest.param('<div class="article__authors">ANN AUTHOR, BEN BYLINE and CY CUE</div>', "ANN AUTHOR, BEN BYLINE, CY CUE", id="three names"),
        pytest.param('<div class="byline">Ann Author / The Herald / Sep 2, 2024, 17:07 IST</div>', "Ann Author, The Herald", id="a date behind"),
        pytest.param('<div><a href="/profiles/47">Ann Author</a> <a href="/profiles/48">Ben Byline</a></div>', "Ann Author, Ben Byline", id="links to profiles"),
        pytest.param('<p class="byline">By Ann Author Tuesday, Sept. 17, 2024</p>', "Ann Author", id="a weekday behind"),
        pytest.param('<p class="byline">Ann Author August 17, 2024</p>', "Ann Author", id="a month behind"),
        pytest.param('<div class="author-by">By</div> <a rel="author" href="/x">Ann Author</a>', "Ann Author", id="by in a box of its own"),
        pytest.param('<a class="author-tools">Print</a><p class="byline">Ann Author</p>', "Ann Author", id="a button is nobody"),
        pytest.param("<p>By Ann Author and Ben Byline</p>", "Ann Author, Ben Byline", id="a line that says by"),
        pytest.param("<p>Von Anna Autorin</p>", "Anna Autorin", id="a line in German"),
        pytest.param("<ul><li><strong>Autorin/Autor</strong> Roman Goncharenko</li></ul>", "Roman Goncharenko", id="a label"),
        pytest.param("<div>(责编：牛镛、岳弘彬)</div>", "牛镛, 岳弘彬", id="a label in Chinese"),
        pytest.param("<div><span>Ayşe Yazar |</span><span>05.04.2025</span></div>", "Ayşe Yazar", id="a name before the date"),
        pytest.param("<p>By Tuesday the talks had ended.</p>", None, id="a sentence that begins with by"),
        pytest.param('<p class="byline">Read more about our standards</p>', None, id="a byline's box without a name"),
        pytest.param('<div class="related"><p class="byline">By Ann Author</p></div>', None, id="another story's byline"),
    ],
)  # fmt: skip
def test_a_visible_byline_is_read(header, expected):
    """Where nothing is stated for machines, the byline that readers see is the author."""
    assert read(header).author == expected


def test_bylines_beyond_the_text_are_other_stories():
    """A line “By …” after the text is a teaser's."""
    assert read(after="<div><p>By Ann Author</p></div>").author is None


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(linked(author={"@id": "#ann"}) + linked(**{"@type": "Person", "@id": "#ann", "name": "Ann Author"}), "Ann Author", id="a reference"),
        pytest.param(linked(author=[["Ann Author"], {"name": ["Ben Byline", "Cy Cue"]}]), "Ann Author, Ben Byline, Cy Cue", id="lists in lists"),
        pytest.param(linked(author={"@type": "Person", "name": "Ann Author, Senior Reporter"}), "Ann Author", id="a role behind the name"),
        pytest.param('<meta property="og:site_name" content="The Herald"><meta name="author" content="Ann Author, The Herald">', "Ann Author", id="the outlet behind the name"),
        pytest.param('<meta name="article:author" content="Ann Author">', "Ann Author", id="a name where an address is usual"),
        pytest.param('<meta name="article:author" content="https://x.example/ann">', None, id="an address"),
        pytest.param('<meta name="dcsext.author" content="Ann Author">', "Ann Author", id="a vendor's own tag"),
        pytest.param('<meta name="article_author" content="Ann Author">', "Ann Author", id="with a low line"),
        pytest.param('<meta name="Search.Byline" content="By Ann Author">', "Ann Author", id="called a byline"),
        pytest.param(linked(author={"@type": "Organization", "name": "The Herald"}), "The Herald", id="an organisation where nobody is named"),
        pytest.param(linked(author={"@type": "Person", "name": "Le Figaro et AFP"}), "Le Figaro et AFP", id="as it is printed"),
    ],
)  # fmt: skip
def test_stated_authors_are_read(head, expected):
    """Authors come out of every shape they are stated in, without roles and the outlet's own name."""
    assert read(head=head).author == expected


def test_a_byline_may_stand_above_the_headline():
    """Some pages name the author right before the headline, among links that are nobody's."""
    html = (
        "<html><head><title>Talks go on</title></head><body><a>World</a><span class='author'><a>Ann Author</a></span>"
        f"<article><h1>Talks go on</h1>{TOLD}</article></body></html>"
    )
    assert read_metadata(load_html(html), None).author == "Ann Author"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        pytest.param("The Herald GmbH, Munich, Germany", "Ben Byline", id="a company is an outlet wherever it sits"),
        pytest.param("The Herald Newsroom", "Ben Byline", id="a word behind the outlet's name"),
        pytest.param("herald.de", "Ben Byline", id="a site"),
        pytest.param("Ann Author", "Ann Author", id="a person stays"),
    ],
)
def test_a_byline_that_readers_see_wins_over_a_stated_outlet(stated, expected):
    """A tag that only names the outlet gives way to the name under the headline."""
    head = f'<meta property="og:site_name" content="The Herald"><meta name="author" content="{stated}">'
    assert read('<p class="byline">By Ben Byline</p>', head=head).author == expected


def test_a_person_wins_over_the_outlet():
    """Where machines are told the outlet's name and readers a person's, the person is the author."""
    head = linked(
        author={"@type": "Person", "name": "The Herald"}, publisher={"@type": "Organization", "name": "The Herald"}
    )
    assert read('<p class="byline">By Ann Author</p>', head=head).author == "Ann Author"
    assert read(head=head).author == "The Herald"


DAY = datetime(2024, 9, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "head", "url", "expected"),
    [
        pytest.param('<time itemprop="datePublished" datetime="2024-09-16T16:45+0100">x</time>', "", None, datetime(2024, 9, 16, 15, 45, tzinfo=UTC), id="microdata"),
        pytest.param('<div><time datetime="2024-09-16T10:00:00Z">x</time></div>', "", None, datetime(2024, 9, 16, 10, tzinfo=UTC), id="a time element"),
        pytest.param('<p>Updated <time datetime="2024-09-18T10:00:00Z">x</time></p><time datetime="2024-09-16T10:00:00Z">x</time>', "", None, datetime(2024, 9, 16, 10, tzinfo=UTC), id="a time of change is another"),
        pytest.param("<ul><li><b>Datum</b> 16.09.2024</li></ul>", "", None, DAY, id="a label"),
        pytest.param('<div class="byline">Ann Author / The Herald / Sep 16, 2024, 17:07 IST</div>', "", None, DAY, id="in a byline"),
        pytest.param("", '<meta property="og:title" content="Talks go on | DW | 16.09.2024">', None, DAY, id="after the title"),
        pytest.param("", "", "https://a.example/2024/09/16/talks", DAY, id="in the address"),
        pytest.param("", "", "https://a.example/2024/WORLD/europe/09/16/talks", DAY, id="around the section in the address"),
        pytest.param("", "", "https://a.example/2024/talks-0916/x", None, id="a number in the address is no day"),
        pytest.param("", '<meta name="date" content="2019-02-05"><meta name="pubdate" content="2024-09-16">', "https://a.example/2024-09-16-talks", DAY, id="the one that the address confirms"),
        pytest.param('<div class="related"><time datetime="2020-01-01T00:00:00Z">x</time></div>', "", "https://a.example/20240916/x", DAY, id="another story's time is not ours"),
        pytest.param("", "", None, None, id="none"),
    ],
)  # fmt: skip
def test_the_publication_day_is_found(header, head, url, expected):
    """A day is read from where it stands, none is made up."""
    assert read(header, head=head, url=url).published == expected


def test_an_update_comes_after_publication():
    """`updated` is a later time than `published`, or there is none."""
    head = linked(datePublished="2024-09-16T10:00:00Z", dateModified="2024-09-16T12:30:00Z")
    assert read(head=head).updated == datetime(2024, 9, 16, 12, 30, tzinfo=UTC)
    assert read(head=linked(datePublished="2024-09-16T10:00:00Z", dateModified="2024-09-16T10:00:00Z")).updated is None


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(linked(articleSection=["World", "Europe"]), "World", id="the first of a list"),
        pytest.param('<meta property="article:section" content="Politics &amp; Law">', "Politics & Law", id="a tag"),
        pytest.param('<meta property="article:section" content="Talks go on">', None, id="the title again is none"),
    ],
)
def test_a_section_is_a_name(head, expected):
    """The section is the name of a part of the outlet."""
    assert read(head=head).section == expected


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        pytest.param(
            "Talks go on | Europe | The Herald", "Talks go on", id="names behind the heading that readers see"
        ),
        pytest.param("Talks go …", "Talks go …", id="a short one is not completed"),
        pytest.param("Something else - entirely", "Something else - entirely", id="a dash of its own"),
    ],
)
def test_a_title_is_without_the_outlet_s_name(stated, expected):
    """What stands behind the visible headline is no part of the title."""
    assert read(head=f'<meta property="og:title" content="{stated}">').title == expected
