"""An article’s own sentences: what is not its words, the turns of transcripts, where sentences end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Span
from extractors.speech.quotations import find_quotations
from extractors.speech.sentences import LONGEST, PARAGRAPH, asides, find_sentences, first_comment
from extractors.speech.transcripts import find_turns
from tests.hanging import stopped_after

ARTICLE = [
    "KYIV — Ukraine and Russia agreed on Monday to exchange prisoners, officials on both sides said.",
    "“You cannot talk to people who shell you,” the minister told reporters. “I told you so!”",
    "The Kremlin said it had received no proposals, and that it was ready for talks in Istanbul.",
    "Negotiators met twice last week in Turkey, according to people briefed on the matter.",
]
COMMENTS = [
    "You people never learn. Russia will NEVER GIVE UP the Donbas,",
    "I think this is the dumbest thing I have read all week!",
    "Stupid article, your sources are clowns.",
    "“Stupid article, your sources are clowns.”",
    "Lol, you must be new here. Who pays you?",
    "I’m just saying what everybody knows and nobody here dares to write",
    "WAKE UP PEOPLE! Your taxes pay for this sh*t.",
    "So you believe the MSM? I don’t.",
]


def cut(*lines):
    """Return those of the lines that are not the article's."""
    text = "\n\n".join(lines)
    return [span.slice(text) for span in asides(text)]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("Leaders meet in Minsk. (Maxim Guchek/Belta/AFP via Getty Images)", id="a credit in brackets"),
        pytest.param("Leaders meet on May 3. (AP Photo/Evan Vucci)", id="an agency's photo"),
        pytest.param("Leaders meet in Minsk. Photograph: Gleb Garanich/Reuters", id="a credit without brackets"),
        pytest.param("Handout/Reuters.", id="a credit alone"),
        pytest.param("FILE PHOTO: Leaders meet in Minsk in 2021.", id="a file photo"),
        pytest.param("Image caption: Leaders in Minsk", id="a caption that says so"),
        pytest.param("Updated:", id="a stamp"),
        pytest.param("Last updated on March 3, 2024 at 10:15 a.m.", id="a stamp with its date"),
        pytest.param("12/27/2022", id="a date alone"),
        pytest.param("Tuesday, 27 December 2022 10:00 GMT", id="a date in words"),
        pytest.param("By Adam Morrow and Jane Doe", id="a byline"),
        pytest.param("Reuters and the Associated Press contributed to this report.", id="a credit line"),
        pytest.param("(Reporting by Amanda Becker; Editing by Matthew Lewis)", id="an agency's credit line"),
        pytest.param("Tags Antony Blinken Biden Joe Biden", id="tags"),
        pytest.param("Read the full article here", id="a link to the source"),
        pytest.param("Leave A Reply", id="a reply form"),
        pytest.param("Your email address will not be published.", id="a form's promise"),
        pytest.param("See all Hill.TV See all Video", id="see all"),
        pytest.param("Most Popular", id="a list of what is read"),
        pytest.param("Load more", id="a button"),
        pytest.param("The Herald has removed its comment section. Join the discussion on Facebook.", id="a policy"),
        pytest.param("Latest Firearms News and Updates", id="a site's header"),
        pytest.param("Sign up for our newsletter", id="a newsletter"),
        pytest.param("All rights reserved.", id="a copyright"),
        pytest.param("Advertisement", id="an advertisement"),
    ],
)
def test_furniture_is_no_article(line):
    """A line of furniture within an article is an aside, and nothing else is."""
    assert cut(*ARTICLE[:2], line, *ARTICLE[2:]) == [line]


@pytest.mark.parametrize(
    "line",
    [
        pytest.param("Sen. Lindsey Graham (R) said the talks (which he opposes) would fail.", id="a party in brackets"),
        pytest.param("By Monday, both armies had withdrawn from the line of contact.", id="By, in prose"),
        pytest.param("“Sign up for peace, you and your generals,” Putin said.", id="a quotation like a prompt"),
        pytest.param("Most popular leaders in the region support the talks, the minister said.", id="most popular"),
        pytest.param("Minsk Meeting Aftermath", id="a heading within the article"),
        pytest.param("The ministry published photographs of the destroyed bridge (see below).", id="photographs"),
        pytest.param("“You lie, and you know that you lie!” the ambassador shouted.", id="an angry quotation"),
        pytest.param("Related sanctions were lifted in March, the Kremlin said.", id="related"),
        pytest.param("Updated proposals were sent to Kyiv in March.", id="updated"),
    ],
)
def test_prose_is_the_article(line):
    """Prose that looks like furniture stays."""
    assert cut(*ARTICLE, line) == []


def test_a_name_beside_a_date_is_a_byline():
    """A bare name is a byline next to a date, and a heading elsewhere."""
    assert cut("Adam Morrow", "12/27/2022", *ARTICLE) == ["Adam Morrow", "12/27/2022"]
    assert cut("Adam Morrow", *ARTICLE) == []


def test_headlines_under_related_stories_are_cut():
    """The list under "Related stories" ends with the first line that is prose."""
    teasers = ["Related stories", "Putin says ceasefire is near", "Kyiv rejects plan"]
    assert cut(*ARTICLE[:2], *teasers, *ARTICLE[2:]) == teasers


def test_all_after_a_thread_heading_is_cut():
    """After "12 Comments" nothing is the article's, once there was an article."""
    assert cut(*ARTICLE, "12 Comments", "Peace now.", "No.") == ["12 Comments", "Peace now.", "No."]
    assert cut("12 Comments", *ARTICLE) == []


def test_a_repeated_title_is_cut_above_the_article_only():
    """The title is a sentence of its own elsewhere, so its copies above the text are not."""
    text = "\n".join(["Talks fail", "Talks  fail", *ARTICLE, "Talks fail"])
    assert [span.start for span in asides(text, "Talks Fail")] == [0, 11]


def test_comments_without_a_heading_are_cut():
    """A change of voice that lasts to the end and shows in several ways is where the comments begin."""
    assert cut(*ARTICLE, *COMMENTS) == COMMENTS


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([*ARTICLE, COMMENTS[0]], id="one loud paragraph at the end"),
        pytest.param([*ARTICLE, "“You lie! STOP THIS WAR NOW, you idiots!” he shouted at them."] * 3, id="anger"),
        pytest.param(
            ["I have been to Kyiv. You would not believe what I saw!", "My friends, you must go."] * 6,
            id="an opinion in the first person throughout",
        ),
        pytest.param(
            [
                *ARTICLE,
                *[f"Should you save in year {year}? I think you should, my bank agrees!" for year in range(8)],
            ],
            id="a column that addresses its reader",
        ),
        pytest.param(
            [*ARTICLE, *["JAKE TAPPER: Do you agree?", "DONALD TRUMP: I do, you know I do!"] * 6],
            id="a transcript",
        ),
        pytest.param(ARTICLE, id="an article"),
        pytest.param([], id="nothing"),
    ],
)
def test_articles_survive_to_their_end(lines):
    """Without strong evidence of several kinds nothing is cut."""
    assert first_comment(lines) is None


@given(st.lists(st.sampled_from([*ARTICLE, *COMMENTS, "Related stories", "3 comments", "", "\x00", "“"]), max_size=20))
def test_asides_are_whole_lines_in_order(lines):
    """Whatever the lines, asides are whole lines of the text, in order."""
    text = "\n".join(lines)
    spans = asides(text, "3 comments")
    assert sorted(spans) == list(spans)
    assert all("\n" not in span.slice(text) and span.slice(text) in lines for span in spans)


@given(st.text(max_size=200))
def test_any_text_has_asides(text):
    """No text is too odd."""
    assert all(0 <= span.start < span.end <= len(text) for span in asides(text))


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


def sentences(text):
    """Return the sentences of a text of one paragraph."""
    return [span.slice(text) for span in find_sentences(text, [Span(0, len(text))])]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Multiple U.S. officials said so.", id="an acronym before a common noun"),
        pytest.param("The U.S. Congress met.", id="an acronym before a name"),
        pytest.param("On Dec. 26 he spoke.", id="a month before a day"),
        pytest.param("Sen. Lindsey Graham and Gov. Jay Inslee met Mr. Putin.", id="titles before names"),
        pytest.param("U.N. Secretary-General António Guterres spoke.", id="an acronym before an office"),
        pytest.param("George W. Bush left.", id="an initial"),
        pytest.param("“Why now?” Peskov asked.", id="a question and who asked it"),
        pytest.param("“Stop this!” Russia’s foreign minister told reporters.", id="an outcry and who said it"),
        pytest.param("“Is it?” he asked.", id="a question before lower case"),
        pytest.param("“But again … I have not seen it.”", id="dots for words left out"),
        pytest.param("It rose by 2.5 percent, i.e. Much more.", id="an abbreviation in lower case"),
        pytest.param("“We go.” — Pamela Padilla", id="a signature"),
        pytest.param("See all Hill.TV See all Video", id="a stop inside a word"),
        pytest.param("The talks collapsed", id="no stop at all"),
    ],
)
def test_one_sentence_stays_one(text):
    """Stops that end no sentence do not split it."""
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("He left. She stayed.", ["He left.", "She stayed."], id="a full stop"),
        pytest.param("“We go,” he said. “You stay.”", ["“We go,” he said.", "“You stay.”"], id="before a quotation"),
        pytest.param("“We go. You stay,” he said.", ["“We go.", "You stay,” he said."], id="inside a quotation"),
        pytest.param(
            "He called it “a smokescreen.” Kyiv left.", ["He called it “a smokescreen.”", "Kyiv left."], id="”"
        ),
        pytest.param(
            "They met in the U.S. The talks failed.", ["They met in the U.S.", "The talks failed."], id="U.S."
        ),
        pytest.param("It ended in Dec. He left.", ["It ended in Dec.", "He left."], id="a month at the end"),
        pytest.param("Why? Because.", ["Why?", "Because."], id="a question"),
        pytest.param("Він пішов. Вона лишилася.", ["Він пішов.", "Вона лишилася."], id="Cyrillic"),
        pytest.param("  He left.  \t She stayed. ", ["He left.", "She stayed."], id="blanks belong to none"),
    ],
)
def test_sentences_end_at_their_stops(text, expected):
    """Sentences end at a stop that a sentence's beginning follows."""
    assert sentences(text) == expected


def test_sentences_never_cross_paragraphs():
    """Each stretch given is split by itself."""
    text = "One\nTwo. Three"
    assert [span.slice(text) for span in find_sentences(text, [Span(0, 3), Span(4, 14)])] == ["One", "Two.", "Three"]


def test_no_sentence_is_endless():
    """What never stops is cut at a blank."""
    parts = sentences("word " * 2000)
    assert max(len(part) for part in parts) <= LONGEST
    assert "".join(part + " " for part in parts) == "word " * 2000


@given(st.text(alphabet='Aa.?!”" \t\n…U1(', max_size=80) | st.text(max_size=200))
def test_any_text_has_sentences_in_order(text):
    """Whatever the text, sentences are stripped, in order and apart, and leave out nothing but blanks."""
    spans = find_sentences(text, [Span(0, len(text))])
    assert all(first.end <= second.start for first, second in pairwise(spans))
    assert all(span.slice(text).strip() == span.slice(text) != "" for span in spans)
    assert "".join("".join(span.slice(text) for span in spans).split()) == "".join(text.split())
