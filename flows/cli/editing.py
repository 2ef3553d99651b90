"""`talkwatch feeds add · remove`, `subscribers …`, `rules add`: the configuration written by a few answers."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.command import Config, command, group, settings_of
from flows.cli.feeds import printable
from flows.config.configuration import FeedKind
from flows.problems import UsageProblem, check_known
from flows.times import moment
from warehouse.harmless import terminal_safe

if TYPE_CHECKING:
    from extractors.records import Entry
    from flows.acquire.feed_checks import FoundFeed
    from flows.config.editing import Addition, Edit
    from flows.config.settings import Settings

DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the lines and write nothing.")]

group("subscribers", "Say who is told, and try it.")


def finish(edit: Edit, *, dry_run: bool) -> None:
    """Print the lines that come and go, and write them unless told not to."""
    typer.echo(terminal_safe(edit.shown))
    if not dry_run:
        edit.write()
        typer.echo(f"written to {edit.path}", err=True)


def asked(what: str, value: str | None, option: str, default: str | None = None) -> str:
    """Return a value that was given, else ask for it in a terminal; raise UsageProblem where nobody can answer."""
    if value is not None:
        return value
    if sys.stdin.isatty():
        return str(typer.prompt(what, default=default, err=True))
    if default is not None:
        return default
    raise UsageProblem(f"{what}? write it with {option}")


@command("feeds add")
def add_feed(
    url: Annotated[str, typer.Argument(metavar="URL", help="A site, a feed, a page that lists news, or a channel.")],
    *,
    outlet: Annotated[str | None, typer.Option(help="Whose it is, as shown; default what it calls itself.")] = None,
    country: Annotated[str | None, typer.Option(metavar="TR", help="Whose media it is.")] = None,
    kind: Annotated[FeedKind | None, typer.Option(help="What it is; found out by itself.")] = None,
    links: Annotated[str | None, typer.Option(metavar="SELECTOR", help="The links of a listing.")] = None,
    speaker: Annotated[str | None, typer.Option(help="Whose words the posts of a channel are.")] = None,
    primary: Annotated[bool, typer.Option("--primary", help="It is the own page of those whose words it has.")] = False,
    pick: Annotated[int | None, typer.Option(metavar="N", help="Which, where a site has several.")] = None,
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Find a site's feeds, show what is in them, and watch one.

    Each with its three newest entries, its language, whether its pages can be read, and whose it is. Asked in the pace
    of a pass; robots.txt is obeyed.
    """
    from flows.acquire.feed_checks import candidates
    from flows.config.editing import Addition, with_tables

    settings = settings_of(config)
    found = candidates(settings, url, FeedKind.LISTING if links and kind is None else kind, links)
    for number, each in enumerate(found, 1):
        typer.echo("\n".join(terminal_safe(line) for line in told_of(number, each)), err=True)
    chosen = one_of(found, pick)
    watched = {feed.url: feed.outlet for feed in settings.feeds}
    if chosen.table.url in watched:
        raise UsageProblem(f"{chosen.table.url} is watched already, as {watched[chosen.table.url]}")
    if not chosen.answer.ok:
        raise UsageProblem(f"{chosen.table.url} is not written: {chosen.answer.problem}")
    values = keys_of(chosen, outlet=outlet, country=country, speaker=speaker, primary=primary)
    finish(with_tables(settings.path, [Addition("feeds", values)]), dry_run=dry_run)


def keys_of(
    chosen: FoundFeed, *, outlet: str | None, country: str | None, speaker: str | None, primary: bool
) -> dict[str, Any]:
    """Return the keys of a feed that are worth writing."""
    table = chosen.table
    given = {
        "url": table.url,
        "outlet": printable(outlet or table.outlet) or table.url,
        "kind": None if table.kind is FeedKind.FEED else str(table.kind),
        "links": table.links,
        "country": country,
        "speaker": speaker,
        "primary": primary or None,
    }
    return {key: value for key, value in given.items() if value is not None}


def one_of(found: Sequence[FoundFeed], pick: int | None) -> FoundFeed:
    """Return the feed that is meant: the only one, the one picked, or the answer in a terminal."""
    if len(found) == 1 and pick in {None, 1}:
        return found[0]
    if pick is None:
        pick = int(asked(f"which of the {len(found)} feeds", None, f"--pick 1 to --pick {len(found)}", None))
    if not 1 <= pick <= len(found):
        raise UsageProblem(f"there is no feed {pick}; there are {len(found)}")
    return found[pick - 1]


def told_of(number: int, found: FoundFeed) -> list[str]:
    """Return what is to be known of a feed before it is watched."""
    answer = found.answer
    if not answer.ok:
        return [f"{number}  {found.table.url}", f"   cannot be read: {answer.problem}"]
    facts = [f"in {found.language}" if found.language else "in no language that is told", found.reads]
    head = f"{number}  {found.table.url} ({answer.format}, {len(answer.entries)} entries)"
    problem = [f"   but {answer.problem}"] if answer.problem else []
    return [head, *map(entry_line, found.newest), f"   {'; '.join(facts)}; of {found.publisher}", *problem]


def entry_line(entry: Entry) -> str:
    """Return an entry with its date."""
    words = entry.title or " ".join((entry.content_html or "without words").split())[:80]
    return f"   {moment(entry.published or entry.updated) or 'undated':<20}  {words}"


@command("feeds remove")
def remove_feed(
    name: Annotated[str, typer.Argument(metavar="URL|OUTLET", help="A feed's address, or an outlet's name.")],
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Watch a feed, or all of an outlet, no longer.

    What came of it stays. Comments above it stay too.
    """
    from flows.config.editing import without_tables

    settings = settings_of(config)
    places = [
        n for n, feed in enumerate(settings.feeds) if name.casefold() in {feed.url.casefold(), feed.outlet.casefold()}
    ]
    if not places:
        check_known(name, "outlet", sorted({feed.outlet for feed in settings.feeds}))
    finish(without_tables(settings.path, "feeds", places), dry_run=dry_run)


@command("subscribers add")
def add_subscriber(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Who is told, as rules name him.")],
    *,
    channel: Annotated[str, typer.Option(help="By what.")] = "email",
    to: Annotated[str | None, typer.Option(help="The address; a secret one as ${VAR} or ${file:PATH}.")] = None,
    host: Annotated[str | None, typer.Option(help="The mail server, where none is named yet.")] = None,
    sender: Annotated[
        str | None, typer.Option("--from", help="From whom mails come, where that is not set yet.")
    ] = None,
    more: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="Another key; repeatable.")
    ] = None,
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Add somebody who is told, and the mail server where there is none.

    `subscribers test NAME` sends him a sample.
    """
    from flows.config.editing import Addition, with_tables

    settings = settings_of(config)
    key = ADDRESSES.get(channel, "to")
    values: dict[str, Any] = {"name": name, "channel": channel, key: asked(f"{key} of {name}", to, "--to")}
    added = [Addition("subscribers", values | dict(pair_of(each) for each in more or ()))]
    if channel == "email" and "email" not in settings.channels:
        added.append(mail_server(host, sender))
    finish(with_tables(settings.path, added), dry_run=dry_run)


def pair_of(written: str) -> tuple[str, str]:
    """Return a key and its value; raise UsageProblem for what is neither."""
    key, sign, value = written.partition("=")
    if not (key.isidentifier() and sign):
        raise UsageProblem(f"{written} is no key and value; write one, for example --set mode=daily")
    return key, value


# The key that an address stands under, where it is not `to`.
ADDRESSES: Mapping[str, str] = {"slack": "webhook_url", "webhook": "url", "apprise": "url"}


def mail_server(host: str | None, sender: str | None) -> Addition:
    """Return the table of the mail server."""
    from flows.config.editing import Addition

    values = {"host": asked("the mail server's name", host, "--host"), "from": asked("from whom", sender, "--from")}
    return Addition("channels.email", values, is_single=True)


@command("subscribers test")
def try_subscriber(
    subscriber: Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="A subscriber's name.")], config: Config = None
) -> None:
    """Send a subscriber a marked sample now, as `alerts test` does."""
    from flows.cli.messages import sampled
    from flows.setup import prepared

    typer.echo(sampled(prepared(settings_of(config, sending=True)), subscriber))


@command("rules add")
def add_rule(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What messages call it.")],
    *,
    keywords: Annotated[
        list[str] | None, typer.Option("--keyword", help="A phrase, or topic:NAME; several times.")
    ] = None,
    officials: Annotated[list[str] | None, typer.Option("--official", help="Whom; several times; default any.")] = None,
    subscribers: Annotated[list[str] | None, typer.Option("--subscriber", help="Who is told; default all.")] = None,
    scope: Annotated[str, typer.Option(help="How near; see docs/rules.md.")] = "acts",
    dry_run: DryRun = False,
    config: Config = None,
) -> None:
    """Add a rule, checked as `rules check` does; `rules try` shows what it would send."""
    from flows.config.editing import Addition, with_tables

    settings = settings_of(config)
    values = {
        "name": name,
        "keywords": keywords or [asked("what to be told of", None, "--keyword", f"topic:{name}")],
        "officials": officials or ["any"],
        "scope": scope,
        "subscribers": subscribers or everybody(settings),
    }
    edit = with_tables(settings.path, [Addition("rules", values)])
    check_names(edit)
    finish(edit, dry_run=dry_run)


def everybody(settings: Settings) -> list[str]:
    """Return all who can be told; raise UsageProblem for nobody."""
    if not settings.subscribers:
        raise UsageProblem("there is nobody to tell; add somebody with `talkwatch subscribers add NAME`")
    return [who.name for who in settings.subscribers]


def check_names(edit: Edit) -> None:
    """Raise UsageProblem where a rule names what is not on the watchlist, with the line it would have."""
    from alerts.rule_checks import wrong_names
    from flows.config.settings import configured_watchlist, diagnostics, settings_in

    settings = settings_in(edit.path, edit.after, sending=False)
    if wrong := wrong_names(settings.rules, configured_watchlist(settings)):
        raise UsageProblem("\n".join(diagnostics(settings, wrong, edit.after)))
