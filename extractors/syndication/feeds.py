"""Feeds of every format, JSON Feed too, as records. feedparser is given bytes alone: it must never see an address."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import feedparser

from extractors.records import Entry, Feed, Unreadable, UnreadableReason
from extractors.syndication.sitemaps import parse_sitemap, sitemap_kind
from extractors.text.dates import parse_date
from extractors.text.encodings import decoded, unpacked
from extractors.text.plaintext import plain
from extractors.text.urls import is_http_url, resolved_link, same_site

MAX_BYTES = 20_000_000
MAX_ENTRIES = 2_000

_ROOT = re.compile(r"<((?:[\w.-]+:)?(?:rss|feed|rdf|channel))\b", re.IGNORECASE)
_ANY_ROOT = re.compile(r"<([a-z][\w.:-]{0,40})", re.IGNORECASE)
_HTML = re.compile(r"\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_HTML_TITLE = re.compile(r"<title\b[^<>]*>([^<]{0,300})", re.IGNORECASE)
_ADVERTISED = re.compile(
    r"<link\b[^<>]{0,300}\btype=[\"']application/(?:rss|atom)\+xml[\"'][^<>]{0,500}>", re.IGNORECASE
)
_HREF = re.compile(r"\bhref=[\"']([^\"'<>]+)", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_XML_DECLARATION = re.compile(r"<\?xml[\s?][^>]*>", re.IGNORECASE)
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]+)|(\d+));?", re.IGNORECASE)
_PREFIXED = re.compile(r"<(\w[\w.-]*):(?:item|entry)\b", re.IGNORECASE)
# Of Media RSS: the words under a picture, which feedparser would take for those of the entry.
_MEDIA = re.compile(r"""xmlns:([\w.-]+)\s*=\s*["']https?://search\.yahoo\.com/mrss/?["']""", re.IGNORECASE)
_CAPTION = "talkwatchcaption"
_HEAD = 5_000
# feedparser's names of versions are the format and its digits: rss091u, rss20, atom10.
_VERSION = re.compile(r"(rss|atom|cdf)(?:(\d)(\d+))?")
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 24 * 7, "monthly": 24 * 30, "yearly": 24 * 365}
_LONGEST_TTL = timedelta(days=365)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SKIPS_WITHIN = 20_000


def parse_feed(body: bytes, *, url: str = "", content_type: str | None = None) -> Feed | Unreadable:
    """Parse a feed of any format, entries in file order; `url` is where it came from.

    Relative links stand on what the feed says they do, else on its site's own address where it came from another site
    or from nowhere, else on `url`.

    Nothing but its bytes is read or fetched, and no bytes make it raise. What could be read of a broken feed is
    used, and `problem` says what was wrong.
    """
    raw = unpacked(body, MAX_BYTES)
    if isinstance(raw, Unreadable):
        return raw
    if not raw.strip():
        return Unreadable(reason=UnreadableReason.EMPTY, detail="no bytes")
    text = decoded(raw, content_type).lstrip("\ufeff \t\r\n")
    if looks_like_json(text):
        return parse_json_feed(text, url=url, most=MAX_ENTRIES)
    if sitemap_kind(text):
        return parse_sitemap(text, url=url, most=MAX_ENTRIES)
    return _refusal(text, url) or _parse_xml(text, url)


def _refusal(text: str, url: str) -> Unreadable | None:
    """Say what a body is that is no feed."""
    root = _ROOT.search(text)
    if root is None and "<" not in text[:_HEAD]:
        binary = bool(_NOT_IN_XML.search(text[:_HEAD])) or text.startswith("%PDF")
        reason = UnreadableReason.NOT_TEXT if binary else UnreadableReason.NOT_A_FEED
        return Unreadable(reason=reason, detail="no XML")
    if _HTML.match(_COMMENT.sub("", text[:_HEAD])) and (root is None or root.start() > _HEAD):
        return Unreadable(reason=UnreadableReason.NOT_A_FEED, detail=_about_html(text, url))
    if root is None:
        other = _ANY_ROOT.search(text)
        return Unreadable(
            reason=UnreadableReason.NOT_A_FEED, detail=f"XML of another kind ({other[1] if other else '?'})"
        )
    return None


def _about_html(text: str, url: str) -> str:
    """Describe an HTML page that came in place of a feed, with the feed it names if it names one."""
    title = _HTML_TITLE.search(text)
    name = plain(title[1]) if title else None
    advertised = _ADVERTISED.search(text)
    href = _HREF.search(advertised[0]) if advertised else None
    feed = resolved_link(url, href[1]) if href else None
    return "an HTML page" + (f" titled “{name}”" if name else "") + (f"; it names a feed at {feed}" if feed else "")


def _parse_xml(text: str, url: str) -> Feed | Unreadable:
    try:
        # In a stream: bytes themselves feedparser would first try as a file's name.
        parsed: Any = feedparser.parse(io.BytesIO(_tidied(text)), sanitize_html=False, resolve_relative_uris=False)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001  (what a parser throws at hostile bytes can't be listed)
        return Unreadable(reason=UnreadableReason.BROKEN, detail=f"the parser gave up: {type(error).__name__}")
    version = _VERSION.match(parsed.version or "")
    if version is None and not parsed.entries:
        return Unreadable(reason=UnreadableReason.NOT_A_FEED, detail="XML without a feed's elements")
    cut = _cut_off(text)
    entries = list(_entries(parsed, url, atom=(parsed.version or "").startswith("atom")))
    if cut and entries and not entries[-1].link:
        entries.pop()
    return Feed(
        format=_format(version),
        title=plain(dict.get(parsed.feed, "title")),
        entries=tuple(entries),
        ttl=_ttl(parsed.feed),
        problem=_problem(parsed, cut=cut),
        skip_hours=_skip_hours(text),
        skip_days=_skip_days(text),
    )


def _tidied(text: str) -> bytes:
    """Take out what makes XML parsers stop and means nothing.

    Declarations (it is UTF-8 now), characters and references that XML forbids, and a prefix on RSS elements that
    nothing declares.
    """
    root = _ROOT.search(text, 0, 2 * _HEAD)
    start = root.start() if root else 0
    text = _XML_DECLARATION.sub("", _COMMENT.sub("", text[:start])).lstrip() + text[start:]
    prefixed = _PREFIXED.search(text)
    if prefixed and f"xmlns:{prefixed[1]}" not in text:
        text = re.sub(rf"<(/?){re.escape(prefixed[1])}:", r"<\1", text)
    media = _MEDIA.search(text)
    if media:
        text = re.sub(rf"<(/?){re.escape(media[1])}:description\b", rf"<\1{_CAPTION}", text)
    text = _REFERENCE.sub(_valid_reference, _NOT_IN_XML.sub("", text))
    return text.encode("utf-8", errors="replace")


def _valid_reference(reference: re.Match[str]) -> str:
    digits, base = (reference[1], 16) if reference[1] else (reference[2], 10)
    if len(digits) <= len("1114111"):
        code = int(digits, base)
        if code in {9, 10, 13} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF:  # noqa: PLR2004  (XML 1.0, Char)
            return reference[0]
    return "\ufffd"


def _cut_off(text: str) -> bool:
    root = _ROOT.search(text)
    return root is not None and f"</{root[1]}".lower() not in text[-_HEAD:].lower()


def _problem(parsed: Any, *, cut: bool) -> str | None:
    if len(parsed.entries) > MAX_ENTRIES:
        return f"only the first {MAX_ENTRIES} of {len(parsed.entries)} entries are read"
    if cut:
        return "cut off before its end"
    if not parsed.bozo:
        return None
    error = parsed.get("bozo_exception")
    line = getattr(error, "getLineNumber", lambda: None)()
    message = getattr(error, "getMessage", lambda: type(error).__name__)()
    return f"not well-formed: {message}" + (f" (line {line})" if line else "")


def _format(version: re.Match[str] | None) -> str:
    if version is None:
        return "unknown"
    return f"{version[1]} {version[2]}.{version[3]}" if version[2] else version[1]


def _ttl(feed: Any) -> timedelta | None:
    """Return how long a feed asks not to be asked again: its ttl in minutes, else its sy:update period."""
    minutes = str(dict.get(feed, "ttl") or "").strip()
    period = str(dict.get(feed, "sy_updateperiod") or "").strip().lower()
    frequency = str(dict.get(feed, "sy_updatefrequency") or "1").strip()
    if re.fullmatch(r"\d{1,9}", minutes, re.ASCII):
        ttl = timedelta(minutes=int(minutes))
    elif period in _PERIODS and re.fullmatch(r"[1-9]\d{0,5}", frequency, re.ASCII):
        ttl = timedelta(hours=_PERIODS[period]) / int(frequency)
    else:
        return None
    return min(ttl, _LONGEST_TTL) or None


def _skip_hours(text: str) -> tuple[int, ...]:
    """Return the hours in which a feed asks not to be asked; feedparser keeps only the last of them."""
    hours = {int(hour) % 24 for hour in _skipped("hour", text) if re.fullmatch(r"[01]?\d|2[0-4]", hour, re.ASCII)}
    return tuple(sorted(hours))


def _skip_days(text: str) -> tuple[int, ...]:
    """Return the days on which a feed asks not to be asked, Monday 0."""
    return tuple(sorted({_DAYS.index(day) for day in _skipped("day", text) if day in _DAYS}))


def _skipped(unit: str, text: str) -> list[str]:
    """Return what stands in a feed's skipHours or skipDays; it belongs to the channel, so it stands near an end."""
    for part in (text[:_SKIPS_WITHIN], text[-_SKIPS_WITHIN:]):
        if block := re.search(rf"<skip{unit}s>([^\0]{{0,2000}}?)</skip{unit}s>", part, re.IGNORECASE):
            return [each.strip().lower() for each in re.findall(rf"<{unit}>([^<]{{0,20}})<", block[1], re.IGNORECASE)]
    return []


def _entries(parsed: Any, url: str, *, atom: bool) -> Iterator[Entry]:
    base = _base(url, parsed.feed)
    for raw in parsed.entries[:MAX_ENTRIES]:
        entry = _entry(raw, base, atom=atom)
        if entry.entry_id or entry.link or entry.title or entry.content_html:
            yield entry


def _base(url: str, feed: Any) -> str:
    """Return what relative links of an XML feed stand on."""
    links = dict.get(feed, "links", ())
    stated = dict.get(dict.get(feed, "title_detail") or {}, "base")
    own = [link.get("href") for link in links if link.get("rel") == "self"]
    return _resting_on(url, stated, (dict.get(feed, "link"), *own))


def _resting_on(url: str, stated: str | None, own: Iterable[str | None]) -> str:
    """Return the base that a feed states, else its address; that which it gives itself where it is another site's.

    A mirror's copy keeps the links of the feed it was made from.
    """
    if stated and is_http_url(stated):
        return stated
    site = next((address for address in own if address and is_http_url(address)), "")
    return site if site and not (url and same_site(url, site)) else url


def _entry(raw: Any, base: str, *, atom: bool) -> Entry:
    published, updated, created = (parse_date(dict.get(raw, name)) for name in ("published", "updated", "created"))
    if published is None and not atom:
        # feedparser calls dc:date an update; in RSS it is the date.
        published, updated = updated, None
    return Entry(
        entry_id=(dict.get(raw, "id") or "").strip() or None,
        link=_link(raw, base),
        title=plain(dict.get(raw, "title")),
        published=published or created,
        updated=updated,
        author=_author(raw),
        content_html=_content(raw),
        source=_source(raw, base),
    )


def _link(raw: Any, base: str) -> str | None:
    """Return the entry's page: its link, else any alternate, else a guid that is an address itself."""
    guid = (dict.get(raw, "id") or "").strip()
    links = [link.get("href") for link in dict.get(raw, "links", ()) if link.get("rel") == "alternate"]
    # feedparser says that a guid is the link where there is no other.
    stated = [dict.get(raw, "link")] if dict.get(raw, "link") != guid else []
    pages = (resolved_link(base, link) for link in (*stated, *links) if link)
    address = resolved_link("", guid) or ""
    return next(filter(None, pages), None) or (address if is_http_url(address) else None)


def _source(raw: Any, base: str) -> str | None:
    """Return whose an entry is, where the feed names another site than its own as its source."""
    source = dict.get(raw, "source") or {}
    links = [source.get("href"), source.get("link"), source.get("id")]
    url = next((link for link in links if link and is_http_url(link)), None)
    return plain(source.get("title") or source.get("value")) if url and not same_site(url, base) else None


def _author(raw: Any) -> str | None:
    names = [plain(author.get("name")) for author in dict.get(raw, "authors", ())]
    return ", ".join(dict.fromkeys(name for name in names if name)) or plain(dict.get(raw, "author"))


def _content(raw: Any) -> str | None:
    """Return the longest text an entry carries; the words under its picture only where it has no others."""
    texts = [part.get("value") or "" for part in dict.get(raw, "content", ())]
    own = max((*texts, dict.get(raw, "summary") or ""), key=len).strip()
    return own or str(dict.get(raw, _CAPTION) or "").strip() or None


_JSON_VERSION = re.compile(r"jsonfeed\.org/version/(\d(?:\.\d)?)")


def looks_like_json(text: str) -> bool:
    """Tell whether a body is JSON rather than XML."""
    return text.lstrip()[:1] in {"{", "["}


def parse_json_feed(text: str, *, url: str, most: int) -> Feed | Unreadable:
    """Parse a JSON feed; of its items at most `most` are read."""
    try:
        top = json.loads(text)
    except (ValueError, RecursionError) as error:
        return Unreadable(reason=UnreadableReason.BROKEN, detail=f"JSON that does not parse: {error}"[:200])
    version = _JSON_VERSION.search(_text(top.get("version"))) if isinstance(top, dict) else None
    if version is None or not isinstance(top.get("items"), list):
        return Unreadable(reason=UnreadableReason.NOT_A_FEED, detail="JSON, but no JSON Feed")
    items = [item for item in top["items"] if isinstance(item, dict)]
    base = _resting_on(url, None, (_text(top.get("home_page_url")), _text(top.get("feed_url"))))
    return Feed(
        format=f"json feed {version[1]}",
        title=plain(_text(top.get("title"))),
        entries=tuple(_json_entry(item, base) for item in items[:most]),
        problem=f"only the first {most} of {len(items)} entries are read" if len(items) > most else None,
    )


def _json_entry(item: dict[str, Any], base: str) -> Entry:
    identifier = _text(item.get("id"))
    link = _text(item.get("url")) or _text(item.get("external_url"))
    return Entry(
        entry_id=identifier or None,
        link=resolved_link(base, link or (identifier if is_http_url(identifier) else "")),
        title=plain(_text(item.get("title"))),
        published=parse_date(_text(item.get("date_published"))),
        updated=parse_date(_text(item.get("date_modified"))),
        author=plain(", ".join(_authors(item))),
        content_html=_text(item.get("content_html")) or _text(item.get("content_text")) or None,
    )


def _authors(item: dict[str, Any]) -> Iterable[str]:
    authors = item.get("authors")
    for author in authors if isinstance(authors, list) else [item.get("author")]:
        if isinstance(author, dict) and _text(author.get("name")):
            yield _text(author.get("name"))


def _text(value: Any) -> str:
    """Return a string as it is, a number as its digits (some ids are), anything else as nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()
