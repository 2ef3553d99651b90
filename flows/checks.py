"""What pydantic can't see: names that stand twice, point nowhere, or cannot be reached."""

from __future__ import annotations

from email.utils import parseaddr

from email_validator import EmailNotValidError, validate_email

from alerts.channels import CHANNELS
from extractors.urls import is_http_url
from flows.configuration import ConfigurationFile, SubscriberTable
from flows.problems import nearest
from flows.secrets import is_open

Mistake = tuple[tuple[int | str, ...], str]


def mistakes_in(file: ConfigurationFile) -> list[Mistake]:
    """Find every mistake that takes two tables to see, as (place, what is wrong and what to write)."""
    return [*duplicates(file), *dangling(file), *unaddressed(file)]


def duplicates(file: ConfigurationFile) -> list[Mistake]:
    """Find two feeds with one address, or two rules or subscribers with one name."""
    found: list[Mistake] = []
    for table, key, values in (
        ("feeds", "url", [feed.url for feed in file.feeds]),
        ("rules", "name", [rule.name for rule in file.rules]),
        ("subscribers", "name", [subscriber.name for subscriber in file.subscribers]),
    ):
        twice = (n for n, value in enumerate(values) if value in values[:n])
        found += [((table, n, key), f'"{values[n]}" stands twice in [[{table}]]; keep one') for n in twice]
    return found


def dangling(file: ConfigurationFile) -> list[Mistake]:
    """Find subscribers that are named and not there."""
    names = [subscriber.name for subscriber in file.subscribers]
    found: list[Mistake] = [
        (("rules", n, "subscribers"), f'rule "{rule.name}": unknown subscriber "{name}"{nearest(name, names)}')
        for n, rule in enumerate(file.rules)
        for name in rule.subscribers
        if name not in names
    ]
    if file.operator is not None and file.operator not in names:
        found.append((("operator",), f'operator: unknown subscriber "{file.operator}"{nearest(file.operator, names)}'))
    return found


def unaddressed(file: ConfigurationFile) -> list[Mistake]:
    """Find subscribers whom no channel can reach."""
    found: list[Mistake] = [
        (("subscribers", n, key), what) for n, who in enumerate(file.subscribers) for key, what in faults(who, file)
    ]
    if file.channels.email and not is_open(file.channels.email.sender) and not valid_sender(file.channels.email.sender):
        found.append(
            (("channels", "email", "from"), 'from: write an address, for example "Talkwatch <news@example.org>"')
        )
    return found


def faults(who: SubscriberTable, file: ConfigurationFile) -> list[tuple[str, str]]:
    """Find what keeps one subscriber from being reached, as (key, what is wrong)."""
    name = f'subscriber "{who.name}"'
    if who.channel not in CHANNELS:
        return [("channel", f'{name}: no channel "{who.channel}"; there are {", ".join(CHANNELS)}')]
    if who.channel == "email":
        return email_faults(name, who, file)
    if not who.webhook_url:
        return [("webhook_url", f"{name} needs webhook_url")]
    if not is_open(who.webhook_url) and not is_http_url(who.webhook_url):
        return [("webhook_url", f"{name}: webhook_url is no http(s) address")]
    return []


def email_faults(name: str, who: SubscriberTable, file: ConfigurationFile) -> list[tuple[str, str]]:
    """Find what keeps mail from one subscriber."""
    if file.channels.email is None:
        return [
            ("channel", f"{name} is told by e-mail, but there is no [channels.email]; write one with host and from")
        ]
    if not who.to:
        return [("to", f"{name} needs to")]
    if not is_open(who.to) and not valid_address(who.to):
        return [("to", f'{name}: to is no e-mail address; write one, for example "desk@example.org"')]
    return []


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
