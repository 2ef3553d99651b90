"""Letters by e-mail over SMTP: builds the message, sends it over its own line; decides no retry, keeps no state."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr, parseaddr
from typing import Any, Literal
from urllib.parse import quote

from alerts.channels.smtp_answers import Step, receipt_of
from alerts.message_records import Blocked, Letter, Receipt, Refused, Sent, Subscriber
from alerts.passages import shown

# Dot-atoms in ASCII only (RFC 5322, 3.4.1): quoted local parts, and those few servers take, are no desk's.
_ATOM = r"[A-Za-z0-9_!#$%&'*+/=?^`{|}~-]+"
_LINE = 78  # characters a line should have at most (RFC 5322, 2.1.1)
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:[\w-]+\.)*[\w-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailConfig:
    """The mail server and the sender's address, as "Name <address>" or an address alone.

    `unsubscribe` is an address that people write to, `unsubscribe_url` one of the operator's that takes the one-click
    POST of RFC 8058; `{subscriber}` in it stands for the subscriber's name.
    """

    host: str
    from_address: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    timeout: float = 20.0
    unsubscribe: str | None = None
    unsubscribe_url: str | None = None


class Email:
    """The channel `email`."""

    seconds_between = 0.0

    def __init__(self, config: EmailConfig, *, now: Callable[[], datetime]) -> None:
        """Keep the server's address and the clock that dates messages; nothing is connected yet."""
        self._config = config
        self._now = now

    def __repr__(self) -> str:
        """Name the server only."""
        return f"Email({self._config.host!r})"

    def send(self, letter: Letter, subscriber: Subscriber) -> Receipt:
        """Send one message to one recipient over a connection of its own."""
        message = compose(letter, subscriber, config=self._config, at=self._now())
        if not isinstance(message, EmailMessage):
            return message
        step = Step.LINE
        try:
            with _connected(self._config) as server:
                step = Step.MESSAGE
                server.send_message(message)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            secrets = (subscriber.address, self._config.password, self._config.username)
            return receipt_of(error, step, [secret for secret in secrets if secret])
        return Sent()


def is_address(text: str) -> bool:
    """Tell whether `text` is one bare e-mail address; "a@b, c@d" and "Name <a@b>" are not."""
    if _ADDRESS.fullmatch(text) is None:
        return False
    try:
        return bool(_ascii(text))
    except UnicodeError:
        return False


def compose(
    letter: Letter, subscriber: Subscriber, *, config: EmailConfig, at: datetime
) -> EmailMessage | Refused | Blocked:
    """Return the letter as a message, the same each time but for its Date; refuse what is not one address."""
    name, sender = parseaddr(config.from_address)
    if not is_address(sender):
        return Blocked(error="the sender's address is not one e-mail address")
    if not is_address(subscriber.address):
        return Refused(error="the recipient's address is not one e-mail address")
    message = EmailMessage(policy=_HEADERS)
    message["Subject"] = _unread(shown(letter.subject))
    message["From"] = Address(display_name=shown(name), addr_spec=_ascii(sender))
    message["To"] = Address(addr_spec=_ascii(subscriber.address))
    message["Date"] = format_datetime(at)
    for header, value in (_identity(letter, _ascii(sender)) | _way_out(config, subscriber.name)).items():
        message[header] = value
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


def _unread(text: str) -> str:
    """Return a header's text so that what only looks encoded in it is not decoded, control characters and all."""
    return Header(text, "utf-8").encode(maxlinelen=0) if "=?" in text else text


class _Folding(EmailPolicy):
    """Folds subject and sender: Python's own folding loses blanks beside what is not ASCII, and a name's quotes."""

    def fold(self, name: str, value: Any) -> str:
        """Return a header as its lines."""
        text = str(value)
        if name == "From":
            (sender,) = value.addresses
            return f"{name}: {self._mailbox(name, sender)}{self.linesep}"
        if name != "Subject" or _is_plain(text):
            return str(super().fold(name, value))
        return f"{name}: {self._encoded(name, text)}{self.linesep}"

    def _mailbox(self, header: str, sender: Address) -> str:
        """Return name and address, the name in quotes or encoded; the address on a line of its own where it is long."""
        name, address = sender.display_name, f" <{sender.addr_spec}>"
        if not name:
            return sender.addr_spec
        plain = formataddr((name, sender.addr_spec)).removesuffix(address) if _is_plain(name) else None
        room = _LINE - len(f"{header}: ")
        if plain and len(plain + address) <= room:
            return plain + address
        phrase = plain if plain and len(plain) <= room else self._encoded(header, name)
        return phrase + self.linesep + address

    def _encoded(self, header: str, text: str) -> str:
        return Header(text, "utf-8", header_name=header).encode(linesep=self.linesep)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """Return a header as its lines, ready to be sent."""
        return self.fold(name, value).encode("ascii", "surrogateescape")


_HEADERS = _Folding(linesep="\r\n")


def _is_plain(text: str) -> bool:
    """Tell whether a header's text may stand there as it is."""
    return text.isascii() and "=?" not in text


def _identity(letter: Letter, sender: str) -> dict[str, str]:
    """Return the headers that name a message, what it replies to and the alerts it tells."""
    domain = sender.rpartition("@")[2]
    headers = {"Message-ID": f"<{letter.message_id}@{domain}>", "Auto-Submitted": "auto-generated"}
    if letter.thread_of:
        headers["In-Reply-To"] = headers["References"] = f"<{letter.thread_of}@{domain}>"
    if letter.notices:
        headers["X-Talkwatch-Alert"] = " ".join(notice.alert.alert_id for notice in letter.notices)
    return headers


def _way_out(config: EmailConfig, subscriber: str) -> dict[str, str]:
    """Return the headers that let a reader unsubscribe (RFC 2369, and RFC 8058 where something takes the POST)."""
    name = quote(subscriber, safe="")
    ways, post = [], {}
    if config.unsubscribe_url:
        ways.append(f"<{config.unsubscribe_url.replace('{subscriber}', name)}>")
        post = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    if config.unsubscribe:
        ways.append(f"<mailto:{config.unsubscribe}?subject=unsubscribe%20{name}>")
    return {"List-Unsubscribe": ", ".join(ways), **post} if ways else {}


def _ascii(address: str) -> str:
    """Return an address with its domain as it is sent over the wire (IDNA)."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}"


@contextmanager
def _connected(config: EmailConfig) -> Iterator[smtplib.SMTP]:
    """Connect, secure the line and log in; close whatever happens inside."""
    # Named after the sender's domain, since asking for this machine's own name can take a resolver's whole time-out.
    own_name = _ascii(parseaddr(config.from_address)[1]).rpartition("@")[2]
    secure = ssl.create_default_context()
    server: smtplib.SMTP
    if config.security == "tls":
        server = smtplib.SMTP_SSL(config.host, config.port, own_name, timeout=config.timeout, context=secure)
    else:
        server = smtplib.SMTP(config.host, config.port, own_name, timeout=config.timeout)
    try:
        if config.security == "starttls":
            server.starttls(context=secure)
        if config.username is not None:
            server.login(config.username, config.password or "")
        yield server
        # The message is taken by now: how the server says goodbye changes nothing.
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    finally:
        server.close()
