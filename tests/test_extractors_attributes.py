"""What a statement carries beside its words, read with the language model: hearer, occasion, condition, denial."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from extractors.officials.watchlist import load_watchlist
from extractors.speech.parties import CERTAINTY, Resolution
from extractors.speech.reading import Reader, Skimmer, Unread
from extractors.speech.stances import Modality

pytestmark = pytest.mark.slow

PIECES = (
    "“We are ready,” ", "Peskov told CNN ", "in an interview ", "that talks ", "unless Kyiv ", "did not say ", "via Telegram ",
    "\n\n", "“", "”", "''", "``", "«", "‘", "’", "—", ":", ",", ".", "?", "said ", "he ", "\x00", "\u202e", "\ud83d", "😀", "سلام ",
    "according to ", "(", "quoted as saying ", "If ", "on condition ", "ruled out a ceasefire. ",
)  # fmt: skip


@pytest.fixture(scope="module")
def read():
    """Return what reads the statements of a text."""
    reader = Reader(load_watchlist())

    def statements(text):
        article = Unread(article_id="a", title=None, text=text, published_at=None, language="en")
        return reader.read(article).statements

    return statements


@pytest.fixture(scope="module")
def read_by_rules():
    """Return what reads the statements of a text without the tagger."""
    reader, skimmer = Reader(load_watchlist()), Skimmer(load_watchlist(), tagging=False)

    def statements(text):
        article = Unread(article_id="a", title=None, text=text, published_at=None, language="en")
        return reader.finish([skimmer.skim(article)])[0].statements

    return statements


def words(text, span):
    """Return the words at a span."""
    return None if span is None else span.slice(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("“We are ready,” Peskov told CNN on Monday.", "CNN", id="told, after a quotation"),
        pytest.param("Peskov told reporters that the talks would resume.", "reporters", id="told that"),
        pytest.param("Zelensky warned Moscow that Ukraine could strike back.", "Moscow", id="warned"),
        pytest.param("Lavrov said to reporters that the draft was ready.", "reporters", id="said to"),
        pytest.param("Lavrov said the draft had been sent to Kyiv last week.", None, id="to, inside the words"),
        pytest.param("Lavrov said the draft was ready.", None, id="nobody"),
    ],
)
def test_an_addressee_is_whom_the_cue_names(read, text, expected):
    """Who hears it is the object of telling or stands after "to"; never a part of what is said."""
    assert [words(text, found.addressee_span) for found in read(text)] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "“Every war ends,” Kuleba said in an interview with Izvestia.",
            "in an interview with Izvestia",
            id="interview",
        ),
        pytest.param("Zelensky said via Telegram that the truce must hold.", "via Telegram", id="via"),
        pytest.param("Peskov told reporters at a briefing that the talks would resume.", "at a briefing", id="at"),
        pytest.param(
            "Speaking at a news conference in Ankara, Erdogan said the two leaders may meet.",
            "at a news conference in Ankara",
            id="speaking at",
        ),
        pytest.param("“We will go,” Kuleba wrote on Telegram on Tuesday.", "on Telegram", id="on"),
        pytest.param("Peskov said on Monday that the talks would resume.", None, id="a day is no occasion"),
        pytest.param("Peskov said the talks would resume in Istanbul.", None, id="a place of what is said"),
    ],
)
def test_an_occasion_stands_beside_the_cue(read, text, expected):
    """An interview, a briefing or a channel beside the cue is the occasion; times and what is said are not."""
    assert [words(text, found.occasion_span) for found in read(text)] == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Lavrov said Russia would not talk unless Kyiv withdrew its troops, adding that it had time.",
            ["unless Kyiv withdrew its troops", None],
            id="unless, up to the next report",
        ),
        pytest.param("“If Kyiv agrees, the talks will resume,” Lavrov said.", ["If Kyiv agrees"], id="if, first"),
        pytest.param(
            "Lavrov conditioned the talks on a full withdrawal.", ["on a full withdrawal"], id="conditioned on"
        ),
        pytest.param("Lavrov said the talks would resume.", [None], id="no condition"),
    ],
)
def test_a_condition_has_its_words(read, text, expected):
    """A statement that is a condition says which."""
    found = read(text)
    assert [words(text, each.condition_span) for each in found] == expected
    assert all((each.condition_span is not None) <= (each.stance == "condition") for each in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Putin ruled out a ceasefire.", (True, False, "reject"), id="the topic is ruled out"),
        pytest.param("Peskov did not rule out a meeting of the two.", (False, False, "offer"), id="not ruled out"),
        pytest.param("Peskov said there would be no summit.", (True, False, "assert"), id="no summit"),
        pytest.param("Peskov denied that the truce had been broken.", (True, False, "deny"), id="denied that"),
        pytest.param("Peskov did not say that Russia was ready to talk.", (False, True, "none"), id="not said"),
        pytest.param(
            "Peskov declined to say whether the talks would go on.", (False, True, "none"), id="declined to say"
        ),
        pytest.param("Peskov said the talks would go on.", (False, False, "assert"), id="plain"),
    ],
)
def test_denied_words_and_denied_reports_differ(read, text, expected):
    """`negated` is about the topics of what is said, `denied` about the saying; what was not said takes no stance."""
    assert [(found.negated, found.denied, found.stance) for found in read(text)] == [expected]


def test_a_statement_has_its_modal_verb(read):
    """The modal verb of the words is named, in a small vocabulary."""
    text = "Zelensky said the truce must hold. Lavrov said the draft is ready."
    assert [found.modality for found in read(text)] == ["must", "none"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Dmitry Peskov said the talks would go on.", "name", id="a name in full"),
        pytest.param("Peskov said the talks would go on.", "surname", id="a surname"),
        pytest.param(
            "Kremlin spokesman Dmitry Peskov came. The spokesman said the talks would go on.", "role", id="an office"
        ),
        pytest.param("Moscow said the talks would go on.", "metonym", id="a capital for its country"),
        pytest.param("Dmitry Peskov arrived. He said the talks would go on.", "pronoun", id="a pronoun"),
        pytest.param("Officials said the talks would go on.", "group", id="several"),
        pytest.param("A diplomat said the talks would go on.", "none", id="nobody known"),
        pytest.param("A shepherd, Ivan Sokolov, said the talks would go on.", "apposition", id="a name beside it"),
    ],
)
def test_the_rule_that_found_the_speaker_is_kept(read_by_rules, text, expected):
    """Each statement says how its speaker was found, and how sure that is where nothing else has been heard.

    Whom an office means is weighed besides: it may be somebody who has not been named.
    """
    (found,) = read_by_rules(text)
    most = CERTAINTY[Resolution(expected)]
    assert found.resolved_by == expected
    assert found.confidence == (pytest.approx(0.96 * most, abs=0.01) if expected == "role" else most)


def test_a_paragraph_alone_inherits_its_speaker(read):
    """A quotation that nothing introduces has its speaker from the one before."""
    text = "“We are ready,” Putin said in an address.\n\n“But that is up to them.”"
    assert [found.resolved_by for found in read(text)] == ["surname", "inherited"]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=24).map("".join))
@example("“If” Peskov told “CNN” that, unless")
@example("Peskov said to \ud83d“via Telegram” that 'no' — \u202e”")
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_gives_attributes_in_place(read, text):
    """Whatever the text, nothing is raised, and every span is words of the text, inside it."""
    for found in read(text):
        spans = [found.addressee_span, found.occasion_span, found.condition_span, *found.spans]
        assert all(0 <= span.start < span.end <= len(text) for span in spans if span is not None)
        assert found.span.slice(text) == found.text
        assert Modality(found.modality)
        assert Resolution(found.resolved_by)
