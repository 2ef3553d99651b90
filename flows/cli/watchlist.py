"""`talkwatch officials`, `topics` and `processes`: whom and what a rule can name."""

from __future__ import annotations

from datetime import date
from operator import attrgetter

from extractors.officials.roster import Official, Process, Term, Topic
from flows.cli.command import Config, TableFormat, command, settings_of, tell
from flows.config.settings import configured_watchlist
from flows.tables import Columns
from flows.times import utc_now

# An official with the office held now, if any.
Holder = tuple[Official, Term | None]
OFFICIALS: Columns[Holder] = {
    "id": lambda holder: holder[0].official_id,
    "name": lambda holder: holder[0].name,
    "country": lambda holder: holder[0].country,
    "side": lambda holder: holder[0].side,
    "role": lambda holder: holder[1] and holder[1].role,
    "since": lambda holder: holder[1] and holder[1].since,
}
TOPICS: Columns[Topic] = {
    "id": attrgetter("topic"),
    "name": attrgetter("name"),
    "phrases": lambda topic: len(topic.phrases),
}

PROCESSES: Columns[Process] = {
    "id": attrgetter("process_id"),
    "name": attrgetter("name"),
    "parties": lambda process: ", ".join(process.parties),
    "since": attrgetter("since"),
    "until": attrgetter("until"),
}


@command("officials")
def officials(output_format: TableFormat = "table", config: Config = None) -> None:
    """Show whom a rule can name, and the office each holds now."""
    watchlist = configured_watchlist(settings_of(config))
    known = sorted(watchlist.officials, key=attrgetter("official_id"))
    tell(
        OFFICIALS,
        [holder(official, utc_now().date()) for official in known],
        output_format,
        ("since", "side", "country"),
    )


def holder(official: Official, on: date) -> Holder:
    """Return an official with the office held on a day."""
    return official, official.term_on(on)


@command("topics")
def topics(output_format: TableFormat = "table", config: Config = None) -> None:
    """Show the topics a rule can name, as topic:ID."""
    watchlist = configured_watchlist(settings_of(config))
    tell(TOPICS, sorted(watchlist.topics, key=attrgetter("topic")), output_format)


@command("processes")
def processes(output_format: TableFormat = "table", config: Config = None) -> None:
    """Show the negotiations a rule can name, and who negotiates."""
    watchlist = configured_watchlist(settings_of(config))
    tell(PROCESSES, sorted(watchlist.processes, key=attrgetter("process_id")), output_format, ("since", "until"))
