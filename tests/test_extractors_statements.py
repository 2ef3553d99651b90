"""Who said what, read with the language model."""

import pytest

from extractors.officials.watchlist import load_watchlist
from extractors.records import StatementKind
from extractors.speech.reading import Reader, Unread

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
        return reader.read(article).statements

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


def test_two_quoted_words_make_a_report_mixed(statements):
    """However few the quoted words, a reported clause that holds some is mixed."""
    (found,) = statements("Peskov said that Russia does not want “eternal war.”")
    assert (found.kind, found.text) == (StatementKind.MIXED, "Russia does not want “eternal war.”")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Peskov said on Monday that the talks would resume in Istanbul.",
            [("Dmitry Peskov", "said", "the talks would resume in Istanbul")],
            id="a clause after its cue, without that",
        ),
        pytest.param(
            "The talks would resume in Istanbul, Kyiv officials said.",
            [("Kyiv officials", "said", "The talks would resume in Istanbul")],
            id="a clause before its cue",
        ),
        pytest.param(
            "The talks, Peskov said, would resume in Istanbul.",
            [("Dmitry Peskov", "said", "The talks, Peskov said, would resume in Istanbul")],
            id="a cue in parenthesis",
        ),
        pytest.param(
            "Hungary’s minister was pleased: Budapest, Szijjártó said, had asked for a ceasefire for years.",
            [("Péter Szijjártó", "said", "Budapest, Szijjártó said, had asked for a ceasefire for years")],
            id="a cue in parenthesis, after the writer's words and a colon",
        ),
        pytest.param(
            "Budapest is ready: a ceasefire must come now, Szijjártó said.",
            [("Péter Szijjártó", "said", "Budapest is ready: a ceasefire must come now")],
            id="a colon in what is said",
        ),
        pytest.param(
            "According to Peskov, the preconditions for talks have not been met.",
            [("Dmitry Peskov", "According to", "the preconditions for talks have not been met")],
            id="according to, before",
        ),
        pytest.param(
            "Peskov said Russia welcomed the proposal but cautioned that there was still a long way to go.",
            [
                ("Dmitry Peskov", "said", "Russia welcomed the proposal"),
                ("Dmitry Peskov", "cautioned", "there was still a long way to go"),
            ],
            id="said X but cautioned Y",
        ),
        pytest.param(
            "Lavrov met reporters in Ankara, saying that the draft had been ready for weeks.",
            [("Sergei Lavrov", "saying", "the draft had been ready for weeks")],
            id="a participle",
        ),
        pytest.param(
            "Russian officials flatly rejected the proposal to convene a summit.",
            [("Russian officials", "rejected", "the proposal to convene a summit")],
            id="an act with its object",
        ),
        pytest.param(
            "Kuleba floated the notion of holding a summit within two months.",
            [("Dmytro Kuleba", "floated", "the notion of holding a summit within two months")],
            id="floated",
        ),
        pytest.param(
            "Zelensky vowed to take back every village.",
            [("Volodymyr Zelenskyy", "vowed", "to take back every village")],
            id="an infinitive",
        ),
        pytest.param(
            "Guterres called on both sides to halt the fighting.",
            [("António Guterres", "called", "both sides to halt the fighting")],
            id="called on",
        ),
        pytest.param(
            "Putin accused Kyiv of refusing to negotiate.",
            [("Vladimir Putin", "accused", "Kyiv of refusing to negotiate")],
            id="accused of",
        ),
        pytest.param(
            "Erdogan asked whether the two presidents would meet in Istanbul.",
            [("Recep Tayyip Erdoğan", "asked", "whether the two presidents would meet in Istanbul")],
            id="a question",
        ),
        pytest.param(
            "Moscow warned that it would answer any new strike on the bridge.",
            [("Russia", "warned", "it would answer any new strike on the bridge")],
            id="a capital speaks for its country",
        ),
        pytest.param(
            "Lavrov said the war would end this year, which many diplomats doubt.",
            [("Sergei Lavrov", "said", "the war would end this year")],
            id="the writer's aside is no part of it",
        ),
        pytest.param("The speaker of parliament visited Kyiv on Monday.", [], id="speaker as an office"),
        *(
            pytest.param(text, [], id=text)
            for text in (
                "Lavrov is expected to reject the ceasefire on Monday.",
                "Putin is believed to want a ceasefire before winter.",
                "Zelensky had been urged to accept the ceasefire.",
                "The two presidents are said to prefer Istanbul for the talks.",
                "Umerov, expected to lead the talks, flew to Istanbul.",
            )
        ),
        pytest.param(
            "Zelensky was urged by Trump to accept the ceasefire.",
            [("Donald Trump", "urged", "to accept the ceasefire")],
            id="an agent says it",
        ),
        pytest.param("Delegates arrived at the palace before noon.", [], id="nobody says anything"),
    ],
)
def test_what_is_reported_has_its_cue_and_extent(statements, text, expected):
    """Reported speech runs from its cue to where another's words, or the writer's, begin."""
    assert rows(statements(text)) == expected


def test_a_parenthesis_leaves_two_spans(statements):
    """What is said around its cue is one statement in two parts."""
    text = "The talks, Peskov said, would resume in Istanbul."
    (found,) = statements(text)
    assert [part.slice(text) for part in found.spans] == ["The talks", "would resume in Istanbul"]


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        pytest.param("Peskov rejected the ceasefire proposal of the mediators.", "reject", id="a cue"),
        pytest.param("Peskov did not rule out a meeting of the presidents.", "offer", id="a cue denied"),
        pytest.param("Peskov said Russia would not talk unless Kyiv withdrew.", "condition", id="a condition"),
        pytest.param("Peskov said Russia was ready to resume the talks.", "offer", id="readiness"),
        pytest.param("Peskov said there were no signs of a breakthrough.", "doubt", id="doubt"),
        pytest.param("Peskov denied that the ceasefire had been broken.", "deny", id="a denial"),
        pytest.param("Peskov said the delegation had arrived in Istanbul.", "assert", id="a plain statement"),
    ],
)
def test_a_statement_takes_a_stance(statements, text, stance):
    """The cue decides the stance, else what is said."""
    assert [found.stance for found in statements(text)] == [stance]


def test_it_is_about_the_topic_of_the_sentence_before(statements):
    """Where the words only say "it", the sentence before names the topic."""
    text = "Peskov rejected the ceasefire proposal. “It will never work like that,” he said."
    assert statements(text)[-1].topics == ("ceasefire",)


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
