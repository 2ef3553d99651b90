from __future__ import annotations

from dataclasses import replace

from extractors.records import Mention
from tests.warehouse_examples import HOUR, NOW, new_warehouse, read_article
from warehouse import articles
from warehouse.articles import stored_articles
from warehouse.store import writing


def in_order(read):
    """Return an article as read, its mentions by place."""

    def placed(mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
        return tuple(sorted(mentions, key=lambda mention: mention.span))

    reading = read.reading
    return replace(
        read,
        reading=replace(reading, mentions=placed(reading.mentions), title_mentions=placed(reading.title_mentions)),
    )


def test_an_article_comes_back_as_it_was_read(tmp_path):
    """What was read in an article is the same after a journey through the warehouse, and its entry is settled."""
    read = read_article()
    with writing(new_warehouse(tmp_path)) as session:
        articles.save_articles(session, [read, read_article("a2")])
        assert stored_articles(session, ["a1", "a9"]) == (in_order(read),)
        assert stored_articles(session, []) == ()


def test_the_newest_revision_comes_back(tmp_path):
    """Of an article that changed its newest words come, with the time it was first seen."""
    with writing(new_warehouse(tmp_path)) as session:
        articles.save_articles(session, [read_article()])
        articles.save_articles(session, [read_article(title="Peskov silent", first_seen_at=NOW + HOUR)])
        (stored,) = stored_articles(session, ["a1"])
        assert (stored.article.title, stored.article.first_seen_at) == ("Peskov silent", NOW)
