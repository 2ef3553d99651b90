"""Real servers on loopback that fail on cue: an SMTP server and an HTTP server. No test waits for them by sleeping."""

# The servers name the methods they call, and their arguments.
# ruff: noqa: N802, N815, ARG002

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult

DROP = "DROP"  # the connection is reset in place of an answer
HANG = "HANG"  # no answer, until the sink closes
CUT = "CUT"  # at DATA: 354, then a reset in the middle of the message
KEEP_THEN_DROP = "KEEP_THEN_DROP"  # at DATA: the message is kept, its 250 never comes

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Mail:
    """One message taken, as it came over the wire."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """Return the message parsed."""
        return BytesParser(EmailMessage, policy=policy.default).parsebytes(self.raw)


class _Session(SMTP):
    """One connection; asks the sink before it answers DATA, so that the sink can cut it off."""

    sink: SmtpSink

    async def smtp_DATA(self, arg: str) -> None:
        if self.sink.next_cue("DATA", only=CUT):
            await self.push("354 go on")
            await self.sink.lose(self)
        await super().smtp_DATA(arg)


class SmtpSink:
    """An SMTP server that keeps what it takes in `mails` and answers as `answer` told it to.

    With `password` it wants a login, with `tls` it offers STARTTLS (or speaks TLS from the first byte: `implicit_tls`).
    """

    def __init__(
        self, *, password: str | None = None, tls: ssl.SSLContext | None = None, implicit_tls: bool = False
    ) -> None:
        """Prepare the server; it listens inside `with`."""
        self.host = HOST
        self.port = 0
        self.mails: list[Mail] = []
        self.logins: list[tuple[str, str]] = []
        self.arrived = threading.Condition()
        self._password = password
        self._tls = tls
        self._implicit = implicit_tls
        self._cues: dict[str, deque[str]] = defaultdict(deque)
        self._loop = asyncio.new_event_loop()
        self._sessions: list[_Session] = []
        self._thread = threading.Thread(target=self._run, name="smtp-sink", daemon=True)
        self._ready = threading.Event()

    def answer(self, command: str, *cues: str, times: int = 1) -> None:
        """Answer the next MAIL, RCPT or DATA commands with `cues`: replies such as "451 later", or DROP, HANG, CUT."""
        self._cues[command].extend(cues * times)

    def wait_for(self, count: int, timeout: float = 10.0) -> list[Mail]:
        """Return the mails once there are `count` of them; fail after `timeout` seconds."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.mails) >= count, timeout), f"only {len(self.mails)} mails"
            return list(self.mails)

    def next_cue(self, command: str, *, only: str | None = None) -> str | None:
        """Take the next cue for `command`, if there is one (and, with `only`, if it is that one)."""
        cues = self._cues[command]
        return cues.popleft() if cues and only in (None, cues[0]) else None

    async def lose(self, session: SMTP) -> str:
        """Reset the connection; the wait ends when the session notices."""
        assert isinstance(session.transport, asyncio.Transport)
        session.transport.abort()
        return await self._hang()

    async def handle_MAIL(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """Take the sender, unless told otherwise."""
        if self._password and not session.authenticated:
            return "530 5.7.0 authentication required"
        envelope.mail_from, envelope.mail_options = address, options
        return await self._reply("MAIL", server)

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        """Take a recipient, unless told otherwise."""
        reply = await self._reply("RCPT", server)
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        """Keep the message, unless told otherwise."""
        keep_then_drop = self.next_cue("DATA", only=KEEP_THEN_DROP)
        reply = await self._reply("DATA", server) if not keep_then_drop else "250 kept"
        if reply.startswith("250"):
            with self.arrived:
                self.mails.append(Mail(envelope.mail_from, tuple(envelope.rcpt_tos), bytes(envelope.content)))
                self.arrived.notify_all()
        return await self.lose(server) if keep_then_drop else reply

    async def _reply(self, command: str, server: SMTP) -> str:
        cue = self.next_cue(command)
        if cue == DROP:
            return await self.lose(server)
        return await self._hang() if cue == HANG else cue or "250 OK"

    async def _hang(self) -> str:
        await asyncio.Event().wait()
        return "250 never said"

    def _authenticate(self, server: SMTP, session: Any, envelope: Any, mechanism: str, login: Any) -> AuthResult:
        user, password = login.login.decode(), login.password.decode()
        self.logins.append((user, password))
        return AuthResult(success=password == self._password, handled=False)

    def _session(self) -> _Session:
        session = _Session(
            self,
            hostname="sink.test",  # else aiosmtpd looks this machine's name up
            tls_context=None if self._implicit else self._tls,
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=self._authenticate if self._password else None,
            loop=self._loop,
        )
        session.sink = self
        self._sessions.append(session)
        return session

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        server = await self._loop.create_server(self._session, HOST, 0, ssl=self._tls if self._implicit else None)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stopping.wait()
        server.close()
        for session in self._sessions:
            if isinstance(session.transport, asyncio.Transport):
                session.transport.abort()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def __enter__(self) -> Self:
        """Listen."""
        self._thread.start()
        assert self._ready.wait(10), "the SMTP sink did not start"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close every connection and stop."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)


@dataclass(frozen=True)
class Asked:
    """One request as it came; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """One answer of the HTTP server.

    `gate` holds it back until the event is set. `sent` bytes of a `body` are sent, then the connection is cut though
    Content-Length promised all of it. `reset` cuts it with no answer. An iterable body is sent without a length.
    """

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | Iterable[bytes] = b""
    gate: threading.Event | None = None
    sent: int | None = None
    reset: bool = False


Answer = Reply | Callable[[Asked], Reply]


@dataclass
class _Pages:
    """What is answered at each path (without its query), and what was asked."""

    answers: dict[str, deque[Answer]] = field(default_factory=lambda: defaultdict(deque))
    requests: list[Asked] = field(default_factory=list)
    keep: bool = False
    connections: int = 0
    gates: set[threading.Event] = field(default_factory=set)
    lock: threading.Condition = field(default_factory=threading.Condition)

    def next_answer(self, asked: Asked) -> Reply:
        """Note the request and return its answer; the last answer of a path stays."""
        with self.lock:
            self.requests.append(asked)
            self.lock.notify_all()
            answers = self.answers[asked.path.partition("?")[0]]
            answer: Answer = Reply(404) if not answers else answers.popleft() if len(answers) > 1 else answers[0]
        reply = answer if isinstance(answer, Reply) else answer(asked)
        if reply.gate:
            self.gates.add(reply.gate)
        return reply


class _Request(BaseHTTPRequestHandler):
    pages: _Pages
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        with self.pages.lock:
            self.pages.connections += 1

    def do_GET(self) -> None:
        self.close_connection = not self.pages.keep
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.pages.next_answer(Asked(self.command, self.path, headers, self.rfile.read(length)))
        if reply.gate:
            reply.gate.wait()
        if reply.reset:
            self.close_connection = True
            # Without lingering, and closed under the files that wrap it, the socket sends a reset at once.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            socket.close(self.connection.detach())
            return
        self._write(reply)

    do_POST = do_HEAD = do_PUT = do_GET

    def _write(self, reply: Reply) -> None:
        self.send_response_only(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if not self.pages.keep:
            self.send_header("Connection", "close")
        if isinstance(reply.body, bytes):
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command == "HEAD" or reply.status == 304:
            return
        for chunk in (reply.body[: reply.sent],) if isinstance(reply.body, bytes) else reply.body:
            self.wfile.write(chunk)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
        """Stay silent: `requests` has it all."""


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that closing waits for them, and nothing is left behind

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that went away; anything else is a fault of the test and is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class HttpServer:
    """An HTTP server whose answers at each path are set by `reply`; it notes every request."""

    def __init__(self, port: int = 0, *, tls: ssl.SSLContext | None = None, keep: bool = False) -> None:
        """Bind to a free port (or to `port`), with `tls` for https; it answers inside `with`.

        One that shall `keep` its connections waits for another request after each.
        """
        self._pages = _Pages(keep=keep)
        request = type("_Bound", (_Request,), {"pages": self._pages})
        self._server = _Server((HOST, port), request)
        if tls:
            # Each connection shakes hands in its own thread, so that one that fails does not end the server.
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.port: int = self._server.server_address[1]

    @property
    def requests(self) -> list[Asked]:
        """Every request so far, in order."""
        return self._pages.requests

    @property
    def connections(self) -> int:
        """How many connections were made."""
        return self._pages.connections

    def url(self, path: str = "/") -> str:
        """Return the address of `path`."""
        return f"http://{HOST}:{self.port}{path}"

    def asked(self, path: str) -> list[Asked]:
        """Return the requests for `path`, whatever their query."""
        return [asked for asked in self.requests if asked.path.partition("?")[0] == path]

    def wait_for(self, path: str, count: int, timeout: float = 10.0) -> None:
        """Return once `path` has been asked `count` times; fail after `timeout` seconds."""
        with self._pages.lock:
            enough = self._pages.lock.wait_for(lambda: len(self.asked(path)) >= count, timeout)
        assert enough, f"{path} was asked {len(self.asked(path))} times"

    def reply(self, path: str, *answers: Answer) -> None:
        """Answer requests for `path` with these in turn (replacing what was set); the last one stays."""
        with self._pages.lock:
            self._pages.answers[path] = deque(answers)

    def __enter__(self) -> Self:
        """Answer from now on."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Open every gate, finish what is under way, and stop."""
        for gate in self._pages.gates:
            gate.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


@cache
def closed_port() -> int:
    """Return a port on loopback where nothing listens, nor will: it is held until this process ends."""
    probe = socket.socket()
    probe.bind((HOST, 0))
    port = int(probe.getsockname()[1])
    probe.detach()
    return port
