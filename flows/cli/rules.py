"""`talkwatch rules …`, and whom and what a rule can name: `officials`, `topics` and `processes`."""

from __future__ import annotations

from datetime import date
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated

import typer

from extractors.officials.roster import Official, Process, Term, Topic
from flows.cli.command import Config, TableFormat, command, group, settings_of, tell
from flows.config.settings import configured_watchlist
from flows.problems import UsageProblem
from flows.progress import shown
from flows.tables import Columns
from flows.times import span_between, utc_now

if TYPE_CHECKING:
    from flows.trials.backtest import Fired

FOR_SCRIPTS: Columns[Fired] = {
    "rule": attrgetter("alert.rule"),
    "article_id": attrgetter("alert.article_id"),
    "url": attrgetter("article.url"),
    "title": attrgetter("article.title"),
    "keyword": attrgetter("alert.keyword"),
    "official": attrgetter("alert.official"),
    "official_id": attrgetter("alert.official_id"),
    "scope": lambda fired: str(fired.alert.scope),
    "reason": lambda fired: str(fired.alert.reason),
    "excerpt": attrgetter("alert.excerpt"),
}
FOR_PEOPLE: Columns[Fired] = {
    "at": attrgetter("alert.fired_at"),
    "rule": attrgetter("alert.rule"),
    "official": attrgetter("alert.official"),
    "keyword": attrgetter("alert.keyword"),
    "scope": lambda fired: str(fired.alert.scope),
    "reason": lambda fired: str(fired.alert.reason),
    "outlet": attrgetter("article.outlet"),
    "title": attrgetter("article.title"),
}

# What a narrow terminal does without, the first first.
SPARE = ("scope", "reason", "keyword", "outlet")

group("rules", "Check rules, try them on the past, account for decisions.")

# An official with the office held now, if any.
Holder = tuple[Official, Term | None]
OFFICIALS: Columns[Holder] = {
    "id": lambda holder: holder[0].official_id,
    "name": lambda holder: holder[0].name,
    "country": lambda holder: holder[0].country,
    "side": lambda holder: holder[0].side,
    "role": lambda holder: holder[1] and holder[1].role,
    "since": lambda holder: holder[1] and holder[1].since,
}
TOPICS: Columns[Topic] = {
    "id": attrgetter("topic"),
    "name": attrgetter("name"),
    "phrases": lambda topic: len(topic.phrases),
}

PROCESSES: Columns[Process] = {
    "id": attrgetter("process_id"),
    "name": attrgetter("name"),
    "parties": lambda process: ", ".join(process.parties),
    "since": attrgetter("since"),
    "until": attrgetter("until"),
}


@command("rules check")
def check(config: Config = None) -> None:
    """Find what is wrong in the rules, and estimate alerts a day.

    Exit code 2 when something is wrong.
    """
    from flows.trials.check import checked

    report = checked(settings_of(config), progress=shown())
    for line in report.warnings:
        typer.echo(f"{line} (warning)")
    if report.errors:
        raise UsageProblem("\n".join(report.errors))
    typer.echo(report.summary)
    for answer in (report.expected, report.judged):
        if answer:
            typer.echo(answer)


@command("rules backtest")
def backtest(  # noqa: PLR0917  (typer calls it by the names of its options)
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="Only this rule.")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="From then on; default 30 days ago.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Before then; default now.")] = None,
    whole: Annotated[bool, typer.Option("--all", help="All there is, also where that takes minutes.")] = False,
    output_format: TableFormat = "table",
    config: Config = None,
) -> None:
    """Show what rules would have sent; sends and writes nothing.

    Of a long past an estimate is told first, on stderr; as a table then so many stories are tried as take a minute.
    """
    from flows.trials.backtest import summed, tried

    settings = settings_of(config)
    first, last = span_between(since, until, settings.timezone)
    told = partial(typer.echo, err=True)
    whole = whole or output_format == "json"  # a script gets what is asked for, or fails
    found = tried(settings, rule, since=first, until=last, progress=shown(), told=told, whole=whole)
    tell(FOR_SCRIPTS if output_format == "json" else FOR_PEOPLE, found.alerts, output_format, SPARE)
    typer.echo(summed(found), err=True)


@command("rules explain")
def explain(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="An alert's id, or how it begins.")],
    config: Config = None,
) -> None:
    """Derive an alert again from the stored text.

    Rule and version, words and places, speaker, sources.
    """
    from flows.trials.explain import explained

    typer.echo(explained(settings_of(config), alert))


@command("rules why-not")
def why_not(
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="An article's id, how it begins, or its address.")],
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's name.")],
    config: Config = None,
) -> None:
    """Name the first clause of a rule that an article failed.

    And what to change; or, when it matches, what was decided.
    """
    from flows.trials.explain import why_not as account

    typer.echo(account(settings_of(config), article, rule))


@command("rules try")
def try_rule(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule’s name, or a .toml file with [[rules]].")],
    sources: Annotated[list[str], typer.Argument(metavar="PATH", help="Files, folders or addresses of articles.")],
    config: Config = None,
) -> None:
    """Say whether a rule fires on a text in hand, why not, and show the message.

    As if the article came now, alone. Nothing is stored or sent; an address is fetched.
    """
    from flows.trials.trying import tried_on

    for number, answer in enumerate(tried_on(settings_of(config), rule, sources)):
        typer.echo(answer if number == 0 else f"\n{answer}")


@command("officials")
def officials(output_format: TableFormat = "table", config: Config = None) -> None:
    """Show whom a rule can name, and the office each holds now."""
    watchlist = configured_watchlist(settings_of(config))
    known = sorted(watchlist.officials, key=attrgetter("official_id"))
    tell(
        OFFICIALS,
        [holder(official, utc_now().date()) for official in known],
        output_format,
        ("since", "side", "country"),
    )


def holder(official: Official, on: date) -> Holder:
    """Return an official with the office held on a day."""
    return official, official.term_on(on)


@command("topics")
def topics(output_format: TableFormat = "table", config: Config = None) -> None:
    """Show the topics a rule can name, as topic:ID."""
    watchlist = configured_watchlist(settings_of(config))
    tell(TOPICS, sorted(watchlist.topics, key=attrgetter("topic")), output_format)


@command("processes")
def processes(output_format: TableFormat = "table", config: Config = None) -> None:
    """Show the negotiations a rule can name, and who negotiates."""
    watchlist = configured_watchlist(settings_of(config))
    tell(PROCESSES, sorted(watchlist.processes, key=attrgetter("process_id")), output_format, ("since", "until"))
