"""Boilerplate that recurs across an outlet's articles: what to keep of each page, and what to drop from a new one.

Only whole lines that recur word for word are ever dropped. Pure: the counts are kept elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from extractors.furniture import key
from extractors.identity import text_hash

# A line of an article's own recurs when it is reprinted; boilerplate is short and recurs under different stories.
STORIES = 3
# A paragraph of background comes again too, but not under one story in five.
SHARE = 0.2
_LONGEST = 400
# What a person said is never boilerplate, however often an outlet repeats it.
_QUOTED = re.compile('[“”«»„"]')
_OWN = 3
_SAME = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLines:
    """The lines of one of an outlet's recent articles, hashed: those that may be boilerplate, in order.

    `own` are its longest lines, by which a reprint or a revision is known.
    """

    article_id: str
    hashes: tuple[str, ...]
    own: tuple[str, ...]


def page_lines(article_id: str, text: str) -> PageLines:
    """Return what is kept of a page for learning."""
    lines = [line for line in text.split("\n") if line]
    hashes = dict.fromkeys(line_hash(line) for line in lines if is_candidate(line))
    own = (line_hash(line) for line in sorted(lines, key=len, reverse=True)[:_OWN])
    return PageLines(article_id=article_id, hashes=tuple(hashes), own=tuple(own))


def recurring(pages: Iterable[PageLines], stories: int = STORIES, share: float = SHARE) -> frozenset[str]:
    """Return the hashes of lines that stand in at least that many different stories, and that share of them.

    `pages` are one outlet's. Pages that share two of their longest lines are one story: a wire report reprinted, an
    article's next revision.
    """
    distinct: list[PageLines] = []
    for page in pages:
        if not any(_are_one_story(page, other) for other in distinct):
            distinct.append(page)
    counts = Counter(line for page in distinct for line in page.hashes)
    enough = max(stories, share * len(distinct))
    return frozenset(line for line, count in counts.items() if count >= enough)


def without_boilerplate(text: str, known: frozenset[str]) -> str:
    """Return a text without the lines that are known to recur; the text itself when nothing else would be left."""
    lines = text.split("\n")
    kept = [line for line in lines if not (is_candidate(line) and line_hash(line) in known)]
    return "\n".join(kept) if kept else text


def is_candidate(line: str) -> bool:
    """Tell a line that may be boilerplate: short, and nobody's words."""
    return 0 < len(line) <= _LONGEST and not _QUOTED.search(line) and bool(key(line))


def line_hash(line: str) -> str:
    """Return a line's hash, the same whatever its case and marks."""
    return text_hash(key(line))


def _are_one_story(one: PageLines, other: PageLines) -> bool:
    return len(set(one.own) & set(other.own)) >= min(_SAME, len(one.own), len(other.own))
