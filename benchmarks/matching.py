"""Time matching many rules against many articles whose mentions and statements are stored.

    .venv/bin/python benchmarks/matching.py [--rules 50 100 200] [--articles 2500 5000 10000]

Articles of some 450 words, with officials, phrases and statements put in, are written to a warehouse. Prints seconds
for having them back from there and for matching, with ever more rules at the most articles and ever more articles at
the most rules; the ratio is to the line before: 2.0 is linear, less is better. A quarter of the rules touches nothing.
"""

from __future__ import annotations

import argparse
import itertools
import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from alerts.clauses import Clause, Joint
from alerts.compiled_rules import CompiledRule, compile_rules
from alerts.matching import find_all_matches
from alerts.records import Arrival, Scope
from alerts.rules import Negation, Rule
from extractors.officials.watchlist import Watchlist, load_watchlist
from extractors.records import Article, Mention, MentionKind, Reading, Span, Statement, StatementKind
from warehouse import articles
from warehouse.articles import stored_articles
from warehouse.records import ReadArticle
from warehouse.store import reading, writing

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
AT_ONCE = 500
SENTENCES = 22
WORDS = [f"{a}{b}{c}" for a, b, c in itertools.product("btkmnsr", "aeiou", ("l", "nd", "st", "r", "mer", "tion"))]
WEIGHTS = [1 / (rank + 2) for rank in range(len(WORDS))]


def phrases_of(watchlist: Watchlist) -> list[str]:
    """Return the plain phrases of all topics."""
    return [
        phrase for topic in watchlist.topics for phrase in topic.phrases if "=" not in phrase and phrase.isprintable()
    ]


class Writer:
    """Makes articles up, with what would be read in them."""

    def __init__(self, watchlist: Watchlist) -> None:
        """Know whom and what to put in."""
        self._random = random.Random(7)
        self._people = watchlist.officials[:60]
        self._phrases = phrases_of(watchlist)

    def article(self, number: int) -> ReadArticle:
        """Return an article of which every third sentence names somebody and every fourth has a phrase."""
        text, spans, mentions, statements = "", [], [], []
        for at in range(SENTENCES):
            words = self._random.choices(WORDS, WEIGHTS, k=self._random.randint(12, 28))
            start = len(text)
            if at % 4 == 0:
                words[6] = self._random.choice(self._phrases)
            if at % 3 == 0:
                person = self._random.choice(self._people)
                words[0] = person.name
                span = Span(start, start + len(person.name))
                mentions.append(named(person.official_id, person.name, span))
            text += " ".join(words) + (". " if (at + 1) % 3 else ".\n")
            spans.append(Span(start, len(text) - 1))
            if at % 6 == 0:
                statements.append(
                    said(f"{number}-{at}", mentions[-1], text, Span(mentions[-1].span.end + 1, len(text) - 2))
                )
        found = Reading(
            mentions=tuple(mentions),
            title_mentions=(),
            statements=tuple(statements),
            sentences=tuple(spans),
            extractor_version="x",
        )
        return ReadArticle(article=printed(number, text), reading=found, arrival=Arrival.POLLED)


def named(ref_id: str, name: str, span: Span) -> Mention:
    """Return a mention of an official."""
    return Mention(kind=MentionKind.OFFICIAL, ref_id=ref_id, name=name, surface=name, span=span)


def said(name: str, speaker: Mention, text: str, span: Span) -> Statement:
    """Return the rest of a sentence as what its first name says."""
    return Statement(
        statement_id=name,
        utterance_id=name,
        speaker=speaker.name,
        speaker_id=speaker.ref_id,
        speaker_surface=speaker.surface,
        cue=None,
        kind=StatementKind.INDIRECT,
        text=span.slice(text),
        span=span,
        spans=(span,),
        topics=(),
        speaker_span=speaker.span,
    )


def printed(number: int, text: str) -> Article:
    """Return an article of one of forty outlets."""
    return Article(
        article_id=f"{number:016x}",
        url=f"http://127.0.0.1/{number}",
        outlet=f"Outlet {number % 40}",
        feed_id=None,
        title=" ".join(text.split()[:8]),
        author=None,
        published_at=NOW - timedelta(minutes=number),
        first_seen_at=NOW,
        language="en",
        text=text,
    )


def rules_of(watchlist: Watchlist, count: int) -> tuple[CompiledRule, ...]:
    """Return so many rules of every scope and kind; a quarter names phrases that are nowhere."""
    random_, phrases = random.Random(11), phrases_of(watchlist)
    people = [official.name for official in watchlist.officials[:60]]
    made = []
    for number in range(count):
        keywords = tuple(random_.sample(phrases, 3)) if number % 4 else (f"nowhere{number} to be found",)
        made.append(
            Rule(
                name=f"rule {number}",
                keywords=(*keywords, f"topic:{watchlist.topics[number % len(watchlist.topics)].topic}")
                if number % 8 == 1
                else keywords,
                officials=("any",) if number % 3 == 0 else tuple(random_.sample(people, 4)),
                subscribers=("desk",),
                scope=list(Scope)[number % 5],
                where=Clause(Joint.NONE, (random_.choice(phrases),)) if number % 5 == 0 else None,
                negation=Negation.EXCLUDE if number % 7 == 0 else Negation.ANY,
            )
        )
    return compile_rules(made, watchlist)


def stored(folder: Path, count: int) -> Iterator[Sequence[ReadArticle]]:
    """Yield the articles back from the warehouse."""
    for start in range(0, count, AT_ONCE):
        with reading(folder) as session:
            yield stored_articles(session, [f"{n:016x}" for n in range(start, min(start + AT_ONCE, count))])


def timed(folder: Path, rules: Sequence[CompiledRule], count: int) -> tuple[float, float, int]:
    """Return seconds for loading and for matching, and how many matches there were."""
    loading, matching, matches, began = 0.0, 0.0, 0, time.perf_counter()
    for batch in stored(folder, count):
        loaded = time.perf_counter()
        matches += sum(len(of) for each in batch for of in find_all_matches(rules, each.article, each.reading))
        loading, matching, began = (
            loading + loaded - began,
            matching + time.perf_counter() - loaded,
            time.perf_counter(),
        )
    return loading, matching, matches


def main() -> None:
    """Fill a warehouse and print the two tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rules", type=int, nargs="+", default=[50, 100, 200])
    parser.add_argument("--articles", type=int, nargs="+", default=[2_500, 5_000, 10_000])
    asked = parser.parse_args()
    watchlist = load_watchlist()
    writer = Writer(watchlist)
    most_rules, most = max(asked.rules), max(asked.articles)
    with TemporaryDirectory() as name:
        folder = Path(name)
        for start in range(0, most, AT_ONCE):
            with writing(folder) as session:
                articles.save_articles(session, [writer.article(n) for n in range(start, min(start + AT_ONCE, most))])
        print(f"{'rules':>6} {'articles':>9} {'load s':>8} {'match s':>8} {'ratio':>6} {'matches':>8}")
        for cases in ([(rules, most) for rules in asked.rules], [(most_rules, count) for count in asked.articles]):
            before = None
            for rules, count in cases:
                loading, matching, matches = timed(folder, rules_of(watchlist, rules), count)
                ratio = f"{matching / before:6.2f}" if before else "     -"
                print(f"{rules:6} {count:9} {loading:8.2f} {matching:8.2f} {ratio} {matches:8}")
                before = matching


if __name__ == "__main__":
    main()
