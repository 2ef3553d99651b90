"""Who said what, read with the language model."""

import pytest

from extractors.reading import Reader, Unread
from extractors.records import StatementKind
from extractors.watchlist import load_watchlist

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reader():
    """A reader with the watchlist that comes with the package."""
    return Reader(load_watchlist())


@pytest.fixture(scope="module")
def statements(reader):
    """Return what reads the statements of a text."""

    def read(text):
        article = Unread(article_id="a", title=None, text=text, published_at=None, language="en")
        return reader.read([article])[0].statements

    return read


def rows(found):
    """Return the speaker, the cue and the words of each part said."""
    return [(each.speaker, each.cue, each.text) for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "“We are ready to negotiate,” Putin said on Monday.",
            ("Vladimir Putin", "said", "We are ready to negotiate"),
            id="speaker and verb after",
        ),
        pytest.param(
            "“We are ready to negotiate,” said Dmitry Peskov, the Kremlin spokesman.",
            ("Dmitry Peskov", "said", "We are ready to negotiate"),
            id="verb before speaker",
        ),
        pytest.param(
            "In Minsk, asked about talks, Putin answered, “Let them resume.”",
            ("Vladimir Putin", "answered", "Let them resume"),
            id="speaker and verb before",
        ),
        pytest.param(
            "“Ukraine isn’t ready to hold negotiations,” Slutsky was quoted as saying by the TASS agency.",
            ("Leonid Slutsky", "was quoted as saying", "Ukraine isn’t ready to hold negotiations"),
            id="quoted as saying",
        ),
        pytest.param(
            "“There will be no summit this year,” according to Kremlin spokesman Dmitry Peskov.",
            ("Dmitry Peskov", "according to", "There will be no summit this year"),
            id="according to",
        ),
        pytest.param(
            "Zelensky echoed this, saying “they started a war because of this.”",
            ("Volodymyr Zelenskyy", "saying", "they started a war because of this"),
            id="a participle takes its subject from the clause above",
        ),
        pytest.param(
            "Reuters reported that a “senior Russian source” said that “Putin can fight for as long as it takes.”",
            ("senior Russian source", "said", "Putin can fight for as long as it takes"),
            id="the nearest of two cues",
        ),
        pytest.param(
            "Putin was told of the offer. “We will think about it,” Putin’s spokesman, Dmitry Peskov, told reporters.",
            ("Dmitry Peskov", "told", "We will think about it"),
            id="an owner is not the speaker",
        ),
        pytest.param(
            "“This war must end at the table.” — Pamela Padilla",
            ("Pamela Padilla", "—", "This war must end at the table"),
            id="a name after a dash signs it",
        ),
    ],
)
def test_a_quotation_has_its_cue_and_speaker(statements, text, expected):
    """The cue is found in the sentence of the quotation, and the speaker is its subject."""
    assert rows(statements(text)) == [expected]


def test_a_split_quotation_is_one_statement(statements):
    """The halves of a split quotation and the quotation that follows are parts of one statement."""
    text = "“We are open,” Putin said, “but not to everything.” “Not now.”"
    (found,) = statements(text)
    assert [part.slice(text) for part in found.spans] == ["We are open", "but not to everything", "Not now"]
    assert found.text == "We are open,” Putin said, “but not to everything.” “Not now"
    assert found.kind is StatementKind.DIRECT


def test_a_paragraph_of_quotation_alone_goes_on(statements):
    """A paragraph that is nothing but a quotation belongs to the speaker of the one before."""
    text = "“We are ready to negotiate,” Putin said in an address.\n\n“But that is up to them.”"
    assert rows(statements(text))[1] == ("Vladimir Putin", None, "But that is up to them")


def test_paragraphs_left_open_are_one_statement(statements):
    """A quotation that the next paragraph takes up is one statement, wherever its cue stands."""
    (after,) = statements("“We are ready.\n\n“But that is up to them,” Putin said.")
    assert (after.speaker_id, len(after.spans)) == ("vladimir-putin", 2)
    (before,) = statements("Putin said: “We are ready.\n\n“But that is up to them.\n\n“They know it.”")
    assert (before.speaker_id, len(before.spans)) == ("vladimir-putin", 3)


def test_another_subject_takes_the_floor(statements):
    """After a sentence about someone else a quotation without a cue is nobody's."""
    text = "“We are ready,” Putin said. Zelensky left Kyiv. “We have seen this before, and it failed.”"
    assert len(statements(text)) == 1


def test_a_paragraph_before_may_announce_it(statements):
    """A sentence that ends in a colon announces the quotation after it."""
    text = "Kuleba made the following remark:\n\n“Every war ends at the negotiating table.”"
    assert rows(statements(text)) == [("Dmytro Kuleba", None, "Every war ends at the negotiating table")]


def test_a_paragraph_alone_never_jumps_over_another_speaker(statements):
    """A named cue between two paragraphs of quotation takes the floor."""
    text = "“We are ready,” Putin said.\n\nKuleba said Kyiv had doubts.\n\n“We have seen this before, and it failed.”"
    assert rows(statements(text))[1][0] == "Dmytro Kuleba"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Belarus was a “socialist republic” within the Soviet Union.", id="scare quotes"),
        pytest.param("They dropped calls for “denazification,” “demilitarization” and more.", id="terms"),
        pytest.param("Russia would have to submit to a “war crimes tribunal” first.", id="a term of three words"),
        pytest.param("“Nobody knows who says this, and nobody is named.”", id="nobody to say it"),
        pytest.param("Officials spoke of a plan as “a fair basis for talks” with Kyiv.", id="no certain clause"),
        pytest.param("He did not say that Russia was “prepared to end the war” now.", id="a denied report"),
    ],
)
def test_what_nobody_says_is_no_statement(statements, text):
    """Terms, scare quotes and quotations without a speaker are not attributed."""
    assert [found for found in statements(text) if found.kind is StatementKind.DIRECT] == []


def test_a_reported_clause_with_quoted_words_is_mixed(statements):
    """Three quoted words or more make a reported clause a mixed statement, with the marks inside it."""
    text = (
        "Vladimir Medinsky, head of the Russian delegation, told Russian state media at the conclusion of talks on "
        "Tuesday that Russia is “ready to consider” steps toward peace."
    )
    (found,) = statements(text)
    assert found.kind is StatementKind.MIXED
    assert found.text == "Russia is “ready to consider” steps toward peace"
    assert (found.speaker_id, found.cue) == ("vladimir-medinsky", "told")


def test_two_quoted_words_are_too_few(statements):
    """One or two quoted words may be a term."""
    assert statements("Peskov said that Russia does not want “eternal war,” and left.") == ()


def test_topics_are_those_named_in_the_words_said(statements):
    """A topic beside the quotation is not a topic of the statement."""
    text = "“We want security guarantees,” Zelensky said of the ceasefire."
    (found,) = statements(text)
    assert found.topics == ("security-guarantees",)


def test_the_same_words_have_the_same_ids(statements):
    """Ids depend on nothing but the article, the place, the speaker and the words."""
    text = "“We are ready to negotiate,” Putin said."
    (first,), (second,) = statements(text), statements(text)
    assert (first.statement_id, first.utterance_id) == (second.statement_id, second.utterance_id)
    (moved,) = statements("Moscow. " + text)
    assert moved.utterance_id == first.utterance_id
    assert moved.statement_id != first.statement_id


def test_quotations_in_asides_are_nobody_s(statements):
    """A caption's words are no statement."""
    assert statements("“We are ready,” Putin says in Sochi. (Mikhail Metzel/Sputnik/AFP via Getty Images)") == ()
