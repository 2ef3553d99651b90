"""Whether two articles tell of one happening: a press conference, a call, a strike, and its coverage that day. Pure.

A headline says what has happened, and the other article's headline and opening say it too, in words of their own: what
counts is how much of it they have in common, names by their ids, so in any language. Who is quoted has to agree.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from extractors.copies.gist import gist, names_in
from extractors.copies.sameness import is_telling, key_of
from extractors.records import Article, Mention, MentionKind, Reading, Span
from extractors.relation_records import Happening
from extractors.text.identity import plain_words
from extractors.text.languages import main_language
from extractors.text.lemmas import inflection

WINDOW = timedelta(hours=36)  # between two articles on one happening
OPENING = 140  # words
VOICES = 8  # statements at the beginning, by whose speakers an article is known
FEWEST = 2  # of a headline's keys: with fewer in common no two headlines are compared

# Found on a day of 682 articles of 16 outlets that were sorted by hand: docs/stories.md says how well they do.
ONE = 1.2  # of 2: what both headlines have in common with the other article, with what speaks for and against
SAME_VOICE = 0.3
OTHER_VOICE = -0.6
MEANT = 2.5
FADING = 0.005  # less for each hour between them: what is told of at once is rather one happening
MIDDLING = 0.53  # of headlines as near as this nothing more is known
MIDDLING_TRANSLATED = 0.3  # no words in common bring them nearer

# Which round of talks a headline is on: "third round", "round 3", «третий раунд».
_ROUND = re.compile(
    r"(?<![\w-])(?P<before>[\w-]{1,30})\s(?:(?:round|stage|phase|session)\b|раунд|этап|етап)"
    r"|\b(?:round|stage|phase|раунд|этап|етап)\s(?P<after>\w+)",
    re.IGNORECASE,
)
_LISTED = "={}"  # no word of a text
_FIRST = re.compile(r"first|one$|1st|1-|перв|перш", re.IGNORECASE)


def happening(article: Article, reading: Reading, *, publisher: str, told_at: datetime) -> Happening:
    """Return what other articles on the same happening are found by."""
    title = article.title or ""
    headline = _keys(title, reading.title_mentions, article.language, len(title))
    begins = _end_of(article.text, OPENING)
    speakers = [each.speaker_id for each in reading.statements[:VOICES] if each.speaker_id]
    return Happening(
        article_id=article.article_id,
        title=title,
        language=article.language,
        publisher=publisher,
        told_at=told_at,
        seen_at=article.first_seen_at,
        headline=tuple(sorted(headline)),
        opening=tuple(sorted(headline | _keys(article.text, reading.mentions, article.language, begins))),
        voice=_voice(speakers, reading),
        heard=tuple(dict.fromkeys(speakers)),
    )


def _voice(speakers: Sequence[str], reading: Reading) -> str | None:
    """Return who is quoted in the headline ("…, says Rubio"), else who is quoted most."""
    named = {each.ref_id for each in reading.title_mentions if each.kind is MentionKind.OFFICIAL}
    headed = named.intersection(speakers)
    if len(headed) == 1:
        return headed.pop()
    return Counter(speakers).most_common(1)[0][0] if speakers else None


def is_one(one: Happening, other: Happening, *, nearness: float | None = None) -> bool:
    """Tell whether two articles are on one happening.

    `nearness`, from -1 to 1, is how near their headlines are in meaning, None where that is not known.
    """
    if abs(one.told_at - other.told_at) > WINDOW or _is_series(one, other) or _on_other_rounds(one, other):
        return False
    meant = 0.0 if nearness is None else MEANT * (nearness - _middling(one, other))
    hours = abs(one.told_at - other.told_at) / timedelta(hours=1)
    return _in_common(one, other) + _voices(one, other) + meant - FADING * hours >= ONE


def _middling(one: Happening, other: Happening) -> float:
    return MIDDLING if main_language(one.language) == main_language(other.language) else MIDDLING_TRANSLATED


def may_be_one(one: Happening, other: Happening) -> bool:
    """Tell whether two headlines have enough in common to be compared."""
    return len(set(one.headline) & set(other.headline)) >= FEWEST


def _is_series(one: Happening, other: Happening) -> bool:
    """Tell whether a publisher calls one thing after the other by one name: a briefing, a daily column."""
    return one.publisher == other.publisher and one.headline == other.headline


def _on_other_rounds(one: Happening, other: Happening) -> bool:
    """Tell whether both headlines say which round of something they are on, and not the same."""
    ours, theirs = _rounds(one.title), _rounds(other.title)
    return bool(ours and theirs) and ours.isdisjoint(theirs)


def _rounds(title: str) -> frozenset[str]:
    named = [found["before"] or found["after"] for found in _ROUND.finditer(title)]
    return frozenset(
        figure for word in named for figure in ("1" if _FIRST.match(word) else "", *gist(word).figures) if figure
    )


def _in_common(one: Happening, other: Happening) -> float:
    """Return how much of either headline the other article begins with, from 0 to 2."""
    return _part(one.headline, other.opening) + _part(other.headline, one.opening)


def _part(headline: Sequence[int], opening: Iterable[int]) -> float:
    return len(set(headline).intersection(opening)) / len(headline) if headline else 0.0


def _voices(one: Happening, other: Happening) -> float:
    if one.voice is None or other.voice is None:
        return 0.0
    if one.voice == other.voice:
        return SAME_VOICE
    return 0.0 if one.voice in other.heard and other.voice in one.heard else OTHER_VOICE


def _keys(text: str, mentions: Sequence[Mention], language: str | None, end: int) -> frozenset[int]:
    """Return keys of whom and what a text names up to a character, by id, and of its other words, whatever the form.

    Countries and what else is listed are one name as an adjective, by their people and by their capitals too.
    """
    named = [each for each in mentions if each.span.end <= end and each.kind is not MentionKind.TOPIC]
    rest = _without(text[:end], [each.span for each in named])
    stems = inflection(language).of_text
    words = {name for each in named for name in _names(each)} | set(map(_LISTED.format, names_in(rest)))
    telling = (word for word in plain_words(rest).split() if is_telling(word) and not names_in(word))
    words |= {min(stems(word), default=word) for word in telling}
    return frozenset(key_of(b"happening", word.encode(errors="replace")) for word in words)


def _names(mention: Mention) -> Iterable[str]:
    listed = names_in(mention.name) if mention.kind is MentionKind.PLACE else ()
    return map(_LISTED.format, listed) if listed else (mention.ref_id or plain_words(mention.name),)


def _without(text: str, spans: Sequence[Span]) -> str:
    kept, at = [], 0
    for span in sorted(spans, key=lambda each: each.start):
        kept.append(text[at : max(at, span.start)])
        at = max(at, span.end)
    return " ".join((*kept, text[at:]))


def _end_of(text: str, words: int) -> int:
    """Return the character at which the first words of a text end."""
    rest = text.split(None, words)
    return len(text) - len(rest[words]) if len(rest) > words else len(text)
