"""`talkwatch extract`, `ingest`, `replay`, `reprocess`: files read, taken in; kept pages and stored articles again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alerts.wording import counted
from extractors.records import Depth, Mention, Page, Reading, Span, Statement, Unreadable
from flows.cli.command import Config, command, settings_of
from flows.problems import UsageProblem, WorkProblem
from flows.progress import shown
from flows.times import moment, span_between, time_of
from warehouse.harmless import json_text

if TYPE_CHECKING:  # these start processes, which `--help` must not wait for
    from flows.acquire.files import Document
    from flows.config.settings import Settings
    from flows.processes.readers import Readers

BATCH = 32
NOTHING = "talkwatch: no .txt, .html, .html.gz, .jsonl or .warc(.gz) file there; nothing to read"

Scheduler = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Let workers of this scheduler do it; `local`: of one begun here for it."),
]


def settings_on(cluster: str | None, config: Path | None, *, sending: bool = False) -> Settings:
    """Load the configuration, with another scheduler in place of what [cluster] names where one is asked for."""
    from pydantic import ValidationError

    from flows.config.addresses import ClusterTable
    from flows.config.settings import cluster_of

    settings = settings_of(config, sending=sending)
    if cluster is None:
        return settings
    named = asdict(settings.cluster) if settings.cluster else {}
    try:
        table = ClusterTable.model_validate(named | {"scheduler": cluster})
    except ValidationError as error:
        raise UsageProblem(f"--cluster {cluster}: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from None
    return replace(settings, cluster=cluster_of(settings.path, table))


@command("ingest")
def ingest(  # noqa: PLR0917 (an argument is an option)
    paths: Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders, or a sitemap's address.")],
    outlet: Annotated[str | None, typer.Option(help="Whose articles they are.")] = None,
    published_at: Annotated[str | None, typer.Option(metavar="TIME", help="When they were published.")] = None,
    alert: Annotated[
        bool, typer.Option("--alert", help="Let rules fire on them, but for archives and sitemaps.")
    ] = False,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Of a sitemap: published from then on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Of a sitemap: published before.")] = None,
    cluster: Scheduler = None,
    config: Config = None,
) -> None:
    """Take articles from files or a sitemap; sends only with --alert.

    Files are .txt, .html, .html.gz, .jsonl and .warc(.gz), or folders of them; a sitemap is an address. Archives and
    sitemaps never alert. A sitemap's pages are fetched at the pace of [fetch]; broken off, it goes on where it was
    when it is run again.
    """
    from flows.acquire.files import ARCHIVES, files_in
    from flows.acquire.ingest import Period
    from flows.acquire.ingest import ingest as ingest_files
    from flows.setup import prepared

    settings = settings_on(cluster, config, sending=alert)
    sitemaps = [path for path in paths if path.startswith(("http://", "https://"))]
    files = files_in(Path(path) for path in paths if path not in sitemaps)
    zone = settings.timezone
    published = time_of(published_at, zone) if published_at else None
    first, last = span_between(since, until, zone)
    if (since or until) and not sitemaps:
        raise UsageProblem("--since and --until are for a sitemap's address; there is none among the paths")
    if alert and (sitemaps or any(file.name.lower().endswith(ARCHIVES) for file in files)):
        typer.echo("talkwatch: archives and sitemaps never alert; --alert counts for the other files", err=True)
    if not files and not sitemaps:
        typer.echo(NOTHING, err=True)
    counts = ingest_files(
        prepared(settings, progress=shown()),
        files,
        outlet=outlet,
        published_at=published,
        alert=alert,
        sitemaps=sitemaps,
        period=Period(since=first, until=last),
    )
    typer.echo(
        f"{counts.articles_new} new, {counts.articles_revised} revised, {counts.articles_known} known, "
        f"{counts.pages_unreadable} unreadable; {counts.statements} statements, {counts.alerts} alerts"
    )


@command("replay")
def replay(
    since: Annotated[str, typer.Option(metavar="TIME", help="The pages that were kept from then on.")],
    cluster: Scheduler = None,
    config: Config = None,
) -> None:
    """Clean kept pages again with this version; sends nothing.

    Articles whose words come out otherwise get a revision, whose `arrival` is replayed; no rule fires on them. Nothing
    is fetched. Broken off, it is run again.
    """
    from flows.acquire.replay import replay as replay_kept
    from flows.setup import prepared

    settings = settings_on(cluster, config)
    counts = replay_kept(prepared(settings, progress=shown()), time_of(since, settings.timezone))
    typer.echo(
        f"{counts.articles_revised} revised, {counts.articles_new} new, {counts.articles_known} as before, "
        f"{counts.pages_unreadable} unreadable"
    )


@command("reprocess")
def reprocess(
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only what arrived from then on.")] = None,
    cluster: Scheduler = None,
    config: Config = None,
) -> None:
    """Read stored articles again with this version; sends nothing.

    What they say is joined anew: utterances, events, positions, disputes. Passes go on meanwhile. Broken off, it goes
    on where it was when it is run again, whatever `--since` says then.
    """
    from flows.acquire.replay import reprocess as read_again
    from flows.setup import prepared
    from warehouse.locking import Held

    settings = settings_on(cluster, config)
    first = time_of(since, settings.timezone) if since else None
    try:
        done = read_again(prepared(settings, progress=shown()), first)
    except Held as held:
        raise WorkProblem(f"another reprocess is at work ({held})") from None
    typer.echo(f"{counted(done, 'article')} read again")


@command("extract")
def extract(paths: Annotated[list[Path], typer.Argument(metavar="PATH", help="Files or folders.")]) -> None:
    """Print one JSON object a file: text, mentions, statements.

    Needs no warehouse, and no configuration.
    """
    from flows.acquire.files import documents, files_in
    from flows.config.settings import reading_here
    from flows.processes.pool import cores
    from flows.processes.readers import readers_for
    from flows.processes.workers import Workers

    files = files_in(paths)
    if not files:
        typer.echo(NOTHING, err=True)
        return
    watchlist, tagging = reading_here()
    readers = readers_for(watchlist, tagging=tagging)
    with Workers(cores()) as workers:
        for answer in extracted(documents(files, workers), readers):
            typer.echo(json_text(answer))


def extracted(documents: Iterable[Document], readers: Readers) -> Iterator[dict[str, Any]]:
    """Yield one object a document, in order, each read in full."""
    from extractors.speech.reading import unread

    remaining = iter(documents)
    while batch := list(islice(remaining, BATCH)):
        pages = [document.page for document in batch if isinstance(document.page, Page)]
        readings = iter(readers.read([unread(page) for page in pages]))
        for document in batch:
            yield document_object(document, next(readings) if isinstance(document.page, Page) else None)


def document_object(document: Document, reading: Reading | None) -> dict[str, Any]:
    """Return a document's object."""
    page = document.page
    if isinstance(page, Unreadable) or reading is None:
        reason = str(page.reason) if isinstance(page, Unreadable) else ""
        return {**empty(document), "error": reason}
    return {
        "doc_id": document.doc_id,
        "url": page.url,
        "title": page.title,
        "author": page.author,
        "published": moment(page.published),
        "language": page.language,
        "text": page.text,
        "mentions": [mention_object(mention) for mention in reading.mentions],
        "statements": [statement_object(statement) for statement in reading.statements],
        **limits_object(reading),
    }


def limits_object(reading: Reading) -> dict[str, Any]:
    """Return how far a document was read, where that is not to its end."""
    depth = {} if reading.depth is Depth.FULL else {"depth": str(reading.depth)}
    return depth if reading.cut_at is None else {**depth, "cut_at": reading.cut_at}


def empty(document: Document) -> dict[str, Any]:
    """Return the object of a document that can't be read."""
    nothing = dict.fromkeys(("url", "title", "author", "published", "language"))
    return {"doc_id": document.doc_id, **nothing, "text": "", "mentions": [], "statements": []}


def mention_object(mention: Mention) -> dict[str, Any]:
    """Return a mention as the contract has it."""
    return {
        "kind": str(mention.kind),
        "ref_id": mention.ref_id,
        "name": mention.name,
        "surface": mention.surface,
        "start": mention.span.start,
        "end": mention.span.end,
    }


def statement_object(statement: Statement) -> dict[str, Any]:
    """Return a statement as the contract has it; only a split one names its parts."""
    whole = {
        "speaker": statement.speaker,
        "speaker_id": statement.speaker_id,
        "speaker_surface": statement.speaker_surface,
        "cue": statement.cue,
        "kind": str(statement.kind),
        "text": statement.text,
        "start": statement.span.start,
        "end": statement.span.end,
        "topics": list(statement.topics),
        "stance": statement.stance,
    }
    return {**whole, "spans": [pair(span) for span in statement.spans]} if len(statement.spans) > 1 else whole


def pair(span: Span) -> list[int]:
    """Return a span as two numbers."""
    return [span.start, span.end]
