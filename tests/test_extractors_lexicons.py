"""Topics mean their subject, in nine languages: what says it in other words is found, what only sounds like it is not."""

from __future__ import annotations

import pytest

from extractors.officials.mentions import finder_for
from extractors.officials.phrases import PhraseIndex, alternatives, read_words
from extractors.officials.watchlist import load_watchlist
from extractors.records import MentionKind

FINDER = finder_for(load_watchlist())

CEASEFIRE = {
    "en": "a cease-fire|the truce held|an immediate cessation of hostilities|to end the war|ending the war in Gaza|"
    "halt its offensive|stop the bombing|stop its military operations|halting the fighting|put an end to the war|"
    "an end to the war|bring the hostilities in Gaza to an end|the war must end|this war has to come to an end|"
    "suspend all air strikes|a halt to strikes on Kyiv|stopping its shelling of Kharkiv|freeze the front line|"
    "end a needless war|end our long Afghan war|this war at last has to end|ending two years of war|"
    "the fighting in Darfur must stop|halt its “reckless” military campaign|a halt to the Eritrean offensive",
    "ru": "о перемирии|прекращению огня|остановить войну|прекращения боевых действий|положить конец этой войне|"
    "прекращают обстрелы|режима тишины",
    "uk": "перемир’ю|припиненню вогню|зупинити війну|завершенням війни|режиму тиші",
    "tr": "ateşkese|savaşın sona ermesini|saldırıların durdurulmasını|savaşı bitirmek",
    "de": "die Waffenruhen|ein Waffenstillstand|das Ende des Krieges|den Krieg zu beenden|beendete den Krieg",
    "fr": "un cessez-le-feu|des trêves|mettre fin à la guerre|l’arrêt des hostilités|cesser les bombardements",
    "ar": "وقفاً لإطلاق النار|بوقف إطلاق النار|لإنهاء الحرب|وقف الأعمال العدائية|الهدنة",
    "he": "להפסקת האש|סיום המלחמה|לעצור את המלחמה|הפוגות",
    "fa": "آتش بس|آتش‌بس‌های|پایان جنگ|توقف حملات|پایان دادن به جنگ",
}
NO_CEASEFIRE = {
    "en": "a trade truce|the tariff truce|a truce in the trade war|the US-China truce|end the trade war|"
    "end the war on drugs|an end to the strike by bin workers|halt its production|fighting to end hatred|"
    "end the long Cold War|stop the Russian war machine|end a bitter war of words|the end of the Second World War|"
    "ended this, war or not|a ceasefire in the price war. The ceasefire may not last|He feared the tariff truce. The truce is over|"
    "a truce between the two companies. The fragile 90-day truce ends in May|the culture war truce, and the truce held|"
    "The trade truce holds. The ceasefire in November was his",
    "ru": "торговое перемирие продлено. Перемирие действует|торговое перемирие|торгового перемирия|остановить производство",
    "de": "die Waffenruhe im Handelsstreit|die Waffenruhe im Zollstreit. Die Waffenruhe endet bald|kurz vor der Pause war der Rückstand",
    "fr": "la trêve commerciale|La trêve commerciale tient. La trêve doit durer|la trêve hivernale|sans trêve",
    "tr": "ticari ateşkes|Ticaret ateşkesi sürüyor. Ateşkes kasımda bitecek",
    "ar": "الهدنة التجارية",
}
GUARANTEES = {
    "en": "security guarantees|guarantees for Ukraine|an Article 5-like promise|security assurances|guarantor states",
    "ru": "гарантиям безопасности|странами-гарантами",
    "uk": "гарантій безпеки",
    "tr": "güvenlik garantilerini",
    "de": "Sicherheitsgarantien",
    "fr": "des garanties de sécurité",
    "ar": "الضمانات الأمنية",
    "he": "לערבויות ביטחוניות",
    "fa": "تضمین‌های امنیتی",
}
NO_GUARANTEES = {
    "en": "national security structure|a future security architecture|anti-sanctions guarantees|loan guarantees|"
    "guarantees against sanctions|social security commitments|collective defence",
}
OPERATIONS = {"en": "an act of sabotage|sabotage of the railway|a sabotage attack on a plant|to sabotage the pipelines"}
NO_OPERATIONS = {
    "en": "sabotaging the deal|sabotaged the peace talks|sabotage the fragile ceasefire|sabotage of the Vienna process|"
    "to sabotage diplomacy|sabotaging every round of negotiations|sabotage our election|the Popular Mobilization Forces"
}
TERRITORY = {"en": "trade territory for peace|seized land|a referendum in Donetsk|a referendum on leaving Ukraine"}
NO_TERRITORY = {
    "en": "five lorries carrying aid into the territory|food for the territory|seizing land from white farmers|"
    "a referendum on EU accession|a referendum needs to be held to decide on launching EU accession"
}
STRIKES = {"en": "a fire at the oil refinery|a strike on a refinery in Saratov|refineries burned"}
NO_STRIKES = {"en": "the construction of an oil refinery in Libya|to build a new refinery|the sale of its refineries"}


def rows(topic, examples, *, meant):
    """Return a row for each phrase of a table."""
    return [
        pytest.param(topic, text, language, meant, id=f"{language}: {text}")
        for language, texts in examples.items()
        for text in texts.split("|")
    ]


@pytest.mark.parametrize(
    ("topic", "text", "language", "meant"),
    [
        *rows("ceasefire", CEASEFIRE, meant=True),
        *rows("ceasefire", NO_CEASEFIRE, meant=False),
        *rows("military-operations", OPERATIONS, meant=True),
        *rows("military-operations", NO_OPERATIONS, meant=False),
        *rows("territory", TERRITORY, meant=True),
        *rows("territory", NO_TERRITORY, meant=False),
        *rows("energy-strikes", STRIKES, meant=True),
        *rows("energy-strikes", NO_STRIKES, meant=False),
        *rows("security-guarantees", GUARANTEES, meant=True),
        *rows("security-guarantees", NO_GUARANTEES, meant=False),
    ],
)
def test_a_topic_is_found_where_it_is_meant(topic, text, language, meant):
    """In any words that say it, and not in those that merely hold one of its words."""
    mentions, _ = FINDER.find_in(read_words(text, language), read_words("", language))
    assert any(each.kind is MentionKind.TOPIC and each.ref_id == topic for each in mentions) is meant


@pytest.mark.parametrize(
    ("pattern", "phrases"),
    [
        pytest.param(
            "(end|stop) (the|) war", ["end the war", "end war", "stop the war", "stop war"], id="each with each"
        ),
        pytest.param("truce", ["truce"], id="a plain phrase is itself"),
        pytest.param("!(a|b) truce", ["!a truce", "!b truce"], id="exceptions too"),
    ],
)
def test_a_pattern_stands_for_its_phrases(pattern, phrases):
    """What stands in brackets between bars is written once for all."""
    assert list(alternatives(pattern)) == phrases


def test_an_exception_takes_out_what_shares_a_word_with_it():
    """Of its own key alone, and nothing else in the text."""
    index = PhraseIndex({"truce": ["truce", "!trade truce"], "trade": ["trade"]})
    text = "A trade truce is no truce"
    assert [(hit.key, hit.span.start) for hit in index.find(text)] == [("trade", 2), ("truce", 20)]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        pytest.param("A trade truce. The truce held.", [], id="what takes an exception up is the exception's"),
        pytest.param(
            "A trade truce. Hamas wants a truce. The truce began.", [29, 40], id="unless another is brought on"
        ),
        pytest.param("A trade truce. They seek a lasting aid truce. The truce is near.", [39, 50], id="in more words"),
        pytest.param("A trade truce. The Gaza truce held. The truce began.", [24, 40], id="or one named before it"),
        pytest.param("A trade truce. The truce in Gaza held. The truce began.", [19, 43], id="or named behind it"),
        pytest.param("The truce began. A trade truce.", [4], id="or spoken of before"),
        pytest.param("A trade truce. End the war. The truce is near.", [15, 32], id="or in other words"),
        pytest.param("A tariff row. The truce held.", [18], id="without an exception in the text it means itself"),
    ],
)
def test_what_takes_an_exception_up_is_no_hit(text, places):
    """A text that speaks of one truce calls it "the truce"; one that speaks of two keeps every place."""
    index = PhraseIndex({"truce": ["truce", "end the war", "!trade truce"]})
    assert [hit.span.start for hit in index.find(text)] == places


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("She talks rubbish. The talks go on.", {"talks": 1}, id="a verb, which no noun takes up"),
        pytest.param("He now talks of islands, and who talks to whom is secret.", {}, id="verbs alone"),
        pytest.param("Talks in Istanbul, and talks over Gaza.", {"talks": 2}, id="nouns alone"),
        pytest.param("The annex on borders and the annexes to the treaty.", {}, id="papers"),
        pytest.param("Russia annexes what it can, and would annex more.", {"territory": 2}, id="what is done to land"),
    ],
)
def test_words_of_a_topic_mean_something_else_as_another_part_of_speech(text, found):
    """Who talks holds no talks, and a paper with an annex annexes nothing."""
    topics = [each.ref_id for each in FINDER.find(text) if each.kind is MentionKind.TOPIC]
    assert {topic: topics.count(topic) for topic in ("talks", "territory") if topic in topics} == found
