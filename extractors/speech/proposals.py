"""What a sentence may report: every verb and noun that has what looks like a content, and each "according to".

Weighs nothing and finds no speakers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from extractors.speech.contents import construction_of, enclosed, whole_but
from extractors.speech.cues import NOMINAL, QUOTING, Cue, cue_of, name_right, phrase_before
from extractors.speech.lexicon import (
    ANSWERING,
    AWAITING,
    HEARD_VERBS,
    INSERTED_VERBS,
    LABELS,
    SAID_OF_VERBS,
    is_role,
)
from extractors.speech.parsing import ParsedSentence
from extractors.speech.partners import joined_in, joiner
from extractors.speech.syntax import (
    NOUNS,
    PARTIES,
    SUBJECTS,
    TIMES,
    VERBS,
    Range,
    child_of,
    doer,
    is_infinitive,
    is_source,
    resumed,
    subject,
    that_of,
    trimmed,
    with_particle,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

_ASKED = frozenset({"whether", "if", "about", "why", "how", "what", "by", "on", "when", "where"})
_QUESTIONED = frozenset({"asked", "pressed", "questioned"})
_CITING = frozenset({"citing", "quoting"})
_HEADING = 8  # tokens of a name and its titles before a colon


@dataclass(frozen=True, slots=True)
class SpeechReport:
    """What a cue brings in: `ranges` of tokens of the document. `construction` and `lemma` say how the cue is used."""

    cue: Cue
    head: Token
    lemma: str
    construction: str
    ranges: tuple[Range, ...]


def find_reports(sentence: ParsedSentence) -> Iterator[SpeechReport]:
    """Yield what may be a report, in the order of the cues."""
    stand_ins = {verb.i for _, verb in sentence.said}
    headed = _headed(sentence)
    if headed is not None:
        yield headed
    for token in sentence:
        if token.i in stand_ins or token.lower_ == "according":
            continue
        if is_source(token):
            report = _according(sentence, token)
        elif token.pos_ in VERBS:
            thing = answered(token)
            report = _of_verb(sentence, token) if thing is None else _of_answer(token, thing)
        else:
            report = _of_noun(token) if token.pos_ == "NOUN" else None
        if report is not None and report.ranges and not _is_question(token, report.ranges):
            yield report


def _headed(sentence: ParsedSentence) -> SpeechReport | None:
    """Return what follows a name and a colon at the head of a line: "Peskov: No talks before ‘goals are reached’"."""
    doc = sentence.doc
    at = next(
        (token.i for token in doc[sentence.first : sentence.first + _HEADING] if token.text == ":"), sentence.last
    )
    name = doc[at - 1]
    if at + 1 >= sentence.last or name.i < sentence.first or not name.is_title or sentence.said:
        return None
    if (
        len(name) == 1
        or name.lower_ in LABELS
        or name.ent_type_ in TIMES
        or any(token.pos_ not in NOMINAL for token in doc[sentence.first : at])
    ):
        return None
    if all(token.pos_ not in VERBS for token in doc[at : sentence.last]):
        return None
    colon = doc[at]
    return SpeechReport(Cue(colon, colon, name), colon, ":", "colon", tuple(trimmed(doc, [(at + 1, sentence.last)])))


def _of_verb(sentence: ParsedSentence, verb: Token) -> SpeechReport | None:
    if verb.dep_ in {"aux", "auxpass", "amod", "compound"}:
        return None
    if (
        _is_awaited(verb)
        or _is_heard(verb)
        or _is_handing_on(verb)
        or _is_naming_source(verb)
        or joined_in(verb) is not None
    ):
        return None
    construction, ranges = construction_of(sentence, verb)
    aside = _parenthesis(sentence, verb, construction)
    if aside is not None:
        return aside
    if not construction or _is_said_of(verb, construction):
        return None
    cue = cue_of(verb)
    if cue is None:
        return None
    joined = joiner(verb) or resumed(verb)
    if joined is not None:
        cue = replace(cue, speaker=subject(joined))
    if cue.speaker is None or cue.speaker.i == verb.i:
        cue = replace(cue, speaker=phrase_before(sentence, verb))
    return SpeechReport(cue, verb, with_particle(verb), construction, tuple(ranges))


def answered(verb: Token) -> Token | None:
    """Return the "claims" of "responded to claims that", which others make."""
    if verb.lemma_.lower() not in ANSWERING:
        return None
    beside = [verb, *(child for child in verb.rights if child.lower_ in {"to", "on"})]
    things = (child_of(head, "dobj", "pobj") for head in beside)
    return next((thing for thing in things if thing is not None and _clause_of(thing, "that") is not None), None)


def _of_answer(verb: Token, thing: Token) -> SpeechReport | None:
    """Return an answer, whose words are what it answers as a whole: nobody says here that the claims are right."""
    cue, way = cue_of(verb), "dobj" if thing.head == verb else f"prep-{thing.head.lower_}"
    if cue is None:
        return None
    whole = [(thing.left_edge.i, thing.right_edge.i + 1)]
    return SpeechReport(cue, verb, with_particle(verb), way, tuple(trimmed(verb.doc, whole)))


def _is_question(verb: Token, ranges: Sequence[Range]) -> bool:
    """Tell the "asked if he would" of "Asked if he would, Putin replied in the negative"."""
    words = [verb.doc[start].lower_ for start, _ in ranges[:1]]
    return any(word in _QUESTIONED for word in words)


def _is_heard(verb: Token) -> bool:
    """Tell "when asked about talks, Putin" and "Putin, asked whether he can, said": the question is nobody's."""
    if verb.tag_ not in {"VBN", "VBD"} or verb.lemma_.lower() not in HEARD_VERBS:
        return False
    if _is_set_off(verb):
        return True
    dependents = {child.dep_ for child in verb.children}
    if dependents & {"agent", "aux", "nsubj"}:
        return False
    is_passing = verb.tag_ == "VBN" and verb.dep_ in {"advcl", "acl"}
    return is_passing or any(child.lower_ in {"when", "if", "once"} for child in verb.lefts)


def _is_awaited(verb: Token) -> bool:
    """Tell the "offer" of "is expected to offer" and "is due to offer", which has not been said."""
    return verb.dep_ == "xcomp" and verb.head.lemma_.lower() in AWAITING and verb.head.tag_ in {"VBN", "JJ"}


def _is_said_of(verb: Token, construction: str) -> bool:
    """Tell "he is expected to meet", "was reported to have left" and "was urged to leave", which he does not say."""
    if construction not in {"xcomp", "obj-xcomp"} or verb.lemma_.lower() not in HEARD_VERBS | SAID_OF_VERBS:
        return False
    dependents = {child.dep_ for child in verb.children}
    return verb.tag_ == "VBN" and "agent" not in dependents and bool(dependents & {"auxpass", "nsubjpass"})


def _is_set_off(verb: Token) -> bool:
    """Tell a participle by what stands around it: nothing or a comma before, a question after."""
    before = verb.nbor(-1) if verb.i else None
    begins = before is None or before.is_sent_end or before.text == "," or before.lower_ == "when" or verb.is_sent_start
    following = verb.nbor(1).lower_ if verb.i + 1 < len(verb.doc) else ""
    return bool(begins) and following in _ASKED


def _is_handing_on(verb: Token) -> bool:
    """Tell the "quoted" of "Interfax quoted Lavrov as saying": the saying is the report, and Lavrov’s."""
    if verb.lemma_ not in QUOTING or any(child.dep_ == "auxpass" for child in verb.children):
        return False
    thing = child_of(verb, "dobj")
    ways = [child for head in (verb, thing) if head is not None for child in head.rights if child.lower_ == "as"]
    sayings = [child for way in ways for child in way.children if child.dep_ == "pcomp" and child.tag_ == "VBG"]
    return any(child.i > saying.i and not child.is_punct for saying in sayings for child in saying.children)


def _is_naming_source(verb: Token) -> bool:
    """Tell the "citing" of "Reuters, citing three sources, reported that": the report is Reuters’."""
    source = next((token for token in verb.doc[verb.i + 1 : verb.right_edge.i + 1] if token.pos_ in NOUNS), None)
    if verb.lower_ not in _CITING or source is None or verb.nbor(-1).text != ",":
        return False
    return source.ent_type_ in PARTIES or is_role(source.lemma_.lower()) or source.lower_ in {"people", "media"}


def _parenthesis(sentence: ParsedSentence, verb: Token, construction: str) -> SpeechReport | None:
    """Return the report of ", said Wilders," or ", his advisers said Friday,", whatever the parser made of it."""
    lemma, inner = with_particle(verb), _subject_inside(verb)
    is_finite = verb.tag_ in {"VBD", "VBZ"} or (verb.tag_ == "VBN" and inner is not None)
    if lemma not in INSERTED_VERBS or not is_finite or (construction == "before" and inner is None):
        return None
    doc, at = verb.doc, verb.i
    if inner is None and at - 1 > sentence.first and doc[at - 1].text == "," and lemma != "tell":
        speaker, left = name_right(sentence, at), at - 1
    elif inner is not None or not construction:
        own = inner or next((child for child in verb.lefts if child.dep_ in SUBJECTS), None)
        left = own.left_edge.i - 1 if own is not None else 0
        is_aside = left > sentence.first and doc[left].text == "," and _stops_after(sentence, at)
        speaker = own if is_aside else None
    else:
        return None
    if speaker is None:
        return None
    ranges = enclosed(sentence, left, max(at, speaker.i) + 1)
    return SpeechReport(Cue(verb, verb, speaker), verb, lemma, "before", tuple(ranges)) if ranges else None


def _subject_inside(verb: Token) -> Token | None:
    """Return the Orban of "Hungary, Orban said, would not pay", which the parser has set beside Hungary."""
    owns = [child for child in verb.lefts if child.dep_ in SUBJECTS]
    beside = [child for own in owns for child in own.rights if child.dep_ == "appos"]
    names = owns[1:] or [each for each in beside if each.right_edge.i + 1 == verb.i]
    return names[-1] if names else None


def _of_noun(noun: Token) -> SpeechReport | None:
    above = noun.head.head if noun.dep_ == "pobj" else noun.head
    if answered(above) == noun:
        return None
    for construction, clause in (("noun-that", _clause_of(noun, "that")), ("noun-inf", _clause_of(noun, "to"))):
        if clause is not None:
            owner = child_of(noun, "poss")
            speaker = owner if owner is not None else doer(noun)
            ranges = tuple(_of_clause(noun, clause))
            return SpeechReport(Cue(noun, noun, speaker), noun, noun.lemma_.lower(), construction, ranges)
    return None


def _clause_of(noun: Token, opening: str) -> Token | None:
    """Return the clause that says what a noun like "claim" means, if it begins with that, or with to."""
    clause = next((child for child in noun.children if child.dep_ in {"acl", "ccomp"} and child.i > noun.i), None)
    if clause is None:
        return None
    has_that = that_of(clause) is not None
    return clause if (has_that if opening == "that" else not has_that and is_infinitive(clause)) else None


def _according(sentence: ParsedSentence, token: Token) -> SpeechReport | None:
    if not is_source(token):
        return None
    to = token.head
    according = to.head
    ranges = tuple(_without_citing(according.doc, *each) for each in whole_but(sentence, according, token))
    return SpeechReport(Cue(according, to, token), according, "accord", "according", ranges)


def _without_citing(doc: Doc, start: int, end: int) -> Range:
    """Cut off whom the source cites: "According to Bloomberg, citing two officials, talks failed"."""
    opening = doc[start] if doc[start].lower_ in _CITING else doc[max(0, start - 1)]
    if opening.lower_ not in _CITING:
        return start, end
    comma = next((at for at in range(start, end - 1) if doc[at].text == ","), None)
    return (start, end) if comma is None else (comma + 1, end)


def _stops_after(sentence: ParsedSentence, at: int) -> bool:
    """Tell whether nothing but a time or place stands between a verb and the next mark."""
    for token in sentence.doc[at + 1 : min(sentence.last, at + 6)]:
        if token.is_punct:
            return True
        if token.pos_ not in {"PROPN", "NOUN", "ADP", "DET", "ADV", "NUM", "ADJ"}:
            return False
    return at + 1 >= sentence.last


def _of_clause(noun: Token, clause: Token) -> list[Range]:
    """Return the clause that says what a noun like "claim" means."""
    return trimmed(noun.doc, [(max(noun.i + 1, clause.left_edge.i), clause.right_edge.i + 1)])
