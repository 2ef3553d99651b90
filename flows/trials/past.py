"""The past as it came, for trying rules on it: what they could match, read again where it was not. Writes nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.compiled_rules import CompiledRule, compile_rules
from alerts.matching import find_all_matches
from alerts.records import Arrival
from extractors.negotiation.positions import party
from extractors.records import Article, Depth, Reading
from extractors.relation_records import About, Take
from extractors.text.words import did_you_mean
from flows.problems import UsageProblem
from flows.progress import stage
from flows.setup import Setup
from flows.steps.read import as_unread
from warehouse.articles import stored_articles
from warehouse.records import ReadArticle, StoryKeys
from warehouse.revisions import Revision, StoredRevision, stored_revisions
from warehouse.situation import Horizon, Sided
from warehouse.store import reading
from warehouse.stories import FURNITURE, NEAREST

# So many articles are taken from the live file at a time: a pass may be waiting for it.
AT_ONCE = 400
Key = tuple[str, int]
INGESTED = frozenset({Arrival.INGESTED, Arrival.IMPORTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A revision as it came, with what is read in it."""

    came: Revision
    found: ReadArticle


class Stands:
    """Where officials stood, found by whom and on what: what was said before is never looked through as a whole."""

    def __init__(self, sides: Iterable[Sided]) -> None:
        """Begin with nothing but who is of whose party."""
        parties = {who: party(side, country) or who for who, side, country in sides}
        self._mates = {who: [each for each, other in parties.items() if other == own] for who, own in parties.items()}
        self._takes: defaultdict[About, dict[str, Take]] = defaultdict(dict)
        self._abouts: defaultdict[str, set[About]] = defaultdict(set)

    def put(self, article_ids: Iterable[str], takes: Iterable[Take]) -> None:
        """Take what is in these articles now in place of what was."""
        for name in article_ids:
            for about in self._abouts.pop(name, ()):
                self._takes[about] = {key: each for key, each in self._takes[about].items() if each.article_id != name}
        for take in takes:
            self._takes[take.about][take.statement_id] = take
            self._abouts[take.article_id].add(take.about)

    def about(self, article_ids: Iterable[str]) -> set[About]:
        """Return whose sides on what these articles tell."""
        return {about for name in article_ids for about in self._abouts.get(name, ())}

    def on(self, about: Iterable[About]) -> Iterator[Take]:
        """Yield where these officials, and all of their parties, stood on that."""
        keys = {(mate, topic, case) for who, topic, case in about for mate in self._mates.get(who, [who])}
        for key in keys & self._takes.keys():
            yield from self._takes[key].values()


class Copies:
    """What articles are known to be copies by, found by each key."""

    def __init__(self) -> None:
        """Begin with none."""
        self.keys: dict[str, StoryKeys] = {}
        self._by_key: defaultdict[int, set[str]] = defaultdict(set)

    def put(self, keys: StoryKeys) -> None:
        """Take what an article is known by now in place of what it was."""
        name = keys.article_id
        for key in self.keys[name].keys if name in self.keys else ():
            self._by_key[key].discard(name)
        self.keys[name] = keys
        for key in keys.keys:
            self._by_key[key].add(name)

    def near(self, own: Mapping[str, StoryKeys], horizon: Horizon, seen_at: datetime) -> Iterator[tuple[str, str]]:
        """Yield the pairs of articles, of a batch and of before, that may be copies, as the warehouse's query does."""
        first = min(each.at for each in own.values()) - horizon.copies
        last = max(each.at for each in own.values()) + horizon.copies
        stored = {
            name: keys
            for name in {name for each in own.values() for key in each.keys for name in self._by_key[key]}
            if (keys := self.keys[name]).seen_at >= seen_at - horizon.copies_kept
            and first <= keys.at <= last
            and name not in own
        }
        holders: defaultdict[int, list[StoryKeys]] = defaultdict(list)
        for keys in (*own.values(), *stored.values()):
            for key in keys.keys:
                holders[key].append(keys)
        for one in own.values():
            shared: Counter[str] = Counter()
            for key in one.keys:
                near = holders[key]
                if len(near) <= FURNITURE * len({each.publisher for each in near}):
                    shared.update(each.article_id for each in near if each.article_id != one.article_id)
            apart = {name: abs((own.get(name) or stored[name]).at - one.at) for name in shared}
            for name in sorted(shared, key=lambda name: (-shared[name], apart[name], name))[:NEAREST]:
                yield one.article_id, name


def looked_through(
    setup: Setup, rules: Sequence[CompiledRule], history: Sequence[Revision]
) -> tuple[list[Told], Counter[str]]:
    """Return those of the revisions that a rule could match, read, and in how many of all each phrase stands."""
    found, phrases = list[Told](), Counter[str]()
    with stage(setup.progress, "looked through", len(history)) as count:
        for batch in batches(history):
            words = words_of(setup, batch)
            keys = {key: phrases_found(rules, each.article) for key, each in words.items()}
            phrases.update(phrase for each in keys.values() for phrase in each)
            could = {key: words[key] for key, own in keys.items() if is_for(rules, words[key].article, own)}
            found += as_read(setup, [each for each in batch if key_of(each) in could], could, could)
            for _ in batch:
                count()
    return found, phrases


def retold(setup: Setup, rules: Sequence[CompiledRule], history: Sequence[Revision]) -> Iterator[Told]:
    """Yield revisions with what is read in them; what was never read, and a rule could match, is read now."""
    for batch in batches(history):
        words = words_of(setup, batch)
        yield from as_read(setup, batch, words, [key for key in words if may_match(rules, words[key].article)])


def as_read(
    setup: Setup, batch: Sequence[Revision], words: Mapping[Key, StoredRevision], wanted: Collection[Key]
) -> Iterator[Told]:
    """Yield revisions that have words with what was read in them; `wanted` are read now where nothing was."""
    known = readings_of(setup, batch)
    unknown = [key for key in wanted if key not in known]
    read = setup.reader.read([as_unread(setup, words[key].article) for key in unknown]) if unknown else []
    known |= dict(zip(unknown, read, strict=True))
    for each in batch:
        if stored := words.get(key := key_of(each)):
            yield Told(came=each, found=as_it_came(each, stored.article, known.get(key) or skimmed(stored)))


def key_of(came: Revision) -> Key:
    """Return what a revision is found by."""
    return came.article_id, came.revision


def matched(rules: Sequence[CompiledRule], told: Sequence[Told]) -> list[str]:
    """Return the ids of the articles that a rule matches in one of these revisions."""
    found = (each.found for each in told)
    hits = (each.article.article_id for each in found if any(find_all_matches(rules, each.article, each.reading)))
    return list(dict.fromkeys(hits))


def may_match(rules: Sequence[CompiledRule], article: Article) -> bool:
    """Tell whether a phrase of a rule that looks at this article stands in it."""
    return is_for(rules, article, phrases_found(rules, article))


def is_for(rules: Sequence[CompiledRule], article: Article, phrases: Collection[str]) -> bool:
    """Tell whether a rule that looks at this article has one of the phrases that stand in it."""
    return any(not rule.keyword_set.isdisjoint(phrases) and rule.takes(article) for rule in rules)


def phrases_found(rules: Sequence[CompiledRule], article: Article) -> set[str]:
    """Return those of the rules' phrases that stand in an article, captions included."""
    indexes = {id(rule.phrases): rule.phrases for rule in rules}.values()
    texts = (article.text, article.title or "")
    return {hit.key for index in indexes for text in texts for hit in index.find(text, language=article.language)}


def skimmed(stored: StoredRevision) -> Reading:
    """Return the reading of words that no rule could match: where their sentences are."""
    return Reading(
        mentions=(),
        title_mentions=(),
        statements=(),
        sentences=stored.sentences,
        extractor_version=stored.extractor_version,
    )


def as_it_came(came: Revision, article: Article, read: Reading) -> ReadArticle:
    """Return an article as a pass would have had it: one that was ingested as if its feed had brought it."""
    return ReadArticle(
        article=replace(article, first_seen_at=came.at),
        reading=read,
        arrival=Arrival.POLLED if came.arrival in INGESTED else came.arrival,
    )


def batches(history: Sequence[Revision]) -> Iterator[Sequence[Revision]]:
    """Yield revisions so many at a time."""
    for start in range(0, len(history), AT_ONCE):
        yield history[start : start + AT_ONCE]


def readings_of(setup: Setup, batch: Sequence[Revision]) -> dict[Key, Reading]:
    """Return what is stored of the reading of revisions: of the newest ones that were read, that is."""
    newest = {each.article_id: each.revision for each in batch if each.newest}
    with reading(setup.data_dir) as session:
        found = stored_articles(session, list(newest))
    full = [each for each in found if each.reading.depth is not Depth.LEFT_UNREAD]
    return {(name := each.article.article_id, newest[name]): each.reading for each in full}


def words_of(setup: Setup, batch: Sequence[Revision]) -> dict[Key, StoredRevision]:
    """Return the words of revisions, taken in one short session."""
    with reading(setup.data_dir) as session:
        found = stored_revisions(session, [(each.article_id, each.revision) for each in batch])
    return {(each.article.article_id, each.revision): each for each in found}


def rules_named(setup: Setup, name: str | None) -> Sequence[CompiledRule]:
    """Return the rule of that name, made ready by itself, or all there are; raise UsageProblem for an unknown one."""
    if name is None:
        return setup.rules
    chosen = [rule for rule in setup.settings.rules if rule.name == name]
    if not chosen:
        names = [rule.name for rule in setup.settings.rules]
        raise UsageProblem(f'no rule "{name}" in {setup.settings.path}{did_you_mean(name, names)}')
    return compile_rules(chosen, setup.watchlist)
