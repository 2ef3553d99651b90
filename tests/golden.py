"""The golden text as it is read now. `make golden` runs this to accept it as what every reading is measured by."""

from __future__ import annotations

import difflib
import json
import sys
import tomllib
from dataclasses import fields, is_dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from extractors.officials.watchlist import load_watchlist
from extractors.records import Reading, Span
from extractors.speech.reading import Reader, Unread
from flows.setup import speaking

TEXT = tomllib.loads(files("extractors").joinpath("golden.toml").read_text(encoding="utf-8"))
ACCEPTED = Path(str(files("extractors").joinpath("golden.json")))


def golden_readings() -> dict[str, Reading]:
    """Return the readings of the golden articles by name."""
    watchlist = load_watchlist(TEXT["watchlist"])
    owners = {official.name: speaking(official) for official in watchlist.officials}
    articles = [
        Unread(
            article_id=f"{number:016x}",
            title=article["title"],
            text=article["text"],
            published_at=article["published"],
            language=article["language"],
            owner=owners.get(article.get("owner")),
        )
        for number, article in enumerate(TEXT["articles"])
    ]
    readings = Reader(watchlist).read_all(articles)
    return {article["name"]: reading for article, reading in zip(TEXT["articles"], readings, strict=True)}


def written(readings: dict[str, Reading]) -> str:
    """Return readings as text, a mention or a statement a line, without the version, which is made of this."""
    articles = [
        "\n".join(
            [
                f'  "{name}": {{',
                ",\n".join(
                    f'    "{each.name}": {_listed(getattr(reading, each.name))}'
                    for each in fields(reading)
                    if each.name != "extractor_version"
                ),
                "  }",
            ]
        )
        for name, reading in readings.items()
    ]
    return "{\n" + ",\n".join(articles) + "\n}\n"


def _listed(value: Any) -> str:
    if not isinstance(value, tuple) or not value or isinstance(value[0], Span):
        return json.dumps(_plain(value), ensure_ascii=False)
    rows = (f"      {json.dumps(_plain(each), ensure_ascii=False)}" for each in value)
    return "[\n" + ",\n".join(rows) + "\n    ]"


def _plain(value: Any) -> Any:
    """Return a record as JSON has it; what is not so, or not there, is left out."""
    if isinstance(value, Span):
        return [value.start, value.end]
    if is_dataclass(value):
        told = ((each.name, _plain(getattr(value, each.name))) for each in fields(value))
        return {name: one for name, one in told if one is not None and one is not False and one != []}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def difference(accepted: str, now: str) -> str:
    """Return the lines in which two readings differ."""
    return "".join(difflib.unified_diff(accepted.splitlines(True), now.splitlines(True), "accepted", "now", n=0))


def main() -> None:
    """Show what is read otherwise than before, and accept it."""
    now = written(golden_readings())
    before = ACCEPTED.read_text(encoding="utf-8") if ACCEPTED.exists() else ""
    sys.stdout.write(difference(before, now) or "The golden text is read as it was.\n")
    ACCEPTED.write_text(now, encoding="utf-8")


if __name__ == "__main__":
    main()
