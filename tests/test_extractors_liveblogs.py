from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.html.liveblogs import LivePost, composed, new_stretches
from extractors.html.pages import clean_page
from extractors.records import Page
from extractors.text.identity import plain_words

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
    "word",
    [
        "live",
        "liveblog",
        "live-blog",
        "liveticker",
        "live-ticker",
        "livetext",
        "live-text",
        "ticker",
        "timeline",
        "en-direct",
        "en-vivo",
        "envivo",
        "minuto-a-minuto",
        "in-diretta",
        "indiretta",
        "ao-vivo",
        "aovivo",
        "canlı",
        "canli",
        "онлайн",
        "direct",
        "directo",
        "directe",
        "relacja",
        "Live-Updates",
        "x_live_y",
    ],
)
def test_a_live_blog_says_what_it_is(word):
    """A word of an address, a title or a block's name says so, in the languages the wires are read in."""
    blocks = "".join(block(*post) for post in POSTS)
    url = f"https://a.example/{word}/talks"
    for cleaned in (
        clean_page(page(blocks, name="x"), url=url),
        clean_page(page(blocks, name="x", title=f"Talks ({word})")),
        clean_page(page(blocks, name=word if word.isascii() else "live")),
    ):
        assert isinstance(cleaned, Page)
        assert len(cleaned.posts) == len(POSTS)


@pytest.mark.parametrize("word", ["alive", "livery", "olive-oil", "delivered", "stickers", "indirect", "redirects"])
def test_a_word_that_holds_another_says_nothing(word):
    """A live blog is called so by a whole word."""
    cleaned = clean_page(page("".join(block(*post) for post in POSTS), name="x"), url=f"https://a.example/{word}")
    assert isinstance(cleaned, Page)
    assert cleaned.posts == ()


@pytest.mark.parametrize(
    "stamp",
    [
        "12.40",
        "12:40",
        "12h40",
        "12:40:15",
        "12.40.15",
        "Updated 12:40",
        "Posted: 12:40",
        "Published 9.15",
        "9:15 a.m.",
        "9:15 PM",
        "9.15 Uhr",
        "12:40 CET\n    ",
        "[12:40]",
    ],
)
def test_a_post_s_clock_is_not_its_text(stamp):
    """The hour beside a post is its time, whatever stands around it."""
    stamped = [(time, headline, f"{body}</p><p>{stamp.strip()}") for time, headline, body in POSTS]
    cleaned = clean_page(page("".join(block(*post) for post in stamped)))
    assert isinstance(cleaned, Page)
    assert [post.span.slice(cleaned.text) for post in cleaned.posts] == [f"{head}\n{body}" for _, head, body in POSTS]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"datePublished": None, "dateCreated": "2022-03-30T12:40:00Z"}, id="the time it was made"),
        pytest.param({"headline": None}, id="no headline"),
        pytest.param({"articleBody": f"{POSTS[0][1]}<br>{POSTS[0][2]}"}, id="a headline that is told twice"),
    ],
)
def test_a_listed_post_may_be_told_otherwise(changed):
    """Posts of JSON-LD have their times and headlines in several ways."""
    node = {
        "@type": "LiveBlogPosting",
        "headline": "Istanbul talks",
        "liveBlogUpdate": [
            {"headline": head, "datePublished": time, "articleBody": body, **(changed if at == 0 else {})}
            for at, (time, head, body) in enumerate([*POSTS, ("", "", "")])
        ],
    }
    head = f'<script type="application/ld+json">{json.dumps(node)}</script>'
    cleaned = clean_page(page("", head=head, name="x"))
    assert isinstance(cleaned, Page)
    assert len(cleaned.posts) == len(POSTS)
    first = POSTS[0][2] if "headline" in changed else f"{POSTS[0][1]}\n{POSTS[0][2]}"
    assert cleaned.posts[0].span.slice(cleaned.text) == first
    assert cleaned.posts[0].published == datetime(2022, 3, 30, 12, 40, tzinfo=UTC)


def test_posts_deep_in_a_page_are_found():
    """The times of posts may stand some way down in their blocks; a time that cannot be read is none."""
    wrapped = [
        f"<div class='post'><time datetime='soon'>soon</time><div><div><div><div><time datetime='{time}'>x</time></div>"
        f"</div></div></div><div><div><p>{headline}</p><p>{body}</p></div></div></div>"
        for time, headline, body in POSTS
    ]
    cleaned = clean_page(page("".join(wrapped)))
    assert isinstance(cleaned, Page)
    assert [post.published is not None for post in cleaned.posts] == [True] * 3


def test_a_list_in_a_post_is_told_once():
    """Lines within lines are read once."""
    listed = [(time, head, f"{body}</p><blockquote><p>We agree.</p></blockquote><p>So.") for time, head, body in POSTS]
    cleaned = clean_page(page("".join(block(*post) for post in listed)))
    assert isinstance(cleaned, Page)
    assert cleaned.text.count("We agree.") == 3


def test_posts_without_words_are_none():
    """A picture with its hour between the posts is no post."""
    picture = '<article class="post"><time datetime="2022-03-30T12:00:00Z">12.00</time><p>Photo: AFP</p></article>'
    long = (
        '<article class="post"><time datetime="2022-03-30T12:00:00Z">x</time><p>Photo: '
        + "one two " * 10
        + "</p></article>"
    )
    cleaned = clean_page(page("".join(block(*post) for post in POSTS) + picture + long))
    assert isinstance(cleaned, Page)
    assert len(cleaned.posts) == len(POSTS)


@pytest.mark.parametrize(("words", "posts"), [pytest.param(15, 3, id="15 words"), pytest.param(14, 0, id="14 words")])
def test_a_post_has_so_many_words(words, posts):
    """Headlines with their hours are no posts, three short sentences are."""
    blocks = "".join(
        f'<div class="post"><time datetime="{time}">x</time><p>{" ".join([head.split()[0]] * words)}</p></div>'
        for time, head, _ in POSTS
    )
    told = "".join(f"<p>{body}</p>" for *_, body in POSTS)
    cleaned = clean_page(page(blocks).replace("<div class=", f"{told}<div class=", 1))
    assert isinstance(cleaned, Page)
    assert len(cleaned.posts) == posts


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


LINE = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"), min_size=1)
WORDS = st.lists(LINE, min_size=1, max_size=3)


@given(st.lists(LINE, max_size=2), st.lists(WORDS, min_size=1, max_size=5))
def test_offsets_slice_to_the_posts(lead, posts):
    """Whatever a live blog says, each post's characters are exactly its own lines."""
    text, spans = composed(lead, [LivePost(tuple(lines), None) for lines in posts])
    assert [post.span.slice(text) for post in spans] == ["\n".join(lines) for lines in posts]
    assert text == "\n".join([*lead, *("\n".join(lines) for lines in posts)])


@pytest.mark.parametrize(
    ("before", "lead", "posts", "fresh"),
    [
        pytest.param([["A one."], ["B two."]], ["Lead."], [["A one."], ["B two."]], [], id="nothing changed"),
        pytest.param([["A one."]], ["Lead."], [["New."], ["A one."]], ["New."], id="a post on top"),
        pytest.param([["A one."]], ["Lead."], [["A one."], ["New.", "More."]], ["New.\nMore."], id="a post at the end"),
        pytest.param([["A one."], ["B two."]], ["Lead."], [["B two."], ["A one."]], [], id="another order"),
        pytest.param(
            [["A one.", "Old."]], ["Lead."], [["A one.", "Edited."]], ["A one.\nEdited."], id="an edited post"
        ),
        pytest.param([["A one.", "Furniture."]], ["Lead."], [["A one."]], [], id="a line less"),
        pytest.param([["A one."]], ["Lead."], [["a   ONE!"]], [], id="other marks, case and spaces"),
        pytest.param([["A one."]], ["New lead."], [["A one."]], ["New lead."], id="another lead"),
        pytest.param([], ["Lead."], [["Lead."], ["New."]], ["New."], id="an article that becomes a live blog"),
        pytest.param([["A one."]], ["New lead.", "Lead."], [], ["New lead."], id="one that lost its posts"),
    ],
)
def test_only_what_was_not_there_is_new(before, lead, posts, fresh):
    """The new stretches of a revision are the posts with a new line, and the new lines outside posts, in order."""
    old, _ = composed(["Lead."], [LivePost(tuple(lines), None) for lines in before])
    text, spans = composed(lead, [LivePost(tuple(lines), None) for lines in posts])
    assert [span.slice(text) for span in new_stretches(text, spans, old)] == fresh


@given(st.lists(LINE, max_size=2), st.lists(WORDS, max_size=4), st.lists(WORDS, max_size=4))
def test_new_stretches_cover_every_new_word(lead, old, added):
    """Nothing new is missed, nothing is new in the same text again, and stretches neither meet nor lie outside."""
    before, _ = composed(lead, [LivePost(tuple(lines), None) for lines in old])
    text, spans = composed(lead, [LivePost(tuple(lines), None) for lines in [*added, *old]])
    fresh = new_stretches(text, spans, before)
    assert all(one.end <= other.start for one, other in pairwise(fresh))
    assert all(0 <= span.start < span.end <= len(text) for span in fresh)
    known = {plain_words(line) for line in before.split("\n")}
    told = "\n".join(span.slice(text) for span in fresh)
    assert {words for line in text.split("\n") if (words := plain_words(line)) not in known} <= {
        plain_words(line) for line in told.split("\n")
    } | {""}
    assert new_stretches(text, spans, text) == ()
