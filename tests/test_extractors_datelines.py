"""Datelines are found in every shape and language, and what only looks like one is news."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from alerts.records import Arrival
from extractors.officials.watchlist import load_watchlist
from extractors.records import Article, Span
from extractors.speech.reading import Skimmer, unread
from extractors.text.datelines import find_dateline, find_datelines
from extractors.text.identity import article_id
from flows.config.settings import load_settings
from flows.setup import prepared
from flows.steps.fetch import FoundArticle, Furniture
from flows.steps.passes import take_in
from warehouse.published import publish
from warehouse.store import reading

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
NEWS = "Officials met on Sunday"


def shown(text, *, opening=True):
    """Return the dateline of a paragraph as printed, and the text that follows it."""
    found = find_dateline(text, Span(0, len(text)), opening=opening)
    return (found.shown.slice(text).strip(), text[found.span.end :]) if found else None


@pytest.mark.parametrize(
    ("dateline", "glue"),
    [
        pytest.param("ISTANBUL (AP)", " — ", id="a place in capitals and an agency"),
        pytest.param("ISTANBUL, Turkey (AP)", " — ", id="with its country"),
        pytest.param("WASHINGTON, D.C. (AP)", " -- ", id="with initials"),
        pytest.param("ISTANBUL, Nov 29 (Reuters)", " - ", id="a day and an agency"),
        pytest.param("GAZA/CAIRO, Nov 29 (Reuters)", " - ", id="two places"),
        pytest.param("KYIV, Ukraine, Nov. 29, 2026 (AP)", " -- ", id="a day with its year"),
        pytest.param("WASHINGTON, Sunday, Nov. 29", " — ", id="a weekday"),
        pytest.param("MOSCOW, Nov 29 (North Wire)", " - ", id="an agency that nobody knows"),
        pytest.param("ABOARD AIR FORCE ONE (AP)", " — ", id="no place at all"),
        pytest.param("KRYVYI RIH, Ukraine", " — ", id="a place that nobody knows"),
        pytest.param("Istanbul", " – ", id="a place in small letters"),
        pytest.param("ISTANBUL", ": ", id="a colon"),
        pytest.param("(ISTANBUL)", " ", id="in brackets"),
        pytest.param("WASHINGTON", "—", id="a long dash without blanks"),
        pytest.param("By Ece Toksabay, ISTANBUL, Nov 29 (Reuters)", " — ", id="after a byline"),
        pytest.param("By A. Name, ISTANBUL, 29 November", " ", id="after a byline, with no mark behind it"),
        pytest.param("(Reuters)", " - ", id="an agency alone"),
        pytest.param("BRATISLAVA, May 21. /TASS/", ". ", id="an agency between slashes"),
        pytest.param("АНКАРА, 29 ноября. /ТАСС/", ". ", id="Russian"),
        pytest.param("МОСКВА, 29 ноя — РИА Новости", ". ", id="Russian, an agency without brackets"),
        pytest.param("МОСКВА. 29 ноября. INTERFAX.RU", " - ", id="Russian, an agency in Latin letters"),
        pytest.param("КИЇВ. 29 листопада. УНІАН", ". ", id="Ukrainian"),
        pytest.param("Київ. УНН", ". ", id="Ukrainian, without a day"),
        pytest.param("GENÈVE, 29 novembre (ATS)", " - ", id="French"),
        pytest.param("BERLIN, 29. November (dpa)", " - ", id="German"),
        pytest.param("Brüssel/Istanbul (dpa/AFP)", " - ", id="German, two agencies"),
        pytest.param("Bogotá, 29 de noviembre (EFE)", ".- ", id="Spanish"),
        pytest.param("İSTANBUL, 29 Kasım (DHA)", " - ", id="Turkish"),
        pytest.param("اسطنبول 29 نوفمبر (رويترز)", " - ", id="Arabic"),
        pytest.param("موسكو - (أ ف ب)", " - ", id="Arabic, the agency behind a dash"),
        pytest.param("איסטנבול, 29 בנובמבר (רויטרס)", " - ", id="Hebrew"),
        pytest.param("استانبول، ۲۹ نوامبر (رویترز)", " – ", id="Persian"),
        pytest.param("تهران- ایرنا", "- ", id="Persian, hyphens"),
    ],
)
def test_a_dateline_is_found_whatever_it_looks_like(dateline, glue):
    """It is kept as printed, without its byline, and the text begins after it."""
    own = dateline.removeprefix("By Ece Toksabay, ").removeprefix("By A. Name, ")
    assert shown(dateline + glue + NEWS) == (own, NEWS)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "ISTANBUL – a city of two continents – hosts the talks.", id="a sentence about a place in capitals"
        ),
        pytest.param("Istanbul — the venue of 2022 — may host them again.", id="an aside between dashes"),
        pytest.param("Istanbul – Putin’s favourite venue – may host.", id="an aside that begins with a capital"),
        pytest.param("ISTANBUL TALKS: What we know so far", id="a headline in capitals"),
        pytest.param("ISTANBUL TALKS END — Lavrov said so.", id="a headline in capitals with a dash"),
        pytest.param("Istanbul, Turkey’s largest city, will host.", id="a place with an apposition"),
        pytest.param("Istanbul, 29 November 2026, will be remembered.", id="a place and a day in a sentence"),
        pytest.param("Kyiv-Moscow talks resumed.", id="a hyphen"),
        pytest.param("EXCLUSIVE — Putin agrees to a ceasefire.", id="a label"),
        pytest.param("TRUMP: “We are close to a ceasefire.”", id="a speaker in capitals"),
        pytest.param("KYIV: “We will never agree.”", id="a capital that speaks"),
        pytest.param("Friedrich Merz (CDU) – der Kanzler – sagte das.", id="a party in brackets"),
        pytest.param("Istanbul. It was there that they met.", id="one word as a sentence"),
        pytest.param("— Istanbul is ready, Erdogan said.", id="a line of a dialogue"),
        pytest.param("Стамбул — город на двух континентах — примет переговоры.", id="a Russian clause without a verb"),
        pytest.param("Москва — за переговоры, заявил Песков.", id="a Russian clause with a dash"),
        pytest.param("إسطنبول مستعدة لاستضافة المفاوضات.", id="an Arabic sentence"),
        pytest.param("Washington, Moscow and Kyiv — the three capitals — agreed.", id="a list of places"),
    ],
)
def test_a_sentence_that_begins_with_a_place_is_news(text):
    """A place, capitals or a dash at its head make no dateline."""
    assert shown(text) is None


def test_a_weak_dateline_counts_only_where_an_article_begins():
    """Further down a place with a dash is a list's item; a day or an agency tells the next report of a round-up."""
    assert shown("Istanbul – Officials met.", opening=False) is None
    assert shown("ISTANBUL (AP) — Officials met.", opening=False) == ("ISTANBUL (AP)", "Officials met.")


def test_an_institution_in_capitals_is_no_place():
    """Whoever the watchlist names there is being quoted."""
    text = "PENTAGON — Troops stay, it said."
    whole = [Span(0, len(text))]
    assert find_datelines(text, whole, [])
    assert not find_datelines(text, whole, [Span(0, 8)])


def test_what_stands_in_a_dateline_is_no_mention_and_in_no_sentence():
    """Places, agencies and writers there are named by nobody."""
    text = "By Donald Trump, ISTANBUL, Nov 29 (Reuters) — Lavrov spoke in Ankara.\nKYIV, Nov 29 (Reuters) — Others did."
    skim = Skimmer(load_watchlist()).skim(unread(an_article(text)))
    assert [each.surface for each in skim.mentions] == ["Lavrov", "Ankara"]
    assert [each.slice(text) for each in skim.sentences] == ["Lavrov spoke in Ankara.", "Others did."]
    assert skim.dateline == "ISTANBUL, Nov 29 (Reuters)"


def an_article(text):
    """Return an article of this text."""
    url = f"https://one.example/{text.encode().hex()}"
    return Article(
        article_id=article_id(url),
        url=url,
        outlet="One",
        feed_id=None,
        title="Ministers speak about grain",
        author=None,
        published_at=NOW,
        first_seen_at=NOW,
        language="en",
        text=text,
    )


RULE = """
[[rules]]
name = "istanbul"
keywords = ["Istanbul"]
officials = ["any"]
scope = "sentence"
subscribers = ["desk"]
[[subscribers]]
name = "desk"
channel = "slack"
webhook_url = "https://hooks.example/1"
"""
SAID = "Russian Foreign Minister Sergei Lavrov said that grain would be shipped."
ANNOUNCED = [
    f"ISTANBUL (AP) — {SAID}",
    f"ISTANBUL, Turkey (AP) — {SAID} Others agreed.",
    f"ISTANBUL, Nov 29 (Reuters) - {SAID} Nobody else did.",
    f"Istanbul – {SAID} He left.",
    f"ISTANBUL: {SAID} He went.",
    f"By Ece Toksabay, ISTANBUL, Nov 29 (Reuters) — {SAID}",
    f"(ISTANBUL) {SAID}",
]


@pytest.mark.slow
def test_a_rule_on_a_place_does_not_fire_on_datelines(tmp_path):
    """Seven articles that name Istanbul in their dateline alone make no alert, keep it, and know who speaks."""
    path = tmp_path / "talkwatch.toml"
    path.write_text(RULE, encoding="utf-8")
    setup = prepared(load_settings(path, sending=True))
    articles = [FoundArticle(article=an_article(text), arrival=Arrival.POLLED) for text in ANNOUNCED]
    counts, _ = take_in(setup, Furniture(setup.data_dir), articles)
    publish(setup.data_dir)
    with reading(setup.data_dir) as session:
        datelines = session.rows(
            "SELECT DISTINCT upper(dateline[:8]) FROM articles WHERE dateline IS NOT NULL ORDER BY 1"
        )
        speakers = session.rows("SELECT speaker_id, speaker_surface, count(*) FROM statements GROUP BY ALL")
    assert counts.alerts == 0
    assert datelines == [("(ISTANBU",), ("ISTANBUL",)]
    assert speakers == [("sergei-lavrov", "Russian Foreign Minister Sergei Lavrov", len(ANNOUNCED))]
