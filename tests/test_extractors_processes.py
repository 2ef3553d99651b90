"""Which negotiation words are about."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from extractors.officials.processes import own_processes
from extractors.officials.watchlist import WatchlistProblem, load_watchlist
from extractors.records import Span, Statement, StatementKind
from extractors.speech.reading import Skim, Skimmer, Unread

SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
LABELS = Path(__file__).parent / "expected" / "processes.csv"
NOVEMBER = datetime(2026, 11, 20, tzinfo=UTC)
SKIMMER = Skimmer(load_watchlist())


def skimmed(text: str, title: str = "", on: datetime = NOVEMBER, language: str = "en") -> Skim:
    """Return an article as it is skimmed."""
    return SKIMMER.skim(Unread(article_id="a", title=title, text=text, published_at=on, language=language))


def about(skim: Skim, words: str) -> str | None:
    """Return the negotiation that a stretch of an article's words is about."""
    start = skim.article.text.index(words)
    return skim.bearings.of([Span(start, start + len(words))], skim.sentences, skim.paragraphs)


GAZA = "Hamas and Israel met mediators in Doha. The talks on hostages in Gaza go on."
UKRAINE = "Ukraine and Russia met in Istanbul. Zelenskyy and Peskov spoke of the talks."


@pytest.mark.parametrize(
    ("text", "words", "process"),
    [
        pytest.param(f"{GAZA} Trump said Ukraine must decide soon.", "Ukraine must decide soon", "ukraine-russia", id="its own words first"),
        pytest.param(f"{UKRAINE} Trump said of the war in Gaza: a truce is near.", "a truce is near", "gaza", id="its sentence next"),
        pytest.param(f"{UKRAINE}\nHamas has an offer. Trump said a truce is near.", "a truce is near", "gaza", id="then its paragraph"),
        pytest.param(f"{GAZA}\nTrump spoke to the press. He said a truce is near.", "a truce is near", "gaza", id="then its article"),
        pytest.param(f"{UKRAINE} Trump said the wars in Gaza and Ukraine will end.", "the wars in Gaza and Ukraine will end", "ukraine-russia", id="of two that are named alike the one of the article"),
        pytest.param("Trump said Iran must choose. Washington waits for Tehran to answer.", "Iran must choose", "iran-nuclear", id="two parties tell it"),
        pytest.param("Trump said Beijing has to press Russia and Ukraine.", "Beijing has to press Russia and Ukraine", "ukraine-russia", id="not two that have other matters"),
        pytest.param("Beijing said the tariffs must go.", "the tariffs must go", "us-china-trade", id="a hint tells beside a party"),
        pytest.param("Trump said the tariffs must go.", "the tariffs must go", None, id="but not beside one that negotiates everywhere"),
        pytest.param("Macron said a truce in Karabakh holds.", "a truce in Karabakh holds", "karabakh", id="a place tells it"),
        pytest.param("A rise in prices was denied by the bank. Carney said rates stay.", "rates stay", None, id="none"),
        pytest.param(f"{GAZA}\n" + "The minister of health spoke of the hospitals of Leeds and of what they cost. " * 12 + "\nHe said the budget is small.", "the budget is small", None, id="an article that only touches on it gives it to nobody"),
    ],
)  # fmt: skip
def test_what_a_statement_is_about(text, words, process):
    """A statement is about what its own words name, else what stands around it, the nearest first."""
    assert about(skimmed(text), words) == process


@pytest.mark.parametrize(
    ("text", "title", "process"),
    [
        pytest.param(GAZA, "", "gaza", id="what most of it names"),
        pytest.param("The two sides met. A truce is near, diplomats say. They speak of Ukraine.", "Ukraine and Russia near a truce", "ukraine-russia", id="what its title names"),
        pytest.param("The harvest of Ukraine was sold at the port. Prices of Ukraine rose. Ukraine has much of it. " * 5, "Prices of wheat", None, id="not the country that it names, where it hardly has a word of negotiations"),
        pytest.param("DOHA (Reuters) - The bank of the state lent more. It said so in its report.", "", None, id="not where it was written"),
    ],
)  # fmt: skip
def test_what_an_article_is_about(text, title, process):
    """An article is about the negotiation that most of its sentences tell, its title more than others."""
    assert skimmed(text, title).bearings.process_id == process


@pytest.mark.parametrize(
    ("language", "text", "process"),
    [
        ("ru", "Украина и Россия провели переговоры в Стамбуле. Песков рассказал о них.", "ukraine-russia"),
        ("ru", "В Газе начались переговоры о перемирии. ХАМАС дал ответ.", "gaza"),
        ("uk", "Іран і США обговорили збагачення урану. Іран чекає на відповідь.", "iran-nuclear"),
        ("uk", "Росія та Україна домовилися про обмін. Зеленський подякував.", "ukraine-russia"),
        ("tr", "Hamas ve İsrail Gazze için görüştü. Rehineler bekliyor.", "gaza"),
    ],
)
def test_other_languages(language, text, process):
    """Words and names tell it in whatever language the watchlist has them."""
    assert skimmed(text, language=language).bearings.process_id == process


def test_what_had_not_begun():
    """Before its first day nothing is about a negotiation."""
    assert skimmed(UKRAINE).bearings.process_id == "ukraine-russia"
    assert skimmed(UKRAINE, on=datetime(2013, 5, 1, tzinfo=UTC)).bearings.process_id is None


def statement(words: str, speaker: str, *topics: str) -> Statement:
    """Return what somebody says at the beginning of a text."""
    return Statement(
        statement_id="s", utterance_id="u", speaker=speaker, speaker_id=speaker, speaker_surface=None, cue="said",
        kind=StatementKind.DIRECT, text=words, span=Span(0, len(words)), spans=(Span(0, len(words)),), topics=topics,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "speaker", "topics", "process"),
    [
        pytest.param("We accept a ceasefire", "dmitry-peskov", ("ceasefire",), "ukraine-russia", id="his country negotiates in one alone"),
        pytest.param("We accept a ceasefire", "dmitry-peskov", (), None, id="but only of what is negotiated"),
        pytest.param("We accept a ceasefire in Gaza", "dmitry-peskov", ("ceasefire",), "gaza", id="and only where nothing tells another"),
        pytest.param("We accept a ceasefire", "benjamin-netanyahu", ("ceasefire",), None, id="his country negotiates in several"),
        pytest.param("We accept a ceasefire", "recep-tayyip-erdogan", ("ceasefire",), None, id="his country mediates in others"),
    ],
)  # fmt: skip
def test_who_speaks_for_a_party(text, speaker, topics, process):
    """Where nothing tells, an official speaks of the negotiation that is his country's."""
    (said,) = skimmed(f"{text}.").with_processes([statement(text, speaker, *topics)], own_processes(load_watchlist()))
    assert said.process_id == process


CLYDE = {"processes": [{"name": "Clyde and Forth", "parties": ["Clyde", "Forth"], "places": ["Loch Ore"], "officials": ["Keir Starmer"]}]}  # fmt: skip


def test_a_negotiation_of_ones_own():
    """A user's negotiation is found like those that come with the package, by places and by two parties of any name."""
    skimmer = Skimmer(load_watchlist(CLYDE))
    texts = (
        "The Clyde met the Forth at last.",
        "They met on Loch Ore.",
        "Starmer went to the Clyde.",
        "The Clyde is long.",
    )
    read = [skimmer.skim(Unread(article_id="a", title="", text=text, published_at=NOVEMBER, language="en")) for text in texts]  # fmt: skip
    assert [each.bearings.process_id for each in read] == ["clyde-and-forth"] * 3 + [None]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ({"name": "X"}, '"parties" is missing'),
        ({"name": "X", "parties": ["A"], "officials": ["Nobody"]}, 'unknown official "Nobody"'),
        ({"name": "X", "parties": ["A"], "since": datetime(2026, 1, 2).date(), "until": datetime(2026, 1, 1).date()}, '"since" must be before'),  # noqa: DTZ001 (days)
        ({"name": "X", "parties": ["A"], "place": ["B"]}, 'unknown key "place"; did you mean "places"'),
    ],
)  # fmt: skip
def test_mistakes(entry, told):
    """What is wrong in a negotiation is a line that says what to write."""
    with pytest.raises(WatchlistProblem) as problem:
        load_watchlist({"processes": [entry]})
    assert told in str(problem.value)


def articles() -> dict[str, Unread]:
    """Return the articles of a real day and the pages of the corpus by a digest of their addresses."""
    lines = [
        json.loads(line)
        for path in (SHARED / "days" / "talks21.jsonl", SHARED / "corpus" / "pages" / "expected.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return {
        sha256(each["url"].encode()).hexdigest()[:16]: Unread(
            article_id="a",
            title=each.get("title"),
            text=each["text"],
            published_at=None,
            language=each.get("language") or each.get("lang"),
        )
        for each in lines
        if each.get("text")
    }


def read_by_hand() -> Iterator[tuple[str, str, str, str]]:
    """Yield the sample of each statement that was read by hand, its negotiation, the one found, and its words."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    texts, skims = articles(), dict[str, Skim]()
    for row in rows:
        name = row["article"]
        if name not in skims:
            skims[name] = SKIMMER.skim(texts[name])
        skim, span = skims[name], Span(int(row["start"]), int(row["end"]))
        found = skim.bearings.of([span], skim.sentences, skim.paragraphs)
        yield row["sample"], row["process"], found or "", span.slice(texts[name].text)


def test_statements_read_by_hand():
    """Of 300 statements of a real day and of real pages, read by hand, 95 in a hundred are in the right negotiation."""
    if not SHARED.is_dir():
        pytest.skip("the annotated articles are not published with the code")
    rows = list(read_by_hand())
    right = Counter(sample for sample, process, found, _ in rows if process == found)
    assert len(rows) == 300
    assert right["1"] >= 190
    assert right["2"] >= 95
