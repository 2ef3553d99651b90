"""Letters to Slack, by incoming webhook or as a bot, in its Block Kit. The webhook's address and the token are secrets.

Blocks stay within Slack's limits, with nothing of a source that it would take for markup.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import Field

from alerts.channels.contract import Channel, server_of, url_faults
from alerts.channels.posting import Answer, post, receipt_of
from alerts.letters import (
    about,
    also_in,
    beside,
    by_article,
    by_passage,
    called,
    in_english,
    link_to,
    new_sources,
    source_line,
    why_told,
)
from alerts.message_records import Blocked, Letter, Notice, Receipt, Refused, Sent, TooBig, TryLater
from alerts.subscribers import Fault, Subscriber
from alerts.values import Table, WebAddress
from alerts.wording import CUT, Mark, Segment, counted, segments, shown

API = "https://slack.com/api/"
# Slack says what it minds in one word, such as `invalid_payload`; anything else in an answer is not repeated.
_WORD = re.compile(r"[a-z]+(?:_[a-z]+){0,8}")

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


# The words Slack answers with, by whose fault they are (docs.slack.dev: chat.postMessage, incoming webhooks). Its own
# library has no such list, and sends by itself: to any address, a private one too, and where a redirect leads.
# About the bot, its workspace or its place rather than about the message.
CHANNELS_FAULT = frozenset(
    {
        "access_denied",
        "account_inactive",
        "action_prohibited",
        "as_user_not_supported",
        "channel_is_archived",
        "channel_not_found",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "invalid_token",
        "is_archived",
        "method_deprecated",
        "missing_scope",
        "no_active_hooks",
        "no_permission",
        "no_service",
        "no_team",
        "not_allowed_token_type",
        "not_authed",
        "not_in_channel",
        "org_login_required",
        "posting_to_general_channel_denied",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "team_access_not_granted",
        "team_disabled",
        "team_not_found",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
        "user_not_found",
        "user_not_in_channel",
    }
)
# About the message alone.
MESSAGES_FAULT = frozenset(
    {
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_payload",
        "markdown_text_conflict",
        "no_text",
        "too_many_attachments",
        "too_many_contact_cards",
    }
)
# About how much it is.
TOO_BIG = frozenset({"attachment_payload_limit_exceeded", "metadata_too_large", "msg_blocks_too_long", "msg_too_long"})
# These pass by themselves.
FOR_NOW = frozenset(
    {
        "accesslimited",
        "fatal_error",
        "internal_error",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "rollup_error",
        "service_unavailable",
        "team_added_to_org",
    }
)


class SlackSubscriber(Subscriber):
    """Someone who is told in Slack: by an incoming webhook, or by a bot."""

    webhook_url: str | None = Field(None, description="an incoming webhook, unless a bot posts; a secret")
    token: str | None = Field(
        None, description="a bot's token, in place of `webhook_url`; follow-ups come as replies in the thread"
    )
    to: str | None = Field(None, description='where the bot posts: `"#channel"` or a channel\'s id')

    def faults(self) -> Iterator[Fault]:
        """Find both ways at once, half of one, or none."""
        if self.token is None and self.to is None:
            yield from url_faults("webhook_url", self.webhook_url)
        elif self.webhook_url is not None:
            yield "webhook_url", "has both webhook_url and a bot's token or to; keep one way"
        elif not self.token:
            yield "to", "needs the bot's token beside to, or a webhook_url alone"
        elif not self.to:
            yield "token", 'needs to, for example "#talks" or a channel\'s id'


class SlackTable(Table):
    """`[channels.slack]`."""

    api_url: WebAddress = Field(API, description="where bots post; another for GovSlack")


class Slack(Channel[SlackSubscriber, SlackTable]):
    """The channel `slack`: to a webhook, or, where the subscriber has a token, as the bot whose that is."""

    subscriber = SlackSubscriber
    table = SlackTable
    read_by_many = True
    # Slack takes one message a second in one channel, and refuses more with 429.
    seconds_between = 1.0

    def server(self, subscriber: SlackSubscriber) -> tuple[str, int] | None:
        """Return where the webhook or Slack's API is."""
        return server_of(subscriber.webhook_url or self._table.api_url)

    def send(self, letter: Letter, subscriber: SlackSubscriber) -> Receipt:
        """Post the letter."""
        body = payload(letter, timezone=subscriber.timezone)
        if subscriber.token is not None:
            return self._as_bot(body, letter, subscriber.to or "", subscriber.token)
        answer = post(self._equipment.web, subscriber.webhook_url or "", now=self._equipment.now(), json=body)
        return _hooked(answer) if isinstance(answer, Answer) else answer

    def _as_bot(self, body: Block, letter: Letter, to: str, token: str) -> Receipt:
        if not token.isascii() or not token.isprintable():
            return Blocked(error="the token has characters outside ASCII")
        body["channel"] = to
        if letter.thread_ref:
            body["thread_ts"] = letter.thread_ref
        url, headers = f"{self._table.api_url.rstrip('/')}/chat.postMessage", {"Authorization": f"Bearer {token}"}
        answer = post(self._equipment.web, url, now=self._equipment.now(), headers=headers, json=body)
        return _posted(answer) if isinstance(answer, Answer) else answer


def _hooked(answer: Answer) -> Receipt:
    """Class what a webhook answered, which says its one word as the whole body."""
    said = answer.body.strip().decode("ascii", errors="replace")
    word = said if _WORD.fullmatch(said) else ""
    receipt = receipt_of(answer, f": {word}" if word else "")
    if isinstance(receipt, Refused) and word in TOO_BIG:
        return TooBig(error=receipt.error)
    return Blocked(error=receipt.error) if isinstance(receipt, Refused) and word in CHANNELS_FAULT else receipt


def _posted(answer: Answer) -> Receipt:
    """Class what the API answered, which is 200 with `ok` false for most that goes wrong."""
    receipt = receipt_of(answer)
    if not isinstance(receipt, Sent):
        return receipt
    said = _said(answer.body)
    if said.get("ok") is True:
        return Sent(ref=str(said["ts"]) if "ts" in said else None)
    word = str(said.get("error", ""))
    error = f"Slack: {word}" if _WORD.fullmatch(word) else "Slack did not take it"
    if word in CHANNELS_FAULT:
        return Blocked(error=error)
    if word in TOO_BIG:
        return TooBig(error=error)
    if word in MESSAGES_FAULT:
        return Refused(error=error)
    return TryLater(error=error, after=answer.after, channel=word in FOR_NOW)


def _said(body: bytes) -> dict[str, object]:
    try:
        said = json.loads(body)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def payload(letter: Letter, *, timezone: str = "UTC") -> Block:
    """Return what is posted to an incoming webhook: a plain line for notifications, and the blocks."""
    # With buttons there is one block more for each.
    most = (BLOCKS - 3) // (_A_NOTICE + any(notice.deeds for notice in letter.notices))
    return {
        "text": _fitted(letter.line, SECTION_CHARS),
        "mrkdwn": False,
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [
            _header(letter),
            *_paragraphs(letter),
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


def escape(text: str) -> str:
    """Replace Slack's three control characters, once."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _alerts(notices: Sequence[Notice], timezone: str) -> list[Block]:
    blocks: list[Block] = []
    for group in by_article(notices):
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
