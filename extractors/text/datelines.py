"""The line before the news that says where, when and by whom it was written. Knows no watchlist and no outlet.

"ISTANBUL, Nov 29 (Reuters) -", "КИЇВ. 29 листопада. УНІАН.", "By A. Name, ISTANBUL (AP) —": what stands there is told
by nobody and about nothing. A sentence that merely begins with a place is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from extractors.records import Span
from extractors.text.months import month_number
from extractors.text.tables import tables
from extractors.text.words import fold

_OPENING = 3  # paragraphs, a headline and a byline among them
_REACH = 320  # characters of a paragraph in which a headline and byline may stand before
_BLANK = r"[^\S\n]"
# "St. Petersburg", "D.C.", "Port-au-Prince"
_WORD = r"(?:(?:St|Ste|Mt|Ft)\.|(?:[^\W\d_]\.){2,3}|[^\W\d_][\w’'ʼ׳״\u200c]*+(?:-[^\W_][\w’']*)*)"
_PLACE = rf"{_WORD}(?: {_WORD}){{0,3}}"
_PLACES = rf"{_PLACE}(?:{_BLANK}*[,،/]{_BLANK}*{_PLACE}){{0,3}}"
# Months of two words are Arabic alone; in Hebrew a letter that means "in" stands before.
_MONTH = r"ב?(?P<{}>[^\W\d_]+(?: [\u0600-\u06ff]+)?)\.?"
_YEAR = r"(?:,? \d{4}(?: ?[гр]\.)?)?"
_DATE = (
    rf"(?:[^\W\d_]+,? )?(?:{_MONTH.format('first')} \d{{1,2}}(?:st|nd|rd|th)?\b"
    rf"|\d{{1,2}}(?:\.|er|º)? (?:de )?{_MONTH.format('last')}|\d{{1,2}}[./]\d{{1,2}}\b){_YEAR}"
)
_AGENCY = r"[^\W\d_][\w.&’' /,-]{0,39}"
# A dash of any kind, a colon or a stop; or nothing, behind a bracket, a day, or at a line's end.
_END = (
    r"[.:,]?\s*(?:-{2,3}|[–—―]|(?<=[\s.):/])-(?=\s)|(?<=[\w)])-(?= )|\s-(?=[“\"«\w])|:(?=\s)|[.](?=\s)"
    r"|(?<=[)\]/])(?=[ \n])|(?=\n|\Z)|(?<=\w)(?= ))"
)
# In both the names of the agencies stand in place of @.
_HEAD = (
    rf"(?P<open>[(\[])?(?P<places>{_PLACES}?)"
    rf"(?:{_BLANK}*(?P<sep>[.,،;–—-]|(?=[ (/\[])){_BLANK}*(?P<date>{_DATE}))?(?(open)[)\]])"
    rf"(?:[.,]?{_BLANK}*[-–—]?{_BLANK}*[(\[](?P<bracketed>{_AGENCY})[)\]]"
    rf"|[.,]?{_BLANK}*[-–—]?{_BLANK}*/{_BLANK}?(?P<slashed>{_AGENCY}?){_BLANK}?/"
    rf"|{_BLANK}*[-.,/–—]{_BLANK}*(?P<bare>@))?"
    rf"(?P<end>{_END}){_BLANK}*"
)
_ONLY_AGENCY = rf"[(\[](?P<bracketed>@)[)\]]{_BLANK}*(?:[-–—]{{1,3}}|\n){_BLANK}*"
_FULL_STOP = re.compile(r"(?:\w\w|[”\")])[.!?][”\")]*\s+[\"“«A-ZА-ЯЁІЇЄҐ]")
_DASHED_ON = re.compile(r"[^.!?\n]*? [–—-] (?P<next>\w)")
_QUOTE_MARKS = "\"“„«‘'”"
_SURE = re.compile(r"[(\[/\d]")  # what a day or an agency has, looked for first: to try the pattern costs much more
_BRIEF = 60  # characters in which a day or an agency begins
_BYLINE = re.compile(r"(?:By|BY|Von|Par|Por)\b")
_STARTS = re.compile(r"(?:^|(?<=[\s|,>Z)—–-]))(?=[(\[]?[^\W\d_])")
_PARTED = re.compile(r"\s*[,،/]\s*")
_FEWEST = 3  # letters of an unknown place in capitals


@dataclass(frozen=True, slots=True)
class Dateline:
    """A dateline: `span` is all that stands before the news, byline included; `shown` is the dateline as printed.

    `place` is where its places stand; `sure` tells that a day or an agency stands beside them.
    """

    span: Span
    shown: Span
    place: Span
    sure: bool


def find_datelines(text: str, paragraphs: Sequence[Span], named: Sequence[Span]) -> tuple[Dateline, ...]:
    """Return the datelines that paragraphs begin with, in order; the first of them is the text's.

    `named` are persons and institutions: whoever is named there with no day and no agency is being quoted.
    """
    found: list[Dateline] = []
    for at, paragraph in enumerate(paragraphs):
        each = find_dateline(text, paragraph, opening=at < _OPENING and not found)
        if each and (each.sure or not any(each.place.meets(name) for name in named)):
            found.append(each)
    return tuple(found)


def find_dateline(text: str, paragraph: Span, *, opening: bool) -> Dateline | None:
    """Return the dateline that a paragraph begins with, None where it has none.

    Without `opening`, a paragraph further down, only one that names a day or an agency counts.
    """
    head = text[paragraph.start : min(paragraph.end, paragraph.start + _REACH)]
    lead = len(head) - len(head.lstrip())
    if not opening and not _SURE.search(head, lead, lead + _BRIEF):
        return None
    found = _at(head, lead)
    if found is None and opening:
        found = next(_after_a_byline(head, lead), None)
    if found is None or not (opening or found.sure):
        return None
    by = paragraph.start
    return Dateline(found.span.moved(by), found.shown.moved(by), found.place.moved(by), sure=found.sure)


def _after_a_byline(head: str, lead: int) -> Iterator[Dateline]:
    """Yield datelines that stand behind a headline or byline glued to them: with a day or an agency."""
    if not _SURE.search(head):
        return
    for start in _STARTS.finditer(head, lead + 1):
        if _FULL_STOP.search(head, lead, start.start() + 1):
            return
        found = _at(head, start.start())
        first = _PARTED.split(found.place.slice(head))[0] if found and found.sure else ""
        if found and (first.isupper() or _is_known(first)):
            yield Dateline(Span(0, found.span.end), found.shown, found.place, sure=True)


def _at(head: str, start: int) -> Dateline | None:
    if head[start : start + 1].islower():
        return None
    head_pattern, agency_pattern = _patterns()
    match = head_pattern.match(head, start)
    if match and _is_dateline(head, match):
        shown = Span(start, _shown_end(match))
        sure = bool(match["date"] or match["bracketed"] or match["slashed"] or match["bare"])
        return Dateline(Span(0, match.end()), shown, Span(*match.span("places")), sure=sure)
    match = agency_pattern.match(head, start)
    if match:
        return Dateline(Span(0, match.end()), Span(start, match.end("bracketed") + 1), Span(start, start), sure=True)
    return None


def _shown_end(match: re.Match[str]) -> int:
    return match.start("end") if match["end"] else match.end()


def _is_dateline(head: str, match: re.Match[str]) -> bool:
    """Weigh what stands there: place, day, agency, the mark after them, and how the text goes on."""
    if _BYLINE.match(match["places"]) or not _goes_on_anew(head, match.end()):
        return False
    places, end = match["places"], match["end"].strip()
    parts = _PARTED.split(places)
    first = parts[0]
    known = _is_known(first) or _is_known(places)
    caps = first.isupper() and len(first) > 1 and _key(first) not in _labels()
    agency = match["bracketed"] or match["slashed"]
    if match["date"] and not (agency or match["bare"] or _is_date(match)):
        return False
    if agency or match["bare"]:
        named = bool(match["bare"]) or _is_agency(agency)
        marked = bool(end) or bool(match["slashed"]) or "\n" in match.group()
        dated = bool(match["date"])
        return (known or caps or (dated and _is_titled(first))) if named else (marked and (known or caps or dated))
    if match["date"]:
        marked = bool(end) or "\n" in match.group() or caps
        return bool(match["sep"]) and marked and (known or caps or (end not in {".", ""} and _is_titled(first)))
    if match["open"]:
        return known
    return all(map(_is_titled, parts)) and _alone(head, match, parts, known=known, caps=caps)


def _alone(head: str, match: re.Match[str], parts: Sequence[str], *, known: bool, caps: bool) -> bool:
    """Tell a dateline that names a place alone."""
    end = match["end"].strip()
    following = head[match.end() : match.end() + 1]
    if not end:
        return known and head[match.end() :].strip() == ""
    if end.endswith((":", ".")):
        return known and (caps or end == ":") and following not in _QUOTE_MARKS
    if not caps:
        return known and not _comes_back(head, match.end())
    words = parts[0].split()
    unknown = len(parts[0]) < _FEWEST or any(map(_is_known, words)) or len(words) > 2  # noqa: PLR2004 (longer: a headline)
    spaced = match["end"][:1].isspace() or end in {"—", "―"}
    return (known or (not unknown and spaced)) and not _comes_back(head, match.end())


def _comes_back(head: str, at: int) -> bool:
    """Tell an aside between two dashes: "Istanbul – Putin's favourite – may host"."""
    match = _DASHED_ON.match(head, at)
    return match is not None and match["next"].islower()


def _goes_on_anew(head: str, at: int) -> bool:
    """Tell whether what follows begins a sentence, in letters that know no capitals any word."""
    rest = head[at:].lstrip(_QUOTE_MARKS + "([‘-–— \n")
    return not rest or not rest[0].islower()


def _is_titled(place: str) -> bool:
    words = place.split()
    return len(words) <= 3 and all(not word[0].islower() for word in words)  # noqa: PLR2004 (longer is a clause)


def _is_date(match: re.Match[str]) -> bool:
    name = match["first"] or match["last"]
    return name is None or month_number(name) is not None or name in _months()


def _is_known(place: str) -> bool:
    return _key(place) in _cities()


def _key(name: str) -> str:
    return fold(name.strip(" .")).casefold()


def _is_agency(name: str) -> bool:
    parts = re.split(r"\s*[/,]\s*", name.strip())
    return any(_key(part) in _agencies() for part in parts)


@cache
def _lists() -> dict[str, list[str]]:
    return tables("extractors.text", "datelines.toml")


@cache
def _cities() -> frozenset[str]:
    return frozenset(map(_key, _lists()["cities"]))


@cache
def _labels() -> frozenset[str]:
    return frozenset(map(_key, _lists()["labels"]))


@cache
def _months() -> frozenset[str]:
    return frozenset(_lists()["months"])


@cache
def _agency_names() -> tuple[str, ...]:
    rows = tables("extractors", "sources.toml")["sources"]
    return (*(name for row in rows if row.get("agency") for name in row["names"]), *_lists()["agencies"])


@cache
def _agencies() -> frozenset[str]:
    return frozenset(map(_key, _agency_names()))


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns with the names of the agencies, the longest first."""
    names = "|".join(re.escape(name) for name in sorted(set(_agency_names()), key=len, reverse=True))
    known = rf"(?:{names})(?!\w|-\w)"
    return re.compile(_HEAD.replace("@", known)), re.compile(_ONLY_AGENCY.replace("@", known))
