from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.copies.sameness import same_words
from extractors.negotiation.utterances import wording
from extractors.officials.countries import Countries
from extractors.officials.watchlist import load_watchlist
from extractors.records import Span, Statement, StatementKind

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
DIRECT, MIXED, INDIRECT = StatementKind.DIRECT, StatementKind.MIXED, StatementKind.INDIRECT
GUARANTEES = "We want it to be a working international mechanism of concrete security guarantees for Ukraine"
GROUNDS = "There are no grounds for negotiations yet"


STATEMENT = Statement(
    statement_id="s",
    utterance_id="u",
    speaker=None,
    speaker_id=None,
    speaker_surface=None,
    cue=None,
    kind=INDIRECT,
    text="",
    span=Span(0, 0),
    spans=(),
    topics=(),
)


def worded(text, kind=DIRECT, *, speaker="Dmitry Peskov", parts=None):
    """Return the wording of a statement; a direct one's parts are what stands between its marks."""
    spans = tuple(Span(text.index(part), text.index(part) + len(part)) for part in parts or (text,))
    statement = replace(STATEMENT, speaker=speaker, kind=kind, text=text, span=Span(0, len(text)), spans=spans)
    return wording(statement, text, said_at=NOW, seen_at=NOW)


def said(text, kind=DIRECT, **changes):
    """Return the words of a statement."""
    found = worded(text, kind, **changes)
    assert found is not None
    return found.words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(said("We are ready"), said("We are ready!"), id="the same few words"),
        pytest.param(said(GUARANTEES), said(GUARANTEES.upper() + "."), id="case and punctuation"),
        pytest.param(said("We don’t want an ‘eternal’ war"), said('We don\'t want an "eternal" war'), id="marks"),
        pytest.param(said("It is unacceptable – full stop"), said("It is unacceptable — full stop"), id="dashes"),
        pytest.param(
            said(GUARANTEES), said("Kyiv wants “concrete security guarantees for Ukraine”, he said", MIXED), id="a part"
        ),
        pytest.param(
            said(GUARANTEES), said("We want it to be … concrete security guarantees for Ukraine"), id="words left out"
        ),
        pytest.param(
            said("We want it to be a working ... mechanism of concrete security guarantees"),
            said("a working international mechanism of concrete [...] guarantees for Ukraine"),
            id="other words left out of each",
        ),
        pytest.param(
            said("They can only be invited to this step in this way, through a tribunal"),
            said("They can only be invited to [the summit] in this way, through a tribunal"),
            id="words put in",
        ),
        pytest.param(
            said("Take the document (that you once showed me), put it on the table and work on it"),
            said("Take the document, put it on the table and work on it"),
            id="an aside left out",
        ),
        pytest.param(
            said(f"{GUARANTEES},” he said. “It is our offer", parts=(GUARANTEES, "It is our offer")),
            said(GUARANTEES),
            id="split, with the speaker between",
        ),
        pytest.param(
            said("We are ready to negotiate with everyone involved about acceptable solutions to the crisis"),
            said("We are ready to negotiate with everybody involved about acceptable solutions to the crisis"),
            id="another translation of one word",
        ),
        pytest.param(said(GROUNDS), said(f"that {GROUNDS.lower()}", INDIRECT), id="reported without marks"),
        pytest.param(
            said("Russia believed the Istanbul Communiqué could be “the basis for starting negotiations.”", MIXED),
            said("The Istanbul Communique could become the basis for starting negotiations"),
            id="a short part, the rest agreeing",
        ),
        pytest.param(
            said("Russia will reduce military operations near Kyiv and Chernihiv drastically", INDIRECT),
            said("that Russia will drastically reduce military operations near Kyiv and Chernihiv", INDIRECT),
            id="the same paraphrase",
        ),
    ],
)
def test_reports_of_one_utterance(one, other):
    """Whole or in part, whatever the marks, omissions and insertions, it is the same words, both ways round."""
    assert same_words(one, other)
    assert same_words(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(said("We are ready"), said("We are ready to fight for many years if we must"), id="few words"),
        pytest.param(
            said("He said it was “part of the plan”", MIXED), said("This is part of the plan of peace"), id="a phrase"
        ),
        pytest.param(
            said("Moscow will reach “the goals of the special military operation” in any case", MIXED),
            said("We would prefer that the goals of the special military operation be reached by diplomacy, yet"),
            id="a set phrase in other sentences",
        ),
        pytest.param(
            said("We will accept the terms of the memorandum on peace and the exchange of prisoners"),
            said("We will not accept the terms of the memorandum on peace or the exchange of prisoners"),
            id="the opposite",
        ),
        pytest.param(
            said(
                "Russia will hand over 1000 prisoners of war to Ukraine at the Belarusian border before Sunday under the second Istanbul agreement",
                INDIRECT,
            ),
            said(
                "Russia will hand over 1200 prisoners of war to Ukraine at the Belarusian border before Sunday under the second Istanbul agreement",
                INDIRECT,
            ),
            id="other numbers",
        ),
        pytest.param(
            said("Russia is ready for talks with Ukraine", INDIRECT),
            said("Russia is ready for talks with Europe", INDIRECT),
            id="a paraphrase too short to compare",
        ),
        pytest.param(
            said("Russia wants lasting peace, not a pause, before any summit with Ukraine is held", INDIRECT),
            said("Russia wants a summit with Ukraine held in Istanbul and lasting peace, not one more pause", INDIRECT),
            id="a paraphrase of something like it",
        ),
        pytest.param(
            said("no grounds for negotiations yet at all"),
            said(
                "Words that fill a whole speech without end. " * 20 + "There are no grounds for negotiations yet at all"
            ),
            id="a phrase out of a whole speech",
        ),
    ],
)
def test_what_is_another_utterance(one, other):
    """A phrase in common, the opposite, other numbers: neither way round is it the same."""
    assert not same_words(one, other)
    assert not same_words(other, one)


def test_words_of_nobody_known_are_compared_with_nothing():
    """An unresolved pronoun, and a statement of nothing but marks, have no wording."""
    assert worded(GROUNDS, speaker=None) is None
    assert worded("…!") is None


def test_a_wording_is_found_by_every_few_words():
    """Reports in full and in part share a key, whoever prints them; words that tell nothing make none."""
    whole, part, other = (worded(text) for text in (GROUNDS, "no grounds for negotiations", "to be with us all"))
    assert set(whole.keys) & set(part.keys)
    assert len(other.keys) == 1
    assert worded(GROUNDS, speaker="Dmitry PESKOV").speaker == whole.speaker == "dmitry peskov"


@given(st.text(alphabet="we are ready “”…[]().nо1é\u202e\x00 ", max_size=60), st.sampled_from(StatementKind))
def test_any_words_can_be_compared(text, kind):
    """Unbalanced marks, controls and other scripts: whatever has a wording is the same as itself."""
    found = worded(text or " ", kind)
    assert found is None or same_words(found.words, found.words)


def test_a_body_and_its_spokesman_are_one_speaker():
    """What the Kremlin says is looked for among what its spokesman says, and is compared as his country's."""
    countries = Countries(load_watchlist())
    text = "Russia is ready for talks"

    def told(speaker, speaker_id=None):
        statement = replace(STATEMENT, speaker=speaker, speaker_id=speaker_id, text=text, spans=(Span(0, len(text)),))
        return wording(statement, text, said_at=NOW, seen_at=NOW, countries=countries)

    himself, body = told("Dmitry Peskov", "dmitry-peskov"), told("Kremlin")
    assert (himself.speaker, himself.sentences) == (body.speaker, body.sentences)
    assert body.sentences == ("we are ready for talks",)
    assert told("Stéphane Dujarric").speaker == told("Stephane Dujarric").speaker
