"""The posts of a live blog: repeated timed blocks of a page, else those its JSON-LD lists. Other pages have none."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice, takewhile
from typing import Any

from extractors.html.furniture import names_of, text_of, without_furniture
from extractors.html.jsonld import Node, live_posts, string
from extractors.records import Post, Span
from extractors.text.dates import parse_date
from extractors.text.identity import plain_words
from extractors.text.plaintext import line_spans, plain

# How outlets call a live blog in addresses, titles and class names.
_LIVE = re.compile(
    r"(?i)(?:^|[\W_])(?:live(?:blog|-?ticker|-?text)?|ticker|timeline|en-?\s?direct|en-?\s?vivo|minuto-a-minuto|in-?diretta"
    r"|ao-?vivo|canl[iı]|онлайн|direct[oe]?|relacja)(?:$|[\W_])"
)
_CLOCK = re.compile(
    r"(?i)\W*(?:(?:updated|posted|published)\W+)?\d{1,2}[:.h]\d\d(?:[:.]\d\d)?\s*(?:[ap]\.?m\.?|uhr|[a-z]{2,4})?\W*"
)
_LINES = ("p", "h2", "h3", "h4", "li", "blockquote")
_FEWEST = 3
_MOST = 2_000
_DEEPEST = 12
_LEAST_WORDS = 30


@dataclass(frozen=True, slots=True)
class LivePost:
    """A post as the page has it."""

    lines: tuple[str, ...]
    published: datetime | None


def posts_on(tree: Any, article: Node, hints: Iterable[str | None]) -> tuple[LivePost, ...]:
    """Return a live blog's posts in the order of the page; `hints` are its address and title.

    A page is a live blog when it says so, in its JSON-LD, its address, its title or the names of its blocks.
    """
    listed = live_posts(article)
    called = bool(listed) or any(_LIVE.search(hint) for hint in hints if hint)
    blocks = _blocks(tree, called=called)
    if len(blocks) < max(_FEWEST, len(listed) // 2):
        return tuple(post for post in map(_listed_post, listed) if post.lines)
    return tuple(post for post in map(_shown_post, blocks) if post.lines)


def composed(lead: Sequence[str], posts: Iterable[LivePost]) -> tuple[str, tuple[Post, ...]]:
    """Join the lines before the posts, and the posts, to one text; each post with its characters in it."""
    parts, length, spans = ["\n".join(lead)], len("\n".join(lead)), []
    for post in posts:
        start = length + 1 if length else 0
        parts.append("\n".join(post.lines))
        length = start + len(parts[-1])
        spans.append(Post(span=Span(start, length), published=post.published))
    return "\n".join(part for part in parts if part), tuple(spans)


def lead_of(tree: Any, posts: Sequence[LivePost], lines: Sequence[str]) -> list[str]:
    """Return what stands before the first post: paragraphs of the page, or of `lines` where posts are not shown."""
    posted = {line for post in posts for line in post.lines}
    shown = [text_of(element) for element in tree.iter("p")]
    told = shown if posted.intersection(shown) else list(lines)
    lead = list(takewhile(lambda line: line not in posted, told))
    return without_furniture(lead, ())


def new_stretches(text: str, posts: Iterable[Post], before: str) -> tuple[Span, ...]:
    """Return the stretches of a live blog's text that its text `before` did not have, in their order.

    A post is new as a whole when one of its lines is: an edited one is. What stands in no post is new line by line.
    """
    known = {plain_words(line) for line in before.split("\n")} | {""}
    new = [line for line in line_spans(text) if plain_words(line.slice(text)) not in known]
    spans = sorted(post.span for post in posts)
    starts = [span.start for span in spans]
    around = [(spans[bisect_right(starts, line.start) - 1], line) for line in new] if spans else []
    return tuple(dict.fromkeys(span if span.covers(line) else line for span, line in around)) or tuple(new)


def _blocks(tree: Any, *, called: bool) -> list[Any]:
    """Return the children of the element that has most children with a time and words of their own."""
    timed: dict[Any, dict[Any, None]] = {}
    for time in islice((time for time in tree.iter("time") if parse_date(time.get("datetime"))), _MOST):
        child = time
        for parent in islice(time.iterancestors(), _DEEPEST):
            timed.setdefault(parent, {})[child] = None
            child = parent
    many = {
        parent: [child for child in children if _has_words(child)]
        for parent, children in timed.items()
        if len(children) >= _FEWEST
    }
    parent = max(many, key=lambda parent: len(many[parent]), default=None)
    blocks = many.get(parent, [])
    if len(blocks) < _FEWEST or not (called or _is_called_live(parent, blocks[0])):
        return []
    return blocks


def _is_called_live(parent: Any, block: Any) -> bool:
    around = [block, parent, *islice(parent.iterancestors(), 3)]
    return any(_LIVE.search(name) for one in around for name in names_of(one))


def _has_words(block: Any) -> bool:
    """Tell a post from a list of headlines with their hours."""
    words = sum(len("".join(paragraph.itertext()).split()) for paragraph in islice(block.iter("p"), 20))
    return words >= _LEAST_WORDS // 2


def _shown_post(block: Any) -> LivePost:
    time = next(time for time in block.iter("time") if parse_date(time.get("datetime")))
    inner = [
        element
        for element in block.iter(*_LINES)
        if not any(child.tag in _LINES for child in element.iterdescendants())
    ]
    lines = (text_of(element) for element in inner)
    kept = without_furniture((line for line in lines if not _CLOCK.fullmatch(line)), ())
    return LivePost(tuple(kept), parse_date(time.get("datetime")))


def _listed_post(node: Node) -> LivePost:
    headline, body = plain(string(node.get("headline"))), string(node.get("articleBody"))
    lines = [line for line in map(plain, re.split(r"\n|</p>|<br\b[^<>]*>", body)) if line and line != headline]
    published = parse_date(string(node.get("datePublished")) or string(node.get("dateCreated")))
    return LivePost(tuple(without_furniture([headline, *lines] if headline else lines, ())), published)
