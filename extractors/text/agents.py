"""Who does what a phrase is about, by the words between the two: a headline has no parse, and rules ask of any phrase.

The grammar is English. In another language he acts who stands before the phrase, at the head of the sentence.
"""

from __future__ import annotations

import re
from enum import StrEnum

from extractors.records import Mention, MentionKind, Span
from extractors.text.languages import is_english


class Deed(StrEnum):
    """Whether somebody does it as the one of a verb, or of a noun: "Putin’s rejection of a ceasefire"."""

    VERB = "verb"
    NOUN = "noun"


_FAR = 400  # characters between the two, and before the one, beyond which no clause reaches
_BESIDE = 80  # characters beside a name in which it is said whose he is
_NAME = r"[^\W\d_a-zß-ÿ][\w.’'-]*"
_TITLES = r"""the|a|an|former|then|new|acting|outgoing|president|prime|vice|deputy|first|foreign|defen[cs]e|interior
|minister|premier|chancellor|secretary|general|chief|leader|spokes(?:man|woman|person)|envoy|special|ambassador|advis[eo]r|head
|negotiator|top|senior|counterpart|king|emir|crown|prince|pope|state|and|’s|'s"""
_TITLE = re.compile(rf"(?<![\w.’'-])(?:{_TITLES}|{_NAME})$", re.VERBOSE)
_WORD = re.compile(r"\S+")
# Before a subject a sentence, a clause or a quotation begins, or a verb has another clause: "as Putin urged".
_OPENS = re.compile(
    r"(?:^|[,;:.–—(“”\"‘’]|\b(?:and|but|while|as|after|before|when|that|because|if|until|since|where))\s*$",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"^\s*(?:\([^)]*\)|,(?!\s*(?:and|or)\b)[^,]{0,80}[a-z][^,]{0,80},)")
_WHO = re.compile(r"^,?\s*who\s")
_WITH_HIM = re.compile(rf"^(?:(?:,|\s+and|\s+or|,\s*and)\s+(?:(?:{_TITLES})\s+)*(?:{_NAME}\s*)+)+", re.VERBOSE)
_ADVERBS = r"(?:(?:\w+ly|also|now|again|once|still|even|then|not|never|just|twice|later|first)\s+)*"
_HELPERS = r"(?:ha[sd]|have|is|are|was|were|will|would|can|could|may|might|must|should|shall|did|does|do|who|to|wo|ca)"
_PAST = r"""(?:met|told|gave|took|made|put|held|sent|set|broke|began|sought|spoke|went|came|left|won|lost|threw|drew
|wrote|cast|hit|struck|fought|laid|led|got|let|read|saw|withdrew|shut|cut|quit|flew|grew|rose|fell|ran|kept|felt|found
|thought|brought|bought|caught|dealt|built|spent|stood|paid|chose|froze|bore|drove|rode|swore|heard|knew|showed)"""
_VERB = re.compile(
    rf"^[\s,]*{_ADVERBS}(?:{_HELPERS}(?:n[’']t)?|{_PAST}|[a-z]*(?:ed|[^s’'\W]s|sses|shes))\b",
    re.IGNORECASE | re.VERBOSE,
)
_BARE_VERB = re.compile(rf"^[\s,]*{_ADVERBS}(?!(?:in|on|of|at|for|with|from|by|over|and)\b)[a-z]+\b", re.VERBOSE)
_NO_VERB = re.compile(
    r"""^[\s,]*(?:as|its|his|this|us|is\sin\sa|officials?|allies|aides|advis[eo]rs|supporters|critics|sources|talks|sanctions
    |tariffs|forces|troops|remarks|comments|words|plans?\b(?!\s+to)|hours|days|weeks|years)\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Where the deed ends and another clause, or what is only beside it, begins.
_ENDS = re.compile(
    r"""[;:–—]\s|\b(?:while|as|after|before|because|since|although|though|when|where|which|whom?|whose|if|unless|until|than|that
    |despite|amid|following|ahead\sof|during|but)\b|\.\s""",
    re.IGNORECASE | re.VERBOSE,
)
_JOINS = re.compile(r"(?:,|\band)\s+(?:the\s+|an?\s+)?(?:[\w-]+\s+)?$", re.IGNORECASE)
_BY = re.compile(rf"\bby\s+(?:(?:{_TITLES}|of|{_NAME})\s+)*$", re.VERBOSE)
_STOPS = re.compile(
    r"[,;:–—.]\s|\b(?:and|but|that|who|is|are|was|were|has|had|will)\b|" + _ENDS.pattern, re.IGNORECASE | re.VERBOSE
)
_OWNED = re.compile(r"^(?:[’']s?)\s+(?:[\w’'“”\"-]+\s+){0,8}[“”\"‘’]?$")
# "Trump’s ceasefire envoy" is another.
_SOMEBODY = re.compile(
    r"[\s-]*(?:\w+\s)?(?:envoy|negotiator|advis[eo]r|spokes\w+|aide|minister|secretary|official|chief|team|ally)s?\b"
)
# Who is named by somebody: "a former Zelensky advisor", "Putin’s inner circle", "an aide to Trump". What a government
# or an administration does its head does.
_ANOTHER = r"""(?:advis[eo]r|aide|ally|allies|envoy|emissar(?:y|ies)|negotiator|spokes(?:m[ae]n|wom[ae]n|person|people)
|representative|deput(?:y|ies)|minister|official|appointee|nominee|staffer|insider|loyalist|supporter|backer|donor
|voter|fan|critic|opponent|rival|lawyer|attorney|counsel|speechwriter|biographer|bodyguard|friend|confidante?|associate
|crony|cronies|prot[eé]g[eé]|proxy|proxies|surrogate|successor|predecessor|counterpart|wife|husband|widow|son|daughter
|brother|sister|father|mother|nephew|(?:son|daughter|brother|sister)-in-law|office|team|camp|entourage|circle
|press\s(?:service|secretary|office)|chief\sof\sstaff)s?"""
_QUALIFIED = r"""(?:(?:ex|former|one-?time|then|current|new|chief|top|senior|close|closest|key|leading
|long-?(?:time|term)|special|personal|own|inner|foreign|policy|political|military|economic|media|national|security|peace
|legal|campaign)[\s-]+){0,3}"""
_SOMEBODYS = re.compile(rf"(?:[’']s?)?[\s-]+{_QUALIFIED}{_ANOTHER}\b(?!-|\sDavid)", re.IGNORECASE | re.VERBOSE)
# Of a name with its office: "an aide to US President Trump", but not "an envoy to the Middle East Steve Witkoff".
_OF_SOMEBODY = re.compile(
    rf"""\b{_ANOTHER}\s+(?:to|of|for)\s+(?:(?:(?:the|former|then|U\.?S\.?|U\.?K\.?|[A-Z]\w+(?:an|ish|ese|ch|i))\s+){{0,3}}
    (?:(?:{_TITLES})\s+){{1,4}})?$""",
    re.IGNORECASE | re.VERBOSE,
)
# In Russian and Ukrainian the name stands behind, in the genitive: "советник Трампа", but not "помощник Ушаков". The
# noun in its own genitive may be his office: "помощника Ушакова".
_OWNERS = re.compile(
    r"""\b(?i:(?:экс-?|екс-?|спец)?(?:советник|радник|помощник|помічник|союзник|соратник|представитель|представник|спикер
    |спікер|речник|посланник|посланець|адвокат|критик|сторонник|прихильник|противник|опонент|пресс-секретарь)
    (?:и|і|ом|ем|ами|ы)?|жена|супруга|дружина|сын|син|дочь|дочка|брат|офис|офіс|команда|канцелярия|окружение|оточення
    |пресс-служба|пресслужба)
    \s+(?:(?:президента|премьера|прем[’']єра|премьер-министра|министра|міністра|главы|лидера|лідера|[А-ЯІЇЄҐ][\w’'-]*)
    \s+){0,3}$""",
    re.VERBOSE,
)
# How the genitive of a name ends: of one in a consonant, of one in -a.
_GENITIVES = ("а", "я", "ого", "его", "ього"), ("ой", "ої", "и", "ы", "і")
_FRONTED = re.compile(r"^\s*(?:in|at)\s[^,]{0,40},\s*$", re.IGNORECASE)


def deed_of(text: str, sentence: Span, actor: Span, thing: Span, language: str | None) -> Deed | None:
    """Return how he who is named at `actor` does what stands at `thing` in one sentence; None where he does not."""
    if actor.meets(thing) or max(actor.start, thing.start) - min(actor.end, thing.end) > _FAR:
        return None
    lead, tail = text[max(sentence.start, actor.start - _FAR) : actor.start], text[thing.end : sentence.end][:_FAR]
    if not is_english(language):
        heads = all(word[0].isupper() for word in lead.split())
        return Deed.VERB if heads and actor.end <= thing.start else None
    if thing.end <= actor.start:
        return _after(text, sentence, actor, thing)
    gap = text[actor.end : thing.start]
    if _OWNED.match(gap) and not _STOPS.search(gap):
        return None if _SOMEBODY.match(tail) else Deed.NOUN
    return Deed.VERB if _is_subject(lead) and _governs(gap, tail) else None


def is_of_another(text: str, mention: Mention, language: str | None) -> bool:
    """Tell whether an official's name only says whose somebody else is, by what stands beside it: "a Putin ally"."""
    if mention.kind is not MentionKind.OFFICIAL:
        return False
    at = mention.span
    lead, tail = text[max(0, at.start - _BESIDE) : at.start], text[at.end : at.end + _BESIDE]
    if is_english(language):
        return bool(_SOMEBODYS.match(tail) or _OF_SOMEBODY.search(lead))
    return mention.surface.endswith(_GENITIVES[mention.name.endswith("a")]) and bool(_OWNERS.search(lead))


def _after(text: str, sentence: Span, actor: Span, thing: Span) -> Deed | None:
    """Return how somebody named after the phrase does it: "rejected by Putin", "In Istanbul, Putin met"."""
    gap = text[thing.end : actor.start]
    by = _BY.search(gap)
    if by is not None and not _STOPS.search(gap[: by.start()].replace(" was ", " ").replace(" is ", " ")):
        return Deed.VERB
    fronted = _FRONTED.match(_before_titles(text[sentence.start : actor.start][:_FAR]))
    return Deed.VERB if fronted and _VERB.match(text[actor.end : sentence.end]) else None


def _before_titles(lead: str) -> str:
    """Return what stands before the offices and names that a text ends with; each is followed by a blank."""
    end = len(lead)
    for word in reversed(list(_WORD.finditer(lead)) if lead[-1:].isspace() else []):
        title = _TITLE.search(word[0])
        if title is None:
            break
        end = word.start() + title.start()
        if title.start():
            break
    return lead[:end]


def _is_subject(lead: str) -> bool:
    """Tell a name with its offices that begins its clause from one that stands behind a preposition or a verb."""
    return _OPENS.search(_before_titles(lead)) is not None


def _governs(gap: str, tail: str) -> bool:
    """Tell whether a verb follows a subject, and the phrase stands in its clause and is no subject of another."""
    with_him = _WITH_HIM.match(gap)
    rest = _WHO.sub(" ", _ASIDE.sub("", gap[with_him.end() :] if with_him else gap))
    verb = _VERB.match(rest) or (with_him and _BARE_VERB.match(rest))
    if not verb or _NO_VERB.match(rest) or _ENDS.search(rest):
        return False
    return not (_JOINS.search(rest) and _VERB.match(_before_titles(tail)))
