"""The days that sentences name, and what they tell of as over: a completed round, a date long past. Pure.

Days are resolved against the day of the article; what is open stays None.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from extractors.records import Span
from extractors.text.dates import MONTH, english_month

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_NUMBERS |= {"nine": 9, "ten": 10, "twelve": 12}
_SEASONS = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11)}

_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?!\d|:\d)"
_YEAR = r"(?:19|20)\d\d(?!\d)"
_WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_WHICH = r"(?i:next|last|this|this coming|this past)"
_ON_DAY = rf"\b(?:{_WHICH}\s)?{_WEEKDAY},?\s(?:the\s)?"  # before a date, which tells it
_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(_NUMBERS)})"

# In the order in which they are tried at one place. A bare month needs a word before it: "may", "march".
_FORMS = {
    "iso": rf"(?<!\d)(?P<iso_year>{_YEAR})-(?P<iso_month>\d\d)-(?P<iso_day>\d\d)(?!\d)",
    "month_day": rf"(?:{_ON_DAY})?\b(?P<md_month>{MONTH})\s(?P<md_day>{_DAY})(?:\s?[–-]\s?(?P<md_last>{_DAY}))?"
    rf"(?:,?\s(?P<md_year>{_YEAR}))?",
    "day_month": rf"(?:{_ON_DAY})?(?<!\d)(?P<dm_day>{_DAY})(?:\s?[–-]\s?(?P<dm_last>{_DAY}))?"
    rf"\s(?:of\s)?(?P<dm_month>{MONTH})\b(?:,?\s(?P<dm_year>{_YEAR}))?",
    "month_year": rf"\b(?P<my_month>{MONTH})(?:\sof)?,?\s(?P<my_year>{_YEAR})",
    "season": rf"(?i:\b(?P<season>spring|summer|autumn|fall)(?:\sof)?\s(?P<season_year>{_YEAR}))",
    "ago": rf"(?i:\b(?P<ago>{_NUMBER}|several|many)\s(?P<ago_unit>day|week|month|year)s?\s(?:ago|earlier)\b)",
    "ahead": rf"(?i:\bin\s(?P<ahead>{_NUMBER})\s(?P<ahead_unit>day|week)s?(?:[’']?\stime)?\b)",
    "coming": r"(?i:\bin\sthe\s(?:coming|next\sfew)\s(?:days|weeks|months)\b)",
    "unit": r"(?i:\b(?P<unit_rest>later\s)?(?P<unit_which>next|last|this|the coming|the past)"
    r"\s(?P<unit>week|weekend|month|year)\b)",
    "weekday": rf"\b(?:(?P<weekday_which>{_WHICH})\s)?(?P<weekday>{_WEEKDAY})\b",
    "word": r"(?i:\b(?P<word>today|tonight|tomorrow|yesterday)\b)",
    "month": rf"\b(?i:in|by|until|since|of|early|late|mid|next|last|this|for)[\s-](?P<month>{MONTH})(?!\w|,?\s\d)",
    "year": rf"(?<![\d.,$€£#/-])(?P<year>{_YEAR})(?![.,/-]\d|%|\s?(?:km|kg|people|soldiers|troops|prisoners|men))",
}
_DATING = re.compile("|".join(f"(?P<form_{name}>{form})" for name, form in _FORMS.items()))
_WORDS = {"today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1}
_COUNTED = re.compile(r"\b(?:some|about|around|over|than|nearly|almost|least|up to|roughly)\s$", re.IGNORECASE)
_SLACK = timedelta(days=1)  # an article of the evening in one zone is of the next day in another


@dataclass(frozen=True, slots=True, kw_only=True)
class Dating:
    """Words that name a day or days. `first` and `last` are None where the article's own day would be needed."""

    span: Span
    first: date | None
    last: date | None


_Days = tuple[date, date] | None


def find_datings(text: str, sentence: Span, on: date | None, *, ahead: bool) -> tuple[Dating, ...]:
    """Return the datings of a sentence in order. `on` is the day its article is of.

    "Monday" and "March 29" are the next ones when what is told lies `ahead`, else the last ones.
    """
    found = _datings_of(sentence.slice(text), on, ahead)
    return tuple(replace(each, span=each.span.moved(sentence.start)) for each in found)


@lru_cache(maxsize=4096)
def _datings_of(words: str, on: date | None, ahead: bool) -> tuple[Dating, ...]:
    """Return a sentence's datings; rules and the calendar ask for those of the same sentence again and again."""
    return tuple(_datings(words, on, ahead=ahead))


def _datings(words: str, on: date | None, *, ahead: bool) -> Iterator[Dating]:
    for match in _DATING.finditer(words):
        form = str(match.lastgroup).removeprefix("form_")
        if form == "year" and _COUNTED.search(words, max(0, match.start() - 12), match.start()):
            continue
        days = _resolved(form, match, on, ahead=ahead)
        yield Dating(span=Span(*match.span()), first=days[0] if days else None, last=days[1] if days else None)


def _resolved(form: str, match: re.Match[str], on: date | None, *, ahead: bool) -> _Days:
    try:
        if form in _FULL and (days := _FULL[form](match)):
            return days
        return _RELATIVE[form](match, on, ahead) if on and form in _RELATIVE else None
    except (ValueError, OverflowError):  # the 31st of June, and what lies beyond the calendar
        return None


def _iso(match: re.Match[str]) -> _Days:
    return _day(int(match["iso_year"]), int(match["iso_month"]), match["iso_day"], None)


def _full_month_day(match: re.Match[str]) -> _Days:
    return _dated(match, "md", int(match["md_year"])) if match["md_year"] else None


def _full_day_month(match: re.Match[str]) -> _Days:
    return _dated(match, "dm", int(match["dm_year"])) if match["dm_year"] else None


def _month_year(match: re.Match[str]) -> _Days:
    return _months(int(match["my_year"]), english_month(match["my_month"]))


def _season(match: re.Match[str]) -> _Days:
    return _months(int(match["season_year"]), *_SEASONS[match["season"].lower()])


def _year(match: re.Match[str]) -> _Days:
    return _months(int(match["year"]), 1, 12)


def _month_day(match: re.Match[str], on: date, ahead: bool) -> _Days:
    return _nearest(lambda year: _dated(match, "md", year), on, ahead=ahead)


def _day_month(match: re.Match[str], on: date, ahead: bool) -> _Days:
    return _nearest(lambda year: _dated(match, "dm", year), on, ahead=ahead)


def _month_alone(match: re.Match[str], on: date, ahead: bool) -> _Days:
    which = match.group().split()[0].lower()
    number = english_month(match["month"])
    return _nearest(lambda year: _months(year, number), on, ahead=(ahead or which == "next") and which != "last")


def _ago(match: re.Match[str], on: date, _: bool) -> _Days:
    count = _NUMBERS.get(match["ago"].lower()) or (int(match["ago"]) if match["ago"].isdigit() else 3)
    unit = match["ago_unit"].lower()
    if unit == "day":
        return (on - timedelta(days=count),) * 2
    if unit == "week":
        return _week(on - timedelta(weeks=count))
    months = on.year * 12 + on.month - 1 - count * (12 if unit == "year" else 1)
    return _months(months // 12, 1, 12) if unit == "year" else _months(months // 12, months % 12 + 1)


def _ahead(match: re.Match[str], on: date, _: bool) -> _Days:
    count = _NUMBERS.get(match["ahead"].lower()) or int(match["ahead"])
    if match["ahead_unit"].lower() == "day":
        return (on + timedelta(days=count),) * 2
    return _week(on + timedelta(weeks=count))


def _unit(match: re.Match[str], on: date, _: bool) -> _Days:
    which = match["unit_which"].lower().split()[-1]
    step = {"next": 1, "coming": 1, "last": -1, "past": -1}.get(which, 0)
    first, last = _unit_days(match["unit"].lower(), step, on)
    return (max(first, on) if match["unit_rest"] else first), last


def _unit_days(unit: str, step: int, on: date) -> tuple[date, date]:
    if unit in {"week", "weekend"}:
        monday, sunday = _week(on + timedelta(weeks=step))
        return (monday if unit == "week" else sunday - timedelta(days=1)), sunday
    if unit == "year":
        return _months(on.year + step, 1, 12)
    months = on.year * 12 + on.month - 1 + step
    return _months(months // 12, months % 12 + 1)


def _weekday(match: re.Match[str], on: date, ahead: bool) -> _Days:
    which = (match["weekday_which"] or "").lower().split()
    wanted = _DAYS.index(match["weekday"].lower())
    if which[:1] == ["next"]:
        return (_week(on + timedelta(weeks=1))[0] + timedelta(days=wanted),) * 2
    if which[-1:] == ["last"]:
        return (on - timedelta(days=(on.weekday() - wanted - 1) % 7 + 1),) * 2
    forward = "coming" in which or (ahead and "past" not in which)
    step = (wanted - on.weekday()) % 7 if forward else -((on.weekday() - wanted) % 7)
    return (on + timedelta(days=step),) * 2


def _word(match: re.Match[str], on: date, _: bool) -> _Days:
    return (on + timedelta(days=_WORDS[match["word"].lower()]),) * 2


_FULL: dict[str, Callable[[re.Match[str]], _Days]] = {
    "iso": _iso,
    "month_day": _full_month_day,
    "day_month": _full_day_month,
    "month_year": _month_year,
    "season": _season,
    "year": _year,
}
_RELATIVE: dict[str, Callable[[re.Match[str], date, bool], _Days]] = {
    "month_day": _month_day,
    "day_month": _day_month,
    "month": _month_alone,
    "ago": _ago,
    "ahead": _ahead,
    "unit": _unit,
    "weekday": _weekday,
    "word": _word,
}


def _dated(match: re.Match[str], form: str, year: int) -> _Days:
    return _day(year, english_month(match[f"{form}_month"]), match[f"{form}_day"], match[f"{form}_last"])


def _day(year: int, month: int, first: str, last: str | None) -> _Days:
    start = date(year, month, _number(first))
    return start, max(start, date(year, month, _number(last)) if last else start)


def _nearest(in_year: Callable[[int], _Days], on: date, *, ahead: bool) -> _Days:
    years = (on.year, on.year + 1) if ahead else (on.year, on.year - 1)
    for year in years:
        days = in_year(year)
        if days and (days[1] >= on if ahead else days[0] <= on + _SLACK):
            return days
    return None


def _months(year: int, first: int, last: int | None = None) -> tuple[date, date]:
    last = last or first
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _number(day: str) -> int:
    return int(re.sub(r"\D", "", day))


OLD = timedelta(days=30)  # before publication

# Rounds and papers known by name: when each was over, and from when on the name may mean something newer.
_ROUNDS = (
    (r"Istanbul (?:communiqu[eé]|(?:draft|document|protocol|treaty|accord|agreement|deal)s?)", (2022, 4), (2025, 5)),
    (r"Minsk (?:(?:agreement|accord|protocol|process|deal)s?|II|I|2|1)\b", (2015, 2), None),
    (r"Budapest [Mm]emorandum", (1994, 12), None),
    (r"Oslo [Aa]ccords?", (1995, 9), None),
    (r"Camp David [Aa]ccords?", (1978, 9), None),
    (r"Dayton (?:[Aa]greement|[Aa]ccords?)", (1995, 12), None),
)
_NAMED = tuple((re.compile(name), date(*over, 28), date(*again, 1) if again else None) for name, over, again in _ROUNDS)
_FAILED = re.compile(r"\b(?:failed|abortive|aborted|collapsed|ill-fated|stillborn|doomed)\s(?:[\w’'-]+\s){0,3}$")

# What a sentence says when it speaks of the present: verbs of the present and future, and going back to a thing.
_PRESENT = re.compile(
    r"""(?ix)\b(?:is|are|am|isn[’']?t|aren[’']?t|has|have|hasn[’']?t|haven[’']?t|will|won[’']?t|can|cannot|can[’']?t
      |could(?!\ have)|should|shall|may(?=\ [a-z])|might(?!\ have)|must|does|do|doesn[’']?t|don[’']?t|let|let[’']s
      |now|again|still|currently|recent(?:ly)?|nowadays|today|tomorrow|once\ more|this\ (?:week|month|year)|ongoing
      |since|remains|seems|looks|wants|needs\ to|hopes|plans\ to|intends|expects|refuses|rejects|offers|proposes
      |considers|appears|means|shows|serves|stands|sees|calls\ for|believes|knows|thinks|argues|supports|opposes
      |(?:we|they|I|you)\ (?:want|need|believe|hope|expect|think|know|see|support|reject|offer|refuse|demand|remember)
      |resum\w+|reviv\w+|restart\w+|renew\w*|reopen\w*|return(?:s|ed|ing)?\ to|(?:go|goes|going|went)\ back\ to
      |bas(?:is|ed\ on)|starting\ point|foundation\ (?:for|of)|build(?:s|ing)?\ on|along\ the\ lines|modell?ed\ on
      |new|next|upcoming|planned|another)\b"""
)
_SAID = re.compile(
    r"""(?ix)\b(?:said|told|says|tells|wrote|writes|according\ to|called\ (?:for|it)|added|announced|argued|claimed
      |complained|confirmed|declared|demanded|denied|insisted|noted|offered|proposed|recalled|reiterated|rejected
      |repeated|replied|stated|stressed|suggested|urged|warned)\b"""
)
_SAYS = re.compile(r"(?i)\b(?:says|tells|writes)\b")
_BREAK = re.compile(
    r"(?i)[;:()—]|,(?!\s(?:19|20)\d\d)|\s–\s|\b(?:who|which|that|where|when|after|before|because|while|war|invasion|annex\w+)\b"
)
_LEADING = re.compile(
    r"(?i)(?:and |but |back |early |late )*(?:in|on|by|during|at|over|throughout|until)\b[^,;]{0,60}$"
)
_LED = 6  # words of an opening such as "In Istanbul in March 2022"
_NEAR = 25  # characters: "said in March 2022", "told reporters on March 29, 2022"
_LONGEST = 2_000


def is_historical(text: str, sentence: Span, hit: Span, on: date | None) -> bool:
    """Tell whether the phrase at `hit` is only history in its sentence; `on` is the day of publication.

    It is when it names a completed round, or is dated more than 30 days back, and the sentence says nothing about it
    now: no verb of the present, no going back to it, nobody who says so today. Without `on` nothing is history.
    """
    if on is None or sentence.end - sentence.start > _LONGEST or not sentence.covers(hit):
        return False
    datings = find_datings(text, sentence, on, ahead=False)
    old = [dating for dating in datings if dating.last is not None and dating.last < on - OLD]
    own = [dating for dating in old if _is_about(text, sentence, dating.span, hit)]
    if not own and not _is_completed(text, sentence, hit, on):
        return False
    return not _is_current(text, sentence, [dating for dating in datings if dating not in old], old, hit)


def _is_about(text: str, sentence: Span, dating: Span, hit: Span) -> bool:
    """Tell whether a date belongs to the phrase: nothing parts the two, or the date opens the sentence."""
    if dating.meets(hit):
        return True
    between = Span(dating.end, hit.start) if dating.end <= hit.start else Span(hit.end, dating.start)
    if not _BREAK.search(between.slice(text)):
        return True
    said = (Span(*cue.span()) for cue in _SAID.finditer(text, sentence.start, dating.start))
    dates_all = _opens(text, sentence, dating) or any(_is_of_cue(text, sentence, dating, cue) for cue in said)
    return dating.end <= hit.start and dates_all


def _opens(text: str, sentence: Span, dating: Span) -> bool:
    opening = text[sentence.start : dating.start].lstrip("“”\"'‘ ")
    return len(opening.split()) <= _LED and bool(_LEADING.match(opening))


def _is_completed(text: str, sentence: Span, hit: Span, on: date) -> bool:
    """Tell whether the phrase stands in the name of a round or paper that was over by then, or is called a failure."""
    for pattern, over, again in _NAMED:
        if over + OLD < on and (again is None or on < again):
            names = pattern.finditer(text, sentence.start, sentence.end)
            if any(Span(*name.span()).meets(hit) for name in names):
                return True
    return _FAILED.search(text, sentence.start, hit.start) is not None


def _is_current(text: str, sentence: Span, other: Sequence[Dating], old: Sequence[Dating], hit: Span) -> bool:
    if any(dating.last is not None for dating in other):
        return True
    blank = _blanked(text, sentence, [dating.span for dating in old])
    return _PRESENT.search(blank) is not None or any(_said_now(text, sentence, old, hit, blank))


def _blanked(text: str, sentence: Span, spans: Sequence[Span]) -> str:
    """Return the sentence without its old dates: "May 2022" may do nothing."""
    words = sentence.slice(text)
    for span in spans:
        start, end = span.start - sentence.start, span.end - sentence.start
        words = words[:start] + "·" * (end - start) + words[end:]
    return words


def _said_now(text: str, sentence: Span, old: Sequence[Dating], hit: Span, words: str) -> Iterator[bool]:
    """Yield for each verb of saying whether it is a report of these days: none of the old dates is its own."""
    for said in _SAID.finditer(words):
        cue = Span(sentence.start + said.start(), sentence.start + said.end())
        yield _SAYS.fullmatch(said.group()) is not None or not (
            cue.meets(hit) or any(_is_of_cue(text, sentence, dating.span, cue) for dating in old)
        )


def _is_of_cue(text: str, sentence: Span, dating: Span, cue: Span) -> bool:
    if _opens(text, sentence, dating):
        return dating.end <= cue.start
    return 0 <= dating.start - cue.end <= _NEAR and not _BREAK.search(text, cue.end, dating.start)
