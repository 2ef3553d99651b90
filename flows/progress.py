"""Progress on stderr: a bar on a terminal, plain lines elsewhere, nothing where nobody asked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from alerts.wording import counted
from warehouse.runs import RunCounts

Step = Callable[[], None]
Progress = Callable[[str, int], "Stage"]


class Stage:
    """One stage of known length: call it for each thing done, and `close` it at its end."""

    def __call__(self) -> None:
        """Count one."""

    def grow(self, more: int) -> None:
        """Expect more things than were known at first."""

    def close(self) -> None:
        """End the stage."""


def silent(_name: str, _total: int) -> Stage:
    """Show nothing."""
    return Stage()


class Line(Stage):
    """A plain line at the end of a stage that had anything to do."""

    def __init__(self, name: str, total: int) -> None:
        """Begin counting."""
        self._name, self._total, self._done = name, total, 0

    def __call__(self) -> None:
        """Count one."""
        self._done += 1

    def grow(self, more: int) -> None:
        """Expect more."""
        self._total += more

    def close(self) -> None:
        """Print how far it came."""
        if self._total:
            print(f"{self._name}: {self._done} of {self._total}", file=sys.stderr, flush=True)  # noqa: T201 (progress is what this prints)


class Bar(Stage):
    """A rich progress bar."""

    def __init__(self, name: str, total: int) -> None:
        """Draw the bar, unless there is nothing to do."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        columns = TextColumn("{task.description:>21}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        self._bar = RichProgress(*columns, console=Console(stderr=True))
        self._task = self._bar.add_task(name, total=total)
        self._total = 0
        self.grow(total)

    def __call__(self) -> None:
        """Move the bar by one."""
        self._bar.advance(self._task)

    def grow(self, more: int) -> None:
        """Make the bar longer; draw it as soon as there is anything to do."""
        self._total += more
        self._bar.update(self._task, total=self._total)
        if self._total:
            self._bar.start()

    def close(self) -> None:
        """Leave the bar as it stands."""
        self._bar.stop()


def in_words(counts: RunCounts) -> tuple[str, str, str, str]:
    """Say what a pass asked, read, fired and sent, in words."""
    failed = f", {counts.feeds_failed} failed" if counts.feeds_failed else ""
    said = f" with {counted(counts.statements, 'statement')}" if counts.statements else ""
    return (
        f"{counted(counts.feeds_due, 'feed')} asked{failed}",
        f"{counted(counts.articles_new, 'new article')}{said}",
        counted(counts.alerts, "alert"),
        f"{counted(counts.messages_sent, 'message')} sent",
    )


def shown() -> Progress:
    """Return the progress for this stderr."""
    return Bar if sys.stderr.isatty() else Line


@contextmanager
def stage(progress: Progress, name: str, total: int) -> Iterator[Stage]:
    """Show a stage while the block runs."""
    running = progress(name, total)
    try:
        yield running
    finally:
        running.close()
