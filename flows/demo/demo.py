"""`talkwatch demo`: the main job on the seed articles, over real HTTP, SMTP and a webhook on this machine."""

from __future__ import annotations

import json
import logging
import re
import shlex
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

from rich.text import Text

from alerts.letters import why
from alerts.message_records import Notice
from alerts.records import Alert
from alerts.wording import Mark, segments
from flows.config.environment import set_environment
from flows.config.settings import Settings, load_settings, use_prefect
from flows.demo.servers import Arrivals, Resource, mailbox, outlet, render_site, webhook
from flows.pages.building import build
from flows.prefect_server import prefect_server
from flows.problems import UsageProblem
from flows.progress import in_words
from flows.tables import table
from flows.times import utc_now
from warehouse import alerts
from warehouse.queries import query
from warehouse.runs import last_runs
from warehouse.shown.copy import PublishedCopy
from warehouse.store import reading

CONFIGURATION = """\
# Written by `talkwatch demo`: the outlet, the mail server and the webhook of this run, on this machine's loopback.
data_dir = "."
operator = "desk"

[fetch]
contact = "mailto:desk@example.org"
delay_seconds = 0
pass_seconds = 600  # a slow machine is to show all of it too
allow_hosts = ["{outlet_host}", "{webhook_host}"]

[[feeds]]
url = "{outlet}/rss.xml"
outlet = "Demo Herald"
every = "1m"

[[rules]]
name = "ceasefire"
keywords = ["ceasefire", "truce", "halt to hostilities"]
officials = "any"
max_age = "none"
severity = "high"
subscribers = ["desk", "talks-channel"]

[[rules]]
name = "istanbul"
keywords = ["Istanbul"]
officials = "any"
max_age = "none"
subscribers = ["desk", "talks-channel"]

[[rules]]
name = "security guarantees"
keywords = ["security guarantees", "guarantees about its security"]
officials = "any"
max_age = "none"
subscribers = ["desk", "talks-channel"]

[[subscribers]]
name = "desk"
channel = "email"
to = "desk@example.org"

[[subscribers]]
name = "talks-channel"
channel = "slack"
webhook_url = "{webhook}"

[channels.email]
host = "127.0.0.1"
port = {smtp_port}
security = "none"
from = "Talkwatch <talkwatch@example.org>"
"""
MARKS = {Mark.NONE: ("", "", ""), Mark.KEYWORD: ("[", "]", "bold yellow"), Mark.OFFICIAL: ("‹", "›", "bold cyan")}
TABLES = ("articles", "mentions", "statements", "stories", "decisions", "alerts", "deliveries", "feeds", "runs")
PAGES = 1000
QUESTION = """\
select strftime(published_at, '%Y-%m-%d') as day, speaker, cue, text
from statements
where list_contains(topics, 'security-guarantees')
order by published_at"""

log = logging.getLogger("talkwatch")
FIRST_QUERY = "select speaker, text from statements limit 5"


@contextmanager
def run_demo(seeds: Path, folder: Path) -> Iterator[Text]:
    """Serve the seeds, run the monitor flow under a real Prefect server, and yield what arrived.

    The outlet answers until the block ends, and lies beside what arrived as files, to which its links lead.
    """
    if not list(seeds.glob("*.txt")):
        raise UsageProblem(f"no seed articles in {seeds}; run this in a checkout, or name their folder with --seeds")
    clear(folder)
    arrivals, site = Arrivals(), dict[str, Resource]()
    with ExitStack() as running:
        outlet_url = running.enter_context(outlet(site, arrivals))
        site.update(render_site(seeds, outlet_url))
        webhook_url = running.enter_context(webhook(arrivals))
        smtp_port = running.enter_context(mailbox(arrivals))
        configuration = folder / "talkwatch.toml"
        configuration.write_text(configured(outlet_url, webhook_url, smtp_port), encoding="utf-8")
        settings = run_flow(configuration)
        keep(arrivals, folder)
        draw(settings, folder / "pages")
        keep_outlet(site, outlet_url, folder)
        told = report(settings, arrivals, folder)
        tidy(folder)
        yield told


def configured(outlet_url: str, webhook_url: str, smtp_port: int) -> str:
    """Return the demo's configuration for this run's addresses."""
    hosts = {"outlet_host": outlet_url.split("/")[2], "webhook_host": webhook_url.split("/")[2]}
    return CONFIGURATION.format(outlet=outlet_url, webhook=webhook_url, smtp_port=smtp_port, **hosts)


def run_flow(configuration: Path) -> Settings:
    """Run the flow that `serve` schedules, once, under a Prefect server of its own; say in words what it found."""
    set_environment({"TALKWATCH_CONFIG": str(configuration)})
    use_prefect(configuration.parent, for_one_pass=True)
    with prefect_server(configuration.parent):
        from flows.monitor import monitor

        logging.getLogger("talkwatch.pass").setLevel(logging.WARNING)  # its line of counts is for a log of months
        monitor()
    settings = load_settings(configuration)
    with reading(settings.data_dir) as session:
        (run,) = last_runs(session, 1)
    if run.counts and run.finished_at:
        took = (run.finished_at - run.started_at).total_seconds()
        log.info("the pass is done, in %.0f s: %s", took, ", ".join(in_words(run.counts)))
    return settings


def clear(folder: Path) -> None:
    """Remove an earlier demo, but for Prefect's home, which takes long to make."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.iterdir():
        if path.is_dir() and path.name != "prefect":
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()


def keep(arrivals: Arrivals, folder: Path) -> None:
    """Leave what arrived as files to look at."""
    for number, mail in enumerate(arrivals.mails, 1):
        (folder / f"mail-{number}.eml").write_bytes(mail.as_bytes())
        (folder / f"mail-{number}.html").write_text(html_of(mail), encoding="utf-8")
    for number, payload in enumerate(arrivals.payloads, 1):
        (folder / f"slack-{number}.json").write_text(
            json.dumps(payload, indent=2, ensure_ascii=False), encoding="utf-8"
        )


def keep_outlet(site: Mapping[str, Resource], url: str, folder: Path) -> None:
    """Leave the outlet's pages as files, and have the links of mails and pages lead there."""
    for path, page in site.items():
        file = kept_page(folder, path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(page.body)
    link = re.compile(rf'href="{re.escape(url)}/([\w/-]+)"')
    for file in (*folder.glob("mail-*.html"), *folder.glob("pages/**/*.html")):
        up = "../" * (len(file.relative_to(folder).parts) - 1)
        file.write_text(link.sub(rf'href="{up}outlet/\1.html"', file.read_text("utf-8")), encoding="utf-8")


def kept_page(folder: Path, path: str) -> Path:
    """Return where a page of the outlet lies as a file."""
    return folder / "outlet" / f"{path.strip('/')}{'' if '.' in path else '.html'}"


def draw(settings: Settings, folder: Path) -> None:
    """Leave the pages as files."""
    with closing(PublishedCopy(settings.data_dir)) as copy:
        build(copy, folder, timezone=settings.timezone, now=utc_now(), most=PAGES)


def tidy(folder: Path) -> None:
    """Remove what has served its time and is nothing to look at."""
    for path in (*folder.glob("*.lock"), *folder.glob("work.duckdb*"), *folder.glob("*.log")):
        path.unlink()


def html_of(mail: EmailMessage) -> str:
    """Return the HTML part of a mail."""
    part = mail.get_body(("html",))
    return str(part.get_content()) if part else ""


def report(settings: Settings, arrivals: Arrivals, folder: Path) -> Text:
    """Return what the demo did: the alerts that arrived, the rows there are, a question, what to type next."""
    with reading(settings.data_dir) as session:
        fired = [logged.notice for logged in alerts.list_alerts(session, limit=1000)]
    counts = " union all ".join(f'select \'{name}\' as "table", count(*) as "rows" from {name}' for name in TABLES)  # noqa: S608 (our own names)
    sent = f"{len(arrivals.mails)} e-mails and {len(arrivals.payloads)} Slack messages"
    blocks = [block(notice, kept_page(folder, urlsplit(notice.url).path)) for notice in sorted(fired, key=by_rule)]
    return Text("\n\n").join(
        [
            section(f"{len(fired)} alerts, in {sent}", Text("\n\n").join(blocks)),
            section("the subjects of the e-mails", Text("\n".join(str(mail["Subject"]) for mail in arrivals.mails))),
            section("rows in the warehouse", Text(answer(settings, counts))),
            section("a question an analyst might ask", Text(f"{QUESTION}\n\n{answer(settings, QUESTION)}")),
            section("type next", Text(next_steps(folder))),
        ]
    )


def section(heading: str, text: Text) -> Text:
    """Return a part of the report, indented under its heading."""
    lines = (Text.assemble("  ", line) if line.plain else line for line in text.split("\n", allow_blank=True))
    return Text("\n").join([Text(heading, style="bold"), *lines])


def by_rule(notice: Notice) -> tuple[str, datetime]:
    """Sort by rule, then by date."""
    return notice.alert.rule, notice.published_at or notice.alert.fired_at


def block(notice: Notice, article: Path) -> Text:
    """Return one alert as it is shown, with the file that its article is kept in, for the outlet ends with the demo."""
    alert = notice.alert
    return Text.assemble(
        (f"{alert.rule} · {alert.official}", "bold"),
        f"\n{why(alert)}\n",
        marked(alert),
        f"\n{notice.title} — {notice.outlet}, {notice.published_at:%Y-%m-%d}\n{from_here(article)}",
    )


def marked(alert: Alert) -> Text:
    """Return the excerpt with the keyword in [ ] and the official in ‹ ›, in colour on a terminal."""
    marks = ((MARKS[piece.mark], piece.text) for piece in segments(alert))
    return Text.assemble(*((f"{opens}{text}{closes}", style) for (opens, closes, style), text in marks))


def answer(settings: Settings, sql: str) -> str:
    """Return a query's answer from the published copy."""
    result = query(settings.data_dir, sql)
    return table(result.columns, tuple(result.rows))


def next_steps(folder: Path) -> str:
    """Say what to look at and what to type next."""
    shown, name = from_here(folder), program()
    configured = f"{name} --config {shlex.quote(str(shown / 'talkwatch.toml'))}"
    return f"""\
{configured} sql "{FIRST_QUERY}"
{configured} alerts list
{name} init        for a configuration of your own; then `{name} run` and `{name} serve`

what arrived is in {shown}: mail-*.eml, mail-*.html (open one in a browser), slack-*.json
beside it are talkwatch.toml and the data: analysis.duckdb is the copy to query, the rest is Talkwatch's own
links in *.html lead to the outlet's pages, kept in {shown / "outlet"}
those in *.eml and *.json lead to its server, which ends with the demo

the page to open: {shown / "pages" / "index.html"}
`{name} demo --open` keeps pages and outlet served instead"""


def program() -> str:
    """Return how a shell calls this program from here: by its bare name only where it would be found."""
    own = Path(sys.argv[0]).absolute()
    return own.name if shutil.which(own.name) == str(own) else shlex.quote(str(from_here(own)))


def from_here(path: Path) -> Path:
    """Return a path as short as it can be typed in the current folder."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
