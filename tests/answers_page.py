"""The answers that docs/analysts.md shows, made from the seed articles; `make answers` writes them anew."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

from typer.testing import CliRunner

from flows.cli.app import app
from tests.warehouse_examples import ROOT

PAGE = ROOT / "docs" / "analysts.md"
# Lines that are shown of a longer answer, the names of its columns included.
SHOWN = 9
MORE = "…"
ANSWERED = re.compile(r"```sql\n(?P<sql>(?:(?!```).)*)```\n\n```text\n(?P<answer>.*?)```", re.DOTALL)


def with_seeds(folder: Path) -> Path:
    """Take the seed articles in, with the addresses, headlines and days of the demo's outlet; return a configuration."""
    site = tomllib.loads((ROOT / "flows" / "demo" / "site.toml").read_text("utf-8"))
    articles = [
        {
            "url": f"https://herald.example/{story['slug']}",
            "title": story["headline"],
            "text": (ROOT / "seeds" / story["seed"]).read_text("utf-8"),
            "published": story["published"].isoformat(),
            "outlet": site["outlet"],
        }
        for story in site["story"]
    ]
    (folder / "talkwatch.toml").write_text('data_dir = "var"\n', encoding="utf-8")
    (folder / "seeds.jsonl").write_text("\n".join(map(json.dumps, articles)) + "\n", encoding="utf-8")
    _said("ingest", str(folder / "seeds.jsonl"), "--config", str(folder / "talkwatch.toml"))
    return folder / "talkwatch.toml"


def page(configuration: Path) -> str:
    """Return the page with the answers that its queries have over these articles."""
    return ANSWERED.sub(lambda found: _shown(found, configuration), PAGE.read_text("utf-8"))


def _shown(found: re.Match[str], configuration: Path) -> str:
    lines = _said("sql", found["sql"], "--config", str(configuration)).splitlines()
    kept = [*lines[:SHOWN], MORE] if len(lines) > SHOWN else lines
    answer = "\n".join(line.rstrip() for line in kept)
    return f"```sql\n{found['sql']}```\n\n```text\n{answer}\n```"


def _said(*words: str) -> str:
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output
    return answer.stdout


if __name__ == "__main__":
    with TemporaryDirectory() as name:
        PAGE.write_text(page(with_seeds(Path(name))), encoding="utf-8")
