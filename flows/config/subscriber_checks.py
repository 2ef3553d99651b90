"""What keeps a subscriber from being reached: each channel's own keys, and what must stand in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from email.utils import parseaddr
from importlib.util import find_spec

from email_validator import EmailNotValidError, validate_email

from alerts.channels import CHANNELS
from extractors.text.urls import is_http_url
from flows.config.configuration import ConfigurationFile, EmailTable, SubscriberTable
from flows.config.secrets import is_open
from flows.problems import nearest

Fault = tuple[str, str]
# As it can stand between angle brackets in a header.
HTTPS = re.compile(r"https://[!-;=?-~]+")
ADDRESS_KEYS = ("to", "webhook_url", "token", "url", "secret")
OWN = {
    "email": {"to"},
    "slack": {"webhook_url", "token", "to"},
    "webhook": {"url", "secret"},
    "apprise": {"url"},
}


def faults(who: SubscriberTable, file: ConfigurationFile) -> list[Fault]:
    """Find what keeps one subscriber from being reached, as (key, what is wrong and what to write)."""
    name = f'subscriber "{who.name}"'
    if who.channel not in CHANNELS:
        known = nearest(who.channel, CHANNELS)
        return [("channel", f'{name}: no channel "{who.channel}"{known}; there are {", ".join(CHANNELS)}')]
    own = OWN[who.channel]
    astray = [
        (key, f"{name}: {key} is no key of channel {who.channel}; it has {', '.join(sorted(own))}")
        for key in ADDRESS_KEYS
        if getattr(who, key) is not None and key not in own
    ]
    return [*astray, *FAULTS[who.channel](name, who, file)]


def email_faults(name: str, who: SubscriberTable, file: ConfigurationFile) -> Iterator[Fault]:
    """Find what keeps mail from one subscriber."""
    if file.channels.email is None:
        yield "channel", f"{name} is told by e-mail, but there is no [channels.email]; write one with host and from"
    elif not who.to:
        yield "to", f"{name} needs to"
    elif not is_open(who.to) and not valid_address(who.to):
        yield "to", f'{name}: to is no e-mail address; write one, for example "desk@example.org"'


def slack_faults(name: str, who: SubscriberTable, _: ConfigurationFile) -> Iterator[Fault]:
    """Find what keeps one subscriber from being told in Slack, by webhook or by a bot."""
    if who.token is None and who.to is None:
        yield from url_faults(name, "webhook_url", who.webhook_url)
    elif who.webhook_url is not None:
        yield "webhook_url", f"{name} has both webhook_url and a bot's token or to; keep one way"
    elif not who.token:
        yield "to", f"{name} needs the bot's token beside to, or a webhook_url alone"
    elif not who.to:
        yield "token", f'{name} needs to, for example "#talks" or a channel\'s id'


def webhook_faults(name: str, who: SubscriberTable, _: ConfigurationFile) -> Iterator[Fault]:
    """Find what keeps a webhook from being told."""
    yield from url_faults(name, "url", who.url)
    if not who.secret:
        yield "secret", f'{name} needs secret, which its messages are signed with, for example "${{HOOK_SECRET}}"'


def apprise_faults(name: str, who: SubscriberTable, _: ConfigurationFile) -> Iterator[Fault]:
    """Find what keeps one subscriber from being told through Apprise."""
    if not who.url:
        yield "url", f'{name} needs url, as Apprise writes it, for example "ntfy://topic"'
    if find_spec("apprise") is None:
        yield "channel", f"{name} is told through Apprise, which is not installed; install talkwatch[apprise]"


def url_faults(name: str, key: str, url: str | None) -> Iterator[Fault]:
    """Find what is wrong with a web address."""
    if not url:
        yield key, f"{name} needs {key}"
    elif not is_open(url) and not is_http_url(url):
        yield key, f"{name}: {key} is no http(s) address"


FAULTS: Mapping[str, Callable[[str, SubscriberTable, ConfigurationFile], Iterator[Fault]]] = {
    "email": email_faults,
    "slack": slack_faults,
    "webhook": webhook_faults,
    "apprise": apprise_faults,
}


def server_faults(table: EmailTable) -> Iterator[Fault]:
    """Find what is wrong with `[channels.email]`."""
    if not is_open(table.sender) and not valid_sender(table.sender):
        yield "from", 'from: write an address, for example "Talkwatch <news@example.org>"'
    way_out, url = table.unsubscribe, table.unsubscribe_url
    if way_out and not is_open(way_out) and not valid_address(way_out):
        yield "unsubscribe", 'unsubscribe: write an address that is read, for example "desk@example.org"'
    if url and not is_open(url) and not (HTTPS.fullmatch(url) and is_http_url(url.replace("{subscriber}", "x"))):
        yield "unsubscribe_url", "unsubscribe_url: write an https address of yours that takes the POST of RFC 8058"


def valid_address(text: str) -> bool:
    """Tell whether a text is exactly one e-mail address."""
    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def valid_sender(text: str) -> bool:
    """Tell whether a text is one address, with or without a name before it."""
    return text.isprintable() and valid_address(parseaddr(text)[1])
