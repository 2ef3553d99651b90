"""Fill the disk under a real `serve` at many levels, one after the other, and see what is said and what is lost.

    .venv/bin/python -m benchmarks.full_disk [--levels 20]

A small tmpfs holds all the data, Prefect's too, so this wants root. At each level so many bytes are left; an article
comes meanwhile. Then there is room again. Prints a row a level: what the operator was told, and the log's lines.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.newsroom import RULES, SAID, Newsroom, feed, newsroom, page
from tests.servers import Reply

ROOM = "256m"
LEFT = (0, 1, 4, 8, 16, 24, 32, 64, 96, 128, 256, 384, 512, 768, 1_024, 1_536, 2_048, 4_096, 8_192, 16_384)  # KB
PATIENCE = 600.0
FULL, AGAIN = "The disk is full", "The disk has room again"
OPERATOR = 'operator = "ops"\n'
OPS = '[[subscribers]]\nname = "ops"\nchannel = "email"\nto = "ops@example.org"\n'
# A line of our log, of any process of `serve`.
LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (?:DEBUG|INFO|WARNING|ERROR|CRITICAL) \S+ ")


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount a disk of that size in memory."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(disk: Path, *, left: int = 0) -> None:
    """Take up all of a disk but so many bytes."""
    stat = os.statvfs(disk)
    size = max(0, stat.f_bavail * stat.f_frsize - left)
    with (disk / "filler").open("ab", buffering=0) as file:
        try:
            while size > 0:
                size -= file.write(bytes(min(size, 1_000_000)))
        except OSError:
            pass


def give_room(disk: Path) -> None:
    """Give back what was taken."""
    (disk / "filler").unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What came of one level: what the operator was told, lines of the log and those that are none of ours."""

    left: int
    told: tuple[str, ...]
    lines: int
    odd: tuple[str, ...]
    seconds: float


class Serving:
    """A deployment on a small disk, at work."""

    def __init__(self, room: Newsroom, log: Path) -> None:
        """Start `serve`; its log is kept on another disk."""
        self.room, self._log = room, log
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT")}
        command = [str(Path(sys.executable).with_name("talkwatch")), "serve", "--config", str(room.configuration)]
        with log.open("wb") as file:
            self.process = subprocess.Popen(command, stderr=file, stdout=file, env=environment)
        self._items: dict[str, str] = {}
        self.publish(0)
        if not self.until(lambda: self.subjects("desk")):
            raise AssertionError(f"serve did no pass: {self.lines()[-1:]}")

    def publish(self, number: int) -> None:
        """Have the outlet print another article."""
        path, title = f"/talks{number}", f"Kremlin names its terms of day {number}"
        day = f"On day {number} of the talks in hall {number} of {number} halls they went on for {number} hours."
        self.room.outlet.reply(path, page(title, (*SAID, day)))
        self._items[path] = title
        self.room.outlet.reply("/rss.xml", Reply(body=feed(self.room.outlet, self._items)))

    def until(self, so: Callable[[], object]) -> bool:
        """Wait until something is so; tell whether it came to that."""
        end = time.monotonic() + PATIENCE
        while not so() and time.monotonic() < end and self.process.poll() is None:
            time.sleep(0.2)  # another process's doings give no event
        return bool(so())

    def subjects(self, name: str) -> list[str]:
        """Return the subjects of what somebody got."""
        mails = [each.message for each in list(self.room.mail.mails)]
        return [str(each["Subject"]) for each in mails if name in str(each["To"])]

    def passes(self) -> int:
        """Return how many passes have ended, well or not."""
        text = self._log.read_text(encoding="utf-8", errors="replace")
        return len(re.findall(r"talkwatch\.pass run=|no space left on the disk", text))

    def lines(self) -> list[str]:
        """Return the log's lines."""
        return self._log.read_text(encoding="utf-8", errors="replace").splitlines()

    def level(self, disk: Path, number: int, left: int) -> Level:
        """Leave so many bytes while two passes try, then give room until all that came is there."""
        begun, told, lines, passes = time.monotonic(), len(self.subjects("ops")), len(self.lines()), self.passes()
        fill(disk, left=left)
        self.publish(number)
        self.until(lambda: self.passes() >= passes + 2)
        give_room(disk)
        self.until(
            lambda: AGAIN in "".join(self.subjects("ops")[told:]) or FULL not in "".join(self.subjects("ops")[told:])
        )
        self.until(lambda: self.stored() == number + 1)
        said = self.lines()[lines:]
        return Level(
            left=left,
            told=tuple(self.subjects("ops")[told:]),
            lines=len(said),
            odd=tuple(line for line in said if not LINE.match(line)),
            seconds=time.monotonic() - begun,
        )

    def is_over(self, told: int) -> bool:
        """Tell whether the operator, after so many messages, has heard that there is room, if he heard of none."""
        said = "".join(self.subjects("ops")[told:])
        return AGAIN in said or FULL not in said

    def stored(self) -> int:
        """Return how many of the articles are in the analysts' copy."""
        try:
            [[count]] = self.room.published("SELECT count(*) FROM articles")
        except Exception:  # noqa: BLE001 (whatever a reader meets while it is replaced, it is asked again)
            return -1
        return int(str(count))

    def stop(self) -> int:
        """Stop it as a service manager does."""
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.kill()


def lived_through(folder: Path, lefts: Sequence[int]) -> Iterator[Level]:
    """Yield what came of each level, of so many KB left; at the end all that came must be there, or it raises."""
    with small_disk(folder / "disk", ROOM) as disk, newsroom(disk) as room:
        more = f"{OPS}[schedule]\nevery = '2s'\n"
        room.write(every="1s", rules=f"{RULES}max_age = 'none'\ncooldown = '0s'\n", more=more)
        text = room.configuration.read_text(encoding="utf-8")
        room.configuration.write_text(OPERATOR + text, encoding="utf-8")
        serving = Serving(room, folder / "serve.log")
        try:
            for number, left in enumerate(lefts, 1):
                yield serving.level(disk, number, left * 1024)
            kept = serving.stored()
        finally:
            code = serving.stop()
        if kept != len(lefts) + 1 or code:
            raise AssertionError(f"{kept} of {len(lefts) + 1} articles are there; serve ended with {code}")


def main() -> None:
    """Print a row for each level."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--levels", type=int, default=len(LEFT))
    count = parser.parse_args().levels
    print(f"{'KB left':>8} {'lines':>6} {'odd':>4} {'s':>6}  told")
    with TemporaryDirectory() as name:
        for each in lived_through(Path(name), LEFT[:count]):
            print(
                f"{each.left // 1024:8} {each.lines:6} {len(each.odd):4} {each.seconds:6.0f}  {' | '.join(each.told)}",
                flush=True,
            )
            for line in each.odd[:40]:
                print(f"         {line[:200]}", flush=True)


if __name__ == "__main__":
    main()
