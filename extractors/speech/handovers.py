"""Words that are said by someone whom another line names: a signature, a label, "Thus X in Paris", "He stated this".

Tells what kind of line a sentence is, by its words. Resolves no names and drafts nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.records import Span
from extractors.speech.lexicon import DASHES, LEXICON, REPORTING_VERBS, filled
from extractors.speech.parsing import ParsedSentence
from extractors.speech.syntax import FINITE, child_of, subject

if TYPE_CHECKING:
    from spacy.tokens import Token

_SIGNED = 12  # tokens of the line that signs a quotation
_NAMES = {"words": LEXICON["words_of"], "quote": LEXICON["quote_labels"], "source": LEXICON["source_labels"]}
# "That was the reaction of X", "So said X", "Thus X in Paris".
_BACK = re.compile(
    filled(
        r"(?:That|This|Such|These|Those)\s(?:was|were|is|are)\s(?:the\s)?(?:\w+\s){0,2}?{words}\s(?:of|by|from)\b"
        r"|(?:Thus|So)\s(?:(?:said|says|spoke|wrote|declared)\s)?(?=(?:the\s)?(?:\w+\s){0,3}[A-Z])",
        _NAMES,
    )
)
_QUOTE = re.compile(filled(r"(?:\w+\s)?{quote}(?:\s(?:of|from|by)\s[^:\n]{2,60})?:", _NAMES), re.IGNORECASE)
_SOURCE = re.compile(filled(r"{source}:", _NAMES), re.IGNORECASE)
_FROM = re.compile(
    r"(?:(?:and|but|then|next|also)\s)?(?:this\s)?(?:from|here\sis|here[’']s)\b[^:\n]{2,80}:$", re.IGNORECASE
)
_ANSWER = re.compile(r"(?:A|Answer)\s?:")
_AFTER_NAME = frozenset({"", ",", "(", "/", "|", "-", "–", "—"})
_LINE_END = frozenset({"", "\n", "\r"})
_DASHED = re.compile(r"\s*[-—–―]+\s?(?=\w)")


def signature(sentence: ParsedSentence) -> Token | None:
    """Return the name of a line that only signs the quotation above it: a dash and a name."""
    tokens = _signed(sentence)
    if len(tokens) < 2 or tokens[0].text not in DASHES or tokens[1].pos_ != "PROPN":  # noqa: PLR2004 - both of them
        return None
    return next((token for token in tokens[1:-1] if token.nbor(1).pos_ != "PROPN"), tokens[-1])


def is_name_line(text: str, sentence: ParsedSentence, name: Span) -> bool:
    """Tell a line of its own that is a name, at `name`, with an office before it or after a comma."""
    whole = sentence.whole()
    lead, rest = text[whole.start : name.start].strip(), text[name.end : whole.end].lstrip()
    is_begun = not lead or lead[0].isupper() or lead[0] in "-—–"
    is_named = is_begun and rest[:1] in _AFTER_NAME and text[whole.end - 1] not in ".:?!"
    return is_named and bool(_signed(sentence)) and is_line(text, whole)


def _signed(sentence: ParsedSentence) -> list[Token]:
    """Return the tokens of a line short enough to sign something; none of one with a verb."""
    tokens = [token for token in sentence if not token.is_space]
    return tokens if len(tokens) <= _SIGNED and not any(token.tag_ in FINITE for token in tokens) else []


def is_line(text: str, span: Span) -> bool:
    """Tell whether a stretch is a line of its own."""
    return text[span.start - 1 : span.start] in _LINE_END and text[span.end : span.end + 1] in _LINE_END


def answers(words: str) -> bool:
    """Tell the "A:" of an interview."""
    return _ANSWER.match(words) is not None


def is_signed_with(text: str, after: Span) -> bool:
    """Tell what follows a quotation in its line as a dash and a name."""
    rest = after.slice(text)
    return _DASHED.match(rest) is not None and len(rest.split()) <= _SIGNED


def hands_back(words: str) -> bool:
    """Tell a sentence that says whose the words before it were."""
    return _BACK.match(words) is not None


def labelled_quote(words: str) -> int | None:
    """Return how many characters the label of a quotation has that `words` begin with: "Quote:"."""
    match = _QUOTE.match(words)
    return match.end() if match else None


def names_source(words: str) -> bool:
    """Tell "Source: Zelenskyy on Facebook"."""
    return _SOURCE.match(words) is not None


def announces_source(words: str) -> bool:
    """Tell "And from Foreign Minister Lavrov:", which has no verb."""
    return _FROM.match(words) is not None


def states_this(sentence: ParsedSentence) -> tuple[Token, Token] | None:
    """Return the verb of "He stated this in his address" or "This was stated by X", with whoever did."""
    for verb in sentence:
        if verb.lemma_.lower() not in REPORTING_VERBS or verb.pos_ != "VERB":
            continue
        told = child_of(verb, "nsubjpass")
        by = child_of(verb, "agent")
        if told is not None and told.lower_ == "this" and by is not None:
            speaker = child_of(by, "pobj")
        else:
            thing = child_of(verb, "dobj")
            speaker = subject(verb) if thing is not None and thing.lower_ == "this" and _is_last(thing) else None
        if speaker is not None and speaker.lower_ != "this":
            return verb, speaker
    return None


def _is_last(thing: Token) -> bool:
    """Tell "this" from "this: no truce" and from "this was a truce"."""
    following = thing.nbor(1) if thing.i + 1 < len(thing.doc) else thing
    return following.pos_ in {"ADP", "PUNCT", "ADV", "PROPN", "SCONJ"} and following.text != ":"
