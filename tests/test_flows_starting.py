"""What `talkwatch init --sources` writes: feeds to start from as data, and rules that can be taken as they stand."""

from __future__ import annotations

import re
import tomllib

import pytest
from courlan import extract_domain

from extractors.officials.watchlist import load_watchlist
from flows.cli.deployment import init
from flows.config.editing import RULES
from flows.config.settings import load_settings
from flows.setup import prepared
from tests.conftest import ROOT

DATA = tomllib.loads((ROOT / "flows" / "config" / "sources.toml").read_text(encoding="utf-8"))
FEEDS = [feed for group in DATA["group"] for feed in group["feeds"]]
SOURCES = tomllib.loads((ROOT / "extractors" / "sources.toml").read_text(encoding="utf-8"))["sources"]
SUBSCRIBER = """
[[subscribers]]
name = "desk"
channel = "webhook"
url = "https://desk.example/hook"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """The file that `init --sources` writes."""
    folder = tmp_path_factory.mktemp("new")
    init(folder, sources=True)
    return folder / "talkwatch.toml"


def test_the_feeds_are_watched_as_it_stands(path):
    """Each feed of the list is in the configuration, with its outlet, country and language, and nothing else is."""
    settings = load_settings(path)
    written = {feed.url: (feed.outlet, feed.country, settings.language_of(feed.feed_id)) for feed in settings.feeds}
    assert written == {feed["url"]: (feed["outlet"], feed["country"], feed["language"]) for feed in FEEDS}
    assert (settings.rules, settings.subscribers) == ((), ())


def test_the_rules_hold_with_their_marks_taken_off(path):
    """Each of the three names topics and officials that there are, once somebody is there to be told."""
    text = path.read_text(encoding="utf-8")
    assert RULES in text
    path.write_text(re.sub(r"(?m)^# (?=\[\[rules\]\]|(name|keywords|officials|scope|severity|min_independent|subscribers) = .*$)", "", text.split("# Who is told")[0]) + SUBSCRIBER, encoding="utf-8")  # fmt: skip
    assert [rule.rule.name for rule in prepared(load_settings(path, sending=True)).rules] == ["ceasefire", "security-guarantees", "talks"]  # fmt: skip


def test_the_file_says_whose_each_feed_is(path):
    """Who owns it, whether a state does, and where its address was found stand beside each feed, with the date."""
    text = path.read_text(encoding="utf-8")
    assert f"Found in public lists on {DATA['as_of']}" in text
    assert '[[feeds]]  # state-owned, Government of Russia; found in: survey, probe\nurl = "https://tass.com/rss/v2.xml"' in text  # fmt: skip
    assert '[[feeds]]  # Scott Trust; found in: worldmonitor\nurl = "https://www.theguardian.com/world/rss"' in text


def test_every_address_was_found_somewhere():
    """No feed stands there without a list it was taken from, no list without a feed, and no address twice."""
    assert {name for feed in FEEDS for name in feed["found"]} == set(DATA["lists"])
    assert all(feed["found"] for feed in FEEDS)
    assert len({feed["url"] for feed in FEEDS}) == len(FEEDS) >= 60


def test_both_sides_and_who_mediates_are_among_them():
    """The countries with most officials on the watchlist have a feed, and the parties to the talks in their language."""
    counts = {}
    for official in load_watchlist().officials:
        counts[official.country] = counts.get(official.country, 0) + 1
    most = {country for country, officials in counts.items() if country and officials > 5 and len(country) == 2}
    assert most - {"PS"} <= {feed["country"] for feed in FEEDS}  # Palestine's agency has no feed that answers
    assert {("RU", "ru"), ("RU", "en"), ("UA", "uk"), ("UA", "en")} <= {(feed["country"], feed["language"]) for feed in FEEDS}  # fmt: skip


def test_owners_agree_with_what_articles_are_told_apart_by():
    """Outlets that count as one source because of one owner have one owner here too, and no other outlet has him."""
    owner_of = {domain: each.get("owner") for each in SOURCES for domain in each["domains"]}
    groups = {}
    for feed in FEEDS:
        if owner := owner_of.get(extract_domain(feed["url"])):
            groups.setdefault(owner, set()).add(feed["owner"])
    assert groups
    assert all(len(owners) == 1 for owners in groups.values())
