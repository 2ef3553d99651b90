from __future__ import annotations

import tomllib
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.copies.meaning import said_alike
from extractors.negotiation.utterances import wording
from extractors.officials.countries import Countries
from extractors.officials.watchlist import load_watchlist
from extractors.records import Depth, Reading, Span
from extractors.speech.reading import Reader, Unread
from extractors.speech.slavic import words
from extractors.text import vectors
from extractors.text.negation import negation
from tests.warehouse_examples import NOW


@cache
def reader() -> Reader:
    """Index the watchlist once."""
    return Reader(load_watchlist())


def reading_of(text: str, language: str) -> Reading:
    """Read an article of the third of March 2026."""
    on = datetime(2026, 3, 3, tzinfo=UTC)
    return reader().read(Unread(article_id="a", title=None, text=text, published_at=on, language=language))


def told(text: str, language: str) -> list[tuple[str | None, str]]:
    """Return who said what in a text, the parts of split words joined by a bar."""
    said = reading_of(text, language).statements
    return [(each.speaker, " | ".join(span.slice(text) for span in each.spans)) for each in said]


def reports():
    """Yield the texts of the tables of both languages, each with who says what in it."""
    for language in ("ru", "uk"):
        table = tomllib.loads((Path(__file__).parent / f"reports_{language}.toml").read_text(encoding="utf-8"))
        for row in table["reports"]:
            for number, (text, *said) in enumerate(row["texts"], 1):
                pairs = list(zip(said[::2], said[1::2], strict=True))
                yield pytest.param(text, language, pairs, id=f"{language}: {row['rule']}, {number}")


@pytest.mark.parametrize(("text", "language", "said"), [*reports()])
def test_reports_of_speech_are_read(text, language, said):
    """Each way in which news reports speech gives the words and whoever said them; what only looks like it nothing."""
    assert told(text, language) == said


@pytest.mark.parametrize(
    ("text", "language", "speakers"),
    [
        ("Павел Корнев приехал в город. Он сообщил, что ждет гостей.", "ru", ["Павел Корнев"]),
        (
            "Павел Корнев заявил, что Дмитрий Песков ждет. По его словам, время есть.",
            "ru",
            ["Павел Корнев", "Павел Корнев"],
        ),
        ("Министр Ольга Лугина заявила, что ждет. По словам министра, время есть.", "ru", ["Ольга Лугина"] * 2),
        ("Министр Ольга Лугина уехала. «Ждите», — добавила министр.", "ru", ["Ольга Лугина"]),
        (
            "Павел Корнев сказал, что мост цел, а также призвал к порядку.",
            "ru",
            ["Павел Корнев", "Павел Корнев"],
        ),
        ("Павло Корнієнко приїхав до міста. Він повідомив, що чекає гостей.", "uk", ["Павло Корнієнко"]),
        ("Ольга Лугова поїхала. «Чекайте», — додала вона.", "uk", ["Ольга Лугова"]),
        ("Дональд Трамп прилетел в город. Американский президент заявил, что ждет.", "ru", ["Donald Trump"]),
        ("Як повідомив очільник МЗС України, візиту не буде.", "uk", ["Andrii Sybiha"]),
    ],
)
def test_pronouns_and_offices_mean_people(text, language, speakers):
    """A pronoun or an office is whoever was named before it, or holds the office on the article's day."""
    assert [speaker for speaker, _ in told(text, language)] == speakers


@pytest.mark.parametrize(
    ("phrase", "language", "speaker"),
    [
        pytest.param("Глава Госдепа", "ru", "Marco Rubio", id="whoever is at the head of what one country has"),
        pytest.param("Глава офиса президента Украины", "ru", "Andriy Yermak", id="an office within an office"),
        pytest.param("Глава украинского МИД", "ru", "Andrii Sybiha", id="a country's adjective"),
        pytest.param("Хозяин Белого дома", "ru", "Donald Trump", id="the master of a house"),
        pytest.param("Турецкий лидер", "ru", "Recep Tayyip Erdoğan", id="a leader is a president"),
        pytest.param("Канцлер ФРГ", "ru", "Friedrich Merz", id="a country's letters"),
        pytest.param("Пресс-секретарь Кремля", "ru", "Dmitry Peskov", id="a house's spokesman"),
        pytest.param(
            "Пресс-секретарь Белого дома", "ru", "Karoline Leavitt", id="a woman in an office of a man's name"
        ),
        pytest.param("Экс-президент Турции", "ru", "Экс-президент Турции", id="who held an office holds it no more"),
        pytest.param("Советник Зеленского", "ru", "Советник Зеленского", id="an aide is not whose aide he is"),
        pytest.param("Очільник ОП", "uk", "Andriy Yermak", id="letters that one country has"),
        pytest.param("Голова МЗС України", "uk", "Andrii Sybiha", id="any word for a head"),
        pytest.param("Господар Білого дому", "uk", "Donald Trump", id="a house in another case"),
        pytest.param("Держсекретар США", "uk", "Marco Rubio", id="letters of a country"),
        pytest.param("Радник Зеленського", "uk", "Радник Зеленського", id="an aide, in Ukrainian"),
        pytest.param("Голова сільради України", "uk", "Голова сільради України", id="the head of something else"),
    ],
)
def test_an_office_is_its_holder_s_on_the_day(phrase, language, speaker):
    """An office with its country or house means who holds it; what only sounds like one stays a description."""
    verb = {"ru": "сообщил, что ждет", "uk": "повідомив, що чекає"}[language]
    verb = verb.replace("сообщил", "сообщила") if speaker == "Karoline Leavitt" else verb
    on = datetime(2025, 9, 3, tzinfo=UTC)
    article = Unread(article_id="a", title=None, text=f"{phrase} {verb}.", published_at=on, language=language)
    assert [said.speaker for said in reader().read(article).statements] == [speaker]


@pytest.mark.parametrize(
    ("text", "language", "speakers"),
    [
        (
            "Глава МИД Украины Андрей Сибига заявил, что ждет. «Мы готовы», — написал министр.",
            "ru",
            ["Andrii Sybiha"] * 2,
        ),
        ("Песков вышел. Представитель Кремля сообщил, что ждет. Его спросили. Он ушел.", "ru", ["Dmitry Peskov"]),
        ("Лавров приехал. Российский дипломат сообщил, что ждет.", "ru", ["Sergei Lavrov"]),
        ("Лавров приехал. Западный дипломат сообщил, что ждет.", "ru", ["Западный дипломат"]),
        ("Лавров приехал. Бывший министр сообщил, что ждет.", "ru", ["министр"]),
        ("Лавров встретился с Фиданом. Турецкий министр сообщил, что ждет.", "ru", ["Hakan Fidan"]),
        ("Лавров встретился с Фиданом. Министр промышленности сообщил, что ждет.", "ru", ["Министр промышленности"]),
        (
            "Захарова вышла. Дипломат назвала вопрос лишним. Официальный представитель МИД добавила, что ждет.",
            "ru",
            ["Maria Zakharova"] * 2,
        ),
        ("Захарова вышла. Представитель МИД Турции сообщил, что ждет.", "ru", ["Представитель МИД Турции"]),
        ("Уиткофф прилетел. Спецпосланник Трампа сообщил, что ждет.", "ru", ["Steve Witkoff"]),
        ("Ушаков вышел. Помощник Путина сообщил, что ждет.", "ru", ["Yuri Ushakov"]),
        ("Гости ушли. Помощник Путина сообщил, что ждет.", "ru", ["Помощник Путина"]),
        ("Гости ушли. Пресс-секретарь Путина сообщил, что ждет.", "ru", ["Пресс-секретарь Путина"]),
        ("Мерц и Макрон пришли. Канцлер сообщил, что ждет. Президент Франции ушел.", "ru", ["Friedrich Merz"]),
        ("Министр Белоусов доложил Путину. Президент сообщил, что ждет.", "ru", ["Vladimir Putin"]),
        ("Рютте приехал. Генсек НАТО сообщил, что ждет. Генсек добавил, что уедет.", "ru", ["Mark Rutte"] * 2),
        ("Зеленський приїхав. Глава держави повідомив, що чекає.", "uk", ["Volodymyr Zelenskyy"]),
        ("Сибіга приїхав. Міністр повідомив, що чекає.", "uk", ["Andrii Sybiha"]),
        ("Умєров приїхав. Секретар РНБО повідомив, що чекає.", "uk", ["Rustem Umerov"]),
        ("Келлог приїхав. Спецпосланець Трампа повідомив, що чекає.", "uk", ["Keith Kellogg"]),
        ("Лавров приїхав. Західний дипломат повідомив, що чекає.", "uk", ["Західний дипломат"]),
    ],
)
def test_whoever_was_named_may_be_called_by_a_part_of_his_office(text, language, speakers):
    """A part of an office means who of those named holds it; with other words beside it, it is somebody else."""
    on = datetime(2025, 9, 3, tzinfo=UTC)
    article = Unread(article_id="a", title=None, text=text, published_at=on, language=language)
    assert [said.speaker for said in reader().read(article).statements] == speakers


@pytest.mark.parametrize(
    ("text", "language", "speakers"),
    [
        ("С. Лавров заявил, что ждет. Сергей Викторович добавил, что уедет.", "ru", ["Sergei Lavrov"] * 2),
        ("По словам Зеленского, все ждут. По его словам, время есть.", "ru", ["Volodymyr Zelenskyy"] * 2),
        ("Зеленскому сообщил Ермак, что ждет гостей.", "ru", ["Andriy Yermak"]),
        ("За словами Андрія Сибіги, всі чекають. Він додав, що поїде.", "uk", ["Andrii Sybiha"] * 2),
        ("Раніше Сибіга зустрівся з Лавровим. Він заявив, що чекає.", "uk", ["Andrii Sybiha"]),
        ("Макрон заявил, что ждет гостей.", "ru", ["Emmanuel Macron"]),
        ("Приехал Эндрю Мак. Мак сказал, что ждет гостей.", "ru", ["Эндрю Мак"]),
        ("Ольга Лугина заявила, что ждет. Сообщается, что мост цел.", "ru", ["Ольга Лугина"]),
        ("Ольга Лугина заявила, что ждет. Говорят, что мост цел.", "ru", ["Ольга Лугина"]),
        ("Ольга Лугова заявила, що чекає. Йдеться про те, що міст цілий.", "uk", ["Ольга Лугова"]),
        ("Павел Корнев заявил, что ждет. Проект готов. Он предлагает два пути.", "ru", ["Павел Корнев", None]),
        ("Два источника газеты сообщили, что ждут. Один из них сказал, что уедет.", "ru", ["Два источника газеты"] * 2),
    ],
)
def test_names_in_their_cases_and_who_is_nobody(text, language, speakers):
    """Names in any case, initials and patronymics are the official; impersonal verbs and things give nobody the word."""
    assert [speaker for speaker, _ in told(text, language)] == speakers


@pytest.mark.parametrize(
    ("text", "language", "stance"),
    [
        ("Павел Корнев призвал к прекращению огня.", "ru", "demand"),
        ("Павел Корнев отверг перемирие.", "ru", "reject"),
        ("Павел Корнев отверг обвинения соседей.", "ru", "deny"),
        ("Павел Корнев пригрозил соседям войной.", "ru", "threaten"),
        ("Павел Корнев предложил паузу.", "ru", "offer"),
        ("Павел Корнев сказал, что город готов к переговорам.", "ru", "offer"),
        ("Павел Корнев сказал, что перемирие возможно только после обмена.", "ru", "condition"),
        ("Павел Корнев сказал, что год прошел.", "ru", "assert"),
        ("Павло Корнієнко закликав до припинення вогню.", "uk", "demand"),
        ("Павло Корнієнко відкинув перемир'я.", "uk", "reject"),
        ("Павло Корнієнко підтримав план.", "uk", "accept"),
        ("Павло Корнієнко сказав, що умови неприйнятні.", "uk", "reject"),
        ("Павло Корнієнко сказав, що місто готове до розмови.", "uk", "assert"),
    ],
)
def test_words_take_a_stance(text, language, stance):
    """The verb takes a side, else the words themselves."""
    (said,) = reading_of(text, language).statements
    assert said.stance == stance


def worded(text, language):
    """Return what other reports of the one statement of a text are found by."""
    (said,) = reading_of(text, language).statements
    return wording(said, text, said_at=NOW, seen_at=NOW, countries=Countries(load_watchlist()))


@pytest.mark.slow
def test_reports_in_two_languages_are_one_utterance():
    """Most of twenty pairs of reports, read each in its language, meet, by people and bodies; no look-alike does."""
    made, met = vectors.load(), {"same": 0, "other": 0}
    pairs = tomllib.loads((Path(__file__).parent / "said_in_two_languages.toml").read_text(encoding="utf-8"))["said"]
    for pair in pairs:
        english = worded(pair["english"], "en")
        for kind in met:
            own = worded(pair[kind], pair["language"])
            assert own.speaker == english.speaker
            sentences = [*english.sentences, *own.sentences]
            known = dict(zip(sentences, made(sentences), strict=True))
            met[kind] += bool(list(said_alike([english], [own], known)))
    assert len(pairs) == 20
    assert met["same"] >= 15
    assert met["other"] == 0


@pytest.mark.parametrize(
    ("text", "phrase", "negated"),
    [
        ("Перемирия не будет", "Перемирия", True),
        ("Мы не хотим перемирия", "перемирия", True),
        ("Не только перемирие, но и мир", "перемирие", False),
        ("Он не исключил перемирия", "перемирия", False),
        ("Он исключил перемирие", "перемирие", True),
        ("Перемирие возможно, но мира нет", "Перемирие", False),
        ("Перемирия не будет без гарантий", "Перемирия", True),
        ("Встреча прошла без перемирия", "перемирия", True),
        ("Перемир'я не буде", "Перемир'я", True),
        ("Ми хочемо перемир'я", "перемир'я", False),
        ("Він відкинув перемир'я", "перемир'я", True),
    ],
)
def test_a_phrase_is_negated_in_its_clause(text, phrase, negated):
    """Words of denial count in their own clause, twice is not at all."""
    at = text.index(phrase)
    found = negation(text, Span(0, len(text)), Span(at, at + len(phrase)))
    assert (found is not None) is negated


def test_offsets_are_those_of_the_text():
    """Every span slices to its words, and a Russian quotation in a Ukrainian page is read in its own language."""
    text = "Павло Корнієнко заявив: «Робота триває».\n\n«Мы ждём ответа», — сказал Дмитрий Песков.\n"
    found = reading_of(text, "uk").statements
    assert [each.speaker for each in found] == ["Павло Корнієнко", "Dmitry Peskov"]
    assert found[1].speaker_id == "dmitry-peskov"
    for each in found:
        assert each.span.slice(text) == each.text
        assert each.speaker_span is not None
        assert each.speaker_span.slice(text) == each.speaker_surface


@pytest.mark.parametrize("endless", ["«Да, — сказал Павел Корнев, — нет, ", "Да, — сказал Павел Корнев, — нет, "])
def test_what_is_longer_than_any_sentence_is_passed_over(endless):
    """What is told on and on, in one quotation or between many, is nobody's, and the sentences around it are read."""
    text = f"Ольга Лугина заявила, что мост цел.\n«Снег. {endless * 60}»\nПавел Корнев заявил, что мост закрыт."
    assert told(text, "ru") == [("Ольга Лугина", "мост цел"), ("Павел Корнев", "мост закрыт")]


def test_without_a_day_an_office_is_its_last_holder_s():
    """An article without a date means by an office whom the roster has in it last, whatever day it is read."""
    text = "Президент Украины заявил, что мост цел. Президент США заявил, что мост закрыт."
    undated = Unread(article_id="a", title=None, text=text, published_at=None, language="ru")
    roster = load_watchlist()
    last = [roster.holder("president", country, date.max) for country in ("UA", "US")]
    assert [each.speaker_id for each in reader().read(undated).statements] == [who and who.official_id for who in last]


@pytest.mark.parametrize(
    ("text", "language", "stance", "denied"),
    [
        pytest.param("Корнев не говорил, что уедет.", "ru", "none", True, id="what is not said takes no stance"),
        pytest.param("Корнев не подтвердил, что уедет.", "ru", "none", True, id="what is not confirmed"),
        pytest.param("Корнев не опроверг, что уедет.", "ru", "none", True, id="what is not refuted is not granted"),
        pytest.param("Корнев не подтвердил и не отрицал, что уедет.", "ru", "none", True, id="neither of both"),
        pytest.param("Корнев не исключил, что уедет.", "ru", "assert", False, id="what is not ruled out is said"),
        pytest.param("Визит отложат, не исключил Корнев.", "ru", "assert", False, id="behind the words"),
        pytest.param("Корнев не исключил встречи.", "ru", "offer", False, id="a deed not ruled out is offered"),
        pytest.param("Корнев не отрицал, что уедет.", "ru", "assert", False, id="what is not denied is granted"),
        pytest.param("Корнев не скрывает, что устал.", "ru", "assert", False, id="what is not hidden is told"),
        pytest.param("Корнев не сомневается, что мост цел.", "ru", "assert", False, id="no doubt"),
        pytest.param("Корнев не стал отрицать, что уедет.", "ru", "assert", False, id="an infinitive behind its verb"),
        pytest.param("Корнев не может исключить, что уедет.", "ru", "assert", False, id="what cannot be ruled out"),
        pytest.param("Корнев не поддержал план.", "ru", "reject", False, id="who does not accept rejects"),
        pytest.param("Корнієнко не казав, що поїде.", "uk", "none", True, id="not said, in Ukrainian"),
        pytest.param("Корнієнко не виключив, що поїде.", "uk", "assert", False, id="not ruled out, in Ukrainian"),
        pytest.param("Корнієнко не виключив зустрічі.", "uk", "offer", False, id="offered, in Ukrainian"),
        pytest.param("Корнієнко не заперечував, що поїде.", "uk", "assert", False, id="not denied, in Ukrainian"),
        pytest.param("Корнієнко не приховував, що втомився.", "uk", "assert", False, id="not hidden, in Ukrainian"),
        pytest.param(
            "Корнієнко не став заперечувати, що поїде.", "uk", "assert", False, id="an infinitive, in Ukrainian"
        ),
        pytest.param("Корнієнко не сумнівається, що міст цілий.", "uk", "assert", False, id="no doubt, in Ukrainian"),
    ],
)
def test_a_negated_cue_denies_or_grants(text, language, stance, denied):
    """Whoever did not say a thing is silent; whoever did not rule it out, deny, hide or doubt it has said it."""
    (said,) = reading_of(text, language).statements
    assert (said.stance, said.denied) == (stance, denied)
    assert said.speaker in {"Корнев", "Корнієнко"}


def test_without_its_dictionary_a_language_is_not_read(monkeypatch):
    """Where the dictionary is not installed an article says so by its depth, and has its mentions all the same."""
    monkeypatch.setattr(words, "find_spec", lambda _name: None)
    words.is_readable.cache_clear()
    try:
        reading = reading_of("Владимир Зеленский сообщил, что ждет.", "ru")
    finally:
        words.is_readable.cache_clear()
    assert (reading.depth, reading.statements) == (Depth.NOT_ENGLISH, ())
    assert [each.ref_id for each in reading.mentions] == ["volodymyr-zelenskyy"]


@pytest.mark.parametrize(
    ("text", "language", "known"),
    [("Мост", "ru", True), ("подмост", "ru", False), ("Міст", "uk", True), ("Рябгенко", "uk", False)],
)
def test_a_word_is_what_it_is_with_a_capital_or_without(text, language, known):
    """A capital changes nothing of what a word can be, and what is only guessed from a word's ending is marked so."""
    both = f"{text} {text.lower()}"
    capital, small = words.tokens_of(both, Span(0, len(both)), language)
    assert capital.senses == small.senses
    assert all((words.UNKNOWN in sense.marks) is not known for sense in small.senses)
    assert small.senses


MARKS = st.sampled_from([" ", ", ", " — ", ": ", ". ", "«", "»", "\n", '"', " (", ") ", "!", "? "])
PARTS = st.sampled_from(
    [
        "сказал",
        "заявив",
        "что",
        "по",
        "словам",
        "он",
        "она",
        "Песков",
        "Об",
        "этом",
        "как",
        "который",
        "і",
        "та",
        "не",
        "«мир»",
        "5",
        "США",
        "министр",
    ]
)


@given(st.lists(st.one_of(MARKS, PARTS), max_size=40).map("".join))
def test_no_text_makes_it_raise(text):
    """Whatever stands in a text, reading it ends, and what is read stands there."""
    for said in reading_of(text, "ru").statements:
        assert said.span.slice(text) == said.text
