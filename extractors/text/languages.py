"""The language of a page or text, as a code of two letters."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages

_CODE = re.compile(r"([a-z]{2})(?:[-_][a-z0-9]+)*", re.IGNORECASE)
# Two names of one written language each.
_ALIASES = {"no": "nb", "iw": "he", "in": "id"}
_LATIN = {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "sv", "nb", "da", "fi", "cs", "ro", "hr", "hu"}
_LETTER = re.compile(r"[^\W\d_]")
_LATIN_LETTER = re.compile("[A-Za-z\u00c0-\u024f]")
# Languages that nobody prints in Latin letters.
_NOT_LATIN = {"ru", "uk", "be", "bg", "mk", "el", "he", "ar", "fa", "ur", "zh", "ja", "ko", "hi", "th", "ka", "hy"}
# Letters of two neighbours that the other lacks: a site's template often declares the wrong one.
_OWN_LETTERS = {"ru": re.compile("[ыэъё]", re.IGNORECASE), "uk": re.compile("[іїєґ]", re.IGNORECASE)}
# Below this the guess is as often wrong as right; a headline alone is usually below.
_CERTAIN = 0.6
_ENOUGH = 5_000
_HALF = 0.5
_CODE_LENGTH = 2


def language_of(text: str, *declared: str | None) -> str | None:
    """Return the first declared language that the letters of the text do not contradict, else the one it shows."""
    codes = (_CODE.fullmatch((each or "").strip()) for each in declared)
    names = (_ALIASES.get(code[1].lower(), code[1].lower()) for code in codes if code)
    beginning = text[:_ENOUGH]
    return next((name for name in names if _can_be(name, beginning)), None) or _shown(beginning)


def _can_be(language: str, text: str) -> bool:
    """Tell whether the letters of a text are those of a language."""
    if language in _OWN_LETTERS:
        letters = {name: len(own.findall(text)) for name, own in _OWN_LETTERS.items()}
        if letters[language] < max(letters.values()):
            return False
    latin = _latin_part(text)
    return not (language in _LATIN and latin < _HALF) and not (language in _NOT_LATIN and latin > _HALF)


def main_language(code: str | None) -> str:
    """Return a language without its country or script; what says none is taken for English, as it is read."""
    return re.split("[-_]", code or "en")[0].casefold()


def language_name(code: str | None) -> str:
    """Return what English calls a language: "Russian"; its code where it has no name."""
    name = main_language(code)
    return str(Locale("en").languages.get(name, name))


def code_meant(word: str) -> str | None:
    """Return the code of a language written otherwise: "uk" for "Ukrainian", "ukr", "uk-UA", and a country's "ua"."""
    code = main_language(word)
    code = get_global("language_aliases").get(code, code)
    named = (name for name, said in Locale("en").languages.items() if said.casefold() == word.casefold())
    spoken = get_official_languages(word.upper())
    return code if is_code(code) else next(named, None) or next(iter(spoken), None)


def is_code(word: str) -> bool:
    """Tell whether a word is a language's code of two letters, of ISO 639-1."""
    return len(word) == _CODE_LENGTH and word in get_global("likely_subtags")


def is_english(code: str | None) -> bool:
    """Tell whether the language model reads this language."""
    return main_language(code) == "en"


def _latin_part(text: str) -> float:
    """Return how much of a text's letters are Latin; half where it has none, which contradicts nothing."""
    letters = _LETTER.findall(text)
    return len(_LATIN_LETTER.findall("".join(letters))) / len(letters) if letters else _HALF


def _shown(text: str) -> str | None:
    if not _LETTER.search(text):
        return None
    name, confidence = _identifier().classify(text)
    return _ALIASES.get(name, name) if confidence >= _CERTAIN else None


@cache
def _identifier() -> Any:
    """Load library and model once, when a text first needs them: rules and steps ask for codes alone."""
    langid = import_module("py3langid.langid")
    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
