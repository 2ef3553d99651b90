"""Boilerplate that recurs across a site's articles: what to keep of each page, what is learned, what to drop.

Only whole lines that recur word for word are ever dropped. Pure: the pages and what was learned are kept elsewhere.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from itertools import accumulate, islice
from urllib.parse import urlsplit

from extractors.copies.credits import read_credits
from extractors.html.furniture import key
from extractors.records import PageLines, Post, Span
from extractors.text.identity import plain_words, text_hash
from extractors.text.plaintext import line_spans
from extractors.text.urls import is_http_url, page_key

# A site's last pages, from which is learned.
WINDOW = 30
# A line of an article's own recurs when it is reprinted; boilerplate recurs under different stories. In 924 articles of
# seven newspapers, all on one election, none of their own lines stood under three stories and a tenth of them but one.
STORIES = 3
SHARE = 0.2
# A sentence may be the background that a feed on one subject tells again and again; a template's is on most pages.
SENTENCE_STORIES = 5
SENTENCE_SHARE = 0.5
_LONGEST = 400
# A live blog has hundreds of lines; what its template repeats is among the first of them.
_MOST = 100
# What a person said is never boilerplate, however often an outlet repeats it.
_QUOTED = re.compile("[“”«»„\"]|''")
_SAID = re.compile(
    r"\b(?:said|says|saying|told|tells|added|stated|announced|warned|denied|insisted|stressed|declared|confirmed"
    r"|according to)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…。！？]\W*$")
_OWN = 3
_SAME = 2


def site_of(url: str) -> str | None:
    """Return the host that a page's furniture is known by, without www or m; None for what is no page of a site."""
    return urlsplit(page_key(url)).hostname if is_http_url(url) else None


def page_lines(article_id: str, text: str) -> PageLines:
    """Return what is kept of a page for learning."""
    lines = [line for line in text.split("\n") if line]
    hashes = dict.fromkeys(map(line_hash, islice(filter(is_candidate, lines), _MOST)))
    own = (line_hash(line) for line in sorted(lines, key=len, reverse=True)[:_OWN])
    return PageLines(article_id=article_id, hashes=tuple(hashes), own=tuple(own))


def newly_learned(pages: Iterable[PageLines], texts: Iterable[str], known: Container[str] = ()) -> dict[str, str]:
    """Return the lines of `texts`, by their hashes, that recur on these pages of a site and were not `known` to.

    Pages that share two of their longest lines are one story: a wire report reprinted, an article's next revision. A
    line that says whose words an article is made of is never learned.
    """
    stories = _stories(pages)
    counts = Counter(name for page in stories for name in page.hashes)
    found = {line_hash(line): line for text in texts for line in text.split("\n") if is_candidate(line)}
    return {
        name: line
        for name, line in sorted(found.items())
        if counts[name] >= _enough(line, len(stories)) and name not in known and not _is_credit(line)
    }


def without_boilerplate(text: str, known: frozenset[str], posts: Sequence[Post] = ()) -> tuple[str, tuple[Post, ...]]:
    """Return a text without the lines that are known to recur, and its posts where they stand in it then.

    A text of nothing else stays as it is; a post of nothing else is none.
    """
    kept = [line for line in line_spans(text) if not (is_candidate(line.slice(text)) and _hash(line, text) in known)]
    if not any(line.slice(text) for line in kept):
        return text, tuple(posts)
    ends = list(accumulate((line.end - line.start + 1 for line in kept), initial=0))
    at = [line.start for line in kept]
    moved = []
    for post in posts:
        first, last = bisect_left(at, post.span.start), bisect_left(at, post.span.end)
        if first < last:
            moved.append(Post(Span(ends[first], ends[last] - 1), post.published))
    return "\n".join(line.slice(text) for line in kept), tuple(moved)


def same_but_for(one: str, other: str, known: frozenset[str]) -> bool:
    """Tell whether two texts have the same words when the lines that are known to recur are left out of both."""
    return _words_without(one, known) == _words_without(other, known)


def is_candidate(line: str) -> bool:
    """Tell a line that may be boilerplate: short, and nobody's words."""
    return len(line) <= _LONGEST and not _QUOTED.search(line) and not _SAID.search(line) and bool(key(line))


def line_hash(line: str) -> str:
    """Return a line's hash, the same whatever its case and marks."""
    return text_hash(key(line))


def _hash(line: Span, text: str) -> str:
    return line_hash(line.slice(text))


def _words_without(text: str, known: frozenset[str]) -> str:
    return plain_words(without_boilerplate(text, known)[0])


def _is_credit(line: str) -> bool:
    read = read_credits(title=None, author=None, text=line, outlet="", url="")
    return read.credit is not None or read.cites is not None


def _stories(pages: Iterable[PageLines]) -> list[PageLines]:
    """Return one page of each story."""
    distinct: list[PageLines] = []
    for page in pages:
        if not any(_are_one_story(page, other) for other in distinct):
            distinct.append(page)
    return distinct


def _enough(line: str, stories: int) -> float:
    """Return under how many of so many stories a line must stand to be learned."""
    if _SENTENCE_END.search(line):
        return max(SENTENCE_STORIES, SENTENCE_SHARE * stories)
    return max(STORIES, SHARE * stories)


def _are_one_story(one: PageLines, other: PageLines) -> bool:
    return len(set(one.own) & set(other.own)) >= min(_SAME, len(one.own), len(other.own))
