"""The language of a page or text, as a code of two letters."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from typing import Any

from babel import Locale

_CODE = re.compile(r"([a-z]{2})(?:[-_][a-z0-9]+)*", re.IGNORECASE)
# Two names of one written language each.
_ALIASES = {"no": "nb", "iw": "he", "in": "id"}
_LATIN = {"en", "de", "fr", "es", "it", "pt", "nl", "pl", "tr", "sv", "nb", "da", "fi", "cs", "ro", "hr", "hu"}
_LETTER = re.compile(r"[^\W\d_]")
_LATIN_LETTER = re.compile("[A-Za-z\u00c0-\u024f]")
# Below this the guess is as often wrong as right; a headline alone is usually below.
_CERTAIN = 0.6
_ENOUGH = 5_000


def language_of(text: str, declared: str | None = None) -> str | None:
    """Return the declared language unless the script of the text contradicts it, else the one the text shows."""
    code = _CODE.fullmatch((declared or "").strip())
    if code:
        name = _ALIASES.get(code[1].lower(), code[1].lower())
        if name not in _LATIN or _is_latin(text):
            return name
    return _shown(text[:_ENOUGH])


def main_language(code: str | None) -> str:
    """Return a language without its country or script; what says none is taken for English, as it is read."""
    return re.split("[-_]", code or "en")[0].casefold()


def language_name(code: str | None) -> str:
    """Return what English calls a language: "Russian"; its code where it has no name."""
    name = main_language(code)
    return str(Locale("en").languages.get(name, name))


def is_english(code: str | None) -> bool:
    """Tell whether the language model reads this language."""
    return main_language(code) == "en"


def _is_latin(text: str) -> bool:
    letters = _LETTER.findall(text[:_ENOUGH])
    return 2 * len(_LATIN_LETTER.findall("".join(letters))) >= len(letters)


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
