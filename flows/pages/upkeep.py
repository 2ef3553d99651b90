"""/health and /metrics: whether all is well, for probes, and numbers for Prometheus.

From the bulletin that each pass leaves and from the published copy: who asks holds up no pass and waits for none.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import Metric
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from flows.pages.site import Site
from flows.problems import UsageProblem
from flows.steps.deliver.wellness import Wellness, judged, noted_bulletin
from flows.times import moment, span_of
from warehouse.errors import WarehouseError
from warehouse.places import LIVE, PUBLISHED
from warehouse.runs import sums
from warehouse.shown.upkeep import LAGS, TOTALS

# What rows are told apart by, and what they are.
_LABELS = {
    "feeds": ("state", "Feeds by state."),
    "entries": ("state", "Entries of feeds by what became of them."),
    "articles": ("depth", "Articles by how far they were read."),
    "statements": ("kind", "Statements by how much stands in quotation marks."),
    "decisions": ("reason", "Decisions about matches by reason, fired or not."),
    "alerts": ("severity", "Alerts by severity."),
    "messages": ("status", "Messages to subscribers by status."),
    "passes": ("end", "Passes that ended, and those that were cut off or are at work."),
}


class Upkeep:
    """Answers both; what the copy says is asked once a copy."""

    def __init__(self, site: Site, data_dir: Path) -> None:
        """Ask nothing yet."""
        self._site, self._data_dir = site, data_dir
        self._kept: tuple[str, tuple[Metric, ...]] = ("", ())

    def routes(self) -> list[Route]:
        """Return where they stand."""
        return [Route("/health", self.health), Route("/metrics", self.metrics)]

    def health(self, request: Request) -> Response:
        """Answer 200 or 503, with the reasons why all is not well."""
        asked = request.query_params.get("max_age")
        try:
            fares = self._fares(asked)
        except UsageProblem as problem:
            return JSONResponse({"error": str(problem)}, 400)
        news = fares.bulletin
        answer = {
            "well": fares.is_well,
            "said": fares.said,
            "reasons": fares.reasons,
            "last_finished_at": moment(news.numbers.last_finished_at) if news else None,
            "as_of": moment(news.as_of) if news else None,
            "version": version("talkwatch"),
        }
        return JSONResponse(answer, 200 if fares.is_well else 503, {"Cache-Control": "no-store"})

    def metrics(self, _request: Request) -> Response:
        """Answer in Prometheus's text format."""
        registry = CollectorRegistry()
        registry.register(self)
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    def collect(self) -> Iterator[Metric]:
        """Yield all metrics, as prometheus_client asks for them."""
        yield from of_fares(self._fares())
        yield from of_files(self._data_dir)
        yield from self._of_copy()

    def _fares(self, max_age: str | None = None) -> Wellness:
        age = span_of(max_age) if max_age else None
        return judged(self._data_dir, noted_bulletin(self._data_dir), self._site.now(), age)

    def _of_copy(self) -> tuple[Metric, ...]:
        edition = self._site.edition()
        if edition is None:
            return ()
        if edition.mark != self._kept[0]:
            with suppress(WarehouseError):  # /health tells of it
                self._kept = edition.mark, tuple(of_copy(self._site))
        return self._kept[1]


def of_fares(fares: Wellness) -> Iterator[Metric]:
    """Yield what the last bulletin tells."""
    yield InfoMetricFamily("talkwatch", "Which version of Talkwatch answers.", {"version": version("talkwatch")})
    yield gauge("talkwatch_well", "1 when `talkwatch status` would say so.", int(fares.is_well))
    if fares.bulletin is None:
        return
    numbers = fares.bulletin.numbers
    for name, told, at in (
        ("last_pass_finished", "When a pass was finished last.", numbers.last_finished_at),
        ("last_pass_started", "When a pass was started last.", numbers.last_started_at),
        ("last_new_entry", "When a feed last brought something new.", numbers.last_new_at),
        ("oldest_due_message", "Since when the oldest message should have left.", numbers.oldest_due_at),
    ):
        if at is not None:
            yield gauge(f"talkwatch_{name}_timestamp_seconds", told, at.timestamp())
    yield gauge("talkwatch_feeds_watched", "Feeds that are watched.", numbers.feeds)
    yield gauge("talkwatch_feeds_failing", "Feeds that fail or are gone.", numbers.feeds_failing)
    yield gauge("talkwatch_pages_pending", "Pages that are to be read.", numbers.entries_pending)
    yield gauge("talkwatch_messages_waiting", "Messages that have not left yet.", numbers.messages_waiting)
    yield gauge("talkwatch_messages_dead", "Messages that could not be delivered.", numbers.messages_dead)
    yield gauge("talkwatch_readings_given_up", "Articles that could not be read in full.", numbers.readings_given_up)
    blocked = sum(state.blocked_at is not None for state in numbers.channels)
    yield gauge("talkwatch_channels_blocked", "Channels that take no messages.", blocked)


def of_files(data_dir: Path) -> Iterator[Metric]:
    """Yield how large the files are, how old the copy is, and what room there is."""
    size = GaugeMetricFamily("talkwatch_file_bytes", "Size of the warehouse and of its copy.", labels=["file"])
    for name in (LIVE, PUBLISHED):
        with suppress(OSError):
            status = (data_dir / name).stat()
            size.add_metric([name], status.st_size)
            if name == PUBLISHED:
                told = "When the analysts' copy was made."
                yield gauge("talkwatch_published_timestamp_seconds", told, status.st_mtime)
    yield size
    with suppress(OSError):
        yield gauge("talkwatch_disk_free_bytes", "Room on the disk of the data.", shutil.disk_usage(data_dir).free)


def of_copy(site: Site) -> Iterator[Metric]:
    """Yield what the published copy counts."""
    with site.reading() as session:
        totals, lags, counts = TOTALS.ask(session).records, LAGS.ask(session).records, sums(session)
    for kind, lines in groupby(totals, key=lambda line: line.kind):
        label, told = _LABELS[kind]
        family = GaugeMetricFamily(f"talkwatch_{kind}", told, labels=[label])
        for line in lines:
            family.add_metric([line.label], line.total)
        yield family
    outcomes = CounterMetricFamily(
        "talkwatch_outcomes", "What all passes counted, by stage and outcome.", labels=["stage", "outcome"]
    )
    for name, count in asdict(counts).items():
        stage, _, outcome = name.partition("_")
        outcomes.add_metric([stage, outcome or "found"], count)
    yield outcomes
    lag = HistogramMetricFamily("talkwatch_alert_lag_seconds", "From an article's publication to an alert on it.")
    lag.add_metric([], buckets=[(bound(line.within), line.alerts) for line in lags], sum_value=lags[-1].seconds)
    yield lag


def bound(within: float) -> str:
    """Return a bucket's bound as Prometheus writes it."""
    return "+Inf" if within == float("inf") else f"{within:g}"


def gauge(name: str, told: str, value: float) -> Metric:
    """Return a metric of one number."""
    return GaugeMetricFamily(name, told, value=value)
