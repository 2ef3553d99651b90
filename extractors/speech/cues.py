"""The words that say something was said, with who says it: "said", "put it", "quoted as saying", "Biden’s comment".

A quotation has the verb it hangs on for a cue, or the words around it where the parse fails. Looks at one sentence at a
time; resolves no names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from extractors.speech.lexicon import CUE_NOUNS, CUE_VERBS, DASHES, LABELS, NO_CUES, PEOPLE, PRESENT_FORMS, PRONOUNS
from extractors.speech.parsing import ParsedSentence
from extractors.speech.syntax import FINITE_VERBS, NOUNS, SUBJECTS, TIMES, VERBS, child_of, subject

if TYPE_CHECKING:
    from spacy.tokens import Span, Token


@dataclass(frozen=True, slots=True)
class Cue:
    """A cue from its first to its last token, and the head of the phrase that names the speaker."""

    first: Token
    last: Token
    speaker: Token | None

    @property
    def key(self) -> int:
        """What two quotations under one cue share."""
        return self.last.i


def cue_of(governor: Token) -> Cue | None:
    """Return the cue that a verb or noun of saying makes, with its speaker; None where a noun names nobody."""
    if governor.pos_ == "NOUN":
        return _noun_cue(governor)
    quoted = _quoted(governor)
    phrase = sorted((governor, *_company(governor), *quoted))
    speaker = _cited(quoted) or subject(quoted[0] if quoted else governor)
    if governor.lemma_ == "be" and speaker is not None:
        speaker = child_of(speaker, "poss")
    return Cue(phrase[0], phrase[-1], speaker)


def _company(governor: Token) -> Iterator[Token]:
    """Yield the "it" of "put it"; any other cue is its verb alone."""
    if governor.lemma_ == "put":
        yield from (child for child in governor.children if child.lower_ == "it")


def _quoted(governor: Token) -> tuple[Token, ...]:
    """Return "quoted", "was" and "saying" of "was quoted as saying", whichever of its verbs is the governor."""
    quoted = governor
    if governor.dep_ == "pcomp" and governor.head.lower_ == "as":
        # "quoted Lavrov as saying": the parser may hang the phrase on the name.
        above = governor.head.head
        quoted = above if above.pos_ in VERBS else above.head
    if quoted.lemma_ not in QUOTING:
        return ()
    was = (child for child in quoted.children if child.dep_ == "auxpass")
    near = quoted.doc[quoted.i + 1 : quoted.i + _AS]
    saying = (token for token in near if token.tag_ == "VBG" and token.nbor(-1).lower_ == "as")
    return (quoted, *was, *saying)


def _cited(quoted: tuple[Token, ...]) -> Token | None:
    """Return the Lavrov of "Interfax quoted Lavrov as saying"; None for the passive, whose subject he is."""
    is_saying = any(verb.tag_ == "VBG" for verb in quoted[1:])
    if not is_saying or any(child.dep_ == "auxpass" for child in quoted[0].children):
        return None
    return child_of(quoted[0], "dobj", "dative")


def _noun_cue(noun: Token) -> Cue | None:
    """Return "Biden’s comment" or "the letter included the statement": its owner speaks, else the verb’s subject."""
    owner = child_of(noun, "poss")
    if owner is not None:
        return Cue(noun, noun, owner)
    if noun.dep_ in {"dobj", "pobj"}:
        verb = noun.head.head if noun.dep_ == "pobj" else noun.head
        return Cue(verb if noun.dep_ == "dobj" else noun, noun, subject(verb))
    return None


_AS = 9  # tokens after "quoted" in which its "as saying" begins
QUOTING = frozenset({"quote", "cite", "show", "report"})
_PHRASES = 8  # phrases between a name and the verb it belongs to
_NEAR_NAME = 14  # tokens between a quotation and the name of its speaker
NOMINAL = frozenset({"PROPN", "NOUN", "PRON", "DET", "ADJ", "CCONJ"})
_PHRASE = NOMINAL | VERBS | {"ADP", "NUM"}


def missed_speaker(sentence: ParsedSentence, verb: Token, cue: Cue) -> Token | None:
    """Return who says the quotation whose clause has `verb`, by the words around its cue."""
    named = name_after(sentence, verb, cue) or name_before(cue) or _inverted(sentence, cue)
    return named or _above(cue) or _near_name(sentence, cue)


def name_after(sentence: ParsedSentence, verb: Token, cue: Cue) -> Token | None:
    """Return the head of the phrase that follows a quotation beside its cue: “Is it?” asked Mr. Manafort."""
    marks = sentence.doc[verb.i + 1 : verb.i + 3]
    if cue.last.i < verb.i or cue.last.lemma_ == "tell" or len(marks) < 2 or not marks[-1].is_punct:  # noqa: PLR2004 - the stop and the closing mark
        return None
    for token in sentence.doc[verb.i + 3 : min(sentence.last, verb.i + _NEAR_NAME)]:
        if token.is_punct and token.text != "-":
            return None
        following = token.nbor(1) if token.i + 1 < sentence.last else token
        goes_on = following != token and (following.pos_ in {"PROPN", "NOUN", "PART"} or following.text == "-")
        is_name = token.pos_ in {"PROPN", "NOUN", "PRON"} or (token.is_title and token.dep_ == "advmod")
        if is_name and token.text != "-" and not goes_on:
            return token
    return None


def _inverted(sentence: ParsedSentence, cue: Cue) -> Token | None:
    """Return the name after a cue that opens its sentence: "Said Dorothy Poynter, who is his sister, “It works.”"."""
    if cue.first.i != sentence.first:
        return None
    name = cue.last
    while name.i + 1 < sentence.last and name.nbor(1).pos_ == "PROPN":
        name = name.nbor(1)
    return name if name.i > cue.last.i else None


def _above(cue: Cue) -> Token | None:
    """Return who does what a verb is set beside: "Durbin, noting its size, said"."""
    aside = cue.first.head
    return subject(aside) if cue.first.dep_ == "parataxis" and aside.tag_ == "VBG" and aside.i < cue.first.i else None


def name_before(cue: Cue) -> Token | None:
    """Return the name just before a verb, which the parser has taken for a part of the verb: "May said"."""
    before = cue.first.nbor(-1) if cue.first.i else cue.first
    return before if before.pos_ == "PROPN" or (before.tag_ == "MD" and before.is_title) else None


def _near_name(sentence: ParsedSentence, cue: Cue) -> Token | None:
    """Return who says it by the words before a verb whose subject the parser has missed: "Warren, a colonel, said"."""
    at = cue.first.i - 1
    while at >= sentence.first and (cue.first.doc[at].is_punct or cue.first.doc[at].pos_ in {"AUX", "ADV", "NUM"}):
        at -= 1
    token = cue.first.doc[at] if at >= sentence.first else cue.first
    for _ in range(_PHRASES):
        above = token.head
        if above.i > token.i or above.i == token.i or above.i < sentence.first:
            break
        if above.pos_ == "VERB" and above.i < cue.first.i and subject(above) is not None and cue.first.tag_ == "VBG":
            return subject(above)
        token = above
        if token.pos_ in NOUNS and _is_somebody(token):
            return token.head if token.dep_ == "appos" and token.head.pos_ == "PROPN" else token
    return token if token.pos_ in {"PROPN", "PRON"} and token.i < cue.first.i else None


def _is_somebody(noun: Token) -> bool:
    return noun.ent_type_ == "PERSON" or noun.lemma_.lower() in PEOPLE or noun.lower_.endswith(("man", "woman"))


def name_right(sentence: ParsedSentence, at: int) -> Token | None:
    """Return the name between the verb at `at` and the next mark, if nothing else stands there."""
    doc, end = sentence.doc, at + 1
    while end < sentence.last and (doc[end].pos_ in NOMINAL or doc[end].tag_ == "POS"):
        end += 1
    if end == at + 1 or end >= sentence.last or doc[end].text not in {",", ".", ";"}:
        return None
    name = next((token for token in doc[at + 1 : end] if token.nbor(1).pos_ not in {"PROPN", "NOUN"}), doc[end - 1])
    if name.ent_type_ in TIMES or name.pos_ not in {"PROPN", "NOUN", "PRON"}:
        return None
    is_person = name.ent_type_ == "PERSON" or name.lemma_.lower() in PEOPLE or name.lower_ in PRONOUNS
    return name if is_person or name.pos_ == "PROPN" else None


def phrase_before(sentence: ParsedSentence, verb: Token) -> Token | None:
    """Return the name just before a verb whose subject the parser has missed: "Sen. Elizabeth Warren (D-MA) said"."""
    if verb.tag_ not in FINITE_VERBS or verb.dep_ not in {"ROOT", "ccomp", "conj", "parataxis"}:
        return None
    at, depth = verb.i - 1, 0
    while at >= sentence.first:
        token = verb.doc[at]
        depth += (token.text == ")") - (token.text == "(")
        if depth == 0 and token.text != "(" and not (token.dep_ in {"advmod", "aux", "neg"} or token.is_punct):
            return _phrase_of(token, verb)
        at -= 1
    return None


def _phrase_of(token: Token, verb: Token) -> Token | None:
    """Return the head of the phrase that ends in `token`: the "two" of "two in ten", the name before an aside."""
    for _ in range(_PHRASES):
        above = token.head
        if token.pos_ in VERBS:
            return subject(token)
        if token.pos_ == "PROPN" and (token.dep_ != "appos" or above.pos_ != "PROPN" or above.dep_ == "pobj"):
            return token
        if above.i >= token.i or above.pos_ not in _PHRASE or above.i >= verb.i:
            return token if token.pos_ in {"NOUN", "PRON", "NUM"} else None
        token = above
    return None


_CLAUSES = 3  # clauses between a quotation and its cue
_NEAR = 14  # tokens between a quotation and a cue that the parse does not connect with it
_LEAD = 40  # tokens before a colon that may name the speaker
_FAR = 24  # as far back as a cue can stand before its quotation
_CLOSE = 8  # tokens of a subject between a quotation and its verb
_MARKS = frozenset("”.?!,")
_DEPENDENT = frozenset(
    {"ccomp", "xcomp", "advcl", "parataxis", "dobj", "oprd", "dep", "conj", "pobj", "pcomp", "appos", "acl", "relcl"}
)


def find_cue(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the cue of the quotation whose clause has `verb`, if its own sentence has one."""
    governor = _governor(verb)
    if governor is not None:
        cue = cue_of(governor)
        if cue is None or cue.speaker is not None:
            return cue
        return replace(cue, speaker=missed_speaker(sentence, verb, cue))
    return (
        _according(sentence)
        or _signature(sentence, verb)
        or _nearby(sentence, verb)
        or _following(sentence, verb)
        or _closing(sentence, verb)
        or _announcing(sentence, verb)
    )


def _governor(verb: Token) -> Token | None:
    token = verb
    for _ in range(_CLAUSES):
        if token.dep_ not in _DEPENDENT:
            return None
        token = token.head
        if _is_cue(token) or _is_noun_cue(token) or (token is verb.head and _is_open(verb)):
            return token
        if token.lemma_ in NO_CUES and token.dep_ != "conj":
            return None
    return None


def _is_cue(token: Token) -> bool:
    lemma = token.lemma_.lower()
    if lemma == "be":
        return any(child.dep_ == "nsubj" and _is_noun_cue(child) for child in token.children)
    if lemma == "put":
        return any(child.dep_ == "dobj" and child.lower_ == "it" for child in token.children)
    if lemma in {"go", "continue"} and token.pos_ == "VERB":
        return any(child.lower_ == "on" for child in token.children) or lemma == "continue"
    return token.pos_ in VERBS and lemma in CUE_VERBS


def _is_noun_cue(token: Token) -> bool:
    return token.pos_ == "NOUN" and token.lemma_.lower() in CUE_NOUNS


def _is_open(verb: Token) -> bool:
    """Tell whether the verb a quotation depends on says it, though no list has it: “It works,” he growled."""
    head = verb.head
    return (
        verb.dep_ == "ccomp"
        and head.pos_ == "VERB"
        and head.lemma_ not in NO_CUES
        and head.tag_ in {"VBD", "VBZ", "VBG"}
        and _gap(verb, head) <= 3  # noqa: PLR2004 - the verb, its subject and a mark between
        and any(child.dep_ == "nsubj" for child in head.children)
    )


def _gap(verb: Token, other: Token) -> int:
    """Count the tokens between a quotation's closing or opening mark and another word."""
    return other.i - verb.i - 2 if other.i > verb.i else verb.i - other.i - 3


def _according(sentence: ParsedSentence) -> Cue | None:
    for token in sentence:
        if token.lower_ == "according" and token.i + 1 < sentence.last and token.nbor(1).lower_ == "to":
            to = token.nbor(1)
            return Cue(token, to, child_of(to, "pobj"))
    return None


def _signature(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the dash before a bare name at the end: “It works.” — Pamela Padilla, a teacher."""
    rest = [token for token in sentence if token.i > verb.i and token.text not in _MARKS and not token.is_space]
    if len(rest) < 2 or rest[0].text not in DASHES or rest[1].pos_ != "PROPN":  # noqa: PLR2004 - a dash and a name
        return None
    if any(token.pos_ in VERBS for token in rest):
        return None
    return Cue(rest[0], rest[0], next((token for token in rest[1:] if token.dep_ != "compound"), rest[1]))


def _announcing(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return what brings in a quotation after a colon or comma: "Cruz resisted: “No.”", "In the report: “…”"."""
    at = verb.i - 3
    while at > sentence.first and sentence.doc[at].is_space:
        at -= 1
    mark = sentence.doc[at] if at > sentence.first else None
    if mark is None or mark.text[-1] not in {":", ","}:
        return None
    before = sentence.doc[max(sentence.first, mark.i - _LEAD) : mark.i]
    for token in reversed(before):
        if token.pos_ == "VERB" and (mark.text[-1] == ":" or (_may_say(token) and token.dep_ != "advcl")):
            speaker = subject(token)
            if speaker is not None and speaker.i != verb.i - 1 and speaker.tag_ != "WP":
                return Cue(token, token, speaker)
        elif token.i + 1 == mark.i and token.tag_ == "NNS" and mark.text[-1] == ":":
            own = next((child for child in token.lefts if child.dep_ in {"nsubj", "compound", "nmod"}), None)
            if own is not None and token.dep_ == "ROOT":
                return Cue(token, token, own)
    return _headed(before, mark) if mark.text[-1] == ":" else None


def _may_say(verb: Token) -> bool:
    return verb.lemma_.lower() not in NO_CUES


def _headed(before: Span, mark: Token) -> Cue | None:
    """Return the colon between a name and a quotation, as in headlines and transcripts."""
    words = [token for token in before if not token.is_punct]
    ends = (token for token in words if token.i + 1 == mark.i or token.nbor(1).pos_ != "PROPN")
    name = next((token for token in ends if token.pos_ == "PROPN" or len(words) == 1), None)
    is_name = name is not None and name.lower_ not in LABELS and name.ent_type_ not in TIMES
    return Cue(mark, mark, name) if is_name else None


def _closing(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the verb after a quotation that the parser took for a noun: “It works,” the two write in a letter."""
    marks = [token for token in sentence.doc[verb.i + 1 : verb.i + 3] if token.is_punct]
    rest = sentence.doc[verb.i + 1 + len(marks) : min(sentence.last, verb.i + 1 + len(marks) + _CLOSE)]
    for token in rest[1:]:
        if token.is_punct and token.text != "-":
            return None
        following = token.nbor(1) if token.i + 1 < sentence.last else token
        if token.lower_ in PRESENT_FORMS and (following.is_punct or following.pos_ == "ADP" or following == token):
            head = next((each for each in rest if each.i < token.i and _ends_phrase(each)), token.nbor(-1))
            return Cue(token, token, head)
    return None


def _ends_phrase(noun: Token) -> bool:
    """Tell the last noun of a phrase that stands before its verb: the "over" of "a voice-over in the ad states"."""
    following = noun.nbor(1)
    return noun.pos_ in {"NOUN", "PROPN", "PRON", "ADP"} and (
        following.lower_ in PRESENT_FORMS or (following.pos_ == "ADP" and following.text != "-")
    )


def _nearby(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the nearest cue with a subject that no other quotation stands between."""
    for token in (*_after(sentence, verb), *_before(sentence, verb)):
        if _is_cue(token) and token.dep_ not in {"amod", "compound"}:
            cue = cue_of(token) if subject(token) is not None or token.i > verb.i else None
            if cue is not None and cue.speaker is None:
                cue = replace(cue, speaker=name_before(cue))
            if cue is not None and cue.speaker is not None:
                return cue
    return None


def _following(sentence: ParsedSentence, verb: Token) -> Cue | None:
    """Return the verb straight after a quotation that stops for it, whatever the verb: “It works,” the judge barked."""
    marks = [token for token in sentence.doc[verb.i + 1 : verb.i + 3] if token.is_punct]
    if len(marks) < 2 or marks[0].text not in {",", "?", "!"}:  # noqa: PLR2004 - the stop and the closing mark
        return None
    first = marks[-1].i + 1
    for token in sentence.doc[first : min(sentence.last, first + _CLOSE)]:
        if token.is_punct and token.text != "-":
            return None
        if token.tag_ in FINITE_VERBS and token.lemma_.lower() not in NO_CUES:
            own = child_of(token, *SUBJECTS)
            near = own if own is not None and own.left_edge.i >= first else sentence.doc[token.i - 1]
            if near.i < first:
                named = name_after(sentence, verb, Cue(token, token, None))
                return Cue(token, token, named) if named is not None and named.i > token.i else None
            if near.pos_ in {"NOUN", "PROPN", "PRON"}:
                return Cue(token, token, near)
    return None


def _after(sentence: ParsedSentence, verb: Token) -> Iterator[Token]:
    others = {other.i for _, other in sentence.said}
    for at in range(verb.i + 1, min(sentence.last, verb.i + _NEAR)):
        if at in others:
            return
        yield verb.doc[at]


def _before(sentence: ParsedSentence, verb: Token) -> Iterator[Token]:
    others = {other.i for _, other in sentence.said}
    for at in range(verb.i - 2, max(sentence.first - 1, verb.i - _FAR), -1):
        if at in others:
            return
        yield verb.doc[at]
