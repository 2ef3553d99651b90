from __future__ import annotations

from base64 import urlsafe_b64encode
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.text.urls import (
    canonical_url,
    hides_target,
    is_http_url,
    page_key,
    plausible_canonical,
    resolved_link,
    same_site,
    unwrapped,
)


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        pytest.param(
            "HTTPS://News.Example/A", "https://news.example/A", id="scheme and host are lower case, the path is not"
        ),
        pytest.param("http://a.example:80/x", "http://a.example/x", id="the default port of http goes"),
        pytest.param("https://a.example:443/x", "https://a.example/x", id="the default port of https goes"),
        pytest.param("http://a.example:8080/x", "http://a.example:8080/x", id="any other port stays"),
        pytest.param("http://a.example", "http://a.example/", id="no path is the root"),
        pytest.param("http://a.example/x/", "http://a.example/x/", id="a trailing slash stays"),
        pytest.param("http://a.example/x", "http://a.example/x", id="no trailing slash is added"),
        pytest.param("http://a.example/x#live-1", "http://a.example/x", id="the fragment goes"),
        pytest.param("http://a.example/x?b=2&a=1", "http://a.example/x?a=1&b=2", id="the query is sorted"),
        pytest.param(
            "http://a.example/x?id=7&page=", "http://a.example/x?id=7&page=", id="parameters that choose a page stay"
        ),
        pytest.param(
            "http://a.example/x?q=a+b&r=c%2bd", "http://a.example/x?q=a+b&r=c%2Bd", id="values are not re-encoded"
        ),
        pytest.param(
            "http://a.example/x?utm_source=rss&id=7&UTM_Medium=m&fbclid=1&gclid=2&at_medium=RSS&ns_mchannel=social",
            "http://a.example/x?id=7",
            id="tracking families and click ids go",
        ),
        pytest.param(
            "http://a.example/x?cmpid=1&ocid=2&smid=3&ref=4", "http://a.example/x", id="outlets' own trackers go"
        ),
        pytest.param(
            "http://a.example/x?reference=4&at=1",
            "http://a.example/x?at=1&reference=4",
            id="look-alikes of trackers stay",
        ),
        pytest.param("http://a.example/x?", "http://a.example/x", id="an empty query goes"),
        pytest.param(
            "http://a.example/%7ejoe/%c3%a9", "http://a.example/~joe/%C3%A9", id="escapes are written one way"
        ),
        pytest.param("http://a.example/é", "http://a.example/%C3%A9", id="letters outside ASCII are escaped"),
        pytest.param(
            "http://bücher.example/", "http://xn--bcher-kva.example/", id="an international host has one spelling"
        ),
        pytest.param("http://a.example./x", "http://a.example/x", id="the root's dot goes"),
        pytest.param("http://[2001:DB8::1]:80/x", "http://[2001:db8::1]/x", id="an IPv6 host keeps its brackets"),
        pytest.param(" http://a.example/x\n", "http://a.example/x", id="white space around goes"),
        pytest.param("file:///tmp/A.txt", "file:///tmp/A.txt", id="other schemes come back as they are"),
        pytest.param("urn:uuid:1", "urn:uuid:1", id="what is no address comes back as it is"),
        pytest.param("http://[::1", "http://[::1", id="a malformed address comes back as it is"),
    ],
)
def test_a_page_has_one_spelling(url, canonical):
    """Every spelling of an address becomes the one under which its page is known."""
    assert canonical_url(url) == canonical


@given(st.one_of(st.text(), st.text().map("http://a.example/".__add__), st.text().map("https://".__add__)))
def test_a_canonical_url_is_its_own(url):
    """Canonicalising never fails, and doing it twice changes nothing."""
    assert canonical_url(canonical_url(url)) == canonical_url(url)


@pytest.mark.parametrize(
    ("text", "usable"),
    [
        pytest.param("http://a.example/x", True, id="http"),
        pytest.param("HTTPS://A.example", True, id="https in capitals without a path"),
        pytest.param("http://127.0.0.1:8001/rss.xml", True, id="an IPv4 host with a port"),
        pytest.param("http://[::1]:8001/", True, id="an IPv6 host"),
        pytest.param("http://localhost/", True, id="a host of one label"),
        pytest.param("ftp://a.example/x", False, id="another scheme"),
        pytest.param("file:///etc/passwd", False, id="a file"),
        pytest.param("//a.example/x", False, id="no scheme"),
        pytest.param("a.example/x", False, id="a bare host"),
        pytest.param("http:///x", False, id="no host"),
        pytest.param("http://user:pw@a.example/", False, id="user info"),
        pytest.param("http://@a.example/", False, id="empty user info"),
        pytest.param("http://a.example\\@b.example/", False, id="a backslash, which clients read in two ways"),
        pytest.param("http://a.example/x y", False, id="white space"),
        pytest.param(" http://a.example/", False, id="white space before"),
        pytest.param("http://a.example/\x00", False, id="a control character"),
        pytest.param("http://a.example:0/", False, id="port 0"),
        pytest.param("http://a.example:99999/", False, id="a port out of range"),
        pytest.param("http://a..example/", False, id="an empty label"),
        pytest.param("http://[fe80::1%25eth0]/", False, id="a zone id"),
        pytest.param("http://a.example/" + "x" * 5_000, False, id="longer than any server takes"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_only_plain_http_addresses_are_usable(text, usable):
    """An address is used only when every client would read it in the same way."""
    assert is_http_url(text) is usable


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("https://www.bbc.co.uk/a", "https://m.bbc.co.uk/b", True, id="twins under one registered domain"),
        pytest.param("http://127.0.0.1:1/a", "http://127.0.0.1:2/b", True, id="one host on two ports"),
        pytest.param("https://bbc.co.uk/a", "https://itv.co.uk/a", False, id="two domains under one suffix"),
        pytest.param("https://a.example/a", "a.example", False, id="not an address"),
    ],
)
def test_one_site_is_one_registered_domain(one, other, same):
    """Two addresses are of one site when whoever registered the domain is the same."""
    assert same_site(one, other) is same


@pytest.mark.parametrize(
    ("base", "link", "expected"),
    [
        pytest.param("https://a.example/x/", "../1", "https://a.example/1", id="relative to its base"),
        pytest.param("https://a.example/", "//b.example/1", "https://b.example/1", id="without a scheme"),
        pytest.param("", "/1", "/1", id="relative to nothing stays"),
        pytest.param("https://a.example/", "mailto:x@a.example", None, id="another scheme leads nowhere"),
        pytest.param("", "javascript:x", None, id="without a base too"),
        pytest.param("https://a.example/", "?a=1&amp;b=2", "https://a.example/?a=1&b=2", id="escaped once too often"),
        pytest.param("https://a.example/", "http://[::1", None, id="malformed"),
        pytest.param("", "", None, id="empty"),
    ],
)
def test_a_link_is_resolved_as_browsers_do(base, link, expected):
    """A link becomes an absolute http(s) address, or none."""
    assert resolved_link(base, link) == expected


@pytest.mark.parametrize(
    "twin",
    [
        pytest.param("http://a.example/world/talks-end-3", id="http"),
        pytest.param("https://www.a.example/world/talks-end-3", id="www"),
        pytest.param("https://m.a.example/world/talks-end-3", id="mobile"),
        pytest.param("https://amp.a.example/world/talks-end-3", id="AMP host"),
        pytest.param("https://www.a.example/amp/world/talks-end-3", id="AMP folder"),
        pytest.param("https://a.example/world/talks-end-3/amp/", id="AMP at the end"),
        pytest.param("https://a.example/world/talks-end-3?amp=1&utm_source=x", id="AMP in the query"),
        pytest.param("https://a.example/world/talks-end-3?outputType=amp", id="AMP as an output"),
        pytest.param("https://a.example/world/talks-end-3/", id="a slash at the end"),
        pytest.param("https://a.example/world/talks-end-3/index.html", id="a default page"),
        pytest.param("https://a-example.cdn.ampproject.org/c/s/a.example/world/talks-end-3", id="an AMP cache"),
        pytest.param("https://www.google.com/amp/s/a.example/world/talks-end-3", id="the search engine's AMP view"),
    ],
)
def test_twins_are_one_page(twin):
    """Whatever way a page was reached, its name is one."""
    assert page_key(twin) == page_key("https://a.example/world/talks-end-3")


@pytest.mark.parametrize(
    "other",
    [
        pytest.param("https://a.example/world/talks-end-4", id="another path"),
        pytest.param("https://a.example/world/talks-end-3?id=7", id="a query that names a page"),
        pytest.param("https://a.example/world/talks-end-3?page=2", id="its second page"),
        pytest.param("https://a.example:8443/world/talks-end-3", id="another port"),
        pytest.param("https://news.a.example/world/talks-end-3", id="another section's host"),
        pytest.param("https://a.example/world/ampere/talks-end-3", id="a word that begins with amp"),
    ],
)
def test_other_pages_have_other_names(other):
    """Two addresses of one article cost less than two articles under one address."""
    assert page_key(other) != page_key("https://a.example/world/talks-end-3")


@pytest.mark.parametrize(
    ("url", "key"),
    [
        pytest.param("https://m.example/x", "https://m.example/x", id="a domain of one letter is no mobile host"),
        pytest.param("http://127.0.0.1:80/x", "https://127.0.0.1/x", id="a number"),
        pytest.param("https://a.example/index.php?id=7", "https://a.example/?id=7", id="a default page with a query"),
        pytest.param("file:///tmp/a.txt", "file:///tmp/a.txt", id="a file"),
    ],
)
def test_a_page_key_spares_what_only_looks_like_a_twin(url, key):
    """What resembles a twin's marks and is none stays."""
    assert page_key(url) == key


@given(
    st.lists(st.sampled_from(["amp", "www.", "m.", "/", "index.html", "?amp", "a", ".amp", ".html", "c/s/"])).map(
        "".join
    )
)
def test_a_page_key_is_its_own(tail):
    """Naming a name changes nothing."""
    for url in (f"https://{tail}a.example/x", f"https://a.example/{tail}", f"https://x.cdn.ampproject.org/c/s/{tail}"):
        assert page_key(page_key(url)) == page_key(url)


@pytest.mark.parametrize(
    ("stated", "plausible"),
    [
        pytest.param("https://a.example/world/2026/talks-end-3", True, id="itself"),
        pytest.param("http://m.a.example/world/2026/talks-end-3/amp", True, id="its twin"),
        pytest.param("https://www.a.example/politics/talks-end-3", True, id="its place in another section"),
        pytest.param("https://a.example/?p=3", True, id="its number on the home page's path"),
        pytest.param("https://a.example/", False, id="the home page"),
        pytest.param("https://a.example/index.html", False, id="the home page by name"),
        pytest.param("https://a.example/world", False, id="its section"),
        pytest.param("https://b.example/world/2026/talks-end-3", False, id="another site"),
        pytest.param("/world", False, id="no address"),
    ],
)
def test_a_canonical_address_is_believed_when_it_is_plausible(stated, plausible):
    """A page may name its own address on its own site, never its home, its section or another outlet's copy."""
    assert plausible_canonical("https://a.example/world/2026/talks-end-3", stated) is plausible


def test_a_part_of_an_article_may_name_the_whole():
    """An address above the one asked is believed when it is an article's own."""
    assert plausible_canonical(
        "https://a.example/world/talks-end-in-doha/page/2", "https://a.example/world/talks-end-in-doha"
    )


def named_by_google(message: bytes) -> str:
    """Return a link of Google News with this message in it."""
    return f"https://news.google.com/rss/articles/{urlsafe_b64encode(message).decode().rstrip('=')}?oc=5"


PAGE = "https://a.example/talks?id=1&x=2"
HELD = quote(PAGE, safe="")


@pytest.mark.parametrize(
    ("link", "target"),
    [
        pytest.param(f"https://www.google.com/url?rct=j&sa=t&url={HELD}&ct=ga", PAGE, id="an alert of Google"),
        pytest.param(f"https://www.google.co.uk/url?q={HELD}&usg=A", PAGE, id="a search of Google"),
        pytest.param(f"http://www.bing.com/news/apiclick.aspx?ref=FexRss&url={HELD}&c=1", PAGE, id="Bing's news"),
        pytest.param(f"https://r.search.yahoo.com/_ylt=A/RV=2/RE=1/RO=10/RU={HELD}/RK=2/RS=x-", PAGE, id="Yahoo's"),
        pytest.param(f"https://duckduckgo.com/l/?uddg={HELD}&rut=1", PAGE, id="DuckDuckGo's"),
        pytest.param(f"https://l.facebook.com/l.php?u={HELD}&h=A", PAGE, id="a network's"),
        pytest.param(f"https://vk.com/away.php?to={HELD}", PAGE, id="another network's"),
        pytest.param(
            named_by_google(b"\x08\x13\x22\x20" + PAGE.encode() + b"\xd2\x01\x00"), PAGE, id="Google's news, as it was"
        ),
        pytest.param(
            f"https://a.example/out?url={quote('https://a.example/b')}",
            f"https://a.example/out?url={quote('https://a.example/b')}",
            id="the site's own",
        ),
        pytest.param(
            f"https://a.example/share/story?url={HELD}",
            f"https://a.example/share/story?url={HELD}",
            id="a page about another",
        ),
        pytest.param(
            "https://b.example/url?url=javascript:alert(1)",
            "https://b.example/url?url=javascript:alert(1)",
            id="no address",
        ),
        pytest.param("not an address", "not an address", id="nothing to ask"),
    ],
)
def test_a_link_that_holds_another_leads_there(link, target):
    """What stands in an aggregator's link is the page; nobody has to be asked for it."""
    assert unwrapped(link) == target
    assert not hides_target(link)


def test_a_link_that_hides_its_target_is_known():
    """The newer names of Google News hold no address."""
    link = named_by_google(b"\x08\x13\x22\x30AU_yqLNx0123456789abcdefghijklmnopqrstuvwxyz")
    assert (unwrapped(link), hides_target(link)) == (link, True)
