"""A desk with a warehouse and no language model: articles of quotations go in, decisions and messages come out."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from alerts.message_records import Message, Notice, Standing, Status
from alerts.records import Arrival, Decision
from extractors.records import Article, Reading, Span, Statement, StatementKind
from extractors.speech.stances import Stance
from extractors.text.identity import statement_id, utterance_id
from flows.config.settings import load_settings
from flows.setup import Setup, prepared
from flows.steps.record import taken_in, worked_out
from tests.alert_examples import mentions_in, span_of
from tests.story_examples import CITING, OWN, SAID, TASS
from tests.warehouse_examples import NOW, new_warehouse
from warehouse import outbox
from warehouse.records import ReadArticle
from warehouse.session import Row
from warehouse.store import writing

CONFIGURATION = """
[[rules]]
name = "truce"
keywords = ["truce"]
officials = ["Dmitry Peskov", "Volodymyr Zelenskyy"]
{rule}
subscribers = ["desk"]
[[subscribers]]
name = "desk"
channel = "slack"
webhook_url = "https://hooks.example/1"
{subscriber}
"""
_QUOTED = re.compile(r"“([^”]{10,})”")
_SENTENCE = re.compile(r"[^\s][^\n.]*(?:\.[”]?|(?=\n)|$)")
_SPEAKERS = {"Peskov": "dmitry-peskov", "Zelensky": "volodymyr-zelenskyy"}


class Desk:
    """A warehouse, a rule on truces, and a clock that tests move; all in one transaction."""

    def __init__(self, folder: Path, *, rule: str = "", subscriber: str = "", more: str = "") -> None:
        """Write the configuration; `rule` and `subscriber` are more lines of those tables, `more` of the file."""
        path = folder / "talkwatch.toml"
        path.write_text(CONFIGURATION.format(rule=rule, subscriber=subscriber) + more, encoding="utf-8")
        (folder / "var").mkdir(exist_ok=True)
        new_warehouse(folder / "var")
        made = prepared(load_settings(path))
        self._open(made)

    @classmethod
    def again(cls, setup: Setup) -> Desk:
        """Open a desk whose warehouse was closed."""
        desk = cls.__new__(cls)
        desk._open(setup)
        return desk

    def _open(self, made: Setup) -> None:
        self.now = NOW
        self.setup = Setup(settings=made.settings, watchlist=made.watchlist, rules=made.rules, now=lambda: self.now)
        self.open = ExitStack()
        self.session = self.open.enter_context(writing(self.setup.data_dir))

    def __enter__(self) -> Self:
        """Use the desk."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Close the warehouse."""
        self.open.close()

    def take_in(self, *found: ReadArticle) -> tuple[Decision, ...]:
        """Record articles, a batch, as arriving now; return what was decided."""
        arrived = [replace(each, article=replace(each.article, first_seen_at=self.now)) for each in found]
        return taken_in(self.setup, self.session, worked_out(self.setup, arrived)).decisions

    def after(self, **span: float) -> Desk:
        """Let time pass."""
        self.now += timedelta(**span)
        return self

    def send(self, status: Status = Status.SENT) -> tuple[Message, ...]:
        """Let all that is due be tried, and come to this; return the messages."""
        due = outbox.due_messages(self.session, self.now, 10_000)
        for message in due:
            outbox.begin_attempt(self.session, message.message_id, self.now)
            outbox.settle(self.session, message.message_id, Standing(status=status), self.now)
        return due

    def notices(self, message: Message) -> tuple[Notice, ...]:
        """Return what a message tells."""
        return outbox.notices(self.session, message)

    def rows(self, sql: str) -> list[Row]:
        """Ask the warehouse."""
        return self.session.rows(sql)

    def reasons(self) -> list[str]:
        """Return the reason of every decision, in order."""
        return [row[0] for row in self.rows("SELECT reason FROM decisions ORDER BY decided_at, rowid")]

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(self.rows(f"SELECT count(*) FROM {table}")[0][0])


def found(name: str, text: str, *, outlet: str | None = None, **changes: Any) -> ReadArticle:
    """Return an article read by a reader that takes each quotation for a statement of the name that follows it."""
    plain = Article(
        article_id=name,
        url=f"https://{name}.example/",
        outlet=outlet or f"Outlet {name}",
        feed_id=None,
        title=changes.pop("title", None),
        author=None,
        published_at=changes.pop("published_at", NOW),
        first_seen_at=NOW,
        language="en",
        text=text,
    )
    arrival = changes.pop("arrival", Arrival.POLLED)
    read = Reading(
        mentions=mentions_in(text),
        title_mentions=mentions_in(plain.title or ""),
        statements=tuple(said_in(name, text, **changes)),
        sentences=tuple(Span(*hit.span()) for hit in _SENTENCE.finditer(text)),
        extractor_version="test",
    )
    return ReadArticle(article=plain, reading=read, arrival=arrival)


def said_in(article_id: str, text: str, **changes: Any) -> list[Statement]:
    """Return the quotations of a text, each by the first name after it."""
    made = []
    for hit in _QUOTED.finditer(text):
        after = {name: text.find(name, hit.end()) for name in _SPEAKERS}
        name = min((name for name, at in after.items() if at >= 0), key=after.__getitem__, default="Peskov")
        span = Span(*hit.span(1))
        plain = Statement(
            statement_id=statement_id(article_id, [span]),
            utterance_id=utterance_id(_SPEAKERS[name], span.slice(text)),
            speaker=name,
            speaker_id=_SPEAKERS[name],
            speaker_surface=name,
            cue="said",
            kind=StatementKind.DIRECT,
            text=span.slice(text),
            span=span,
            spans=(span,),
            topics=(),
            stance=Stance.ASSERT,
            speaker_span=span_of(text, name) if name in text else None,
        )
        made.append(replace(plain, **changes))
    return made


PARTIAL = SAID.replace(" from the capitals of Europe,”", ",”")
ELLIPTIC = SAID.replace(" to the front from the capitals", " … from the capitals")
DENIED = "“Nobody in Moscow has ever spoken of a truce with anyone, and these reports are wrong,” Peskov said later."


def wire(number: int = 0) -> str:
    """Return a reprint of the agency's text, cut, edited or with a partial quotation, as the number has it."""
    paragraphs = TASS.split("\n")
    variants = (
        TASS,
        TASS.replace("daily briefing", "briefing of the day").replace("for the press", "to the press"),
        paragraphs[0],
        "\n".join(paragraphs[:2]),
        TASS.replace(SAID, PARTIAL),
        TASS.replace(SAID, ELLIPTIC),
        TASS.replace("MOSCOW, March 4. /TASS/. ", "MOSCOW (TASS) — "),
        CITING,
        CITING.replace("The remark came a day after", "He spoke a day after"),
        CITING.replace(SAID, PARTIAL),
    )
    return variants[number % len(variants)]


def copies(count: int) -> list[ReadArticle]:
    """Return so many copies and rewrites of the agency's story, the agency's own first."""
    return [
        found(f"c{number}", wire(number), outlet="TASS" if number == 0 else f"Paper {number}")
        for number in range(count)
    ]


def own_report() -> ReadArticle:
    """Return the report of a reporter who was there."""
    return found("own", OWN, outlet="Observer")
