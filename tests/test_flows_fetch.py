from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from extractors.html.pages import clean_page
from extractors.records import Article, Entry, Page, Post, Span
from extractors.text.identity import article_id
from flows.config.settings import load_settings
from flows.setup import Setup, prepared
from flows.steps.fetch import KEPT, Furniture, polled_article
from tests.newsroom import NOW, OTHER, SAID, feed, newsroom, page
from tests.servers import Reply
from warehouse.entries import PendingEntry
from warehouse.store import reading, writing

PROMPT = "Scan the code to get our app"
NOTICE = "The Herald publishes a summary of its reports here, subscribers read them whole."


def told(number: int, *added: str, host: str = "www.herald.example") -> Article:
    """Return an article of its own words, with these lines after it."""
    own = (
        f"Delegation number {number} arrived in Istanbul in the morning, and its head went straight to the palace.",
        f"Its members, {number * 3} in all, did not speak to reporters about what they had brought with them.",
    )
    url = f"https://{host}/world/{number}"
    return Article(
        article_id=article_id(url),
        url=url,
        outlet="Herald",
        feed_id=None,
        title=f"Delegation {number} arrives",
        author=None,
        published_at=NOW,
        first_seen_at=NOW,
        language="en",
        text="\n".join([*own, *added]),
    )


class Desk:
    """A warehouse, a clock, and what articles become."""

    def __init__(self, folder):
        """Write a configuration."""
        (folder / "talkwatch.toml").write_text('data_dir = "var"\n', encoding="utf-8")
        self.now = NOW
        setup = prepared(load_settings(folder / "talkwatch.toml"))
        self.setup = Setup(settings=setup.settings, watchlist=setup.watchlist, rules=(), now=lambda: self.now)

    def texts(self, *articles):
        """Take in a batch and return the texts that come of it."""
        return [article.text for article in self.take(articles)]

    def take(self, articles):
        """Learn from articles, keep it, and return them without what recurs."""
        lesson = Furniture(self.setup.data_dir).lesson(articles)
        with writing(self.setup.data_dir) as session:
            lesson.keep(session, self.now)
        return [lesson.applied(article) for article in articles]

    def rows(self, sql):
        """Ask the warehouse."""
        with reading(self.setup.data_dir) as session:
            return session.rows(sql)


@pytest.fixture
def desk(tmp_path):
    """Return a desk with an empty warehouse."""
    return Desk(tmp_path)


def test_from_the_third_article_on_a_line_is_gone(desk):
    """Two articles keep the line, the third is the first without it, and all after it, however they arrive."""
    texts = [desk.texts(told(number, PROMPT))[0] for number in range(5)]
    assert [text.endswith(PROMPT) for text in texts] == [True, True, False, False, False]
    assert texts[2:] == [told(number).text for number in (2, 3, 4)]
    assert desk.rows("SELECT site, line, articles FROM boilerplate") == [("herald.example", PROMPT, 5)]


def test_a_batch_learns_from_itself(desk):
    """On a first poll the articles of one site show together what recurs there."""
    batch = [told(number, PROMPT, NOTICE) for number in range(5)]
    assert desk.texts(*batch) == [told(number).text for number in range(5)]
    assert desk.rows("SELECT line, articles FROM boilerplate ORDER BY 1") == [(PROMPT, 5), (NOTICE, 5)]


def test_one_article_again_and_again_teaches_nothing(desk):
    """An article that is read many times, or twice in a batch, is one article."""
    assert desk.texts(*[told(1, PROMPT)] * 4) == [told(1, PROMPT).text] * 4
    assert [desk.texts(told(1, PROMPT, str(n)))[0] for n in range(4)] == [
        told(1, PROMPT, str(n)).text for n in range(4)
    ]
    assert desk.rows("SELECT count(*) FROM boilerplate") == [(0,)]


def test_each_site_has_its_own(desk):
    """What one site repeats is another's news; the twins of a site are the site, and files have none."""
    for number in range(3):
        desk.texts(told(number, PROMPT))
    other, twin = told(7, PROMPT, host="tribune.example"), told(8, PROMPT, host="m.herald.example")
    file = replace(told(9, PROMPT), url="file:///srv/9.txt")
    assert desk.texts(other, twin, file) == [other.text, told(8).text, file.text]


def test_quotations_stay(desk):
    """What several articles of an outlet quote is in all of them."""
    said = "“We are ready for talks at any time,” Zelenskyy said on Monday."
    batch = [told(number, said, PROMPT) for number in range(6)]
    assert desk.texts(*batch) == [told(number, said).text for number in range(6)]


def test_posts_stay_where_their_words_are(desk):
    """A live blog's posts follow the text that the lines were taken out of."""
    for number in range(3):
        desk.texts(told(number, PROMPT))
    text = f"Lead.\n{PROMPT}\nA post of its own.\n{PROMPT}\nIts end."
    posts = (Post(Span(text.index("A post"), len(text)), NOW),)
    (article,) = desk.take([replace(told(9), text=text, posts=posts)])
    assert [post.span.slice(article.text) for post in article.posts] == ["A post of its own.\nIts end."]


def test_what_is_not_seen_for_long_is_forgotten(desk):
    """A line is learned anew when the site has been without it for a season, and pages make room for newer ones."""
    for number in range(3):
        desk.texts(told(number, PROMPT))
    desk.now += KEPT + timedelta(days=1)
    desk.texts(told(4, host="tribune.example"))
    assert desk.rows("SELECT count(*) FROM boilerplate") == [(0,)]
    assert desk.texts(told(5, PROMPT)) == [told(5, PROMPT).text]
    desk.texts(*[told(number) for number in range(10, 60)])
    assert desk.rows("SELECT count(*) FROM page_lines WHERE site = 'herald.example'") == [(30,)]


@pytest.fixture
def room(tmp_path):
    """An outlet whose first article was stored with a prompt that nobody knew yet."""
    with newsroom(tmp_path) as opened:
        opened.write(rules="")
        opened.outlet.reply("/talks", page("Kremlin names its terms", (*SAID, PROMPT)))
        opened.outlet.reply("/harvest", page("A festival by the river", (*OTHER, PROMPT)))
        opened.run()
        opened.outlet.reply("/late", page("Delegation arrives", (*told(1).text.split("\n"), OTHER[2], PROMPT)))
        announce(opened, {"/late": "Delegation arrives"})
        yield opened


def announce(room, items: dict[str, str]) -> None:
    """List these entries in the feed and do a pass, an hour on."""
    room.now += timedelta(hours=1)
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, items, room.now)))
    room.run()


@pytest.mark.slow
def test_furniture_makes_no_revision(room):
    """An article that was stored with a line learned later is known when it is read again, unless its words changed."""
    stored = "SELECT text, revision FROM articles WHERE url LIKE '%talks'"
    before = [("\n".join((*SAID, PROMPT)), 1)]
    assert room.rows("SELECT line FROM boilerplate") == [(PROMPT,)]
    assert room.rows(stored) == before
    announce(room, {"/talks": "Kremlin names its terms, again"})
    assert room.rows(stored) == before
    room.outlet.reply("/talks", page("Kremlin names its terms", SAID))
    announce(room, {"/talks": "Kremlin names its terms, once more"})
    assert room.rows(stored) == before
    more = (*SAID, "The Turkish foreign minister confirmed late on Thursday that a date for it was discussed.")
    room.outlet.reply("/talks", page("Kremlin names its terms", (*more, PROMPT)))
    announce(room, {"/talks": "Kremlin names its terms, updated"})
    assert room.rows(stored) == [("\n".join(more), 2)]


@pytest.mark.slow
def test_what_was_stored_without_furniture_stays_known(room):
    """An article that was stored without a learned line is known when it is read again."""
    rows = room.rows("SELECT text, revision FROM articles WHERE url LIKE '%late'")
    assert rows == [("\n".join((told(1).text, OTHER[2])), 1)]
    announce(room, {"/late": "Delegation arrives, again"})
    assert room.rows("SELECT text, revision FROM articles WHERE url LIKE '%late'") == rows
    assert len(room.outlet.asked("/late")) == 2


@pytest.mark.parametrize(
    ("led_to", "stored"),
    [
        pytest.param(
            "https://A.example/talks?utm_source=rss&id=7#top", "https://a.example/talks?id=7", id="tracking parameters"
        ),
        pytest.param("https://a.example/talks?id=7", "https://a.example/talks?id=7", id="what names the page stays"),
    ],
)
def test_an_article_has_the_plain_address_of_its_page(led_to, stored):
    """A page that gives itself no address is stored under the one that led to it, without its tracking parameters."""
    read = clean_page(page("Kremlin names its terms", SAID).body, url=led_to, content_type="text/html")
    assert isinstance(read, Page)
    entry = PendingEntry(
        entry_key="one",
        feed_id="feed",
        outlet="Herald",
        url=led_to,
        entry=Entry(entry_id="1", link=led_to, title="Talks", published=None, updated=None),
        first_poll=False,
        attempts=0,
        seen_at=NOW,
    )
    assert polled_article(entry, read, led_to, NOW).url == stored
