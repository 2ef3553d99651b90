from __future__ import annotations

import email
import json
import os
import re
import subprocess
import sys
import tomllib
from email import policy
from pathlib import Path

import pytest

from tests.conftest import ROOT, SEEDS
from warehouse.store import reading

pytestmark = pytest.mark.slow

LINK = re.compile(r'href="([^"]*)"')
TALKWATCH = Path(sys.executable).with_name("talkwatch")
EXPECTED = json.loads((ROOT / "tests" / "expected" / "alerts.json").read_text(encoding="utf-8"))["alerts"]
SITE = tomllib.loads((ROOT / "flows" / "demo" / "site.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The folder that one run of the demo leaves, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "TALKWATCH"))}
    environment["PATH"] = "/usr/bin:/bin"  # as `make demo` finds it: nothing is activated
    command = [str(TALKWATCH), "demo", "--seeds", str(SEEDS), "--dir", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True, timeout=600)
    return folder, done


@pytest.fixture(scope="module")
def alerts(demo):
    """The alerts in the warehouse, each with its article's text."""
    with reading(demo[0]) as session:
        found = session.rows(
            "select a.rule, a.official_id, a.scope, a.excerpt, a.evidence, r.url, r.text, r.title "
            "from alerts a join articles r using (article_id)"
        )
    names = ("rule", "official", "scope", "excerpt", "evidence", "url", "text", "title")
    return [dict(zip(names, row, strict=True)) for row in found]


def seed_of(url: str) -> str:
    """Return the seed behind a page's address."""
    return next(story["seed"] for story in SITE["story"] if url.endswith(story["slug"]))


def test_the_alerts_are_those_a_person_checked(alerts):
    """For each seed the demo's rules fire for the officials, in the scopes and on the words a person found."""
    fired = [
        {
            "rule": alert["rule"],
            "seed": seed_of(alert["url"]),
            "official": alert["official"],
            "scope": str(alert["scope"]),
            "keyword_surface": next(proof["surface"] for proof in alert["evidence"] if proof["what"] == "keyword"),
        }
        for alert in alerts
    ]
    assert sorted(tuple(alert.values()) for alert in fired) == sorted(tuple(alert.values()) for alert in EXPECTED)


def test_every_excerpt_stands_in_its_article(alerts):
    """Each excerpt is a stretch of the article it is told of."""
    assert alerts
    assert all(alert["excerpt"] in alert["text"] for alert in alerts)


def test_no_furniture_reached_an_article(alerts):
    """No teaser, caption or comment stands in any article's text."""
    assert alerts
    for alert in alerts:
        lines = (SEEDS / seed_of(alert["url"])).read_text(encoding="utf-8").split("\n")
        story = next(story for story in SITE["story"] if story["seed"] == seed_of(alert["url"]))
        first, last = story.get("comments", (1, 0))
        unwanted = [*SITE["teasers"], *(lines[n - 1] for n in (*story.get("captions", ()), *range(first, last + 1)))]
        assert not [line for line in unwanted if line.strip() and line.strip() in alert["text"]]


def test_what_arrived_is_left_to_look_at(demo):
    """The mails, their HTML and the Slack payloads lie in the folder, each telling of an alert."""
    folder, _ = demo
    mails, payloads = sorted(folder.glob("mail-*.eml")), sorted(folder.glob("slack-*.json"))
    assert (len(mails), len(payloads)) == (3, 3)
    for mail in mails:
        message = email.message_from_bytes(mail.read_bytes(), policy=policy.default)
        assert message["Message-ID"]
        assert message["Date"]
        kept = LINK.sub("", mail.with_suffix(".html").read_text(encoding="utf-8"))
        assert kept.strip() == LINK.sub("", message.get_body(("html",)).get_content()).strip()
    assert all(json.loads(path.read_text(encoding="utf-8"))["blocks"] for path in payloads)


def test_links_lead_to_what_the_outlet_had(demo):
    """No link of a mail or a page that is left leads to a server that has ended; each article's is to its page."""
    folder, _ = demo
    kept = [*folder.glob("mail-*.html"), *folder.glob("pages/**/*.html")]
    to = {(page, link) for page in kept for link in LINK.findall(page.read_text(encoding="utf-8"))}
    assert not [link for _, link in to if link.startswith("http://127.0.0.1")]
    articles = {(page.parent / link).resolve() for page, link in to if "outlet/news/" in link}
    assert {file.stem for file in articles} == {story["slug"] for story in SITE["story"]}
    assert all("</article>" in file.read_text(encoding="utf-8") for file in articles)


def test_each_alert_names_the_file_its_article_is_kept_in(demo):
    """Under each alert on the terminal stands a file that is there, and no address of a server that has ended."""
    folder, done = demo
    named = re.findall(rf"^ +({re.escape(str(folder))}/outlet/news/\S+)$", done.stdout, re.MULTILINE)
    assert len(named) == len(EXPECTED)
    assert all("</article>" in Path(name).read_text(encoding="utf-8") for name in named)
    assert "http://127.0.0.1" not in done.stdout


def test_the_pass_is_told_in_words(demo):
    """What the pass did stands in a sentence, without the counts that a log has."""
    said = demo[1].stderr
    assert re.search(
        r"the pass is done, in \d+ s: 1 feed asked, 5 new articles with \d+ statements, 11 alerts, 6 messages sent\n",
        said,
    )
    assert "feeds and pages asked: 6 of 6\n" in said
    assert "messages sent: 6 of 6\n" in said
    assert "feeds_due=" not in said


def test_the_report_says_what_happened_and_what_to_do_next(demo):
    """The report names alerts, subjects, rows, a query with its answer, and the page to open."""
    folder, done = demo
    for part in (
        "11 alerts, in 3 e-mails and 3 Slack messages",
        "Istanbul",
        "rows in the warehouse",
        "select",
        "type next",
    ):
        assert part in done.stdout
    assert f"the page to open: {folder / 'pages' / 'index.html'}" in done.stdout
    assert "Dmitry Peskov" in (folder / "pages" / "officials.html").read_text(encoding="utf-8")
    assert "Traceback" not in done.stderr
    assert not [*folder.glob("pass.lock"), *folder.glob("work.*")]


def test_what_it_says_to_type_can_be_typed(demo):
    """The commands run in a shell as they are printed, where no environment was activated."""
    printed = [line.strip() for line in demo[1].stdout.splitlines() if " --config " in line]
    assert len(printed) == 2
    for line in printed:
        typed = subprocess.run(["/bin/sh", "-c", line], capture_output=True, env={"PATH": "/usr/bin:/bin"}, check=False)
        assert (typed.returncode, bool(typed.stdout)) == (0, True), typed.stderr
        if " sql " in line:
            assert max(map(len, typed.stdout.decode().splitlines())) <= 120, "a few columns, which can be read"


def test_it_says_at_once_what_takes_so_long(demo):
    """The first line comes before anything is started, and tells how long that takes."""
    assert "the demo takes about a minute" in demo[1].stderr.splitlines()[0]
