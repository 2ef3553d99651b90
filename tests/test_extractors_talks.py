from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.negotiation.talks import find_talks
from extractors.officials.countries import Countries
from extractors.officials.watchlist import load_watchlist
from extractors.records import Mention, MentionKind, Span

COUNTRIES = Countries(load_watchlist())
WEDNESDAY = date(2025, 5, 28)
NAMES = {
    MentionKind.PLACE: "Istanbul Geneva Ukraine Russia Kyiv Moscow Doha Rome Riyadh Washington Astana",
    MentionKind.OFFICIAL: "Putin Zelensky Lavrov Trump Peskov Umerov Medinsky Witkoff",
    MentionKind.ORGANISATION: "NATO",
}


def mentions_in(text):
    """Return the mentions of a text, each with its name in small letters for an id."""
    found = [
        Mention(kind=kind, ref_id=name.lower(), name=name, surface=name, span=Span(*match.span()))
        for kind, names in NAMES.items()
        for name in names.split()
        for match in re.finditer(name, text)
    ]
    return sorted(found, key=lambda mention: mention.span)


def calendar(sentence, on=WEDNESDAY):
    """Return kind, status, days, place and parties of each entry, and whether the round is past."""
    text = f"It rained. {sentence}"
    talks = find_talks(text, [Span(0, 10), Span(11, len(text))], mentions_in(text), countries=COUNTRIES, on=on)
    return [
        f"{talk.kind} {talk.status} {talk.starts_on}/{talk.ends_on} {talk.place} {','.join(talk.parties)}"
        f"{' past' if talk.past_round else ''}"
        for talk in talks
    ]


@pytest.mark.parametrize(
    ("sentence", "entry"),
    [
        pytest.param(
            "The next round of talks between Russia and Ukraine will take place in Istanbul on Monday.",
            "meeting announced 2025-06-02/2025-06-02 Istanbul russia,ukraine",
            id="announced, with place, parties and the next Monday",
        ),
        pytest.param(
            "Peskov said on Tuesday that the next round of talks will be held in Istanbul on 2 June.",
            "meeting announced 2025-06-02/2025-06-02 Istanbul ",
            id="who says it and when is no part of it",
        ),
        pytest.param(
            "On Friday, Peskov said talks would resume in Istanbul.",
            "meeting announced None/None Istanbul ",
            id="nor is the date of saying it, where it opens the sentence",
        ),
        pytest.param(
            "Zelensky will meet Trump in Washington next week.",
            "meeting announced 2025-06-02/2025-06-08 Washington zelensky,trump",
            id="told by the verb alone",
        ),
        pytest.param(
            "The meeting of Lavrov and Witkoff is scheduled for 5 June in Rome.",
            "meeting announced 2025-06-05/2025-06-05 Rome lavrov,witkoff",
            id="scheduled",
        ),
        pytest.param(
            "Umerov confirmed that the talks will go ahead in Istanbul on Monday.",
            "meeting confirmed 2025-06-02/2025-06-02 Istanbul ",
            id="confirmed",
        ),
        pytest.param(
            "Moscow has not confirmed that talks will take place on Monday.",
            "meeting announced 2025-06-02/2025-06-02 None ",
            id="what is not confirmed is announced",
        ),
        pytest.param(
            "The talks scheduled for Friday were postponed to next week.",
            "meeting postponed 2025-06-02/2025-06-08 None ",
            id="postponed, to the new day",
        ),
        pytest.param(
            "The Doha talks began on Monday.", "meeting held 2025-05-26/2025-05-26 Doha ", id="named after a place"
        ),
        pytest.param(
            "The Ukraine talks began on Monday.",
            "meeting held 2025-05-26/2025-05-26 None ukraine",
            id="or after a subject",
        ),
        pytest.param("The summit in Geneva was cancelled.", "meeting cancelled None/None Geneva ", id="cancelled"),
        pytest.param(
            "Trump cancelled a planned meeting with Putin.",
            "meeting cancelled None/None None trump,putin",
            id="cancelled by whom",
        ),
        pytest.param(
            "Russia and Ukraine held talks in Istanbul on May 16.",
            "meeting held 2025-05-16/2025-05-16 Istanbul russia,ukraine",
            id="held",
        ),
        pytest.param(
            "Lavrov met with Witkoff in Riyadh on Monday.",
            "meeting held 2025-05-26/2025-05-26 Riyadh lavrov,witkoff",
            id="met, the last Monday",
        ),
        pytest.param(
            "Ukraine put forward its proposal during talks in Doha on Tuesday.",
            "meeting held 2025-05-27/2025-05-27 Doha ukraine",
            id="told in passing, with its day",
        ),
        pytest.param(
            "The fifth round of talks will take place in Rome this Friday, May 30, he wrote.",
            "meeting announced 2025-05-30/2025-05-30 Rome ",
            id="a weekday before a date is part of it",
        ),
        pytest.param(
            "Ahead of Friday’s talks in Istanbul, Moscow struck Kyiv.",
            "meeting announced 2025-05-30/2025-05-30 Istanbul ",
            id="to come, told in passing",
        ),
        pytest.param(
            "In March 2022, the delegations held talks in Istanbul.",
            "meeting held 2022-03-01/2022-03-31 Istanbul  past",
            id="a past round",
        ),
        pytest.param(
            "The summit in Rome on April 7 was postponed to April 9, 2025.",
            "meeting postponed 2025-04-09/2025-04-09 Rome  past",
            id="what was moved to a day long past",
        ),
        pytest.param(
            "The talks in Istanbul on March 29, 2022, broke down within weeks.",
            "meeting held 2022-03-29/2022-03-29 Istanbul  past",
            id="a past round that failed",
        ),
        pytest.param(
            "Moscow had agreed to it at the 1999 Istanbul Summit and the 2010 Astana Summit.",
            "meeting held 1999-01-01/1999-12-31 Istanbul russia past",
            id="each summit has its own year",
        ),
        pytest.param(
            "A 30-day ceasefire will take effect on Sunday.",
            "truce announced 2025-06-01/2025-06-01 None ",
            id="a truce",
        ),
        pytest.param(
            "Putin declared a truce for June 8–10.", "truce announced 2025-06-08/2025-06-10 None putin", id="its days"
        ),
        pytest.param(
            "The ceasefire expired on Monday.", "truce held 2025-05-26/2025-05-26 None ", id="a truce is over"
        ),
        pytest.param(
            "Trump set a deadline of June 2 for a deal.",
            "deadline announced 2025-06-02/2025-06-02 None trump",
            id="a deadline",
        ),
        pytest.param(
            "Talks had been scheduled for Friday in Geneva but were called off.",
            "meeting cancelled 2025-05-30/2025-05-30 Geneva ",
            id="planned, then called off",
        ),
        pytest.param(
            "The talks, which were due to take place on Thursday in Geneva, have been postponed.",
            "meeting postponed 2025-05-29/2025-05-29 None ",
            id="what was to be is told aside",
        ),
        pytest.param(
            "The talks in Geneva will not take place on Friday.",
            "meeting cancelled 2025-05-30/2025-05-30 Geneva ",
            id="the day on which it will not be",
        ),
        pytest.param(
            "The summit in Rome was called off on Tuesday.",
            "meeting cancelled None/None Rome ",
            id="the day of calling off is not its day",
        ),
        pytest.param(
            "The meeting between Lavrov and Witkoff was due to take place in Geneva on Friday.",
            "meeting announced 2025-05-30/2025-05-30 Geneva lavrov,witkoff",
            id="was due to",
        ),
        pytest.param(
            "The talks will take place in Istanbul next Tuesday.",
            "meeting announced 2025-06-03/2025-06-03 Istanbul ",
            id="next Tuesday",
        ),
        pytest.param(
            "The talks in Rome will begin tomorrow.", "meeting announced 2025-05-29/2025-05-29 Rome ", id="tomorrow"
        ),
        pytest.param(
            "Delegations are due to meet in Geneva later this week.",
            "meeting announced 2025-05-28/2025-06-01 Geneva ",
            id="later this week is what is left of it",
        ),
        pytest.param(
            "The talks will resume in Istanbul in the coming days.",
            "meeting announced None/None Istanbul ",
            id="the coming days stay open",
        ),
        pytest.param(
            "Talks are under way in Doha.", "meeting held None/None Doha ", id="what is under way is being held"
        ),
        pytest.param(
            "Putin met Witkoff in Moscow on Monday.",
            "meeting held 2025-05-26/2025-05-26 Moscow putin,witkoff",
            id="met without with",
        ),
        pytest.param(
            "The next round between Lavrov and Witkoff is scheduled for June 2.",
            "meeting announced 2025-06-02/2025-06-02 None lavrov,witkoff",
            id="a round",
        ),
        pytest.param(
            "The deadline expires on Friday.", "deadline announced 2025-05-30/2025-05-30 None ", id="a deadline to come"
        ),
    ],
)
def test_sentences_make_entries(sentence, entry):
    """What is announced, confirmed, postponed, cancelled or held, with what the sentence says of it."""
    assert calendar(sentence) == [entry]


@pytest.mark.parametrize(
    ("sentence", "parties"),
    [
        pytest.param(
            "Russian and Ukrainian negotiators will meet in Rome on Monday.", "russia,ukraine", id="adjectives"
        ),
        pytest.param("Moscow and Kyiv held talks in Istanbul on Monday.", "russia,ukraine", id="capitals"),
        pytest.param("Talks between Moscow and NATO will be held on Monday.", "russia,nato", id="after the noun"),
        pytest.param("Russian–Ukrainian peace talks began on Monday.", "russia,ukraine", id="joined by a dash"),
        pytest.param("A round of US-Iran talks was held on Monday.", "united-states,iran", id="joined by a hyphen"),
        pytest.param("An Israeli delegation will travel to Doha for talks on Monday.", "israel", id="one delegation"),
        pytest.param("The Russian side met with the Ukrainian side in Rome.", "russia,ukraine", id="the side of each"),
        pytest.param("Ukraine, Russia and Turkey held talks on Monday.", "ukraine,russia,turkey", id="a list"),
        pytest.param(
            "U.S. envoy Witkoff will meet Putin on Monday.", "witkoff,putin", id="an office is no second party"
        ),
        pytest.param("Talks will be held in the Turkish capital on Monday.", "", id="where it is, is no party"),
        pytest.param("Lavrov will travel to Kyiv for talks on Monday.", "lavrov", id="nor where one travels"),
        pytest.param("Despite Russian strikes talks will be held on Monday.", "", id="nor whose strikes they were"),
        pytest.param("Moscow said talks with Kyiv will be held on Monday.", "ukraine", id="nor who says so"),
        pytest.param("The two sides will hold talks in Rome on Monday.", "", id="two sides that nothing names"),
    ],
)
def test_parties_are_named_in_many_ways(sentence, parties):
    """Officials and institutions by id, countries by name, adjective or capital; each once, in order."""
    assert [entry.split(" ")[4] for entry in calendar(sentence)] == [parties]


@pytest.mark.parametrize(
    ("before", "parties"),
    [
        pytest.param("Russian and Ukrainian officials spoke.", ("russia", "ukraine"), id="the sentence before"),
        pytest.param("Moscow and Kyiv agreed. It rained.", ("russia", "ukraine"), id="one further back"),
        pytest.param("Iran, Israel and Qatar agreed.", (), id="three are not two"),
        pytest.param("Iran and Israel spoke. Russia agreed.", (), id="the last who were named were one"),
        pytest.param("Iran and Israel spoke. A. B. C.", (), id="too far back"),
    ],
)
def test_the_two_sides_are_those_named_last(before, parties):
    """Where a sentence only says "the two sides", the two countries named shortly before are meant."""
    text = f"{before} The two sides will hold talks on Monday."
    ends = [*(match.end() for match in re.finditer(r"\.(?= |$)", text))]
    starts = [0, *(end + 1 for end in ends[:-1])]
    sentences = [Span(*both) for both in zip(starts, ends, strict=True)]
    (talk,) = find_talks(text, sentences, mentions_in(text), countries=COUNTRIES, on=WEDNESDAY)
    assert talk.parties == parties


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("Zelensky called for talks in Istanbul on Monday.", id="what is called for"),
        pytest.param("No talks are planned for next week, Peskov said.", id="no talks"),
        pytest.param("Talks with Russia are not scheduled for next week.", id="not scheduled"),
        pytest.param("Peskov said no date had been set for talks in Istanbul.", id="no date"),
        pytest.param("There are no plans for a meeting between Putin and Zelensky next week.", id="no plans"),
        pytest.param("Putin refused to attend the talks in Istanbul on Thursday.", id="not attended"),
        pytest.param("Russia denied that talks were held in Riyadh on Monday.", id="denied"),
        pytest.param("Peskov dismissed reports that talks would be held in Rome on Monday.", id="dismissed reports"),
        pytest.param("Talks with Russia are unlikely to begin on Monday.", id="unlikely"),
        pytest.param("It is not clear whether the talks will take place in Rome on Monday.", id="not clear whether"),
        pytest.param("The talks in Rome were supposed to begin on Monday but did not.", id="supposed to"),
        pytest.param("The talks in Rome had been scheduled for Monday.", id="had been scheduled, without its end"),
        pytest.param("Had the talks taken place in Rome on Friday, they would have failed.", id="had they taken place"),
        pytest.param("If talks take place in Rome on Monday, Kyiv will attend.", id="if they take place"),
        pytest.param("The talks were moved from Istanbul to Geneva on Monday.", id="moved elsewhere is not put off"),
        pytest.param("The talks in Rome were moved to Geneva.", id="nor is what was moved to a place"),
        pytest.param("The second round of elections in Ukraine is scheduled for Monday.", id="a round of elections"),
        pytest.param("Talks could take place next week.", id="what could be"),
        pytest.param("Talks will take place next week only if Kyiv agrees.", id="on a condition"),
        pytest.param("Peskov said Russia was ready for talks in Istanbul on Monday.", id="readiness"),
        pytest.param("Zelensky proposed a meeting in Istanbul on Thursday.", id="a proposal"),
        pytest.param("Zelensky hopes for progress at talks in Istanbul on Monday.", id="a hope"),
        pytest.param("On May 25, Putin reiterated his willingness to engage in talks.", id="willingness, dated"),
        pytest.param("No talks were held on Monday.", id="what was not held"),
        pytest.param("Kyiv wants a ceasefire to begin on Monday.", id="a wish"),
        pytest.param("The preconditions for negotiations have not yet been met.", id="another meaning of met"),
        pytest.param("The talks will be held in Istanbul on Monday?", id="a question"),
        pytest.param("Putin and Trump spoke by phone on Monday.", id="a call"),
        pytest.param("The committee will hold its annual meeting in Rome on Monday.", id="nobody's meeting"),
        pytest.param("A minister will meet with the police leadership on Tuesday.", id="nor do two strangers meet"),
        pytest.param("Pay talks between nurses and Kyiv broke down on Monday.", id="talks on pay"),
        pytest.param("Peace talks broke down.", id="neither who, when nor where"),
        pytest.param("Putin declared a truce.", id="a truce without a day"),
        pytest.param("Lavrov left after talks in Geneva.", id="in passing, without a day"),
        pytest.param("Russia and Ukraine held talks in Istanbul on June 16, 2025.", id="held on a day to come"),
        pytest.param("On Monday, Kyiv raised the matter of prisoners at talks.", id="in passing, the date elsewhere"),
    ],
)
def test_what_is_not_said_outright_is_no_entry(sentence):
    """Wishes, conditions, proposals, denials and questions stand in nobody's calendar."""
    assert calendar(sentence) == []


def test_without_a_day_of_publication_dates_stay_open():
    """A weekday cannot be resolved; the words that name it are kept."""
    text = "Talks will be held in Istanbul on Monday."
    (talk,) = find_talks(text, [Span(0, len(text))], mentions_in(text), countries=COUNTRIES, on=None)
    assert (talk.starts_on, talk.ends_on, talk.dated.slice(text)) == (None, None, "Monday")


WORDS = "talks truce deadline met will be held on Monday in Istanbul Putin , . after cancelled to postponed not 2022 “"
WORDS += " Russian side and Kyiv US- the two sides but had been scheduled for which round next"


@given(st.lists(st.sampled_from(WORDS.split()), max_size=30).map(" ".join), st.none() | st.dates())
def test_any_sentence_is_read(text, on):
    """Whatever the words, spans lie within the sentence and days are in order."""
    sentence = Span(0, len(text))
    for talk in find_talks(text, [Span(0, 0), sentence], mentions_in(text), countries=COUNTRIES, on=on):
        assert sentence.covers(talk.surface)
        assert talk.dated is None or sentence.covers(talk.dated)
        assert talk.starts_on is None or talk.starts_on <= talk.ends_on
