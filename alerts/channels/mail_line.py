"""A line to a mail server that is cut when its time is up: one that drips a byte a second answers each read in time.

Knows nothing of messages.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

# For a goodbye, which changes nothing any more.
_GOODBYE_SECONDS = 5.0


class OutOfTime(TimeoutError):
    """The line was cut since its time was up."""


class _Cut:
    """Shuts a connection down after so many seconds, wherever in the conversation it is by then."""

    def __init__(self) -> None:
        self.is_done = False
        self._handle: socket.socket | None = None
        self._timer: threading.Timer | None = None

    def after(self, seconds: float) -> None:
        """Begin to wait, anew if it waited already."""
        self.forget()
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def watch(self, connection: socket.socket) -> None:
        # TLS takes the socket over, and a second descriptor of the same connection stays ours.
        self._handle = connection.dup()
        if self.is_done:
            self._cut()

    def _cut(self) -> None:
        self.is_done = True
        if self._handle:
            with suppress(OSError):
                self._handle.shutdown(socket.SHUT_RDWR)

    def forget(self) -> None:
        if self._timer:
            self._timer.cancel()

    def close(self) -> None:
        self.forget()
        if self._handle:
            self._handle.close()


class _Plain(smtplib.SMTP):
    """A connection that may be cut from its first byte on, which smtplib reads before anyone has the connection."""

    def __init__(self, cut: _Cut, *place: Any, **how: Any) -> None:
        self._cut = cut
        super().__init__(*place, **how)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made: socket.socket = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # its stubs leave it out
        self._cut.watch(made)
        return made


class _Tls(smtplib.SMTP_SSL, _Plain):
    """The same over TLS, whose handshake may be cut too."""

    def __init__(self, cut: _Cut, *place: Any, **how: Any) -> None:
        self._cut = cut
        smtplib.SMTP_SSL.__init__(self, *place, **how)


@contextmanager
def mail_line(
    host: str, port: int, *, tls: ssl.SSLContext | None, own_name: str, timeout: float, seconds: float
) -> Iterator[smtplib.SMTP]:
    """Connect, with `tls` from the first byte where that is given, and say goodbye in the end.

    An answer may take `timeout` seconds, everything together `seconds`; raises OutOfTime when they are over, else what
    smtplib raises.
    """
    cut = _Cut()
    server: smtplib.SMTP | None = None
    cut.after(seconds)
    try:
        if tls:
            server = _Tls(cut, host, port, own_name, timeout=timeout, context=tls)
        else:
            server = _Plain(cut, host, port, own_name, timeout=timeout)
        yield server
        # The message is taken by now: how the server says goodbye changes nothing.
        cut.after(_GOODBYE_SECONDS)
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
    except (smtplib.SMTPException, OSError) as error:
        if cut.is_done:
            raise OutOfTime(f"not done within {seconds:g} s") from error
        raise
    finally:
        cut.close()
        if server:
            server.close()
