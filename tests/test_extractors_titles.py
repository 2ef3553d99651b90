from __future__ import annotations

import json

import pytest
from trafilatura.utils import load_html

from extractors.html.metadata import read_metadata

SITE = '<meta property="og:site_name" content="The Herald Tribune">'


def title(head: str, shown: str = "", url: str | None = None) -> str | None:
    """Read the title of a page with this head and these headings."""
    html = f"<html><head>{head}</head><body>{shown}<p>Talks went on.</p></body></html>"
    return read_metadata(load_html(html), url).title


def og(content: str) -> str:
    """Return the tag that states a title."""
    return f'<meta property="og:title" content="{content}">'


def linked(**fields) -> str:
    """Return the JSON-LD of an article."""
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", **fields})}</script>'


@pytest.mark.parametrize(
    ("head", "shown", "expected"),
    [
        pytest.param(linked(headline="Linked") + og("Tagged"), "<h1>Shown</h1>", "Linked", id="JSON-LD first"),
        pytest.param(
            og("Tagged") + '<meta name="twitter:title" content="Told">', "<h1>Shown</h1>", "Tagged", id="og:title"
        ),
        pytest.param('<meta name="twitter:title" content="Told">', "<h1>Shown</h1>", "Told", id="then twitter:title"),
        pytest.param(
            "<title>Seen above - Herald</title>", "<h1>Herald</h1><h1>Seen above</h1>", "Seen above", id="a heading"
        ),
        pytest.param(
            "<title>Talks go on in Istanbul</title>", "", "Talks go on in Istanbul", id="the page's own title"
        ),
        pytest.param(
            "<title>Talks go on in Istanbul - Herald</title>",
            "<h1>World news desk</h1><h2>Talks go on in Istanbul</h2><h3>Istanbul</h3>",
            "Talks go on in Istanbul",
            id="a heading below the section's name",
        ),
        pytest.param(
            "<title>Talks go on in Istanbul - Herald</title>",
            "<h1>A round without an end</h1><h2>Istanbul - Herald</h2>",
            "A round without an end",
            id="a short heading below is no headline",
        ),
        pytest.param("", "", None, id="none"),
    ],
)
def test_a_title_is_what_is_stated_first(head, shown, expected):
    """A headline stated for machines comes first, then the heading that the page's own title repeats."""
    assert title(head, shown) == expected


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        pytest.param(SITE + og("Talks go on | The Herald Tribune"), "Talks go on", id="its name"),
        pytest.param(SITE + og("Talks go on - Herald Tribune"), "Talks go on", id="without its article"),
        pytest.param(SITE + og("Talks go on – Tribune"), "Talks go on", id="a word of it"),
        pytest.param(SITE + og("Talks go on › Herald Tribune"), "Talks go on", id="behind an angle"),
        pytest.param(SITE + og("Talks go on -- Herald Tribune"), "Talks go on", id="behind two hyphens"),
        pytest.param(
            SITE + og("The Herald Tribune: Talks go on"), "The Herald Tribune: Talks go on", id="no separator"
        ),
        pytest.param(SITE + og("Herald Tribune | Talks go on"), "Talks go on", id="its name in front"),
        pytest.param(
            SITE + og("Tribune - a history"), "Tribune - a history", id="a word of it in front is the subject"
        ),
        pytest.param(SITE + og("Talks go on | The Tribunal"), "Talks go on | The Tribunal", id="another name"),
        pytest.param(
            linked(headline="Talks go on | CBS News", publisher={"@type": "Organization", "name": "CBS News"}),
            "Talks go on",
            id="its publisher's name",
        ),
        pytest.param(
            '<meta name="application-name" content="Metro">' + og("Talks go on • Metro"), "Talks go on", id="its app's"
        ),
        pytest.param(SITE + og("The Herald Tribune"), "The Herald Tribune", id="a name alone stays"),
    ],
)
def test_a_title_is_without_the_outlet_s_name(head, expected):
    """The outlet's name behind or before a headline is no part of it."""
    assert title(head) == expected


@pytest.mark.parametrize(
    ("stated", "url", "expected"),
    [
        pytest.param("Talks go on - CBS News", "https://www.cbsnews.com/news/talks", "Talks go on", id="its domain's"),
        pytest.param("Talks go on | DW", "https://www.dw.com/en/talks", "Talks go on", id="a short one"),
        pytest.param("Talks go on | BBC News", "https://www.bbc.co.uk/news/1", "Talks go on", id="with News behind it"),
        *(
            pytest.param(f"Talks go on | {name}", "https://www.herald.com/1", "Talks go on", id=f"as {name}")
            for name in ("The Herald", "Herald Online", "Herald.com", "Herald.net", "Herald.org", "Herald TV")
        ),
        pytest.param("Talks go on | News", "https://news.com/1", "Talks go on", id="a name that is all addition"),
        pytest.param("Talks go on | …", "https://www.herald.com/1", "Talks go on | …", id="marks alone"),
        pytest.param("… | Talks go on", "https://thenews.com/1", "… | Talks go on", id="marks in front"),
        pytest.param("Talks go on - live", "https://www.dw.com/en/talks", "Talks go on - live", id="another word"),
        pytest.param("Talks go on | DW", None, "Talks go on | DW", id="from nowhere"),
    ],
)
def test_a_domain_is_a_name(stated, url, expected):
    """Where a page does not say what its outlet is called, its address does."""
    assert title(og(stated), url=url) == expected


@pytest.mark.parametrize(
    ("stated", "shown", "expected"),
    [
        pytest.param(
            "Talks go on in the palace on …",
            "<h1>Talks go on in the palace on the Bosphorus</h1>",
            "Talks go on in the palace on the Bosphorus",
            id="one that was cut is completed",
        ),
        pytest.param("Talks go …", "<h1>Talks go on at length</h1>", "Talks go …", id="a short one is not"),
        pytest.param(
            "Talks go on in the palace on …", "<h1>Something else that is longer than the title</h1>",
            "Talks go on in the palace on …", id="another heading completes nothing",
        ),
        pytest.param(
            "Talks go on - at length", "<h1>Subscribe!</h1><h1></h1>", "Talks go on - at length", id="another heading cuts nothing",
        ),
        pytest.param("12345678901234567 …", "<h1>12345678901234567 is a number</h1>", "12345678901234567 …", id="19 is short"),
        pytest.param("123456789012345678 …", "<h1>123456789012345678 is one</h1>", "123456789012345678 …", id="20 is short"),
        pytest.param("1234567890123456789 …", "<h1>1234567890123456789 is one</h1>", "1234567890123456789 is one", id="21 is not"),
        pytest.param(
            "Talks go on in the palace", "<h1>Talks go on in the palace, but where to</h1>", "Talks go on in the palace",
            id="one that was not cut is not",
        ),
        pytest.param("Talks go on | Europe | Paper", "<h1>Talks go on</h1>", "Talks go on", id="names behind the heading"),
        pytest.param("Talks go on and on", "<h1>Talks go on</h1>", "Talks go on and on", id="words behind it are its own"),
    ],
)  # fmt: skip
def test_the_heading_that_readers_see_completes_a_title(stated, shown, expected):
    """What stands behind the visible heading is cut off, and what was cut is taken from it."""
    assert title(og(stated), shown) == expected
