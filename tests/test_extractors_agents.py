"""Who does what a phrase is about, by the words of a sentence or headline alone."""

from __future__ import annotations

import time

import pytest

from extractors.records import Mention, MentionKind, Span
from extractors.text.agents import deed_of, is_of_another

ROWS = [
    (None, "Trump", "ceasefire", "Trump’s ceasefire envoy flew to Rome."),
    ("noun", "Putin", "ceasefire", "Putin’s ceasefire offer surprised Kyiv."),
    (None, "Putin", "truce", "Putin broke his word and denied the claim that a truce was near."),
    ("verb", "Putin", "ceasefire", "Putin rejected a ceasefire."),
    ("verb", "Putin", "ceasefire", "Russian President Vladimir Putin has ruled out a ceasefire."),
    ("verb", "Putin", "ceasefire", "On Monday, Putin rejected the ceasefire."),
    ("verb", "Putin", "ceasefire", "Putin rejects ceasefire"),
    ("verb", "Putin", "Ceasefire", "Putin Rejects Ceasefire"),
    ("noun", "Putin", "ceasefire", "Putin’s rejection of a ceasefire angered Kyiv."),
    ("verb", "Putin", "ceasefire", "The ceasefire was rejected by Putin."),
    ("verb", "Trump", "ceasefire", "A ceasefire proposed by U.S. President Donald Trump failed."),
    (
        None,
        "Trump",
        "ceasefire",
        "Trump spent Saturday on the golf course in Florida while ceasefire talks dragged on.",
    ),
    (None, "Trump", "ceasefire", "Trump played golf as ceasefire talks dragged on."),
    ("verb", "Zelensky", "truce", "Zelensky called on Putin to accept a truce."),
    (None, "Putin", "truce", "Zelensky called on Putin to accept a truce."),
    (None, "Trump", "ceasefire", "Zelenskyy discussed a ceasefire with Trump."),
    ("verb", "Zelenskyy", "ceasefire", "Zelenskyy discussed a ceasefire with Trump."),
    (None, "Trump", "ceasefire", "Trump flew home and ceasefire talks went on."),
    ("verb", "Trump", "ceasefire", "Trump flew home and urged a ceasefire."),
    ("verb", "Trump", "ceasefire", "Trump and Putin agreed to a ceasefire."),
    ("verb", "Putin", "ceasefire", "Trump and Putin agreed to a ceasefire."),
    ("verb", "Trump", "ceasefire", "Trump, Putin discuss ceasefire"),
    ("verb", "Putin", "Istanbul", "Putin will not travel to Istanbul."),
    ("verb", "Putin", "Istanbul", "Putin to travel to Istanbul"),
    ("verb", "Putin", "Istanbul", "In Istanbul, Putin met Erdogan."),
    (None, "Erdogan", "Istanbul", "In Istanbul, Putin met Erdogan."),
    (
        None,
        "Umerov",
        "Istanbul",
        "The delegation that took part in the talks in Istanbul included Defense Minister Umerov.",
    ),
    (
        None,
        "Putin",
        "Istanbul",
        "Efforts have seen little progress, despite a call between Trump and Putin, and direct talks in Istanbul.",
    ),
    (
        None,
        "Trump",
        "Istanbul",
        "Efforts have seen little progress, despite a call between Trump and Putin, and direct talks in Istanbul.",
    ),
    (None, "Trump", "ceasefire", "Trump officials said a ceasefire was near."),
    ("verb", "Putin", "ceasefire", "Putin, who rejected a ceasefire, left."),
    ("verb", "Putin", "ceasefire", "Putin, a former spy, rejected a ceasefire."),
    (None, "Putin", "ceasefire", "Putin arrived before the ceasefire began."),
    ("verb", "Putin", "ceasefire", "Putin signed the ceasefire before Trump arrived."),
    (None, "Trump", "ceasefire", "Putin signed the ceasefire before Trump arrived."),
    (None, "Zelensky", "ceasefire", "A former adviser of Zelensky rejected a ceasefire."),
    (None, "Zelensky", "ceasefire", "A former Zelensky advisor rejected a ceasefire."),
    ("noun", "Trump", "ceasefire", "Zelenskyy is open to Trump’s proposal for a ceasefire."),
    ("verb", "Zelenskyy", "ceasefire", "Zelenskyy is open to Trump’s proposal for a ceasefire."),
    (None, "Macron", "truce", "Lavrov scoffed at the truce, no matter how much Macron screamed."),
    ("verb", "Rubio", "ceasefire", "“It holds,” and Rubio welcomed the ceasefire."),
    ("verb", "Trump", "ceasefire", "as Trump urged a ceasefire"),
    (None, "Putin", "ceasefire", "Putin on ceasefire"),
    (None, "Putin", "ceasefire", "A ceasefire was near when Putin arrived."),
    (None, "Putin", "ceasefire", "With Putin absent, a ceasefire is far away."),
    (
        "verb",
        "Starmer",
        "ceasefire",
        "UK Prime Minister Keir Starmer and French President Emmanuel Macron urged a ceasefire.",
    ),
    (
        "verb",
        "Macron",
        "ceasefire",
        "UK Prime Minister Keir Starmer and French President Emmanuel Macron urged a ceasefire.",
    ),
    (None, "Putin", "ceasefire", "The ceasefire that Trump proposed did not please Putin."),
    ("verb", "Witkoff", "ceasefire", "Special envoy Steve Witkoff presented a ceasefire plan."),
    (None, "Trump", "ceasefire", "Special Trump envoy Steve Witkoff presented a ceasefire plan."),
    ("verb", "Witkoff", "ceasefire", "Trump’s envoy Steve Witkoff presented a ceasefire plan."),
    (None, "Trump", "ceasefire", "Trump’s envoy Steve Witkoff has presented a ceasefire plan."),
    ("verb", "Erdogan", "ceasefire", "Erdogan, meanwhile, called for a ceasefire."),
    (None, "Erdogan", "ceasefire", "Fidan told Erdogan about the ceasefire."),
    (None, "Netanyahu", "ceasefire", "Netanyahu faces trial and the ceasefire holds."),
]


def placed(text: str, words: str) -> Span:
    """Where words stand in a text."""
    return Span(text.index(words), text.index(words) + len(words))


@pytest.mark.parametrize(
    ("deed", "who", "what", "text"), [pytest.param(*row, id=f"{row[1]} in: {row[3]}") for row in ROWS]
)
def test_who_does_it(deed, who, what, text):
    """By a verb whose subject he is, or whose agent, or by a noun of his; not who is beside it, addressed or owned."""
    assert deed_of(text, Span(0, len(text)), placed(text, who), placed(text, what), "en") == deed


@pytest.mark.parametrize(
    ("text", "who", "deed"),
    [
        pytest.param("Путин отверг перемирие.", "Путин", "verb", id="who stands at the head"),
        pytest.param("Трамп призвал Путина принять перемирие.", "Путина", None, id="not who stands behind"),
        pytest.param("О перемирие говорил Путин.", "Путин", None, id="nor after the phrase"),
    ],
)
def test_who_does_it_in_another_language(text, who, deed):
    """Where no grammar is known, he who stands at the head of the sentence before the phrase."""
    assert deed_of(text, Span(0, len(text)), placed(text, who), placed(text, "перемирие"), "ru") == deed


@pytest.mark.parametrize(
    ("is_another", "who", "text"),
    [
        pytest.param(True, "Zelensky", "A former Zelensky advisor said so.", id="a name before a person"),
        pytest.param(True, "Putin", "Putin ally rejects ceasefire", id="in a headline"),
        pytest.param(True, "Trump", "An ex-Trump aide said so.", id="after ex"),
        pytest.param(True, "Zelensky", "Zelensky’s office confirmed it.", id="his office is the office"),
        pytest.param(True, "Putin", "Putin's closest political allies met.", id="qualified"),
        pytest.param(
            True, "Zelensky", "An adviser to Ukrainian President Zelensky said so.", id="of a name with titles"
        ),
        pytest.param(True, "Putin", "A longtime friend of Putin said so.", id="of a name"),
        pytest.param(False, "Witkoff", "U.S. Special Envoy to the Middle East Witkoff spoke.", id="he is the envoy"),
        pytest.param(False, "Kellogg", "Trump’s envoy for Ukraine, Kellogg, spoke.", id="he is the envoy, beside"),
        pytest.param(True, "Trump", "A spokesman for the US president Trump said so.", id="of a name with an office"),
        pytest.param(True, "Trump", "Trump’s son-in-law flew to Rome.", id="a relative"),
        pytest.param(False, "Trump", "Trump’s ceasefire plan was rejected.", id="his plan is his"),
        pytest.param(
            False, "Trump", "The Trump administration urged a truce.", id="his administration does what he does"
        ),
        pytest.param(False, "Zelensky", "Zelensky, a Biden ally, urged a truce.", id="he is the ally"),
        pytest.param(False, "Zelensky", "Zelensky’s peace formula stands.", id="his words"),
        pytest.param(False, "Trump", "Trump’s Camp David talks failed.", id="a place"),
    ],
)
def test_whose_somebody_else_is(is_another, who, text):
    """A name that says whose adviser, ally or office it is names another; what he owns, plans or heads is his."""
    at = placed(text, who)
    mention = Mention(kind=MentionKind.OFFICIAL, ref_id="x", name=who, surface=who, span=at)
    assert is_of_another(text, mention, "en") == is_another


@pytest.mark.parametrize(
    ("is_another", "name", "who", "text"),
    [
        pytest.param(True, "Volodymyr Zelenskyy", "Зеленского", "Бывший советник Зеленского сказал это.", id="ru"),
        pytest.param(True, "Donald Trump", "Трампа", "Союзники Трампа против.", id="several"),
        pytest.param(True, "Andrii Sybiha", "Сибіги", "Радник міністра Сибіги сказав це.", id="uk: a name in -a"),
        pytest.param(False, "Yury Ushakov", "Ушаков", "Помощник Ушаков сказал это.", id="his own office"),
        pytest.param(
            False, "Yury Ushakov", "Ушакова", "По словам помощника Ушакова, нет.", id="his own, in the genitive"
        ),
        pytest.param(False, "Maria Zakharova", "Захарова", "Представитель Захарова сказала это.", id="a woman's own"),
        pytest.param(False, "Donald Trump", "Трампа", "Предложение Трампа отвергли.", id="his proposal"),
    ],
)
def test_whose_somebody_else_is_in_cyrillic(is_another, name, who, text):
    """There the name stands behind, in the genitive."""
    mention = Mention(kind=MentionKind.OFFICIAL, ref_id="x", name=name, surface=who, span=placed(text, who))
    assert is_of_another(text, mention, "uk" if "і" in text else "ru") == is_another


@pytest.mark.parametrize("filler", ["A ", "Aa Bb ", "and Cc ", "by The ", ", and ", "s’ ", "A.", "\u2019s "])
def test_a_hostile_sentence_is_read_in_time_that_follows_its_length(filler):
    """Whatever it repeats between a name and a phrase, or before them."""
    text = f"Putin {filler * 20_000} Putin {filler * 100} ceasefire"
    begins = time.process_time()
    deed_of(
        text, Span(0, len(text)), Span(text.rindex("Putin"), text.rindex("Putin") + 5), placed(text, "ceasefire"), "en"
    )
    deed_of(text, Span(0, len(text)), Span(0, 5), placed(text, "ceasefire"), "en")
    mention = Mention(kind=MentionKind.OFFICIAL, ref_id="x", name="Putin", surface="Putin", span=Span(0, 5))
    assert not is_of_another(text, mention, "en")
    assert not is_of_another(text, mention, "ru")
    assert time.process_time() - begins < 1
