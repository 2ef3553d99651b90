"""What a mail server's answers and failures mean: for the message, for the whole channel, for now or until mended."""

from __future__ import annotations

import base64
import re
import smtplib
from collections.abc import Sequence
from enum import StrEnum

from alerts.channels.posting import causes, tls_fault
from alerts.message_records import Blocked, Receipt, Refused, TryLater

_PERMANENT = 500
_CLOSING = 421
_TOO_BIG = 552
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
    ours = code in _NOT_ALLOWED or (step == "RCPT" and _RELAYING.search(said))
    return Blocked(error=error) if ours else Refused(error=error)


def _about_channel(error: smtplib.SMTPResponseException) -> Receipt:
    said = f"{_NAMES.get(type(error), 'refused')}: SMTP {error.smtp_code}"
    if isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code == _TOO_BIG:
        return Refused(error=f"too big: SMTP {error.smtp_code}")
    return Blocked(error=said) if error.smtp_code >= _PERMANENT else TryLater(error=said, channel=True)


def _without_answer(error: Exception, step: Step) -> Receipt:
    """Class a line that failed; one that was cut while the message went over it may fail on this message alone."""
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
