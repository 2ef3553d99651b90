from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Mention, MentionKind, Span
from extractors.talks import find_talks

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
    talks = find_talks(text, [Span(0, 10), Span(11, len(text))], mentions_in(text), on=on)
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
            "meeting held 1999-01-01/1999-12-31 Istanbul moscow past",
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
            "The deadline expires on Friday.", "deadline announced 2025-05-30/2025-05-30 None ", id="a deadline to come"
        ),
    ],
)
def test_sentences_make_entries(sentence, entry):
    """What is announced, confirmed, postponed, cancelled or held, with what the sentence says of it."""
    assert calendar(sentence) == [entry]


@pytest.mark.parametrize(
    "sentence",
    [
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
    (talk,) = find_talks(text, [Span(0, len(text))], mentions_in(text), on=None)
    assert (talk.starts_on, talk.ends_on, talk.dated.slice(text)) == (None, None, "Monday")


WORDS = "talks truce deadline met will be held on Monday in Istanbul Putin , . after cancelled to postponed not 2022 “"


@given(st.lists(st.sampled_from(WORDS.split()), max_size=30).map(" ".join), st.none() | st.dates())
def test_any_sentence_is_read(text, on):
    """Whatever the words, spans lie within the sentence and days are in order."""
    sentence = Span(0, len(text))
    for talk in find_talks(text, [sentence], mentions_in(text), on=on):
        assert sentence.covers(talk.surface)
        assert talk.dated is None or sentence.covers(talk.dated)
        assert talk.starts_on is None or talk.starts_on <= talk.ends_on
