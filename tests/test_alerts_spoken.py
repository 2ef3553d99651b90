from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from alerts.matching import find_matches
from alerts.records import Alert, Match, Scope
from alerts.subjects import SUBJECT_CHARS, told_by, words_said
from extractors.officials.watchlist import load_watchlist
from extractors.records import Article, Reading, Span, Statement
from extractors.speech.reading import Reader, unread
from tests.alert_examples import alert, article, compiled, notice
from tests.golden import TEXT

pytestmark = pytest.mark.slow
SHARED = Path(__file__).resolve().parent.parent.parent / "shared"
HEADLINE = " in “Talks on a truce go on” — Outlet"  # after the official's name
WORD = re.compile(r"\w+")
QUOTED = re.compile("“([^“”]*)”")
MARKS = '“”«»„"'
ARTICLES = 6  # of each collection
LONGEST = 6000  # characters of one of its texts


@cache
def reader() -> Reader:
    """Return the reader, with its model loaded once."""
    return Reader(load_watchlist())


def subject(text: str, keyword: str, language: str = "en", scope: Scope = Scope.SPEAKS) -> str:
    """Return the subject of the alert that a text makes; of several, on those who speak together, it is the same."""
    own = article(text, language=language)
    matches = find_matches(compiled(keywords=(keyword,), scope=scope), own, reader().read(unread(own)))
    titled = [notice(fired(match), title="Talks on a truce go on", sources=1) for match in matches]
    (told,) = {told_by(each, SUBJECT_CHARS) for each in titled}
    return told


def fired(match: Match) -> Alert:
    """Return the alert that a match makes."""
    names = ("official", "official_id", "scope", "place", "excerpt", "excerpt_span", "evidence")
    return alert(**{name: getattr(match, name) for name in names})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param(
            "Russian President Vladimir Putin told his U.S. counterpart by phone that he could accept a ceasefire along "
            "the line of contact, Secretary of State Marco Rubio said on Sunday.",
            None,
            id="another who is told of stands between the speaker and the phrase",
        ),
        pytest.param(
            "Lavrov said that Trump had told Putin that a ceasefire was close.",
            None,
            id="another and his cue stand between cue and phrase",
        ),
        pytest.param("Neither Putin nor Peskov said a ceasefire was near.", None, id="a neither is part of who speaks"),
        pytest.param(
            "Erdogan and Zelenskyy said they wanted a ceasefire.",
            "Erdogan and Zelenskyy said they wanted a ceasefire",
            id="who speaks with others is told with them",
        ),
        pytest.param(
            "Hardly anybody believes Vladimir Putin said that a ceasefire was possible.",
            None,
            id="the saying itself is doubted",
        ),
        pytest.param(
            "U.S. President Donald Trump on Sunday called for an immediate ceasefire in Karabakh.",
            "Donald Trump on Sunday called for an immediate ceasefire in Karabakh",
            id="a cue keeps its particle, and the words no marks",
        ),
        pytest.param(
            'Russian Foreign Minister Sergei Lavrov dismissed as "empty talk" suggestions that a ceasefire was near.',
            "Sergei Lavrov dismissed as “empty talk” suggestions that a ceasefire was near",
            id="marks stand where the source has them, and nowhere else",
        ),
        pytest.param(
            'Trump said he was "pissed off" with Putin after weeks of attempts to negotiate a ceasefire in Ukraine.',
            "Donald Trump said he was “pissed off” with Putin after weeks of attempts to negotiate a ceasefire in Ukraine",
            id="begins with the clause, not inside a quotation",
        ),
        pytest.param(
            'Putin says he agrees with the idea of a ceasefire, but that "questions" remain about how to watch over it.',
            "Vladimir Putin says he agrees with the idea of a ceasefire, but that “questions” remain about how to watch "
            "over it",
            id="goes on to the but",
        ),
        pytest.param(
            'Zelenskyy said Ukraine had agreed in Riyadh "that a ceasefire could begin today," if Russia does the same.',
            "Volodymyr Zelenskyy said Ukraine had agreed in Riyadh “that a ceasefire could begin today,” if Russia does "
            "the same",
            id="goes on to the if",
        ),
        pytest.param(
            "Zelenskyy told a crowded hall that a ceasefire could begin as soon as the guns fall silent along the whole of "
            "the long front from the river to the sea, unless of course Moscow asks for more.",
            None,
            id="what does not fit is not cut before an unless",
        ),
        pytest.param(
            "Zelenskyy told a crowded hall that a ceasefire could begin within days, as delegations from a dozen capitals "
            "gathered in the old palace by the water for their second day of talks.",
            "Volodymyr Zelenskyy told a crowded hall that a ceasefire could begin within days…",
            id="what does not fit is cut at the end of a clause",
        ),
        pytest.param(
            '"If Russia withdraws its troops," Zelenskyy said, "we will accept a ceasefire the same day."',
            "Volodymyr Zelenskyy: “If Russia withdraws its troops … we will accept a ceasefire the same day”",
            id="a split quotation keeps its if",
        ),
        pytest.param(
            'Dmitry Peskov said: "We want peace. A ceasefire is possible. But not now."',
            "Dmitry Peskov: “We want peace. A ceasefire is possible. But not now”",
            id="a quotation keeps its but",
        ),
        pytest.param(
            '"We want peace and have wanted it for many years, as everyone in this room knows quite well. A ceasefire is '
            'possible within days. But not while arms flow to Kyiv," Dmitry Peskov said.',
            None,
            id="no sentence of a quotation stands alone before its but",
        ),
        pytest.param(
            "“We want peace and have wanted it for many years, as everyone in this room knows quite well. A ceasefire is "
            "possible within days. Our negotiators are ready to leave tonight,” Dmitry Peskov said.",
            "Dmitry Peskov: “…A ceasefire is possible within days…”",
            id="a whole sentence of a long quotation, and that more was said",
        ),
        pytest.param(
            "“We have made clear again and again, in Kyiv, in Moscow and in every other place where we were heard, that we "
            "expect one thing now: namely, a ceasefire, unconditional and at once,” Dmitry Peskov said.",
            None,
            id="what does not reach the phrase says nothing of it",
        ),
        pytest.param(
            '"A ceasefire would be "a trap" for our army," Peskov said.',
            "Dmitry Peskov: “A ceasefire would be ‘a trap’ for our army”",
            id="marks inside marks are of the other kind",
        ),
        pytest.param(
            "According to Dmitry Peskov, a ceasefire is possible only after talks.",
            "Dmitry Peskov: a ceasefire is possible only after talks",
            id="what is reported stands without marks after a colon",
        ),
        pytest.param(
            "A ceasefire, Peskov said on Friday, would be the first step.",
            "Dmitry Peskov: A ceasefire … would be the first step",
            id="what is reported on both sides of the speaker is told whole",
        ),
        pytest.param(
            "There is, Lavrov said, no ceasefire in sight.",
            "Sergei Lavrov: There is … no ceasefire in sight",
            id="no part of what is reported stands for the whole",
        ),
        pytest.param(
            "Any ceasefire, Zelenskyy told reporters, must be followed by talks, but not at once.",
            "Volodymyr Zelenskyy: Any ceasefire … must be followed by talks, but not at once",
            id="nor is it cut before its but",
        ),
        pytest.param(
            "“We want peace,” Zelenskyy said, “and a ceasefire today”",
            "Volodymyr Zelenskyy: “We want peace … and a ceasefire today”",
            id="a quotation that begins before its speaker",
        ),
        pytest.param(
            "Dmitry Peskov did not rule out a ceasefire before Easter.",
            "Dmitry Peskov did not rule out a ceasefire before Easter",
            id="a not before the cue stays",
        ),
        pytest.param(
            "The chairman of the commission, Dmitry Peskov, said a ceasefire was near.",
            "Dmitry Peskov said a ceasefire was near",
            id="a comma that belonged to what stood before the name",
        ),
    ],
)
def test_who_says_what_in_the_articles_words(text: str, told: str | None) -> None:
    """The line tells who says what without a loss that turns it round; else it is the headline."""
    line = subject(text, "ceasefire")
    assert line == f"{told} — Outlet" if told else line.endswith(HEADLINE)


@pytest.mark.parametrize(
    ("text", "keyword", "language", "told"),
    [
        pytest.param(
            "Песков заявил, что прекращение огня возможно, но только после вывода войск.",
            "прекращение огня",
            "ru",
            "Dmitry Peskov заявил, что прекращение огня возможно, но только после вывода войск",
            id="Russian, reported",
        ),
        pytest.param(
            "«Перемирие невозможно, если Киев продолжит удары», — сказал Дмитрий Песков.",
            "перемирие",
            "ru",
            "Dmitry Peskov: “Перемирие невозможно, если Киев продолжит удары”",
            id="Russian, quoted",
        ),
        pytest.param(
            "Зеленський заявив, що Україна готова до перемир’я, якщо Росія припинить удари.",
            "перемир'я",
            "uk",
            "Volodymyr Zelenskyy заявив, що Україна готова до перемир’я, якщо Росія припинить удари",
            id="Ukrainian, reported",
        ),
    ],
)
def test_other_languages_are_told_alike(text: str, keyword: str, language: str, told: str) -> None:
    """Russian and Ukrainian statements stand in their own words too."""
    assert subject(text, keyword, language) == f"{told} — Outlet"


def test_a_mere_mention_is_told_by_the_headline() -> None:
    """Who is only named near a phrase is not the subject's speaker."""
    text = "Trump spent Saturday on the golf course while talks on a ceasefire dragged on."
    assert subject(text, "ceasefire", scope=Scope.SENTENCE) == f"Donald Trump{HEADLINE}"


def collected(name: str) -> Iterator[Article]:
    """Yield articles of a collection: ours, or one beside the checkout, which is skipped where it is not."""
    if name == "golden":
        texts = [(each["text"], each["language"]) for each in TEXT["articles"]]
    else:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"no collection {name} beside this checkout")
        with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        language = name.partition("dev-")[2][:2] or "en"
        texts = [(row["text"], row.get("lang", language)) for row in rows if row["text"]]
    read = [each for each in texts if each[1] in {"en", "ru", "uk"}]
    for text, language in read[:ARTICLES]:
        yield article(text[:LONGEST], language=language)


def lines_of(own: Article, reading: Reading) -> Iterator[tuple[str, Match]]:
    """Yield the line, where there is one, for each statement and some of its long words, as if Peskov were who speaks."""
    for statement in reading.statements:
        others = (replace(each, speaker_id=None) for each in reading.statements if each is not statement)
        alone = replace(reading, statements=(as_peskov(statement), *others), mentions=())
        for keyword in sorted(set(re.findall(r"\w{7,}", statement.text)))[::3]:
            rule = compiled(keywords=(f"={keyword}",), scope=Scope.SPEAKS)
            for match in find_matches(rule, own, alone, within=[statement.span]):
                told = words_said(fired(match), SUBJECT_CHARS)
                if told:
                    yield told, match


def as_peskov(statement: Statement) -> Statement:
    """Return a statement as if he were its speaker."""
    return replace(statement, speaker_id="dmitry-peskov")


@pytest.mark.parametrize(
    "name",
    [
        "golden",
        "quotes/dev.jsonl.gz",
        "quotes/languages/dev-ru.jsonl.gz",
        "quotes/languages/dev-uk.jsonl.gz",
        "corpus/pages/expected.jsonl",
        "days/talks21.jsonl",
    ],
)
def test_every_word_stands_in_the_article_and_every_mark_too(name: str) -> None:
    """Each word of a line stands in the article in that order, and marks enclose only what stands in marks there."""
    told = 0
    for own in collected(name):
        for line, match in lines_of(own, reader().read(unread(own))):
            said = line.removeprefix(match.official)
            assert stands_in(WORD.findall(said), own.text), line
            assert match.evidence[0].surface in said, line
            for quotation in QUOTED.findall(said):
                assert all(is_quoted(part, own.text, match) for part in quotation.split("…")), line
            assert "““" not in line
            assert len(line) <= SUBJECT_CHARS
            told += 1
    assert told


def stands_in(words: list[str], text: str) -> bool:
    """Tell whether words stand in a text in their order."""
    there = iter(WORD.findall(text))
    return all(word in there for word in words)


def is_quoted(part: str, text: str, match: Match) -> bool:
    """Tell whether the words of a part stand somewhere in the text between quotation marks."""
    words = [re.escape(word) for word in WORD.findall(part)]
    places = [place.start() for place in re.finditer(r"\W+".join(words), text)] if words else []
    spans = [proof.span for proof in match.evidence if proof.what == "quoted" and is_between_marks(proof.span, text)]
    return not words or any(is_inside(text, at) or any(span.covers(Span(at, at)) for span in spans) for at in places)


def is_between_marks(span: Span, text: str) -> bool:
    """Tell whether a stretch has marks around it; the last of a paragraph, or before the next one's, may be left open."""
    after = re.match(r"\W*", text[span.end :])
    is_last = after is None or after.end() == len(text) - span.end
    return text[: span.start].rstrip()[-1] in MARKS and (is_last or bool({*MARKS, "\n"} & {*after[0]}))


def is_inside(text: str, at: int) -> bool:
    """Tell whether a place stands after an opening mark of its paragraph that no closing one has followed."""
    marks = [mark for mark in text[text.rfind("\n", 0, at) + 1 : at] if mark in MARKS]
    return bool(marks) and (marks[-1] in "“«„" or marks.count('"') % 2 == 1)
