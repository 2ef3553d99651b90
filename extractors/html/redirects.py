"""Pages that only lead on to another: by a refresh in their head, or by a script, as aggregators of links have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from extractors.text.urls import resolved_link, without_fragment

# What leads on is short, or does so near its beginning.
_HEAD = 50_000
_SHORT_PAGE = 20_000
# A page with more text of its own is something to read, whatever its scripts may do.
_FEW_CHARACTERS = 600
# A longer wait reloads news or shows an advertisement; nobody is led on by it.
_LONGEST_WAIT = 10

_IS_HTML = re.compile(r"<(?:!doctype\s+html|html|head|meta|title|script|noscript|body)\b", re.IGNORECASE)
_IS_FEED = re.compile(r"<(?:[\w.-]+:)?(?:rss|feed|rdf|channel|urlset|sitemapindex)\b", re.IGNORECASE)
_MAY_LEAD = re.compile(r"refresh|location|navigateTo|data-n-au", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_UNSEEN = re.compile(r"<(script|style|head|title|noscript)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_NOSCRIPT = re.compile(r"<noscript\b[^>]*>(.*?)(?:</noscript\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)(?:</script\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")
_META = re.compile(r"<meta\b([^<>]{1,4000})>", re.IGNORECASE)
_IS_REFRESH = re.compile(r"\bhttp-equiv\s*=\s*[\"']?\s*refresh\b", re.IGNORECASE)
_CONTENT = re.compile(r"\bcontent\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_REFRESH = re.compile(r"\s*(\d{0,4})(?:\.\d*)?\s*[;,]?\s*(?:url\s*=)?\s*(.*)", re.IGNORECASE | re.DOTALL)
# What scripts lead on with; the address is a string by itself, not one put together from parts.
_LEADS = re.compile(
    r"""(?x)
    (?: (?:\b(?:window|self|top|parent|document)\s*\.\s*)*\blocation
        (?: \s*\.\s*(?:replace|assign)\s*\(\s* | (?:\s*\.\s*href)?\s*=\s*(?!=) )
      | \bnavigateTo\s*\([^"'()]{0,80},\s* )
    (?: "((?:[^"\\\n]|\\.){1,4000})" | '((?:[^'\\\n]|\\.){1,4000})' )\s*(?=[;,)}\n]|\Z)
    """
)
# The address that Google's news pages keep for their script.
_KEPT = re.compile(r"\bdata-n-au\s*=\s*[\"']([^\"']{1,4000})[\"']", re.IGNORECASE)
_ESCAPED = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))", re.DOTALL)


def leads_to(body: bytes, url: str, *, again: bool = False) -> str | None:
    """Return the address that a page at `url` leads on to by itself, None for a page to be read or anything else.

    A page that leads to itself leads nowhere, unless it may be asked `again` (with the cookie that it gave).
    """
    text = body[:_HEAD].decode("utf-8", errors="replace")
    page = _IS_HTML.search(text)
    feed = _IS_FEED.search(text)
    if page is None or (feed and feed.start() < page.start()) or not _MAY_LEAD.search(text):
        return None
    text = _COMMENT.sub("", text)
    is_short = len(body) <= _SHORT_PAGE and _shown(text) <= _FEW_CHARACTERS
    plain = _NOSCRIPT.sub(r"\1" if is_short else "", text)
    found = [*_refreshes(plain), *(_scripted(text) if is_short else ())]
    targets = dict.fromkeys(target for link in found if (target := resolved_link(url, link)))
    elsewhere = [target for target in targets if again or without_fragment(target) != without_fragment(url)]
    return elsewhere[0] if elsewhere else None


def _shown(text: str) -> int:
    """Return how many characters a page shows."""
    return len("".join(_TAG.sub(" ", _UNSEEN.sub(" ", text)).split()))


def _refreshes(text: str) -> Iterator[str]:
    text = _SCRIPT.sub("", text)
    for meta in _META.finditer(text):
        content = _CONTENT.search(meta[1]) if _IS_REFRESH.search(meta[1]) else None
        said = _REFRESH.match(unescape(next(filter(None, content.groups()), ""))) if content else None
        link = said[2].strip().strip("\"'").strip() if said else ""
        if said and link and int(said[1] or 0) <= _LONGEST_WAIT:
            yield link


def _scripted(text: str) -> Iterator[str]:
    """Yield where scripts lead, when it is one address: of several one can't tell which is taken."""
    leads = (lead for script in _SCRIPT.finditer(text) for lead in _LEADS.finditer(script[1]))
    led = [_unescaped(lead[1] or lead[2]) for lead in leads]
    kept = [unescape(match[1]) for match in _KEPT.finditer(text)]
    if len(set(led or kept)) == 1:
        yield (led or kept)[0]


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1] or match[2], 16)) if match[1] or match[2] else match[3], text)
