"""`talkwatch demo`: the main job on the seed articles, over real HTTP, SMTP and a webhook on this machine."""

from __future__ import annotations

import json
import shutil
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path

from flows.config.settings import load_settings, set_environment, use_prefect
from flows.demo.servers import Arrivals, mailbox, outlet, webhook
from flows.demo.site import Resource, render_site
from flows.demo.story import told
from flows.prefect_server import prefect_server
from flows.problems import UsageProblem

CONFIGURATION = """\
# Written by `talkwatch demo`: the outlet, the mail server and the webhook of this run, on this machine's loopback.
data_dir = "."
operator = "desk"

[fetch]
contact = "mailto:desk@example.org"
delay_seconds = 0
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


def run_demo(seeds: Path, folder: Path) -> None:
    """Serve the seeds, run the monitor flow under a real Prefect server, and tell what arrived."""
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
        run_flow(configuration)
    keep(arrivals, folder)
    told(load_settings(configuration), arrivals, folder)


def configured(outlet_url: str, webhook_url: str, smtp_port: int) -> str:
    """Return the demo's configuration for this run's addresses."""
    hosts = {"outlet_host": outlet_url.split("/")[2], "webhook_host": webhook_url.split("/")[2]}
    return CONFIGURATION.format(outlet=outlet_url, webhook=webhook_url, smtp_port=smtp_port, **hosts)


def run_flow(configuration: Path) -> None:
    """Run the flow that `serve` schedules, once, under a Prefect server of its own."""
    set_environment({"TALKWATCH_CONFIG": str(configuration)})
    use_prefect(configuration.parent)
    with prefect_server(configuration.parent / "prefect" / "server.log"):
        from flows.monitor import monitor

        monitor()


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


def html_of(mail: EmailMessage) -> str:
    """Return the HTML part of a mail."""
    part = mail.get_body(("html",))
    return str(part.get_content()) if part else ""
