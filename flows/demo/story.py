"""What the demo prints: the alerts that arrived, the rows there are, an analyst's question, what to do next."""

from __future__ import annotations

import shlex
import shutil
import sys
from datetime import datetime
from pathlib import Path

import typer

from alerts.message_records import Notice
from alerts.records import Alert
from alerts.wording import Mark, Segment, segments
from flows.config.settings import Settings
from flows.demo.servers import Arrivals
from flows.tables import table
from warehouse import alerts
from warehouse.queries import query
from warehouse.store import reading

MARKS = {Mark.NONE: ("", "", None), Mark.KEYWORD: ("[", "]", "yellow"), Mark.OFFICIAL: ("‹", "›", "cyan")}
TABLES = ("articles", "mentions", "statements", "stories", "decisions", "alerts", "deliveries", "feeds", "runs")
QUESTION = """\
select strftime(published_at, '%Y-%m-%d') as day, speaker, cue, text
from statements
where list_contains(topics, 'security-guarantees')
order by published_at"""


def told(settings: Settings, arrivals: Arrivals, folder: Path) -> None:
    """Print what the demo did."""
    with reading(settings.data_dir) as session:
        fired = [logged.notice for logged in alerts.list_alerts(session, limit=1000)]
    counts = " union all ".join(f'select \'{name}\' as "table", count(*) as "rows" from {name}' for name in TABLES)  # noqa: S608 (our own names)
    sent = f"{len(arrivals.mails)} e-mails and {len(arrivals.payloads)} Slack messages"
    section(f"{len(fired)} alerts, in {sent}", "\n\n".join(block(notice) for notice in sorted(fired, key=by_rule)))
    section("the subjects of the e-mails", "\n".join(str(mail["Subject"]) for mail in arrivals.mails))
    section("rows in the warehouse", answer(settings, counts))
    section("a question an analyst might ask", f"{QUESTION}\n\n{answer(settings, QUESTION)}")
    section("type next", next_steps(folder))


def section(heading: str, text: str) -> None:
    """Print a part of the report."""
    typer.secho(f"\n{heading}", bold=True)
    typer.echo("\n".join(f"  {line}" if line else "" for line in text.splitlines()))


def by_rule(notice: Notice) -> tuple[str, datetime]:
    """Sort by rule, then by date."""
    return notice.alert.rule, notice.published_at or notice.alert.fired_at


def block(notice: Notice) -> str:
    """Return one alert as it is shown."""
    alert = notice.alert
    return (
        f"{typer.style(f'{alert.rule} · {alert.official}', bold=True)} · {alert.reason}, by {alert.scope}\n"
        f"{marked(alert)}\n{notice.title} — {notice.outlet}, {notice.published_at:%Y-%m-%d}\n{notice.url}"
    )


def marked(alert: Alert) -> str:
    """Return the excerpt with the keyword in [ ] and the official in ‹ ›, in colour on a terminal."""
    return "".join(styled(piece) for piece in segments(alert))


def styled(piece: Segment) -> str:
    """Return one stretch with its marks."""
    opens, closes, colour = MARKS[piece.mark]
    return typer.style(f"{opens}{piece.text}{closes}", fg=colour, bold=bool(colour))


def answer(settings: Settings, sql: str) -> str:
    """Return a query's answer from the published copy."""
    result = query(settings.data_dir, sql)
    return table(result.columns, result.rows)


def next_steps(folder: Path) -> str:
    """Say what to look at and what to type next."""
    shown, name = from_here(folder), program()
    configured = f"{name} --config {shlex.quote(str(shown / 'talkwatch.toml'))}"
    return f"""\
{configured} sql "from statements limit 5"
{configured} alerts list
{name} init        for a configuration of your own; then `{name} run` and `{name} serve`

what arrived is in {shown}: mail-*.eml, mail-*.html (open one in a browser), slack-*.json
its links led to the demo's own outlet, which has stopped"""


def program() -> str:
    """Return how a shell calls this program from here: by its bare name only where it would be found."""
    own = Path(sys.argv[0]).absolute()
    return own.name if shutil.which(own.name) == str(own) else shlex.quote(str(from_here(own)))


def from_here(path: Path) -> Path:
    """Return a path as short as it can be typed in the current folder."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
