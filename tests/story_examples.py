"""One day's news on the talks, told by agencies, reprinted, cut, edited, cited and told anew; and what is another story."""

from __future__ import annotations

from dataclasses import dataclass

BODY = (
    (
        "Russia and Ukraine will exchange a further two hundred prisoners of war before the end of the week, the office of "
        "the Turkish presidency said on Tuesday after a second day of talks between the delegations in Istanbul."
    ),
    (
        "The exchange would be the largest since the spring, and mediators described it as the only tangible result of a round "
        "that left the question of a ceasefire open."
    ),
    (
        "“We have agreed on the lists, and we have agreed on the place, and the rest is now a matter for the two capitals,” the "
        "head of the Ukrainian delegation told reporters outside the palace."
    ),
    (
        "His Russian counterpart left through a side door without taking questions, and a spokeswoman for the foreign ministry "
        "in Moscow said later that its position had not changed."
    ),
    (
        "Diplomats from three countries that guarantee the corridor met separately in the evening to work out how the buses "
        "would cross the line of contact under the eyes of the Red Cross."
    ),
    "A third round is planned for the first half of next month, although neither side has confirmed the date or the place.",
)
REUTERS = "ISTANBUL, March 4 (Reuters) - " + "\n".join(BODY) + "\n(Reporting by Ali Kaya; Editing by Ann Smith)"
SAID = (
    "“There will be no talks about a truce as long as weapons go on flowing to the front from the capitals of Europe,”"
)
TASS = (
    f"MOSCOW, March 4. /TASS/. {SAID} Kremlin spokesman Dmitry Peskov said at his daily briefing for the press.\n"
    "Asked whether the president would meet the mediators before the summit, the spokesman replied that such a meeting "
    "was not on the schedule and that the schedule would be published in good time.\n"
    "He also declined to comment on the reports about an exchange, and said that the military would announce it."
)
# Another desk's words on the same briefing, with the same quotation where the news is told.
CITING = (
    f"Kremlin spokesman Dmitry Peskov ruled out an early truce on Tuesday. {SAID} he told the press, according to the TASS "
    "news agency.\nThe remark came a day after European governments had promised a new package of air defence systems, "
    "which Moscow has called an act of escalation."
)
# A reporter of its own in the room.
OWN = (
    f"{SAID} Dmitry Peskov, the Kremlin spokesman, answered when our correspondent asked him at the briefing on Tuesday "
    "about an early truce.\nHe looked tired, shuffled through his papers, and twice corrected himself on the number of the "
    "prisoners who are waiting for their exchange.\nOfficials in Kyiv would not comment on his words."
)
# The same headline as the first, and nothing else of it.
NAMESAKE = (
    "Two delegations are due in Geneva on Friday for the first contact in a year between the governments of the divided "
    "island, and the agenda is short: who may draw water from the lake, and when.\n"
    "Villagers on the southern shore have waited since last summer for an answer, and they have little hope of one.\n"
    "“My father drew water here and my grandfather drew water here,” said a farmer who gave his name as Andreas.\n"
    "The United Nations will chair the meeting, which is expected to last until Sunday evening."
)
HEADLINE = "Delegations agree on exchange"


def forecast(day: int, low: int, rain: int) -> str:
    """Return a page of a template: the same words every day, other numbers."""
    return (
        f"Weather for the capital on March {day}. The night will bring a temperature of {low} degrees, the day "
        f"{low + 9} degrees. The chance of rain is {rain} per cent, the wind comes from the north at {rain // 3} metres "
        f"a second, and the pressure stands at {740 + day} millimetres. Sunrise is at 6:{day + 10}, sunset at 17:{day + 30}. "
        "Drivers are asked to take care on bridges, and residents not to park under trees."
    )


@dataclass(frozen=True, kw_only=True)
class Told:
    """An article of the set: who told it, in which words, and what it should come to."""

    name: str
    outlet: str
    text: str
    story: str
    kind: str
    source: str
    title: str = HEADLINE
    author: str | None = None


TOLD = (
    Told(name="wire", outlet="Reuters", text=REUTERS, story="exchange", kind="original", source="reuters"),
    Told(
        name="reprint",
        outlet="Herald",
        text="ISTANBUL (Reuters) — " + "\n".join(BODY),
        story="exchange",
        kind="wire_copy",
        source="reuters",
    ),
    Told(
        name="edited",
        outlet="Gazette",
        text="\n".join(BODY[:1] + BODY[2:]).replace("prisoners of war", "captives").replace("said on", "said, on"),
        story="exchange",
        kind="wire_copy",
        source="reuters",
        title="Two hundred captives to go home",
    ),
    Told(
        name="brief",
        outlet="Metro Herald",
        text="\n".join(BODY[:2]),
        story="exchange",
        kind="wire_copy",
        source="reuters",
        title="In brief",
    ),
    Told(
        name="by-line",
        outlet="Courier",
        text="\n".join(BODY),
        author="By Reuters Staff",
        story="exchange",
        kind="wire_copy",
        source="reuters",
    ),
    Told(name="agency", outlet="TASS", text=TASS, story="truce", kind="original", source="tass", title="No truce"),
    Told(
        name="citing",
        outlet="Tribune",
        text=CITING,
        story="truce",
        kind="citing",
        source="tass",
        title="Kremlin rules out early truce",
    ),
    Told(
        name="own",
        outlet="Observer",
        text=OWN,
        story="truce",
        kind="original",
        source="outlet:observer",
        title="Peskov: no truce while weapons flow",
    ),
    Told(
        name="namesake",
        outlet="Mail",
        text=NAMESAKE,
        story="water",
        kind="original",
        source="outlet:mail",
        title=HEADLINE,
    ),
    *(
        Told(
            name=f"weather-{day}",
            outlet="Herald",
            text=forecast(day, low, rain),
            story=f"weather-{day}",
            kind="original",
            source="outlet:herald",
            title="Weather",
        )
        for day, low, rain in ((4, 1, 60), (5, 3, 15), (6, 7, 90))
    ),
)
