from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.records import Page, Unreadable, UnreadableReason
from extractors.text.languages import language_of
from extractors.text.plaintext import clean_text, decode_text
from tests.conftest import SEEDS

BODY = "\n\nKremlin spokesman Dmitry Peskov said on Wednesday that Russia welcomed the proposals of Ukraine.\n"


@pytest.mark.parametrize(
    ("seed", "title"),
    [
        ("000_83b7437b0368f824.txt", "Moscow Rejects Ukraine Proposal for UN-Mediated Peace Talks"),
        ("001_16506607363ae513.txt", "The West Should Be Receptive to Russia’s Openness to Talks"),
        ("002_74b09fb6327d5bb6.txt", None),
        ("003_1ac3a902d5ad9604.txt", None),
        ("004_42295e8637bd59b3.txt", "Ukraine-Russia peace talks fraught with uncertainty"),
    ],
)
def test_a_seed_is_read_as_it_stands(seed, title):
    """The text is the file's, character for character; the headline is found; date and author are not guessed."""
    text = decode_text((SEEDS / seed).read_bytes())
    assert text is not None
    page = clean_text(text)
    assert page == Page(text=(SEEDS / seed).read_bytes().decode(), title=title, language="en")


WELCOME = "Peskov welcomes the written proposals"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param(WELCOME + BODY, WELCOME, id="a line before"),
        pytest.param(f"THE HERALD\n{WELCOME}\nAnn Author\n30 March 2022{BODY}", WELCOME, id="among byline and date"),
        pytest.param(f"The Herald, your daily news about the war\n{WELCOME}\n{WELCOME}{BODY}", WELCOME, id="repeated"),
        pytest.param(f"Peskov welcomed the proposals.{BODY}", None, id="a sentence is none"),
        pytest.param(f"Wednesday, 30 March 2022{BODY}", None, id="a date is none"),
        pytest.param(f"Related:\nPeskov{BODY}", None, id="too few words are none"),
        pytest.param(WELCOME, None, id="a line with nothing after it is text"),
    ],
)
def test_a_headline_stands_before_the_first_sentence(text, title):
    """Only a line that does not end like a sentence, before the first that does, is a headline."""
    page = clean_text(text)
    assert isinstance(page, Page)
    assert page.title == title


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("", UnreadableReason.EMPTY, id="nothing"),
        pytest.param(" \n\t", UnreadableReason.EMPTY, id="white space"),
        pytest.param("\x00\x01\x02ab", UnreadableReason.NOT_TEXT, id="control characters"),
        pytest.param("x" * 5_000_001, UnreadableReason.TOO_LARGE, id="too long"),
    ],
)
def test_what_is_no_text_has_a_reason(text, reason):
    """A file without readable text is unreadable."""
    page = clean_text(text)
    assert isinstance(page, Unreadable)
    assert page.reason is reason


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param("Київ\r\n".encode(), "Київ\r\n", id="line ends stay"),
        pytest.param("Київ".encode("utf-8-sig"), "Київ", id="the byte order mark goes"),
        pytest.param("Київ".encode("utf-16"), "Київ", id="UTF-16"),
        pytest.param("“Talks”".encode("cp1252"), "“Talks”", id="Windows-1252 where it is not UTF-8"),
        pytest.param(b"\x7fELF\x00\x00\x01\x02", None, id="a program"),
        pytest.param(b"", "", id="nothing is nothing"),
    ],
)
def test_a_file_is_decoded_or_none(body, text):
    """Bytes that are text come out as they are, others as None."""
    assert decode_text(body) == text


@given(st.binary())
def test_any_bytes_are_decoded_or_none(body):
    """No file makes it raise."""
    text = decode_text(body)
    assert text is None or isinstance(clean_text(text), Page | Unreadable)


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        pytest.param(
            "Talks went on in Istanbul on Tuesday, officials said.", "en-GB", "en", id="declared with a region"
        ),
        pytest.param("Talks went on in Istanbul on Tuesday, officials said.", None, "en", id="not declared"),
        pytest.param("Переговоры продолжились во вторник в Стамбуле.", "en", "ru", id="a script that contradicts it"),
        pytest.param(
            "Речник заявив, що Україна готова до переговорів про припинення вогню. Reuters BBC CNN Associated Press Bloomberg",
            "en",
            "uk",
            id="a script that contradicts it, with names in the declared one",
        ),
        pytest.param(
            "Officials spoke in Istanbul on Tuesday of a ceasefire: «Мы готовы к переговорам о прекращении».",
            "en",
            "en",
            id="words of another script in the declared one",
        ),
        pytest.param("Verhandlungen in Istanbul", "de_DE", "de", id="declared with an underscore"),
        pytest.param("Talks went on in Istanbul on Tuesday, officials said.", "utf-8", "en", id="declared nonsense"),
        pytest.param("Samtalene fortsatte tirsdag.", "no", "nb", id="a name of its own"),
        pytest.param("12 30", None, None, id="no letters"),
        pytest.param("12 30", "uk", "uk", id="no letters to contradict it"),
        pytest.param("Речник заявив, що її країна готова.", "ru", "uk", id="letters of a neighbour"),
        pytest.param(
            "Это объявили в Кремле, и мы ждём ответа сегодня.", "uk", "ru", id="letters of the other neighbour"
        ),
        pytest.param("Talks went on in Istanbul on Tuesday, officials said.", "uk", "en", id="Latin that cannot be it"),
        pytest.param("Pregovori su nastavljeni u utorak.", "sr", "sr", id="a language of two scripts"),
    ],
)
def test_a_language_is_declared_or_shown(text, declared, expected):
    """The declared language counts unless it can't be, else the text shows it."""
    assert language_of(text, declared) == expected
