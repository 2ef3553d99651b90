"""Letters to Slack, by incoming webhook or as a bot. The webhook's address and the token are secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from pydantic import Field

from alerts.channels.contract import Channel, server_of, url_faults
from alerts.channels.posting import Answer, post, receipt_of
from alerts.channels.slack_blocks import Block, payload
from alerts.message_records import Blocked, Letter, Receipt, Refused, Sent, TooBig, TryLater
from alerts.subscribers import Fault, Subscriber
from alerts.values import Table, WebAddress

API = "https://slack.com/api/"
# Slack says what it minds in one word, such as `invalid_payload`; anything else in an answer is not repeated.
_WORD = re.compile(r"[a-z]+(?:_[a-z]+){0,8}")

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
