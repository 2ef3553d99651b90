from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.copies.stories import StoryText, Tie, labels, merged, tie_between
from extractors.relation_records import CopyKind, Credits, Telling
from tests.story_examples import BODY, CITING, NAMESAKE, OWN, TASS

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def telling(name, publisher="a", *, credit=None, cites=None, body=None, hours=0):
    """Return a telling of one story."""
    return Telling(
        article_id=name,
        story_id="s",
        body_id=body or name,
        at=NOW + hours * HOUR,
        credits=Credits(publisher=publisher, credit=credit, cites=cites),
    )


def account(text, publisher="a", *, spoken=(), title="Talks", hours=0):
    """Return an account of a story."""
    keys = frozenset(map(ord, spoken))
    return StoryText(telling=telling(publisher, publisher, hours=hours), title=title, text=text, keys=keys, spoken=keys)


def labelled(*tellings):
    """Return kind, parent and source of each telling."""
    return {each.article_id: (each.copy_kind, each.parent_article_id, each.source) for each in labels(tellings)}


@pytest.mark.parametrize(
    ("one", "other", "tie"),
    [
        pytest.param(account("\n".join(BODY)), account("\n".join(BODY[:3]), "b"), Tie.BODY, id="one body"),
        pytest.param(account("\n".join(BODY)), account(NAMESAKE, "b"), None, id="one headline, two stories"),
        pytest.param(
            account("\n".join(BODY)), account("\n".join(BODY), "b", hours=24 * 8), None, id="one body, a week later"
        ),
        pytest.param(
            account(TASS, spoken=["u"]), account(OWN, "b", spoken=["u"]), Tie.EVENT, id="the same words on one occasion"
        ),
        pytest.param(account(TASS, spoken=["u"]), account(CITING, "b"), None, id="no words known to be the same"),
        pytest.param(
            account(TASS, spoken=["u"]), account(OWN, "b", spoken=["u"], hours=48), None, id="the same words days later"
        ),
        pytest.param(
            account(TASS, spoken=["u"]),
            account(NAMESAKE, "b", spoken=["u"], title="Water"),
            None,
            id="the same words in passing",
        ),
        pytest.param(account(TASS, spoken=["u"]), account(OWN, spoken=["u"]), None, id="two reports of one publisher"),
    ],
)
def test_two_articles_are_tied_by_body_or_occasion(one, other, tie):
    """A tie is the same both ways."""
    assert tie_between(one, other) is tie
    assert tie_between(other, one) is tie


@given(st.permutations([("a", "b"), ("c", "d"), ("b", "d"), ("e", "e")]))
def test_groups_go_on_under_the_oldest_name(pairs):
    """Whatever the order of the pairs, joined groups take the name of the oldest."""
    ages = {"a": NOW, "b": NOW - HOUR, "c": NOW, "d": NOW - 2 * HOUR, "e": NOW, "f": NOW}
    assert merged(ages, pairs) == {"a": "d", "b": "d", "c": "d"}


def test_ten_reprints_of_one_wire_story_are_one_source():
    """Reprints credit their agency, have its article for a parent, and count with it."""
    wire = telling("w", "reuters", body="w", hours=1)
    reprints = [telling(f"r{n}", f"outlet{n}", credit="reuters", body="w", hours=n) for n in range(10)]
    found = labelled(wire, *reprints)
    assert found.pop("w") == (CopyKind.ORIGINAL, None, "reuters")
    assert set(found.values()) == {(CopyKind.WIRE_COPY, "w", "reuters")}


def test_citing_an_agency_counts_with_it():
    """“Reuters, citing TASS” and its reprint are one source with TASS."""
    found = labelled(
        telling("t", "tass"),
        telling("r", "reuters", cites="tass", body="r", hours=1),
        telling("h", "herald", credit="reuters", cites="tass", body="r", hours=2),
    )
    assert found == {
        "t": (CopyKind.ORIGINAL, None, "tass"),
        "r": (CopyKind.CITING, "t", "tass"),
        "h": (CopyKind.WIRE_COPY, "r", "tass"),
    }


def test_a_shared_body_without_a_credit_is_a_copy_of_the_first():
    """Of two outlets with one text the earlier wrote it; its own reporting is a source of its own."""
    found = labelled(telling("a", "a", body="b"), telling("b", "b", body="b", hours=1), telling("c", "c"))
    assert found == {
        "a": (CopyKind.ORIGINAL, None, "a"),
        "b": (CopyKind.WIRE_COPY, "a", "a"),
        "c": (CopyKind.ORIGINAL, None, "c"),
    }


def test_a_credit_on_one_copy_tells_of_all():
    """A copy that hides its agency is known by one that names it."""
    found = labelled(telling("a", "a", body="b"), telling("b", "b", body="b", credit="ap", hours=1))
    assert {source for _, _, source in found.values()} == {"ap"}


def test_two_pages_of_one_owner_are_one_source():
    """The later page of an owner has the earlier for a parent."""
    found = labelled(telling("a", "murdoch"), telling("b", "murdoch", hours=1))
    assert found == {"a": (CopyKind.ORIGINAL, None, "murdoch"), "b": (CopyKind.SAME_OWNER, "a", "murdoch")}


def test_a_citation_added_by_one_desk_does_not_speak_for_all():
    """What one of many copies cites besides is not where the text comes from."""
    copies = [telling(f"c{n}", f"o{n}", credit="ap", body="b", hours=n) for n in range(4)]
    found = labelled(*copies, telling("x", "x", cites="tass", body="b", hours=9))
    assert {source for _, _, source in found.values()} == {"ap"}
