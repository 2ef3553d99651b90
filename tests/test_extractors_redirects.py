from __future__ import annotations

import time

import pytest

from extractors.html.redirects import leads_to

HERE = "https://a.example/url?x=1"
STORY = "https://b.example/story"
WORDS = "The delegations are to meet again next week, though no date was given for the round. " * 10


def page(head: str = "", body: str = "") -> bytes:
    """Return a page."""
    return f"<!doctype html><html><head>{head}</head><body>{body}</body></html>".encode()


@pytest.mark.parametrize(
    ("html", "target"),
    [
        pytest.param(page(f"<meta http-equiv='refresh' content='0;url={STORY}'>"), STORY, id="a refresh"),
        pytest.param(page(f'<META HTTP-EQUIV=Refresh CONTENT="0; URL={STORY}">'), STORY, id="in capitals"),
        pytest.param(page(f"<meta content=\"0;URL='{STORY}'\" http-equiv=refresh>"), STORY, id="quoted, content first"),
        pytest.param(page("<meta http-equiv=refresh content='5; url=/story?a=1&amp;b=2'>"), "https://a.example/story?a=1&b=2", id="relative, after five seconds"),
        pytest.param(page(f"<meta http-equiv=refresh content='0;{STORY}'>"), STORY, id="without url="),
        pytest.param(page(f"<noscript><meta http-equiv=refresh content='0;url={STORY}'></noscript>"), STORY, id="in noscript, on a page without text"),
        pytest.param(page(f"<meta http-equiv=refresh content='0;url={STORY}'>", WORDS), STORY, id="whatever else it shows"),
        pytest.param(page(f"<script>location.replace('{STORY}')</script>"), STORY, id="a script that replaces"),
        pytest.param(page(f'<script>window.location.href = "{STORY}";</script>'), STORY, id="a script that sets"),
        pytest.param(page(f'<script>if (x) {{top.location="{STORY}"}}</script>'), STORY, id="a script that sets the frame"),
        pytest.param(page(r'<script>window.opener = null; location.replace("https:\/\/b.example\/story")</script>'), STORY, id="slashes escaped"),
        pytest.param(page(r"<script>document.location = 'https://b.example/story?a\x3d1\u00262'</script>"), STORY + "?a=1&2", id="signs escaped"),
        pytest.param(page(f'<script>(function(){{navigateTo(window.parent,window,"{STORY}");}})();</script>'), STORY, id="a function of the aggregator's"),
        pytest.param(page("", f'<c-wiz data-n-au="{STORY}"></c-wiz>'), STORY, id="an address kept for a script"),
        pytest.param(b"<html><script>setTimeout(function(){location.assign('/next')}, 100)</script>Wait", "https://a.example/next", id="after a moment"),
        pytest.param(page("<meta http-equiv=refresh content='300'>", WORDS), None, id="a page that reloads"),
        pytest.param(page(f"<meta http-equiv=refresh content='300;url={STORY}'>", WORDS), None, id="a page that leads on in the end"),
        pytest.param(page(f"<meta http-equiv=refresh content='0;url={HERE}'>"), None, id="to itself"),
        pytest.param(page("<meta http-equiv=refresh content='0;url=javascript:x()'>"), None, id="to a script"),
        pytest.param(page("<meta http-equiv=refresh content='0;url=file:///etc/passwd'>"), None, id="to a file"),
        pytest.param(page(f"<!-- <meta http-equiv=refresh content='0;url={STORY}'> -->"), None, id="commented out"),
        pytest.param(page(f"<noscript><meta http-equiv=refresh content='0;url={STORY}'></noscript>", WORDS), None, id="for readers without scripts"),
        pytest.param(page(f"<script>location.href='{STORY}'</script>", WORDS), None, id="a script on a page with text"),
        pytest.param(page(f"<script>location.href='{STORY}'; location.href='/other'</script>"), None, id="a script with a choice"),
        pytest.param(page(f"<script>location.href='{STORY}' + x</script>"), None, id="an address in parts"),
        pytest.param(page(f"<script>if (location.href == '{STORY}') x()</script>"), None, id="a comparison"),
        pytest.param(page("", f"<a href='{STORY}'>here</a>"), None, id="a link"),
        pytest.param(f"<?xml version='1.0'?><rss><item><description>&lt;x> <meta http-equiv=refresh content='0;url={STORY}'></description></item></rss>".encode(), None, id="a feed"),
        pytest.param(b'{"x": "<html>location.href=\'/y\'"}', None, id="no markup"),
        pytest.param(b"", None, id="nothing"),
    ],
)  # fmt: skip
def test_a_page_that_only_leads_on_says_where(html, target):
    """A page that readers never see leads to what they do; a page to be read leads nowhere."""
    assert leads_to(html, HERE) == target


def test_a_page_that_gave_a_cookie_may_lead_to_itself():
    """Asked again with what it gave, it may answer otherwise."""
    assert leads_to(page(f"<meta http-equiv=refresh content='0;url={HERE}'>"), HERE, again=True) == HERE


@pytest.mark.parametrize(
    "piece",
    ["<meta ", "<meta http-equiv=refresh content=", '<script>location="', "<noscript>", "<!--refresh", "location.", "navigateTo(,"],
)  # fmt: skip
def test_hostile_pages_cost_their_length(piece):
    """Whatever repeats, the address is looked for in a moment."""
    began = time.process_time()
    leads_to(("<html>" + piece * 200_000).encode(), HERE)
    assert time.process_time() - began < 1
