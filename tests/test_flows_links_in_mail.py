"""The links of real messages, opened and pressed in a real browser, and what is told afterwards."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import timedelta

import httpx
import pytest
from lxml import html

from flows.inbox import waiting
from flows.pages.server import Stand, answer_links, listen
from flows.steps.deliver.deeds import take_in
from flows.times import utc_now
from tests.browser import BROWSER, DRIVER, browser
from tests.newsroom import feed, newsroom, page
from tests.servers import Reply

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (BROWSER and DRIVER), reason="there is no Chromium with its driver on this machine"),
]
PUBLIC = "https://talks.example.org/news"
MORE = f'[http]\npublic_url = "{PUBLIC}"\n'
BUTTONS = "return [...document.querySelectorAll('button')].map(each => each.textContent)"
PRESS = "[...document.querySelectorAll('button')].find(each => each.textContent == {0}).click()"
SAYS = "return document.body.innerText"
VERDICTS = "SELECT official, verdict, message_id FROM verdicts JOIN alerts USING (alert_id) ORDER BY marked_at"
SILENCES = "SELECT official_id, message_id, date_diff('second', starts_at, ends_at) FROM silences"
TALKS = (
    "Kremlin spokesman Dmitry Peskov spoke to reporters in Moscow on Wednesday after the talks ended.",
    "“A ceasefire is possible only after security guarantees are agreed,” Peskov said. He gave no date for it.",
    "“A truce could begin at once, tonight if they want,” Ukrainian President Volodymyr Zelenskyy said in Kyiv.",
)
PESKOV, ZELENSKYY = "Dmitry Peskov", "Volodymyr Zelenskyy"
MORE_TALKS = (
    "Kremlin spokesman Dmitry Peskov met reporters once more in Moscow, hours after the delegations had left.",
    "“We see no reason for a truce on their conditions, and nobody here has asked for one,” Peskov said.",
)
OTHERS = (
    "Ukrainian President Volodymyr Zelenskyy went to the front on Thursday and spoke to soldiers there.",
    "“No truce will cost us a single town, whatever they write in Moscow about it,” Zelenskyy said on Thursday.",
)
LATER = (
    "Turkish President Recep Tayyip Erdogan received the two foreign ministers in Ankara on Friday morning.",
    "“A ceasefire needs the two of them at one table, and here is the table,” Erdogan said in Ankara.",
)


def published(room, **articles):
    """Let the outlet publish articles, an hour later, and a pass find them."""
    room.now += timedelta(hours=1)
    items = {f"/{name}": title for name, (title, _) in articles.items()}
    for name, (title, paragraphs) in articles.items():
        room.outlet.reply(f"/{name}", page(title, paragraphs))
    room.outlet.reply("/rss.xml", Reply(body=feed(room.outlet, items, room.now - timedelta(minutes=5))))
    room.run()


def links_in(mail):
    """Return the signed links of a mail, in their order."""
    hrefs = html.fromstring(mail.message.get_body(("html",)).get_content()).xpath("//a/@href")
    return [each for each in hrefs if each.startswith(PUBLIC)]


def told_of(mail):
    """Return of whose words a mail tells."""
    return next(who for who in (PESKOV, ZELENSKYY) if who in mail.message.get_body(("plain",)).get_content())


def other(who):
    """Return the other of the two."""
    return ZELENSKYY if who == PESKOV else PESKOV


def test_the_links_of_a_mail_and_of_slack_do_what_they_say(tmp_path):
    """Opened, none does a thing; pressed, each is a row with its message, and the next messages follow it."""
    bound = listen("127.0.0.1", 0)
    here = f"http://127.0.0.1:{bound.getsockname()[1]}/news"
    answer_links(Stand(data_dir=str(tmp_path / "var"), timezone="UTC", host="127.0.0.1", port=0), bound)
    with closing(bound), newsroom(tmp_path) as room, browser(tmp_path / "profile") as window:
        room.now = utc_now()
        room.write(more=MORE)
        published(room, talks=("Kremlin names its terms", TALKS))

        def opened(link):
            # The proxy of the deployment leads what comes to the public address on to where links are answered.
            window.show(link.replace(PUBLIC, here))
            return window.run(BUTTONS)

        def pressed(words):
            window.run(PRESS.format(json.dumps(words)))
            assert window.run(SAYS).startswith("Done"), window.run(SAYS)

        (mail,) = room.mail.mails
        links = links_in(mail)
        assert [len(opened(each)) for each in links] == [1, 1, 6, 1, 1, 6, 1]
        assert window.barriers() == []
        assert list(waiting(tmp_path / "var")) == []

        right, _, mute, _, wrong, *_ = links
        for link, words in ((right, "It was right"), (wrong, "It was wrong"), (right, "It was right")):
            opened(link)
            pressed(words)
        (muted,) = {who for who in (PESKOV, ZELENSKYY) if any(who in each for each in opened(mute))}
        pressed(f"Nothing of {muted} for a week")
        published(room, more=("No reason, says the Kremlin", MORE_TALKS), others=("Not a single town", OTHERS))
        assert {(who, said) for who, said, _ in room.rows(VERDICTS)} == {(muted, "right"), (other(muted), "wrong")}
        ((named, message_id, seconds),) = room.rows(SILENCES)
        assert (named, seconds) == (muted.lower().replace(" ", "-"), 7 * 86_400)
        assert {each[2] for each in room.rows(VERDICTS)} == {message_id}
        first, *after = room.mail.mails
        assert [told_of(mail) for mail in after] == [other(muted)]
        assert first.message["Message-ID"].startswith(f"<{message_id}")

        # A mail program's own button: a POST without a page, to the address in the header.
        header = after[0].message["List-Unsubscribe"].strip("<>")
        assert after[0].message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert httpx.post(header.replace(PUBLIC, here), data={"List-Unsubscribe": "One-Click"}).status_code == 200
        published(room, later=("Here is the table, says Ankara", LATER))
        assert room.rows("SELECT subscriber FROM unsubscribed") == [("desk",)]
        assert len(room.mail.mails) == 2

        # The channel has heard it all, and its buttons say that they count for everybody.
        said = [json.loads(asked.body) for asked in room.hook.requests]
        assert len(said) == 4
        buttons = [each for block in said[-1]["blocks"] for each in block.get("elements", ()) if "url" in each]
        assert len(opened(buttons[-1]["url"])) == 6
        assert "for everybody who reads that channel" in window.run(SAYS)
        pressed("Nothing of this story for a day")
        with room.warehouse() as session:
            take_in(room.setup(), session)
        assert room.rows("SELECT subscriber FROM silences WHERE story_id IS NOT NULL") == [("channel",)]
