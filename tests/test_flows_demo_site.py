from __future__ import annotations

import tomllib

import pytest

from extractors.html.pages import clean_page
from extractors.records import Feed, Page
from extractors.syndication.feeds import parse_feed
from flows.demo.servers import FIXTURE, render_site
from tests.conftest import SEEDS

BASE = "http://127.0.0.1:8000"
DESCRIBED = tomllib.loads(FIXTURE.read_text("utf-8"))
STORIES = DESCRIBED["story"]


def one_line(text: str) -> str:
    """Return text with white space as a page shows it."""
    return " ".join(text.split())


def parts(story):
    """Return a seed's paragraphs, captions and comments, by the fixture's line numbers."""
    lines = dict(enumerate((SEEDS / story["seed"]).read_text("utf-8").splitlines(), 1))
    first, last = story.get("comments", (0, -1))
    told = {number: one_line(line) for number, line in lines.items() if line.strip()}
    captions = [told[number] for number in story.get("captions", ())]
    comments = [line for number, line in told.items() if first <= number <= last]
    aside = {*story.get("captions", ()), *story["left_out"], *range(first, last + 1)}
    return [line for number, line in told.items() if number not in aside], captions, comments


def cleaned(story) -> Page:
    """Clean the page that the site serves for a story."""
    page = clean_page(render_site(SEEDS, BASE)[f"/news/{story['slug']}"].body, url=f"{BASE}/news/{story['slug']}")
    assert isinstance(page, Page)
    return page


@pytest.mark.parametrize("story", STORIES, ids=[story["seed"] for story in STORIES])
def test_a_page_gives_its_seed_back(story):
    """Cleaning a page gives every paragraph of its seed verbatim and in order, and nothing else."""
    paragraphs, _, _ = parts(story)
    assert cleaned(story).text.split("\n") == paragraphs


@pytest.mark.parametrize("story", STORIES, ids=[story["seed"] for story in STORIES])
def test_no_furniture_is_left(story):
    """The page holds captions, comments and teasers, its article none of them."""
    html = one_line(render_site(SEEDS, BASE)[f"/news/{story['slug']}"].body.decode())
    _, captions, comments = parts(story)
    others = [other["headline"] for other in STORIES if other is not story]
    text = cleaned(story).text
    for teaser in DESCRIBED["teasers"]:
        assert teaser in html
        assert teaser not in text
    assert html.count("<figcaption>") == len(captions)
    assert html.count('<li class="comment">') == len(comments)
    assert not [furniture for furniture in (*captions, *comments, *others) if furniture in text]


@pytest.mark.parametrize("story", STORIES, ids=[story["seed"] for story in STORIES])
def test_a_page_says_who_and_when(story):
    """Headline, byline, time of day, language, address and outlet come out as the fixture has them."""
    page = cleaned(story)
    assert (page.title, page.author) == (story["headline"], story.get("byline"))
    assert (page.published, page.language) == (story["published"], "en")
    assert (page.url, page.site_name) == (f"{BASE}/news/{story['slug']}", DESCRIBED["outlet"])


def test_the_feed_lists_every_page():
    """The feed has an entry for each story with the fixture's time, newest first, leading to its page."""
    site = render_site(SEEDS, BASE)
    feed = parse_feed(site["/rss.xml"].body, url=f"{BASE}/rss.xml", content_type=site["/rss.xml"].content_type)
    assert isinstance(feed, Feed)
    assert (feed.format, feed.title, feed.problem) == ("rss 2.0", "Demo Herald", None)
    expected = sorted(((story["published"], story["headline"]) for story in STORIES), reverse=True)
    assert [(entry.published, entry.title) for entry in feed.entries] == expected
    assert all(entry.link and entry.link.partition("?")[0].removeprefix(BASE) in site for entry in feed.entries)


def test_seeds_that_are_not_there_are_left_out(tmp_path):
    """A folder with one of the seeds makes a site of one page."""
    (tmp_path / STORIES[2]["seed"]).write_text((SEEDS / STORIES[2]["seed"]).read_text("utf-8"), "utf-8")
    assert set(render_site(tmp_path, BASE)) == {"/rss.xml", f"/news/{STORIES[2]['slug']}"}
