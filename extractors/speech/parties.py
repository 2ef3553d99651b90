"""Who may speak: a party, its words, how it was found who is meant, and what is known of officials before reading."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp

from extractors.officials.roster import Official
from extractors.officials.watchlist import Watchlist
from extractors.records import Mention, Span
from extractors.speech.lexicon import PEOPLE


class Resolution(StrEnum):
    """How it was found who is meant; stored and shown."""

    NAME = "name"
    SURNAME = "surname"
    ROLE = "role"
    APPOSITION = "apposition"
    METONYM = "metonym"
    PRONOUN = "pronoun"
    INHERITED = "inherited"
    GROUP = "group"
    OWNER = "owner"
    NONE = "none"


# How often a rule names the right speaker where the words are right: benchmarks/resolving.py, on annotated news (the
# phrase) and the seeds (the person). For a pronoun the phrase is right in 0.98, its person in 0.9 of those.
CERTAINTY = {
    Resolution.NAME: 0.97,
    Resolution.SURNAME: 0.98,
    Resolution.ROLE: 0.89,
    Resolution.APPOSITION: 0.95,
    Resolution.METONYM: 0.8,
    Resolution.PRONOUN: 0.88,
    Resolution.INHERITED: 0.88,
    Resolution.GROUP: 0.92,
    Resolution.OWNER: 0.97,
    Resolution.NONE: 0.87,
}


# How often the person is the right one where the phrase is, for what stands for a name.
_STANDS_FOR = {Resolution.INHERITED: 0.95, Resolution.ROLE: 0.95}
_NAMED = frozenset({Resolution.NAME, Resolution.SURNAME, Resolution.APPOSITION, Resolution.METONYM})
# Log-odds that the phrase beside the words is who says them, and what they gain by how far the tagger hears it as a
# source: from 530 statements of articles that it had not learned from. A name is likelier than anything else.
_BY_NAME, _OTHERWISE = (0.5, 2.8), (-0.2, 3.3)
_PARTICLE = 3  # letters of "van", "al" or "von" in a name
UNSURE = 0.5  # confidence below which nobody is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Whoever a phrase means. `name` is None for a pronoun that nothing resolves; `gender` is "m", "f" or None.

    `likelihood` is how likely this is whom a pronoun or a description stands for.
    """

    name: str | None
    ref_id: str | None = None
    gender: str | None = None
    is_person: bool = False
    is_many: bool = False
    resolution: Resolution = Resolution.NONE
    likelihood: float = 1.0

    @property
    def is_known(self) -> bool:
        """Tell one who has a name, not a description: "Macron and a diplomat" is Macron."""
        return self.name is not None and self.resolution not in {Resolution.NONE, Resolution.GROUP}


def confidence_in(party: Party, heard: float | None) -> float:
    """Return how likely a speaker is the right one, from 0 to 1; `heard` is how likely the tagger takes him for one."""
    resolution = party.resolution
    if heard is None:
        return round(CERTAINTY[resolution] * party.likelihood, 2)
    base, gain = _BY_NAME if resolution in _NAMED else _OTHERWISE
    return round(_STANDS_FOR.get(resolution, 1.0) * party.likelihood / (1 + exp(-(base + gain * heard))), 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A party with the words that name it at this place."""

    party: Party
    surface: str
    span: Span


NOBODY = Party(name=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is known before reading: gender and offices of each official by id, and whose government sits where."""

    genders: Mapping[str, str]
    offices: Mapping[str, frozenset[str]]
    seats: Mapping[str, str]

    @classmethod
    def of(cls, watchlist: Watchlist) -> Background:
        """Return what a watchlist tells."""
        titles = {role.role: role.titles for role in watchlist.roles}
        return cls(
            genders={each.official_id: each.gender for each in watchlist.officials},
            offices={each.official_id: _offices(each, titles) for each in watchlist.officials},
            seats={seat: country.name for country in watchlist.countries for seat in country.metonyms},
        )


def _offices(official: Official, titles: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return the nouns by which all that an official has ever been is called: "minister", "president"."""
    held = (title for term in official.terms for title in (*titles.get(term.role, ()), term.title or term.role))
    return frozenset(word.lower() for title in held for word in title.replace("_", " ").split())


def joined(named: Sequence[Party]) -> Party:
    """Return several who speak as one; the first of the roster lends the id."""
    return Party(
        name="; ".join(dict.fromkeys(str(one.name) for one in named)),
        ref_id=next((one.ref_id for one in named if one.ref_id), None),
        is_person=all(one.is_person for one in named),
        is_many=True,
        resolution=Resolution.GROUP,
    )


def sort_of(one: Party, kind: str) -> str | None:
    """Tell what an "it" or "they" would mean in a party; None where it cannot."""
    if one.is_many:
        return "many" if kind == "they" else None
    if one.is_person:
        return None
    return "named" if one.is_known else "described" if kind == "it" else None


def naming_rule(mention: Mention) -> Resolution:
    """Tell a name in full, a surname alone and an office: "Ukraine’s foreign minister" has a word in small letters."""
    words = mention.surface.split()
    if any(word[:1].islower() and len(word) > _PARTICLE for word in words) or words[-1].lower() in PEOPLE:
        return Resolution.ROLE
    return Resolution.NAME if len(words) > 1 or mention.surface == mention.name else Resolution.SURNAME
