"""Where a report's words end: before the writer's own aside, and before the next report. Finds no beginnings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.speech.lexicon import NEXT_VERBS, REPORTING_VERBS
from extractors.speech.syntax import FINITE_VERBS, SUBJECTS

if TYPE_CHECKING:
    from spacy.tokens import Doc, Token

Range = tuple[int, int]
LEAST = 3  # words of a content
_HIGHEST = 6  # clauses between a verb and the cue it is joined to
_DASHES = ("—", "–", "―", "--")
_BREAKS = frozenset({",", *_DASHES})
_LAST = 12  # breaks looked at: a sentence of prose has fewer
_CLOSING = frozenset("”\"’'")


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
    if closes and (first.tag_ == "VBG" or first.lower_ in {"which", "who"}):
        return True
    if doc[at].text != "," and first.dep_ != "cc":
        return not is_paired and (doc[at].text == "—" or bool(doc[at].whitespace_))
    top = first
    while top.head.i != top.i and top.head.left_edge.i > at:
        top = top.head
    if top.right_edge.i < end - 1:
        return False
    if first.lower_ in {"which", "who"}:
        return top.dep_ != "ROOT"
    if first.tag_ == "VBG":
        return top == first and top.dep_ in {"advcl", "acl"}
    return first.pos_ == "DET" and top.dep_ in {"npadvmod", "appos", "dep"}


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
    while (
        at > verb.i and doc[at - 1].dep_ in {"cc", "punct", "advmod", "neg", "aux"} and doc[at - 1].text not in _CLOSING
    ):
        at -= 1
    return at


def _begins_report(token: Token, verb: Token) -> bool:
    if token.dep_ == "advcl":
        if token.tag_ == "VBG":
            before = token.nbor(-2 if token.nbor(-1).text in _CLOSING else -1)
            return before.text == "," or before.dep_ == "advmod"
        return any(child.dep_ == "mark" and child.lower_ in {"while", "though", "although"} for child in token.children)
    if _is_joined(token, verb):
        return True
    if token.dep_ != "conj" or token.tag_ not in {"VBD", "VBZ", "VBP", "VBG"}:
        return False
    if has_subject(token):
        return token.tag_ != "VBG"
    return resumed(token) == verb


def has_subject(token: Token) -> bool:
    """Tell a verb with a subject of its own."""
    return any(child.dep_ in SUBJECTS for child in token.children)


def _is_joined(token: Token, verb: Token) -> bool:
    """Tell the "cautioned" of "said X but cautioned Y" by its place and tense, whatever the parser hung it on."""
    finite, before = token, token.nbor(-1) if token.i else token
    while before.i and (before.pos_ == "ADV" or before.dep_ in {"neg", "aux"}):
        finite, before = (before if before.dep_ == "aux" else finite), before.nbor(-1)
    if before.lower_ not in {"and", "but", "then", "yet"} or has_subject(token):
        return False
    return finite.tag_ in {verb.tag_, _tense(verb)} or (
        before.lower_ == "but" and {finite.tag_, _tense(verb)} <= FINITE_VERBS
    )


def _tense(verb: Token) -> str:
    """Return the tag of the verb's finite part: of "continues" in "continues to insist"."""
    carrier = next((child for child in verb.children if child.dep_ == "aux" and child.tag_ != "TO"), verb)
    above = verb.head
    is_carried = carrier.tag_ not in FINITE_VERBS and verb.dep_ == "xcomp" and above.tag_ in FINITE_VERBS
    return above.tag_ if is_carried else carrier.tag_


def resumed(token: Token) -> Token | None:
    """Return the cue that a verb is truly joined to: the "said" of "said X but cautioned Y", not a verb of X."""
    if has_subject(token) or token.lemma_.lower() not in NEXT_VERBS:
        return None
    if token.tag_ == "VBG":
        return _beside(token)
    if _tense(token) not in FINITE_VERBS:
        return None
    above = token
    for _ in range(_HIGHEST):
        if above.dep_ == "ROOT" or (above.head.i > above.i):
            return None
        is_clause, above = above.dep_ == "ccomp", above.head
        if is_clause and above.lemma_.lower() in REPORTING_VERBS and _is_joined(token, above):
            return above
    return None


def _beside(token: Token) -> Token | None:
    """Return the "said" of "said that it works, adding": who says the first clause says the next, not its subject."""
    above = token.head
    if token.dep_ != "advcl" or above.i > token.i or token.nbor(-1).text != ",":
        return None
    for _ in range(_HIGHEST):
        if above.dep_ == "ccomp" and above.head.i < above.i and above.head.lemma_.lower() in REPORTING_VERBS:
            return above.head
        if above.dep_ not in {"conj", "xcomp"}:
            return None
        above = above.head
    return None


def is_mark(token: Token) -> bool:
    """Tell a token that is no word."""
    return bool(token.is_punct or token.is_space)
