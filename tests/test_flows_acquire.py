from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from extractors.copies.sameness import key_of
from extractors.records import Page, Unreadable, UnreadableReason
from extractors.text.vectors import MODEL
from flows.acquire.files import archived_pages, documents, files_in
from flows.acquire.ingest import Period, ingest
from flows.config.settings import load_settings
from flows.processes.workers import Limits, Workers
from flows.setup import Setup, prepared
from tests.newsroom import OTHER, RULES, SAID, page
from tests.servers import HttpServer, Reply
from warehouse.store import reading
from warehouse.vectors import WORK, known_vectors

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
SUBSCRIBERS = """
[[subscribers]]
name = "desk"
channel = "slack"
webhook_url = "https://hooks.example/1"
[[subscribers]]
name = "channel"
channel = "slack"
webhook_url = "https://hooks.example/2"
"""


class Desk:
    """A warehouse whose rules would fire, and what is taken in."""

    def __init__(self, folder, allowed=""):
        """Write the configuration."""
        path = folder / "talkwatch.toml"
        fetch = f'[fetch]\ndelay_seconds = 0\nallow_hosts = ["{allowed}"]\n' if allowed else ""
        path.write_text(fetch + RULES + SUBSCRIBERS, encoding="utf-8")
        setup = prepared(load_settings(path, sending=True))
        self.setup = Setup(settings=setup.settings, watchlist=setup.watchlist, rules=setup.rules, now=lambda: NOW)

    def take_in(self, *files, sitemaps=(), period=Period()):  # noqa: B008 (a frozen record)
        """Take files and sitemaps in, with --alert."""
        return ingest(self.setup, files, outlet=None, published_at=None, alert=True, sitemaps=sitemaps, period=period)

    def rows(self, sql):
        """Ask the warehouse."""
        with reading(self.setup.data_dir) as session:
            return session.rows(sql)


def record(kind, url, media, block):
    """Return one record of a web archive (ISO 28500)."""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-03-04T09:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{UUID(int=len(block))}>\r\nContent-Type: {media}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def archive(*answers, packed=True):
    """Return a web archive of (url, status, content type, body), each answer followed by a note about it."""
    records = [record("warcinfo", "", "application/warc-fields", b"software: test")]
    for url, status, kind, body in answers:
        answer = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n".encode() + body
        records += [
            record("response", url, "application/http; msgtype=response", answer),
            record("metadata", url, "application/warc-fields", b"via: seed"),
        ]
    return b"".join(map(gzip.compress, records)) if packed else b"".join(records)


TALKS = ("https://a.example/talks", "200 OK", "text/html; charset=utf-8", page("Kremlin names its terms", SAID).body)
PAGES = (
    TALKS,
    ("https://a.example/festival?utm_source=x", "200 OK", "text/html", page("A festival", OTHER).body),
    ("https://a.example/gone", "404 Not Found", "text/html", page("Gone", OTHER).body),
    ("https://a.example/1.jpg", "200 OK", "image/jpeg", b"\xff\xd8\xff"),
    ("https://a.example/stub", "200 OK", "text/html", b"<html><body><p>Subscribe</p></body></html>"),
)


@pytest.fixture(scope="module")
def workers():
    """Keep two processes for the tests of this file."""
    with Workers(2) as pool:
        yield pool


@pytest.mark.slow
@pytest.mark.parametrize("packed", [pytest.param(True, id="warc.gz"), pytest.param(False, id="warc")])
def test_an_archive_s_pages_are_documents(tmp_path, workers, packed):
    """Good answers with a page are read, each under the address it was fetched from; a stub has its reason."""
    path = tmp_path / ("crawl.warc.gz" if packed else "crawl.warc")
    path.write_bytes(archive(*PAGES, packed=packed))
    found = list(documents(files_in([tmp_path]), workers))
    assert [(each.doc_id, each.archived) for each in found] == [(f"{path.name}:{n}", True) for n in (1, 2, 3)]
    assert [each.page.url for each in found[:2]] == [TALKS[0], "https://a.example/festival?utm_source=x"]
    assert found[0].page.title == "Kremlin names its terms"
    assert isinstance(found[2].page, Unreadable)


CUT = "the archive breaks off in this page"
LOST = "the archive cannot be read further: ArchiveLoadFailed"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("broken", "packed", "ends"),
    [
        pytest.param(lambda body: body[: len(body) // 2], True, [None, None], id="cut off between two pages, packed"),
        pytest.param(lambda body: body[: len(body) // 2], False, [None, None], id="cut off between two pages"),
        pytest.param(
            lambda body: body[: body.index(gzip.compress(b"")[:3], 400) - 60],
            True,
            [CUT],
            id="cut off in a page, packed",
        ),
        pytest.param(lambda body: body[: body.index(SAID[-1].encode())], False, [CUT], id="cut off in a page"),
        pytest.param(lambda body: body[:60] + b"\x00" * 40 + body[100:], True, [LOST], id="damaged, packed"),
        pytest.param(
            lambda body: body.replace(b"TTP/1.1 200", b"\x00" * 11, 1), False, [None, "no text"], id="damaged"
        ),
        pytest.param(lambda _: b"not an archive", True, [LOST], id="no archive"),
        pytest.param(lambda _: b"", True, [], id="empty"),
    ],
)
def test_a_broken_archive_raises_nothing(tmp_path, workers, broken, packed, ends):
    """What could be read of a broken archive is used, half a page is none, and where it breaks is a line."""
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(broken(archive(*PAGES, packed=packed)))
    pages = [each.page for each in documents([path], workers)]
    assert [None if isinstance(page, Page) else page.detail for page in pages] == ends


ENDLESS = [
    pytest.param(b"WARC/1.0\r\nX: " + b"a" * 3_000_000, id="one line without end"),
    pytest.param(b"WARC/1.0\r\n" + b"X: a\r\n" * 2_000_000, id="lines without end"),
]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("headers", ENDLESS)
def test_an_archive_s_headers_are_bounded(tmp_path, headers, packed):
    """Headers that never end are a reason, and are not read to the file's end."""
    path = tmp_path / "crawl.warc.gz"
    good = archive(TALKS, packed=packed)
    path.write_bytes(good + (gzip.compress(headers, 1) if packed else headers))
    *pages, last = archived_pages(path)
    assert [each.url for each in pages] == [TALKS[0]]
    assert last.body == Unreadable(
        reason=UnreadableReason.BROKEN, detail="the archive cannot be read further: EndlessHeaders"
    )


LINKS = "".join(f"<a href=/{n}>word {n}</a> and " for n in range(80_000))
HANGS = f"<html lang=en><body><article><h1>Talks</h1><p>{LINKS}</p></article></body></html>"
EXPLODES = f"<html lang=en><body><article>{'<b>x</b>' * 600_000}</article></body></html>"
TIGHT = Limits(seconds=1.5, headroom_bytes=150_000_000)


@pytest.mark.slow
def test_a_hostile_file_is_a_reason_and_the_rest_goes_on(tmp_path):
    """Pages that hang the parser or take all memory are documents with that reason, in the order of the files."""
    good = page("A festival", OTHER).body
    (tmp_path / "1.html").write_text(HANGS)
    (tmp_path / "2.html").write_bytes(good)
    (tmp_path / "3.html").write_text(EXPLODES)
    (tmp_path / "4.warc").write_bytes(
        archive(PAGES[1], ("https://a.example/", "200 OK", "text/html", HANGS.encode()), packed=False)
    )
    (tmp_path / "5.jsonl").write_text(
        "\n".join(json.dumps({"html": html, "title": "Said"}) for html in (good.decode(), EXPLODES, "<p>\ud800"))
    )
    (tmp_path / "6.txt").write_text("The talks went on. Nobody said more.")
    (tmp_path / "7.txt").write_bytes(b"\x00\x01\x02" * 100)
    with Workers(2, TIGHT) as pool:
        found = [(each.doc_id, each.page) for each in documents(files_in([tmp_path]), pool)]
    shown = [(name, getattr(made, "detail", None) or made.title) for name, made in found]
    assert [name for name, _ in shown] == [
        "1.html",
        "2.html",
        "3.html",
        "4.warc:1",
        "4.warc:2",
        "5.jsonl:1",
        "5.jsonl:2",
        "5.jsonl:3",
        "6.txt",
        "7.txt",
    ]
    reasons = [what for _, what in shown]
    assert reasons[:2] + reasons[3:6] == ["took too long", "A festival", "A festival", "took too long", "Said"]
    # libxml2 meets its own end of memory as an empty document
    assert {reasons[2], reasons[6]} <= {"took too much memory", "no HTML", "no text"}
    assert isinstance(found[7][1], Unreadable)
    assert found[8][1].text == "The talks went on. Nobody said more."
    assert found[9][1].reason == "not_text"


@pytest.mark.slow
def test_a_hostile_page_of_a_sitemap_is_a_line_and_the_rest_goes_on(tmp_path, monkeypatch, caplog):
    """A page that hangs its parser costs its sitemap that page, and a sitemap that is a bomb costs that sitemap."""
    monkeypatch.setattr("flows.setup.Workers", lambda count, make: Workers(count, TIGHT, make=make))
    with HttpServer() as site:
        urls = "".join(f"<url><loc>{site.url(path)}</loc></url>" for path in ("/hangs", "/talks"))
        site.reply(
            "/bomb.xml",
            Reply(body=b'<!DOCTYPE u [<!ENTITY a "' + b"x" * 50_000 + b'">]><urlset><url><loc>' + b"&a;" * 50_000),
        )
        site.reply("/map.xml", Reply(body=f"<urlset>{urls}</urlset>".encode()))
        site.reply("/hangs", Reply(headers=(("Content-Type", "text/html"),), body=HANGS.encode()))
        site.reply("/talks", page("Kremlin names its terms", SAID))
        desk = Desk(tmp_path, f"127.0.0.1:{site.port}")
        counts = desk.take_in(sitemaps=[site.url("/bomb.xml"), site.url("/map.xml")])
    assert (counts.articles_new, counts.pages_unreadable) == (1, 1)
    assert f"{site.url('/hangs')}: broken: took too long" in caplog.text
    assert f"{site.url('/bomb.xml')}: not_a_feed: no sitemap" in caplog.text


@pytest.mark.slow
def test_an_archive_never_alerts_and_goes_on_where_it_was(tmp_path):
    """Its articles are recorded and decided as imported, --alert or not; a second reading adds nothing."""
    path = tmp_path / "crawl.warc.gz"
    path.write_bytes(archive(*PAGES[:2]))
    desk = Desk(tmp_path)
    counts = desk.take_in(path)
    assert (counts.articles_new, counts.alerts, counts.messages_sent) == (2, 0, 0)
    assert {row[0] for row in desk.rows("SELECT reason FROM decisions")} == {"imported"}
    again = desk.take_in(path)
    assert (again.articles_new, again.articles_known, again.statements) == (0, 2, 0)
    assert desk.rows("SELECT count(*) FROM deliveries") == [(0,)]


@pytest.mark.slow
def test_an_ingest_makes_lost_vectors_again(tmp_path):
    """Where the file of vectors is gone, what is stored has its vectors again before the first article is compared."""
    desk, articles = Desk(tmp_path), {"a.html": page("Terms", SAID), "b.html": page("Harvest", OTHER)}
    for name, reply in articles.items():
        (tmp_path / name).write_bytes(reply.body)
        ingest(desk.setup, [tmp_path / name], outlet="Herald", published_at=NOW, alert=False)
        if name == "a.html":
            (desk.setup.data_dir / WORK).unlink()
    compared = [sentence for (sentence,) in desk.rows("select distinct unnest(sentences) from utterance_keys")]
    keys = {key_of(b"sentence", sentence.encode()) for sentence in compared}
    assert keys
    assert known_vectors(desk.setup.data_dir, MODEL, list(keys)).keys() == keys


@pytest.mark.slow
def test_a_sitemap_is_taken_in_once_within_its_period(tmp_path):
    """Pages of the period are fetched from an index's sitemaps, never alert, and are not fetched again."""
    with HttpServer() as site:
        old = NOW - timedelta(days=400)
        urls = "".join(
            f"<url><loc>{site.url(path)}</loc><lastmod>{when.isoformat()}</lastmod></url>"
            for path, when in (("/talks", NOW), ("/festival", NOW), ("/old", old), ("/private", NOW))
        )
        site.reply(
            "/index.xml",
            Reply(
                body=f"<sitemapindex><sitemap><loc>{site.url('/1.xml')}</loc></sitemap><sitemap><loc>{site.url('/old.xml')}</loc><lastmod>{old.isoformat()}</lastmod></sitemap></sitemapindex>".encode()
            ),
        )
        site.reply("/1.xml", Reply(body=f"<urlset>{urls}</urlset>".encode()))
        site.reply("/robots.txt", Reply(body=b"User-agent: *\nDisallow: /private\n"))
        site.reply("/talks", page("Kremlin names its terms", SAID))
        site.reply("/festival", page("A festival", OTHER))
        desk = Desk(tmp_path, f"127.0.0.1:{site.port}")
        period = Period(since=NOW - timedelta(days=1))
        counts = desk.take_in(sitemaps=[site.url("/index.xml")], period=period)
        assert (counts.articles_new, counts.pages_unreadable, counts.alerts) == (2, 1, 0)
        assert {row[0] for row in desk.rows("SELECT reason FROM decisions")} == {"imported"}
        again = desk.take_in(sitemaps=[site.url("/index.xml")], period=period)
        assert (again.articles_new, again.articles_known) == (0, 2)
        asked = [request.path for request in site.requests]
        assert [asked.count(path) for path in ("/talks", "/festival", "/old", "/old.xml", "/private")] == [
            1,
            1,
            0,
            0,
            0,
        ]


@pytest.mark.parametrize(
    ("period", "moment", "held"),
    [
        pytest.param(Period(since=NOW), NOW, True, id="since is in it"),
        pytest.param(Period(until=NOW), NOW, False, id="until is not"),
        pytest.param(Period(since=NOW), NOW - timedelta(seconds=1), False, id="before"),
        pytest.param(Period(since=NOW, until=NOW), None, True, id="no date may be"),
        pytest.param(Period(), NOW, True, id="open"),
    ],
)
def test_a_period_holds_its_beginning_and_not_its_end(period, moment, held):
    """`since` is inclusive, `until` exclusive."""
    assert period.holds(moment) is held
