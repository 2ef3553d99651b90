"""Acts on a watched subject, told with a bare noun, are statements with a stance; what is not done is none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractors.officials.watchlist import load_watchlist
from extractors.speech.reading import Reader, Unread
from tests.alert_desk import Desk, found

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reader():
    """A reader with the watchlist that comes with the package."""
    return Reader(load_watchlist())


def read(reader, text, name="a"):
    """Return the reading of a text."""
    return reader.read(Unread(article_id=name, title=None, text=text, published_at=None, language="en"))


def statements(reader, text):
    """Return the statements of a text."""
    return read(reader, text).statements


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Lavrov accepted a ceasefire.", ("Sergei Lavrov", "accepted", "a ceasefire", "accept"), id="accept"
        ),
        pytest.param(
            "Zelenskyy welcomed a truce.", ("Volodymyr Zelenskyy", "welcomed", "a truce", "accept"), id="welcome"
        ),
        pytest.param("Sybiha signed a truce on Monday.", ("Andrii Sybiha", "signed", "a truce", "accept"), id="sign"),
        pytest.param("Putin began a ceasefire.", ("Vladimir Putin", "began", "a ceasefire", "accept"), id="begin"),
        pytest.param(
            "Zelenskyy agreed to a truce.", ("Volodymyr Zelenskyy", "agreed", "a truce", "accept"), id="agree to"
        ),
        pytest.param(
            "Zelenskyy confirmed a truce.", ("Volodymyr Zelenskyy", "confirmed", "a truce", "accept"), id="confirm"
        ),
        pytest.param("Iran resumed nuclear talks.", ("Iran", "resumed", "nuclear talks", "accept"), id="a country"),
        pytest.param(
            "Hamas accepts ceasefire", ("Hamas", "accepts", "ceasefire", "accept"), id="in a headline’s words"
        ),
        pytest.param(
            "Kyiv has accepted a truce.", ("Ukraine", "accepted", "a truce", "accept"), id="a capital, has done"
        ),
        pytest.param(
            "Zelenskyy backed Trump’s proposal for a ceasefire.",
            ("Volodymyr Zelenskyy", "backed", "Trump’s proposal for a ceasefire", "accept"),
            id="a proposal for it",
        ),
        pytest.param(
            "Zelenskyy dismissed a truce.", ("Volodymyr Zelenskyy", "dismissed", "a truce", "reject"), id="dismiss"
        ),
        pytest.param("Putin ended the truce on Sunday.", ("Vladimir Putin", "ended", "the truce", "reject"), id="end"),
        pytest.param("Russia suspended peace talks.", ("Russia", "suspended", "peace talks", "reject"), id="suspend"),
        pytest.param("Trump called off the talks.", ("Donald Trump", "called", "the talks", "reject"), id="call off"),
        pytest.param(
            "Russia withdrew from the talks.", ("Russia", "withdrew", "the talks", "reject"), id="withdraw from"
        ),
        pytest.param(
            "Hamas has not accepted the truce.", ("Hamas", "accepted", "the truce", "reject"), id="not accepted"
        ),
    ],
)
def test_an_act_on_a_watched_subject_is_a_statement(reader, text, expected):
    """Whoever does it speaks, the act is the cue, and what it is done to are the words."""
    (said,) = statements(reader, text)
    assert (said.speaker, said.cue, said.text, said.stance) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Putin could accept a ceasefire.", id="possible"),
        pytest.param("If Putin accepts a ceasefire, the sanctions go.", id="supposed"),
        pytest.param("Trump wants a ceasefire.", id="wanted"),
        pytest.param("The war ended with a ceasefire.", id="nobody’s"),
        pytest.param("Snow ended the ceasefire.", id="the weather’s"),
        pytest.param("Zelenskyy accepted the prize.", id="another object"),
        pytest.param("Zelenskyy, who accepted a truce in March, left for Paris.", id="an aside"),
        pytest.param("Putin opened a museum during the talks.", id="a time"),
    ],
)
def test_what_is_not_done_to_it_is_no_statement(reader, text):
    """An act has to be told as done, by somebody, to the subject itself."""
    assert statements(reader, text) == ()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Peskov neither confirmed nor denied that a truce had been agreed.", id="neither nor"),
        pytest.param("Peskov would not confirm or deny reports of a truce.", id="not or"),
        pytest.param("Russia on Sunday declined to confirm or deny reports of a ceasefire.", id="declined to"),
        pytest.param("Peskov refused to either confirm or deny the reports of a truce.", id="refused to"),
        pytest.param("Lavrov declined to say whether a truce was near.", id="declined to say"),
    ],
)
def test_who_leaves_it_open_denies_nothing(reader, text):
    """It is a saying that is denied, with no stance."""
    assert {(said.stance, said.denied) for said in statements(reader, text)} <= {("none", True)}


def test_a_denial_beside_it_stays_one(reader):
    """Who denies one thing and confirms another has denied it."""
    (said, *_) = statements(reader, "Peskov denied that a truce had been agreed. He did not confirm the visit.")
    assert (said.stance, said.denied) == ("deny", False)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param("rejected a truce", "accepted a truce", id="accepts after rejects"),
        pytest.param("dismissed the truce", "welcomed the truce", id="welcomes after dismisses"),
        pytest.param("refused to sign a truce", "signed a truce", id="signs after refuses"),
        pytest.param("began the truce", "ended the truce", id="ends after begins"),
        pytest.param("denied that there was a truce", "confirmed a truce", id="confirms after denies"),
        pytest.param("resumed the truce", "suspended the truce", id="suspends after resumes"),
    ],
)
def test_the_opposite_act_is_news(tmp_path, reader, first, second):
    """An hour later, in the same words but one, it is told again: neither a duplicate nor held by the cooldown."""
    rest = (
        "Envoys of both sides met in Istanbul on Saturday for the third time, with Turkish officials as hosts. "
        "The delegations are to meet again next week, though no date was given. Diplomats cautioned that gaps remain."
    )
    with Desk(tmp_path) as desk:
        for name, act in zip("ab", (first, second), strict=True):
            text = f"Dmitry Peskov {act} on Saturday.\n\n{rest}"
            arrived = replace(found(name, text), reading=read(reader, text, name))
            desk.after(hours=1).take_in(arrived)
        assert desk.count("alerts") == 2
