"""Rules: each key of `[[rules]]` declared once, with its type, default, description, and what it asks of an article.

What a key asks stands in its annotation: of the article as a whole, of how an official is known to be meant, or of a
hit of a phrase near him. Matching, `why-not` and `rules check` go through these; none knows a key by name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, InstanceOf, model_validator
from pydantic_core import PydanticCustomError

from alerts.clauses import Clause, ClauseResult, Stretch, clause, judge, lack_of, phrases_in
from alerts.occurrences import Nearness, Occurrence
from alerts.records import Change, Evidence, Scope, Severity
from alerts.rule_names import (
    TOPIC,
    KnownNames,
    name_key,
    odd_outlets,
    past_officials,
    same_phrases,
    wrong_officials,
    wrong_phrases,
    wrong_processes,
    wrong_topics,
)
from alerts.values import Language, Name, OptionalDuration, Phrases, Table, Wait, listed
from extractors.records import Article
from extractors.speech.stances import Stance
from extractors.text.languages import main_language

# What is so, and what would have to change.
Lack = tuple[str, str]
_STRETCHES = {
    Scope.SPEAKS: "his own words",
    Scope.ACTS: "that sentence",
    Scope.STATEMENT: "that statement",
    Scope.SENTENCE: "that sentence",
    Scope.PARAGRAPH: "that paragraph",
    Scope.ARTICLE: "the article",
}


class Negation(StrEnum):
    """What a rule makes of words that are negated: "ruled out a ceasefire"."""

    ANY = "any"
    ONLY = "only"
    EXCLUDE = "exclude"


class Historical(StrEnum):
    """What a rule makes of what is only named as history: "the Istanbul talks of March 2022"."""

    SKIP = "skip"
    FIRE = "fire"


@dataclass(frozen=True, slots=True)
class OfArticle:
    """What a key asks of the article as a whole; `lacks` returns None when its value has it."""

    lacks: Callable[[Any, Article], Lack | None]


@dataclass(frozen=True, slots=True)
class OfSpeaker:
    """What a key asks of how an official is known to be meant: of a pronoun's reading, in any scope.

    Where the nearest tie lacks it, a wider one may still have it.
    """

    lacks: Callable[[Any, Nearness], Lack | None]


@dataclass(frozen=True, slots=True)
class OfHit:
    """What a key asks of a hit near an official; `proofs` are what that rests on."""

    lacks: Callable[[Any, Occurrence], Lack | None]
    proofs: Callable[[Any, Occurrence], tuple[Evidence, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong in a key's value, so that the rule can't be used, and what is allowed and hardly meant."""

    wrong: Callable[[str, Any, KnownNames], Iterator[str]] | None = None
    odd: Callable[[str, Any, KnownNames], Iterator[str]] | None = None


def not_of_these(outlets: Iterable[str], article: Article) -> Lack | None:
    """Ask for one of some outlets."""
    return None if _is_of(article, outlets) else _not_looked_at("of", article.outlet, "outlets")


def of_these(outlets: Iterable[str], article: Article) -> Lack | None:
    """Ask for none of some outlets."""
    return _not_looked_at("of", article.outlet, "not_outlets") if _is_of(article, outlets) else None


def _is_of(article: Article, outlets: Iterable[str]) -> bool:
    return name_key(article.outlet) in map(name_key, outlets)


def in_another_language(languages: Iterable[str], article: Article) -> Lack | None:
    """Ask for one of some languages."""
    own = main_language(article.language)
    return None if own in languages else _not_looked_at("in", own, "languages")


def in_this_language(languages: Iterable[str], article: Article) -> Lack | None:
    """Ask for none of some languages."""
    own = main_language(article.language)
    return _not_looked_at("in", own, "not_languages") if own in languages else None


def _not_looked_at(how: str, what: str, key: str) -> Lack:
    return f'it is {how} "{what}", which the rule does not look at', f"change {key}"


def without_clause(where: Clause, occurrence: Occurrence) -> Lack | None:
    """Ask for what `where` says, in the stretch that the rule's scope looks at."""
    result = _judged(where, occurrence)
    if result.holds:
        return None
    return f"{_STRETCHES[occurrence.scope]} {lack_of(result)}", "change that part of where, or widen scope"


def clause_proofs(where: Clause, occurrence: Occurrence) -> tuple[Evidence, ...]:
    """Return the phrases that `where` rests on."""
    return _judged(where, occurrence).proofs


def _judged(where: Clause, occurrence: Occurrence) -> ClauseResult:
    return judge(where, stretch_of(occurrence), occurrence.phrases)


def stretch_of(occurrence: Occurrence) -> Stretch:
    """Return the stretch that a rule of this scope looks at around a hit."""
    layout, statement = occurrence.layout, occurrence.near.statement
    match occurrence.scope:
        case Scope.SPEAKS if statement is not None:
            return Stretch(tuple((layout, part) for part in statement.spans))
        case Scope.STATEMENT if statement is not None:
            return Stretch(((layout, statement.span),))
        case Scope.PARAGRAPH:
            return Stretch(((layout, layout.paragraph(occurrence.sentence)),))
        case Scope.ARTICLE:
            return Stretch(tuple((each, each.whole) for each in occurrence.texts.both()))
    return Stretch(((layout, layout.sentences[occurrence.sentence]),))


def otherwise_negated(wish: Negation, occurrence: Occurrence) -> Lack | None:
    """Ask for what is negated, or for what is not."""
    words, said = occurrence.negation, f'"{occurrence.hit.key}"'
    if wish is Negation.ANY or (wish is Negation.ONLY) == (words is not None):
        return None
    by = f' by "{words.slice(occurrence.layout.text)}"' if words else ""
    return f"{said} is {f'negated there{by}' if words else 'not negated there'}", 'use negation = "any"'


def doubtful(least: float, near: Nearness) -> Lack | None:
    """Ask that he is named in words, or that it is he who says it with so much certainty."""
    certainty = None if near.known_by is None else near.known_by.confidence
    if certainty is None or certainty >= least:
        return None
    return f"that it is he who says it is certain to {certainty:.2f} only", "lower min_confidence"


def process_of(at: Occurrence) -> str | None:
    """Return the negotiation that a hit is about: that of the statement it stands in, else the article's."""
    said = at.near.statement or next(iter(at.layout.statements_at(at.sentence, at.hit.span)), None)
    return said.process_id if said else at.texts.process_id


def of_another_process(processes: Sequence[str], occurrence: Occurrence) -> Lack | None:
    """Ask for one of some negotiations."""
    own = process_of(occurrence)
    if own in processes:
        return None
    what = f'"{occurrence.hit.key}" is said about {own} there' if own else f'"{occurrence.hit.key}" is about none there'
    return f"{what}, and the rule asks for {' or '.join(processes)}", "change processes"


def wrong_in_clause(key: str, where: Clause | None, known: KnownNames) -> Iterator[str]:
    """Yield what is wrong in the phrases of a clause."""
    yield from wrong_phrases(key, phrases_in(where), known)


# An alert on a silence is near nothing: that is no nearness to write into a rule.
_SCOPES = [str(scope) for scope in Scope if scope is not Scope.SILENT]


def of_rules(value: object) -> object:
    """Refuse what is no nearness that a rule can ask for."""
    if value not in _SCOPES:
        *before, last = (f"'{scope}'" for scope in _SCOPES)
        raise PydanticCustomError("enum", "Input should be {expected}", {"expected": f"{', '.join(before)} or {last}"})
    return value


# A shorter silence is a night, a longer one an official who has left.
SHORTEST_SILENT, LONGEST_SILENT = timedelta(hours=6), timedelta(days=60)


def of_days(value: timedelta | None) -> timedelta | None:
    """Refuse a silence that tells nothing."""
    if value is not None and not SHORTEST_SILENT <= value <= LONGEST_SILENT:
        raise ValueError('write a time between "6h" and "60d"')
    return value


# What is said in one year is held against what was said in the year before.
LONGEST_FIRST = timedelta(days=365)


def within_memory(value: timedelta | None) -> timedelta | None:
    """Refuse a time longer than what was said is kept."""
    if value is not None and value > LONGEST_FIRST:
        raise ValueError("what was said is known for 365 days: a shorter time")
    return value


class Rule(Table):
    """A rule as its user wrote it."""

    name: Name
    keywords: Annotated[tuple[Name, ...], Checked(wrong_phrases, same_phrases)] = Field(
        (),
        description=(
            "phrases; inflection (in the article’s language), case, hyphens and quotation marks do not matter; "
            "`topic:NAME` is a topic's whole lexicon; a rule has these or `topics`"
        ),
    )
    topics: Annotated[tuple[Name, ...], Checked(wrong_topics)] = Field(
        (), description='topics, each as its whole lexicon: `["ceasefire"]` is `topic:ceasefire` among the keywords'
    )
    officials: Annotated[Phrases, BeforeValidator(listed), Checked(wrong_officials, past_officials)] = Field(
        description=(
            'names, aliases, `side:ukraine`, `country:TR`, `role:foreign minister`; or `"any"` person of the '
            "watchlist; countries and institutions count when named"
        )
    )
    subscribers: Phrases = Field(description="who is told")
    scope: Annotated[Scope, BeforeValidator(of_rules)] = Field(
        Scope.SENTENCE, description="how near: `speaks`, `acts`, `statement`, `sentence`, `paragraph`, `article`"
    )
    exclude: Annotated[tuple[Name, ...], Checked(wrong_phrases)] = Field(
        (), description="phrases that cancel a match in their own sentence (or paragraph, article)"
    )
    severity: Severity = Field(Severity.NORMAL, description="`low`, `normal`, `high`; high goes out in quiet hours too")
    min_independent: int = Field(1, ge=1, description="independent sources the story must have")
    cooldown: Wait = Field(timedelta(hours=6), description="for one rule, official and story")
    max_age: OptionalDuration = Field(
        timedelta(hours=48), description='from publication to arrival; `"none"` is no limit'
    )
    where: Annotated[
        InstanceOf[Clause] | None,
        BeforeValidator(clause),
        OfHit(without_clause, clause_proofs),
        Checked(wrong_in_clause),
    ] = Field(
        None,
        description=(
            "what else the same sentence (paragraph, article, statement) must and must not hold: `all`, `any`, `none`, "
            "`near` with `words`, nested; see [rules.md](rules.md)"
        ),
    )
    negation: Annotated[Negation, OfHit(otherwise_negated)] = Field(
        Negation.ANY,
        description=(
            'what is negated ("ruled out a ceasefire"): `any` fires as the rest does, `only` nothing else, '
            "`exclude` never"
        ),
    )
    min_confidence: Annotated[float, OfSpeaker(doubtful)] = Field(
        0.6,
        ge=0,
        le=1,
        description="how certain it must be that the official is who says it, 0 to 1, where only a statement tells",
    )
    historical: Historical = Field(
        Historical.SKIP,
        description='what is only named as history ("the Istanbul talks of March 2022"): `skip`, `fire`',
    )
    processes: Annotated[tuple[Name, ...], OfHit(of_another_process), Checked(wrong_processes)] = Field(
        (),
        description=(
            'only what is about these negotiations, `["ukraine-russia"]` (`talkwatch processes` lists them); '
            "by the statement that the phrase stands in, else by the article"
        ),
    )
    on: tuple[Change, ...] = Field(
        (),
        description=(
            "only what has brought one of these: `shift` (the official is on another side of a topic than before), "
            "`contested` (he, or another of his side, had said the opposite within a day), `dispute` (it denies what "
            "another claims, or another denies it), `talks` (a meeting, deadline or truce that its sentence "
            "announces, puts off, calls off or tells as held), `first` (he had not said the like for 30 days), "
            "`spike` (he takes a side on a topic five times within a day or more, and three times as often as usual)"
        ),
    )
    from_stance: tuple[Stance, ...] = Field(
        (), alias="from", description='of shifts, only those from one of these stances, `["reject"]`'
    )
    to_stance: tuple[Stance, ...] = Field((), alias="to", description="of shifts, only those to one of these")
    first: Annotated[OptionalDuration, AfterValidator(within_memory)] = Field(
        None,
        description=(
            "only what the official says for the first time in this time, up to 365 days: the like, in any words, "
            'silences it; what he does not say himself never fires; `"none"` is all'
        ),
    )
    silent: Annotated[OptionalDuration, AfterValidator(of_days)] = Field(
        None,
        description=(
            'that an official who speaks of one of the `topics` otherwise says nothing of it for this time, `"5d"`, '
            "and that his silence is proven: the feeds that carry him answered, and other words of his were seen"
        ),
    )
    outlets: Annotated[tuple[Name, ...], OfArticle(not_of_these), Checked(odd=odd_outlets)] = Field(
        (), description="only these outlets, by the names feeds give them"
    )
    not_outlets: Annotated[tuple[Name, ...], OfArticle(of_these), Checked(odd=odd_outlets)] = Field(
        (), description="none of these"
    )
    languages: Annotated[tuple[Language, ...], OfArticle(in_another_language)] = Field(
        (), description='only articles in these languages, `"en"`'
    )
    not_languages: Annotated[tuple[Language, ...], OfArticle(in_this_language)] = Field((), description="none of these")

    follow_ups: tuple[Annotated[int, Field(ge=2)], ...] = Field(
        (2,), description="at how many independent sources an alert is followed up; `[]` for never"
    )
    repeat: OptionalDuration = Field(
        None,
        description=(
            'after how long an alert is told again while it is still being reported, `"24h"`; '
            "longer than 48 hours is never"
        ),
    )

    @model_validator(mode="after")
    def _has_phrases(self) -> Rule:
        """Refuse a rule that looks for nothing."""
        if not self.phrases:
            raise ValueError("write keywords, or topics")
        return self

    @model_validator(mode="after")
    def _waits_alone(self) -> Rule:
        """Refuse a rule that waits for a silence and for words at once."""
        if self.silent is not None and (self.keywords or self.on or self.first):
            raise ValueError("silent wants topics, and neither keywords nor on nor first beside it")
        return self

    @property
    def phrases(self) -> tuple[str, ...]:
        """Return what the rule looks for, topics among the keywords."""
        return tuple(dict.fromkeys((*self.keywords, *(f"{TOPIC}{topic}" for topic in self.topics))))

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Show all of it: a rule holds no secret."""
        return BaseModel.__repr_args__(self)

    @property
    def version(self) -> str:
        """Return a digest that changes with any word of the rule."""
        return version_of(self)


# The keys that rules began with always count. A rule that says nothing under a later one keeps the version it had.
_FIRST = frozenset(
    {
        *("name", "keywords", "officials", "subscribers", "scope"),
        *("exclude", "severity", "min_independent", "cooldown", "max_age"),
    }
)


@lru_cache(maxsize=4096)
def version_of(rule: Rule) -> str:
    """Return a short digest of everything the rule says; what it leaves out of the later keys does not count."""
    said = [
        f"{key}={getattr(rule, key)!r}"
        for key, field in type(rule).model_fields.items()
        if key in _FIRST or getattr(rule, key) != field.default
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12]
