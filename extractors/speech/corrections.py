"""Readings put right by people: what somebody corrected is so in whatever revision or version has the words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extractors.officials.watchlist import Official, Watchlist
from extractors.records import Article, Mention, MentionKind, Reading, Span, Statement
from extractors.relation_records import CorrectedField, Correction
from extractors.speech.stances import Stance
from extractors.text.identity import plain_words, utterance_id

CORRECTED = "corrected"  # the rule that found the speaker, where a person did
# Of two cuts of one statement the shorter has this share of the longer's words at least.
_SAME_CUT = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectedReading:
    """A reading put right, and the corrections of it whose words stand in the article no more."""

    reading: Reading
    gone: tuple[Correction, ...]


def about(article: Article, corrections: Sequence[Correction]) -> tuple[Correction, ...]:
    """Return which corrections concern an article, the earliest first: those of it, and of names in its outlet."""
    found = (each for each in corrections if each.undone_at is None and _concerns(each, article))
    return tuple(sorted(found, key=lambda each: (each.made_at, each.correction_id)))


def corrected(
    article: Article, reading: Reading, corrections: Sequence[Correction], watchlist: Watchlist
) -> CorrectedReading:
    """Return a reading put right; to do it again changes nothing. Of two that contradict each other the later holds."""
    people, gone = {each.official_id: each for each in watchlist.officials}, []
    for correction in about(article, corrections):
        if correction.field is CorrectedField.NAME:
            reading = _renamed(article, reading, correction, people.get(correction.is_now or ""))
        elif meant := meant_by(correction, reading.statements):
            reading = _put_right(reading, correction, {each.statement_id for each in meant}, people, article.text)
        elif not stands_in(correction.words, article.text):
            gone.append(correction)
    return CorrectedReading(reading=reading, gone=tuple(gone))


def meant_by(correction: Correction, statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements of its article that a correction means: of these words, however they are cut by now."""
    words = plain_words(correction.words)
    found = [each for each in statements if plain_words(each.text) == words]
    found = found or [each for each in statements if _is_same_cut(words, plain_words(each.text))]
    if correction.field is CorrectedField.SPEAKER and len(found) > 1:
        named = {correction.was, correction.is_now}
        found = [each for each in found if {each.speaker_id, each.speaker} & named - {None}] or found
    return found


def stands_in(words: str, text: str) -> bool:
    """Tell whether a text has these words, whatever stands between them."""
    return f" {plain_words(words)} " in f" {plain_words(text)} "


def occurrences(name: str, text: str) -> Iterator[Span]:
    """Yield where a name stands in a text as words of its own, whatever its capitals and blanks."""
    words = r"\s+".join(map(re.escape, name.split()))
    for found in re.finditer(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE) if words else ():
        yield Span(*found.span())


def _concerns(correction: Correction, article: Article) -> bool:
    if correction.field is CorrectedField.NAME:
        return correction.outlet in {None, article.outlet}
    return correction.article_id == article.article_id


def _is_same_cut(one: str, other: str) -> bool:
    shorter, longer = sorted((one.split(), other.split()), key=len)
    inside = f" {' '.join(shorter)} " in f" {' '.join(longer)} "
    return inside and len(shorter) >= _SAME_CUT * len(longer)


def _put_right(
    reading: Reading, correction: Correction, meant: set[str], people: dict[str, Official], text: str
) -> Reading:
    """Return a reading in which these statements are as a correction says."""
    if correction.field is CorrectedField.DROP:
        return replace(reading, statements=tuple(each for each in reading.statements if each.statement_id not in meant))
    mentions, statements = reading.mentions, []
    for each in reading.statements:
        if each.statement_id not in meant:
            statements.append(each)
        elif correction.field is CorrectedField.SPEAKER:
            official = people.get(correction.is_now or "")
            own = _apart_from_others(each, mentions, official, people)
            if official and own.speaker_span:
                mentions = tuple(_meaning(mention, own.speaker_span, official) for mention in mentions)
            statements.append(_spoken(own, official, text))
        elif correction.field is CorrectedField.STANCE:
            statements.append(replace(each, stance=correction.is_now or Stance.NONE.value))
        else:
            kept = (topic for topic in each.topics if topic != correction.was)
            added = (correction.is_now,) if correction.is_now else ()
            statements.append(replace(each, topics=tuple(dict.fromkeys((*kept, *added)))))
    return replace(reading, mentions=mentions, statements=tuple(statements))


def _spoken(said: Statement, official: Official | None, text: str) -> Statement:
    """Return a statement as this official's, or as that of nobody who is known: what is printed stays."""
    name = official.name if official else said.speaker_surface
    ref = official.official_id if official else None
    if (said.speaker_id, said.resolved_by) == (ref, CORRECTED):
        return said
    words = " ".join(part.slice(text) for part in said.spans)
    return replace(
        said,
        speaker=name,
        speaker_id=ref,
        utterance_id=utterance_id(name, words),
        resolved_by=CORRECTED,
        confidence=1.0,
    )


def _apart_from_others(
    said: Statement, mentions: Sequence[Mention], official: Official | None, people: dict[str, Official]
) -> Statement:
    """Return a statement without the speaker's place where another stands by name: it was never his."""
    span = said.speaker_span
    if span is None:
        return said
    here = [each for each in mentions if each.kind is MentionKind.OFFICIAL and each.span.meets(span)]
    own = official.official_id if official else None
    if any(each.ref_id != own and _is_named(each, people) for each in here):
        return replace(said, speaker_span=None, speaker_surface=None)
    return said


def _is_named(mention: Mention, people: dict[str, Official]) -> bool:
    """Tell whether a mention has a part of the name of whom it was taken for: not only an office."""
    official = people.get(mention.ref_id or "")
    names = {*official.aliases, *official.surnames, *official.given, official.name} if official else set()
    words = plain_words(mention.surface).split()
    return any(word in words for name in names for word in plain_words(name).split())


def _meaning(mention: Mention, span: Span, official: Official) -> Mention:
    """Return the mention at a speaker's place as one of this official: there he stands by his office."""
    if mention.kind is not MentionKind.OFFICIAL or not mention.span.meets(span):
        return mention
    return replace(mention, ref_id=official.official_id, name=official.name)


def _renamed(article: Article, reading: Reading, correction: Correction, official: Official | None) -> Reading:
    """Return a reading in which a name means this official, or nobody of the watchlist."""
    in_text = _own(correction.words, article.text, reading.mentions)
    in_title = _own(correction.words, article.title or "", reading.title_mentions)
    plain = plain_words(correction.words)
    statements = tuple(
        _spoken(each, official, article.text)
        if plain_words(each.speaker or "") == plain
        or (each.speaker_span and any(each.speaker_span.covers(span) for span in in_text))
        else each
        for each in reading.statements
    )
    return replace(
        reading,
        mentions=_mentioning(reading.mentions, in_text, article.text, official),
        title_mentions=_mentioning(reading.title_mentions, in_title, article.title or "", official),
        statements=statements,
    )


def _own(name: str, text: str, mentions: Sequence[Mention]) -> list[Span]:
    """Return where a name stands by itself: not as a part of an official's longer one."""
    longer = [each.span for each in mentions if each.kind is MentionKind.OFFICIAL]
    return [span for span in occurrences(name, text) if not any(each.covers(span) and each != span for each in longer)]


def _mentioning(
    mentions: tuple[Mention, ...], spans: Sequence[Span], text: str, official: Official | None
) -> tuple[Mention, ...]:
    if not spans:
        return mentions
    people = {MentionKind.OFFICIAL, MentionKind.PERSON}
    kept = [each for each in mentions if each.kind not in people or not any(each.span.meets(span) for span in spans)]
    kind, ref, name = (
        (MentionKind.OFFICIAL, official.official_id, official.name) if official else (MentionKind.PERSON, None, None)
    )
    own = (
        Mention(kind=kind, ref_id=ref, name=name or span.slice(text), surface=span.slice(text), span=span)
        for span in spans
    )
    return tuple(sorted((*kept, *own), key=lambda each: each.span))
