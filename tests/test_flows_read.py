"""Which articles of a pass are read in full, and what is recorded of those that are not."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from alerts.records import Arrival
from extractors.records import Article, Depth, Reading
from extractors.text.identity import article_id
from flows.cli.app import app
from flows.cli.files import limits_object
from flows.config.settings import load_settings
from flows.setup import prepared
from flows.steps.fetch import FoundArticle, Furniture
from flows.steps.passes import take_in
from flows.steps.read import read
from warehouse.articles import stored_articles
from warehouse.published import publish
from warehouse.store import reading

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
RULES = """
[[rules]]
name = "keepers"
keywords = ["lighthouse keeper"]
officials = ["Turkey"]
scope = "statement"
subscribers = ["desk"]
[[subscribers]]
name = "desk"
channel = "slack"
webhook_url = "https://hooks.example/1"
"""
TEXTS = {
    "official": ("“We go,” Dmitry Peskov said.", "en"),
    "phrase": ("“Turkey has no lighthouse keepers,” the mayor said.", "en"),
    "dull": ("The museum in Ankara opened a new wing, the mayor said.", "en"),
    "foreign": (
        "Der Sprecher Dmitry Peskov sagte am Mittwoch: „Wir sind bereit“. Der Außenminister der Türkei ist abgereist.",
        "de",
    ),
}


@pytest.fixture
def setup(tmp_path):
    """Return what a pass works with, with one rule."""
    path = tmp_path / "talkwatch.toml"
    path.write_text(RULES, encoding="utf-8")
    return prepared(load_settings(path, sending=True))


def found(name):
    """Return one of the articles as a feed brings it."""
    text, language = TEXTS[name]
    url = f"https://one.example/{name}"
    article = Article(
        article_id=article_id(url),
        url=url,
        outlet="One",
        feed_id=None,
        title=None,
        author=None,
        published_at=NOW,
        first_seen_at=NOW,
        language=language,
        text=text,
    )
    return FoundArticle(article=article, arrival=Arrival.POLLED)


def test_only_what_names_something_watched_is_read_in_full(setup):
    """The rest keeps its place in the batch, its mentions, and the reason why it was not read."""
    articles = read(setup, [found(name) for name in TEXTS])
    assert [each.article.url.rsplit("/")[-1] for each in articles] == list(TEXTS)
    assert [each.reading.depth for each in articles] == [
        Depth.FULL,
        Depth.FULL,
        Depth.LEFT_UNREAD,
        Depth.NOT_ENGLISH,
    ]
    assert [len(each.reading.statements) for each in articles] == [1, 1, 0, 0]
    assert [mention.name for mention in articles[2].reading.mentions] == ["Ankara"]
    assert "dmitry-peskov" in {mention.ref_id for mention in articles[3].reading.mentions}


def test_analysts_see_how_far_an_article_was_read(setup):
    """Depth and version stand in the rows, and come back as they were."""
    counts, _ = take_in(setup, Furniture(setup.data_dir), [found(name) for name in TEXTS])
    publish(setup.data_dir)
    with reading(setup.data_dir) as session:
        rows = session.rows("SELECT split_part(url, '/', 4), depth, cut_at FROM articles ORDER BY 1")
        versions = session.rows(
            "SELECT extractor_version FROM articles UNION SELECT extractor_version FROM mentions "
            "UNION SELECT extractor_version FROM statements"
        )
        dull = found("dull")
        (stored,) = stored_articles(session, [dull.article.article_id])
    assert rows == [
        ("dull", "left_unread", None),
        ("foreign", "not_english", None),
        ("official", "full", None),
        ("phrase", "full", None),
    ]
    assert versions == [(setup.reader.version,)]
    assert [stored.reading] == [each.reading for each in read(setup, [dull])]
    assert counts.alerts == 1


def test_extract_reads_everything_in_full(tmp_path, monkeypatch):
    """There is no gate before `extract`; an object says how far it was read where that is not to its end."""
    monkeypatch.delenv("TALKWATCH_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    for name, (text, _) in TEXTS.items():
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(app, ["extract", "dull.txt", "foreign.txt"])
    dull, foreign = map(json.loads, result.stdout.splitlines())
    assert [each["speaker"] for each in dull["statements"]] == ["mayor"]
    assert {"depth", "cut_at"}.isdisjoint(dull)
    assert (foreign["depth"], foreign["statements"]) == ("not_english", [])


def test_extract_says_where_a_document_was_cut():
    """Only one that was not read to its end has the keys that say so."""
    whole = Reading(mentions=(), title_mentions=(), statements=(), sentences=(), extractor_version="x")
    assert limits_object(whole) == {}
    assert limits_object(replace(whole, cut_at=199_990)) == {"cut_at": 199_990}
    assert limits_object(replace(whole, depth=Depth.CRASHED)) == {"depth": "crashed"}
