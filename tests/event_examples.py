"""Articles of a made-up day, each with the happening it is on: headlines in the outlets' own words, the same people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from alerts.records import Arrival
from extractors.records import Article, Depth
from extractors.speech.reading import Skimmer, unread
from tests.warehouse_examples import NOW
from warehouse.records import ReadArticle


@dataclass(frozen=True, kw_only=True)
class Report:
    """An article; those of one `on` are on one happening. `after` the first of the day."""

    name: str
    outlet: str
    title: str
    text: str
    on: str
    after: timedelta = timedelta(0)
    language: str = "en"


DAY = (
    Report(
        name="visit-1",
        on="visit",
        outlet="Herald",
        title="Macron visits Odesa port after night of drone strikes",
        text=(
            "French President Emmanuel Macron walked through the damaged port of Odesa on Tuesday. It was "
            "his first visit to the city since the war began, and he was shown grain silos hit by drone "
            "strikes in the night."
        ),
    ),
    Report(
        name="visit-2",
        on="visit",
        outlet="Courier",
        title="Macron tours port of Odesa hours after drones hit it",
        text=(
            "Emmanuel Macron arrived in Odesa on Tuesday morning, hours after drones had struck the port. "
            "The visit had not been announced."
        ),
        after=timedelta(hours=2),
    ),
    Report(
        name="visit-3",
        on="visit",
        outlet="Вісник",
        title="Макрон відвідав порт Одеси після нічного удару дронів",
        text=("Президент Франції Емманюель Макрон у вівторок прибув до Одеси. Йому показали порт, пошкоджений уночі."),
        language="uk",
        after=timedelta(hours=3),
    ),
    Report(
        name="visit-4",
        on="visit",
        outlet="Курьер",
        title="Макрон посетил порт Одессы",
        text="Президент Франции Эмманюэль Макрон во вторник приехал в Одессу и осмотрел порт.",
        language="ru",
        after=timedelta(hours=5),
    ),
    # The same man on the same day, in another place and about another thing.
    Report(
        name="budget",
        on="budget",
        outlet="Herald",
        title="Macron defends budget cuts before French parliament vote",
        text=("Emmanuel Macron has defended the cuts in next year's budget, which parliament is to vote on this week."),
        after=timedelta(hours=4),
    ),
    Report(
        name="round-1",
        on="round",
        outlet="Herald",
        title="Second round of Iran-US talks ends in Muscat without a deal",
        text=(
            "The second round of talks between Iran and the United States ended in Muscat on Tuesday without a deal."
        ),
        after=timedelta(hours=1),
    ),
    Report(
        name="round-2",
        on="round",
        outlet="Courier",
        title="Iran, US end second round of talks in Muscat, no deal yet",
        text=(
            "Negotiators of Iran and the United States left Muscat on Tuesday after a second round of talks. "
            "No deal was reached."
        ),
        after=timedelta(hours=2),
    ),
    # The same parties and words, another happening.
    Report(
        name="third",
        on="third",
        outlet="Courier",
        title="Oman expects third round of Iran-US talks next week in Rome",
        text=("Oman's foreign minister expects Iran and the United States to meet for a third round of talks in Rome."),
        after=timedelta(hours=9),
    ),
    # One day's column and the next one's are two.
    Report(
        name="column-1",
        on="column-1",
        outlet="Herald",
        title="Herald briefing: what to know this morning",
        text="Grain prices rose.",
    ),
    Report(
        name="column-2",
        on="column-2",
        outlet="Herald",
        title="Herald briefing: what to know this morning",
        text="A bridge was opened in Lyon.",
        after=timedelta(hours=24),
    ),
    # What happened again two days later is another happening.
    Report(
        name="again",
        on="again",
        outlet="Courier",
        title="Macron tours port of Odesa hours after drones hit it",
        text="Emmanuel Macron came back to Odesa on Thursday, hours after drones had struck again.",
        after=timedelta(hours=50),
    ),
)


def skimmed(skimmer: Skimmer, report: Report) -> ReadArticle:
    """Return a report as an article in which names were found, and nothing that anybody said."""
    article = Article(
        article_id=report.name,
        url=f"https://{report.name}.example/",
        outlet=report.outlet,
        feed_id=None,
        title=report.title,
        author=None,
        published_at=NOW + report.after,
        first_seen_at=NOW + report.after,
        language=report.language,
        text=report.text,
    )
    reading = skimmer.skim(unread(article)).as_reading(Depth.FULL)
    return ReadArticle(article=article, reading=reading, arrival=Arrival.POLLED)
