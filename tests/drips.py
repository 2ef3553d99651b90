"""Servers on loopback that drip: they answer like others up to one line, and then a byte at a time without an end."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

# Often enough that no read of theirs is late, and so many that a test which waits for the end fails in time.
_EVERY_SECONDS = 0.02
_DROPS = 1_000

SMTP = (b"220 here\r\n", b"250 here\r\n", b"250 go on\r\n", b"250 go on\r\n", b"354 go on\r\n", b"250 kept\r\n")
# Where each of those answers stands: before the greeting, to EHLO, MAIL, RCPT, DATA, the message, QUIT.
SMTP_STAGES = ("banner", "EHLO", "MAIL", "RCPT", "DATA", "message", "QUIT")


@contextmanager
def dripping(answers: Sequence[bytes], drops: bytes, *, asked_first: bool = False) -> Iterator[int]:
    """Listen; give each connection these `answers`, one before each line it says, and then `drops` over and over.

    A server of mail speaks first; one of the web is `asked_first`, and what it says is one answer. Yields its port.
    """
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_serve, args=(listener, answers, drops, asked_first, ended), daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            ended.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _serve(
    listener: socket.socket, answers: Sequence[bytes], drops: bytes, asked_first: bool, ended: threading.Event
) -> None:
    with suppress(OSError):
        while True:
            connection, _ = listener.accept()
            with connection, suppress(OSError):
                _speak(connection, answers, drops, asked_first, ended)


def _speak(
    connection: socket.socket, answers: Sequence[bytes], drops: bytes, asked_first: bool, ended: threading.Event
) -> None:
    if asked_first:
        _hear(connection, b"\r\n\r\n")
    for answer in answers:
        connection.sendall(answer)
        if not asked_first:
            _hear(connection, b"\r\n.\r\n" if answer.startswith(b"354") else b"\r\n")
    for number in range(_DROPS):
        if ended.wait(_EVERY_SECONDS):
            return
        connection.sendall(drops[number % len(drops) :][:1])


def _hear(connection: socket.socket, end: bytes) -> None:
    said = b""
    while end not in said:
        heard = connection.recv(65536)
        if not heard:
            raise ConnectionResetError
        said += heard
