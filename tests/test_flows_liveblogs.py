from __future__ import annotations

from datetime import datetime, timedelta
from xml.sax.saxutils import escape

import pytest

from tests.newsroom import NOW, RULES, SAID, feed, newsroom
from tests.servers import Reply

pytestmark = pytest.mark.slow

LEAD = "Follow the second day of the talks between the two delegations as it happens, with reports from three capitals."
QUIET = [
    "Both delegations have left the palace on the Bosphorus, an official told reporters in the early afternoon there.",
    "The motorcade of the hosts arrived at the gate of the palace shortly after nine, as our reporter could see there.",
    "Police have closed two streets on the European side of the city, and ferries do not call at the nearest pier.",
    "A second round may be held in the coming week, the Turkish foreign ministry wrote on its page after the meeting.",
]
# Its words fired from another article before the blog had them.
OLDER = SAID[1]
TRUCE = "Ukrainian President Volodymyr Zelenskyy has told parliament that a truce could begin on Sunday at the latest."
RULE = RULES + 'max_age = "none"\n'


def blog(*posts: tuple[datetime, str]) -> Reply:
    """Return a live blog's page with these posts."""
    blocks = "".join(
        f'<article class="post"><time datetime="{at.isoformat()}">{at:%H.%M}</time><p>{escape(text)}</p></article>'
        for at, text in posts
    )
    html = (
        "<!doctype html><html lang='en'><head><title>Live: the talks</title></head><body><main><h1>Live: the talks</h1>"
        f"<p>{LEAD}</p><div class='liveblog'>{blocks}</div></main></body></html>"
    )
    return Reply(headers=(("Content-Type", "text/html; charset=utf-8"),), body=html.encode())


class Blog:
    """A live blog in a newsroom: grows by a post at the top, and its feed says so."""

    def __init__(self, room):
        """Begin with three posts, one of which matches in words that are known."""
        self.room = room
        self.posts = [(NOW - timedelta(minutes=10 * n), text) for n, text in enumerate([QUIET[0], OLDER, QUIET[1]])]

    def publish(self):
        """Show the page as it is, and announce that it changed."""
        self.room.outlet.reply("/live", blog(*self.posts))
        items = {"/live": f"Live: the talks, {len(self.posts)}"}
        self.room.outlet.reply("/rss.xml", Reply(body=feed(self.room.outlet, items, self.room.now)))

    def grow(self, text):
        """Put a post on top, days later, and do a pass; return how many alerts there are then."""
        self.room.now += timedelta(days=3)
        self.posts.insert(0, (self.room.now, text))
        return self.take_in()

    def take_in(self):
        """Publish, do a pass and return the number of alerts."""
        self.publish()
        self.room.run()
        return self.room.rows("SELECT count(*) FROM alerts")[0][0]


@pytest.fixture
def room(tmp_path):
    """An outlet that has a report of the talks, read and alerted about, before its live blog comes."""
    with newsroom(tmp_path) as opened:
        opened.write(rules=RULE)
        opened.run()
        opened.now += timedelta(hours=1)
        yield opened


def test_only_a_new_post_fires(room):
    """Long after every cooldown, a new revision fires for what its new post says, and for nothing that stood before."""
    live = Blog(room)
    alerts = room.rows("SELECT count(*) FROM alerts")[0][0]
    assert live.take_in() == alerts
    decided = room.rows(
        "SELECT official_id, reason FROM decisions JOIN articles USING (article_id) WHERE url LIKE '%live'"
    )
    assert [official for official, _ in decided] == ["dmitry-peskov"]
    assert live.grow(QUIET[2]) == alerts
    assert live.grow(TRUCE) == alerts + 1
    assert live.grow(QUIET[3]) == alerts + 1
    (fired,) = room.rows(
        "SELECT official_id, excerpt, excerpt_start_char, excerpt_end_char FROM alerts JOIN articles USING (article_id) "
        "WHERE url LIKE '%live'"
    )
    assert fired[:2] == ("volodymyr-zelenskyy", TRUCE)
    rows = room.rows("SELECT count(*) FROM decisions JOIN articles USING (article_id) WHERE url LIKE '%live'")
    assert rows == [(2,)]


def test_an_edited_post_is_new_text(room):
    """A post whose words were changed is matched again."""
    live = Blog(room)
    alerts = live.take_in()
    live.posts[0] = (live.posts[0][0], TRUCE)
    room.now += timedelta(days=3)
    assert live.take_in() == alerts + 1


def test_a_live_blog_is_one_article_of_posts(room):
    """Its newest revision's posts are rows whose characters are the posts, with their times, the newest first."""
    live = Blog(room)
    live.take_in()
    live.grow(QUIET[2])
    (article,) = room.rows("SELECT article_id, revision, section FROM articles WHERE url LIKE '%live'")
    assert article[1:] == (2, None)
    posts = room.rows(
        "SELECT revision, position, p.published_at, substr(text, start_char + 1, end_char - start_char) "
        "FROM posts AS p JOIN articles USING (article_id, revision) ORDER BY position"
    )
    assert posts == [(2, position, at, text) for position, (at, text) in enumerate(live.posts, 1)]
