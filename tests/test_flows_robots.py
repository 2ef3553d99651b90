from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from flows.web.politeness import addressed, allows, crawl_delay, origin_of, robots_file
from flows.web.results import Fetched, FetchFailure, FetchReason, NotModified
from tests.warehouse_examples import NOW
from warehouse.hosts import RobotsState

SITE = "https://outlet.example"
DAY = timedelta(days=1)


def served(body: bytes):
    """Return what a site's robots.txt comes to."""
    answer = Fetched(key=SITE, url=SITE, body=body, content_type=None, etag=None, last_modified=None)
    return robots_file(SITE, answer, NOW, None)


def refused(status=None, before=None, **changes):
    """Return what a robots.txt that was not had comes to."""
    failure = FetchFailure(key=SITE, **{"reason": FetchReason.STATUS, **changes}, detail="why", status=status)
    return robots_file(SITE, failure, NOW, before)


@pytest.mark.parametrize(
    ("body", "path", "allowed"),
    [
        pytest.param(b"", "/x", True, id="an empty file allows all"),
        pytest.param(b"User-agent: *\nDisallow: /", "/x", False, id="all is disallowed"),
        pytest.param(b"User-agent: *\nDisallow:", "/x", True, id="nothing is disallowed"),
        pytest.param(b"User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b", True, id="the longer rule wins"),
        pytest.param(b"User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False, id="wildcards"),
        pytest.param(b"User-agent: *\nDisallow: /\nUser-agent: talkwatch\nAllow: /", "/x", True, id="our own group wins, whatever its case"),
        pytest.param(b"User-agent: *\nAllow: /\nUser-agent: Talkwatch\nDisallow: /x", "/x", False, id="our own group may be stricter"),
        pytest.param(b"\xef\xbb\xbfUser-agent: *\nDisallow: /x", "/x", False, id="a byte order mark"),
        pytest.param(b"#" * 512_000 + b"\nUser-agent: *\nDisallow: /", "/x", True, id="what stands beyond half a megabyte is not read"),
        pytest.param(b"<!doctype html><title>Not found</title>", "/x", True, id="an HTML page is no rules"),
        pytest.param(b"\xff\xfe\x00garbage\n\x00Disallow", "/x", True, id="garbage is no rules"),
    ],
)  # fmt: skip
def test_rules_are_read_as_crawlers_read_them(body, path, allowed):
    """A file's rules decide about each page, and count for a day."""
    file = served(body)
    assert (file.state, file.next_at) == (RobotsState.RULES, NOW + DAY)
    assert allows(file, SITE + path) == allowed


@pytest.mark.parametrize(
    ("failure", "state"),
    [
        pytest.param({"status": 400}, RobotsState.NONE, id="400 allows all"),
        pytest.param({"status": 404}, RobotsState.NONE, id="404 allows all"),
        pytest.param({"status": 403}, RobotsState.NONE, id="403 allows all"),
        pytest.param({"status": 410}, RobotsState.NONE, id="410 allows all"),
        pytest.param({"reason": FetchReason.REDIRECTS}, RobotsState.NONE, id="redirects that lead nowhere allow all"),
        pytest.param({"status": 429}, RobotsState.WAIT, id="too many requests: wait"),
        pytest.param({"status": 500}, RobotsState.WAIT, id="a failing server: wait"),
        pytest.param({"reason": FetchReason.TIMEOUT}, RobotsState.WAIT, id="no answer: wait"),
    ],
)
def test_what_no_file_means(failure, state):
    """A site without the file allows all for a day, one that fails lets us wait and says why."""
    file = refused(**failure)
    assert file.state is state
    assert allows(file, SITE + "/x") == (state is RobotsState.NONE)
    assert crawl_delay(file) == 0
    waits = state is RobotsState.WAIT
    assert (file.next_at - NOW, file.last_error) == ((timedelta(minutes=1), "why") if waits else (DAY, None))


def test_an_unchanged_file_that_we_do_not_hold_lets_us_wait():
    """A 304 is no rules: none is asked for, so whoever sends one is broken."""
    answer = NotModified(key=SITE)
    file = robots_file(SITE, answer, NOW, None)
    assert (file.state, file.last_error) == (RobotsState.WAIT, "not modified")


def test_a_file_that_is_not_had_is_asked_for_ever_later():
    """Waits grow linearly to six hours, and Retry-After is obeyed."""
    first = refused(503)
    second = refused(503, before=first)
    assert [file.next_at - NOW for file in (first, second)] == [timedelta(minutes=1), timedelta(minutes=2)]
    assert refused(503, before=replace(first, failures=999)).next_at - NOW == timedelta(hours=6)
    assert refused(503, wait=timedelta(hours=3)).next_at - NOW == timedelta(hours=3)


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        (b"User-agent: *\nCrawl-delay: 7.5", 7.5),
        (b"User-agent: *\nCrawl-delay: soon", 0),
        (b"User-agent: *\nCrawl-delay: -3", 0),
        (b"User-agent: *\nCrawl-delay: nan", 0),
        (b"User-agent: *\nCrawl-delay: inf", 0),
        (b"User-agent: *\nCrawl-delay: 9999999999", 86_400),
        (b"User-agent: other\nCrawl-delay: 9", 0),
        (b"", 0),
    ],
)
def test_the_crawl_delay_is_a_number_of_seconds(body, seconds):
    """What is no sensible number is none, and a day is the most."""
    assert crawl_delay(served(body)) == seconds


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://outlet.example/a/b?c", SITE),
        ("https://Outlet.Example:443/a", SITE),
        ("http://outlet.example:8080/", "http://outlet.example:8080"),
        ("http://user:secret@outlet.example/", "http://outlet.example"),
    ],
)
def test_one_file_speaks_for_scheme_host_and_port(url, origin):
    """The origin has the port where it is not the scheme's own, and nothing else of the address."""
    assert origin_of(url) == origin


@given(st.binary(max_size=400), st.text(max_size=60))
def test_no_file_makes_it_raise(body, path):
    """Whatever a site serves, and whatever page is asked about, there is an answer."""
    file = served(body)
    assert allows(file, f"{SITE}/{path}") in {True, False}
    assert 0 <= crawl_delay(file) <= 86_400


def test_a_file_costs_by_its_length_alone():
    """Of thousands of agents over thousands of rules, what is kept of each rule is twice at most, and it counts."""
    agents = "".join(f"User-agent:{name}\n" for name in range(20_000))
    body = f"{agents}User-agent: Talkwatch\n" + "Disallow:/x\n" * 20_000
    assert {line for line in addressed(body).splitlines() if line.startswith("User")} == {
        "User-agent: other",
        "User-agent: *",
    }
    file = served(body.encode())
    assert not allows(file, SITE + "/x")
    assert allows(file, SITE + "/y")


_AGENTS = ["*", "Talkwatch", "talk*", "talkwatch/1.0", "Googlebot", "watch", "**", "", "Talkwatch # us", "two words"]
_NAMINGS = [
    "User-agent: {}",
    "user agent {}",
    "Useragent:{}",
    " USER-AGENT : {}",
    "User  agent {}",
    "User-agent {}: x",
    "User-agents: {}",
]
_RULES = [
    "Disallow: /a",
    "Allow: /a/b",
    "Disallow: /",
    "Crawl-delay: 3",
    "Sitemap: https://x.example/",
    "",
    "# remark",
    "Odd: thing",
    "Disallow:",
    "Disallow /b",
]
_LINES = st.builds(str.format, st.sampled_from(_NAMINGS), st.sampled_from(_AGENTS)) | st.sampled_from(_RULES)


@given(st.lists(_LINES, max_size=9))
def test_only_who_is_meant_is_told_apart(lines):
    """What is read of a file is what its parser reads of all of it."""
    file, whole = served("\n".join(lines).encode()), Protego.parse("\n".join(lines))
    assert crawl_delay(file) == (whole.crawl_delay("Talkwatch") or 0)
    for path in ("/", "/a", "/a/b", "/b"):
        assert allows(file, SITE + path) == whole.can_fetch(SITE + path, "Talkwatch")
