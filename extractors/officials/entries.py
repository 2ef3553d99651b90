"""The shape of a watchlist's tables, as people write them: what each entry may hold, and what it must."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Strict


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("blank")
    return text


Texts = Annotated[tuple[Annotated[str, AfterValidator(_not_blank)], ...], Strict(False)]


class WatchlistEntry(BaseModel):
    """An entry of a table. Its `key` names it; by default it is made from `made_from`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    key: ClassVar[str] = "id"
    made_from: ClassVar[str | None] = None


class CountryEntry(WatchlistEntry):
    """A country, or a body that has offices as a country has."""

    key = "code"
    code: str
    name: str
    side: str
    names: Texts = ()
    demonyms: Texts = ()
    metonyms: Texts = ()
    place: bool = True


class RoleEntry(WatchlistEntry):
    """An office."""

    key = "role"
    role: str
    titles: Texts = ()
    forms: Texts = ()
    fixed: dict[str, Texts] = {}
    shared: bool = False


class BodyEntry(WatchlistEntry):
    """A part of a state that speaks for itself."""

    key = "body"
    body: str
    forms: Texts = ()
    fixed: dict[str, Texts] = {}
    spoken_by: str | None = None


class TopicEntry(WatchlistEntry):
    """A subject."""

    key = "topic"
    topic: str
    name: str
    phrases: Texts


class ThingEntry(WatchlistEntry):
    """An organisation or a place."""

    made_from = "name"
    id: str
    name: str
    aliases: Texts = ()
    country: str | None = None


class TermEntry(BaseModel):
    """An office held for a time."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    role: str
    country: str | None = None
    since: date | None = None
    until: date | None = None
    title: str | None = None


class OfficialEntry(WatchlistEntry):
    """A person."""

    made_from = "name"
    id: str
    name: str
    country: str
    gender: str
    side: str | None = None
    given: Texts = ()
    surname: Texts = ()
    aliases: Texts = ()
    bare: bool = True
    terms: Annotated[tuple[TermEntry, ...], Strict(False)] = ()


class ProcessEntry(WatchlistEntry):
    """A negotiation."""

    made_from = "name"
    id: str
    name: str
    parties: Texts
    officials: Texts = ()
    places: Texts = ()
    venues: Texts = ()
    words: Texts = ()
    hints: Texts = ()
    since: date | None = None
    until: date | None = None
    pair: bool = True


TABLES: Mapping[str, type[WatchlistEntry]] = {
    "countries": CountryEntry,
    "roles": RoleEntry,
    "officials": OfficialEntry,
    "topics": TopicEntry,
    "organisations": ThingEntry,
    "bodies": BodyEntry,
    "places": ThingEntry,
    "processes": ProcessEntry,
}
