"""Relating new articles to those of the last days: which story each belongs to, which are copies, and of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from extractors.copies.credits import read_credits
from extractors.copies.stories import (
    WINDOW,
    StoryText,
    Tie,
    fingerprint,
    labels,
    merged,
    quotation_keys,
    tie_between,
)
from extractors.records import Credits, Telling
from warehouse import stories
from warehouse.records import Outcome, ReadArticle, SavedArticle, StoryKeys
from warehouse.session import Session

# Copies are looked for among what arrived in this time; an archive's articles meet while it is being read in.
KEPT = WINDOW + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What can be known of an article before any other is looked at."""

    credits: Credits
    keys: tuple[int, ...]
    spoken: tuple[int, ...]


def sketch(found: ReadArticle) -> Sketch:
    """Read an article's credits and what copies of it are found by."""
    article = found.article
    read = read_credits(
        title=article.title, author=article.author, text=article.text, outlet=article.outlet, url=article.url
    )
    spoken = quotation_keys(article.text)
    return Sketch(credits=read, keys=(*fingerprint(article.text), *spoken), spoken=spoken)


def relate(
    session: Session, batch: Sequence[ReadArticle], saved: Sequence[SavedArticle], sketches: Sequence[Sketch]
) -> dict[str, str]:
    """Give each new or revised article its story and label; return the story of each article of the batch.

    Stories that an article joins go on under the oldest one's name.
    """
    new = {
        kept.article_id: (found, kept, known)
        for found, kept, known in zip(batch, saved, sketches, strict=True)
        if kept.outcome is not Outcome.KNOWN
    }
    if new:
        keys = [story_keys(*each) for each in new.values()]
        stories.forget_keys(session, max(each.seen_at for each in keys) - KEPT)
        stories.save_keys(session, keys)
        stories.save_credits(session, {name: known.credits for name, (_, _, known) in new.items()})
        join(session, keys, {name: frozenset(known.spoken) for name, (_, _, known) in new.items()})
        label(session, list(new))
    return stories.current_stories(session, [kept.article_id for kept in saved])


def story_keys(found: ReadArticle, kept: SavedArticle, known: Sketch) -> StoryKeys:
    """Return the row that copies of an article are found by."""
    return StoryKeys(
        article_id=kept.article_id,
        publisher=known.credits.publisher,
        at=found.article.published_at or kept.first_seen_at,
        seen_at=found.article.first_seen_at,
        keys=known.keys,
    )


def join(session: Session, keys: Sequence[StoryKeys], spoken: dict[str, frozenset[int]]) -> None:
    """Find the articles that tell the same story as these, and make their stories one."""
    pairs = stories.candidates(session, keys, WINDOW)
    stored = stories.texts(session, sorted({name for pair in pairs for name in pair}))
    accounts = {
        each.telling.article_id: StoryText(
            telling=each.telling,
            title=each.title,
            text=each.text,
            keys=frozenset(each.keys),
            spoken=spoken.get(each.telling.article_id, frozenset()),
        )
        for each in stored
    }
    ties = [(accounts[one], accounts[other]) for one, other in sorted({(min(pair), max(pair)) for pair in pairs})]
    kinds = [(one.telling, other.telling, tie_between(one, other)) for one, other in ties]
    told = [(one, other, kind) for one, other, kind in kinds if kind]
    bodies = [(one, other, kind) for one, other, kind in told if kind is Tie.BODY]
    names = {name for one, other, _ in told for each in (one, other) for name in (each.story_id, each.body_id)}
    ages = stories.ages(session, sorted(names))
    stories.rename(
        session,
        stories=merged(ages, [(one.story_id, other.story_id) for one, other, _ in told]),
        bodies=merged(ages, [(one.body_id, other.body_id) for one, other, _ in bodies]),
    )


def label(session: Session, article_ids: Sequence[str]) -> None:
    """Label every telling of the stories of these articles anew: one more may show who copied whom."""
    touched = sorted(set(stories.current_stories(session, article_ids).values()))
    by_story: dict[str, list[Telling]] = {}
    for telling in stories.tellings(session, touched):
        by_story.setdefault(telling.story_id, []).append(telling)
    stories.save_labels(session, [each for story in by_story.values() for each in labels(story)])
    stories.count_stories(session, article_ids)
