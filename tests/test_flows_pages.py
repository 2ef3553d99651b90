from __future__ import annotations

import asyncio
import csv
import io
import json
import re
import shutil
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from html import unescape
from pathlib import Path

import duckdb
import httpx
import pytest
from lxml import etree, html

from flows.cli.deployment import pages_at
from flows.config.settings import load_settings
from flows.pages.building import build, file_of
from flows.pages.server import Stand, _served, is_answering, is_serving, keep_served, listen
from flows.pages.site import Audience
from flows.problems import UsageProblem
from tests.browser import BROWSER, DRIVER, Browser, browser
from tests.library import HOSTILE, NOW, Visitor, library, pages_of, pages_process
from tests.servers import HttpServer
from warehouse.published import publish
from warehouse.queries import query
from warehouse.shown.copy import PublishedCopy
from warehouse.store import writing

pytestmark = pytest.mark.slow  # the news of the library is read with the language model, once
# The entries that a reader sees.
ROWS = (
    "[...document.querySelectorAll('main .list > li, main tbody > tr')]"
    ".filter(each => each.offsetParent && !each.closest('details'))"
)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory) -> Path:
    """A published copy with news in it."""
    return library(tmp_path_factory.mktemp("library"))


@pytest.fixture(scope="module")
def visitor(data_dir) -> Iterator[Visitor]:
    """Somebody who looks at the pages on loopback."""
    visitor = Visitor(data_dir)
    yield visitor
    visitor.leave()


@pytest.fixture(scope="module")
def site(visitor) -> dict[str, str]:
    """Every page that the first one leads to, by its address."""
    pages, waiting = dict[str, str](), ["/"]
    while waiting:
        path = waiting.pop()
        answer = visitor.get(path)
        assert answer.status_code == 200, path
        pages[path] = answer.text
        if "text/html" in answer.headers["content-type"]:
            links = html.fromstring(answer.content).xpath("//a/@href | //link/@href | //img/@src | //source/@srcset")
            found = {link.partition("#")[0] for link in map(str, links) if link.startswith("/")}
            waiting += sorted(found - pages.keys() - set(waiting))
    return pages


def page_of(site: dict[str, str], beginning: str, holding: str = "") -> str:
    """Return the words of the first page whose address begins so and that holds some words."""
    return next(
        words_of(text)
        for path, text in sorted(site.items())
        if path.startswith(beginning) and "." not in path and holding in words_of(text)
    )


@pytest.fixture(scope="module")
def served(data_dir) -> Iterator[str]:
    """The address of the pages, served by a process of its own."""
    with pages_of(data_dir) as address:
        yield address


@pytest.fixture(scope="module")
def window(tmp_path_factory) -> Iterator[Browser]:
    """A window of Chromium."""
    with browser(tmp_path_factory.mktemp("profile")) as window:
        yield window


def kind_of(path: str) -> str:
    """Return what a page is of: the "events" of "/events/1" and "/events?all=1"."""
    return re.split("[/?]", path)[1]


def words_of(page: str) -> str:
    """Return the words that a reader sees, on one line."""
    apart = re.sub("</(t[dh]|h4)>", " ", page)  # cells, as people see them
    return " ".join(html.fromstring(apart.encode()).text_content().split())


class TestReader:
    """Somebody who wants to know finds it on the pages alone."""

    def test_where_somebody_stands_and_since_when(self, site):
        """An official's page begins with each topic's stance, since when, and the words."""
        words = words_of(site["/officials/dmitry-peskov"])
        assert re.search(
            r"Position on each topic .*ceasefire \(Ukraine–Russia\) rejects 21 Nov 2026 10:05.*“?We reject a ceasefire",
            words,
        )
        assert "accepts → rejects" in words

    def test_what_changed_this_week(self, site):
        """The first page says who changed his stance on what, with both ends in their words."""
        words = words_of(site["/"])
        changed = words.partition("What changed in the week")[2].partition("Talks ahead")[0]
        assert "Dmitry Peskov on ceasefire (Ukraine–Russia): accepts → rejects" in changed
        assert "We accept a ceasefire along the present line" in changed
        assert "We reject a ceasefire that leaves foreign troops in Ukraine" in changed

    @pytest.mark.parametrize(
        ("later", "told"),
        [
            (1, "Volodymyr Zelenskyy denies what Dmitry Peskov said on ceasefire"),
            (-1, "Volodymyr Zelenskyy and Dmitry Peskov contradict each other on ceasefire"),
        ],
    )
    def test_who_denies_whom(self, data_dir, tmp_path, later, told):
        """A claim that another denied stands on the first page and among the changes, both in their words."""
        folder = shutil.copytree(data_dir, tmp_path / "var")
        with writing(folder) as session:
            session.run(
                f"INSERT INTO dispute_rows SELECT c.utterance_id, d.utterance_id, 'ceasefire', c.first_said_at + INTERVAL ({later}) HOUR FROM utterances AS c, utterances AS d "
                "WHERE starts_with(c.text, 'We accept a ceasefire') AND starts_with(d.text, 'We demand security')"
            )
        publish(folder)
        visitor = Visitor(folder)
        for path in ("/", "/changes", "/changes?topic=ceasefire"):
            words = words_of(visitor.get(path).text)
            assert told in words
            assert words.index("Claimed We accept a ceasefire") < words.index("Denied We demand security guarantees")
        assert told not in words_of(visitor.get("/changes?topic=talks").text)
        visitor.leave()

    def test_when_the_next_talks_are(self, site):
        """The first page names the next talks with their day, place and the sentence that says so."""
        ahead = words_of(site["/"]).partition("Talks ahead")[2].partition("New positions")[0]
        assert "4 Dec 2026: meeting, Istanbul announced" in ahead
        assert "Delegations of Russia and Ukraine will meet in Istanbul on December 4" in ahead

    def test_who_had_it_first(self, site):
        """The page of what was said names the first outlet, then each report in the order of time."""
        words = page_of(site, "/utterances/", "2 reports")
        assert "First reported by Herald, 21 Nov 2026 10:05" in words
        assert words.index("1. Herald") < words.index("2. Bosphorus Post")

    def test_what_is_first_hand_is_called_so(self, site):
        """The outlet's own page of those whose words it has is a primary source, on the pages of article, words and alert."""
        for beginning, primary, other in (
            ("/articles/", "Observer", "Bosphorus Post"),
            ("/utterances/", "Observer", "Herald"),
        ):
            assert "primary source" in page_of(site, beginning, primary)
            assert "primary source" not in page_of(site, beginning, other)
        assert "primary source" in page_of(site, "/alerts/", "Observer")

    def test_whether_a_feed_is_dead(self, site):
        """The first page warns of feeds that fail, and the page of feeds says since when and why; no secret shows."""
        assert "1 of 2 feeds is not well: Herald (failing)" in words_of(site["/"])
        assert "1 dead or failing" in words_of(site["/feeds"])
        assert "HTTP 404since 19 Nov 2026 14:05, 5 times in a row" in words_of(site["/feeds"])
        assert not [path for path, text in site.items() if "secret" in text]

    def test_why_an_alert_fired_and_who_was_told(self, site):
        """An alert's page shows its words, the rule, each proof with its place, and to whom it went."""
        words = page_of(site, "/alerts/", "We accept a ceasefire")
        assert "Rule “truce”: ceasefire (topic) in what this official said; first in this story." in words
        assert re.search(r"keyword ?ceasefire ?text, \d+ to \d+", words)
        assert "desk slack" in words

    def test_an_article_is_marked_where_it_was_read(self, site):
        """Statements, officials and topics are marked in an article's own text, which is otherwise as it was."""
        (path,) = [
            path for path, text in site.items() if path.startswith("/articles/") and "would accept a truce" in text
        ]
        page = html.fromstring(site[path].encode())
        assert "".join(page.xpath("//span[@class='said'][@id]//text()")).startswith("We accept a ")
        assert page.xpath("//span[@class='said']/mark/text()") == ["ceasefire"]
        assert page.xpath("//a[@class='official']/@href") == ["/officials/dmitry-peskov"]
        assert "We accept a ceasefire along the present line,” Kremlin spokesman Dmitry Peskov said" in words_of(
            site[path]
        )

    def test_search_finds_words_and_only_those(self, visitor):
        """Words are found in what was said and in articles, as far as the filters let them."""
        assert "Zelenskyy" in words_of(visitor.get("/search?q=security guarantees").text)
        assert "0 hits" in words_of(visitor.get("/search?q=security guarantees&official=dmitry-peskov").text)
        assert "1 hit" in words_of(visitor.get('/search?q="waiting for them since the summer"&in=articles').text)
        assert "0 hits" in words_of(visitor.get("/search?q=truce&in=articles&since=2026-11-22").text)
        assert "0 hits" in words_of(visitor.get("/search?q='\"&in=articles").text)


# What the library has is told apart: of a feed, a pass, a message, an event, a position and words no two values are the same.
APART = """
UPDATE feeds SET last_polled_at = '2026-11-21 11:00Z', last_new_at = '2026-11-20 10:00Z' WHERE feed_id = 'f1';
INSERT INTO runs (run_id, started_at, finished_at, feeds_due, feeds_failed, articles_new, alerts, messages_sent)
VALUES ('r1', '2026-11-21 09:00Z', '2026-11-21 09:01Z', 11, 2, 13, 4, 5);
UPDATE messages SET due_at = '2026-11-21 12:10Z', sent_at = '2026-11-21 12:12Z';
UPDATE article_rows SET arrival = 'polled';
UPDATE alert_rows SET fired_at = fired_at - INTERVAL 1 HOUR WHERE official_id = 'dmitry-peskov';
UPDATE events SET articles = 7, outlets = 3, independent_sources = 2, last_seen_at = '2026-11-21 13:30Z' WHERE articles > 1;
UPDATE positions SET until = until + INTERVAL 30 MINUTE;
UPDATE statement_rows SET outlet = 'Gazette' WHERE starts_with(text, 'We accept');
UPDATE utterances SET reports = 6, outlets = 5, independent_sources = 4 WHERE reports > 1;
INSERT INTO talks SELECT * REPLACE (a.article_id AS article_id, a.published_at AS published_at, a.outlet AS outlet)
FROM talks, (SELECT article_id, published_at, outlet FROM article_rows WHERE outlet = 'Bosphorus Post') AS a
"""


@pytest.fixture(scope="module")
def apart(data_dir, tmp_path_factory) -> Iterator[Visitor]:
    """Somebody who looks at pages on which no two values are the same."""
    folder = shutil.copytree(data_dir, tmp_path_factory.mktemp("apart") / "var")
    with writing(folder) as session:
        for sql in APART.split(";"):
            session.run(sql)
    publish(folder)
    visitor = Visitor(folder)
    yield visitor
    visitor.leave()


def rows_under(page: str, heading: str) -> list[dict[str, str]]:
    """Return the rows of the first table that has a column of this name, each cell by its column."""
    for table in html.fromstring(page.encode()).xpath("//table"):
        names = [" ".join(each.text_content().split()) for each in table.xpath("./thead/tr/th")]
        if heading in names:
            rows = [[" ".join(cell.text_content().split()) for cell in row] for row in table.xpath("./tbody/tr")]
            return [dict(zip(names, row, strict=True)) for row in rows]
    raise AssertionError(f"no column {heading}")


class TestMeaning:
    """Each value stands where it is said to stand, on pages of which no two values are the same."""

    def test_of_a_feed(self, apart):
        """Its newest entry and its last poll are two times."""
        feed, _ = rows_under(apart.get("/feeds").text, "Last asked")
        assert feed == {
            "Outlet": "Heraldherald.example",
            "State": "failing",
            "Last new entry": "20 Nov 2026 12:00",
            "Last asked": "21 Nov 2026 13:00",
            "Articles": "0",
            "What is wrong": "HTTP 404since 19 Nov 2026 14:05, 5 times in a row",
        }

    def test_of_a_pass_and_of_the_way_to_an_alert(self, apart):
        """What a pass asked, found and sent, and how many minutes half and all of the alerts took."""
        page = apart.get("/feeds").text
        began, ended = "21 Nov 2026 11:00", "21 Nov 2026 11:01"
        assert [tuple(row.values()) for row in rows_under(page, "Began")] == [
            (began, ended, "11", "2", "13", "4", "5"),
        ]
        assert rows_under(page, "Half within") == [
            {"Rule": "truce", "Alerts": "3", "Half within": "180", "All within": "4260"}
        ]

    def test_of_a_message(self, apart):
        """Who was told, by what, and when it was sent, not when it was due."""
        (alert, *_) = json.loads(apart.get("/alerts.json").text)["items"]
        page = apart.get(alert["url"].removeprefix("http://127.0.0.1:8700")).text
        assert rows_under(page, "Subscriber") == [
            {"Subscriber": "desk", "Channel": "slack", "State": "sent", "When": "21 Nov 2026 14:12"}
        ]

    def test_of_an_event(self, apart):
        """Articles, outlets and sources are three counts, in a list, on its page and in other forms."""
        (event,) = json.loads(apart.get("/events.json").text)["items"]
        assert (event["content_text"], event["date_published"]) == ("7 articles of 3 outlets", "2026-11-21T13:30:00Z")
        counted = "7 articles of 3 outlets, 2 independent sources · first"
        assert f"{counted} 21 Nov 2026 14:05, last 21 Nov 2026 15:30" in words_of(apart.get("/events").text)
        page = apart.get(event["url"].removeprefix("http://127.0.0.1:8700")).text
        assert f"{counted} seen 21 Nov 2026 14:05" in words_of(page)

    def test_of_a_position_and_its_change(self, apart):
        """Since when and until when; the newest apart from earlier ones; of a change both ends with outlet and time."""
        page = apart.get("/officials/dmitry-peskov").text
        newest, *_ = rows_under(page, "Since")
        assert (newest["Topic"], newest["Stance"]) == ("ceasefire (Ukraine–Russia)", "rejects")
        assert newest["Since"] == "21 Nov 2026 10:05"
        assert newest["Last stated"].startswith("21 Nov 2026 10:35")
        earlier = words_of(page).partition("Earlier positions")[2].partition("The query")[0]
        assert "accepts" in earlier
        assert "rejects" not in earlier
        before = "We accept a ceasefire along the present line"
        now = "We reject a ceasefire that leaves foreign troops in Ukraine"
        ends = f"Before {before}Gazette, 18 Nov 2026 14:05 Now {now}Herald, 21 Nov 2026 10:05"
        assert ends in words_of(page)
        (change,) = json.loads(apart.get("/changes.json").text)["items"]
        assert change["content_text"] == f"Before (Gazette): {before}\nNow (Herald): {now}"

    def test_of_words_and_talks(self, apart):
        """How many outlets and sources report words; of talks the newest article, and when the first was."""
        assert "6 reports by 5 outlets, 4 sources, the first one first" in words_of(apart.get("/").text)
        told = "21 Nov 2026 12:05 · Observer, “Zelenskyy demands security guarantees” · 2 articles of 2 outlets"
        assert f"{told}, the first 21 Nov 2026 11:05" in words_of(apart.get("/talks").text)

    def test_of_a_feed_of_ours(self, apart):
        """It is as new as its newest entry; a topic tells how much was said."""
        tree = etree.fromstring(apart.get("/alerts.atom").content)
        times = tree.xpath("//a:updated/text()", namespaces={"a": "http://www.w3.org/2005/Atom"})
        assert times == ["2026-11-21T12:05:00Z"] * 2 + ["2026-11-21T11:05:00Z"] * 2
        topics = json.loads(apart.get("/topics.json").text)["items"]
        assert ("ceasefire", "3 said") in [(each["title"], each["content_text"]) for each in topics]

    def test_of_the_days_beside_one(self, apart):
        """A day leads back to the one with news before it, and on to the next."""
        page = html.fromstring(apart.get("/?day=2026-11-20").content)
        assert (page.xpath("//a[@rel='prev']/text()"), page.xpath("//a[@rel='next']/text()")) == (
            ["18 Nov 2026"],
            ["21 Nov 2026"],
        )


class TestHostile:
    """What came from the web is words, whatever it would like to be."""

    def test_nothing_from_the_web_is_markup(self, site):
        """No page holds an element that a hostile article brought, and its words are all there."""
        seen = set()
        for path, text in site.items():
            if "." not in path:
                page = html.fromstring(text.encode())
                assert not page.xpath("//script[not(@src)] | //svg | //*[@onerror or @onload] | //img[@src='x']"), path
                seen |= {kind_of(path)} if HOSTILE.split('"', maxsplit=1)[0] in page.text_content() else set()
        assert seen == {"articles", "events", "feeds"}

    def test_a_browser_is_told_to_let_nothing_act(self, visitor):
        """Every answer, of whatever kind, forbids scripts but ours, other sites and frames."""
        for path in ("/", "/alerts.json", "/static/talkwatch.css", "/nothing"):
            policy = visitor.get(path).headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "script-src 'self';" in policy
            assert "frame-ancestors 'none'" in policy

    def test_no_page_asks_anybody_else(self, site):
        """A page is made of what is here alone: no picture, style or script from elsewhere."""
        for path, text in site.items():
            if "." not in path:
                own = html.fromstring(text.encode()).xpath("//link/@href | //img/@src | //script/@src | //form/@action")
                assert all(address.startswith("/") for address in own), path

    @pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", "https://a.example/\u202egpj.exe"])
    def test_no_link_leads_where_it_should_not(self, data_dir, tmp_path, address):
        """An article whose address is none to follow is shown without a link to it."""
        folder = shutil.copytree(data_dir, tmp_path / "var")
        with writing(folder) as session:
            session.run("UPDATE article_rows SET url = $1", [address])
        publish(folder)
        visitor = Visitor(folder)
        articles = json.loads(visitor.get("/search.json?q=ceasefire&in=articles").text)["items"]
        assert articles
        assert not [each for each in articles if "At the outlet" in visitor.get(each["url"]).text]
        visitor.leave()


class TestForms:
    """Each list in other forms."""

    def test_every_list_answers_in_every_form(self, site):
        """Atom is well-formed XML, JSON Feed is JSON with the same entries, and each entry leads to a page."""
        feeds = [path for path in site if ".atom" in path]
        assert len(feeds) > 8
        for path in feeds:
            tree = etree.fromstring(site[path].encode())
            titles = tree.xpath("//a:entry/a:title/text()", namespaces={"a": "http://www.w3.org/2005/Atom"})
            told = json.loads(site[path.replace(".atom", ".json")])
            assert [item["title"] for item in told["items"]] == titles
            assert all(item["url"].removeprefix("http://127.0.0.1:8700") in site for item in told["items"]), path

    def test_a_csv_holds_every_column_and_no_formula(self, site):
        """A list as csv has the columns of its query, and a cell that a spreadsheet would run is text."""
        rows = list(csv.DictReader(io.StringIO(site["/alerts.csv"])))
        assert rows[0].keys() >= {"alert_id", "rule", "official", "excerpt", "fired_at"}
        cells = [
            cell
            for path, text in site.items()
            if ".csv" in path
            for row in csv.reader(io.StringIO(text))
            for cell in row
        ]
        assert not [cell for cell in cells if re.match(r"[=+@-]", cell) and not re.fullmatch(r"-?[\d.]+", cell)]

    def test_talks_are_a_calendar(self, site):
        """The calendar has each entry's days, end excluded, and no line of more than 75 octets, which join to what was said."""
        lines = site["/talks.ics"].split("\r\n")
        assert "DTSTART;VALUE=DATE:20261204" in lines
        assert "DTEND;VALUE=DATE:20261205" in lines
        assert max(len(line.encode()) for line in lines) <= 75
        sentence = "Delegations of Russia and Ukraine will meet in Istanbul on December 4 for a new round of talks"
        assert f"DESCRIPTION:{sentence}\\, the Turkish foreign" in site["/talks.ics"].replace("\r\n ", "")
        assert lines[0] == "BEGIN:VCALENDAR"

    def test_the_query_of_each_list_can_be_typed(self, site, data_dir):
        """The SQL under a list is one that `talkwatch sql` takes."""
        pages = [text for path, text in site.items() if "." not in path]
        found = [unescape(sql) for text in pages for sql in re.findall(r"<pre[^>]*>(.*?)</pre>", text, re.DOTALL)]
        # One of each kind: they differ by names, times and numbers alone.
        queries = {re.sub(r"'[^']*'|\d+|NULL", "?", sql): sql for sql in found}
        assert len(queries) > 15
        shown = 0
        for sql in queries.values():
            shown += len(query(data_dir, sql).rows) > 0
        assert shown > 10


class TestPictures:
    """What a list shows at a glance."""

    def test_a_picture_shows_what_the_list_says(self, site):
        """The picture of an official's positions has a row for each topic, and its times are in the configured zone."""
        picture = etree.fromstring(site["/officials/dmitry-peskov.svg"].encode())
        words = [str(word) for word in picture.xpath("//*[local-name()='text']/text()")]
        assert {"ceasefire, Ukraine–Russia", "accepts", "rejects"} <= set(words)
        assert "ceasefire, Ukraine–Russia: rejects since 21 November 2026 10:05" in site["/officials/dmitry-peskov.svg"]

    def test_each_picture_is_drawn_for_light_and_dark(self, site):
        """Every picture is well-formed, asks nobody for anything, and has its like for dark paper."""
        pictures = [path for path in site if path.partition("?")[0].endswith(".svg")]
        assert len(pictures) > 5
        for path in pictures:
            tree = etree.fromstring(site[path].encode())
            assert not tree.xpath("//*[local-name()='script' or local-name()='image'] | //@onload"), path
        light = [path for path in pictures if ".dark." not in path]
        assert all(site[path] != site[path.replace(".svg", ".dark.svg")] for path in light)

    def test_names_turn_nothing_beside_them_round(self, site):
        """A title that runs from right to left stands by itself: what follows it stays where it is."""
        links = html.fromstring(site["/officials/dmitry-peskov"].encode()).xpath("//p[@class='meta']/a")
        titled = [each for each in links if "“" in each.text_content()]
        assert titled
        assert all(each.xpath("bdi") for each in titled)

    def test_an_outlet_is_words_in_a_picture_too(self, site):
        """The picture of what came names a hostile outlet, and nothing of its name acts."""
        assert "&lt;script&gt;" in site["/feeds.svg"]

    def test_a_page_without_a_picture_has_none(self, visitor):
        """Who asks for one is told that there is none."""
        assert visitor.get("/talks.svg").status_code == 404


@pytest.mark.skipif(not (BROWSER and DRIVER), reason="there is no Chromium with its driver on this machine")
class TestBrowser:
    """What a real browser makes of the pages."""

    def test_everybody_can_use_every_kind_of_page(self, window, site, served):
        """On a phone and a desk, in light and dark, axe finds nothing in the way, and nothing is wider than the window.

        Each kind of page has both widths and both lights, and every other kind has them the other way round.
        """
        kinds = {
            re.sub(r"/[^/]+$", "/x", path) if path.count("/") > 1 else path: path
            for path in sorted(site)
            if "." not in path and "?" not in path
        }
        assert len(kinds) > 12
        for number, path in enumerate([*kinds.values(), "/search?q=ceasefire"]):
            for width, dark in ((390, number % 2 == 0), (1280, number % 2 == 1)):
                window.show(served + path, width=width, dark=dark)
                assert (window.barriers(), path, width, dark) == ([], path, width, dark)
                assert window.run("return document.documentElement.scrollWidth <= innerWidth"), (path, width)

    def test_axe_would_find_something(self, window, served):
        """A picture without words is found, so that finding nothing means something."""
        window.show(f"{served}/feeds")
        window.run("document.body.append(new Image())")
        assert [barrier[0] for barrier in window.barriers()] == ["image-alt"]

    def test_hostile_words_do_nothing(self, window, site, served):
        """In pages full of what would like to act nothing acts, and nobody but this server is asked for anything."""
        hostile = [path for path, text in site.items() if "onload=alert" in text and "." not in path]
        assert {*map(kind_of, hostile)} == {"articles", "events", "feeds"}
        for path in hostile:
            window.show(served + path)  # a dialog would fail the next question
            asked = window.run("return performance.getEntriesByType('resource').map(each => each.name)")
            assert all(address.startswith(served) for address in asked), path
            assert window.run("return document.querySelectorAll('script:not([src])').length") == 0


class TestScript:
    """What the pages do besides where a browser runs scripts."""

    def test_a_list_is_narrowed_to_what_has_the_words(self, window, served):
        """What is typed leaves the entries that hold each word, in any case and without accents, counts them, and goes again."""
        window.show(served)
        all_of_them = window.run(f"return {ROWS}.map(each => each.textContent)")
        rows, wanted = len(all_of_them), [text for text in all_of_them if "ceasefire" in text.lower()]
        window.press("/")
        for key in "CÉASEFIRE":
            window.press(key)
        left = window.run(f"return {ROWS}.map(each => each.textContent)")
        assert 0 < len(left) < rows
        assert left == wanted
        assert window.run("return document.querySelector('output').value") == f"{len(left)} of {rows}"
        assert window.barriers() == []
        for key in " nowhere":
            window.press(key)
        assert window.run(f"return {ROWS}.length") == 0
        window.press("Escape")
        assert window.run("return document.activeElement.id") == ""
        window.run("const at = document.getElementById('narrow'); at.value = ''; at.dispatchEvent(new Event('input'))")
        assert window.run(f"return {ROWS}.length") == rows

    def test_keys_step_through_entries_and_open_them(self, window, served):
        """Keys: j and k go down and up and stop at the ends, o opens; in a field they are letters, and they can be turned off for good."""
        at = f"return {ROWS}.indexOf(document.activeElement)"
        window.show(f"{served}/officials")
        seen, last = [], window.run(f"return {ROWS}.length - 1")
        for key in "j" * (last + 2) + "k" * (last + 1):
            window.press(key)
            seen.append(window.run(at))
        assert last > 0
        assert seen == [*range(last + 1), last, *range(last - 1, -1, -1), 0]
        to = window.run("return document.querySelector('tbody th a').href")
        window.press("o")
        window.until(f"location.href === '{to}'")
        window.show(f"{served}/officials")
        window.run("document.querySelector('footer button').click()")
        window.show(f"{served}/officials")
        window.press("j")
        assert window.run(at) == -1
        window.run("document.querySelector('footer button').click()")
        window.press("j")
        assert window.run(at) == 0

    def test_what_is_found_stands_there_while_one_types(self, window, served, visitor):
        """Without the button the hits are those that the button brings, at an address that shows them again."""
        window.show(f"{served}/search")
        for key in "ceasefire":
            window.press(key)
        window.until("location.search.includes('q=ceasefire') && document.querySelector('#found')")
        said = window.run(
            "return [document.querySelector('#found').textContent, document.querySelector('output').value, location.search]"
        )
        by_button = html.fromstring(visitor.get(f"/search{said[2]}").content).xpath("string(//*[@id='found'])")
        assert said[:2] == [by_button, by_button]
        assert window.barriers() == []

    def test_news_are_told_and_not_forced(self, window, served, data_dir):
        """When the copy has become another a line says so, and nothing moves; the same page again says nothing."""
        look = "document.dispatchEvent(new Event('visibilitychange'))"
        window.show(f"{served}/feeds")
        before = window.run("return document.querySelector('main').textContent")
        window.run(look)
        window.until("performance.getEntriesByType('resource').some(each => each.name === location.href)")
        assert not window.run("return document.querySelector('.news a')")
        with writing(data_dir) as session:
            session.run("UPDATE feeds SET last_error = 'HTTP 503' WHERE feed_id = 'f1'")
        publish(data_dir)
        window.run(look)
        window.until("document.querySelector('.news a')")
        assert window.run("return document.querySelector('main').textContent") == before
        window.run("document.querySelector('.news a').click()")
        window.until("document.readyState === 'complete' && document.body.textContent.includes('HTTP 503')")

    def test_what_is_typed_or_found_is_never_markup(self, window, served):
        """A hostile search, as one types and from its address, stands in its field and does nothing."""
        window.show(f"{served}/search")
        window.run(f"q.value = {json.dumps(HOSTILE)}; q.dispatchEvent(new Event('input', {{bubbles: true}}))")
        window.until("location.search.includes('onerror')")
        assert window.run("return document.querySelectorAll('main script, main img, main svg').length") == 0

    def test_a_page_says_all_without_it(self, site):
        """What the script offers is in no page, so nobody without scripts sees what does nothing."""
        assert all("Turn keys" not in text and "Only what has" not in text for text in site.values())


class TestAsking:
    """Who may ask, and what costs nothing to ask again."""

    def test_what_a_browser_has_is_not_sent_again(self, data_dir):
        """The same copy is a 304, without a query; a new one is a new page."""
        visitor = Visitor(data_dir)
        mark = visitor.get("/alerts").headers["etag"]
        again = visitor.get("/alerts", if_none_match=mark)
        assert (again.status_code, again.content) == (304, b"")
        assert visitor.get("/alerts?rule=truce", if_none_match=mark).status_code == 200
        with writing(data_dir) as session:
            session.run("UPDATE feeds SET last_error = 'HTTP 410' WHERE feed_id = 'f1'")
        publish(data_dir)
        assert "HTTP 410" in visitor.get("/feeds").text
        assert visitor.get("/alerts", if_none_match=mark).status_code == 200
        visitor.leave()

    def test_before_the_first_pass_a_page_says_so(self, tmp_path):
        """Where nothing is published the page says what to wait for."""
        answer = Visitor(tmp_path).get("/")
        assert answer.status_code == 503
        assert "Nothing is published yet" in answer.text

    def test_a_damaged_copy_is_one_line(self, tmp_path):
        """A copy that cannot be read is told with what mends it, not by a traceback."""
        (tmp_path / "analysis.duckdb").write_bytes(b"no database" * 1000)
        answer = Visitor(tmp_path).get("/")
        assert answer.status_code == 503
        assert "talkwatch publish" in answer.text

    def test_a_copy_of_another_version_is_one_line(self, tmp_path):
        """Between an update and the first pass after it the pages say what they wait for."""
        duckdb.connect(tmp_path / "analysis.duckdb").close()
        answer = Visitor(tmp_path).get("/")
        assert answer.status_code == 503
        assert "is of another version; the next pass" in words_of(answer.text)

    @pytest.mark.parametrize(
        ("base", "status"),
        [
            pytest.param("http://127.0.0.1:8700", 200, id="loopback"),
            pytest.param("http://localhost:8700", 200, id="by name"),
            pytest.param("http://evil.example:8700", 421, id="a name that a page elsewhere gave to this machine"),
        ],
    )
    def test_pages_answer_to_their_own_names(self, data_dir, base, status):
        """Another site cannot have a browser read the pages under a name of its own."""
        visitor = Visitor(data_dir, base=base)
        assert visitor.get("/feeds").status_code == status
        visitor.leave()

    @pytest.mark.parametrize(
        ("header", "status"),
        [
            pytest.param("", 401, id="nobody"),
            pytest.param("Bearer " + "t" * 16, 200, id="a program"),
            pytest.param("Basic " + b64encode(b"me:" + b"t" * 16).decode(), 200, id="a browser"),
            pytest.param("Basic " + b64encode(b"me:wrong").decode(), 401, id="a guess"),
            pytest.param("Basic \u00e9", 401, id="nonsense"),
        ],
    )
    def test_a_token_is_asked_for(self, data_dir, header, status):
        """Where there is a token, who does not know it sees nothing, the style sheet included."""
        visitor = Visitor(data_dir, Audience(token="t" * 16), base="https://talks.example")
        given = {"authorization": header.encode("latin-1")} if header else {}
        for path in ("/feeds", "/static/talkwatch.css"):
            assert visitor.get(path, **given).status_code == status
        visitor.leave()


@pytest.fixture(scope="module")
def folder(data_dir, tmp_path_factory) -> Path:
    """All pages, built as files."""
    folder = tmp_path_factory.mktemp("built")
    with closing(PublishedCopy(data_dir)) as copy:
        built = build(copy, folder, timezone="Europe/Kyiv", now=NOW, most=1000)
    assert (built.first, built.left_out) == (folder / "index.html", 0)
    return folder


class TestBuilt:
    """The pages as files."""

    def test_every_link_leads_to_a_file(self, folder):
        """A link of a page leads to a file that is there, relative to its own, or out to the web; none to a server."""
        pages = sorted(folder.rglob("*.html"))
        assert len(pages) > 20
        for path in pages:
            links = html.fromstring(path.read_bytes()).xpath(
                "//a/@href | //*[self::link or self::script]/@*[name()='href' or name()='src'] | //img/@src | //source/@srcset"
            )
            own = [str(link).partition("#")[0] for link in links if not str(link).startswith(("http", "data:"))]
            assert not [link for link in own if link and not (path.parent / link).is_file()], path

    def test_files_say_what_the_pages_say(self, folder, visitor):
        """A page as a file has the words of the served one; search and feeds, which want a server, are left away, as its foot says."""
        for name in ("officials/dmitry-peskov", "talks", "feeds"):
            served = (
                visitor.get(f"/{name}")
                .text.replace(">Atom</a>", "></a>")
                .replace(">JSON Feed</a>", "></a>")
                .replace(">Search</a>", "></a>")
            )
            built, note = (
                (folder / f"{name}.html").read_text("utf-8"),
                "<p>These pages are files, which answer no search",
            )
            before, said, after = built.partition(note)
            assert said
            without = before + after.partition("</p>")[2]
            assert words_of(without).split() == words_of(served).split()

    def test_the_briefing_is_one_file(self, folder):
        """briefing.html holds its own style, asks for no other file to be shown, and leads to none that it lost."""
        page = html.fromstring((folder / "briefing.html").read_bytes())
        assert not page.xpath(
            "//link | //script | //img/@src[not(starts-with(., 'data:'))] | //source/@srcset[not(starts-with(., 'data:'))]"
        )
        assert page.xpath("//img")
        assert not page.xpath("//a/@href[not(starts-with(., '#') or starts-with(., 'http'))]")
        style = page.xpath("string(//style)")
        assert "prefers-color-scheme" in style
        assert "a.onward { display: none; }" in style
        shown = [each.text_content() for each in page.xpath("//a[not(@href)][not(contains(@class, 'onward'))]")]
        assert shown
        assert not any(each.startswith(("All ", "The ")) for each in shown)  # names, not ways to elsewhere

    def test_what_is_too_much_is_said(self, data_dir, tmp_path):
        """With room for few pages the first ones are written, and links to the rest lead to a page that says so."""
        with closing(PublishedCopy(data_dir)) as copy:
            built = build(copy, tmp_path, timezone="UTC", now=NOW, most=3)
        assert built.pages == 3
        assert built.left_out > 5
        assert "left-out.html" in (tmp_path / "index.html").read_text("utf-8")

    @pytest.mark.parametrize(
        "address", ["/topics/..%2F..%2Fetc", "/topics/..", "/topics/.", "/alerts?rule=../../x", "/topics/a%00b"]
    )
    def test_no_name_leads_out_of_the_folder(self, address):
        """Whatever a topic or a rule is called, its file stays in the folder."""
        assert ".." not in file_of(address)
        assert re.fullmatch(r"[\w/-]+\.html", file_of(address))


@pytest.mark.parametrize(
    ("http", "fault"),
    [
        pytest.param('listen = "0.0.0.0:80"', "public = true and a token", id="everybody could reach it"),
        pytest.param('listen = "0.0.0.0:80"\npublic = true', "public = true and a token", id="without a token"),
        pytest.param('listen = "127.0.0.1"', "address:port", id="no port"),
        pytest.param('listen = "pages.example:80"', "address:port", id="a name that anybody may answer to"),
        pytest.param('token = "short"', "16 characters", id="a token that can be guessed"),
    ],
)
def test_what_could_be_seen_by_strangers_is_refused(tmp_path, http, fault):
    """A public address needs the word that it is meant, and a token; each mistake says what to write."""
    (tmp_path / "talkwatch.toml").write_text(f"[http]\n{http}\n", encoding="utf-8")
    with pytest.raises(UsageProblem, match=re.escape(fault)):
        load_settings(tmp_path / "talkwatch.toml", sending=True)


@pytest.mark.parametrize(
    "http",
    [
        "",
        'listen = "none"',
        'listen = "[::1]:8700"',
        'listen = "0.0.0.0:80"\npublic = true\ntoken = "0123456789abcdef"',
    ],
)
def test_addresses_that_are_meant_are_taken(tmp_path, http):
    """Loopback, nothing, and a public address with a token are all right; the token shows in no repr."""
    (tmp_path / "talkwatch.toml").write_text(f"[http]\n{http}\n", encoding="utf-8")
    assert "0123456789abcdef" not in repr(load_settings(tmp_path / "talkwatch.toml", sending=True))


class TestProcess:
    """The process beside serve's."""

    @pytest.fixture
    def stand(self, data_dir) -> Stand:
        """A free port of loopback."""
        with socket.create_server(("127.0.0.1", 0)) as probe:
            return Stand(data_dir=str(data_dir), timezone="UTC", host="127.0.0.1", port=probe.getsockname()[1])

    def test_pages_are_served_until_cancelled(self, stand):
        """A process of its own serves them and says whose they are; it ends with the task that began it, and frees the port."""

        async def visit() -> str:
            serving = asyncio.create_task(keep_served(stand))
            async with asyncio.timeout(60):
                while not is_answering(stand):  # noqa: ASYNC110 (a port has no event to wait for)
                    await asyncio.sleep(0.05)
            assert await asyncio.to_thread(is_serving, stand)
            assert await asyncio.to_thread(is_serving, replace(stand, token="x" * 16))
            assert not await asyncio.to_thread(is_serving, replace(stand, data_dir="/nowhere"))
            async with httpx.AsyncClient() as client:
                answer = await client.get(f"{stand.url}officials/dmitry-peskov", timeout=60)
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            return answer.text

        assert "Position on each topic" in asyncio.run(visit())
        listen(stand.host, stand.port).close()

    def test_a_port_that_is_taken_is_one_line(self, stand):
        """What keeps the pages from being served is said with what to write, and ends nothing."""
        with closing(listen(stand.host, stand.port)):
            assert is_answering(stand)
            assert (
                asyncio.run(_served(stand))
                == f"pages: 127.0.0.1:{stand.port}: Address already in use; write another one as listen in [http]"
            )

    def test_something_else_is_not_taken_for_the_pages(self, tmp_path):
        """`status` says of another program at their address that it is one, and what to write."""
        with HttpServer() as other:
            (tmp_path / "talkwatch.toml").write_text(f'[http]\nlisten = "127.0.0.1:{other.port}"\n', encoding="utf-8")
            said = pages_at(load_settings(tmp_path / "talkwatch.toml"))
        assert said == (
            f"not served now: something else answers at http://127.0.0.1:{other.port}/; "
            "write another address as listen in [http]"
        )

    def test_it_ends_when_whoever_began_it_is_gone(self, stand):
        """A killed serve leaves no process behind: it ends with the pipe."""
        with pages_process(stand) as process:
            assert process.is_alive()
        assert not is_answering(stand)

    def test_no_secret_is_said(self, stand):
        """The token goes through the pipe alone."""
        assert "0123456789" not in repr(replace(stand, token="0123456789"))
