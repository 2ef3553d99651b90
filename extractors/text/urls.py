"""Addresses: which are usable, and one spelling for each page. Nothing here is resolved or fetched."""

from __future__ import annotations

import contextlib
import re
from base64 import urlsafe_b64decode
from functools import lru_cache
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urljoin, urlsplit, urlunsplit

# Query parameters that say how a reader came, never which page it is. Doubtful ones (id, page, source, share) stay:
# two addresses of one article cost less than two articles under one address.
_TRACKING = re.compile(
    r"""(?xi)
    (?: utm | at | ns | mtm | pk | piwik | hsa | mc | oly | vero | itm | stm | wt | gad | __twitter | _hs ) [_.] .*
    | fbclid | [dg]clid | [gw]braid | gclsrc | twclid | ttclid | ya?clid | ysclid | msclkid | irclickid | igsh(?:id)?
    | mibextid | mkt_tok | s_kwcid | epik | _g[al] | xtor | spm | xmt | ftag | ito | taid | maca | ncid | icid | intcmp
    | cmp(?:_?id)? | s_cid | cid_source | ocid | smid | smtyp | ref | ref_(?:src|url) | referr?er | refsrc | sref
    | source_ref | share_source | sr_share | socialshare | traffic_source | guccounter | guce_referrer(?:_sig)?
    | feedtype | feedname
    """
)
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST = 4_096  # no server takes more
_NEAR = 64  # one address is asked about many times in a row: an entry's link is its guid, its name and its state
_UNSAFE = re.compile(r"[\s\\\x00-\x1f\x7f-\x9f]")
_HOST = re.compile(r"(?:[\w-]+\.)*[\w-]+\.?|[0-9a-f:.]*:[0-9a-f:.]*", re.IGNORECASE)
# What RFC 3986 lets stand unescaped in a path or query; a `%` is handled beforehand.
_KEPT = "/:@!$&'()*+,;=-._~?[]|"
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")

# What tells a page's twin for telephones and AMP from the page itself; nothing of it names another article.
_TWIN_HOST = re.compile(r"(?:www\d?|m|mobile|amp|touch)\.(?=[^.]+\.[^.])")
_TWIN_QUERY = re.compile(r"(?:amp|is_?amp|m|mobile)(?:=(?:1|true|yes)?)?|output(?:type)?=amp|view=amp", re.IGNORECASE)
_TWIN_PATH = re.compile(r"/amp(?=/|$)|(?<=[^/])\.amp(?=\.html?$|$)", re.IGNORECASE)
_DEFAULT_PAGE = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
# Caches of AMP pages carry the page's address in their own path.
_CACHED = re.compile(
    r"https://(?:[\w-]+\.cdn\.ampproject\.org/(?:[a-z]/)?|(?:www\.)?google\.[a-z.]{2,6}/amp/)(s/)?([\w.-]+\.[\w-]+(?:/.*)?)"
)
# An article's own last part of the path: a number, or words joined; a section's is a word.
_ARTICLE_NAME = re.compile(r"\d|[^-_][-_][^-_]+[-_]|\.\w{3,5}$")


_CHANNEL = re.compile(
    r"(?:https?://)?(?:www\.)?(?:t|telegram)\.me/(?!s/|joinchat|share|proxy|\+)(?P<name>\w{3,64})(?:/\d*)?/?(?:\?.*)?",
    re.IGNORECASE,
)

# Addresses of searches, aggregators and networks that lead on to another, which stands in them.
_WRAPPER = re.compile(
    r"/(?:url|apiclick\.aspx|l(?:\.php)?|away(?:\.php)?|redir(?:ect)?(?:\.php)?|out|click|goto?)/?$", re.IGNORECASE
)
_WRAPPED = ("url", "u", "q", "to", "uddg", "target", "dest", "destination", "link")
_IN_PATH = re.compile(r"/RU=([^/]+)/R[KS]=")
# Those of Google News: the older ones hold an address, the newer ones a name that only its own script can look up.
_GOOGLE_NEWS = re.compile(r"https?://news\.google\.com/(?:__i/)?(?:rss/)?(?:articles|read)/([\w=-]+)", re.IGNORECASE)
_ADDRESS = re.compile(rb"https?://[\x21-\x7e]+")


@lru_cache(maxsize=_NEAR)
def is_http_url(text: str) -> bool:
    """Tell whether `text` is an absolute http(s) address that can be asked: a plain host, no user, no white space."""
    parts = None if len(text) > _LONGEST or _UNSAFE.search(text) else _split(text)
    if parts is None or parts.scheme.lower() not in _DEFAULT_PORTS or "@" in parts.netloc:
        return False
    return bool(_HOST.fullmatch(parts.hostname or ""))


def canonical_url(url: str) -> str:
    """Return the one spelling under which a page is known.

    Scheme and host lower case, default port, fragment and tracking parameters out, the query sorted, escapes alike.
    The path, its trailing slash included, stays: servers may tell them apart. What is no http(s) address comes back
    as it is, without white space around it.
    """
    url = url.strip()
    if not is_http_url(url):
        return url
    parts = urlsplit(url)
    path = _escape(parts.path) or "/"
    return urlunsplit((parts.scheme.lower(), _netloc(parts), path, _query(parts.query), ""))


def fragment_of(url: str) -> str:
    """Return what comes after `#` in an http(s) address."""
    return url.strip().partition("#")[2] if is_http_url(url.strip()) else ""


def without_fragment(url: str) -> str:
    """Return what is asked for at an address: all before `#`."""
    return url.partition("#")[0]


@lru_cache(maxsize=_NEAR)
def page_key(url: str) -> str:
    """Return one name for a page and its twins: http or https, www, mobile and AMP, default page, slash at the end.

    It is a name, not an address to ask: a server need not know it.
    """
    key, last = canonical_url(url), ""
    while key != last and is_http_url(key):
        key, last = _desktop(key), key
    return key


def plausible_canonical(asked: str, stated: str) -> bool:
    """Tell whether the address a page gives itself can be that of the page which `asked` led to.

    It is not when it lies on another site (one address would take in two outlets' articles), nor when it is the site's
    home or a section's listing, which careless templates name on every article.
    """
    if not (is_http_url(asked) and is_http_url(stated)):
        return False
    one, other = urlsplit(page_key(asked)), urlsplit(page_key(stated))
    if (one.netloc, one.path) == (other.netloc, other.path):
        return True
    if not same_site(urlunsplit(one), urlunsplit(other)) or (other.path in {"", "/"} and not other.query):
        return False
    above = one.path.startswith(f"{other.path}/") and not other.query
    return not above or bool(_ARTICLE_NAME.search(other.path.rpartition("/")[2]))


def resolved_link(base: str, link: str) -> str | None:
    """Resolve a link as browsers do, None when it leads nowhere over http(s).

    A relative one with no base to stand on stays as it is written.
    """
    link = re.sub(r"[\t\r\n]+", "", link.strip()).replace("&amp;", "&").replace(" ", "%20")
    try:
        link = urljoin(base, link)
    except ValueError:
        return None
    relative = not base and not _SCHEME.match(link)
    return link if link and (relative or is_http_url(link)) else None


def unwrapped(url: str) -> str:
    """Return the address of another site that a link holds, which leads there by way of its own; else the link."""
    if not is_http_url(url):
        return url
    if (news := _GOOGLE_NEWS.match(url)) is not None:
        return _address_in(news[1]) or url
    parts = urlsplit(url)
    given = dict(parse_qsl(parts.query)) if _WRAPPER.search(parts.path) else {}
    inside = _IN_PATH.search(parts.path)
    held = [unquote(inside[1])] if inside else [given[name] for name in _WRAPPED if name in given]
    return next((each for each in held if is_http_url(each) and not same_site(each, url)), url)


def hides_target(url: str) -> bool:
    """Tell a link of an aggregator that says nowhere, in a way that others can follow, where it leads."""
    news = _GOOGLE_NEWS.match(url)
    return news is not None and _address_in(news[1]) is None


def _address_in(code: str) -> str | None:
    """Return the address in a name of Google News, which is a message of theirs in base64."""
    try:
        message = urlsafe_b64decode(code.rstrip("=") + "=" * (-len(code.rstrip("=")) % 4))
    except ValueError:
        return None
    found = _ADDRESS.search(message)
    address = found[0].decode("ascii") if found else ""
    return address if is_http_url(address) else None


def same_site(one: str, other: str) -> bool:
    """Tell whether two http(s) addresses belong to one registered domain, as www, m and amp twins do."""
    hosts = [urlsplit(url).hostname for url in (one, other) if is_http_url(url)]
    if len(hosts) < len((one, other)):
        return False
    domains = [registered_domain(url) for url in (one, other)]
    return hosts[0] == hosts[1] or (domains[0] is not None and domains[0] == domains[1])


def registered_domain(url: str) -> str | None:
    """Return the registered domain of an address; None where there is none. It takes a while."""
    from courlan import extract_domain  # noqa: PLC0415 - takes 0.1 s, and most passes meet no new address

    domain: str | None = extract_domain(url)
    return domain


def posts_address(url: str) -> str:
    """Return the address at which a channel shows its posts: t.me/s/NAME for t.me/NAME and a post's own."""
    found = _CHANNEL.fullmatch(url.strip())
    return f"https://t.me/s/{found['name']}" if found else url


def _desktop(url: str) -> str:
    """Take one layer of twin off a canonical address."""
    cached = _CACHED.fullmatch(url)
    if cached:
        return canonical_url(f"https://{cached[2]}")
    parts = urlsplit(url)
    path = _DEFAULT_PAGE.sub("/", _TWIN_PATH.sub("", parts.path)).rstrip("/") or "/"
    query = "&".join(pair for pair in parts.query.split("&") if not _TWIN_QUERY.fullmatch(pair))
    return canonical_url(urlunsplit(("https", _TWIN_HOST.sub("", parts.netloc, count=1), path, query, "")))


def _split(url: str) -> SplitResult | None:
    """Split an address whose host and port are well formed."""
    try:
        parts = urlsplit(url)
        # Reading the port is what checks it.
        usable = parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if usable else None


def _netloc(parts: SplitResult) -> str:
    host = (parts.hostname or "").removesuffix(".")
    # Both spellings of an international name are one host; what has no ASCII form stays.
    with contextlib.suppress(UnicodeError):
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    host = f"[{host}]" if ":" in host else host
    return host if parts.port in {None, _DEFAULT_PORTS[parts.scheme.lower()]} else f"{host}:{parts.port}"


def _query(query: str) -> str:
    pairs = [pair for pair in query.split("&") if pair and not _is_tracking(pair.partition("=")[0])]
    return "&".join(sorted(_escape(pair) for pair in pairs))


def _is_tracking(name: str) -> bool:
    return bool(_TRACKING.fullmatch(unquote(name)))


def _escape(part: str) -> str:
    """Write escapes in one way: upper case, and only where RFC 3986 asks for them."""
    return _ESCAPE.sub(_plain, quote(part, safe=_KEPT + "%"))


def _plain(escape: re.Match[str]) -> str:
    character = chr(int(escape[0][1:], 16))
    return character if _UNRESERVED.fullmatch(character) else escape[0].upper()
