from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Span
from extractors.speech.quotations import find_quotations
from extractors.speech.sentences import PARAGRAPH, find_turns
from tests.hanging import stopped_after

LAVROV = "Sergey Lavrov: We are ready to meet in Istanbul."
FIDAN = "Hakan Fidan: Turkey would host the next round."
AGAIN = "Sergey Lavrov: It depends on Kyiv, as I said."


def turns(text):
    """Return the words of each turn, a plus before those that go on."""
    found = find_turns(text, [Span(*match.span()) for match in PARAGRAPH.finditer(text)])
    return [("+" if turn.continues else "") + turn.span.slice(text) for turn in found.values()]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([LAVROV, FIDAN, AGAIN], ["We are ready to meet in Istanbul.", "Turkey would host the next round.", "It depends on Kyiv, as I said."], id="people who take turns"),
        pytest.param(["RUBIO: We hope so, but it depends.", "LAVROV: It depends on your side alone.", "RUBIO: That is not what I heard."], ["We hope so, but it depends.", "It depends on your side alone.", "That is not what I heard."], id="surnames in capitals"),
        pytest.param(["Question: When will the next round begin?", LAVROV, "Question: And what about a ceasefire then?", AGAIN], ["We are ready to meet in Istanbul.", "It depends on Kyiv, as I said."], id="questions of nobody in particular are left out"),
        pytest.param(['"LAVROV: We are ready to meet again.', '"And we said so.', '"(CROSSTALK.)', '"RUBIO: We hope so, but it depends.', '"LAVROV: It depends on your side alone."'], ["We are ready to meet again.", "+And we said so.", "", "We hope so, but it depends.", "It depends on your side alone."], id="marks before each paragraph, and a direction"),
        pytest.param([LAVROV, FIDAN, "The ministers met again.", AGAIN], ["We are ready to meet in Istanbul.", "Turkey would host the next round.", "It depends on Kyiv, as I said."], id="what a reporter tells between is nobody's turn"),
        pytest.param([LAVROV, FIDAN], [], id="two lines are no transcript"),
        pytest.param([LAVROV, AGAIN, LAVROV], [], id="one person is no transcript"),
        pytest.param([LAVROV, FIDAN, "Abbas Araghchi: Iran was not asked about this."], [], id="a list in which nobody speaks twice"),
        pytest.param(["Date: 2 June", "Place: Istanbul", "Date: 3 June", "Place: Ankara"], [], id="a list of facts"),
        pytest.param(["the aim: a truce that lasts long", "the price: land that was lost long ago", "the aim: a truce that lasts long"], [], id="no names"),
    ],
)  # fmt: skip
def test_turns_are_found_where_people_take_them(lines, expected):
    """Several lines with a name and a colon, by two at least, one of them more than once, are a transcript."""
    assert turns("\n\n".join(lines)) == expected


@given(st.text(alphabet='AB:" “”\n(.', max_size=200))
def test_any_text_has_its_turns_in_place(text):
    """Whatever the text, turns lie inside their paragraphs, and quotations stay in order."""
    paragraphs = [Span(*match.span()) for match in PARAGRAPH.finditer(text)]
    assert all(paragraphs[at].covers(turn.span) for at, turn in find_turns(text, paragraphs).items())
    spans = [quotation.span for quotation in find_quotations(text)]
    assert all(one.end <= other.start for one, other in pairwise(spans))


@pytest.mark.parametrize("unit", ["A: ", "A", "A a ", "A: b c d e f\n", '"(', "A.-’"])
def test_time_is_linear(unit):
    """200,000 hostile characters take no time."""
    with stopped_after(20):
        turns(unit * (200_000 // len(unit)))
