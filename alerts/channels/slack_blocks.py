"""Letters as Slack's Block Kit, within its limits and with nothing of a source that Slack would take for markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from alerts.message_records import Letter, Notice
from alerts.passages import CUT, Mark, Segment, segments, shown
from alerts.rendering import about, also_in, by_article, by_passage, last_positions, link_to, source_line, why_told
from alerts.subjects import counted

# Slack's limits are 50 blocks, 3,000 characters a section, 2,000 a context element and 150 a header.
BLOCKS = 50
SECTION_CHARS = 2900
CONTEXT_CHARS = 1900
HEADER_CHARS = 150
_ELEMENTS = 10  # of one context block
_A_NOTICE = 4  # blocks for one alert at most: headline, passage, context, link
_SHOWN = (BLOCKS - 3) // _A_NOTICE

# What mrkdwn would read as formatting, an emoji or a quotation. Text that has any of it is sent as plain text.
_FORMATTING = re.compile(r"[*_~`]|:[\w+'-]+:|^[^\S\n]*>", re.MULTILINE)

Block = dict[str, Any]


def payload(letter: Letter, *, timezone: str = "UTC") -> Block:
    """Return what is posted to an incoming webhook: a plain line for notifications, and the blocks."""
    return {
        "text": _fitted(letter.subject, SECTION_CHARS),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [
            # A repeat of a message can be told by its id, as in e-mail.
            {
                "type": "header",
                "text": _plain(letter.subject, HEADER_CHARS),
                "block_id": f"talkwatch-{letter.message_id}",
            },
            *_paragraphs(letter),
            *_alerts(letter.notices[:_SHOWN], timezone),
            *_left_over(letter.notices[_SHOWN:]),
        ],
    }


def _paragraphs(letter: Letter) -> list[Block]:
    """Return the text of a letter that holds no alert."""
    parts = [] if letter.notices else [part for part in letter.text.strip().split("\n\n") if part.strip()]
    kept = [*parts[: BLOCKS - 2], *(["\n\n".join(parts[BLOCKS - 2 :])] if len(parts) > BLOCKS - 2 else [])]
    return [{"type": "section", "text": _plain(part, SECTION_CHARS)} for part in kept]


def escape(text: str) -> str:
    """Replace Slack's three control characters, once."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _alerts(notices: Sequence[Notice], timezone: str) -> list[Block]:
    blocks: list[Block] = []
    for group in by_article(notices):
        blocks += _article(group[0], timezone)
        for each in by_passage(group):
            blocks += _alerts_on(each, timezone)
    return blocks


def _article(notice: Notice, timezone: str) -> list[Block]:
    """Return the headline and where it stands; only a link of ours is markup."""
    headline = _plain(shown(notice.title or notice.outlet).strip(), SECTION_CHARS)
    beside = [source_line(notice, timezone=timezone), also_in(notice)]
    elements = [*(_plain(line, CONTEXT_CHARS) for line in beside if line), _link(notice.url)]
    return [{"type": "section", "text": headline}, {"type": "context", "elements": elements}]


def _alerts_on(notices: Sequence[Notice], timezone: str) -> list[Block]:
    """Return a passage, and under it what there is to say of each alert that rests on it."""
    return [{"type": "section", "text": _passage(notices)}, *(_beside(notice, timezone) for notice in notices)]


def _beside(notice: Notice, timezone: str) -> Block:
    known = f", {about(notice)}" if about(notice) else ""
    who = f"{shown(notice.alert.official)}{known}. {why_told(notice)}"
    lines = [who, *last_positions(notice, timezone=timezone)[: _ELEMENTS - 1]]
    return {"type": "context", "elements": [_plain(line, CONTEXT_CHARS) for line in lines]}


def _left_over(notices: Sequence[Notice]) -> list[Block]:
    """Name the alerts that find no room, and say how many they are."""
    if not notices:
        return []
    lines = [f"and {counted(len(notices), 'more alert')}:"]
    lines += [
        f"{shown(notice.alert.official)}, “{shown(notice.alert.keyword)}” — {shown(notice.outlet)}"
        for notice in notices
    ]
    return [{"type": "section", "text": _plain("\n".join(lines), SECTION_CHARS)}]


def _passage(notices: Sequence[Notice]) -> Block:
    """Return an excerpt with its marks, or as plain text where its own characters would be read as markup."""
    first, *others = (notice.alert for notice in notices)
    pieces = segments(first, beside=others)
    text = "".join(piece.text for piece in pieces)
    marked = "".join(_marked(pieces, at) for at in range(len(pieces)))
    if not text.strip() or _FORMATTING.search(text) or _width(marked) > SECTION_CHARS:
        return _plain(text, SECTION_CHARS)
    return {"type": "mrkdwn", "text": marked, "verbatim": True}


def _marked(pieces: Sequence[Segment], at: int) -> str:
    """Return a segment between its marks; Slack sees a mark only where no letter or digit touches it."""
    text, sign = escape(pieces[at].text), {Mark.KEYWORD: "*", Mark.OFFICIAL: "_", Mark.NONE: ""}[pieces[at].mark]
    before = pieces[at - 1].text[-1:] if at else ""
    after = pieces[at + 1].text[:1] if at + 1 < len(pieces) else ""
    touched = before.isalnum() or after.isalnum() or text != text.strip()
    return text if touched else f"{sign}{text}{sign}"


def _link(url: str) -> Block:
    """Return our link to the article, or the address as text where it is none to follow."""
    link = link_to(url)
    if link is None or re.search(r"[|<>\s]", link) or _width(escape(link)) > CONTEXT_CHARS:
        return _plain(shown(url), CONTEXT_CHARS)
    return {"type": "mrkdwn", "text": f"<{escape(link)}|Open the article>", "verbatim": True}


def _plain(text: str, limit: int) -> Block:
    return {"type": "plain_text", "text": _fitted(text, limit) if text.strip() else CUT, "emoji": False}


def _fitted(text: str, limit: int) -> str:
    """Return `text` escaped, with at most `limit` characters as Slack counts them, "…" where it was cut."""
    escaped = escape(text)
    if _width(escaped) <= limit:
        return escaped
    left = limit - len(CUT)
    kept = []
    for char in text:
        left -= _width(escape(char))
        if left < 0:
            break
        kept.append(char)
    return escape("".join(kept)) + CUT


def _width(text: str) -> int:
    """Count UTF-16 units, the strictest way to count characters."""
    return len(text.encode("utf-16-le")) // 2
