"""What a sentence reports: a cue, the construction it stands in, and the words it brings in, none inside another.

What may be a report is weighed by the counted habits of its cue: how likely it is speech. Finds no speakers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import exp, log
from typing import TYPE_CHECKING

from extractors.records import Span, StatementKind
from extractors.speech.acts import Watched, is_act
from extractors.speech.cues import Cue
from extractors.speech.lexicon import (
    ACTS,
    INSERTED_VERBS,
    PRONOUNS,
    RECORDS,
    REPORTING_VERBS,
    SURE_ACTS,
    THOUGHTS,
    is_role,
)
from extractors.speech.parsing import ParsedSentence
from extractors.speech.proposals import SpeechReport, find_reports
from extractors.speech.quotations import WORD, Quotation, QuotationShape, whole
from extractors.speech.syntax import FINITE_VERBS, PARTIES, is_stand_in, noun_phrase
from extractors.speech.tagging import Tags
from extractors.text.tables import weights_in

if TYPE_CHECKING:
    from spacy.tokens import Token

_WEIGHTS = "cue_weights.json"
# Below these a statement is likelier to lower the F1 than to raise it: what holds a quotation is asked to be surer,
# for much between marks is a name or a slogan.
LIKELY, LIKELY_QUOTED = 0.28, 0.36
_CLAUSES = frozenset({"ccomp", "before"})  # constructions in which a whole clause is said
_EPSILON = 1e-3
_FEW, _SOME, _MANY = 3, 6, 12  # words of a content
_OPENERS = frozenset({"to", "how", "why", "what", "whether", "if", "who", "where", "when"})
_ACT = 2.0  # what an act of negotiation is worth beyond its counts, which are from another field of politics
_ACTORS = PARTIES | {"role", "name", "he", "she", "they", "it"}
_THINGS = frozenset({"thing", "which", "that", "it"})
_MARKS = frozenset('“”"')


def confidence(sentence: ParsedSentence, report: SpeechReport) -> float:
    """Return how likely `report` is speech that someone is said to have uttered, from 0 to 1."""
    weights = weights_in(_WEIGHTS)
    total = sum(weights.get(feature, 0.0) for feature in features(sentence, report))
    if report.construction not in _CLAUSES and _speaker_kind(report.cue.speaker) in _ACTORS:
        total += _ACT if report.head.lemma_.lower() in ACTS else 0.0
        if report.lemma in SURE_ACTS or (report.lemma, report.construction) == ("put", "as"):
            total = max(total, 0.0)
    if len(report.ranges) > 1 and report.lemma in INSERTED_VERBS:
        total = max(total, 0.0)
    return 1 / (1 + exp(-total))


# What a report is worth that the tagger hears too, or does not: the log-odds of `confidence`, and how far the
# tagger agrees with its bounds, weighed on articles that neither had learned from (docs/extraction.md).
_HEARD_BASE, _HEARD_RULE, _HEARD_AGREEMENT = -2.02, 0.29, 4.2
LIKELY_HEARD = 0.6
_UNHEARD = 0.1  # likelihood below which a word is no source
_NAMES = 0.9  # from which another than the parser's is
_SELDOM = -0.6  # log-odds of a cue that something else has to vouch for


def heard_confidence(weight: float, agreement: float) -> float:
    """Return how likely a report of that confidence is speech, with whose bounds the tagger agrees so far."""
    odds = log((weight + _EPSILON) / (1 - weight + _EPSILON))
    return 1 / (1 + exp(-(_HEARD_BASE + _HEARD_RULE * odds + _HEARD_AGREEMENT * agreement)))


def cue_in(tokens: Iterable[Token]) -> Token | None:
    """Return the token of a cue that reports most often, by its counts; None for a thought, a wish or a question."""
    weights = weights_in(_WEIGHTS)
    odds = {token.lemma_.lower(): (weights.get(f"cue={token.lemma_.lower()}", 0.0), token) for token in tokens}
    best, cue = max(odds.values(), default=(_SELDOM, None))
    return cue if best >= _SELDOM and odds.keys().isdisjoint(THOUGHTS) else None


def is_likely(sentence: ParsedSentence, report: SpeechReport, weight: float, quotations: Sequence[Quotation]) -> bool:
    """Tell whether a report of this confidence is taken for speech; `quotations` are those of its sentence."""
    if not LIKELY <= weight < LIKELY_QUOTED:
        return weight >= LIKELY
    return not any(each.outer.meets(span) for each in quotations for span in _spans(sentence, report))


def _spans(sentence: ParsedSentence, report: SpeechReport) -> list[Span]:
    return [sentence.span(sentence.doc[start], sentence.doc[end - 1]) for start, end in report.ranges]


def _is_none(report: SpeechReport, weight: float) -> bool:
    """Tell a thought, and what the rules doubt that a thing has said: the tagger is not asked about these either."""
    return report.lemma in THOUGHTS or (weight < LIKELY and _speaker_kind(report.cue.speaker) in _THINGS)


def _is_sure(report: SpeechReport) -> bool:
    """Tell what the tagger, which has seen too little of it, is not asked about: acts of negotiation, plain shapes.

    "According to X", "as X reported", "cited X as saying", "Talks failed, X said".
    """
    head = report.head
    if (
        report.construction in {"according", "as"}
        or len(report.ranges) > 1
        or _is_plain(report)
        or (head.i and head.nbor(-1).lower_ == "as")
    ):
        return True
    if report.lemma in SURE_ACTS or any(child.dep_ == "dobj" and child.lemma_ in ACTS for child in head.children):
        return True
    return report.construction not in _CLAUSES and head.lemma_.lower() in ACTS


def _is_plain(report: SpeechReport) -> bool:
    """Tell "said that talks failed" and "Talks failed, two officials said".

    On 84 articles of PolNeAR 131 of 134 and 64 of 65 such are speech, whatever the tagger hears.
    """
    speaker, head = report.cue.speaker, report.head
    if speaker is None or report.lemma not in REPORTING_VERBS or head.tag_ not in FINITE_VERBS:
        return False
    doc, start = head.doc, report.ranges[0][0]
    if report.construction == "ccomp":
        return start > head.i and doc[start - 1].lower_ == "that"
    first = noun_phrase(speaker)[0].i
    if report.construction != "before" or speaker.i > head.i or first == 0 or doc[first - 1].text != ",":
        return False
    return all(token.lemma_.lower() not in REPORTING_VERBS for start, end in report.ranges for token in doc[start:end])


def features(sentence: ParsedSentence, report: SpeechReport) -> Iterator[str]:
    """Yield what is weighed: the cue in its construction and inflection, who speaks, what the content is like."""
    head = report.head
    yield "any"
    yield f"construction={report.construction}"
    yield f"cue={report.lemma}"
    yield f"cue={report.lemma} {report.construction}"
    yield f"cue={report.lemma} {head.tag_}"
    if head.dep_ != "ROOT" and head.head.i != head.i:
        yield f"under={head.head.lemma_.lower()} {head.dep_}"
    yield from _inflection(head, report.construction)
    yield from _speaker(report.cue.speaker, report.construction)
    yield from _content(sentence, report)


def _inflection(head: Token, construction: str) -> Iterator[str]:
    yield f"tag={head.tag_}"
    yield f"dep={head.dep_}"
    for child in head.children:
        if child.dep_ == "neg":
            yield "negated"
        elif child.dep_ == "aux":
            yield f"aux={child.lower_}"
        elif child.dep_ == "auxpass":
            yield f"passive {construction}"
        elif child.dep_ == "mark":
            yield f"mark={child.lower_}"


def _speaker(speaker: Token | None, construction: str) -> Iterator[str]:
    kind = _speaker_kind(speaker)
    yield f"speaker={kind}"
    yield f"speaker={kind} {construction}"
    if speaker is not None and kind == "thing":
        yield f"speaker={speaker.lemma_.lower()}"


def _speaker_kind(speaker: Token | None) -> str:
    if speaker is None:
        return "none"
    if speaker.lower_ in PRONOUNS or speaker.pos_ == "PRON":
        return speaker.lower_
    if speaker.ent_type_ in PARTIES:
        return speaker.ent_type_
    lemma = speaker.lemma_.lower()
    if is_role(lemma):
        return "role"
    return "name" if speaker.pos_ == "PROPN" else "thing"


def _content(sentence: ParsedSentence, report: SpeechReport) -> Iterator[str]:
    doc = sentence.doc
    words = sum(end - start for start, end in report.ranges)
    size = "few" if words <= _FEW else "some" if words <= _SOME else "more" if words <= _MANY else "many"
    yield f"size={size} {report.construction}"
    first = doc[report.ranges[0][0]]
    yield f"first={first.pos_} {report.construction}"
    if first.lower_ in _OPENERS:
        yield f"first={first.lower_} {report.construction}"
    if any(token.text in _MARKS for start, end in report.ranges for token in doc[start:end]):
        yield "quoted"
        yield f"quoted {report.construction}"
    before = doc[first.i - 1].lower_ if first.i > sentence.first else ""
    if before in {"that", ":", ","}:
        yield f"after={before} {report.construction}"


_DOUBTFUL, _SURER = 0.7, 0.15
_LEAST = 3  # words of a report, fewer are an answer or a term
_LEAST_OF_ACT = 2  # "ruled out a ceasefire"
_SURE = 0.5  # an act as likely as not
_SURE_ACT = 0.9  # what an act on a watched subject weighs, which the counts know nothing of


@dataclass(frozen=True, slots=True)
class PlacedReport:
    """One report: its cue and its spans in the article; `is_act` where it is an act on a watched subject."""

    report: SpeechReport
    spans: tuple[Span, ...]
    kind: StatementKind
    is_act: bool = False

    @property
    def cue(self) -> Cue:
        """The words that report it."""
        return self.report.cue


def find_reported(
    sentence: ParsedSentence,
    text: str,
    quotations: Sequence[Quotation],
    watched: Watched,
    tags: Tags | None = None,
) -> list[PlacedReport]:
    """Return the reports of a sentence in order; `quotations` and what is `watched` are those that begin in it."""
    found: list[tuple[float, SpeechReport]] = []
    acts: set[int] = set()
    for report in find_reports(sentence):
        if not _is_quoted(sentence, report, quotations):
            weight = confidence(sentence, report)
            asked = None if _is_sure(report) or _is_none(report, weight) else tags
            if asked is not None:
                heard = max(asked.agreement(whole(span, quotations)) for span in _spans(sentence, report))
                weight = heard_confidence(weight, heard)
            if is_act(sentence, report.head, report.cue.speaker, watched):
                weight = max(weight, _SURE_ACT)
                acts.add(report.head.i)
            if weight >= LIKELY_HEARD if asked else is_likely(sentence, report, weight, quotations):
                found.append((weight, report))
    kept: list[PlacedReport] = []
    for weight, report in sorted(_outermost(found), key=lambda item: item[1].head.i):
        reported = _placed(sentence, text, report, quotations, _least(report, weight, acts))
        if reported is not None:
            cue = by_source(sentence, report.cue, tags)
            kept.append(replace(reported, report=replace(report, cue=cue), is_act=report.head.i in acts))
    return kept


def by_source(sentence: ParsedSentence, cue: Cue, tags: Tags | None) -> Cue:
    """Return a cue with the speaker whom the tagger hears, where it hears none in the parser’s.

    "Putin, asked whether he wanted a truce, said": the parser takes the nearer for the subject; of "said Capt. Ivan
    Sokolov" it takes the title alone.
    """
    if cue.speaker is None or tags is None:
        return cue
    least = LIKELY_HEARD if cue.speaker.pos_ == "PRON" else _NAMES
    sure = [each.span for each in tags.sources(sentence.whole()) if each.likelihood >= least]
    is_made = any(child.lower_ == "by" for child in cue.speaker.rights)  # "a statement by Paris": its maker is known
    is_odd = cue.speaker.pos_ == "PRON" or (_speaker_kind(cue.speaker) == "thing" and not is_made)
    if not is_odd or tags.naming(_span(sentence, cue.speaker)) > _UNHEARD:
        return replace(cue, speaker=_whole_name(sentence, cue.speaker, sure))
    heads = [
        token
        for token in sentence
        if token.i < cue.first.i and any(_span(sentence, token).meets(each) for each in sure)
    ]
    tops = [token for token in heads if token.head not in heads]  # Germany of "by Germany, France and Britain"
    named = [token for token in tops if is_role(token.lemma_.lower()) or token.pos_ == "PROPN"]
    named = named or [token for token in heads if token.pos_ == "PROPN"]
    return replace(cue, speaker=named[-1]) if named else cue


def _whole_name(sentence: ParsedSentence, head: Token, sure: Sequence[Span]) -> Token:
    """Return the last word of a name that the parser broke off, as far as the tagger hears it as one."""
    if head.pos_ != "PROPN" or not any(each.covers(_span(sentence, head)) for each in sure):
        return head
    source = next(each for each in sure if each.covers(_span(sentence, head)))
    last = head
    for token in sentence.doc[head.i + 1 : sentence.last]:
        if not source.covers(_span(sentence, token)) or (token.pos_ != "PROPN" and token.text != "."):
            break
        last = token if token.pos_ == "PROPN" else last
    return last


def _span(sentence: ParsedSentence, token: Token) -> Span:
    return sentence.span(token, token)


def _least(report: SpeechReport, weight: float, acts: Collection[int]) -> int:
    """Return how many words a report must have: of an act its bare object will do."""
    if report.head.i in acts:
        return 1
    return _LEAST if report.lemma not in SURE_ACTS or weight < _SURE else _LEAST_OF_ACT


def _is_quoted(sentence: ParsedSentence, report: SpeechReport, quotations: Sequence[Quotation]) -> bool:
    """Tell a cue that stands between quotation marks: someone is quoted there who says that others say things."""
    place = sentence.place(report.head)
    return any(each.outer.start <= place < each.outer.end for each in quotations)


def _outermost(found: Sequence[tuple[float, SpeechReport]]) -> Iterator[tuple[float, SpeechReport]]:
    """Yield the reports whose cue no longer one holds; a doubtful one gives way to a sure one inside it."""
    taken: list[tuple[int, int]] = []
    for weight, report in sorted(found, key=lambda item: (-_length(item[1]), item[1].head.i)):
        is_inside = any(start <= report.head.i < end for start, end in taken) or _is_named(report, found)
        if is_inside or set(report.ranges) <= set(taken) or any(_hands_on(report, inner) for _, inner in found):
            continue
        if weight < _DOUBTFUL and any(other > weight + _SURER and _within(each, report) for other, each in found):
            continue
        taken += report.ranges
        yield weight, report


def _is_named(report: SpeechReport, found: Sequence[tuple[float, SpeechReport]]) -> bool:
    """Tell a noun that another report speaks of: "an openness to compromise" that is signaled."""
    is_noun = report.head.pos_ == "NOUN"
    return is_noun and any(start <= report.head.i < end for _, each in found for start, end in each.ranges)


def _hands_on(report: SpeechReport, inner: SpeechReport) -> bool:
    """Tell an outlet that reports what another said: "Reuters reported that a source said that Putin can fight".

    Or "As TASS reported, Lavrov said".
    """
    if report.construction == "as" and inner.head == report.head.head:
        return inner.construction in _CLAUSES
    if inner.head.dep_ == "acl" and inner.head.head.dep_ == "dobj" and inner.head.head.head == report.head:
        return inner.construction == "ccomp"
    source = report.cue.speaker
    if report.construction == "according" and source is not None and source.lemma_.lower() in RECORDS:
        return inner.construction in _CLAUSES and inner.head.i > report.head.i and inner.cue.speaker is not None
    if report.construction == "according":
        is_vouched_for = report.head.head == inner.head or _ends_at(inner, report.head)
        return inner.construction in _CLAUSES and inner.head.i < report.head.i and is_vouched_for
    return report.lemma == "report" and inner.head.dep_ == "ccomp" and inner.head.head == report.head


def _ends_at(report: SpeechReport, token: Token) -> bool:
    """Tell a clause, not a whole quotation, with nothing but a comma between it and a token."""
    words = token.doc[report.ranges[-1][0] : report.ranges[-1][1]]
    return words.end + 1 == token.i and report.construction == "ccomp" and not any(is_stand_in(word) for word in words)


def _within(inner: SpeechReport, outer: SpeechReport) -> bool:
    is_finite = inner is not outer and inner.head.tag_ != "VB"
    return is_finite and any(start <= inner.head.i < end for start, end in outer.ranges)


def _length(report: SpeechReport) -> int:
    return sum(end - start for start, end in report.ranges)


def _placed(
    sentence: ParsedSentence, text: str, report: SpeechReport, quotations: Sequence[Quotation], least: int
) -> PlacedReport | None:
    """Place a report in the article; None where it is nothing but whole quotations, which are read by themselves."""
    spans = [whole(span, quotations) for span in _spans(sentence, report)]
    said = {quotation.outer for quotation in quotations if quotation.shape is QuotationShape.SENTENCE}
    if all(any(outer.covers(span) for outer in said) for span in spans):
        return None
    words, quoted = _count_words(text, spans, quotations)
    if words < least:
        return None
    return PlacedReport(report, tuple(spans), _kind(words, quoted))


def kind_of(text: str, spans: Sequence[Span], quotations: Sequence[Quotation]) -> StatementKind:
    """Return how much of some words stands between quotation marks."""
    return _kind(*_count_words(text, spans, quotations))


def _kind(words: int, quoted: int) -> StatementKind:
    if not quoted:
        return StatementKind.INDIRECT
    return StatementKind.DIRECT if quoted == words else StatementKind.MIXED


def _count_words(text: str, spans: Sequence[Span], quotations: Sequence[Quotation]) -> tuple[int, int]:
    """Count the words, and those of them between quotation marks."""
    places = [match.start() for span in spans for match in WORD.finditer(text, span.start, span.end)]
    quoted = sum(any(each.outer.start <= place < each.outer.end for each in quotations) for place in places)
    return len(places), quoted
