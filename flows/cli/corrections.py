"""`talkwatch correct` and `talkwatch corrections …`: what was read wrongly is put right, for good, and taken back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.wording import counted, cut
from extractors.officials.watchlist import Watchlist
from extractors.records import Span, Statement
from extractors.relation_records import CorrectedField, Correction
from extractors.speech.stances import Stance
from flows.cli.alerts import official_of, user_name
from flows.cli.command import Config, TableFormat, command, group, settings_of, tell
from flows.cli.files import pair
from flows.problems import UsageProblem, check_known, the_one
from flows.tables import Columns
from warehouse import corrections
from warehouse.articles import named_statements, stored_articles
from warehouse.forgotten import forgotten
from warehouse.harmless import json_text
from warehouse.published import publish
from warehouse.records import ReadArticle
from warehouse.session import Session
from warehouse.store import reading

if TYPE_CHECKING:  # it starts processes, which `--help` must not wait for
    from flows.setup import Setup

NOBODY = "none"
SHOWN = 60  # characters of a statement
LISTED: Columns[Correction] = {
    "correction_id": attrgetter("correction_id"),
    "made_at": attrgetter("made_at"),
    "field": lambda each: str(each.field),
    "was": attrgetter("was"),
    "is_now": attrgetter("is_now"),
    "words": attrgetter("words"),
    "url": attrgetter("url"),
    "outlet": attrgetter("outlet"),
    "author": attrgetter("author"),
    "undone_at": attrgetter("undone_at"),
    "gone_at": attrgetter("gone_at"),
}
# What a narrow terminal does without, the first first.
SPARE = ("author", "outlet", "made_at", "gone_at", "url", "was")

group("corrections", "See what was put right in readings, take it back, write it as a test.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PutRight:
    """What is to be right in a statement: its speaker by name, topics (left ones after a minus), stance; or nothing."""

    speaker: str | None = None
    topics: tuple[str, ...] = ()
    stance: str | None = None
    drop: bool = False

    def changes(self, said: Statement, watchlist: Watchlist) -> Iterator[tuple[CorrectedField, str | None, str | None]]:
        """Yield each field with what was read and what is right; raise UsageProblem for what is not known."""
        if self.speaker is not None:
            yield CorrectedField.SPEAKER, said.speaker_id or said.speaker, _official(self.speaker, watchlist)
        for topic in self.topics:
            name = topic.lstrip("+-")
            check_known(name, "topic", (each.topic for each in watchlist.topics))
            yield CorrectedField.TOPIC, *((name, None) if topic.startswith("-") else (None, name))
        if self.stance is not None:
            check_known(self.stance, "stance", map(str, Stance))
            yield CorrectedField.STANCE, said.stance, None if self.stance == Stance.NONE else self.stance
        if self.drop:
            yield CorrectedField.DROP, said.speaker_id or said.speaker, None


@command("correct")
def correct(  # noqa: PLR0917 (an argument is an option)
    what: Annotated[str, typer.Argument(metavar="STATEMENT|NAME", help="A statement's id, or how it begins; a name.")],
    speaker: Annotated[str | None, typer.Option(metavar="OFFICIAL|none", help="Who says it.")] = None,
    topic: Annotated[
        list[str] | None, typer.Option(metavar="NAME|-NAME", help="A topic it is on, or is not on.")
    ] = None,
    stance: Annotated[str | None, typer.Option(metavar="STANCE|none", help="The stance it takes.")] = None,
    drop: Annotated[bool, typer.Option("--drop", help="Nobody states anything there.")] = False,
    meaning: Annotated[str | None, typer.Option("--is", metavar="OFFICIAL|none", help="Whom a name means.")] = None,
    outlet: Annotated[str | None, typer.Option(help="Of a name: only in this outlet's articles.")] = None,
    author: Annotated[str | None, typer.Option("--by", help="Who says so; default the user's name.")] = None,
    config: Config = None,
) -> None:
    """Put right what was read, for good: a statement's speaker, topics, stance, or whom a name means.

    It holds in later revisions of the article and when it is read again. Positions, shifts and disputes follow; a rule
    that fired on it wrongly is followed up for subscribers with `corrections = true`.
    """
    from flows.setup import prepared
    from flows.steps.again import put_right

    wanted = PutRight(speaker=speaker, topics=tuple(topic or ()), stance=stance, drop=drop)
    if (meaning is None) == (wanted == PutRight()):
        raise UsageProblem("write --is OFFICIAL for a name, or --speaker, --topic, --stance or --drop for a statement")
    if outlet is not None and meaning is None:
        raise UsageProblem("--outlet is for a name; a statement has its own")
    setup = prepared(settings_of(config))
    who = author or user_name()
    made = [named(setup, what, meaning, outlet, who)] if meaning else list(of_statement(setup, what, who, wanted))
    check_kept(setup, made)
    changed = put_right(setup, made)
    publish(setup.data_dir)
    typer.echo("\n".join([*(line(each) for each in made), f"{counted(changed, 'article')} read otherwise now"]))


@command("corrections list")
def list_corrections(output_format: TableFormat = "table", config: Config = None) -> None:
    """Show every correction there was, the newest at the end."""
    with reading(settings_of(config).data_dir) as session:
        found = corrections.corrections(session)
    tell(LISTED, found, output_format, SPARE)


@command("corrections undo")
def undo(
    correction: Annotated[str, typer.Argument(metavar="ID", help="A correction's id, or how it begins.")],
    config: Config = None,
) -> None:
    """Take a correction back: its articles are read again as if nobody had made it."""
    from flows.setup import prepared
    from flows.steps.again import taken_back

    setup = prepared(settings_of(config))
    with reading(setup.data_dir) as session:
        found = the_one(corrections.named_correction(session, correction), "correction", correction)
    if found.undone_at is not None:
        typer.echo(f"correction {found.correction_id} was taken back before")
        return
    changed = taken_back(setup, [found])
    publish(setup.data_dir)
    typer.echo(f"took back {line(found)}\n{counted(changed, 'article')} read otherwise now")


@command("corrections export")
def export(config: Config = None) -> None:
    """Print one JSON object an article that was put right: its text, and its statements as they are right.

    Statements that people put right are of tier 1, others of tier 2; what was dropped is a trap.
    """
    with reading(settings_of(config).data_dir) as session:
        held = [each for each in corrections.standing(session) if each.article_id]
        found = stored_articles(session, sorted({each.article_id for each in held if each.article_id}))
    for read in found:
        own = [each for each in held if each.article_id == read.article.article_id]
        typer.echo(json_text(gold(read, own)))


def check_kept(setup: Setup, made: Sequence[Correction]) -> None:
    """Raise UsageProblem where words would be given to somebody of whom nothing is kept."""
    with reading(setup.data_dir) as session:
        known = forgotten(session)
    gone = [each.is_now for each in made if each.field is not CorrectedField.TOPIC and known.person(each.is_now)]
    if gone:
        raise UsageProblem(f"{gone[0]} was forgotten: nothing that he says is kept; --drop takes the statement away")


def line(made: Correction) -> str:
    """Return a correction in a line."""
    where = f" in {made.outlet}" if made.outlet else ""
    what = f"{made.field} of “{cut(made.words, SHOWN)}”{where}"
    return f"{made.correction_id}: {what}: {made.was or NOBODY} → {made.is_now or NOBODY}"


def named(setup: Setup, name: str, meaning: str, outlet: str | None, author: str) -> Correction:
    """Return the correction that says whom a name means."""
    words = " ".join(name.split())
    if not words:
        raise UsageProblem("the name is empty")
    return _made(setup, CorrectedField.NAME, words, author, is_now=_official(meaning, setup.watchlist), outlet=outlet)


def of_statement(setup: Setup, beginning: str, author: str, wanted: PutRight) -> Iterator[Correction]:
    """Yield what is put right in a statement; raise UsageProblem for what is not known."""
    with reading(setup.data_dir) as session:
        found, read = _statement(session, beginning)
    for field, was, is_now in wanted.changes(found, setup.watchlist):
        article = read.article
        about = {"article_id": article.article_id, "url": article.url}
        yield _made(setup, field, found.text, author, was=was, is_now=is_now, **about)


def gold(read: ReadArticle, own: Sequence[Correction]) -> dict[str, Any]:
    """Return an article as who scores readings has it."""
    from extractors.speech.corrections import meant_by, occurrences

    article, statements = read.article, read.reading.statements
    right = {each.statement_id for made in own for each in meant_by(made, statements)}
    dropped = [each for each in own if each.field is CorrectedField.DROP]
    traps = [(made, span) for made in dropped for span in occurrences(made.words, article.text)]
    return {
        "file": f"{article.article_id}.txt",
        "url": article.url,
        "title": article.title,
        "text": article.text,
        "statements": [
            _gold_statement(article.text, each, 1 if each.statement_id in right else 2) for each in statements
        ],
        "traps": [
            {
                "line": _line_of(article.text, span),
                "start": span.start,
                "end": span.end,
                "text": made.words,
                "why": "dropped",
            }
            for made, span in traps
        ],
    }


def _gold_statement(text: str, said: Statement, tier: int) -> dict[str, Any]:
    return {
        "id": said.statement_id,
        "line": _line_of(text, said.span),
        "tier": tier,
        "speaker": said.speaker,
        "speaker_id": said.speaker_id,
        "speaker_surface": said.speaker_surface,
        "cue": said.cue,
        "kind": str(said.kind),
        "text": said.text,
        "start": said.span.start,
        "end": said.span.end,
        "spans": [pair(span) for span in said.spans],
        "texts": [span.slice(text) for span in said.spans],
        "speaker_span": pair(said.speaker_span) if said.speaker_span else None,
        "cue_span": pair(said.cue_span) if said.cue_span else None,
        "topics": list(said.topics),
        "stance": said.stance,
    }


def _line_of(text: str, span: Span) -> int:
    return text.count("\n", 0, span.start) + 1


def _statement(session: Session, beginning: str) -> tuple[Statement, ReadArticle]:
    statement_id, article_id = the_one(named_statements(session, beginning), "statement", beginning)
    (read,) = stored_articles(session, [article_id])
    return next(each for each in read.reading.statements if each.statement_id == statement_id), read


def _official(name: str, watchlist: Watchlist) -> str | None:
    return None if name == NOBODY else official_of(name, watchlist)


def _made(setup: Setup, field: CorrectedField, words: str, author: str, **what: Any) -> Correction:
    now = setup.now()
    key = "\x1f".join([field, words, *(str(value) for _, value in sorted(what.items())), now.isoformat()])
    name = hashlib.sha256(key.encode(errors="replace")).hexdigest()[:16]
    return Correction(correction_id=name, words=words, field=field, author=author, made_at=now, **what)
