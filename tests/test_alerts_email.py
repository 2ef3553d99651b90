from __future__ import annotations

import smtplib
import ssl
import subprocess
import unicodedata
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr, quote
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.contract import Equipment
from alerts.channels.email import Email, EmailSubscriber, EmailTable, address_fault, compose
from alerts.message_records import Blocked, Receipt, Refused, Sent, TooBig, TryLater
from alerts.plain_letters import SAMPLE_SUBJECT, SAMPLE_TEXT, plain_letter
from tests.alert_examples import NOW, alert, letter, notice, subscriber
from tests.servers import CUT, DROP, HANG, KEEP_THEN_DROP, SmtpSink, closed_port

HEADERS = {
    *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "X-Talkwatch-Alert"),
    *("MIME-Version", "Content-Type"),
}
SECRET = "s3cret-pass"
BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
HOSTILE = st.text(max_size=200) | st.text(alphabet=f"a\r\n\0\x1b\x85\u2028<>,;:@=?_{BIDI}", max_size=60)


def config(port: int = 25, **changes: Any) -> EmailTable:
    """Return the settings for a server on loopback without TLS."""
    plain = {"host": "127.0.0.1", "port": port, "security": "none", "from": "Talkwatch <talkwatch@example.org>"}
    return EmailTable(**plain).model_copy(update=changes)


def channel_of(table: EmailTable, timeout: float = 5.0) -> Email:
    """Return the channel to a server."""
    with httpx.Client() as web:
        return Email(table, Equipment(now=lambda: NOW, web=web, timeout=timeout))


def send(sink: SmtpSink, *, to: str = "desk@example.org", timeout: float = 5.0, **changes: Any) -> Receipt:
    """Send the example letter through a sink."""
    return channel_of(config(sink.port, **changes), timeout).send(letter(), subscriber(to=to))


def composed(**changes: Any) -> EmailMessage:
    """Return the example letter as it is parsed back from its bytes."""
    who = subscriber(name=changes.pop("name", "desk"))
    message = compose(changes.pop("letter", letter()), who, table=config(**changes), at=NOW)
    assert isinstance(message, EmailMessage)
    return BytesParser(EmailMessage, policy=policy.default).parsebytes(message.as_bytes())


def test_message_has_text_html_and_its_headers() -> None:
    """The message names itself, says it is automatic, and carries both parts whole."""
    message, sent = composed(), letter()
    assert set(message.keys()) == HEADERS
    assert message["Subject"] == sent.subject
    assert message["From"] == "Talkwatch <talkwatch@example.org>"
    assert message["To"] == "desk@example.org"
    assert message["Message-ID"] == "<00000000000000m1@example.org>"
    assert message["Date"] == "Sat, 21 Nov 2026 12:05:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Talkwatch-Alert"] == "00000000000000a1"
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert [text.get_content_type(), html.get_content_type()] == ["text/plain", "text/html"]
    assert text.get_content().splitlines() == sent.text.splitlines()
    assert html.get_content().splitlines() == sent.html.splitlines()


def test_a_repeat_has_the_same_bytes_but_for_mime_boundaries() -> None:
    """Sending again after a crash names the message as before."""
    assert composed()["Message-ID"] == composed()["Message-ID"]


def test_a_follow_up_is_threaded() -> None:
    """A message that follows another up names it, so that mail programs show both in one thread."""
    message = composed(letter=replace(letter(), thread_of="00000000000000m0"))
    assert message["In-Reply-To"] == message["References"] == "<00000000000000m0@example.org>"
    assert set(message.keys()) == HEADERS | {"In-Reply-To", "References"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, {}, id="none configured, none claimed"),
        pytest.param(
            {"unsubscribe": "stop@example.org"},
            {"List-Unsubscribe": "<mailto:stop@example.org?subject=unsubscribe%20the%20%D0%B4%2C%3E%20desk>"},
            id="an address that is read",
        ),
        pytest.param(
            {"unsubscribe": "stop@example.org", "unsubscribe_url": "https://example.org/stop/{subscriber}?k=1"},
            {
                "List-Unsubscribe": "<https://example.org/stop/the%20%D0%B4%2C%3E%20desk?k=1>, "
                "<mailto:stop@example.org?subject=unsubscribe%20the%20%D0%B4%2C%3E%20desk>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
            id="one click only where something of the operator's takes the POST",
        ),
    ],
)
def test_the_way_out_is_what_was_configured(changes: dict[str, str], expected: dict[str, str]) -> None:
    """List-Unsubscribe names the configured ways, whatever stands in the subscriber's name, and nothing else."""
    message = composed(name="the д,> desk", **changes)
    assert {name: message[name].strip() for name in set(message.keys()) - HEADERS} == expected


def test_a_letter_about_talkwatch_itself_names_no_alert() -> None:
    """A sample has our headers but the one that names alerts."""
    assert set(composed(letter=plain_letter("m1", SAMPLE_SUBJECT, SAMPLE_TEXT)).keys()) == HEADERS - {
        "X-Talkwatch-Alert"
    }


@settings(deadline=None)
@given(text=HOSTILE, name=HOSTILE, who=HOSTILE.filter(bool))
def test_any_text_makes_exactly_our_headers(text: str, name: str, who: str) -> None:
    """Whatever stands in a source, a rule or a name, the message parses back to our headers, the subject to itself."""
    sent = letter(notice(alert(official=text, rule=name, keyword=text), title=text, outlet=name))
    message = composed(letter=sent, name=who.encode(errors="replace").decode(), unsubscribe="stop@example.org")
    assert sorted(message.keys()) == sorted(HEADERS | {"List-Unsubscribe"})
    assert message["Subject"].strip() == sent.subject.strip()
    assert not [char for char in message["Subject"] if unicodedata.category(char) in {"Cc", "Cs"} or char in BIDI]
    assert message["To"] == "desk@example.org"


LONG_DOMAINS = [
    pytest.param("notifications.foreign-desk.newsroom.organisation-name.example.org", id="65 characters"),
    pytest.param("a" * 58 + ".example", id="one label"),
    pytest.param(".".join(["b" * 60] * 3 + ["example"]), id="as long as domains may be"),
    pytest.param("служба-новостей-и-наблюдения-за-переговорами.example", id="Cyrillic"),
]


@pytest.mark.parametrize("domain", LONG_DOMAINS)
def test_what_mail_programs_look_for_is_never_encoded(domain: str) -> None:
    """However long the domain, ids, addresses and the way out stand in their headers as they are."""
    table = config(
        from_address=f"Talkwatch <t@{domain}>",
        unsubscribe=f"stop.{'x' * 50}+a&b@{domain}",
        unsubscribe_url=f"https://example.org/{'u' * 90}?s={{subscriber}}",
    )
    follow_up = replace(letter(*[notice(alert(alert_id=f"{n:016}")) for n in range(30)]), thread_of="00000000000000m0")
    message = compose(follow_up, subscriber(to=f"desk@{domain}"), table=table, at=NOW)
    assert isinstance(message, EmailMessage)
    raw = message.as_bytes().partition(b"\r\n\r\n")[0].decode("ascii")
    found = {name: value.replace("\r\n ", " ") for name, value in message_from_bytes(raw.encode() + b"\r\n").items()}
    wire = domain.encode("idna").decode()
    assert found["To"] == f"desk@{wire}"
    assert found["Message-ID"] == f"<00000000000000m1@{wire}>"
    assert found["In-Reply-To"] == found["References"] == f"<00000000000000m0@{wire}>"
    assert found["List-Unsubscribe"] == (
        f"<https://example.org/{'u' * 90}?s=desk>, <mailto:stop.{'x' * 50}%2Ba%26b@{wire}?subject=unsubscribe%20desk>"
    )
    assert found["X-Talkwatch-Alert"] == " ".join(f"{n:016}" for n in range(30))
    # A line is longer than it should be only where one word is.
    assert all(len(line) <= 78 or " " not in line.strip().partition(": ")[2] for line in raw.split("\r\n"))


LONG_NAMES = [
    pytest.param("Служба новостей и наблюдения за переговорами о прекращении огня", id="Cyrillic"),
    pytest.param("Talkwatch, the newsroom's desk for ceasefires; " * 4 + "end", id="a comma in a long name"),
    pytest.param('The "desk" \\ of news, ' * 2 + "end", id="quotation marks"),
    pytest.param("停戦" * 40, id="no blanks"),
    pytest.param("Talkwatch", id="short"),
    pytest.param("=?utf-8?q?Boss?=", id="what looks encoded"),
]


def sender_of(name: str) -> tuple[str, EmailMessage]:
    """Return the sender's name as RFC 2047 says to read it, from the bytes sent, and the message parsed."""
    who = f'"{quote(name)}" <talkwatch@example.org>'
    message = compose(letter(), subscriber(), table=config(from_address=who), at=NOW)
    assert isinstance(message, EmailMessage)
    raw = message.as_bytes()
    lines = raw.partition(b"\r\nTo:")[0].split(b"From:")[1].split(b"\r\n")
    assert max(map(len, lines)) <= 78
    read, address = parseaddr(message_from_bytes(raw)["From"])
    assert address == "talkwatch@example.org"
    return str(make_header(decode_header(read))), BytesParser(EmailMessage, policy=policy.default).parsebytes(raw)


@pytest.mark.parametrize("name", LONG_NAMES)
def test_the_sender_is_one_address_under_its_whole_name(name: str) -> None:
    """However long it is and whatever stands in it, the configured name arrives, and it is no second address."""
    read, message = sender_of(name)
    assert read == name
    (sender,) = message["From"].addresses
    # Python's newer parser leaves the blanks between encoded words that RFC 2047 (6.2) takes out.
    assert (sender.display_name.replace(" ", ""), sender.addr_spec) == (name.replace(" ", ""), "talkwatch@example.org")


@settings(deadline=None)
@given(name=st.text(st.characters(exclude_categories=["C", "Z"]) | st.just(" "), min_size=1, max_size=150))
def test_any_name_arrives_whole(name: str) -> None:
    """A name of printable characters is read as it was written."""
    read, message = sender_of(name.strip() or "x")
    assert read == (name.strip() or "x")
    assert len(message["From"].addresses) == 1


PROSE = st.lists(
    st.sampled_from(["a", "truce", "“A", "Europe”", "—", "TASS", "Перемирие", "=?utf-8?q?=E2=80=AEx?="]), min_size=1
)


@given(words=PROSE)
def test_a_subject_arrives_word_for_word(words: list[str]) -> None:
    """However long it is and whatever its letters, no blank between two words of it is lost or doubled on the way."""
    subject = " ".join(words)[:180].strip()
    assert composed(letter=replace(letter(notice()), subject=subject))["Subject"] == subject


@pytest.mark.parametrize(
    ("text", "right"),
    [
        pytest.param("desk@example.org", True, id="one address"),
        pytest.param("first.last+tag@news.example.org", True, id="dots and a tag"),
        pytest.param("desk@пример.рф", True, id="an international domain"),
        pytest.param("desk@faß.example", True, id="an international domain with a sharp s"),
        pytest.param("редакция@пример.рф", False, id="no local part outside ASCII"),
        pytest.param("ü@x.org", False, id="not even one letter outside ASCII"),
        pytest.param("e\u0301@x.org", False, id="nor a combining mark"),
        pytest.param("desk@" + "a" * 64 + ".org", False, id="no label longer than the domain name system has"),
        pytest.param("desk@mailhost", True, id="a host of one's own"),
        pytest.param("desk@localhost", False, id="no name that means another machine to each"),
        pytest.param("desk@mail_host.org", False, id="no underscore in a host's name"),
        pytest.param("a@b.org, evil@x.org", False, id="no second address by a comma"),
        pytest.param("a@b.org;evil@x.org", False, id="no second address by a semicolon"),
        pytest.param("a@b.org\nBcc: evil@x.org", False, id="no header"),
        pytest.param("Name <a@b.org>", False, id="no name"),
        pytest.param("a@b@c.org", False, id="no route"),
        pytest.param("a..b@c.org", False, id="no empty atom"),
        pytest.param("desk", False, id="no address without a host"),
        pytest.param("", False, id="not nothing"),
    ],
)
def test_only_one_bare_address_is_an_address(text: str, right: bool) -> None:
    """A recipient is one address, so that nobody else is written to, and the configuration says what sending will."""
    assert (address_fault(text) is None) is right
    assert (list(EmailSubscriber(name="desk", channel="email", to=text).faults()) == []) is right
    composed = compose(letter(), subscriber(to=text), table=config(), at=NOW)
    assert isinstance(composed, EmailMessage if right else Refused)


@pytest.mark.slow
def test_a_letter_arrives() -> None:
    """What is sent is what the server gets, to the one recipient."""
    with SmtpSink() as sink:
        assert send(sink) == Sent()
        (mail,) = sink.wait_for(1)
    assert (mail.sender, mail.recipients) == ("talkwatch@example.org", ("desk@example.org",))
    assert mail.message["Subject"] == letter().subject


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "cue", "receipt"),
    [
        pytest.param("RCPT", "550 5.1.1 unknown", Refused(error="SMTP 550 at RCPT: 5.1.1 unknown"), id="550 at RCPT"),
        pytest.param("RCPT", "451 4.7.1 later", TryLater(error="SMTP 451 at RCPT: 4.7.1 later"), id="451 at RCPT"),
        pytest.param("DATA", "553 no", Refused(error="SMTP 553 at DATA: no"), id="553 at DATA"),
        pytest.param("DATA", "451 later", TryLater(error="SMTP 451 at DATA: later"), id="451 at DATA"),
        pytest.param(
            "DATA", "421 bye", TryLater(error="SMTP 421 at DATA: bye", channel=True), id="421 at DATA is the channel's"
        ),
        pytest.param(
            "RCPT",
            "550 5.7.1 Unable to relay",
            Blocked(error="SMTP 550 at RCPT: 5.7.1 Unable to relay"),
            id="no relaying is the channel's fault",
        ),
        pytest.param(
            "RCPT",
            "530 5.7.0 log in first",
            Blocked(error="SMTP 530 at RCPT: 5.7.0 log in first"),
            id="no login is the channel's fault",
        ),
        pytest.param("MAIL", "552 too big", TooBig(error="too big: SMTP 552"), id="552 at MAIL is the size"),
        pytest.param("MAIL", "523 too long", TooBig(error="too big: SMTP 523"), id="523 at MAIL is the size"),
        pytest.param("DATA", "552 no", TooBig(error="SMTP 552 at DATA: no"), id="552 at DATA is the size"),
        pytest.param(
            "DATA",
            "554 5.3.4 no",
            TooBig(error="SMTP 554 at DATA: 5.3.4 no"),
            id="5.3.4 is the size, whatever the code",
        ),
        pytest.param(
            "DATA", "552 5.2.2 full", Refused(error="SMTP 552 at DATA: 5.2.2 full"), id="5.2.2 is a full mailbox"
        ),
        pytest.param("RCPT", "552 full", Refused(error="SMTP 552 at RCPT: full"), id="552 at RCPT is a full mailbox"),
        pytest.param(
            "MAIL", "550 not you", Blocked(error="sender refused: SMTP 550"), id="550 at MAIL is the channel's fault"
        ),
        pytest.param("MAIL", "421 bye", TryLater(error="sender refused: SMTP 421", channel=True), id="421 at MAIL"),
        pytest.param("RCPT", DROP, TryLater(error="the server closed the connection"), id="dropped at RCPT"),
        pytest.param(
            "DATA", CUT, TryLater(error="the server closed the connection"), id="dropped in the middle of DATA"
        ),
        pytest.param(
            "DATA", KEEP_THEN_DROP, TryLater(error="the server closed the connection"), id="taken, and no word of it"
        ),
        pytest.param(
            "RCPT",
            "550 <desk@example.org> or s3cret-pass czNjcmV0LXBhc3M=",
            Refused(error="SMTP 550 at RCPT: <…> or … …"),
            id="what a server says shows no address and no login",
        ),
    ],
)
def test_receipt(command: str, cue: str, receipt: Receipt) -> None:
    """What the server answers is classed once: wrong with this message, with the channel, or in passing."""
    with SmtpSink(password=SECRET) as sink:
        sink.answer(command, cue)
        assert send(sink, username="talkwatch", password=SECRET) == receipt
        assert len(sink.mails) == (cue == KEEP_THEN_DROP)
        assert send(sink, username="talkwatch", password=SECRET) == Sent()


@pytest.mark.slow
def test_a_repeat_after_no_word_has_the_same_message_id() -> None:
    """A message the server kept without saying so comes twice, under one id."""
    with SmtpSink() as sink:
        sink.answer("DATA", KEEP_THEN_DROP)
        assert [type(send(sink)), type(send(sink))] == [TryLater, Sent]
        first, second = sink.wait_for(2)
    assert first.message["Message-ID"] == second.message["Message-ID"]


@pytest.mark.slow
def test_a_server_that_hangs_is_left_after_the_time_out() -> None:
    """No answer within the time-out is a reason to try later."""
    with SmtpSink() as sink:
        sink.answer("MAIL", HANG)
        assert send(sink, timeout=0.2) == TryLater(error="timed out", channel=True)


@pytest.mark.slow
def test_nobody_listening_is_a_reason_to_try_later() -> None:
    """A refused connection is told in words."""
    channel = channel_of(config(closed_port()))
    assert channel.send(letter(), subscriber()) == TryLater(error="no connection: Connection refused", channel=True)


@pytest.mark.slow
def test_a_wrong_login_is_the_channels_fault_and_shows_no_secret() -> None:
    """A refused login blocks the channel, and neither it nor the channel tells the password."""
    with SmtpSink(password="right") as sink:
        receipt = send(sink, username="talkwatch", password=SECRET)
    assert receipt == Blocked(error="login refused: SMTP 535")
    assert SECRET not in repr(config(password=SECRET)) + repr(channel_of(config(password=SECRET)))


@pytest.mark.slow
def test_a_goodbye_that_fails_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the message is taken it is sent, however the line ends."""
    monkeypatch.setattr(smtplib.SMTP, "quit", lambda _: (_ for _ in ()).throw(smtplib.SMTPServerDisconnected("gone")))
    with SmtpSink() as sink:
        assert send(sink) == Sent()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a certificate for 127.0.0.1 that nobody trusts yet, its key in the same file."""
    path = tmp_path_factory.mktemp("tls") / "sink.pem"
    openssl = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command = [*openssl, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", str(path) + ".crt"]
    with suppress(FileNotFoundError):
        subprocess.run(command, check=True, capture_output=True)
    if not path.exists():
        pytest.skip("no openssl on this machine to make a certificate")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("trusted", [True, False])
def test_tls_is_used_and_certificates_are_checked(
    certificate: Path, security: str, trusted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A trusted server gets the message over TLS; one that nobody vouches for gets nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{certificate}.crt", certificate)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    with SmtpSink(tls=context, implicit_tls=security == "tls") as sink:
        receipt = send(sink, security=security)
        assert len(sink.mails) == trusted
    assert receipt == (Sent() if trusted else Blocked(error="TLS failed: CERTIFICATE_VERIFY_FAILED"))


@pytest.mark.slow
def test_no_starttls_no_message() -> None:
    """A server without STARTTLS gets nothing in clear when STARTTLS is asked for."""
    with SmtpSink() as sink:
        receipt = send(sink, security="starttls", username="talkwatch", password=SECRET)
        assert (sink.mails, sink.logins) == ([], [])
    assert receipt == Blocked(error="the server offers no STARTTLS or no login")


@pytest.mark.slow
def test_an_international_domain_is_written_in_ascii() -> None:
    """A domain outside ASCII reaches the server as the domain name system spells it."""
    with SmtpSink() as sink:
        assert send(sink, to="desk@пример.рф") == Sent()
        assert sink.wait_for(1)[0].recipients == ("desk@xn--e1afmkfd.xn--p1ai",)
