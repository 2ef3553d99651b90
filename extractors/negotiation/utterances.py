"""Which statements report one utterance: the same words by the same speaker, in full or in part. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from difflib import SequenceMatcher

from extractors.copies.fingerprints import word_keys
from extractors.position_records import Wording, Words
from extractors.records import Statement, StatementKind
from extractors.text.identity import plain_words
from extractors.text.sameness import turning_words
from extractors.text.words import fold

WINDOW = timedelta(hours=48)  # between two reports
SHINGLE = 3  # words
LONG = 8  # words in a row that nobody says twice by chance in that time
SHORT = 5  # words in a row that settle it where the rest agrees
AGREED = 0.5  # of the telling words around such a stretch, or of the shingles of the shorter paraphrase
NEAR = 0.6  # of the shingles of the shorter quotation: one of them was edited; of its words: both were cut
PARAPHRASED = 0.8  # of all telling words of two paraphrases
PART = 0.1  # of the longer report: a phrase out of a whole speech is not that speech
_TELLING = 2  # telling words that a stretch in common must have
_FEWEST = 5  # telling words of a paraphrase that can be compared
_LETTERS = 4
_LONGEST = 300  # words that are laid side by side
_ENDING = re.compile(r"(?<=...)(?:ing|ed|es|s)$")

_OMITTED = re.compile(r"…|\.\s?\.\s?\.|\[[^\]\n]{0,200}\]|\([^)\n]{0,200}\)")
_QUOTED = re.compile(r"[“\"«„]([^“”\"«»„\n]+)[”\"»]")
_WORD = re.compile(r"\w+")
_COMMON = frozenset(
    _WORD.findall(
        """that this with from have been will would were they their them there than then into also some such only very
        more most just over your ours could should because about after which what when where while said says does dont
        wont being other another these those upon must shall need"""
    )
)


def wording(statement: Statement, text: str, *, said_at: datetime, seen_at: datetime) -> Wording | None:
    """Return what other reports of a statement are found by; None without a known speaker or any word."""
    parts = [span.slice(text) for span in statement.spans]
    plain = _plain(" ".join(_OMITTED.sub(" ", part) for part in parts))
    if statement.speaker is None or not plain:
        return None
    quoted = parts if statement.kind is StatementKind.DIRECT else [found for part in parts for found in _marked(part)]
    pieces = (_plain(piece) for each in quoted for piece in _OMITTED.split(each))
    words = Words(plain=plain, quoted=tuple(piece for piece in pieces if piece))
    return Wording(
        statement_id=statement.statement_id,
        name=statement.utterance_id,
        speaker=statement.speaker_id or plain_words(statement.speaker),
        said_at=said_at,
        seen_at=seen_at,
        words=words,
        keys=_keys(words),
    )


def same_words(one: Words, other: Words) -> bool:
    """Tell whether two reports of one speaker, of about one time, are of one utterance. The order does not matter."""
    if one.plain == other.plain or _takes_from(one, other) or _takes_from(other, one):
        return True
    if _figures(one.plain) != _figures(other.plain) or _is_turned(one.plain) != _is_turned(other.plain):
        return False
    return _is_edited(one, other) or _is_paraphrase(one, other)


def _takes_from(part: Words, whole: Words) -> bool:
    """Tell whether a stretch that `part` quotes stands in `whole`, long enough or with enough around it that agrees."""
    if len(part.plain) < PART * len(whole.plain):
        return False
    held = [piece for piece in part.quoted if f" {piece} " in f" {whole.plain} " and len(_telling(piece)) >= _TELLING]
    longest = max(held, key=_count, default="")
    if _count(longest) >= LONG:
        return True
    return _count(longest) >= SHORT and _agrees(_telling(part.plain) - _telling(longest), _telling(whole.plain))


def _agrees(rest: frozenset[str], whole: frozenset[str]) -> bool:
    return len(rest) < _TELLING or len(rest & whole) >= AGREED * len(rest)


def _is_edited(one: Words, other: Words) -> bool:
    """Tell whether two quotations are alike but for a word here and there, or for what each leaves out."""
    if min(sum(map(_count, each.quoted)) for each in (one, other)) < LONG:
        return False
    if _part_in_common(frozenset(_shingles(one.quoted)), frozenset(_shingles(other.quoted))) >= NEAR:
        return True
    is_cut = max(len(one.quoted), len(other.quoted)) > 1
    return is_cut and _in_order(" ".join(one.quoted).split(), " ".join(other.quoted).split())


def _in_order(one: list[str], other: list[str]) -> bool:
    """Tell whether most words of the shorter stand in the longer in the same order, telling ones among them."""
    if max(len(one), len(other)) > _LONGEST:
        return False
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    common = [word for block in blocks for word in one[block.a : block.a + block.size]]
    return len(common) >= NEAR * min(len(one), len(other)) and len(_telling(" ".join(common))) >= 2 * _TELLING


def _is_paraphrase(one: Words, other: Words) -> bool:
    some, others = _telling(one.plain), _telling(other.plain)
    if min(len(some), len(others)) < _FEWEST or len(some & others) < PARAPHRASED * len(some | others):
        return False
    shingles = (frozenset(_shingles((each.plain,))) for each in (one, other))
    return _part_in_common(*shingles) >= AGREED


def _part_in_common(one: frozenset[str], other: frozenset[str]) -> float:
    fewer = min(len(one), len(other))
    return len(one & other) / fewer if fewer else 0.0


def _keys(words: Words) -> tuple[int, ...]:
    """Return a key for all words together, and one for each few in a row that tell anything."""
    telling = (shingle for shingle in _shingles((words.plain, *words.quoted)) if _telling(shingle))
    return word_keys((words.plain, *telling))


def _shingles(stretches: Sequence[str]) -> Iterator[str]:
    for stretch in stretches:
        words = stretch.split()
        for start in range(len(words) - SHINGLE + 1):
            yield " ".join(words[start : start + SHINGLE])


def _marked(part: str) -> list[str]:
    return [found[1] for found in _QUOTED.finditer(part)]


def _plain(text: str) -> str:
    return plain_words(fold(text))


def _count(words: str) -> int:
    return len(words.split())


def _telling(words: str) -> frozenset[str]:
    telling = (word for word in words.split() if len(word) >= _LETTERS and word not in _COMMON)
    return frozenset(_ENDING.sub("", word) for word in telling)


def _figures(words: str) -> frozenset[str]:
    return frozenset(word for word in words.split() if any(map(str.isdigit, word)))


def _is_turned(words: str) -> bool:
    return bool(turning_words(words.split()))
