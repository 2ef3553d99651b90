from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.channels.contract import Equipment
from alerts.channels.slack import Slack, SlackSubscriber, SlackTable
from alerts.channels.slack_blocks import escape, payload
from alerts.message_records import (
    Blocked,
    Briefing,
    BriefingItem,
    BriefingPart,
    NewSource,
    Quote,
    Receipt,
    Refused,
    Sent,
    TooBig,
    TryLater,
)
from alerts.plain_letters import plain_letter
from alerts.records import Alert, News
from alerts.wording import shown
from extractors.records import Span
from tests.alert_examples import NOW, alert, letter, notice, proof
from tests.servers import HttpServer, Reply

HOOK = "/services/T000/B000/s3cret"
LIMITS = {"header": 150, "section": 3000, "context": 2000}
HOSTILE = st.text(max_size=120) | st.sampled_from(
    [
        "<!channel> <@U123> <https://evil.example|bank>",
        "&amp; &lt;!here&gt;",
        "*bold* _it_ ~gone~ `code` :smile: > quote",
        "&" * 4000,
        "😀" * 3000,
        "a|b>c<d",
        "",
        "\ud800\u202e",
    ]
)
URLS = st.sampled_from(
    [
        "https://a.example/?a=1&b=2",
        "https://a.example/x|y",
        "https://a.example/>x",
        "javascript:alert(1)",
        "https://a.example/" + "x" * 3000,
        "<!channel>",
    ]
)


def slack(web: httpx.Client, **table: str) -> Slack:
    """Return the channel."""
    return Slack(SlackTable(**table), Equipment(now=lambda: NOW, web=web))


def hooked(address: str) -> SlackSubscriber:
    """Return someone who is told by an incoming webhook."""
    return SlackSubscriber(name="talks", channel="slack", webhook_url=address)


def texts(blocks: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield every text object with the type of its block."""
    for block in blocks:
        for text in [block["text"]] if "text" in block else block["elements"]:
            yield block["type"], text


def unescaped(text: str) -> str:
    """Undo Slack's escaping, once."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def excerpted(excerpt: str, **changes: Any) -> Alert:
    """Return an alert on an excerpt, its first word the official."""
    return alert(excerpt=excerpt, excerpt_span=Span(100, 100 + len(excerpt)), **({"evidence": ()} | changes))


def passage(own: Alert) -> dict[str, str]:
    """Return the text object of the excerpt in a payload of one alert."""
    return list(texts(payload(letter(notice(own)))["blocks"]))[-3][1]


@settings(deadline=None)
@given(excerpt=HOSTILE, title=HOSTILE, outlet=HOSTILE, url=URLS, count=st.sampled_from([1, 2, 60]))
def test_no_text_of_a_source_is_markup(excerpt: str, title: str, outlet: str, url: str, count: int) -> None:
    """Unescaped, what is shown is what stood there; the only markup is our links; every limit is kept."""
    notices = [
        notice(excerpted(excerpt, article_id=f"a{n}", official=title), title=title, outlet=outlet, url=url)
        for n in range(count)
    ]
    posted = payload(letter(*notices), timezone="Europe/Kyiv")
    assert len(posted["blocks"]) <= 50
    for kind, text in texts(posted["blocks"]):
        assert 0 < len(text["text"]) <= LIMITS[kind]
        markup = re.findall(r"<[^>]*>|<", text["text"])
        assert all(re.fullmatch(r"<https://a\.example/[^|<>\s]*\|Open the article>", found) for found in markup)
        assert markup == [] or text["type"] == "mrkdwn"
        assert not re.search(r"&(?!amp;|lt;|gt;)", text["text"])
    assert "<" not in posted["text"]
    assert passage_reads(passage(notices[0].alert), excerpt)
    json.dumps(posted, ensure_ascii=False).encode()


@settings(deadline=None, max_examples=50)
@given(
    words=HOSTILE, outlet=HOSTILE, url=URLS, count=st.sampled_from([0, 1, 9, 60]), quotes=st.sampled_from([0, 2, 12])
)
def test_a_briefing_keeps_every_limit(words: str, outlet: str, url: str, count: int, quotes: int) -> None:
    """However much is new, and in whatever words, its blocks are as many and as long as Slack takes, and no markup."""
    quoted = Quote(label=words, words=words, outlet=outlet, url=url, said_at=NOW)
    items = tuple(BriefingItem(head=f"{words} {n}", quotes=(quoted,) * quotes) for n in range(count))
    parts = tuple(BriefingPart(title=f"{outlet} {n}", items=items) for n in range(1 + count // 3))
    told = Briefing(since=NOW, until=NOW, parts=parts, counts=((count, "change"),), coverage=(words, outlet))
    posted = payload(replace(letter(), notices=(), briefing=told), timezone="Europe/Kyiv")
    assert 0 < len(posted["blocks"]) <= 50
    assert all(1 <= len(each["elements"]) <= 10 for each in posted["blocks"] if each["type"] == "context")
    for kind, text in texts(posted["blocks"]):
        assert 0 < len(text["text"]) <= LIMITS[kind]
        markup = re.findall(r"<[^>]*>|<", text["text"]) if text["type"] == "mrkdwn" else []
        assert all(re.fullmatch(r"<https://a\.example/[^|<>\s]*\|[^<>]*>", found) for found in markup)
    json.dumps(posted, ensure_ascii=False).encode()


def passage_reads(text: dict[str, str], excerpt: str) -> bool:
    """Tell whether a passage is the excerpt, or its beginning and dots."""
    read = unescaped(text["text"])
    return read == shown(excerpt) or (read.endswith("…") and shown(excerpt).startswith(read[:-1]))


def test_keyword_and_official_are_marked_by_place() -> None:
    """The phrase is bold and the official in italics, where the evidence stands."""
    assert passage(alert()) == {
        "type": "mrkdwn",
        "text": "“There will be no *cease-fire* before talks,” _Peskov_ said on Friday.",
        "verbatim": True,
    }


@pytest.mark.parametrize(
    "excerpt",
    [
        pytest.param("Peskov on a *ceasefire*", id="stars"),
        pytest.param("Peskov on a _ceasefire", id="an underscore"),
        pytest.param("Peskov on a ~ceasefire~", id="tildes"),
        pytest.param("Peskov on a `ceasefire`", id="back quotes"),
        pytest.param("> Peskov on a ceasefire", id="a quotation mark of Slack's"),
        pytest.param("Peskov on a ceasefire :tada:", id="an emoji's name"),
    ],
)
def test_text_with_signs_of_markup_is_plain(excerpt: str) -> None:
    """Where the source's own signs would format, nothing is marked and the text stands as it is."""
    own = excerpted(excerpt, evidence=(proof("keyword", "ceasefire", excerpt=excerpt),))
    assert passage(own) == {"type": "plain_text", "text": escape(excerpt), "emoji": False}


def test_a_mark_that_slack_would_not_see_is_not_made() -> None:
    """Stars that touch a letter would be shown as stars, so they are left out."""
    excerpt = "Pre-ceasefire, postceasefire and ceasefire"
    keyword = proof("keyword", "ceasefire", excerpt=excerpt[15:])
    inside = Span(keyword.span.start + 15, keyword.span.end + 15)
    own = excerpted(excerpt, evidence=(proof("keyword", "ceasefire", excerpt=excerpt), _moved(keyword, inside)))
    assert passage(own)["text"] == "Pre-*ceasefire*, postceasefire and ceasefire"


def _moved(own: Any, span: Span) -> Any:
    return type(own)(what=own.what, place=own.place, span=span, surface=own.surface)


def test_an_article_is_headed_once_and_what_finds_no_room_is_counted() -> None:
    """Alerts of one article share its headline, those on one passage the passage; those over the limit are named."""
    alike, other = (
        alert(alert_id="2" * 16),
        alert(alert_id="3" * 16, excerpt="No.", excerpt_span=Span(0, 3), evidence=()),
    )
    few = payload(letter(notice(), notice(other), notice(alike)))
    passages = ["section", "section", "context", "context", "section", "section", "context"]
    assert [block["type"] for block in few["blocks"]] == ["header", "section", "context", *passages, "context"]
    many = payload(letter(*[notice(alert(article_id=f"a{n}")) for n in range(20)]))
    last = many["blocks"][-2]["text"]["text"]
    assert last.startswith("and 11 more alerts:\nDmitry Peskov, “ceasefire” — Outlet")


def test_who_speaks_stands_before_the_words() -> None:
    """The official with his office stands above the passage, why it is told below, and at the end how to stop it."""
    shown_as = [text["text"] for _, text in texts(payload(letter())["blocks"])]
    at = next(number for number, text in enumerate(shown_as) if "no *cease-fire*" in text)
    assert shown_as[at - 1].startswith("*Dmitry Peskov*, ")
    assert shown_as[at + 1].startswith("Rule “ceasefire”")
    assert shown_as[-1] == (
        "You get this as “desk” of rule “ceasefire”. Whoever runs Talkwatch can say whether it was right: talkwatch "
        "alerts mark 00000000000000a1 right (or wrong). To stop these messages, whoever runs Talkwatch types: "
        "talkwatch alerts unsubscribe desk"
    )


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        pytest.param("a" * 130 + " (and 2 more alerts)", "header", id="what fits"),
        pytest.param("&" * 40 + "a" * 90 + " (and 2 more alerts)", "section", id="what escaping makes too long"),
    ],
)
def test_the_first_line_is_never_cut(line: str, kind: str) -> None:
    """What has no room in a header is a section, count and all."""
    first = payload(replace(letter(), line=line))["blocks"][0]
    assert (first["type"], unescaped(first["text"]["text"])) == (kind, line)


def test_a_follow_up_in_a_thread_is_headed_by_its_news() -> None:
    """The subject may be the thread's; the header and the notification say what is new, and who has it."""
    again = notice(
        news=News.CORROBORATED, new_sources=(NewSource("AFP", "https://afp.example/1"), NewSource("*x*", "x:y"))
    )
    posted = payload(replace(letter(again), subject="Re: Peskov"))
    assert posted["text"].startswith("More sources: Dmitry Peskov")
    assert posted["blocks"][0]["text"]["text"] == posted["text"]
    elements = [each["text"] for each in posted["blocks"][2]["elements"]]
    assert elements[1:] == ["New: <https://afp.example/1|AFP>", "New: *x*", elements[-1]]


def test_a_report_in_english_is_linked() -> None:
    """Who says in English what the article says in another language has a link of ours."""
    abroad = notice(language="uk", in_english=NewSource("AFP", "https://afp.example/1"))
    elements = [each["text"] for each in payload(letter(abroad))["blocks"][2]["elements"]]
    assert " · in Ukrainian · " in elements[0]
    assert "In English: <https://afp.example/1|AFP>" in elements


def test_an_outlet_in_a_link_is_no_markup() -> None:
    """What an outlet is called ends no link and calls nobody."""
    abroad = notice(language="uk", in_english=NewSource("AT&T <!channel>", "https://afp.example/1"))
    elements = [each["text"] for each in payload(letter(abroad))["blocks"][2]["elements"]]
    assert "In English: <https://afp.example/1|AT&amp;T &lt;!channel&gt;>" in elements


def test_an_unsafe_address_is_text() -> None:
    """An address that is none to follow is shown and not linked."""
    elements = payload(letter(notice(url="javascript:alert(1)")))["blocks"][2]["elements"]
    assert elements[1] == {"type": "plain_text", "text": "javascript:alert(1)", "emoji": False}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reply", "receipt"),
    [
        pytest.param(Reply(body=b"ok"), Sent(), id="200"),
        pytest.param(
            Reply(429, (("Retry-After", "7"),)),
            TryLater(error="HTTP 429", after=timedelta(seconds=7), channel=True),
            id="429 obeyed",
        ),
        pytest.param(Reply(500), TryLater(error="HTTP 500", channel=True), id="500 can mend"),
        pytest.param(
            Reply(503, (("Retry-After", "60"),)),
            TryLater(error="HTTP 503", after=timedelta(minutes=1), channel=True),
            id="503 obeyed",
        ),
        pytest.param(
            Reply(400, body=b"invalid_payload"), Refused(error="HTTP 400: invalid_payload"), id="400 with its word"
        ),
        pytest.param(Reply(403, body=b"action_prohibited"), Blocked(error="HTTP 403: action_prohibited"), id="403"),
        pytest.param(Reply(404, body=b"no_service\n"), Blocked(error="HTTP 404: no_service"), id="404"),
        pytest.param(Reply(410, body=b"channel_is_archived"), Blocked(error="HTTP 410: channel_is_archived"), id="410"),
        pytest.param(
            Reply(404, body=b"<p>" + HOOK.encode()), Blocked(error="HTTP 404"), id="other words are not repeated"
        ),
        pytest.param(
            Reply(302, (("Location", "/elsewhere"),)), Blocked(error="HTTP 302"), id="a redirect is not followed"
        ),
        pytest.param(Reply(reset=True), TryLater(error="no answer: ReadError", channel=True), id="a reset connection"),
        pytest.param(Reply(404, body=b"no_service", sent=3), Blocked(error="HTTP 404"), id="a cut answer"),
    ],
)
def test_receipt(reply: Reply, receipt: Receipt) -> None:
    """Each answer is classed once; redirects are not followed."""
    with HttpServer() as server, httpx.Client(timeout=5) as web:
        server.reply(HOOK, reply)
        assert slack(web).send(letter(), hooked(server.url(HOOK))) == receipt
        assert [asked.path for asked in server.requests] == [HOOK]
        assert json.loads(server.requests[0].body) == payload(letter(), timezone="UTC")


@pytest.mark.parametrize("address", ["", "hooks.slack.com/x", "file:///etc/passwd", "https://a b/"])
def test_what_is_no_address_is_refused(address: str) -> None:
    """Nothing is asked at what is no http(s) address."""
    with httpx.Client() as web:
        receipt = slack(web).send(letter(), hooked(address))
    assert receipt == Blocked(error="the address is no http(s) address")


TOKEN = "xoxb-s3cret"


def as_bot(reply: Reply, **changes: Any) -> tuple[Receipt, Any]:
    """Send the example letter as a bot; return the receipt and the request."""
    with HttpServer() as server, httpx.Client(timeout=5) as web:
        server.reply("/api/chat.postMessage", reply)
        who = SlackSubscriber(name="talks", channel="slack", to="#talks", token=TOKEN)
        receipt = slack(web, api_url=server.url("/api/")).send(replace(letter(), **changes), who)
        (asked,) = server.requests
    return receipt, asked


def said(**words: Any) -> Reply:
    """Return what the API answers, which is 200 whatever happened."""
    return Reply(body=json.dumps(words).encode())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("reply", "receipt"),
    [
        pytest.param(said(ok=True, ts="1700000000.000100"), Sent(ref="1700000000.000100"), id="taken, under a name"),
        *(
            pytest.param(said(ok=False, error=word), Blocked(error=f"Slack: {word}"), id=f"{word} blocks the channel")
            for word in ("account_inactive", "invalid_auth", "channel_not_found", "is_archived", "token_revoked")
        ),
        *(
            pytest.param(
                said(ok=False, error=word), Refused(error=f"Slack: {word}"), id=f"{word} is the message's fault"
            )
            for word in ("invalid_blocks", "no_text")
        ),
        *(
            pytest.param(said(ok=False, error=word), TooBig(error=f"Slack: {word}"), id=f"{word} is the size")
            for word in ("msg_too_long", "msg_blocks_too_long")
        ),
        pytest.param(
            Reply(429, (("Retry-After", "3"),), body=b'{"ok":false,"error":"ratelimited"}'),
            TryLater(error="HTTP 429", after=timedelta(seconds=3), channel=True),
            id="too fast",
        ),
        pytest.param(
            said(ok=False, error="internal_error"),
            TryLater(error="Slack: internal_error", channel=True),
            id="in passing",
        ),
        pytest.param(
            said(ok=False, error="never_heard_of"),
            TryLater(error="Slack: never_heard_of"),
            id="an unknown word can mend",
        ),
        pytest.param(
            said(ok=False, error=f"<{TOKEN}>"), TryLater(error="Slack did not take it"), id="only one word is repeated"
        ),
        pytest.param(Reply(body=b"[1]"), TryLater(error="Slack did not take it"), id="no answer of Slack's"),
        pytest.param(Reply(body=b'{"ok":true', sent=5), TryLater(error="Slack did not take it"), id="a cut answer"),
    ],
)
def test_receipt_of_a_bot(reply: Reply, receipt: Receipt) -> None:
    """What the API says is classed by its word; unknown words wait, since they neither lose nor block anything."""
    assert as_bot(reply)[0] == receipt


@pytest.mark.slow
def test_a_bot_posts_to_its_channel_and_into_the_thread() -> None:
    """The token stands in a header, the channel and the thread's first message in the body, beside the same blocks."""
    _, asked = as_bot(said(ok=True, ts="2.0"), thread_of="m0", thread_ref="1.0")
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(asked.body) == {**payload(letter(), timezone="UTC"), "channel": "#talks", "thread_ts": "1.0"}
    assert "thread_ts" not in json.loads(as_bot(said(ok=True))[1].body)


def test_a_letter_without_alerts_is_its_paragraphs() -> None:
    """What the operator is told stands in plain sections, however much it is, and nothing in it is markup."""
    sent = plain_letter("m1", "Subject", ["<!channel> one", *(f"part {n}" for n in range(80))])
    posted = payload(sent)
    assert len(posted["blocks"]) == 50
    assert posted["blocks"][1]["text"] == {"type": "plain_text", "text": "&lt;!channel&gt; one", "emoji": False}
    assert all(part in json.dumps(posted) for part in ("part 47", "part 79"))


def test_a_repeat_can_be_told_by_its_id() -> None:
    """The message's id stands in the first block, where people do not see it."""
    assert payload(letter())["blocks"][0]["block_id"] == f"talkwatch-{letter().message_id}"
