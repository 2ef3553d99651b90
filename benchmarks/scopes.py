"""The scopes of rules on a real news day: alerts, right ones, things told. Needs the day that is not ours to publish.

    .venv/bin/python benchmarks/scopes.py [--days ../shared/days]

The day's five rules are tried with each scope, all other keys as they are, on its 63 articles; `day_eval.py` judges.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SCOPES = ("speaks", "acts", "statement", "sentence", "paragraph")
TALKWATCH = [sys.executable, "-m", "flows"]


def main() -> None:
    """Print a table of the scopes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--days", type=Path, default=Path("../shared/days"))
    days = parser.parse_args().days.resolve()
    rules = (days / "rules.toml").read_text(encoding="utf-8")
    print("| scope | alerts | right % | told % | told again % |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = folder / "talkwatch.toml"
        config.write_text(f'data_dir = "d"\n{rules}', encoding="utf-8")
        run("ingest", str(days / "talks21.jsonl"), "--config", str(config))
        for scope in SCOPES:
            scoped = re.sub(r'(?m)^scope = ".*"$', f'scope = "{scope}"', rules)
            config.write_text(f'data_dir = "d"\n{scoped}', encoding="utf-8")
            found = run("rules", "backtest", "--since", "2025-05-01", "--format", "json", "--config", str(config))
            right, told, again = judged(days, folder, found)
            print(f"| `{scope}` | {len(json.loads(found))} | {right:.0f} | {told:.0f} | {again:.0f} |", flush=True)


def run(*words: str) -> str:
    """Return what a command prints; raise CalledProcessError."""
    return subprocess.run([*TALKWATCH, *words], check=True, stdout=subprocess.PIPE, text=True).stdout


def judged(days: Path, folder: Path, found: str) -> tuple[float, float, float]:
    """Return the shares in percent that the day's own script gives: right, told, told again."""
    (folder / "bt.json").write_text(found, encoding="utf-8")
    score = folder / "score.json"
    files = ["--data", folder / "d", "--backtest", folder / "bt.json", "--json", score]
    command = [sys.executable, days / "day_eval.py", "--gold", days, "--day", "21", *files]
    subprocess.run(list(map(str, command)), check=True, stdout=subprocess.DEVNULL)
    right, told, again = json.loads(score.read_text(encoding="utf-8"))["tellings"]
    return right, told, again


if __name__ == "__main__":
    main()
