from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Entry, Span
from extractors.text import identity

MOMENT = datetime(2022, 3, 30, 9, 0, tzinfo=UTC)
ENTRY = Entry(
    entry_id="guid-1",
    link="https://a.example/1",
    title="Talks",
    published=MOMENT,
    updated=None,
    content_html="<p>x</p>",
)


def test_ids_are_equal_on_every_machine():
    """The digests are fixed for ever: a change of any of these would make every stored article new."""
    assert identity.feed_id("https://a.example/rss") == "d44e21bcfaa36480"
    assert identity.article_id("https://a.example/1?utm_source=x") == "ad206e773f1551a5"
    assert identity.utterance_id("Dmitry Peskov", "We are ready.") == "fb5db3201aae2e5a"


@given(st.text(), st.text())
def test_any_text_has_an_id(one, other):
    """An id is 16 hex digits whatever the text, lone surrogates included."""
    ids = [
        identity.feed_id(one),
        identity.article_id(one + "\ud800"),
        identity.utterance_id(one, other),
        identity.text_hash(one),
    ]
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in ids)


def test_an_article_is_known_by_its_canonical_address():
    """Tracking parameters and fragments make no second article, another page does."""
    known = identity.article_id("https://a.example/1")
    assert identity.article_id("HTTPS://A.example:443/1?utm_source=rss#top") == known
    assert identity.article_id("http://m.a.example/1/amp") == known
    assert identity.article_id("https://a.example/2") != known


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        pytest.param(
            {"link": "https://a.example/2", "title": "Other"}, True, id="the guid alone counts where there is one"
        ),
        pytest.param({"entry_id": "guid-2"}, False, id="another guid is another entry"),
        pytest.param({"entry_id": None}, False, id="a link is no guid"),
    ],
)
def test_an_entry_is_known_by_its_guid(changes, same):
    """An entry keeps its key while its guid stays."""
    assert (identity.entry_key("f", replace(ENTRY, **changes)) == identity.entry_key("f", ENTRY)) is same


def test_an_entry_without_a_guid_is_known_by_link_title_or_content():
    """What names an entry is the first that is there of link, title and content, and its feed."""
    unnamed = replace(ENTRY, entry_id=None)
    untitled = replace(unnamed, link=None)
    bare = replace(untitled, title=None)
    keys = {identity.entry_key("f", entry) for entry in (unnamed, untitled, bare, replace(bare, content_html=None))}
    assert len(keys) == 4
    assert identity.entry_key("f", replace(unnamed, title="Retitled")) in keys
    assert identity.entry_key("g", unnamed) not in keys


FULL = replace(ENTRY, content_html=f"<p>{'The talks went on. ' * 6}</p>")


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        pytest.param({"entry_id": "guid-2"}, True, id="a new guid for the same page"),
        pytest.param({"link": "https://b.example/9"}, True, id="a new address under the same guid"),
        pytest.param(
            {"entry_id": "guid-2", "link": "http://www.a.example/1/?utm_source=x"}, True, id="a twin's address"
        ),
        pytest.param(
            {"published": None, "title": "Other", "content_html": "x"}, True, id="another date, title and text"
        ),
        pytest.param({"entry_id": "g", "link": "https://b.example/9"}, True, id="a new guid and address for old words"),
        pytest.param(
            {"entry_id": "g", "link": "https://b.example/9", "published": MOMENT.replace(day=31)},
            False,
            id="the same words under another guid, address and date",
        ),
        pytest.param(
            {"entry_id": "g", "link": "https://b.example/9", "content_html": "x"},
            False,
            id="another guid, address and text under one headline",
        ),
    ],
)
def test_an_entry_is_known_by_any_of_its_names(changes, known):
    """What a feed renews leaves at least one name of three; what is another entry shares none."""
    names = set(identity.entry_names("f", FULL))
    assert bool(names & set(identity.entry_names("f", replace(FULL, **changes)))) is known


def test_the_surest_name_of_an_entry_is_its_key():
    """Names begin with the key, and belong to one feed."""
    names = identity.entry_names("f", FULL)
    assert names[0] == identity.entry_key("f", FULL)
    assert not set(names) & set(identity.entry_names("g", FULL))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"link": "https://www.a.example/1?utm_source=rss"}, id="tracking in the link"),
        pytest.param(
            {"content_html": "<div><p>x</p><img src='https://t.example/9.gif'></div>"}, id="markup and pixels"
        ),
        pytest.param({"entry_id": "guid-9", "author": "B"}, id="guid and author"),
    ],
)
def test_an_entry_with_the_same_words_has_the_same_hash(changes):
    """What a feed's machinery changes is no reason to read the page again."""
    assert identity.entry_hash(replace(ENTRY, **changes)) == identity.entry_hash(ENTRY)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"title": "Talks resume"}, id="title"),
        pytest.param({"link": "https://a.example/2"}, id="link"),
        pytest.param({"published": None}, id="published"),
        pytest.param({"updated": MOMENT}, id="updated"),
        pytest.param({"content_html": "<p>y</p>"}, id="content"),
    ],
)
def test_a_changed_entry_has_another_hash(changes):
    """The hash changes with each part of the entry that may make its page worth another look."""
    assert identity.entry_hash(replace(ENTRY, **changes)) != identity.entry_hash(ENTRY)


def test_a_statement_is_its_spans_in_its_article():
    """The order of the spans does not matter, their places and the article do."""
    spans = (Span(0, 5), Span(9, 12))
    known = identity.statement_id("a", spans)
    assert identity.statement_id("a", reversed(spans)) == known
    assert identity.statement_id("b", spans) != known
    assert identity.statement_id("a", (Span(0, 5), Span(9, 13))) != known


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(
            "“We aren’t refusing,”", "We aren't refusing.", True, id="quotation marks, apostrophes and the last mark"
        ),
        pytest.param("We  are\u00a0ready", "we are ready", True, id="case and white space"),
        pytest.param("We are ready \u2014 now", "We are ready, now", True, id="dashes and commas"),
        pytest.param("cease\u00adfire", "ceasefire", True, id="soft hyphens"),
        pytest.param("We are ready", "We are not ready", False, id="a word more"),
    ],
)
def test_an_utterance_is_its_words(one, other, same):
    """The same words by the same speaker are one utterance however an outlet prints them."""
    assert (identity.utterance_id("Dmitry Peskov", one) == identity.utterance_id("dmitry peskov", other)) is same
    assert (identity.text_hash(one) == identity.text_hash(other)) is same


def test_an_utterance_belongs_to_its_speaker():
    """The same words from another mouth are another utterance, also where the speaker is not known."""
    speakers = ("Dmitry Peskov", "Sergei Lavrov", None)
    assert len({identity.utterance_id(speaker, "No.") for speaker in speakers}) == 3


def test_a_body_is_its_bytes():
    """One byte more makes another hash."""
    assert identity.body_hash(b"a") != identity.body_hash(b"ab")
