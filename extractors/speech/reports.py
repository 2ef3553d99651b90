"""Reports of speech in a parsed sentence: a cue, the frame it stands in, and the words it brings in.

Every verb and noun that has what looks like a content is proposed; whether it is speech is weighed elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from extractors.speech.contents import after_cue, around_cue, enclosed, of_noun, trimmed, whole_but, with_name
from extractors.speech.cues import NOMINAL, Cue, cue_of, name_right, phrase_before
from extractors.speech.endings import Range, resumed
from extractors.speech.lexicon import HEARD_VERBS, REPORTING_VERBS
from extractors.speech.parsing import ParsedSentence
from extractors.speech.syntax import SUBJECTS, agent_of, is_source, subject

if TYPE_CHECKING:
    from spacy.tokens import Token

_VERBS = frozenset({"VERB", "AUX"})
_PREPOSITIONS = frozenset({"about", "of", "for", "against", "on", "over", "to", "with", "as", "from", "at"})
_LINKS = frozenset({"mark", "advmod"})
_HEADING = 8  # tokens of a name and its titles before a colon
_OBJECTS = frozenset({"dobj", "oprd", "attr"})


@dataclass(frozen=True, slots=True)
class Report:
    """What a cue brings in: `ranges` of tokens of the document. `frame` and `lemma` say how the cue is used."""

    cue: Cue
    head: Token
    lemma: str
    frame: str
    ranges: tuple[Range, ...]


def find_reports(sentence: ParsedSentence) -> Iterator[Report]:
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
        elif token.pos_ in _VERBS:
            report = _of_verb(sentence, token)
        else:
            report = _of_noun(token) if token.pos_ == "NOUN" else None
        if report is not None and report.ranges:
            yield report


def _headed(sentence: ParsedSentence) -> Report | None:
    """Return what follows a name and a colon at the head of a line: "Peskov: No talks before ‘goals are reached’"."""
    doc = sentence.doc
    at = next(
        (token.i for token in doc[sentence.first : sentence.first + _HEADING] if token.text == ":"), sentence.last
    )
    name = doc[at - 1]
    if at + 1 >= sentence.last or name.i < sentence.first or not name.is_title or sentence.said:
        return None
    if len(name) == 1 or any(token.pos_ not in NOMINAL for token in doc[sentence.first : at]):
        return None
    if all(token.pos_ not in _VERBS for token in doc[at : sentence.last]):
        return None
    colon = doc[at]
    return Report(Cue(colon, colon, name), colon, ":", "colon", tuple(trimmed(doc, [(at + 1, sentence.last)])))


def _of_verb(sentence: ParsedSentence, verb: Token) -> Report | None:
    if verb.dep_ in {"aux", "auxpass", "amod", "compound"}:
        return None
    if _is_heard(verb):
        return None
    frame, ranges = _frame(sentence, verb)
    aside = _parenthesis(sentence, verb, frame)
    if aside is not None:
        return aside
    if not frame:
        return None
    cue = cue_of(verb)
    if cue is None:
        return None
    joined = resumed(verb)
    if joined is not None:
        cue = replace(cue, speaker=subject(joined))
    if cue.speaker is None or cue.speaker.i == verb.i:
        cue = replace(cue, speaker=phrase_before(sentence, verb))
    return Report(cue, verb, _with_particle(verb), frame, tuple(ranges))


def _parenthesis(sentence: ParsedSentence, verb: Token, frame: str) -> Report | None:
    """Return the report of ", said Wilders," or ", his advisers said Friday,", whatever the parser made of it."""
    lemma = verb.lemma_.lower()
    if lemma not in REPORTING_VERBS or verb.tag_ not in {"VBD", "VBZ"} or frame == "before":
        return None
    doc, at = verb.doc, verb.i
    if at - 1 > sentence.first and doc[at - 1].text == "," and lemma != "tell":
        speaker, left = name_right(sentence, at), at - 1
    elif not frame:
        own = next((child for child in verb.lefts if child.dep_ in SUBJECTS), None)
        left = own.left_edge.i - 1 if own is not None else 0
        is_aside = left > sentence.first and doc[left].text == "," and _stops_after(sentence, at)
        speaker = own if is_aside else None
    else:
        return None
    if speaker is None:
        return None
    ranges = enclosed(sentence, left, max(at, speaker.i) + 1)
    return Report(Cue(verb, verb, speaker), verb, lemma, "before", tuple(ranges)) if ranges else None


def _stops_after(sentence: ParsedSentence, at: int) -> bool:
    """Tell whether nothing but a time or place stands between a verb and the next mark."""
    for token in sentence.doc[at + 1 : min(sentence.last, at + 6)]:
        if token.is_punct:
            return True
        if token.pos_ not in {"PROPN", "NOUN", "ADP", "DET", "ADV", "NUM", "ADJ"}:
            return False
    return at + 1 >= sentence.last


def _with_particle(verb: Token) -> str:
    """Return what a verb is called: "rule out" is not "rule"."""
    particle = next((child.lower_ for child in verb.children if child.dep_ == "prt"), "")
    return f"{verb.lemma_.lower()} {particle}".rstrip()


def _is_heard(verb: Token) -> bool:
    """Tell "when asked about talks, Putin": whoever asks is not named."""
    if verb.tag_ not in {"VBN", "VBD"} or verb.lemma_.lower() not in HEARD_VERBS:
        return False
    dependents = {child.dep_ for child in verb.children}
    if dependents & {"agent", "aux", "nsubj"}:
        return False
    is_passing = verb.tag_ == "VBN" and verb.dep_ in {"advcl", "acl"}
    return is_passing or any(child.lower_ in {"when", "if", "once"} for child in verb.lefts)


def _frame(sentence: ParsedSentence, verb: Token) -> tuple[str, Sequence[Range]]:
    """Return the frame a verb stands in, and its content."""
    children = list(verb.children)
    clauses = [child for child in children if child.dep_ == "ccomp"]
    after = [clause for clause in clauses if clause.i > verb.i]
    quoted = {own.i for _, own in sentence.said}
    if after and not any(clause.i in quoted for clause in clauses if clause.i < verb.i):
        name = "inf" if _is_infinitive(after[0]) else "ccomp"
        return name, after_cue(verb, after[0])
    manner = _as_put(verb)
    if manner is not None:
        return "as", after_cue(verb, manner)
    before = [clause for clause in clauses if clause.i < verb.i and not _is_announced(clause, verb)]
    if before:
        return "before", around_cue(sentence, verb, before[0])
    if verb.dep_ == "parataxis" and verb.head.pos_ in _VERBS:
        return "before", around_cue(sentence, verb, verb.head)
    astray = _clause_astray(verb)
    if astray is not None:
        return "ccomp", after_cue(verb, astray)
    return _phrase_frame(verb, children)


def _is_announced(clause: Token, verb: Token) -> bool:
    """Tell a clause that a colon divides from the next: the next explains it, and does not report it."""
    return any(token.text == ":" for token in verb.doc[clause.i : verb.i])


def _as_put(verb: Token) -> Token | None:
    """Return the clause that "as Arestovich put it," introduces."""
    above = verb.head
    if verb.dep_ != "advcl" or above.i < verb.i or not any(child.lower_ == "as" for child in verb.lefts):
        return None
    return above


def _clause_astray(verb: Token) -> Token | None:
    """Return a "that" clause that the parser hung on a noun further back: "told media on Tuesday that Russia is"."""
    if verb.lemma_.lower() not in REPORTING_VERBS:
        return None
    for child in verb.rights:
        is_linked = any(each.dep_ in _LINKS for each in child.children)
        if child.dep_ == "advcl" and not is_linked and any(each.tag_ == "MD" for each in child.lefts):
            return child
    for token in verb.doc[verb.i + 1 : verb.right_edge.i + 1]:
        clause = token.head
        is_that = token.lower_ == "that" and (
            token.dep_ == "mark" or (token.dep_ == "dobj" and clause.head.dep_ == "pobj")
        )
        if is_that and clause.i > token.i and clause.head.i != verb.i and clause.head.pos_ not in _VERBS:
            return clause if clause.dep_ in {"acl", "relcl", "ccomp", "advcl"} else None
    return None


def _is_infinitive(clause: Token) -> bool:
    return any(child.dep_ == "aux" and child.lower_ == "to" for child in clause.children)


def _phrase_frame(verb: Token, children: Sequence[Token]) -> tuple[str, Sequence[Range]]:
    right = [child for child in children if child.i > verb.i]
    open_clause = next((child for child in right if child.dep_ == "xcomp"), None)
    thing = next((child for child in right if child.dep_ in _OBJECTS), None)
    if open_clause is not None:
        called = _called_on(verb, open_clause)
        if called is not None:
            return "on-xcomp", after_cue(verb, called)
        name = "obj-xcomp" if thing is not None and thing.i < open_clause.i else "xcomp"
        return name, after_cue(verb, thing if thing is not None and thing.i < open_clause.i else open_clause)
    passive = next((child for child in children if child.dep_ == "nsubjpass"), None)
    if thing is not None:
        of = next((child for child in right if child.dep_ == "prep" and child.i > thing.i), None)
        name = f"dobj-{of.lower_}" if of is not None and of.lower_ in _PREPOSITIONS else "dobj"
        return name, [*with_name(verb, after_cue(verb, thing, is_phrase=True))]
    prep = next((child for child in right if child.dep_ == "prep" and child.lower_ in _PREPOSITIONS), None)
    if prep is not None and passive is None:
        inner = next((child for child in prep.children if child.dep_ in {"pobj", "pcomp"}), None)
        if inner is not None:
            return f"prep-{prep.lower_}", after_cue(verb, inner, is_phrase=True)
    return "", ()


def _called_on(verb: Token, open_clause: Token) -> Token | None:
    """Return the ministers of "called on ministers to resign"."""
    for child in verb.rights:
        if child.dep_ == "prep" and child.lower_ in {"on", "upon", "for"} and child.i < open_clause.i:
            return next((inner for inner in child.children if inner.dep_ == "pobj"), None)
    return None


def _of_noun(noun: Token) -> Report | None:
    clause = next((child for child in noun.children if child.dep_ in {"acl", "ccomp"} and child.i > noun.i), None)
    if clause is None:
        return None
    marks = {child.lower_ for child in clause.children if child.dep_ == "mark"}
    if "that" in marks:
        frame = "noun-that"
    elif _is_infinitive(clause):
        frame = "noun-inf"
    else:
        return None
    owner = next((child for child in noun.children if child.dep_ == "poss"), None)
    speaker = owner if owner is not None else _doer(noun)
    return Report(Cue(noun, noun, speaker), noun, noun.lemma_.lower(), frame, tuple(of_noun(noun, clause)))


def _doer(noun: Token) -> Token | None:
    """Return who makes what a noun names: "a statement by Putin", "he made the claim"."""
    for child in noun.children:
        if child.dep_ == "prep" and child.lower_ in {"by", "from", "of"}:
            return next((inner for inner in child.children if inner.dep_ == "pobj"), None)
    if noun.dep_ in {"dobj", "pobj", "attr"}:
        verb = noun.head if noun.dep_ != "pobj" else noun.head.head
        if verb.pos_ in _VERBS:
            return subject(verb)
    return agent_of(noun)


def _according(sentence: ParsedSentence, token: Token) -> Report | None:
    if not is_source(token):
        return None
    to = token.head
    according = to.head
    return Report(
        Cue(according, to, token), according, "accord", "according", tuple(whole_but(sentence, according, token))
    )
