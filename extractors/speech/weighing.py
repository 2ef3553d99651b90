"""How likely a report is speech: the counted habits of its cue, added up. Finds no reports and no speakers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from math import exp
from typing import TYPE_CHECKING

from extractors.speech.lexicon import ACTS, PEOPLE, PRONOUNS, SURE_ACTS
from extractors.speech.parsing import ParsedSentence
from extractors.speech.quotations import Quotation
from extractors.speech.reports import Report

if TYPE_CHECKING:
    from spacy.tokens import Token

# Below these a statement is likelier to lower the F1 than to raise it: what holds a quotation is asked to be surer,
# for much between marks is a name or a slogan.
LIKELY, LIKELY_QUOTED = 0.28, 0.36
_FEW, _SOME, _MANY = 3, 6, 12  # words of a content
_OPENERS = frozenset({"to", "how", "why", "what", "whether", "if", "who", "where", "when"})
_ACT = 2.0  # what an act of negotiation is worth beyond its counts, which are from another field of politics
_ACTORS = frozenset({"PERSON", "ORG", "GPE", "NORP", "role", "name", "he", "she", "they", "it"})
_MARKS = frozenset('“”"')


@cache
def _weights() -> dict[str, float]:
    return json.loads(files("extractors").joinpath("cue_weights.json").read_text("utf-8"))["weights"]  # type: ignore[no-any-return]  # our own file


def confidence(sentence: ParsedSentence, report: Report) -> float:
    """Return how likely `report` is speech that someone is said to have uttered, from 0 to 1."""
    weights = _weights()
    total = sum(weights.get(feature, 0.0) for feature in features(sentence, report))
    if report.frame not in {"ccomp", "before"} and _speaker_kind(report.cue.speaker) in _ACTORS:
        total += _ACT if report.head.lemma_.lower() in ACTS else 0.0
        if report.lemma in SURE_ACTS or (report.lemma, report.frame) == ("put", "as"):
            total = max(total, 0.0)
    return 1 / (1 + exp(-total))


def is_likely(sentence: ParsedSentence, report: Report, weight: float, quotations: Sequence[Quotation]) -> bool:
    """Tell whether a report of this confidence is taken for speech; `quotations` are those of its sentence."""
    if not LIKELY <= weight < LIKELY_QUOTED:
        return weight >= LIKELY
    spans = [sentence.span(sentence.doc[start], sentence.doc[end - 1]) for start, end in report.ranges]
    return not any(each.outer.meets(span) for each in quotations for span in spans)


def features(sentence: ParsedSentence, report: Report) -> Iterator[str]:
    """Yield what is weighed: the cue and its frame, how the cue is inflected, who speaks, what the content is like."""
    head = report.head
    yield "any"
    yield f"frame={report.frame}"
    yield f"cue={report.lemma}"
    yield f"cue={report.lemma} {report.frame}"
    yield f"cue={report.lemma} {head.tag_}"
    if head.dep_ != "ROOT" and head.head.i != head.i:
        yield f"under={head.head.lemma_.lower()} {head.dep_}"
    yield from _inflection(head, report.frame)
    yield from _speaker(report.cue.speaker, report.frame)
    yield from _content(sentence, report)


def _inflection(head: Token, frame: str) -> Iterator[str]:
    yield f"tag={head.tag_}"
    yield f"dep={head.dep_}"
    for child in head.children:
        if child.dep_ == "neg":
            yield "negated"
        elif child.dep_ == "aux":
            yield f"aux={child.lower_}"
        elif child.dep_ == "auxpass":
            yield f"passive {frame}"
        elif child.dep_ == "mark":
            yield f"mark={child.lower_}"


def _speaker(speaker: Token | None, frame: str) -> Iterator[str]:
    kind = _speaker_kind(speaker)
    yield f"speaker={kind}"
    yield f"speaker={kind} {frame}"
    if speaker is not None and kind == "thing":
        yield f"speaker={speaker.lemma_.lower()}"


def _speaker_kind(speaker: Token | None) -> str:
    if speaker is None:
        return "none"
    if speaker.lower_ in PRONOUNS or speaker.pos_ == "PRON":
        return speaker.lower_
    if speaker.ent_type_ in {"PERSON", "ORG", "GPE", "NORP"}:
        return speaker.ent_type_
    lemma = speaker.lemma_.lower()
    if lemma in PEOPLE or lemma.endswith(("man", "woman")):
        return "role"
    return "name" if speaker.pos_ == "PROPN" else "thing"


def _content(sentence: ParsedSentence, report: Report) -> Iterator[str]:
    doc = sentence.doc
    words = sum(end - start for start, end in report.ranges)
    size = "few" if words <= _FEW else "some" if words <= _SOME else "more" if words <= _MANY else "many"
    yield f"size={size} {report.frame}"
    first = doc[report.ranges[0][0]]
    yield f"first={first.pos_} {report.frame}"
    if first.lower_ in _OPENERS:
        yield f"first={first.lower_} {report.frame}"
    if any(token.text in _MARKS for start, end in report.ranges for token in doc[start:end]):
        yield "quoted"
        yield f"quoted {report.frame}"
    before = doc[first.i - 1].lower_ if first.i > sentence.first else ""
    if before in {"that", ":", ","}:
        yield f"after={before} {report.frame}"
