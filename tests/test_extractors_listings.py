from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from extractors.records import Entry, Feed
from extractors.syndication.listings import ListingFault, listing_faults, listing_problem

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def entry(name, *, hours=-1.0, link="https://a.example/{}", guid="{}") -> Entry:
    """Return an entry; None for a guid or link that there is not."""
    published = NOW + timedelta(hours=hours)
    named = [text and text.format(name) for text in (guid, link)]
    return Entry(entry_id=named[0], link=named[1], title=f"Title {name}", published=published, updated=None)


def feed(*entries, problem=None) -> Feed:
    """Return a feed of these entries."""
    return Feed(format="rss 2.0", title=None, entries=entries, problem=problem)


@pytest.mark.parametrize(
    ("entries", "faults"),
    [
        pytest.param([entry(n) for n in range(3)], [], id="nothing"),
        pytest.param([], [], id="no entries"),
        pytest.param([entry(n, link=None) for n in range(2)], [ListingFault.NO_LINKS], id="no links at all"),
        pytest.param([entry(0), *(entry(n, link=None) for n in range(1, 4))], [], id="some links"),
        pytest.param([entry(n, guid="same") for n in range(3)], [ListingFault.ONE_GUID], id="one guid for all"),
        pytest.param([entry(n, guid="same") for n in range(2)], [], id="two of a name may be one repeated"),
        pytest.param([entry(n, guid=None) for n in range(3)], [], id="no guids"),
        pytest.param(
            [entry(n, link="https://a.example/#{}") for n in range(3)], [ListingFault.ONE_LINK], id="one page"
        ),
        pytest.param(
            [entry(n, link="https://news.google.com/rss/articles/CBMiAU_yqLNx{}") for n in range(2)],
            [ListingFault.HIDDEN],
            id="links that hide where they lead",
        ),
        pytest.param([entry(n, hours=n - 1) for n in range(4)], [ListingFault.AHEAD], id="several to come"),
        pytest.param([entry(0, hours=3)], [ListingFault.AHEAD], id="the only one is to come"),
        pytest.param([entry(0, hours=3), entry(1), entry(2)], [], id="one of several is to come"),
        pytest.param([entry(n, hours=0.1) for n in range(3)], [], id="clocks that differ by minutes"),
    ],
)
def test_what_is_wrong_with_a_listing(entries, faults):
    """What keeps a feed from being read as it should be is found in its entries."""
    assert list(listing_faults(feed(*entries), NOW)) == faults


def test_all_that_is_wrong_stands_in_a_line():
    """People read each fault, that of the bytes first, with how far ahead the dates are."""
    entries = [entry(n, hours=n + 0.5, guid="same") for n in range(3)]
    assert listing_problem(feed(*entries, problem="cut off before its end"), NOW) == (
        "cut off before its end; all 3 entries have one guid; they are told apart by link and title; "
        "3 of 3 dates are in the future, by up to 2 h 30 min"
    )
    assert listing_problem(feed(entry(1)), NOW) is None
