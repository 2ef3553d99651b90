"""Which country words speak for: by its name, as an adjective, by its capital, by its officials. Knows no speech."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from extractors.officials.roster import name_key
from extractors.officials.watchlist import Watchlist, slug
from extractors.records import Mention, MentionKind, Span
from extractors.text.spans import disjoint


class Naming(StrEnum):
    """How words name a country."""

    NAME = "name"
    ADJECTIVE = "adjective"
    CAPITAL = "capital"
    OFFICE = "office"


@dataclass(frozen=True, slots=True)
class NamedCountry:
    """Words that speak for the country of this code."""

    span: Span
    code: str
    how: Naming = Naming.OFFICE


@dataclass(frozen=True, slots=True)
class StateVoice:
    """Who is heard where a body speaks: the id of the official who says what it says, else the body's own."""

    ref_id: str
    code: str


# What a name has beside body and country: "a spokesperson for the Israeli army", "the army’s press service".
_BESIDE = re.compile(
    r"\b(?:the|an?|of|for|in|at|by|its|spokes(?:man|woman|person|people)|press (?:service|office)|unit|enclave)\b|'s?\b"
)


class Countries:
    """What a watchlist's countries are called, and whose its officials and institutions are."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Index the countries."""
        self._named = {
            name: (country.code, how)
            for country in watchlist.countries
            for how, names in (
                (Naming.CAPITAL, country.metonyms),
                (Naming.ADJECTIVE, country.demonyms),
                (Naming.NAME, (country.name, *country.names)),
            )
            for name in names
        }
        self._ids = {country.code: slug(country.name) for country in watchlist.countries}
        self._homes: dict[str | None, str | None] = {
            **{official.official_id: official.country for official in watchlist.officials},
            **{organisation.ref_id: organisation.country for organisation in watchlist.organisations},
        }
        self._bodies = {
            _told(phrase): (body, code)
            for body in watchlist.bodies
            for code, phrase in (*((None, form) for form in body.forms), *body.fixed)
        }
        named = (
            *((each.name, each.aliases) for each in watchlist.organisations),
            *((each.name, each.aliases) for each in watchlist.places),
        )
        self._called = {name_key(alias): name for name, aliases in named for alias in aliases if not alias.isascii()}
        self._holder = cache(watchlist.holder)
        longest_first = sorted(map(re.escape, self._named), key=len, reverse=True)
        self._pattern = re.compile(
            rf"(?<!\w)(?=[^\Wa-z\d_])(?<!pro-)(?<!anti-)(?<!non-)({'|'.join(longest_first)})s?(?!\w)"
        )

    def ref_id(self, code: str) -> str:
        """Return the id of the country of this code."""
        return self._ids[code]

    def find(self, text: str, within: Span) -> Iterator[NamedCountry]:
        """Yield the countries named in a stretch of `text`, from left to right."""
        for match in self._pattern.finditer(text, within.start, within.end):
            yield NamedCountry(Span(*match.span()), *self._named[match[1]])

    def speaking(self, text: str, mentions: Sequence[Mention]) -> tuple[NamedCountry, ...]:
        """Return all words of `text` that speak for a country, in order, none overlapping another."""
        people = (each for each in mentions if each.kind in {MentionKind.OFFICIAL, MentionKind.ORGANISATION})
        homes = ((each.span, self._homes.get(each.ref_id)) for each in people)
        named = [NamedCountry(span, code) for span, code in homes if code is not None]
        named += self.find(text, Span(0, len(text)))
        return disjoint(named)

    def of(self, ref_id: str | None, words: str) -> str | None:
        """Return whose official this is; of who is not on the roster the first country that the words name."""
        words = self._in_english(words)
        return self._homes.get(ref_id) or next((each.code for each in self.find(words, Span(0, len(words)))), None)

    def home(self, speaker: str) -> str:
        """Return the code of whom "we" are for a speaker, in small letters; of who has no country himself."""
        _, of, code = speaker.rpartition(" of ")
        home = self._homes.get(speaker) or (code if of else self.of(None, code.title()))
        return (home or speaker).lower()

    def voice(self, name: str, on: date) -> StateVoice | None:
        """Return who is heard that day where a body of a state speaks under this name; None for what is none."""
        name = self._in_english(name)
        named = list(self.find(name, Span(0, len(name))))
        rest = name
        for each in reversed(named):
            rest = rest[: each.span.start] + " " + rest[each.span.end :]
        beside = {each.code for each in named}
        for words in (name, rest):
            body, home = self._bodies.get(_told(words), (None, None))
            code = home or (min(beside) if len(beside) == 1 else None)
            if body is not None and code is not None:
                holder = self._holder(body.spoken_by, code, on) if body.spoken_by else None
                return StateVoice(holder.official_id if holder else f"{body.body} of {code}", code)
        return None

    def _in_english(self, name: str) -> str:
        """Return what English calls a body or place that the watchlist knows by this name of another script."""
        return name if name.isascii() else self._called.get(name_key(name), name)


def _told(name: str) -> str:
    """Return what tells a body from others: no articles, nobody who speaks for it."""
    return " ".join(_BESIDE.sub(" ", name_key(name)).split())


class Homes:
    """Which country those who speak in one article speak for. Asked in the article's order: a name once told stays."""

    def __init__(self, countries: Countries, text: str, mentions: Sequence[Mention]) -> None:
        """Find the words of the article that speak for countries."""
        self._countries = countries
        self._known: dict[str, str] = {}
        self.named = countries.speaking(text, mentions)

    def of(self, name: str | None, ref_id: str | None, surface: str) -> str | None:
        """Return the country of a speaker, by his office, by the words that introduce him here, or as told before."""
        home = self._countries.of(ref_id, f"{surface}, {name or ''}")
        if name is None or home is None:
            return self._known.get(name or "")
        return self._known.setdefault(name, home)
