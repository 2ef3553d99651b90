"""Which words a statement reports, as other reports of them are looked for. Pure."""

from __future__ import annotations

import re
from datetime import datetime

from extractors.copies.retold import sentences_of
from extractors.copies.sameness import SHINGLE, shingles, telling_words, word_keys
from extractors.negotiation.positions import SIDES
from extractors.officials.countries import Countries
from extractors.records import Statement, StatementKind
from extractors.relation_records import Wording, Words
from extractors.text.identity import plain_words
from extractors.text.words import fold

_OMITTED = re.compile(r"…|\.\s?\.\s?\.|\[[^\]\n]{0,200}\]|\([^)\n]{0,200}\)")
_ACT_WORDS = 8  # of what an act is done to
_QUOTED = re.compile(r"[“\"«„]([^“”\"«»„\n]+)[”\"»]")


def wording(
    statement: Statement, text: str, *, said_at: datetime, seen_at: datetime, countries: Countries | None = None
) -> Wording | None:
    """Return what other reports of a statement are found by; None without a known speaker or any word.

    Of whom the watchlist's `countries` know there is what it means too, unless it is told that he did not say it.
    """
    parts = [span.slice(text) for span in statement.spans]
    plain = _plain(" ".join(_OMITTED.sub(" ", part) for part in parts))
    if statement.speaker is None or not plain:
        return None
    if _is_act(statement, plain):
        plain = f"{statement.stance} {plain}"
    quoted = parts if statement.kind is StatementKind.DIRECT else [found for part in parts for found in _marked(part)]
    pieces = (_plain(piece) for each in quoted for piece in _OMITTED.split(each))
    words = Words(plain=plain, quoted=tuple(piece for piece in pieces if piece))
    voice = countries.voice(statement.speaker, said_at.date()) if countries and not statement.speaker_id else None
    home = voice.code if voice else countries.of(statement.speaker_id, statement.speaker) if countries else None
    is_asked_for = countries is not None and (statement.speaker_id is not None or home is not None)
    return Wording(
        statement_id=statement.statement_id,
        name=statement.utterance_id,
        speaker=statement.speaker_id or (voice.ref_id if voice else plain_words(fold(statement.speaker))),
        said_at=said_at,
        seen_at=seen_at,
        words=words,
        keys=_keys(words),
        sentences=sentences_of(parts, cue=statement.cue, home=home) if is_asked_for and not statement.denied else (),
    )


def _is_act(statement: Statement, plain: str) -> bool:
    """Tell "accepted a truce", of which the words said are a bare noun: what was done to it makes the utterance."""
    is_reported = statement.kind is StatementKind.INDIRECT and statement.stance in SIDES
    return is_reported and len(plain.split()) < _ACT_WORDS


def _keys(words: Words) -> tuple[int, ...]:
    """Return a key for all words together, and one for each few in a row that tell anything."""
    stretches = (stretch.split() for stretch in (words.plain, *words.quoted))
    few = (shingle for stretch in stretches for shingle in shingles(stretch, SHINGLE))
    return word_keys((words.plain, *(shingle for shingle in few if telling_words(shingle))))


def _marked(part: str) -> list[str]:
    return [found[1] for found in _QUOTED.finditer(part)]


def _plain(text: str) -> str:
    return plain_words(fold(text))
