"""The words by which a language reports speech, from a file of its own: another language is another file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaning:
    """A stance that words take by themselves: where `pattern` stands, and `also` stands with it."""

    stance: str
    pattern: re.Pattern[str]
    also: re.Pattern[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """One language's words. `by_words` are pairs of a preposition and a noun: по, слово.

    `objects` are the prepositions, one of which the object of an act must have; other acts have any object.
    `about` are prepositions of a subject: who speaks о планах speaks about all that hangs on them.

    `offices` are the nouns that call an office together, such as глава, МИД, with the role that the roster has for it,
    and the country where only one has such an office. `shorter` are what its holders are called who have been named:
    so many others are called so that it means nobody else. `formal` are adjectives of an office that leave it the same.
    `titles` are the nouns of all of them, and of those who serve another.
    """

    says: frozenset[str]
    holds: frozenset[str]
    asks: frozenset[str]
    passive: frozenset[str]
    carries: frozenset[str]
    acts: dict[str, str]
    objects: dict[str, frozenset[str]]
    about: frozenset[str]
    silent: frozenset[str]
    that: frozenset[str]
    distant: frozenset[str]
    as_if: frozenset[tuple[str, str]]
    how: str
    openers: tuple[tuple[str, ...], ...]
    refers: frozenset[str]
    by_words: frozenset[tuple[str, str]]
    no_words: frozenset[str]
    papers: frozenset[str]
    reference: frozenset[str]
    joins: frozenset[str]
    negation: str
    grants: frozenset[str]
    hides: frozenset[str]
    strangers: frozenset[str]
    carriers: frozenset[str]
    is_cyrillic: bool
    nations: dict[str, str]
    offices: tuple[tuple[frozenset[str], str, str | None], ...]
    shorter: tuple[tuple[frozenset[str], str, str | None], ...]
    formal: frozenset[str]
    former: frozenset[str]
    charges: frozenset[str]
    heads: frozenset[str]
    aides: frozenset[str]
    callings: frozenset[str]
    titles: frozenset[str]
    sides: dict[str, tuple[str, ...]]
    leanings: tuple[Leaning, ...]

    def leaning(self, words: str) -> str:
        """Return the stance that words take by themselves: the first that fits, else none but that they are said."""
        fitting = (each for each in self.leanings if each.pattern.search(words))
        return next((each.stance for each in fitting if each.also is None or each.also.search(words)), "assert")


def _pairs(words: str) -> Iterator[tuple[str, str]]:
    for pair in words.split():
        first, _, second = pair.partition(":")
        yield first, second


def _office(nouns: str, role: str) -> tuple[frozenset[str], str, str | None]:
    name, _, country = role.partition("@")
    return frozenset(nouns.split("+")), name.replace("_", " "), country.upper() or None


@cache
def lexicon_of(language: str) -> Lexicon:
    """Return the lexicon of a language that has a file here."""
    own = tomllib.loads(files("extractors.speech.slavic").joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    offices = tuple(_office(nouns, role) for nouns, role in _pairs(own["offices"]))
    shorter = tuple(_office(nouns, role) for nouns, role in _pairs(own["shorter"]))
    return Lexicon(
        says=frozenset(own["say"].split()),
        holds=frozenset(own["hold"].split()),
        passive=frozenset(own["passive"].split()),
        asks=frozenset(own["ask"].split()),
        carries=frozenset(own["carry"].split()),
        acts={lemma: stance for stance, lemmas in own["acts"].items() for lemma in lemmas.split()},
        objects={lemma: frozenset(row["with"].split()) for row in own["objects"] for lemma in row["verbs"].split()},
        about=frozenset(own["about"].split()),
        silent=frozenset(own["silent"].split()),
        that=frozenset(own["that"].split()),
        distant=frozenset(own.get("distant", "").split()),
        as_if=frozenset(_pairs(own.get("as_if", ""))),
        how=own["how"],
        openers=tuple(tuple(words.split("_")) for words in own["openers"].split()),
        refers=frozenset(own["refer"]),
        by_words=frozenset(_pairs(own["by_words"])),
        no_words=frozenset(own["no_words"].split()),
        papers=frozenset(own["papers"].split()),
        reference=frozenset(own["reference"].split()),
        joins=frozenset(own["and_also"].split()),
        negation=own["not"],
        grants=frozenset(own.get("grant", "").split()),
        hides=frozenset(own.get("hide", "").split()),
        strangers=frozenset(own["strangers"].split()),
        is_cyrillic=own["letters"] == "cyrillic",
        carriers=frozenset(own["carriers"].split()),
        nations={adjective: code.upper() for adjective, code in _pairs(own["nations"])},
        offices=offices,
        shorter=shorter,
        titles=frozenset(own["aides"].split()).union(*(nouns for nouns, _, _ in (*offices, *shorter))),
        formal=frozenset(own["formal"].split()),
        former=frozenset(own["former"].split()),
        charges=frozenset(own["charges"].split()),
        callings=frozenset(own["callings"].split()),
        aides=frozenset(own["aides"].split()),
        heads=frozenset(own["heads"].split()),
        sides={lemma: tuple(preps.split()) for lemma, preps in own["with"].items()},
        leanings=tuple(
            Leaning(
                stance=row["stance"],
                pattern=re.compile(row["pattern"], re.IGNORECASE),
                also=re.compile(row["with"], re.IGNORECASE) if "with" in row else None,
            )
            for row in own["words"]
        ),
    )
