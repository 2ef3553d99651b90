"""`talkwatch rules …`."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.cli.options import Config, TableFormat, settings_of, tell
from flows.problems import UsageProblem
from flows.progress import shown
from flows.times import span_between

rules = typer.Typer(
    help="Check rules, try them on the past, account for decisions.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@rules.command()
def check(config: Config = None) -> None:
    """Find what is wrong in the rules, and estimate alerts a day.

    Exit code 2 when something is wrong.
    """
    from flows.commands.rule_report import checked

    report = checked(settings_of(config), progress=shown())
    for line in report.warnings:
        typer.echo(f"{line} (warning)")
    if report.errors:
        raise UsageProblem("\n".join(report.errors))
    typer.echo(report.summary)
    if report.expected:
        typer.echo(report.expected)


@rules.command()
def backtest(
    rule: Annotated[str | None, typer.Argument(metavar="RULE", help="Only this rule.")] = None,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="From then on; default 30 days ago.")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Before then; default now.")] = None,
    output_format: TableFormat = "table",
    config: Config = None,
) -> None:
    """Show what rules would have sent; sends and writes nothing."""
    from flows.commands.backtest_report import FIELDS, SHOWN, answer_row, shown_row, summed, tried

    settings = settings_of(config)
    first, last = span_between(since, until, settings.timezone)
    found = tried(settings, rule, since=first, until=last, progress=shown())
    if output_format == "json":
        tell(FIELDS, [answer_row(each) for each in found.alerts], output_format)
    else:
        tell(SHOWN, [shown_row(each) for each in found.alerts], output_format)
    typer.echo(summed(found), err=True)


@rules.command()
def explain(
    alert: Annotated[str, typer.Argument(metavar="ALERT", help="An alert's id, or how it begins.")],
    config: Config = None,
) -> None:
    """Derive an alert again from the stored text.

    Rule and version, words and places, speaker, sources.
    """
    from flows.commands.explaining import explained

    typer.echo(explained(settings_of(config), alert))


@rules.command("why-not")
def why_not(
    article: Annotated[str, typer.Argument(metavar="ARTICLE", help="An article's id, how it begins, or its address.")],
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's name.")],
    config: Config = None,
) -> None:
    """Name the first clause of a rule that an article failed.

    And what to change; or, when it matches, what was decided.
    """
    from flows.commands.why_not import why_not as account

    typer.echo(account(settings_of(config), article, rule))
