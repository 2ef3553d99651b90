"""Words of a text with their offsets, and one stem for the inflected forms of an English word. Knows no phrase."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Generic, NamedTuple, TypeVar

Result = TypeVar("Result")

APOSTROPHES = "'’ʼ"
# Combining marks, the soft hyphen and the non-joiner of Persian belong to the word they stand in.
_LETTERS = r"[^\W_]++(?:[\u0300-\u036f\u00ad\u05b0-\u05bd\u05bf-\u05c7\u064b-\u065f\u0670\u200c]++[^\W_]*+)*+"
_WORD = re.compile(rf"{_LETTERS}(?:[{APOSTROPHES}]{_LETTERS})*")
_UNDECOMPOSED = str.maketrans(
    {
        "ı": "i",
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "Đ": "D",
        "ё": "е",
        "Ё": "Е",
        "\u00ad": None,
        "\u200c": None,
        "\u0640": None,
    }
    | dict.fromkeys(APOSTROPHES, "'")
)
_LONGEST_KEPT = 64  # letters
_MOST_KEPT = 65_536  # words
_VOWELS = "aeiouy"
_E_DROPPING = re.compile(
    r"(?:[^aeiouy]|^)[aeiouy][bdgklmnprtz]$|[cvuz]$|[^s]s$|[dlr]g$|[^aeiouy][^aeiouylr]l$|chang$|plung$"
)
_DOUBLED = re.compile(r"([bdgkmnprtv])\1$")
# Forms no suffix rule finds: the base form first.
_IRREGULAR = """
agree agreed agreeing; ally allies allied; basis bases; be am is are was were been being; become became
begin began begun; break broke broken; bring brought; build built; buy bought; catch caught
center centre centers centres; child children; choose chose chosen; come came; crisis crises
decree decreed; defense defence defenses defences; die died dies dying; disagree disagreed disagreeing
do did does done; draw drew drawn; drive drove driven; eat ate eaten; fall fell fallen; favor favour; feel felt
fight fought; find found; flee fled; fly flew flown; focus focuses focused; foot feet; forbid forbade forbidden
forget forgot forgotten; free freed; freeze froze frozen; get got gotten; give gave given; go went gone goes
grow grew grown; guarantee guaranteed guaranteeing; half halves; have has had having; hear heard; hide hid hidden
hold held; keep kept; know knew known; labor labour; lead led; leave left; lend lent; lie lied lying; life lives
lose lost; make made; man men; mean meant; meet met; overcome overcame; pay paid; person people persons
program programme programs programmes; ride rode ridden; rise rose risen; say said; see saw seen; seek sought
sell sold; send sent; serviceman servicemen; shake shook shaken; shoot shot; speak spoke spoken; spend spent
spokesman spokesmen; stand stood; stated stating; steal stole stolen; stick stuck; strike struck stricken
swear swore sworn; take took taken; teach taught; tell told; think thought
throw threw thrown; tie tied; undergo underwent undergone; understand understood; undertake undertook undertaken
uphold upheld; win won; withdraw withdrew withdrawn; withhold withheld; woman women; write wrote written
"""
# Words that look inflected and are not, or whose stem is another word's.
_AS_THEY_STAND = """
news united state states series species during evening morning hundred sacred according accordingly dealt dealing arms
customs goods means concerning considering following including interesting regarding notwithstanding outstanding
"""


class Token(NamedTuple):
    """A word as printed at characters `start` to `end` (excluded)."""

    text: str
    start: int
    end: int


def tokens(text: str) -> tuple[Token, ...]:
    """Return the words of `text`: letters, digits, inner apostrophes; hyphens and dashes separate."""
    # Half the time goes into making the tokens: straight from the tuple it takes two thirds.
    made = tuple.__new__
    return tuple([made(Token, (found.group(), found.start(), found.end())) for found in _WORD.finditer(text)])


@dataclass(slots=True)
class Trie(Generic[Result]):
    """Sequences of words that begin alike share the way; what they mean stands where they end."""

    after: dict[str, Trie[Result]] = field(default_factory=dict)
    ends: list[Result] = field(default_factory=list)

    def at(self, words: Iterable[str]) -> Trie[Result]:
        """Return where these words end, a new place if need be."""
        node = self
        for word in words:
            node = node.after.setdefault(word, Trie())
        return node


class _Memory(dict[str, Result], Generic[Result]):
    """What a function says of each word. A look-up costs no call: every word of every article is looked up."""

    def __init__(self, function: Callable[[str], Result]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, word: str) -> Result:
        result = self._function(word)
        if len(word) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[word] = result
        return result


def remembered(function: Callable[[str], Result]) -> Callable[[str], Result]:
    """Cache a pure function of words; the endless words of hostile text are not kept."""
    return _Memory(function).__getitem__


@remembered
def fold(word: str) -> str:
    """Return `word` without diacritics, case kept, apostrophes straight; й and ї, letters of their own, stay."""
    if word.isascii():
        return word
    decomposed = "".join(char if is_cyrillic(char) else unicodedata.normalize("NFKD", char) for char in word)
    kept = "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
    return kept.translate(_UNDECOMPOSED)


def is_cyrillic(word: str) -> bool:
    """Tell whether `word` begins with a Cyrillic letter."""
    return "\u0400" <= word[:1] <= "\u04ff"


def is_mostly_cyrillic(words: Collection[str]) -> bool:
    """Tell whether more than half of some words are written in Cyrillic."""
    return 2 * sum(map(is_cyrillic, words)) > len(words)


def without_possessive(word: str) -> str:
    """Return a folded word without its final 's."""
    return word[:-2] if word.endswith(("'s", "'S")) else word


def _irregular() -> dict[str, str]:
    groups = [group.split() for line in _IRREGULAR.strip().splitlines() for group in line.split(";")]
    return {form: group[0] for group in groups for form in group}


_BASES = _irregular() | {word: word for word in _AS_THEY_STAND.split()} | {"states": "state"}


@remembered
def base(word: str) -> str:
    """Return what all inflected forms of `word` share, lower case; a key to compare, not always a word.

    Never joins different words that merely begin alike ("university", "universe").
    """
    word = without_possessive(fold(word.casefold()))
    if word in _BASES or not word.isascii():
        return _BASES.get(word, word)
    word = _singular(word)
    return _BASES.get(word) or _trimmed(_uninflected(word.replace("isation", "ization")))


def forms(key: str) -> frozenset[str]:
    """Return the irregular forms that have this base, and the base itself."""
    return frozenset({key, *(form for form, its_base in _BASES.items() if its_base == key)})


def _singular(word: str) -> str:
    if len(word) <= 3 or word.endswith(("ss", "us", "is")) or not word.endswith("s"):  # noqa: PLR2004 - gas, his, yes
        return word
    if word.endswith("ies"):
        return word[:-3] + ("y" if len(word) > 4 else "ie")  # noqa: PLR2004 - "ties" is of "tie"
    return word[:-2] if word.endswith(("sses", "xes", "ches", "shes", "zzes", "oes")) else word[:-1]


def _uninflected(word: str) -> str:
    if word.endswith("ied") and len(word) > 4:  # noqa: PLR2004 - "tied" is of "tie"
        return word[:-3] + "y"
    for suffix in ("ing", "ed"):
        stem = word.removesuffix(suffix)
        if stem != word and len(stem) > 1 and _sounds(stem) and not word.endswith("eed"):
            return _restored(stem)
    return word


def _restored(stem: str) -> str:
    """Undo what -ed and -ing do to a verb: a doubled consonant, a dropped e. Trimming settles longer words."""
    if _DOUBLED.search(stem):
        return stem[:-1]
    return stem + "e" if _sounds(stem) == 1 and _E_DROPPING.search(stem) else stem


def _trimmed(word: str) -> str:
    """Drop a final e, and one of two equal consonants, where a word has a second vowel to tell it from others."""
    stem = word.removesuffix("e")
    if _sounds(stem) < 2:  # noqa: PLR2004 - "plan" and "plane" differ
        return word
    if stem.endswith(("ll", "ss", "tt")):
        return stem[:-1]
    return stem.removesuffix("is") + "iz" if stem.endswith("is") else stem


def _sounds(word: str) -> int:
    """Count the groups of vowels."""
    return sum(char in _VOWELS and (place == 0 or word[place - 1] not in _VOWELS) for place, char in enumerate(word))


def nearest_word(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that is written most like another, None when none is near: what a typing error meant."""
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=0.6)), None)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` (did you mean "…"?)` with the nearest of the known words, an empty string when none is near."""
    near = nearest_word(word, known)
    return f' (did you mean "{near}"?)' if near else ""
