from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from extractors.pages import clean_page
from extractors.records import Page

POSTS = [
    ("2022-03-30T12:40:00Z", "Peskov sees no breakthrough in the talks", "Kremlin spokesman Dmitry Peskov said that there was nothing very promising in what was agreed on Tuesday, and that a lot of work lay ahead."),
    ("2022-03-30T11:05:00Z", "Delegations leave Istanbul", "Both delegations have left the palace on the Bosphorus, an official of the Turkish presidency told reporters in the early afternoon."),
    ("2022-03-30T09:15:00+03:00", "Podolyak speaks of guarantees", "Mykhailo Podolyak said that a treaty on security guarantees could be signed by the presidents once the troops were back where they had been."),
]  # fmt: skip
LEAD = "Follow the second day of the talks between the two delegations as it happens, with reports from three capitals."


def block(time: str, headline: str, body: str, name: str = "post") -> str:
    """Return a post as outlets mark it up."""
    return (
        f'<article class="{name}"><header><time datetime="{time}">12.40</time><h2>{headline}</h2></header>'
        f"<p>{body}</p></article>"
    )


def page(blocks: str, *, head: str = "", title: str = "Istanbul talks", name: str = "liveblog") -> str:
    """Return a page with these blocks after a lead."""
    return (
        f'<html lang="en"><head><title>{title}</title>{head}</head><body><main><h1>{title}</h1>'
        f'<p>{LEAD}</p><div class="{name}">{blocks}</div></main></body></html>'
    )


def linked(posts=POSTS) -> str:
    """Return the JSON-LD of a live blog."""
    updates = [
        {"@type": "BlogPosting", "headline": headline, "datePublished": time, "articleBody": f"<p>{body}</p>"}
        for time, headline, body in posts
    ]
    node = {"@type": "LiveBlogPosting", "headline": "Istanbul talks", "liveBlogUpdate": updates}
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(page("".join(block(*post) for post in POSTS)), id="timed blocks in a box named so"),
        pytest.param(
            page("".join(block(*post) for post in POSTS), name="x", title="Live: Istanbul talks"), id="in its title"
        ),
        pytest.param(page("".join(block(*post) for post in POSTS), name="x", head=linked()), id="in its JSON-LD"),
        pytest.param(page("", head=linked(), name="x"), id="posts that only JSON-LD holds"),
    ],
)
def test_a_live_blog_is_one_article_of_posts(html):
    """Each post has its time and exactly its own characters, in the order of the page, with nothing left over."""
    cleaned = clean_page(html)
    assert isinstance(cleaned, Page)
    told = [f"{headline}\n{body}" for _, headline, body in POSTS]
    assert [post.span.slice(cleaned.text) for post in cleaned.posts] == told
    assert [post.published for post in cleaned.posts] == [
        datetime(2022, 3, 30, 12, 40, tzinfo=UTC),
        datetime(2022, 3, 30, 11, 5, tzinfo=UTC),
        datetime(2022, 3, 30, 6, 15, tzinfo=UTC),
    ]
    assert cleaned.text == "\n".join([LEAD, *told])


@pytest.mark.parametrize(
    "html",
    [
        pytest.param(page("".join(block(*post) for post in POSTS[:2])), id="two posts are too few"),
        pytest.param(
            page("".join(block(*post) for post in POSTS), name="x"), id="blocks of a page that does not say so"
        ),
        pytest.param(
            page(
                f"<p>{' '.join(body for *_, body in POSTS)}</p>"
                + "".join(block(time, headline, "") for time, headline, _ in POSTS)
            ),
            id="headlines with their hours",
        ),
        pytest.param(
            page("".join(f"<p>{body}</p>" for *_, body in POSTS), title="Live music returns to Kyiv"), id="no times"
        ),
    ],
)
def test_other_pages_have_no_posts(html):
    """A page is a live blog only when it has three timed posts and says so."""
    cleaned = clean_page(html)
    assert isinstance(cleaned, Page)
    assert cleaned.posts == ()


def test_furniture_between_posts_is_left_out():
    """A post's text is as clean as an article's."""
    noisy = [
        (time, headline, f"{body}</p><p>Read more: Zelensky offers a truce</p><p>Share")
        for time, headline, body in POSTS
    ]
    cleaned = clean_page(page("".join(block(*post) for post in noisy)))
    assert isinstance(cleaned, Page)
    assert "Read more" not in cleaned.text
    assert "Share" not in cleaned.text
    assert len(cleaned.posts) == len(POSTS)
