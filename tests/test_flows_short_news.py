from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest

from tests.newsroom import NOW, OTHER, newsroom
from tests.servers import Reply

pytestmark = pytest.mark.slow

HTML = (("Content-Type", "text/html; charset=utf-8"),)
FLASH = "FLASH: Russia declares ceasefire from midnight - Peskov"
SAID = "Russia will cease fire at midnight, Kremlin spokesman Dmitry Peskov said, announcing a ceasefire."


@pytest.fixture
def room(tmp_path):
    """An outlet."""
    with newsroom(tmp_path) as opened:
        yield opened


def told(room, answer, *, title=FLASH, said="") -> list[tuple[object, ...]]:
    """Return title and text of the article that comes of an entry whose page is answered so."""
    at = format_datetime(NOW - timedelta(minutes=5))
    text = f"<description><![CDATA[{said}]]></description>" if said else ""
    item = f"<item><title>{title}</title><link>{room.outlet.url('/flash')}</link><pubDate>{at}</pubDate>{text}</item>"
    room.outlet.reply("/rss.xml", Reply(body=f"<rss version='2.0'><channel>{item}</channel></rss>".encode()))
    room.outlet.reply("/flash", answer)
    room.run()
    return room.rows("SELECT title, text FROM articles")


def plain_page(*body, title=FLASH, head="") -> Reply:
    """Return a page that does not say that it is an article."""
    html = f"<!doctype html><html lang='en'><head><title>{title} | Herald</title>{head}</head><body>{''.join(body)}</body></html>"
    return Reply(headers=HTML, body=html.encode())


@pytest.mark.parametrize(
    "body",
    [
        pytest.param((f"<h1>{FLASH}</h1>", f"<p>{SAID}</p>"), id="a headline and a sentence"),
        pytest.param((f"<div><h1>{FLASH}</h1><p>By Staff</p><p>{SAID}</p></div>",), id="a byline between"),
        pytest.param((f"<table><tr><td><h2>{FLASH}</h2><p>{SAID}</td></tr></table>",), id="in a layout table"),
        pytest.param((f"<h1>{FLASH}</h1><span>2026-03-04T11:55:00Z</span>", f"<p>{SAID}</p>"), id="a time of day between"),
        pytest.param((f"<nav><a href='/'>Home</a></nav><main><h1>{FLASH}</h1><div>{SAID}</div></main><footer>(c)</footer>",), id="no paragraphs"),
    ],
)  # fmt: skip
def test_a_sentence_of_news_is_an_article(room, body):
    """A short page under its feed's headline is read, with its sentence alone as the text, and told."""
    assert told(room, plain_page(*body)) == [(FLASH, SAID)]
    assert room.rows("SELECT DISTINCT official_id FROM alerts") == [("dmitry-peskov",)]


@pytest.mark.parametrize(
    ("answer", "said", "text"),
    [
        pytest.param(Reply(404), SAID, SAID, id="a page that is gone: what the feed says"),
        pytest.param(plain_page("<div id='app'></div>", title="Herald"), SAID, SAID, id="a page made by scripts"),
        pytest.param(plain_page("<div id='app'></div>", title="Herald"), "", FLASH, id="the headline alone"),
        pytest.param(plain_page("<p>Choose a day in the calendar.</p>", title="Calendar", head="<meta property='og:type' content='article'>"), SAID, SAID, id="a page of something else"),
        pytest.param(plain_page("<div id='app'></div>"), f"<p>{SAID}</p><p>He spoke at night.</p>", f"{SAID}\nHe spoke at night.", id="paragraphs of the feed"),
        pytest.param(Reply(404), "Один удар зафиксирован ночью.", "Один удар зафиксирован ночью.", id="another language"),
    ],
)  # fmt: skip
def test_what_the_feed_says_stands_in_for_its_page(room, answer, said, text):
    """Where the page gives no text the feed's own is the article, however short."""
    assert told(room, answer, said=said) == [(FLASH, text)]


def test_an_aggregator_s_description_is_no_text(room):
    """A description that only repeats the headline and the outlet's name adds nothing to the headline."""
    said = f"<a href='https://x.example/1'>{FLASH}</a>&nbsp;<font color='#6f6f6f'>North Wire</font>"
    assert told(room, plain_page("<div id='app'></div>", title="News"), said=said) == [(FLASH, FLASH)]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        pytest.param(Reply(404), "failed", id="a page that is gone, and no words"),
        pytest.param(plain_page("<p>Verify you are human by completing the action below.</p>", title="Just a moment..."), "done", id="a check for robots"),
        pytest.param(plain_page("<h1>Page not found</h1>", title="Page not found"), "failed", id="an error page"),
        pytest.param(Reply(headers=(("Content-Type", "application/pdf"),), body=b"%PDF-1.4 \x00\x01"), "failed", id="a file"),
    ],
)  # fmt: skip
def test_a_headline_alone_is_news_only_where_a_page_came(room, answer, state):
    """What is gone may be no news any more; what came and can't be read still is, under its headline alone."""
    found = told(room, answer)
    assert room.rows("SELECT state FROM entries") == [(state,)]
    assert found == ([(FLASH, FLASH)] if state == "done" else [])


def test_a_page_is_taken_before_a_feed_s_summary(room):
    """A page with an article stays the article, though its feed's summary is in other words."""
    paragraphs = "".join(f"<p>{text}</p>" for text in OTHER)
    found = told(room, plain_page(f"<h1>{FLASH}</h1>{paragraphs}"), said="A summary in words of its own, by the desk.")
    assert found == [(FLASH, "\n".join(OTHER))]


UKRAINIAN = "Речник Кремля Дмитро Песков заявив, що перемир'я можливе лише після гарантій безпеки для Києва."
RUSSIAN = "Пресс-секретарь Кремля Дмитрий Песков объявил, что перемирие возможно лишь после гарантий, и это всё."
SHORT = "Песков: не готов."


@pytest.mark.parametrize(
    ("answer", "said", "language"),
    [
        pytest.param(plain_page(f"<h1>{FLASH}</h1><p>{UKRAINIAN}</p>"), "", "uk", id="a template's English"),
        pytest.param(Reply(headers=HTML, body=f"<html lang='ru'><title>{FLASH}</title><h1>{FLASH}</h1><p>{SHORT}</p>".encode()), "", "uk", id="letters of both: the feed's"),
        pytest.param(Reply(headers=HTML, body=f"<html lang='ru'><title>{FLASH}</title><h1>{FLASH}</h1><p>{RUSSIAN}</p>".encode()), "", "ru", id="letters of another: the page's"),
        pytest.param(plain_page(f"<h1>{FLASH}</h1><p>{SAID}</p>"), "", "en", id="a script of another: the page's"),
        pytest.param(Reply(404), SHORT, "uk", id="the feed's own words"),
        pytest.param(Reply(404), UKRAINIAN, "uk", id="the feed's own words at length"),
    ],
)  # fmt: skip
def test_an_article_is_in_its_feed_s_language(room, answer, said, language):
    """What a feed's table says wins over what its pages declare, unless the letters of a text cannot be of it."""
    room.configuration.write_text(room.configuration.read_text().replace('"TR"', '"TR"\nlanguage = "uk"'))
    assert told(room, answer, said=said)
    assert room.rows("SELECT language FROM articles") == [(language,)]


def test_a_headline_alone_is_in_its_feed_s_language(room):
    """So is the title that stands for an article whose page has no text."""
    room.configuration.write_text(room.configuration.read_text().replace('"TR"', '"TR"\nlanguage = "uk"'))
    assert told(room, plain_page("<div id='app'></div>", title="Herald"), title=SHORT) == [(SHORT, SHORT)]
    assert room.rows("SELECT language FROM articles") == [("uk",)]
