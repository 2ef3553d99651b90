"""Days as people write them: the months' names in many languages, in full, abbreviated or cut, and what stands around.

A name is read where one month alone can be meant.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Literal

from babel import localedata
from babel.dates import get_day_names, get_month_names

# The languages of the watchlist's countries: in a date, these are believed first.
_WATCHED = (
    *("en", "uk", "ru", "be", "fr", "de", "it", "pl", "es", "nl", "hu", "sk", "cs", "ro", "bg", "fi", "sv", "nb", "nn"),
    *(
        "da",
        "et",
        "lv",
        "lt",
        "sr",
        "sr_Latn",
        "el",
        "tr",
        "pt",
        "he",
        "ar",
        "ar_LB",
        "fa",
        "ur",
        "hi",
        "zh",
        "ko",
        "ja",
    ),
    *("az", "az_Cyrl", "hy", "ka", "kk"),
)
# What people write and the tables do not have.
_BESIDES_TABLES = {"mrz": 3, "setiembre": 9}
# Others, read where they agree with those: "listopad" by itself is one month in Prague and another one in Zagreb.
_OTHERS = ("hr", "bs", "sl", "mk", "id", "ar_DZ", "ar_MA")
# What else stands in a date: "29 de noviembre de 2026", "29 ноября 2026 г. в", "2026 m. lapkričio 29 d.".
_BESIDE = frozenset((
    "a", "alle", "am", "as", "at", "au", "d", "da", "dal", "de", "del", "den", "der", "di", "die", "dne", "do", "du",
    "el", "er", "gada", "g", "kl", "klo", "la", "las", "le", "m", "nd", "o", "of", "om", "on", "ore", "os", "rd",
    "saat", "st", "th", "u", "um", "в", "г", "ж", "о", "об", "р", "рік", "року", "год", "года", "роки", "թ", "στις",
    "בשעה", "يوم", "الساعة", "روز", "ساعت",
))  # fmt: skip
# What pages call this day and the one before it, in the languages of the watchlist's countries.
_TODAY = (
    "today", "сьогодні", "сегодня", "сёння", "aujourd’hui", "heute", "oggi", "dziś", "dzisiaj", "hoy", "vandaag",
    "ma", "dnes", "azi", "astăzi", "днес", "tänään", "i dag", "idag", "täna", "šodien", "šiandien", "danas", "данас",
    "σήμερα", "bugün", "hoje", "היום", "اليوم", "امروز", "آج", "आज", "今天", "今日", "오늘", "本日", "bu gün", "այսօր",
    "დღეს", "бүгін", "danes", "денес", "hari ini",
)  # fmt: skip
_YESTERDAY = (
    "yesterday", "вчора", "учора", "вчера", "hier", "gestern", "ieri", "wczoraj", "ayer", "gisteren", "tegnap",
    "včera", "eilen", "i går", "igår", "eile", "vakar", "juče", "jučer", "јуче", "χθες", "χτες", "dün", "ontem",
    "אתמול", "أمس", "امس", "دیروز", "گزشتہ روز", "कल", "昨天", "昨日", "어제", "dünən", "երեկ", "გუშინ", "кеше",
    "včeraj", "kemarin",
)  # fmt: skip
# A cut name has so many letters at least.
_CUT = 3

_TOKEN = re.compile(r"\d+|[^\W\d_][^\s\d.,;:/()|،؛–—-]*")
DIRECTION_MARKS = "\u200e\u200f\u061c"  # which way a text runs
_LEFT_OUT = re.compile("[.'’׳״॰·]")
_EASTERN = re.compile(r"(?P<year>\d{4})\s*[年년]\s*(?P<month>\d{1,2})\s*[月월]\s*(?P<day>\d{1,2})\s*[日일](?!\d)")
_YEAR_DIGITS = 4
_Context = Literal["format", "stand-alone"]
_Width = Literal["wide", "abbreviated"]
_CONTEXTS: tuple[_Context, ...] = ("format", "stand-alone")
_WIDTHS: tuple[_Width, ...] = ("wide", "abbreviated")


def worded_day(text: str) -> tuple[int, int, int] | None:
    """Return year, month and day of a date with a month's name in any order; None for anything else.

    It holds a year of four digits, a day, one month, and nothing that stands in no date.
    """
    eastern = _EASTERN.match(text)
    if eastern:
        return int(eastern["year"]), int(eastern["month"]), int(eastern["day"])
    tokens = _TOKEN.findall(plain_name(text))
    numbers = [token for token in tokens if token.isdecimal()]
    years = [int(number) for number in numbers if len(number) == _YEAR_DIGITS]
    days = [int(number) for number in numbers if len(number) <= len("29")]
    if len(numbers) != len(("year", "day")) or len(years) != 1 or len(days) != 1:
        return None
    month = _only_month([token for token in tokens if not token.isdecimal()])
    return (years[0], month, days[0]) if month else None


def relative_day(text: str) -> int | None:
    """Return 0 for "today" and 1 for "yesterday", with no more beside than the little words of dates; None else."""
    words = plain_name(text)
    for name, back in _relative_days().items():
        before, found, after = words.partition(name)
        if found and not (before[-1:].isalpha() or after[:1].isalpha()):
            return back if all(word in _beside() for word in _TOKEN.findall(f"{before} {after}")) else None
    return None


@cache
def _relative_days() -> dict[str, int]:
    """Return how many days ago each name means, by its plain form; the longest first, since some stand in others."""
    names = {plain_name(name): back for back, named in enumerate((_TODAY, _YESTERDAY)) for name in named}
    return dict(sorted(names.items(), key=lambda each: -len(each[0])))


def month_number(name: str) -> int | None:
    """Return the month of this name, in full or cut, in English or any language that agrees with the others on it."""
    plain = plain_name(name)
    return english_months().get(plain) or _months().get(plain)


def plain_name(text: str) -> str:
    """Return small letters without accents and the marks of abbreviations: "Août" is "aout", "Kasım" is "kasim"."""
    letters = unicodedata.normalize("NFKD", _LEFT_OUT.sub("", text.casefold()).replace("ı", "i"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter) and letter not in DIRECTION_MARKS)


@cache
def english_months() -> dict[str, int]:
    """Return the English months by their plain names."""
    return dict(_names(["en"], _CONTEXTS)) | {"sept": 9}


def _only_month(words: list[str]) -> int | None:
    """Return the one month that words name, None when one of them stands in no date, or there is not just one month."""
    pairs = {month for first, second in pairwise(words) if (month := month_number(f"{first} {second}"))}
    named = {word: month for word in words if (month := month_number(word))}
    if any(word not in named and word not in _beside() for word in words):
        return None
    # "mar" is a Spanish Tuesday beside the name of a month, and March without.
    months = pairs or {month for word, month in named.items() if word not in _beside()} or set(named.values())
    return months.pop() if len(months) == 1 else None


@cache
def _months() -> dict[str, int]:
    """Return the month that each name means.

    As dates have it (a genitive where a language has one), to all of the watchlist's languages that know it; otherwise,
    and cut, to all languages there are.
    """
    every = (*_WATCHED, *_OTHERS)
    cut = ((name[:end], month) for name, month in _names(every, _CONTEXTS) for end in range(_CUT, len(name)))
    return _BESIDES_TABLES | _agreed(cut) | _agreed(_names(every, _CONTEXTS)) | _agreed(_names(_WATCHED, ("format",)))


def _agreed(names: Iterable[tuple[str, int]]) -> dict[str, int]:
    meanings: dict[str, set[int]] = {}
    for name, month in names:
        meanings.setdefault(name, set()).add(month)
    return {name: months.pop() for name, months in meanings.items() if len(months) == 1}


def _names(locales: Iterable[str], contexts: Iterable[_Context]) -> Iterator[tuple[str, int]]:
    for locale in locales:
        for context in contexts:
            for month, name in _calendar(locale).months[context]:
                yield name, month
                if locale == "he":  # "in November", in one word
                    yield f"ב{name}", month


@cache
def _beside() -> frozenset[str]:
    """Return the words that stand in dates beside the month: weekdays, articles, "year", half of a month's name."""
    names = (name for locale in _WATCHED for name in _calendar(locale).weekdays)
    words = {word for name in names for word in _TOKEN.findall(name)}
    halves = {half for name in _months() if " " in name for half in name.split()}
    return _BESIDE | words | halves


@dataclass(frozen=True, slots=True, kw_only=True)
class _Calendar:
    """The plain names of a locale: of its months by context, with their numbers, and of its weekdays."""

    months: dict[_Context, tuple[tuple[int, str], ...]]
    weekdays: tuple[str, ...]


@cache
def _calendar(locale: str) -> _Calendar:
    """Read a locale's names, and let go of the rest of it: what Babel would keep of all locales takes 40 MB."""
    months = {context: tuple(_month_names(locale, context)) for context in _CONTEXTS}
    days = (get_day_names(width, context, locale).values() for width in _WIDTHS for context in _CONTEXTS)
    weekdays = tuple(dict.fromkeys(plain_name(name) for names in days for name in names))
    localedata._cache.clear()  # noqa: SLF001  (there is no other way to let go of them)
    return _Calendar(months=months, weekdays=weekdays)


def _month_names(locale: str, context: _Context) -> Iterator[tuple[int, str]]:
    for width in _WIDTHS:
        for month, name in get_month_names(width, context, locale).items():
            yield month, plain_name(name)
