"""The names of an article that only the language model knows; the watchlist’s mentions always win over them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from extractors.records import Mention, MentionKind, Span
from extractors.speech.lexicon import BODIES, gender_of_first_name, gender_of_titles, is_role
from extractors.speech.parsing import Frame
from extractors.text.spans import disjoint, stripped

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token
    from spacy.tokens import Span as Tokens

_KINDS = {"PERSON": MentionKind.PERSON, "ORG": MentionKind.ORGANISATION, "GPE": MentionKind.PLACE}
_NAME = re.compile(r"[^\W\d_][\w’'.-]*(?: [^\W\d_][\w’'.-]*)*")
_POSSESSIVE = re.compile(r"[’']s?$")
_LONGEST = 4  # words of a person’s name
_SHORTEST = 3  # letters of a surname that may stand for a person by itself


def find_entities(text: str, parsed: Iterable[tuple[Frame, Doc]], taken: Sequence[Mention]) -> tuple[Mention, ...]:
    """Return the model's names in the article in order, none on a mention of `taken`.

    A person is named by the fullest form in the article; a surname that the model takes for something else, or misses,
    is that person all the same.
    """
    frames = list(parsed)
    free = _Free(taken)
    found = [named for frame, doc in frames for named in _named(text, frame, doc, free)]
    fullest = _fullest([span.slice(text) for kind, span in found if kind is MentionKind.PERSON])
    mentions = {
        span: _mention_of(text, kind, span, fullest) for kind, span in found if _is_sure(text, kind, span, fullest)
    }
    for frame, doc in frames:
        for span in _surnames(text, frame, doc, free, fullest):
            mentions[span] = _mention_of(text, MentionKind.PERSON, span, fullest)
    return disjoint(mentions.values())


class _Free:
    """Tells where no mention of the watchlist stands."""

    def __init__(self, taken: Sequence[Mention]) -> None:
        self._taken = sorted(mention.span for mention in taken if mention.kind is not MentionKind.TOPIC)
        self._starts = [span.start for span in self._taken]

    def at(self, span: Span) -> bool:
        """Tell whether `span` meets none of them."""
        return not self._met(span)

    def part(self, span: Span, text: str) -> Span | None:
        """Return what a mention at its beginning leaves of `span`: the name in "Belarus Boris Gryzlov"."""
        met = self._met(span)
        if not met:
            return span
        rest = stripped(text, Span(max(other.end for other in met), span.end))
        return rest if " " in rest.slice(text) and text[rest.start].isupper() else None

    def _met(self, span: Span) -> list[Span]:
        after = bisect_right(self._starts, span.end - 1)
        return [other for other in self._taken[max(0, after - 3) : after] if other.meets(span)]


def _named(text: str, frame: Frame, doc: Doc, free: _Free) -> Iterator[tuple[MentionKind, Span]]:
    for entity in doc.ents:
        if (entity.label_ not in _KINDS and not _is_person(entity)) or all(token.tag_ == "JJ" for token in entity):
            continue
        span = _verbatim(text, frame, entity)
        if span is not None and (left := free.part(span, text)) is not None:
            yield (MentionKind.PERSON if _is_person(entity) else _KINDS[entity.label_]), left


def _is_person(entity: Tokens) -> bool:
    """Tell a first name with a surname, and a name with a title, whatever the model takes them for."""
    words = [token.text for token in entity if token.dep_ != "case"]
    if not 1 < len(words) <= _LONGEST or not all(word[:1].isupper() for word in words):
        return False
    is_called = bool(gender_of_first_name(words[0]) or gender_of_titles([words[0].lower()]))
    return is_called and words[-1].lower() not in BODIES and not is_role(words[-1].lower())


def _verbatim(text: str, frame: Frame, entity: Tokens) -> Span | None:
    """Return where the name itself stands, without article, possessive and marks; None where it is no name."""
    whole = frame.span(entity.start_char, entity.end_char)
    printed = whole.slice(text)
    start = 4 if printed[:4].lower() == "the " else 0
    name = _NAME.match(_POSSESSIVE.sub("", printed[start:].rstrip(" ,;:")))
    if name is None or len(printed) != len(entity.text) or not name.group()[0].isupper():
        return None
    return Span(whole.start + start, whole.start + start + len(_POSSESSIVE.sub("", name.group())))


def _fullest(names: Iterable[str]) -> dict[str, str]:
    """Map surnames, then first names, to the fullest name that bears them."""
    full = [name for name in names if " " in name]
    found: dict[str, str] = {}
    for name in full:
        surname = name.split()[-1]
        if len(surname) >= _SHORTEST and name.endswith(found.get(surname, "")):
            found[surname] = name
    for name in full:
        first, *rest = name.split()
        if gender_of_first_name(name):
            found.setdefault(rest[0] if gender_of_titles([first.lower()]) else first, name)
    return found


def _mention_of(text: str, kind: MentionKind, span: Span, fullest: dict[str, str]) -> Mention:
    surface = span.slice(text)
    whole = fullest.get(surface) or fullest.get(surface.split()[-1], "")
    if surface in fullest or whole.startswith(f"{surface} "):
        return Mention(kind=MentionKind.PERSON, ref_id=None, name=whole, surface=surface, span=span)
    return Mention(kind=kind, ref_id=None, name=" ".join(surface.split()), surface=surface, span=span)


def _is_sure(text: str, kind: MentionKind, span: Span, fullest: dict[str, str]) -> bool:
    """Doubt a person of one word whom the article never names in full: the model takes towns for people."""
    return kind is not MentionKind.PERSON or " " in span.slice(text) or span.slice(text) in fullest


def _surnames(text: str, frame: Frame, doc: Doc, free: _Free, fullest: dict[str, str]) -> Iterator[Span]:
    for token in doc:
        if token.text in fullest and not token.ent_type_ and not _is_part(token):
            span = frame.span(token.idx, token.idx + len(token))
            if span.slice(text) == token.text and free.at(span):
                yield span


def _is_part(token: Token) -> bool:
    """Tell whether a capitalised word goes on before or after, so that this is another's name."""
    before = token.i > 0 and token.nbor(-1).pos_ == "PROPN" and token.nbor(-1).dep_ == "compound"
    return before or (token.dep_ == "compound" and token.head.pos_ == "PROPN" and bool(token.head.ent_type_))
