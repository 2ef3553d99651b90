"""A phrase is found in every form that its words have in the language of the article, and in no other word."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest

from extractors.officials.phrases import PhraseIndex
from extractors.text.lemmas import inflection, may_be_of
from tests.conftest import ROOT

FORMS = tomllib.loads((ROOT / "tests" / "forms.toml").read_text(encoding="utf-8"))
NEVER = FORMS.pop("never")
# Of a hundred forms. Arabic and Hebrew write particles with the word and leave vowels out.
AT_LEAST = {"ar": 90, "he": 90}


def is_found(phrase, text, language):
    """Tell whether a phrase is found in a text, from its first character on."""
    return any(hit.span.start == 0 for hit in PhraseIndex({"it": [phrase]}).find(text, language=language))


@pytest.mark.parametrize("language", FORMS)
def test_a_phrase_is_found_in_the_forms_of_its_words(language):
    """Cases, numbers, tenses, particles and spellings of the table are the phrase's, but for a few in a hundred."""
    forms = [(phrase, form) for phrase, forms in FORMS[language].items() for form in forms]
    missed = [(phrase, form) for phrase, form in forms if not is_found(phrase, form, language)]
    assert 100 * (len(forms) - len(missed)) >= AT_LEAST.get(language, 97) * len(forms), missed


@pytest.mark.parametrize("language", NEVER)
def test_a_phrase_is_not_found_in_other_words(language):
    """Words that look like a form of it are not."""
    looks = [(phrase, other) for phrase, others in NEVER[language].items() for other in others]
    assert [(phrase, other) for phrase, other in looks if is_found(phrase, other, language)] == []


@pytest.mark.parametrize(
    ("phrase", "text", "language", "found"),
    [
        pytest.param("=перемирие", "перемирие", "ru", True, id="the very form"),
        pytest.param("=перемирие", "Перемирие", "ru", True, id="but for its case"),
        pytest.param("=перемирие", "перемирия", "ru", False, id="no other form"),
        pytest.param("=deal", "deals", "en", False, id="no plural in English"),
        pytest.param("=Verhandlung", "Verhandlungen", "de", False, id="no plural in German"),
    ],
)
def test_a_word_after_an_equals_sign_stands_exactly_so(phrase, text, language, found):
    """In every language."""
    assert is_found(phrase, text, language) is found


def test_words_are_compared_in_the_language_of_the_text():
    """One index finds a rule's phrases in articles of several languages, each by its own grammar."""
    index = PhraseIndex({"truce": ["ceasefire", "Waffenruhe", "перемирие"]})
    found = [index.find(text, language=code) for text, code in (("Waffenruhen", "de"), ("перемирию", "ru"))]
    assert [len(hits) for hits in found] == [1, 1]
    assert not index.find("перемирию", language="en")


def test_capitals_hide_no_form():
    """Headlines in capitals and first words of sentences are the same words."""
    assert is_found("Waffenruhe", "WAFFENRUHEN", "de")
    assert is_found("перемирие", "ПЕРЕМИРИЮ", "ru")
    assert is_found("ateşkes", "ATEŞKESİ", "tr")
    assert is_found("görüşme", "GÖRÜŞMELERİN", "tr")


def test_a_language_without_rules_is_compared_letter_by_letter():
    """Nothing is guessed for a language that nobody knows the forms of."""
    assert inflection("xx").of_text("Trêves") == ("treves",)


def test_a_dictionary_is_loaded_for_languages_that_are_met_alone():
    """English news costs no lemmatiser, and a German word no Russian dictionary."""
    code = """
import sys
from extractors.officials.phrases import PhraseIndex
from extractors.text import lemmas
index = PhraseIndex({"truce": ["ceasefire", "перемирие"]})
index.find("The ceasefire holds", language="en")
assert lemmas._lemmatizer.cache_info().currsize == 0
index.find("Die Waffenruhe", language="de")
assert lemmas._dictionaries()._get_dictionary.cache_info().currsize == 1
"""
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=60)


@pytest.mark.parametrize(
    ("word", "language", "may"),
    [
        pytest.param("перемирие", "ru", True, id="a word of the language"),
        pytest.param("ceasefire", "ru", False, id="other letters"),
        pytest.param("NATO", "he", False, id="a name in other letters"),
        pytest.param("ceasefire", "de", False, id="a word that its dictionary has not"),
        pytest.param("Waffenruhe", "de", True, id="one that it has"),
        pytest.param("Istanbul", "fr", True, id="a name"),
        pytest.param("truce", "en", True, id="English, of which there is no dictionary"),
        pytest.param("ceasefire", "ja", True, id="a language of which nothing is known"),
        pytest.param("2022", "ar", True, id="a figure"),
    ],
)
def test_words_tell_whether_they_are_of_a_language(word, language, may):
    """By their letters, and by the dictionary where there is one."""
    assert may_be_of(word, language) is may
