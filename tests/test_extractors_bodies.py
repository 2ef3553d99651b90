"""What of a text is not the article's own words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.speech.sentences import asides, first_comment

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
