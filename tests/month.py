"""A month of generated news for a desk without a language model, and a reader of quotations that can be a new version."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from alerts.records import Arrival
from extractors.records import Article, Mention, MentionKind, Reading, Span, Statement, StatementKind
from extractors.text.identity import statement_id, utterance_id
from flows.config.settings import load_settings
from flows.steps.record import taken_in, worked_out
from tests.alert_desk import Desk
from tests.warehouse_examples import NOW
from warehouse.records import ReadArticle
from warehouse.session import Row, Session
from warehouse.store import reading, writing

PEOPLE = {
    "Dmitry Peskov": "dmitry-peskov",
    "Sergei Lavrov": "sergei-lavrov",
    "Volodymyr Zelenskyy": "volodymyr-zelenskyy",
    "John Kerr": None,
    "The envoy": None,
}
STANCES = {"reject": "reject", "accept": "accept", "demand": "demand", "saw": "assert"}
TOPICS = {"truce": "ceasefire", "talks": "talks"}
_SAID = re.compile(r"“([^”]+)” ([A-Z]\w+ \w+|He) said")
_SENTENCE = re.compile(r"[^\s][^\n]*")
TELLERS = ("Herald", "Observer")
TOGETHER = 5  # days that come at once


def text_of(day: int, outlet: str) -> str:
    """Return an article of four quotations; both outlets report the first of a day, and each has words of its own."""
    verb = ("reject", "reject", "accept", "demand")[day // 2 % 4]
    name = tuple(PEOPLE)[day % 3]
    return (
        f"“We {verb} a truce at river number {day} in those {day * 7} villages, for now,” {name} said.\n"
        f"“Nobody at {outlet} saw the talks of {day} {name.split()[1]} people, for now,” John Kerr said.\n"
        f"“We {verb} a truce that {outlet} wrote {day} lines about, for now,” The envoy said.\n"
        f"“I {verb} all talks on {outlet} page {day}, for now,” He said.\n"
    )


def read_in(article: Article, *, version: int = 1) -> Reading:
    """Read quotations; a later version cuts them before their last words, and takes nobody for "He"."""
    statements, mentions = [], []
    last = ("Dmitry Peskov", "dmitry-peskov")
    for hit in _SAID.finditer(article.text):
        words = hit[1].rstrip(",")
        span = Span(hit.start(1), hit.start(1) + len(words) - (len(", for now") if version > 1 else 0))
        surface, at = hit[2], Span(*hit.span(2))
        name, ref = last if surface == "He" else (surface, PEOPLE[surface])
        if ref and surface != "He":
            last = (name, ref)
            mentions.append(Mention(kind=MentionKind.OFFICIAL, ref_id=ref, name=name, surface=surface, span=at))
        statements.append(
            Statement(
                statement_id=statement_id(article.article_id, [span]),
                utterance_id=utterance_id(name, span.slice(article.text)),
                speaker=name,
                speaker_id=ref,
                speaker_surface=surface,
                cue="said",
                kind=StatementKind.DIRECT,
                text=span.slice(article.text),
                span=span,
                spans=(span,),
                topics=tuple(topic for word, topic in TOPICS.items() if word in hit[1]),
                stance=next(stance for word, stance in STANCES.items() if word in hit[1]),
                speaker_span=at,
                confidence=0.95,
            )
        )
    return Reading(
        mentions=tuple(mentions),
        title_mentions=(),
        statements=tuple(statements),
        sentences=tuple(Span(*hit.span()) for hit in _SENTENCE.finditer(article.text)),
        extractor_version=f"x{version}",
    )


class Month:
    """Articles of thirty days in a warehouse that is closed between what is done."""

    def __init__(self, folder: Path, days: int = 30, *, subscriber: str = "", more: str = "") -> None:
        """Take the news in, day by day."""
        self.desk = Desk(folder, subscriber=subscriber, rule='scope = "speaks"\nmax_age = "none"', more=more)
        self.setup, self.version = self.desk.setup, 1
        for start in range(0, days, TOGETHER):
            found = []
            for day in range(start, min(start + TOGETHER, days)):
                self.desk.now = NOW - timedelta(days=days - day)
                found += [self.article(day, outlet) for outlet in TELLERS]
            self._record(self.desk.session, found)
        self.desk.now = NOW
        self.desk.open.close()

    def copied(self, folder: Path) -> Month:
        """Return a month like this one in another folder: to take it in is most of the work."""
        other = copy(self)
        shutil.copytree(self.setup.data_dir.parent, folder, dirs_exist_ok=True)
        other.desk = copy(self.desk)
        settings = load_settings(folder / "talkwatch.toml")
        other.setup = replace(self.setup, settings=settings, now=lambda: other.desk.now)
        return other

    def article(self, day: int, outlet: str, *, before: str = "") -> Article:
        """Return an article of a day."""
        return Article(
            article_id=f"{outlet.lower()}{day}",
            url=f"https://{outlet.lower()}.example/{day}",
            outlet=outlet,
            feed_id=None,
            title=None,
            author=None,
            published_at=self.desk.now,
            first_seen_at=self.desk.now,
            language="en",
            text=before + text_of(day, outlet),
        )

    def take_in(self, articles: Sequence[Article]) -> None:
        """Record articles as a pass does."""
        with writing(self.setup.data_dir) as session:
            self._record(session, articles)

    def _record(self, session: Session, articles: Sequence[Article]) -> None:
        found = [
            ReadArticle(article=each, reading=read_in(each, version=self.version), arrival=Arrival.POLLED)
            for each in articles
        ]
        taken_in(self.setup, session, worked_out(self.setup, found))

    def revise(self, day: int, outlet: str, before: str) -> None:
        """Let an article have other words before those it had."""
        (published_at,) = self.rows(f"SELECT published_at FROM articles WHERE article_id = '{outlet.lower()}{day}'")[0]
        self.take_in([replace(self.article(day, outlet, before=before), published_at=published_at)])

    def read(self, _setup: object, found: Sequence[ReadArticle]) -> tuple[ReadArticle, ...]:
        """Read as the step of a pass does."""
        return tuple(
            ReadArticle(article=each.article, reading=read_in(each.article, version=self.version), arrival=each.arrival)
            for each in found
        )

    def rows(self, sql: str) -> list[Row]:
        """Ask the warehouse."""
        with reading(self.setup.data_dir) as session:
            return session.rows(sql)
