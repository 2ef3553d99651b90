"""Letters in Slack's Block Kit, within its limits, with nothing of a source that it would take for markup."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from alerts.briefings import quote_view
from alerts.letters import (
    about,
    also_in,
    beside,
    by_passage,
    by_section,
    called,
    in_english,
    link_to,
    new_sources,
    source_line,
    why_told,
)
from alerts.message_records import Briefing, BriefingItem, Letter, Notice, Quote
from alerts.wording import CUT, Mark, Segment, counted, segments, shown

# Slack's limits are 50 blocks, 3,000 characters a section, 2,000 a context element and 150 a header.
BLOCKS = 50
SECTION_CHARS = 2900
CONTEXT_CHARS = 1900
HEADER_CHARS = 150
_ELEMENTS = 10  # of one context block
_A_NOTICE = 5  # blocks for one alert at most: headline, where it stands, who, passage, why
_BUTTON_CHARS = 75

# What mrkdwn would read as formatting, an emoji or a quotation. Text that has any of it is sent as plain text.
_FORMATTING = re.compile(r"[*_~`]|:[\w+'-]+:|^[^\S\n]*>", re.MULTILINE)

Block = dict[str, Any]


def payload(letter: Letter, *, timezone: str = "UTC") -> Block:
    """Return what is posted to an incoming webhook: a plain line for notifications, and the blocks."""
    # With buttons there is one block more for each, and with titles another.
    more = any(notice.deeds for notice in letter.notices) + (len(by_section(letter.notices)) > 1)
    most = (BLOCKS - 3) // (_A_NOTICE + more)
    return {
        "text": _fitted(letter.line, SECTION_CHARS),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [
            _header(letter),
            *(_briefing(letter.briefing, timezone) if letter.briefing else _paragraphs(letter)),
            *_alerts(letter.notices[:most], timezone),
            *_left_over(letter.notices[most:]),
            *_footer(letter),
        ],
    }


def _header(letter: Letter) -> Block:
    """Return the line the letter is known by: as a header, or where that has no room for all of it as a section."""
    # A repeat of a message can be told by its id, as in e-mail.
    named = {"block_id": f"talkwatch-{letter.message_id}"}
    if _width(escape(letter.line)) <= HEADER_CHARS:
        return {"type": "header", "text": _plain(letter.line, HEADER_CHARS), **named}
    return {"type": "section", "text": _plain(letter.line, SECTION_CHARS), **named}


def _footer(letter: Letter) -> list[Block]:
    text = " ".join(letter.footer)
    return [{"type": "context", "elements": [_plain(text, CONTEXT_CHARS)]}] if text else []


def _paragraphs(letter: Letter) -> list[Block]:
    """Return the text of a letter that holds no alert."""
    parts = [] if letter.notices else [part for part in letter.text.strip().split("\n\n") if part.strip()]
    kept = [*parts[: BLOCKS - 2], *(["\n\n".join(parts[BLOCKS - 2 :])] if len(parts) > BLOCKS - 2 else [])]
    return [{"type": "section", "text": _plain(part, SECTION_CHARS)} for part in kept]


def _briefing(briefing: Briefing, timezone: str) -> list[Block]:
    """Return a briefing's parts, as far as there is room: each new thing in its words, with links."""
    blocks: list[Block] = []
    for part in briefing.parts:
        blocks.append({"type": "header", "text": _plain(shown(part.title), HEADER_CHARS)})
        for item in part.items:
            blocks += _item(item, timezone)
    left = [_plain(line, CONTEXT_CHARS) for line in map(shown, briefing.coverage) if line.strip()]
    kept = blocks[: BLOCKS - 4]
    more = [_plain("There is more than finds room here; the pages have all of it.", CONTEXT_CHARS)]
    return [
        *kept,
        *_context(more if len(kept) < len(blocks) else []),
        *_context(left),
    ]


def _context(elements: Sequence[Block]) -> list[Block]:
    """Return these as one block, as many as it takes; none for none, which Slack refuses."""
    return [{"type": "context", "elements": [*elements[:_ELEMENTS]]}] if elements else []


def _item(item: BriefingItem, timezone: str) -> list[Block]:
    # No marks of quotation of ours: what is reported indirectly is nobody's wording.
    text = "\n".join([item.head, *(f"{each.label} {each.words}".strip() for each in item.quotes)])
    where = [part for each in item.quotes for part in _whence(each, timezone)]
    return [
        {"type": "section", "text": _plain(shown_lines(text), SECTION_CHARS)},
        *_context(where),
    ]


def _whence(quote: Quote, timezone: str) -> list[Block]:
    """Return where words stood and when as our link to them, which says whose it is; else the link beside that."""
    label = f"{quote.label} " if quote.label else ""
    named = _source(label, quote_view(quote, timezone).source, link_to(quote.url))
    return [named] if named["type"] == "mrkdwn" else [named, _link(quote.url)]


def shown_lines(text: str) -> str:
    """Return a text of several lines without what would deceive a reader."""
    return "\n".join(map(shown, text.split("\n")))


def escape(text: str) -> str:
    """Replace Slack's three control characters, once."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _alerts(notices: Sequence[Notice], timezone: str) -> list[Block]:
    blocks: list[Block] = []
    for title, articles in by_section(notices):
        blocks += [{"type": "header", "text": _plain(title, HEADER_CHARS)}] if title else []
        for group in articles:
            blocks += _article(group, timezone)
            for each in by_passage(group):
                blocks += _alerts_on(each, timezone)
    return blocks


def _article(notices: Sequence[Notice], timezone: str) -> list[Block]:
    """Return the headline, where it stands and who has it by now; only a link of ours is markup."""
    notice = notices[0]
    headline = _plain(shown(notice.title or notice.outlet).strip(), SECTION_CHARS)
    beside = [source_line(notice, timezone=timezone), also_in(notice)]
    new = [_source("New: ", outlet, link) for outlet, link in new_sources(notices)]
    english = [_source("In English: ", outlet, link) for outlet, link in in_english(notices)]
    elements = [*(_plain(line, CONTEXT_CHARS) for line in beside if line), *new, *english, _link(notice.url)]
    return [{"type": "section", "text": headline}, {"type": "context", "elements": elements}]


def _alerts_on(notices: Sequence[Notice], timezone: str) -> list[Block]:
    """Return who it is about, the passage, and under it what there is to say of each alert that rests on it."""
    people = dict.fromkeys((shown(each.alert.official), about(each)) for each in notices)
    return [
        {"type": "section", "text": _people(list(people))},
        {"type": "section", "text": _passage(notices)},
        *(_beside(notice, timezone, is_named=len(people) > 1) for notice in notices),
        *_deeds(notices),
    ]


def _deeds(notices: Sequence[Notice]) -> list[Block]:
    """Return buttons that lead to the pages on which readers say what they think of alerts."""
    return [
        {
            "type": "actions",
            "elements": [
                {"type": "button", "text": _plain(name, _BUTTON_CHARS), "url": link, "action_id": f"talkwatch-{name}"}
                for name, link in notice.deeds
            ],
        }
        for notice in notices
        if notice.deeds
    ]


def _people(people: Sequence[tuple[str, str]]) -> Block:
    """Return names with what is known of each, a line each; in bold, where their own characters are no markup."""
    plain = "\n".join(", ".join(filter(None, each)) for each in people)
    bold = "\n".join(f"*{escape(name)}*" + escape(known and f", {known}") for name, known in people)
    if any(_FORMATTING.search(text) or not text.strip() for text in (plain, *(name for name, _ in people))):
        return _plain(plain, SECTION_CHARS)
    return (
        {"type": "mrkdwn", "text": bold, "verbatim": True}
        if _width(bold) <= SECTION_CHARS
        else _plain(plain, SECTION_CHARS)
    )


def _beside(notice: Notice, timezone: str, *, is_named: bool) -> Block:
    name = f"{shown(notice.alert.official)} — " if is_named else ""
    lines = [name + why_told(notice), *beside(notice, timezone=timezone)[: _ELEMENTS - 1]]
    return {"type": "context", "elements": [_plain(line, CONTEXT_CHARS) for line in lines]}


def _left_over(notices: Sequence[Notice]) -> list[Block]:
    """Name the alerts that find no room, and say how many they are."""
    if not notices:
        return []
    lines = [f"and {counted(len(notices), 'more alert')}:"]
    lines += [
        f"{shown(notice.alert.official)}, {called(notice.alert.keyword)} — {shown(notice.outlet)}" for notice in notices
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


def _source(label: str, outlet: str, url: str | None) -> Block:
    """Return who has it too, and our link to his article."""
    if url is None or _FORMATTING.search(outlet) or "|" in outlet:
        return _plain(f"{label}{outlet}", CONTEXT_CHARS)
    return _link(url, label, outlet)


def _link(url: str, before: str = "", called: str = "Open the article") -> Block:
    """Return our link to an article, or the address as text where it is none to follow."""
    link = link_to(url)
    if link is None or re.search(r"[|<>\s]", link) or _width(escape(link + called)) > CONTEXT_CHARS:
        return _plain(before + shown(url), CONTEXT_CHARS)
    return {"type": "mrkdwn", "text": f"{before}<{escape(link)}|{escape(called)}>", "verbatim": True}


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
