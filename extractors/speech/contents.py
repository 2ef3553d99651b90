"""How far a report’s words reach: in which construction its cue brings them in, and where an aside or another begins.

Decides nothing about cues.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from extractors.speech.lexicon import CUE_VERBS, DASHES, NAMING, NEXT_VERBS, OCCASIONS, REPORTING_VERBS, SAYS_OR_NAMES
from extractors.speech.parsing import ParsedSentence
from extractors.speech.partners import called_on, wished_to_act
from extractors.speech.syntax import (
    FINITE,
    SUBJECTS,
    TIMES,
    VERBS,
    Range,
    child_of,
    clause_astray,
    clauses_of,
    has_subject,
    is_announced,
    is_infinitive,
    is_joined,
    is_mark,
    is_remarked,
    is_stand_in,
    is_unclear,
    put_clause,
    resumed,
    that_of,
    trimmed,
)

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

LEAST = 3  # words of a content
_DASHES = ("—", "–", "―", "--")
_BREAKS = frozenset({",", *_DASHES})
_LAST = 12  # breaks looked at: a sentence of prose has fewer
_CLOSING = frozenset("”\"’'")
_STAND_IN = 6  # tokens of a quotation's clause with its marks
_OPENING = DASHES | {":", "(", "."}  # what stands between the writer's words and a quotation of its own
_PAUSES = frozenset({",", "!", "?"})  # with which a quotation ends where the writer takes over
_OPENING_QUOTES = frozenset("“\"‘'")
_LONGEST_NAME = 30  # tokens of a quotation that names something
_PREPOSITIONS = frozenset({"about", "of", "for", "against", "on", "over", "to", "with", "as", "from", "at"})
_OBJECTS = frozenset({"dobj", "oprd", "attr"})
_LATE = frozenset({"during", "after", "before", "via", "through", "since", "when", "by"})
_LEADING = frozenset({"cc", "punct", "advmod", "neg", "aux"})  # what a report that is joined to another begins with
_SOMETIMES_LATE = frozenset({"in", "on", "at", "with"})


def without_aside(doc: Doc, start: int, end: int) -> int:
    """Return where a content ends without what the writer adds to it: ", which is in Kyiv", " — a step that"."""
    while end > start and is_mark(doc[end - 1]):
        end -= 1
    breaks = [at for at in range(start + 1, end - 1) if doc[at].text in _BREAKS]
    # A pair of dashes, or a list, encloses what is said; only the last few breaks can open an aside to the end.
    is_paired = sum(any(dash in token.text for dash in _DASHES) for token in doc[start:end]) != 1 if breaks else False
    for at in breaks[-_LAST:]:
        closes = doc[at + 1].text in _CLOSING
        first = doc[at + 1 + closes] if at + 1 + closes < end else None
        if first is not None and _is_aside(doc, at, first, end, closes=closes, is_paired=is_paired):
            return at + closes
    return end


def _is_aside(doc: Doc, at: int, first: Token, end: int, *, closes: bool, is_paired: bool) -> bool:
    if (
        is_unclear(first)
        or is_remarked(first)
        or (closes and (first.tag_ == "VBG" or first.lower_ in {"which", "who"}))
    ):
        return True
    if doc[at].text != "," and first.dep_ != "cc":
        return not is_paired and (doc[at].text == "—" or bool(doc[at].whitespace_))
    top = first
    while top.head.i != top.i and top.head.left_edge.i > at:
        top = top.head
    if top.right_edge.i < end - 1:
        return False
    following = doc[first.i + 1 : end][:1].text.lower()
    if first.lower_ in {"which", "who"} or "though" in first.lower_ or following == "though":
        return top.dep_ == "advcl" or (top.dep_ != "ROOT" and first.lower_ in {"which", "who"})
    if first.tag_ == "VBG":
        return top == first and top.dep_ in {"advcl", "acl"}
    return (first.pos_ == "DET" or first.lower_ == "something") and top.dep_ in {"npadvmod", "appos", "dep"}


def next_report(verb: Token, start: int, end: int) -> int | None:
    """Return where another report begins that the parser took for part of this one."""
    doc = verb.doc
    for token in doc[max(verb.i + 1, start) : end]:
        if token.pos_ == "VERB" and token.lemma_.lower() in NEXT_VERBS and _begins_report(token, verb):
            at = _opening(doc, token, verb)
            return at if at > verb.i + LEAST else None
    return None


def _opening(doc: Doc, token: Token, verb: Token) -> int:
    at = token.left_edge.i if token.dep_ == "advcl" or has_subject(token) else token.i
    while at > verb.i and doc[at - 1].dep_ in _LEADING and doc[at - 1].text not in _CLOSING:
        at -= 1
    return at


def _begins_report(token: Token, verb: Token) -> bool:
    if token.dep_ == "advcl":
        if token.tag_ == "VBG":
            before = token.nbor(-2 if token.nbor(-1).text in _CLOSING else -1)
            return before.text == "," or before.dep_ == "advmod"
        return any(child.dep_ == "mark" and child.lower_ in {"while", "though", "although"} for child in token.children)
    if is_joined(token, verb):
        return True
    if token.dep_ != "conj" or token.tag_ not in {"VBD", "VBZ", "VBP", "VBG"}:
        return False
    if has_subject(token):
        return token.tag_ != "VBG"
    return resumed(token) == verb


def _subject_gone_astray(verb: Token, start: int) -> int:
    """Return where a clause begins whose subject was hung on the cue: "said the days of war are gone"."""
    for child in verb.rights:
        if child.i < start and child.dep_ in {"npadvmod", "dobj", "dative"} and child.pos_ in {"NOUN", "PROPN", "PRON"}:
            return child.left_edge.i if verb.lemma_ != "tell" else start
    return start


def after_cue(verb: Token, opening: Token, *, is_phrase: bool = False) -> list[Range]:
    """Return the content that follows its cue, from the phrase around `opening` on; an act’s ends at when or where."""
    start = max(verb.i + 1, opening.left_edge.i)
    if opening.left_edge.i <= verb.i:
        start = next((token.i for token in verb.doc[start : opening.i] if token.text == ","), start)
    if opening.dep_ == "ccomp" and not has_subject(opening) and opening.pos_ in VERBS:
        start = _subject_gone_astray(verb, start)
    start = that.i if (that := that_of(opening)) is not None else start
    if opening.dep_ == "advcl" and verb.doc[start - 1].pos_ == "PRON" and start - 1 > verb.i:
        start -= 1
    end = _end(verb, opening, is_phrase=is_phrase)
    end = min(end, _quotation_end(verb.doc, start, end), _source_start(verb.doc, start, end))
    if is_phrase:
        end = next((token.i for token in verb.doc[start + 2 : end] if token.lower_ == "during"), end)
    return trimmed(verb.doc, [(start, without_aside(verb.doc, start, end))])


def with_name(verb: Token, ranges: Sequence[Range]) -> Iterator[Range]:
    """Yield the ranges of a verb that names something, the last one with the name: "called it “a trap”"."""
    doc = verb.doc
    for start, end in ranges:
        opening = end + (end < len(doc) and doc[end].pos_ in {"DET", "ADV"})
        is_named = verb.lemma_.lower() in NAMING and opening < len(doc) and _opens(doc, start, opening)
        yield start, (_closing(doc, opening) if is_named else end)


def _opens(doc: Doc, start: int, at: int) -> bool:
    mark = doc[at].text
    return mark in _OPENING_QUOTES and (mark not in _CLOSING or doc[start:at].text.count(mark) % 2 == 0)


def _closing(doc: Doc, opening: int) -> int:
    """Return where the quotation ends that opens at a token."""
    near = range(opening + 2, min(len(doc), opening + _LONGEST_NAME))
    return next((at for at in near if doc[at].text in _CLOSING), opening)


def _quotation_end(doc: Doc, start: int, end: int) -> int:
    """Return where a quotation ends that the words begin with, if it ends with a pause; else `end`."""
    at = next((token.i for token in doc[start:end] if not is_mark(token)), end)
    is_paused = at + 2 < end and is_stand_in(doc[at + 1]) and doc[at + 2].text in _PAUSES
    return at + 3 if is_paused else end


def _source_start(doc: Doc, start: int, end: int) -> int:
    """Return where a source begins that vouches for cue and words: "said that it works, according to CNN"."""
    for token in doc[start + 1 : end]:
        if token.lower_ == "according" and token.nbor(-1).text == "," and token.right_edge.i + 1 >= end:
            return token.i
    return end


def _end(verb: Token, opening: Token, *, is_phrase: bool) -> int:
    end = opening.right_edge.i + 1
    cut = next_report(verb, opening.left_edge.i, end)
    if cut is not None:
        return cut
    for child in verb.rights:
        if child.i < end or child.dep_ == "punct":
            continue
        is_late = is_phrase and _is_late(child)
        if is_late and any(each.lower_ == "of" and each.i > child.i for each in verb.rights):
            continue  # "accused Iran on Tuesday of stalling"
        if is_late or not _goes_on(child):
            break
        end = child.right_edge.i + 1
        cut = next_report(verb, child.left_edge.i, end)
        if cut is not None:
            return cut
    return end


def _goes_on(child: Token) -> bool:
    """Tell whether a later dependent of the cue belongs to what it brings in."""
    if child.dep_ == "cc":
        return True
    if child.dep_ == "conj":
        return child.lemma_.lower() not in CUE_VERBS and _is_clause_of_content(child)
    if child.dep_ == "advcl":
        return child.tag_ != "VBG"
    return child.dep_ in {"prep", "xcomp", "oprd", "ccomp", "acl", "npadvmod", "advmod", "dobj"}


def _is_clause_of_content(verb: Token) -> bool:
    own = child_of(verb, *SUBJECTS)
    if own is not None:
        return own.pos_ == "PRON"
    return any(child.tag_ == "MD" for child in verb.children)


def _is_late(child: Token) -> bool:
    if child.dep_ in {"npadvmod", "advmod", "advcl"}:
        return True
    if child.dep_ != "prep":
        return False
    if child.lower_ not in _SOMETIMES_LATE:
        return child.lower_ in _LATE
    when = child_of(child, "pobj")
    return when is not None and (when.ent_type_ in TIMES or when.lemma_.lower() in OCCASIONS)


def around_cue(sentence: ParsedSentence, verb: Token, clause: Token) -> list[Range]:
    """Return the content of a cue in parenthesis or at its end; a clause that goes on begins after a colon."""
    doc = verb.doc
    left, right = cue_phrase(verb, clause)
    start = sentence.first if _is_outermost(verb, clause) else min(clause.left_edge.i, left)
    start = _quotation_alone(sentence, start, left)
    left = _before_name(sentence, start, left)
    end = _clause_end(sentence, verb, clause)
    after = [(right, without_aside(doc, right, end))] if _is_more(doc, verb, right, end) else []
    if after and _is_whole(sentence, clause, left) and not any(right <= said.i < end for _, said in sentence.said):
        after = []
    divided = (at + 1 for at in range(left - 1, start, -1) if after and doc[at].text in {":", ";"})
    return trimmed(doc, [(next(divided, start), left), *after])


def enclosed(sentence: ParsedSentence, left: int, right: int) -> list[Range]:
    """Return what stands before a parenthesis, and the rest of its clause after it where that has no subject."""
    doc = sentence.doc
    before = (sentence.first, left)
    if any(token.tag_ in FINITE for token in doc[sentence.first : left]):
        return trimmed(doc, [before])
    for at in range(right, sentence.last - 1):
        if doc[at].text == "," and doc[at + 1].pos_ in VERBS and doc[at + 1].tag_ != "VBG":
            return trimmed(doc, [before, (at, sentence.last)])
    return trimmed(doc, [before]) if left - sentence.first > LEAST else []


def _is_whole(sentence: ParsedSentence, clause: Token, left: int) -> bool:
    """Tell whether a quotation is all that stands before its cue."""
    return any(said.i == clause.i for _, said in sentence.said) and left - sentence.first <= _STAND_IN


def _quotation_alone(sentence: ParsedSentence, start: int, left: int) -> int:
    """Return where a quotation begins that stands between a colon, dash or bracket and its cue."""
    for _, verb in reversed(sentence.said):
        if start < verb.i < left and all(is_mark(token) for token in sentence.doc[verb.i + 1 : left]):
            before = sentence.doc[max(sentence.first, verb.i - 3) : verb.i - 1]
            return verb.i - 1 if any(_opens_quotation(token) for token in before) else start
    return start


def _opens_quotation(token: Token) -> bool:
    """Tell what divides the writer's words from a quotation: a mark, or a cue of its own ("he warned, “It works,”")."""
    return token.text in _OPENING or (token.pos_ == "VERB" and token.lemma_.lower() in REPORTING_VERBS)


def _before_name(sentence: ParsedSentence, start: int, left: int) -> int:
    """Return where a quotation ends that only the name of its speaker divides from the cue."""
    for _, verb in sentence.said:
        if start <= verb.i - 1 <= start + 1 and sentence.doc[verb.i + 1].text == "," and verb.i + 3 < left:
            return verb.i + 3
    return left


def _is_outermost(verb: Token, clause: Token) -> bool:
    return (clause if verb.dep_ == "parataxis" else verb).dep_ == "ROOT"


def _clause_end(sentence: ParsedSentence, verb: Token, clause: Token) -> int:
    if _is_outermost(verb, clause):
        return sentence.last
    return max(verb.right_edge.i, clause.right_edge.i) + 1


def cue_phrase(verb: Token, clause: Token) -> Range:
    """Return the tokens of a parenthetical cue: its subject, verb and what else is said about the saying."""
    own = [child for child in verb.children if child.dep_ in SUBJECTS]
    own += [
        child for child in verb.children if child.dep_ in {"aux", "advmod", "neg", "auxpass"} and child.i > clause.i
    ]
    left = min([verb.i, *(child.left_edge.i for child in own if child.i < verb.i)])
    right = verb.i + 1
    for child in verb.rights:
        if child.dep_ in {"ccomp", "conj", "cc", "parataxis"} or (child.dep_ == "punct" and child.i >= right):
            break
        if child.i > clause.right_edge.i or child.i > verb.i:
            right = max(right, child.right_edge.i + 1)
    return left, right


def _is_more(doc: Doc, verb: Token, right: int, end: int) -> bool:
    if end - right <= LEAST or doc[right].text not in {",", *DASHES}:
        return False
    following = doc[right + 1]
    if following.dep_ == "prep" and (then := child_of(following, "pcomp")) is not None and then.lemma_ in CUE_VERBS:
        return False  # "“…,” he said, before adding: “…”"
    is_apposed = doc[right].text in DASHES and following.pos_ == "DET"
    if is_apposed or following.tag_ in {"VBG", "WDT", "WP"} or (following.lower_, following.dep_) == ("as", "mark"):
        return False
    return not any(token.dep_ == "conj" and token.head == verb for token in doc[right:end])


def whole_but(sentence: ParsedSentence, first: Token, source: Token) -> list[Range]:
    """Return the sentence without "according to" and its source."""
    doc = first.doc
    before = trimmed(doc, [(sentence.first, first.i)])
    if before and all(token.pos_ in {"ADV", "CCONJ", "SCONJ"} or token.is_punct for token in doc[slice(*before[0])]):
        before = []
    after = trimmed(doc, [(_source_end(source), sentence.last)])
    is_more = bool(after) and after[0][1] - after[0][0] > LEAST
    ranges = [*before, *after] if not before or is_more else before
    return [(start, _without_another(doc, start, end)) for start, end in ranges]


def _without_another(doc: Doc, start: int, end: int) -> int:
    """Cut off an aside in which another speaks; a source vouches for any other."""
    cut = without_aside(doc, start, end)
    return cut if any(token.lemma_.lower() in SAYS_OR_NAMES for token in doc[cut:end]) else end


def _source_end(source: Token) -> int:
    """Return where the phrase that names a source ends: at the comma after it, unless an aside goes on."""
    end = source.i + 1
    for child in source.rights:
        if child.dep_ == "punct" or (child.i > end and child.dep_ == "appos" and child.left_edge.i > end + 1):
            continue
        end = max(end, child.right_edge.i + 1)
    return end


def construction_of(sentence: ParsedSentence, verb: Token) -> tuple[str, Sequence[Range]]:
    """Return the construction a verb stands in, and its content."""
    clauses = clauses_of(verb)
    after = [clause for clause in clauses if clause.i > verb.i]
    quoted = {own.i for _, own in sentence.said}
    if after and not any(clause.i in quoted for clause in clauses if clause.i < verb.i):
        name = "inf" if is_infinitive(after[0]) else "ccomp"
        return name, after_cue(verb, after[0])
    manner = put_clause(verb)
    if manner is not None:
        return "as", after_cue(verb, manner)
    before = [clause for clause in clauses if clause.i < verb.i and not is_announced(clause, verb)]
    if before:
        return "before", around_cue(sentence, verb, before[0])
    if verb.dep_ == "parataxis" and verb.head.pos_ in VERBS:
        return "before", around_cue(sentence, verb, verb.head)
    astray = clause_astray(verb)
    if astray is not None:
        return "ccomp", after_cue(verb, astray)
    return _phrase_construction(verb)


def _phrase_construction(verb: Token) -> tuple[str, Sequence[Range]]:
    right = list(verb.rights)
    if actor := next(filter(None, (wished_to_act(verb, child) for child in right)), None):
        return "on-xcomp", after_cue(verb, actor)
    open_clause = next((child for child in right if child.dep_ == "xcomp"), None)
    thing = next((child for child in right if child.dep_ in _OBJECTS), None)
    if open_clause is not None:
        if (called := called_on(verb, open_clause)) is not None:
            return "on-xcomp", after_cue(verb, called)
        name = "obj-xcomp" if thing is not None and thing.i < open_clause.i else "xcomp"
        return name, after_cue(verb, thing if thing is not None and thing.i < open_clause.i else open_clause)
    if thing is not None:
        of = next((each for each in right if each.dep_ == "prep" and each.i > thing.i and not _is_late(each)), None)
        name = f"dobj-{of.lower_}" if of is not None and of.lower_ in _PREPOSITIONS else "dobj"
        return name, [*with_name(verb, after_cue(verb, thing, is_phrase=True))]
    prep = next((child for child in right if child.dep_ == "prep" and child.lower_ in _PREPOSITIONS), None)
    if prep is not None and child_of(verb, "nsubjpass") is None:
        inner = [child for child in prep.children if child.dep_ in {"pobj", "pcomp"}]
        if inner:  # "dismissed as “nonsense” the claim that": the last is what he speaks of
            return f"prep-{prep.lower_}", after_cue(verb, inner[-1 if prep.lower_ == "as" else 0], is_phrase=True)
    return "", ()
