"""What the names in a rule stand for: persons, offices, sides and institutions of the watchlist, topics, outlets.

What nobody is called is said with the nearest name there is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from extractors.officials.exceptions import EXCEPT
from extractors.officials.phrases import PhraseIndex
from extractors.officials.roster import NamedPlace, Official, Organisation, Term
from extractors.officials.watchlist import Watchlist
from extractors.text.words import fold, nearest_word, tokens

ANY = "any"
TOPIC = "topic:"
_FEW = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownNames:
    """What the names in rules are held against: the watchlist, the outlets there are articles of, and the day.

    `languages` are outlets, each with the language that most of its articles are in.
    """

    watchlist: Watchlist
    outlets: Sequence[str] = ()
    languages: Sequence[tuple[str, str]] = ()
    on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Someone or something a rule names. `terms` are the offices that count; None: named whatever the office."""

    ref_id: str
    name: str
    terms: tuple[Term, ...] | None = None

    def holds(self, on: date | None) -> bool:
        """Tell whether this one is meant on that day; without a day an office held at any time counts."""
        return self.terms is None or on is None or any(term.covers(on) for term in self.terms)


def named(text: str, watchlist: Watchlist) -> tuple[Target, ...]:
    """Return whom or what `text` names in a rule's `officials`; nobody when the watchlist has no such name."""
    prefix, colon, value = text.partition(":")
    group = _GROUPS.get(prefix.strip().casefold()) if colon else None
    if group is not None:
        return group(_key(value), watchlist)
    if _key(text) == ANY:
        return tuple(_person(official) for official in watchlist.officials)
    official = watchlist.official(text)
    return (_person(official),) if official else _things(_key(text).removeprefix("the "), watchlist)


def known_names(text: str, watchlist: Watchlist) -> tuple[str, dict[str, str]]:
    """Return what sort of name `text` should have been, and every spelling of that sort with the name to write."""
    prefix, colon, _ = text.partition(":")
    sort = prefix.strip().casefold()
    if colon and sort in _GROUPS:
        values = [f"{sort}:{value}" for value in sorted(set(_values(sort, watchlist)))]
        return sort, dict(zip(values, values, strict=True))
    people = {name: each.name for each in watchlist.officials for name in (each.official_id, *each.aliases, each.name)}
    things = {name: each.name for each in _watched_things(watchlist) for name in (*each.aliases, each.name)}
    return "official", {ANY: ANY, **things, **people}


def _watched_things(watchlist: Watchlist) -> tuple[Organisation | NamedPlace, ...]:
    return (*watchlist.organisations, *watchlist.places)


def _person(official: Official) -> Target:
    return Target(ref_id=official.official_id, name=official.name)


def _things(key: str, watchlist: Watchlist) -> tuple[Target, ...]:
    """Return organisations and places of this name: "Kremlin" may be both."""
    return tuple(
        Target(ref_id=each.ref_id, name=each.name)
        for each in _watched_things(watchlist)
        if key in {_key(each.ref_id), _key(each.name), *map(_key, each.aliases)}
    )


def _of_side(key: str, watchlist: Watchlist) -> tuple[Target, ...]:
    return tuple(_person(official) for official in watchlist.officials if _key(official.side) == key)


def _of_country(key: str, watchlist: Watchlist) -> tuple[Target, ...]:
    codes = {each.code for each in watchlist.countries if key in map(_key, (each.code, each.name, *each.names))}
    codes |= {official.country for official in watchlist.officials if _key(official.country) == key}
    return tuple(_person(official) for official in watchlist.officials if official.country in codes)


def _in_role(key: str, watchlist: Watchlist) -> tuple[Target, ...]:
    """Return everyone who ever held the office, with the terms in which he did."""
    roles = {role for role, names in _role_names(watchlist).items() if key in map(_key, names)}
    found = []
    for official in watchlist.officials:
        terms = tuple(term for term in official.terms if term.role in roles or _key(term.title or "") == key)
        if terms:
            found.append(Target(ref_id=official.official_id, name=official.name, terms=terms))
    return tuple(found)


def _role_names(watchlist: Watchlist) -> Mapping[str, set[str]]:
    """Return what each office may be called: its name, its titles, and phrases that name it alone."""
    held = {term.role: {term.role} for official in watchlist.officials for term in official.terms}
    for role in watchlist.roles:
        held.setdefault(role.role, {role.role}).update(role.titles, (phrase for _, phrase in role.fixed))
    return held


def _values(sort: str, watchlist: Watchlist) -> Iterable[str]:
    match sort:
        case "side":
            return (official.side for official in watchlist.officials)
        case "country":
            codes = {official.country for official in watchlist.officials}
            named = (name for each in watchlist.countries if each.code in codes for name in (each.name, *each.names))
            return (*codes, *named)
    return (name for names in _role_names(watchlist).values() for name in names)


def _key(text: str) -> str:
    return " ".join(fold(text.casefold()).replace("-", " ").split())


_GROUPS: Mapping[str, Callable[[str, Watchlist], tuple[Target, ...]]] = {
    "side": _of_side,
    "country": _of_country,
    "role": _in_role,
}


def topic_name(keyword: str) -> str | None:
    """Return NAME of `topic:NAME`, None for a plain phrase."""
    start, name = keyword[: len(TOPIC)], keyword[len(TOPIC) :]
    return name.strip() if start.casefold() == TOPIC else None


def wordings(keyword: str, watchlist: Watchlist) -> tuple[str, ...]:
    """Return a topic's whole lexicon, or the phrase itself; nothing for a topic that the watchlist has not."""
    name = topic_name(keyword)
    if name is None:
        return (keyword.lstrip(EXCEPT),)
    topic = watchlist.topic(name)
    return topic.phrases if topic else ()


@lru_cache(maxsize=4096)
def name_key(name: str) -> str:
    """Return what spellings of an outlet's name share."""
    return " ".join(fold(name.casefold()).split())


def wrong_phrases(key: str, phrases: Iterable[str], known: KnownNames) -> Iterator[str]:
    """Yield the topics that nobody knows, and the phrases in which there is no word."""
    for keyword in phrases:
        topic = topic_name(keyword)
        if topic is not None and not known.watchlist.topic(topic):
            names = {f"{TOPIC}{each.topic}": f"{TOPIC}{each.topic}" for each in known.watchlist.topics}
            yield f'unknown topic "{keyword}"{nearest_name(keyword, names)}'
        elif topic is None and not tokens(keyword):
            yield f'"{keyword}" in {key} has no word in it'


def wrong_topics(key: str, topics: Iterable[str], known: KnownNames) -> Iterator[str]:
    """Yield the topics that nobody knows."""
    ids = {each.topic: each.topic for each in known.watchlist.topics}
    yield from (f'unknown topic "{each}" in {key}{nearest_name(each, ids)}' for each in topics if each not in ids)


def same_phrases(_: str, phrases: Sequence[str], __: KnownNames) -> Iterator[str]:
    """Yield pairs of phrases that find the same: each is found in the other, from end to end."""
    plain = [phrase for phrase in phrases if topic_name(phrase) is None]
    for at, other in enumerate(plain):
        for one in plain[:at]:
            if _finds(one, other) and _finds(other, one):
                yield f'"{one}" and "{other}" are one phrase; keep one'


def _finds(phrase: str, text: str) -> bool:
    words = tokens(text)
    hits = PhraseIndex({phrase: [phrase]}).find(text) if words else ()
    return any(hit.span.start == words[0].start and hit.span.end >= words[-1].end - 2 for hit in hits)


def wrong_officials(_: str, officials: Iterable[str], known: KnownNames) -> Iterator[str]:
    """Yield what is no name of anybody."""
    for text in officials:
        if _key(text) != ANY and not named(text, known.watchlist):
            sort, names = known_names(text, known.watchlist)
            yield f'unknown {sort} "{text}"{nearest_name(text, names)}'


def past_officials(_: str, officials: Iterable[str], known: KnownNames) -> Iterator[str]:
    """Yield the offices that nobody holds on the day."""
    for text in officials:
        found = named(text, known.watchlist)
        if found and not any(each.holds(known.on) for each in found):
            yield f'nobody holds "{text}" on {known.on}; it matches older articles only'


def wrong_processes(_: str, processes: Iterable[str], known: KnownNames) -> Iterator[str]:
    """Yield what is no negotiation of the watchlist."""
    ids = {each.process_id: each.process_id for each in known.watchlist.processes}
    for text in processes:
        if text not in ids:
            names = {each.name: each.process_id for each in known.watchlist.processes}
            yield f'unknown process "{text}"{nearest_name(text, names | ids)}'


def odd_outlets(_: str, outlets: Iterable[str], known: KnownNames) -> Iterator[str]:
    """Yield the outlets of which no article has come."""
    keys = {name_key(each) for each in known.outlets}
    for name in outlets:
        if name_key(name) not in keys:
            near = nearest_name(name, {each: each for each in known.outlets})
            yield f'no feed or stored article is of an outlet "{name}"{near}'


def nearest_name(text: str, names: Mapping[str, str]) -> str:
    """Return "; did you mean …?" with the nearest name to write, or the few there are when none is near."""
    written = {spelling.casefold(): name for spelling, name in names.items()}
    near = nearest_word(text.casefold(), written)
    if near:
        return f'; did you mean "{written[near]}"?'
    few = sorted(set(names.values()))
    return f"; there are {', '.join(few)}" if 0 < len(few) <= _FEW else ""
