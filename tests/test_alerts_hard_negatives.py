from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest

from alerts.matching import find_matches
from alerts.records import Scope
from extractors.html.pages import clean_page
from extractors.officials.watchlist import load_watchlist
from extractors.records import Article, Page
from extractors.speech.reading import Reader, Unread
from tests.alert_examples import compiled

pytestmark = pytest.mark.slow
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
FILL = (
    "The river rose again on Thursday after three days of rain, and the lower streets of the town were closed.",
    "The mayor thanked the firemen, who had worked through the night to keep the water out of the old market.",
    "Schools are to open again on Monday, when the rain is expected to stop, the council of the town announced.",
)


@cache
def reader() -> Reader:
    """Return the reader, with its model loaded once."""
    return Reader(load_watchlist())


def page(*paragraphs: str, before: str = "", after: str = "") -> str:
    """Return an article page of these paragraphs and some more, with what stands around them."""
    body = "".join(f"<p>{text}</p>" for text in (*paragraphs, *FILL))
    return (
        "<!doctype html><html lang='en'><head><title>The river rose</title></head><body><article><h1>The river rose</h1>"
        f"{before}{body}{after}</article></body></html>"
    )


def fires(html: str, scope: str, keyword: str = "ceasefire", who: str = "Putin") -> bool:
    """Tell whether a rule fires on a page, cleaned and read as a pass does it."""
    cleaned = clean_page(html, url="https://outlet.example/news/river")
    assert isinstance(cleaned, Page)
    article = Article(
        article_id="a1",
        url="https://outlet.example/news/river",
        outlet="Outlet",
        feed_id=None,
        title=cleaned.title,
        author=None,
        published_at=AT,
        first_seen_at=AT,
        language="en",
        text=cleaned.text,
    )
    unread = Unread(article_id="a1", title=article.title, text=article.text, published_at=AT, language="en")
    reading = reader().read(unread)
    return bool(find_matches(compiled(keywords=(keyword,), officials=(who,), scope=Scope(scope)), article, reading))


CAPTION = (
    "<figure><img src='/a.jpg'><figcaption>Putin at the ceasefire talks in Istanbul. Photo: AFP</figcaption></figure>"
)
COMMENTS = (
    "<section id='comments' class='comments'><h3>Comments</h3><div class='comment'><p>Ivan: Putin will never agree to a "
    "ceasefire, mark my words.</p></div><div class='comment'><p>Olga: A ceasefire, says Putin? Ha.</p></div></section>"
)
RELATED = (
    "<aside class='related-stories'><h3>Related stories</h3><ul><li><a href='/1'>Putin rejects ceasefire</a></li>"
    "<li><a href='/2'>Ceasefire talks: what Putin wants</a></li></ul></aside>"
)


@pytest.mark.parametrize(
    ("html", "scope", "keyword", "who"),
    [
        pytest.param(
            page("Zelensky rejected Putin’s ceasefire offer."),
            "speaks",
            "ceasefire",
            "Putin",
            id="an offer that is named",
        ),
        pytest.param(
            page("“Putin wants no ceasefire,” Zelensky told reporters."),
            "speaks",
            "ceasefire",
            "Putin",
            id="another speaks",
        ),
        pytest.param(
            page("Putin did not say that a ceasefire was near."), "speaks", "ceasefire", "Putin", id="a denied report"
        ),
        pytest.param(
            page("An Istanbul Airport strike kept Erdogan’s plane on the ground, and unions called for talks."),
            "article",
            "Istanbul talks",
            "Erdogan",
            id="Istanbul Airport strike",
        ),
        pytest.param(page(before=CAPTION), "article", "ceasefire", "Putin", id="a caption"),
        pytest.param(page(after=COMMENTS), "article", "ceasefire", "Putin", id="a comment"),
        pytest.param(page(after=RELATED), "article", "ceasefire", "Putin", id="a teaser of a related story"),
        pytest.param(
            page("Putin met the press on Friday. A ceasefire was not spoken of."),
            "sentence",
            "ceasefire",
            "Putin",
            id="the next sentence",
        ),
        pytest.param(
            page("Denzel Washington spoke of a ceasefire between the two film studios."),
            "sentence",
            "ceasefire",
            "Trump",
            id="a namesake of a capital",
        ),
    ],
)
def test_what_must_not_fire(html: str, scope: str, keyword: str, who: str) -> None:
    """What only looks like the thing meant does not fire."""
    assert not fires(html, scope, keyword, who)


@pytest.mark.parametrize(
    ("html", "scope"),
    [
        pytest.param(page("“We want a ceasefire,” Putin told reporters on Friday."), "speaks", id="quoted"),
        pytest.param(page("Putin said on Friday that a ceasefire was possible."), "speaks", id="reported"),
        pytest.param(page("Putin met reporters. “A ceasefire is near,” he said."), "speaks", id="by a pronoun"),
        pytest.param(page("Putin said a ceasefire would be “a gift” to Kyiv."), "speaks", id="partly quoted"),
        pytest.param(page("Zelensky rejected Putin’s ceasefire offer."), "sentence", id="named beside it"),
    ],
)
def test_what_must_fire(html: str, scope: str) -> None:
    """The same rules fire on the thing itself, so that no silence above is for want of reading."""
    assert fires(html, scope)
