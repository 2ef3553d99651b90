from __future__ import annotations

import tomllib
from datetime import timedelta
from typing import Any

import pytest

from flows.cli.deployment import init
from flows.cli.editing import add_feed, add_rule, add_subscriber, remove_feed, try_subscriber
from flows.cli.rules import try_rule
from flows.problems import UsageProblem, WorkProblem
from tests.newsroom import NOW, SAID, page
from tests.pressroom import releases
from tests.servers import HttpServer, Reply


@pytest.fixture
def outlet():
    """A site whose home page names a feed of three items and one that is not there."""
    with HttpServer() as server:
        links = "".join(
            f"<link rel='alternate' type='application/rss+xml' href='{path}'>" for path in ("/rss.xml", "/old.xml")
        )
        server.reply(
            "/",
            Reply(
                headers=(("Content-Type", "text/html"),),
                body=f"<html><head>{links}</head><body>Home</body></html>".encode(),
            ),
        )
        items = "".join(
            f"<item><title>News {n}</title><link>{server.url(f'/{n}')}</link><pubDate>{NOW + timedelta(hours=n):%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
            for n in range(5)
        )
        server.reply(
            "/rss.xml", Reply(body=f"<rss version='2.0'><channel><title>Herald</title>{items}</channel></rss>".encode())
        )
        server.reply("/4", page("News 4", SAID))
        yield server


@pytest.fixture
def path(tmp_path):
    """A configuration that asks without delay."""
    init(tmp_path)
    file = tmp_path / "talkwatch.toml"
    file.write_text(file.read_text() + "[fetch]\ndelay_seconds = 0\n")
    return file


def written(path) -> dict[str, Any]:
    """Return what stands in the file."""
    return tomllib.loads(path.read_text())


def test_from_an_empty_folder_to_a_tried_rule(path, outlet, capsys):
    """Five commands and no editor: a configuration, a feed, somebody to tell, a rule, and the rule on an article."""
    add_feed(outlet.url("/"), pick=1, country="TR", config=path)
    add_subscriber("desk", channel="slack", to="${TALKS_SLACK_WEBHOOK}", config=path)
    add_rule("ceasefire", config=path)
    capsys.readouterr()
    try_rule("ceasefire", [outlet.url("/4")], config=path)
    assert "is possible only after security guarantees" in " ".join(capsys.readouterr().out.split())
    file = written(path)
    assert file["feeds"] == [{"url": outlet.url("/rss.xml"), "outlet": "Herald", "country": "TR"}]
    assert file["rules"] == [
        {
            "name": "ceasefire",
            "keywords": ["topic:ceasefire"],
            "officials": ["any"],
            "scope": "acts",
            "subscribers": ["desk"],
        }
    ]
    assert "# Take the # off what you want." in path.read_text()


def test_a_feed_is_shown_before_it_is_watched(path, outlet, capsys):
    """The newest three entries with their dates, the language, how the pages read, whose it is, and what is wrong."""
    add_feed(outlet.url("/"), pick=1, dry_run=True, config=path)
    said = capsys.readouterr()
    shown = [line.strip() for line in said.err.splitlines()]
    assert shown[0] == f"1  {outlet.url('/rss.xml')} (rss 2.0, 5 entries)"
    assert [line.split("  ")[-1] for line in shown[1:4]] == ["News 4", "News 3", "News 2"]
    assert shown[1].startswith("2026-03-04T16:00:00Z")
    assert shown[4].startswith("in en; its newest page can be read, ")
    assert shown[5:7] == [f"2  {outlet.url('/old.xml')}", "cannot be read: HTTP 404"]
    assert said.out.splitlines() == ["+ [[feeds]]", f'+ url = "{outlet.url("/rss.xml")}"', '+ outlet = "Herald"']
    assert "feeds" not in written(path)


def test_a_page_that_lists_news_is_a_listing(path, outlet):
    """Where a page names no feed its list is watched."""
    items = [(f"/en/{n}", f"Release number {n} of the office", "Today") for n in range(3)]
    outlet.reply("/en", Reply(headers=(("Content-Type", "text/html"),), body=releases(items).encode()))
    add_feed(outlet.url("/en"), primary=True, outlet="Office", config=path)
    assert written(path)["feeds"] == [
        {"url": outlet.url("/en"), "outlet": "Office", "kind": "listing", "primary": True}
    ]


@pytest.mark.parametrize(
    ("address", "problem", "why"),
    [
        pytest.param(
            "/",
            UsageProblem,
            "which of the 2 feeds? write it with --pick 1 to --pick 2",
            id="several, and nobody to ask",
        ),
        pytest.param("/nothing", WorkProblem, "HTTP 404", id="no page"),
        pytest.param("/4", WorkProblem, "is no feed, names none, and lists no pages", id="an article"),
        pytest.param("/old.xml", WorkProblem, "HTTP 404", id="a feed that is gone"),
    ],
)
def test_what_cannot_be_watched_is_not_written(path, outlet, address, problem, why):
    """It is said in a line, and the file stays as it was."""
    before = path.read_text()
    with pytest.raises(problem) as wrong:
        add_feed(outlet.url(address), config=path)
    assert why in str(wrong.value)
    assert path.read_text() == before


def test_a_feed_is_removed_by_its_outlet_or_address(path, outlet):
    """An outlet that there is not is told with the nearest name."""
    add_feed(outlet.url("/rss.xml"), config=path)
    with pytest.raises(UsageProblem, match="already"):
        add_feed(outlet.url("/rss.xml"), config=path)
    with pytest.raises(UsageProblem, match="Herald"):
        remove_feed("Heralt", config=path)
    remove_feed("herald", config=path)
    assert "feeds" not in written(path)


def test_somebody_told_by_mail_brings_the_server_along(path):
    """The first one only; a sample is what `alerts test` sends."""
    for name in ("desk", "night"):
        add_subscriber(
            name,
            to=f"{name}@example.org",
            host="127.0.0.1",
            sender="T <t@example.org>",
            more=["mode=daily"],
            config=path,
        )
    file = written(path)
    assert file["channels"] == {"email": {"host": "127.0.0.1", "from": "T <t@example.org>"}}
    assert file["subscribers"][1] == {"name": "night", "channel": "email", "to": "night@example.org", "mode": "daily"}
    with pytest.raises(UsageProblem, match="desk"):
        try_subscriber("dusk", config=path)


def test_a_rule_on_what_there_is_not_is_refused(path):
    """With the line it would have; and a rule needs somebody to tell."""
    with pytest.raises(UsageProblem, match="subscribers add"):
        add_rule("truce", config=path)
    add_subscriber("desk", channel="webhook", to="https://c.example/hook", more=["secret=${HOOK}"], config=path)
    with pytest.raises(UsageProblem, match=r"talkwatch\.toml:\d+: .*Putinn"):
        add_rule("truce", officials=["Vladimir Putinn"], config=path)
    assert "rules" not in written(path)
