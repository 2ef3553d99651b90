"""Letters by e-mail over SMTP: the message, its own line, and what the server's answers mean. Decides no retry."""

from __future__ import annotations

import base64
import re
import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, formataddr, parseaddr
from enum import StrEnum
from typing import Annotated, Any, Literal
from urllib.parse import quote

from email_validator import EmailNotValidError, validate_email
from pydantic import Field

from alerts.channels.contract import Channel, Equipment
from alerts.channels.mail_line import OutOfTime, mail_line
from alerts.channels.posting import causes, tls_fault
from alerts.message_records import Blocked, Letter, Receipt, Refused, Sent, TooBig, TryLater
from alerts.subscribers import Fault, Subscriber
from alerts.values import Name, Table, is_open, once_filled
from alerts.wording import shown
from extractors.text.urls import is_http_url

_LINE = 78  # characters a line should have at most (RFC 5322, 2.1.1)
_HTTPS = re.compile(r"https://[!-;=?-~]+")
_FOR_MACHINES = {
    *("To", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted", "X-Talkwatch-Alert"),
    *("List-Unsubscribe", "List-Unsubscribe-Post"),
}
_PERMANENT = 500
_CLOSING = 421
# What a server says of a message's size, by its code or its enhanced one (RFC 3463); 552 may mean a full mailbox too.
_TOO_BIG = {523, 552}
_TOO_BIG_SAID = re.compile(r"5\.(?:2\.3|3\.4)\b")
_MAILBOX_FULL = re.compile(r"5\.2\.2\b")
# At RCPT these are about us, who may not send, and not about the recipient.
_NOT_ALLOWED = {530, 534, 535, 538}
_RELAYING = re.compile(r"\brelay", re.IGNORECASE)
_ADDRESS_LIKE = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
_SAID_CHARS = 120
_NAMES: dict[type[Exception], str] = {
    smtplib.SMTPAuthenticationError: "login refused",
    smtplib.SMTPSenderRefused: "sender refused",
    smtplib.SMTPConnectError: "connection refused",
    smtplib.SMTPHeloError: "greeting refused",
}
_TO_MEND: dict[type[Exception], str] = {
    smtplib.SMTPNotSupportedError: "the server offers no STARTTLS or no login",
    UnicodeEncodeError: "the login has characters outside ASCII",
}


def mail_address(text: str) -> str:
    """Accept one address that is read."""
    if fault := address_fault(text):
        raise ValueError(f'{fault}; write an address that is read, for example "desk@example.org"')
    return text


def mail_sender(text: str) -> str:
    """Accept one address, with or without a name before it."""
    fault = address_fault(parseaddr(text)[1]) if text.isprintable() else "has characters that nobody sees"
    if fault:
        raise ValueError(f'{fault}; write an address, for example "Talkwatch <news@example.org>"')
    return text


def one_click_address(url: str) -> str:
    """Accept an https address, as it can stand between angle brackets in a header."""
    if _HTTPS.fullmatch(url) and is_http_url(url.replace("{subscriber}", "x")):
        return url
    raise ValueError("write an https address of yours that takes the POST of RFC 8058")


def wire_address(text: str) -> str | None:
    """Return an address as mail servers are given it, its domain in ASCII (IDNA); None for what is not exactly one.

    One with characters outside ASCII before its @ is none: few servers take it (RFC 6531).
    """
    try:
        return _address(text, smtputf8=False)
    except EmailNotValidError:
        return None


def address_fault(text: str) -> str | None:
    """Say what is wrong with an address; None for one that mail can be sent to."""
    if wire_address(text):
        return None
    try:
        _address(text, smtputf8=True)
    except EmailNotValidError:
        return "is no e-mail address"
    return "has characters outside ASCII before the @, which few mail servers take"


def _address(text: str, *, smtputf8: bool) -> str:
    found = validate_email(
        text,
        allow_smtputf8=smtputf8,
        check_deliverability=False,
        test_environment=True,
        # A mail server of one's own may be at a name without a point in it.
        globally_deliverable=False,
    )
    return found.ascii_email or found.normalized


class EmailSubscriber(Subscriber):
    """Someone who is told by e-mail."""

    to: str = Field(description="one address", examples=["desk@example.org"])

    def faults(self) -> Iterator[Fault]:
        """Find an address that is none, or more than one."""
        if not self.to:
            yield "to", "needs to"
        elif not is_open(self.to) and (fault := address_fault(self.to)):
            yield "to", f'to {fault}; write one, for example "desk@example.org"'


class EmailTable(Table):
    """`[channels.email]`: the mail server and the sender."""

    host: Name = Field(description="the mail server")
    from_address: Annotated[str, once_filled(mail_sender)] = Field(
        alias="from", description='`"Talkwatch <talkwatch@example.org>"`'
    )
    port: int = Field(587, ge=1, le=65535, description="where it listens")
    security: Literal["starttls", "tls", "none"] = Field("starttls", description="`starttls`, `tls`, `none`")
    username: str | None = Field(None, description="who logs in")
    password: str | None = Field(None, description="a secret")
    unsubscribe: Annotated[str, once_filled(mail_address)] | None = Field(
        None, description="an address that is read, named in each mail's List-Unsubscribe"
    )
    unsubscribe_url: Annotated[str, once_filled(one_click_address)] | None = Field(
        None,
        description=(
            "an https address of yours that takes the one-click POST of RFC 8058; `{subscriber}` stands for the name"
        ),
    )


class Email(Channel[EmailSubscriber, EmailTable]):
    """The channel `email`."""

    subscriber = EmailSubscriber
    table = EmailTable
    shared = True

    def __repr__(self) -> str:
        """Name the server only."""
        return f"Email({self._table.host!r})"

    def stop_address(self, subscriber: EmailSubscriber) -> str | None:
        """Return the address to write to, which a reader's click reaches; else the one that takes the POST."""
        return max(_stops(self._table, subscriber.name), key=_is_mail, default=None)

    def server(self, subscriber: EmailSubscriber) -> tuple[str, int]:  # noqa: ARG002 (one for all)
        """Return the mail server."""
        return self._table.host, self._table.port

    def send(self, letter: Letter, subscriber: EmailSubscriber) -> Receipt:
        """Send one message to one recipient over a connection of its own."""
        message = compose(letter, subscriber, table=self._table, at=self._equipment.now())
        if not isinstance(message, EmailMessage):
            return message
        step = Step.LINE
        try:
            with _connected(self._table, self._equipment) as server:
                step = Step.MESSAGE
                server.send_message(message)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            secrets = (subscriber.to, self._table.password, self._table.username)
            return receipt_of(error, step, [secret for secret in secrets if secret])
        return Sent()


def compose(
    letter: Letter, subscriber: EmailSubscriber, *, table: EmailTable, at: datetime
) -> EmailMessage | Refused | Blocked:
    """Return the letter as a message, the same each time but for its Date; refuse what is not one address."""
    name, address = parseaddr(table.from_address)
    sender, recipient = wire_address(address), wire_address(subscriber.to)
    if sender is None:
        return Blocked(error="the sender's address is not one e-mail address")
    if recipient is None:
        return Refused(error="the recipient's address is not one e-mail address")
    message = EmailMessage(policy=_HEADERS)
    message["Subject"] = _unread(shown(letter.subject))
    message["From"] = Address(display_name=shown(name), addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    message["Date"] = format_datetime(at)
    for header, value in (_identity(letter, sender) | _way_out(table, subscriber.name, letter.one_click)).items():
        message[header] = value
    message.set_content(letter.text, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.briefing:
        _, page = message.iter_parts()
        for each in letter.briefing.pictures:
            name, cid = f"{each.name}.png", f"<{each.name}@talkwatch>"
            page.add_related(each.png, "image", "png", disposition="inline", filename=name, cid=cid)
    return message


def _unread(text: str) -> str:
    """Return a header's text so that what only looks encoded in it is not decoded, control characters and all."""
    return Header(text, "utf-8").encode(maxlinelen=0) if "=?" in text else text


class _Folding(EmailPolicy):
    """Folds our headers: Python's own folding encodes what is long in one, and loses blanks and quotes of names."""

    def fold(self, name: str, value: Any) -> str:
        """Return a header as its lines."""
        text = str(value)
        if name == "From":
            (sender,) = value.addresses
            return f"{name}: {self._mailbox(name, sender)}{self.linesep}"
        if name == "Subject" and not _is_plain(text):
            return f"{name}: {self._encoded(name, text)}{self.linesep}"
        if name in _FOR_MACHINES:
            return self._at_blanks(f"{name}: {text}")
        return str(super().fold(name, value))

    def _at_blanks(self, header: str) -> str:
        """Fold at blanks alone: nothing is found in an id or address that is encoded or cut (RFC 5322, 3.6.4)."""
        first, *words = header.split(" ")
        lines = [first]
        for word in words:
            # The first word stays beside the header's name, whose line would be empty without it.
            fits = len(lines[-1]) + 1 + len(word) <= _LINE or lines == [first]
            lines[-1:] = [f"{lines[-1]} {word}"] if fits else [lines[-1], f" {word}"]
        return "".join(line + self.linesep for line in lines)

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


def _way_out(table: EmailTable, subscriber: str, one_click: str | None) -> dict[str, str]:
    """Return the headers that let a reader unsubscribe (RFC 2369, and RFC 8058 where something takes the POST)."""
    known = list(_stops(table, subscriber))
    # Of two addresses of the web mail programs take the first, which then is the one that we answer ourselves.
    ways = ", ".join(f"<{way}>" for way in ([one_click, *filter(_is_mail, known)] if one_click else known))
    takes_post = one_click.startswith("https://") if one_click else bool(table.unsubscribe_url)
    post = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if takes_post else {}
    return {"List-Unsubscribe": ways, **post} if ways else {}


def _is_mail(address: str) -> bool:
    return address.startswith("mailto:")


def _stops(table: EmailTable, subscriber: str) -> Iterator[str]:
    """Yield the addresses at which a reader unsubscribes."""
    name = quote(subscriber, safe="")
    if table.unsubscribe_url:
        yield table.unsubscribe_url.replace("{subscriber}", name)
    if address := table.unsubscribe and wire_address(table.unsubscribe):
        yield f"mailto:{quote(address, safe='@')}?subject=unsubscribe%20{name}"


@contextmanager
def _connected(table: EmailTable, equipment: Equipment) -> Iterator[smtplib.SMTP]:
    """Connect, secure the line and log in; close whatever happens inside."""
    # Named after the sender's domain, since asking for this machine's own name can take a resolver's whole time-out.
    own_name = (wire_address(parseaddr(table.from_address)[1]) or "").rpartition("@")[2]
    secure = ssl.create_default_context()
    with mail_line(
        table.host,
        table.port,
        tls=secure if table.security == "tls" else None,
        own_name=own_name,
        timeout=equipment.timeout,
        seconds=equipment.seconds,
    ) as server:
        if table.security == "starttls":
            server.starttls(context=secure)
        if table.username is not None:
            server.login(table.username, table.password or "")
        yield server


class Step(StrEnum):
    """How far it came: the line and the login, or the message itself."""

    LINE = "line"
    MESSAGE = "message"


def receipt_of(error: Exception, step: Step, secrets: Sequence[str]) -> Receipt:
    """Class what went wrong; what the server said is told without any of the `secrets`."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, said = next(iter(error.recipients.values()))
            return _about_message("RCPT", code, without_secrets(said, secrets))
        case smtplib.SMTPDataError():
            return _about_message("DATA", error.smtp_code, without_secrets(error.smtp_error, secrets))
        case smtplib.SMTPResponseException():
            return _about_channel(error)
    return _without_answer(error, step)


def _about_message(step: str, code: int, said: str) -> Receipt:
    error = f"SMTP {code} at {step}: {said}"
    if code == _CLOSING:
        return TryLater(error=error, channel=True)
    if code < _PERMANENT:
        return TryLater(error=error)
    if step == "DATA" and is_too_big(code, said):
        return TooBig(error=error)
    ours = code in _NOT_ALLOWED or (step == "RCPT" and _RELAYING.search(said))
    return Blocked(error=error) if ours else Refused(error=error)


def is_too_big(code: int, said: str) -> bool:
    """Tell whether a message was refused for its size."""
    return bool(_TOO_BIG_SAID.match(said)) or (code in _TOO_BIG and not _MAILBOX_FULL.match(said))


def _about_channel(error: smtplib.SMTPResponseException) -> Receipt:
    said = f"{_NAMES.get(type(error), 'refused')}: SMTP {error.smtp_code}"
    words = without_secrets(error.smtp_error, ())
    if isinstance(error, smtplib.SMTPSenderRefused) and is_too_big(error.smtp_code, words):
        return TooBig(error=f"too big: SMTP {error.smtp_code}")
    return Blocked(error=said) if error.smtp_code >= _PERMANENT else TryLater(error=said, channel=True)


def _without_answer(error: Exception, step: Step) -> Receipt:
    """Class a line that failed; one that was cut while the message went over it may fail on this message alone."""
    if isinstance(error, OutOfTime):
        return TryLater(error=str(error), channel=True)
    to_mend = _TO_MEND.get(type(error)) or tls_fault(error)
    if to_mend:
        return Blocked(error=to_mend)
    # smtplib tells a time-out as a lost connection.
    if any(isinstance(cause, TimeoutError) for cause in causes(error)):
        return TryLater(error="timed out", channel=True)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return TryLater(error="the server closed the connection", channel=step is Step.LINE)
    reason = getattr(error, "strerror", None) or type(error).__name__
    return TryLater(error=f"no connection: {reason}", channel=step is Step.LINE)


def without_secrets(said: bytes | str, secrets: Sequence[str]) -> str:
    """Return what a server said on one line, without any address, or secret in clear or in base 64."""
    text = said.decode("utf-8", errors="replace") if isinstance(said, bytes) else said
    for secret in [*secrets, *(base64.b64encode(secret.encode()).decode() for secret in secrets)]:
        text = text.replace(secret, "…")
    plain = "".join(char if char.isprintable() else " " for char in _ADDRESS_LIKE.sub("…", text))
    return plain[:_SAID_CHARS]
