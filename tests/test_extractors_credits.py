from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.copies.credits import is_agency, publisher, read_credits
from tests.hanging import stopped_after

NEWS = "Russia is ready for talks with Ukraine, the spokesman told the press in Moscow on Tuesday. "
LONG = NEWS * 40


def credits_of(text=LONG, *, title=None, author=None, outlet="Herald", url="https://herald.example/1"):
    """Read the credits of an article of the Herald."""
    return read_credits(title=title, author=author, text=text, outlet=outlet, url=url)


@pytest.mark.parametrize(
    ("text", "agency"),
    [
        pytest.param(f"MOSCOW, March 4 (Reuters) - {LONG}", "reuters", id="Reuters' dateline"),
        pytest.param(f"MOSCOW, March 4 (TASS) — {LONG}", "tass", id="a dateline with a long dash"),
        pytest.param(f"MOSCOW, March 4. /TASS/. {LONG}", "tass", id="TASS' own dateline"),
        pytest.param(f"MOSCOW. March 4 (Interfax) - {LONG}", "interfax", id="Interfax' dateline"),
        pytest.param(f"KYIV, Ukraine (AP) — {LONG}", "ap", id="AP's dateline, without a date"),
        pytest.param(f"BEIJING, March 4 (Xinhua) -- {LONG}", "xinhua", id="Xinhua's dateline"),
        pytest.param(f"Berlin (dpa) - {LONG}", "dpa", id="a dateline in small letters"),
        pytest.param(f"A Headline\nMoscow (AFP) – {LONG}", "afp", id="a dateline under a headline"),
        pytest.param(f"{LONG}\nReuters contributed to this report.", "reuters", id="contributed"),
        pytest.param(f"{LONG}\nThe Associated Press and AFP contributed to this report.", "ap", id="two contributed"),
        pytest.param(f"{LONG}\nWith reporting by AFP.", "afp", id="with reporting by"),
        pytest.param(f"{LONG}\nThis story was first published by Reuters.", "reuters", id="first published by"),
        pytest.param(f"{LONG}\n(Reporting by A. Kaya; Editing by B. Smith)", "reuters", id="Reuters' sign-off"),
        pytest.param(f"{LONG}\nSource: AFP", "afp", id="a credit line"),
        pytest.param(f"{LONG}\nReuters", "reuters", id="a line of its own"),
        pytest.param(f"{LONG}(Reuters)", "reuters", id="the last word"),
        pytest.param(f"© 2026 AFP\n{LONG}", "afp", id="a copyright line"),
    ],
)
def test_a_wire_copy_credits_its_agency(text, agency):
    """Credit lines, datelines and sign-offs say whose text it is, and cite nobody."""
    read = credits_of(text)
    assert (read.publisher, read.credit, read.cites) == ("outlet:herald", agency, None)


@pytest.mark.parametrize(
    "author", ["Reuters", "By Reuters Staff", "Jane Doe, Associated Press", "The Associated Press"]
)
def test_a_byline_may_be_an_agency_s(author):
    """An agency in the byline is a credit, whoever stands beside it."""
    assert credits_of(author=author).credit in {"reuters", "ap"}


@pytest.mark.parametrize(
    ("text", "source"),
    [
        pytest.param(f"Peskov ruled out talks, TASS reported. {LONG}", "tass", id="reported"),
        pytest.param(f"Peskov ruled out talks, by way of TASS. {LONG}", "tass", id="by way of"),
        pytest.param(
            f"Peskov ruled out talks, according to Russia’s RIA Novosti. {LONG}", "rossiya-segodnya", id="according to"
        ),
        pytest.param(f"He was quoted as saying by Russia’s TASS news agency. {LONG}", "tass", id="quoted as saying by"),
        pytest.param(f"The Interfax news agency said so. {LONG}", "interfax", id="an agency said"),
        pytest.param(f"Peskov told TASS that talks were off. {LONG}", "tass", id="told"),
        pytest.param(f"Talks are off, Interfax said, citing TASS. {LONG}", "tass", id="a chain: the last of it"),
        pytest.param(f"Reuters, citing TASS, said talks were off. {LONG}", "tass", id="a chain in brackets"),
        pytest.param(f"{NEWS} It was first reported by Axios.", "axios", id="anywhere in a brief"),
    ],
)
def test_a_citing_article_names_where_its_news_comes_from(text, source):
    """Where the news is told, a citation is what it rests on."""
    read = credits_of(text)
    assert (read.credit, read.cites) == (None, source)


@pytest.mark.parametrize("title", ["Peskov: no talks — TASS", "Talks are off - Reuters", "Axios: a deal is near"])
def test_a_headline_may_cite(title):
    """A headline that names its source cites it."""
    assert credits_of(title=title).cites


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(LONG, id="nobody named"),
        pytest.param(f"{LONG} TASS reported it in another matter. {LONG}", id="far below in a long article"),
        pytest.param(f"The president in Kyiv. (Kremlin Pool Photo via AP)\n{LONG}", id="a picture's credit"),
        pytest.param(f"The delegation. (M. Guchek/Belta/AFP via Getty Images)\n{LONG}", id="several of a picture's"),
        pytest.param(f"Photo: Reuters\n{LONG}", id="a photo line"),
        pytest.param(f"The AP exam is on Monday, and so is the news. {LONG}", id="an agency's name for something else"),
    ],
)
def test_what_is_neither_credited_nor_cited(text):
    """Pictures have credits of their own, and a mention is no citation."""
    read = credits_of(text)
    assert (read.credit, read.cites) == (None, None)


def test_nobody_cites_himself():
    """An agency's own text is credited to nobody, and cites others only."""
    own = credits_of(f"MOSCOW, March 4. /TASS/. Peskov told TASS so. {LONG}", outlet="TASS", url="https://tass.com/1")
    assert (own.publisher, own.credit, own.cites) == ("tass", None, None)
    wire = credits_of(f"MOSCOW, March 4 (Reuters) - Talks are off, TASS said. {LONG}", outlet="Reuters")
    assert (wire.publisher, wire.credit, wire.cites) == ("reuters", None, "tass")


@pytest.mark.parametrize(
    ("outlet", "url", "name"),
    [
        pytest.param("BBC World", "https://www.bbc.co.uk/1", "bbc", id="a known domain"),
        pytest.param("TASS", "file:///tmp/1.txt", "tass", id="a known name"),
        pytest.param("The Sun", "https://www.thesun.co.uk/1", "murdoch", id="the owner's"),
        pytest.param("World desk", "https://edition.herald.com/1", "herald.com", id="an unknown domain"),
        pytest.param("The Herald", "http://127.0.0.1:8001/1", "outlet:the herald", id="this machine"),
        pytest.param("The Herald", "file:///tmp/1.txt", "outlet:the herald", id="a file"),
    ],
)
def test_a_publisher_has_one_name(outlet, url, name):
    """Whoever answers for a page is named by what is known of him, the surest first."""
    assert publisher(outlet, url) == name


def test_agencies_are_told_from_outlets():
    """Others reprint what an agency writes."""
    assert is_agency("tass")
    assert not is_agency("bbc")
    assert not is_agency("outlet:herald")


@given(st.text(), st.text(), st.text())
def test_no_text_makes_it_fail(title, author, text):
    """Whatever stands in an article, its credits are read."""
    credits_of(text, title=title, author=author, outlet=text, url=title)


@pytest.mark.parametrize(
    "piece", ["A", "a ", "(Reuters", "citing the ", "\n", "TASS ", "A. ", "Source ", "This story ", "Reporting by a;"]
)
def test_time_grows_with_the_text_only(piece):
    """A hostile text of 100,000 characters is done with in a moment."""
    with stopped_after(20):
        credits_of((piece * 100_000)[:100_000])
