"""`talkwatch feeds …`: what is watched, whether it answers; feeds parsed and found; lists of feeds in and out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from urllib.parse import urlsplit

import typer

from extractors.records import Entry, Feed, Unreadable
from extractors.text.urls import is_http_url, page_key
from flows.cli.command import Config, TableFormat, command, group, settings_of, tell
from flows.config.configuration import FeedKind
from flows.config.settings import Settings
from flows.problems import UsageProblem, check_known
from flows.tables import Columns
from flows.times import moment
from warehouse import feeds
from warehouse.feeds import FeedHealth, ListedFeed, WatchedFeed
from warehouse.harmless import json_text, terminal_safe
from warehouse.store import writing

if TYPE_CHECKING:  # these load parsers and the network, which `--help` must not wait for
    from extractors.syndication.discovery import AnnouncedFeed, ListedOutline
    from flows.acquire.feed_checks import FeedAnswer
    from flows.setup import Setup

T = TypeVar("T")
SCHEMES = {"feed:https://": "https://", "feed:http://": "http://", "feed://": "https://", "webcal://": "https://"}

LISTED: Columns[ListedFeed] = {
    "outlet": attrgetter("outlet"),
    "state": lambda feed: str(feed.state),
    "last_polled_at": attrgetter("last_polled_at"),
    "next_poll_at": attrgetter("next_poll_at"),
    "consecutive_failures": attrgetter("consecutive_failures"),
    "entries_seen": attrgetter("entries_seen"),
    "last_error": attrgetter("last_error"),
    "url": attrgetter("url"),
}
CHECKED: Columns[FeedAnswer] = {
    "outlet": attrgetter("watched.outlet"),
    "ok": attrgetter("ok"),
    "reachable": attrgetter("reachable"),
    "format": attrgetter("format"),
    "entries": lambda answer: len(answer.entries),
    "newest": attrgetter("newest"),
    "interval": lambda answer: interval(answer.watched, answer.feed),
    "problem": attrgetter("problem"),
    "advice": attrgetter("advice"),
    "url": attrgetter("watched.url"),
}
# What a narrow terminal does without, the first first; the problem is what a table is looked at for.
LISTED_SPARE = ("entries_seen", "next_poll_at", "url", "last_polled_at", "consecutive_failures")
CHECKED_SPARE = ("reachable", "interval", "format", "url", "newest", "entries")
FAILING = (FeedHealth.FAILING, FeedHealth.GONE)
DISCOVERED: Columns[AnnouncedFeed] = {name: attrgetter(name) for name in ("title", "declared", "url")}

# A feed that was asked so lately has nothing new to say.
SOONEST = timedelta(minutes=1)

group("feeds", "See what is watched, and whether it answers.")


@command("feeds list")
def list_feeds(output_format: TableFormat = "table", config: Config = None) -> None:
    """Show each feed's state as of the last pass."""
    settings = settings_of(config)
    with writing(settings.data_dir) as session:
        feeds.sync_feeds(session, settings.feeds)
        listed = feeds.list_feeds(session)
    tell_of_feeds(LISTED, listed, output_format, LISTED_SPARE, is_bad=lambda feed: feed.state in FAILING)
    note_none(settings, listed)


def tell_of_feeds(
    columns: Columns[T], found: Sequence[T], output_format: str, spare: Sequence[str], *, is_bad: Callable[[T], bool]
) -> None:
    """Print feeds; a table ends with those that fail, and with how many do. Without any there is none."""
    if output_format == "json":
        tell(columns, found, output_format)
    elif found:
        tell(columns, sorted(found, key=is_bad), output_format, spare)
        failing = sum(map(is_bad, found))
        typer.echo(f"\n{len(found) - failing} ok, {failing} failing")


def note_none(settings: Settings, found: Sequence[object]) -> None:
    """Say on stderr that a table is empty because nothing is watched."""
    if not found:
        typer.echo(f"talkwatch: no [[feeds]] in {settings.path}", err=True)


@command("feeds poll")
def poll(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="An outlet's name, or a feed's address.")] = None,
    output_format: TableFormat = "table",
    config: Config = None,
) -> None:
    """Ask feeds now, all or those of one outlet, in a pass of its own.

    Within politeness: none twice in a minute, each host in its turn, and none that asked to be left alone.
    """
    from flows.setup import prepared

    settings = settings_of(config, sending=True)
    wanted = named_feeds(settings, name)
    listed = polled_now(prepared(settings), wanted)
    tell_of_feeds(LISTED, listed, output_format, LISTED_SPARE, is_bad=lambda feed: feed.state in FAILING)
    note_none(settings, listed)


def named_feeds(settings: Settings, name: str | None) -> tuple[WatchedFeed, ...]:
    """Return the feeds of an outlet, or at an address, or all; raise UsageProblem for a name that none has."""
    if name is None:
        return settings.feeds
    found = tuple(feed for feed in settings.feeds if name.casefold() in {feed.outlet.casefold(), feed.url.casefold()})
    if not found:
        check_known(name, "outlet", sorted({feed.outlet for feed in settings.feeds}))
    return found


def polled_now(setup: Setup, wanted: Sequence[WatchedFeed]) -> list[ListedFeed]:
    """Do a pass in which these feeds are due; return how they stand after it."""
    from flows.steps.passes import run_pass

    now, names = setup.now(), [feed.feed_id for feed in wanted]
    with writing(setup.data_dir) as session:
        feeds.sync_feeds(session, setup.settings.feeds)
        feeds.make_due(session, names, now, asked_before=now - SOONEST)
    run_pass(setup)
    with writing(setup.data_dir) as session:
        return [feed for feed in feeds.list_feeds(session) if feed.feed_id in names]


@command("feeds check")
def check(output_format: TableFormat = "table", config: Config = None) -> None:
    """Ask every feed now; exit code 1 when one fails.

    Says what comes, what is wrong, and what to write instead. Records nothing.
    """
    from flows.acquire.feed_checks import checked

    settings = settings_of(config)
    answers = checked(settings)
    tell_of_feeds(CHECKED, answers, output_format, CHECKED_SPARE, is_bad=lambda answer: not answer.ok)
    note_none(settings, answers)
    if not all(answer.ok for answer in answers):
        raise typer.Exit(1)


def interval(feed: WatchedFeed, answer: Feed | None) -> str:
    """Say how often a feed is asked, and what it asks for itself where that is less often."""
    own = spelled(feed.every)
    return f"{own}, asks for {spelled(answer.ttl)}" if answer and answer.ttl and answer.ttl > feed.every else own


def spelled(time: timedelta) -> str:
    """Return a duration as the configuration spells it."""
    seconds = int(time.total_seconds())
    unit, letter = next(
        ((size, letter) for size, letter in ((86_400, "d"), (3_600, "h"), (60, "m")) if not seconds % size), (1, "s")
    )
    return f"{seconds // unit}{letter}"


@command("feeds parse")
def parse(
    sources: Annotated[list[str], typer.Argument(metavar="FILE|URL", help="Feeds, as files or addresses.")],
    kind: Annotated[FeedKind, typer.Option(help="What they are.")] = FeedKind.FEED,
    links: Annotated[str | None, typer.Option(metavar="SELECTOR", help="The links of a listing.")] = None,
) -> None:
    """Print one JSON object a feed, from files or addresses."""
    from flows.acquire.feed_checks import parsed as parsed_feeds

    for source, answer in zip(sources, parsed_feeds(sources, kind, links), strict=True):
        typer.echo(json_text(feed_object(source, answer)))


def feed_object(source: str, answer: Feed | str) -> dict[str, Any]:
    """Return a feed as the contract has it, or why it is none; `source` is the argument as typed."""
    if isinstance(answer, str):
        return {"feed": source, "format": None, "error": answer, "entries": []}
    return {"feed": source, "format": answer.format, "entries": [entry_object(entry) for entry in answer.entries]}


def entry_object(entry: Entry) -> dict[str, Any]:
    """Return an entry as the contract has it."""
    return {
        "id": entry.entry_id,
        "link": entry.link,
        "title": entry.title,
        "published": moment(entry.published),
        "updated": moment(entry.updated),
        "author": entry.author,
    }


@command("feeds discover")
def discover(
    url: Annotated[str, typer.Argument(metavar="URL", help="A site's home page.")], output_format: TableFormat = "table"
) -> None:
    """Show the feeds that a page names; exit code 1 for none."""
    from flows.acquire.feed_checks import discovered

    found = discovered(url)
    tell(DISCOVERED, found, output_format)
    if not found:
        typer.echo(f"{url} names no feed", err=True)
        raise typer.Exit(1)


@command("feeds import")
def import_feeds(
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="A list of feeds from another reader.")],
    config: Config = None,
) -> None:
    """Append an OPML file's feeds to the configuration.

    Folders are kept; what is watched already is left out; what stands in the file stays as it is.
    """
    for line in imported(settings_of(config), file):
        typer.echo(terminal_safe(line))


@command("feeds export")
def export(config: Config = None) -> None:
    """Print the watched feeds as OPML, for other readers."""
    settings = settings_of(config)
    typer.echo(exported(settings))
    if dropped := without_a_place(settings):
        typer.echo(f"talkwatch: a list of feeds has no place for {', '.join(dropped)}; they are not in it", err=True)


def imported(settings: Settings, file: Path) -> list[str]:
    """Append the feeds of an OPML file to the configuration; return a line for each and one that counts them.

    What stands in the file stays as it is, comments included. Raises UsageProblem when the file is no OPML, or when
    nothing can be appended to the configuration; then nothing is written.
    """
    from flows.config.editing import Addition, with_tables

    listed = outlines(file)
    watched = {page_key(feed.url): feed.outlet for feed in settings.feeds}
    new: list[ListedOutline] = []
    lines = []
    for outline in listed:
        url = plain_address(outline.url)
        if not is_http_url(url):
            lines.append(f"skipped, no http(s) address: {outline.url[:200]}")
        elif page_key(url) in watched:
            lines.append(f"known as {watched[page_key(url)]}: {url}")
        else:
            outlet = outlet_of(outline, url)
            watched[page_key(url)] = outlet
            new.append(
                replace(outline, url=url, name=outlet, folders=tuple(filter(None, map(printable, outline.folders))))
            )
            lines.append(f"added {outlet}: {url}")
    if new:
        with_tables(settings.path, [Addition("feeds", table_of(outline)) for outline in new]).write()
    return [*lines, f"{len(new)} added, {len(listed) - len(new)} left out; {settings.path}"]


def exported(settings: Settings) -> str:
    """Return the feeds of the configuration as OPML."""
    from extractors.syndication.discovery import ListedOutline, write_opml

    tables = settings.feed_tables.values()
    return write_opml(
        (ListedOutline(url=each.url, name=each.outlet, folders=each.folders) for each in tables), "Talkwatch"
    )


def without_a_place(settings: Settings) -> list[str]:
    """Return the keys of feeds that OPML cannot hold."""
    written = {name for table in settings.feed_tables.values() for name in table.model_fields_set}
    return sorted(written - {"url", "outlet", "folders"})


def outlines(file: Path) -> tuple[ListedOutline, ...]:
    """Return the feeds an OPML file names."""
    from extractors.syndication.discovery import parse_opml

    try:
        listed = parse_opml(file.read_bytes())
    except OSError as error:
        raise UsageProblem(f"cannot read {file}: {error.strerror}") from None
    if isinstance(listed, Unreadable):
        raise UsageProblem(f"{file}: {listed.detail}; nothing was written")
    return listed


def plain_address(url: str) -> str:
    """Return an address without the schemes that only call readers."""
    for scheme, plain in SCHEMES.items():
        if url.lower().startswith(scheme):
            return plain + url[len(scheme) :]
    return url


def outlet_of(outline: ListedOutline, url: str) -> str:
    """Return what the list calls a feed, as one printable line; its host where it has no name."""
    return printable(outline.name or "") or urlsplit(url).hostname or url


def printable(name: str) -> str:
    """Return a name as one printable line."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())


def table_of(feed: ListedOutline) -> dict[str, Any]:
    """Return a feed as a table of the configuration."""
    named = {"url": feed.url, "outlet": feed.name or feed.url}
    return named | ({"folders": list(feed.folders)} if feed.folders else {})
