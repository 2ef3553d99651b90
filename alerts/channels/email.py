"""Letters by e-mail over SMTP. Builds the message and names what the server said; decides no retry, keeps no state."""

from __future__ import annotations

import base64
import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Literal

from alerts.message_records import Letter, Receipt, Refused, Sent, Subscriber, TryLater
from alerts.passages import shown

_PERMANENT = 500
# Dot-atoms in ASCII only (RFC 5322, 3.4.1): quoted local parts, and those few servers take, are no desk's.
_ATOM = r"[A-Za-z0-9_!#$%&'*+/=?^`{|}~-]+"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:[\w-]+\.)*[\w-]+")
_ADDRESS_LIKE = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
_SAID_CHARS = 120
_REFUSALS: dict[type[Exception], str] = {
    smtplib.SMTPAuthenticationError: "login refused",
    smtplib.SMTPSenderRefused: "sender refused",
}
_FAULTS: dict[type[Exception], str] = {
    smtplib.SMTPServerDisconnected: "the server closed the connection",
    smtplib.SMTPNotSupportedError: "the server offers no STARTTLS or no login",
    UnicodeEncodeError: "the login has characters outside ASCII",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailConfig:
    """The mail server and the sender's address, as "Name <address>" or an address alone."""

    host: str
    from_address: str
    port: int = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)
    timeout: float = 20.0


class Email:
    """The channel `email`."""

    def __init__(self, config: EmailConfig, *, now: Callable[[], datetime]) -> None:
        """Keep the server's address and the clock that dates messages; nothing is connected yet."""
        self._config = config
        self._now = now

    def __repr__(self) -> str:
        """Name the server only."""
        return f"Email({self._config.host!r})"

    def send(self, letter: Letter, subscriber: Subscriber) -> Receipt:
        """Send one message to one recipient over a connection of its own."""
        message = compose(letter, to=subscriber.address, config=self._config, at=self._now())
        if isinstance(message, Refused):
            return message
        try:
            with _connected(self._config) as server:
                server.send_message(message)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            return _receipt(error, self._config, subscriber.address)
        return Sent()


def is_address(text: str) -> bool:
    """Tell whether `text` is one bare e-mail address; "a@b, c@d" and "Name <a@b>" are not."""
    if _ADDRESS.fullmatch(text) is None:
        return False
    try:
        return bool(_ascii(text))
    except UnicodeError:
        return False


def compose(letter: Letter, *, to: str, config: EmailConfig, at: datetime) -> EmailMessage | Refused:
    """Return the letter as a message, the same each time but for its Date; refuse what is not one address."""
    name, sender = parseaddr(config.from_address)
    if not (is_address(to) and is_address(sender)):
        return Refused(error="the recipient's or the sender's address is not one e-mail address")
    sender, to = _ascii(sender), _ascii(to)
    message = EmailMessage(policy=SMTP)
    message["Subject"] = shown(letter.subject)
    message["From"] = Address(display_name=name, addr_spec=sender)
    message["To"] = Address(addr_spec=to)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{letter.message_id}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Talkwatch-Alert"] = " ".join(notice.alert.alert_id for notice in letter.notices)
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    return message


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


def _receipt(error: Exception, config: EmailConfig, to: str) -> Receipt:
    """Refuse what the server refuses for good about this message; anything wrong with the line or login can mend."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, said = next(iter(error.recipients.values()))
            return _answered("RCPT", code, said, config, to)
        case smtplib.SMTPDataError():
            return _answered("DATA", error.smtp_code, error.smtp_error, config, to)
    return TryLater(error=_line_fault(error))


def _line_fault(error: Exception) -> str:
    """Say what is wrong with the line, the server or the login, in words of ours."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{_REFUSALS.get(type(error), 'refused')}: SMTP {error.smtp_code}"
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or type(error).__name__}"
    if isinstance(error, TimeoutError):
        return "timed out"
    return _FAULTS.get(type(error)) or f"no connection: {getattr(error, 'strerror', None) or type(error).__name__}"


def _answered(step: str, code: int, said: bytes | str, config: EmailConfig, to: str) -> Receipt:
    text = said.decode("utf-8", errors="replace") if isinstance(said, bytes) else said
    error = f"SMTP {code} at {step}: {_without_secrets(text, config, to)}"
    return Refused(error=error) if code >= _PERMANENT else TryLater(error=error)


def _without_secrets(said: str, config: EmailConfig, to: str) -> str:
    """Return what a server said on one line, without any address, or login in clear or in base 64."""
    secrets = [to, *(part for part in (config.password, config.username) if part)]
    for secret in [*secrets, *(base64.b64encode(secret.encode()).decode() for secret in secrets)]:
        said = said.replace(secret, "…")
    plain = "".join(char if char.isprintable() else " " for char in _ADDRESS_LIKE.sub("…", said))
    return plain[:_SAID_CHARS]
