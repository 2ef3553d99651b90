"""Relating articles to those of before: which story each tells and as what, what is said in it, who stands where. Pure.

An article is sketched before the warehouse is opened; what is stored comes as a `Situation`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import product

from extractors.copies.credits import read_credits
from extractors.copies.events import happening
from extractors.copies.sameness import same_words
from extractors.copies.stories import StoryText, Tie, fingerprint, labels, merged, quotation_keys, tie_between
from extractors.negotiation.positions import SIDES, Record, matters, party, records
from extractors.negotiation.talks import find_talks
from extractors.negotiation.utterances import wording
from extractors.officials.countries import Countries
from extractors.records import MentionKind, Reading, Statement, StatementKind
from extractors.relation_records import About, Position, Shift, Take, Talk, Telling, Wording
from extractors.speech.lexicon import NARRATING
from extractors.text.dates import day_of
from extractors.text.identity import utterance_name
from extractors.text.languages import is_english
from extractors.text.recaps import is_recap
from extractors.text.words import base
from flows.steps.events import Pair, happened
from warehouse.records import ReadArticle
from warehouse.situation import Fresh, Situation, Sketch
from warehouse.stories import StoryMember

# Those of one side on one topic in one negotiation: what one of them says may contest what another said.
_Bench = tuple[tuple[str, ...], str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Related:
    """What a batch of articles is to those of before.

    `members` are all articles of the stories in question as they are now, `stories` the stories that the batch touched,
    `joined_stories`, `joined_utterances` and `joined_events` lead from older names to those that they go on under;
    `events` names the event of each article in question.
    `named` are the fresh statements' utterances. Of the officials, topics and negotiations in `redrawn`, `records` are
    all positions and shifts.
    """

    members: Mapping[str, StoryMember]
    stories: frozenset[str]
    joined_stories: Mapping[str, str]
    named: Mapping[str, str]
    joined_utterances: Mapping[str, str]
    events: Mapping[str, str] = field(default_factory=dict)
    joined_events: Mapping[str, str] = field(default_factory=dict)
    takes: tuple[Take, ...] = ()
    redrawn: tuple[About, ...] = ()
    records: tuple[Record, ...] = ()

    def story(self, article_id: str) -> str:
        """Return the story of an article in question."""
        return self.members[article_id].telling.story_id

    @property
    def positions(self) -> list[Position]:
        """Return the positions drawn."""
        return [position for each in self.records for position in each.positions]

    @property
    def shifts(self) -> list[Shift]:
        """Return the shifts drawn."""
        return [shift for each in self.records for shift in each.shifts]


def sketch(found: ReadArticle, countries: Countries, *, talks: bool = True, edited: bool = True) -> Sketch:
    """Find what can be known of an article by itself: its credits, what copies are found by, what is said in it.

    Whoever asks for no `talks` needs none, nor who estimates copies that were `edited` throughout.
    """
    article = found.article
    read = read_credits(
        title=article.title, author=article.author, text=article.text, outlet=article.outlet, url=article.url
    )
    spoken = quotation_keys(article.text)
    return Sketch(
        found=found,
        credits=read,
        keys=(*fingerprint(article.text, edited=edited), *spoken),
        spoken=spoken,
        happening=happening(
            article, found.reading, publisher=read.publisher, told_at=article.published_at or article.first_seen_at
        ),
        wordings=wordings(found, countries),
        takes=tuple(takes_in(found)),
        talks=talks_in(found, countries) if talks else (),
    )


def wordings(found: ReadArticle, countries: Countries) -> tuple[Wording, ...]:
    """Return what other reports of an article's statements are found by."""
    article = found.article
    said_at = article.published_at or article.first_seen_at
    each = (
        wording(said, article.text, said_at=said_at, seen_at=article.first_seen_at, countries=countries)
        for said in found.reading.statements
    )
    return tuple(worded for worded in each if worded)


def takes_in(found: ReadArticle) -> Iterator[Take]:
    """Yield the sides that officials take in an article, on each topic: each of several who speak as one takes it.

    What is recalled of earlier days ("had previously said") was taken at a time that nobody knows: it dates nothing.
    """
    article = found.article
    named = {
        each.name: each.ref_id for each in found.reading.mentions if each.kind is MentionKind.OFFICIAL and each.ref_id
    }
    topics = [each for each in found.reading.mentions if each.kind is MentionKind.TOPIC]
    for said in found.reading.statements:
        if said.stance in SIDES and not said.denied and not is_recap(article.text, said.cue_span, said.spans):
            for official_id, topic in product(said.speakers(named), matters(article.text, said, topics)):
                yield Take(
                    official_id=official_id,
                    topic=topic,
                    statement_id=said.statement_id,
                    utterance_id=said.utterance_id,
                    at=article.published_at or article.first_seen_at,
                    stance=str(said.stance),
                    confidence=said.confidence,
                    place=said.span.start,
                    article_id=article.article_id,
                    process_id=said.process_id,
                    narrated=is_narrated(said),
                    outlet=article.outlet,
                )


def is_narrated(said: Statement) -> bool:
    """Tell whether an outlet tells in its own words what somebody does, and has nothing that he said."""
    cue = (said.cue or "").split()
    return said.kind is StatementKind.INDIRECT and bool(cue) and base(cue[0]) in NARRATING


def talks_in(found: ReadArticle, countries: Countries) -> tuple[Talk, ...]:
    """Return what an article says of talks; of one that is not English, nothing."""
    article, reading = found.article, found.reading
    if not is_english(article.language):
        return ()
    told = find_talks(
        article.text, reading.sentences, reading.mentions, countries=countries, on=day_of(article.published_at)
    )
    return tuple(replace(each, process_id=_process_of(each, reading)) for each in told)


def _process_of(talk: Talk, reading: Reading) -> str | None:
    """Return the negotiation that what is said in the talk's sentence is about, else the article's."""
    said = (each.process_id for each in reading.statements if each.span.meets(talk.sentence))
    return next(filter(None, said), reading.process_id)


def relate(situation: Situation) -> Related:
    """Find the story of each fresh article, the utterance of each of its statements, and the positions that change."""
    members, joined, told = _joined(situation)
    touched = frozenset(members[name].telling.story_id for name in situation.newest)
    named, merged_utterances = _named(situation)
    events, joined_events = happened(situation, members, told)
    takes = tuple(take for each in situation.newest.values() for take in _takes(each, named))
    about = _about(situation, takes, merged_utterances)
    of_records = _of_records(situation, takes, merged_utterances) if about else {}
    return Related(
        members=_labelled(members, touched),
        stories=touched,
        joined_stories=joined,
        named=named,
        joined_utterances=merged_utterances,
        events=events,
        joined_events=joined_events,
        takes=takes,
        redrawn=tuple((official_id, topic, process_id) for bench, topic, process_id in about for official_id in bench),
        records=tuple(each for bench in about for each in _drawn(bench, of_records)),
    )


def with_utterances(found: ReadArticle, named: Mapping[str, str]) -> ReadArticle:
    """Return an article whose statements name the utterances they report."""
    statements = tuple(
        replace(said, utterance_id=named.get(said.statement_id, said.utterance_id)) for said in found.reading.statements
    )
    return replace(found, reading=replace(found.reading, statements=statements))


# Stories


def _joined(situation: Situation) -> tuple[dict[str, StoryMember], dict[str, str], set[Pair]]:
    """Return all articles in question under their stories and bodies now, the stories joined, and what joined them."""
    members = {**situation.members, **{name: _member(each) for name, each in situation.newest.items()}}
    ties = list(_ties(situation, members))
    told = [(one.telling, other.telling) for one, other, _ in ties]
    bodies = [(one.telling, other.telling) for one, other, kind in ties if kind is Tie.BODY]
    stories_joined = _merged(members, [(one.story_id, other.story_id) for one, other in told], "story_id")
    bodies_joined = _merged(members, [(one.body_id, other.body_id) for one, other in bodies], "body_id")
    now = {name: _in(member.telling, stories_joined, bodies_joined) for name, member in members.items()}
    return (
        {
            name: member if now[name] is member.telling else replace(member, telling=now[name])
            for name, member in members.items()
        },
        stories_joined,
        {(one.article_id, other.article_id) for one, other in told},
    )


def _member(each: Fresh) -> StoryMember:
    """Return a fresh article as a body of its own, in the story that it told so far."""
    telling = Telling(
        article_id=each.article_id,
        story_id=each.saved.story_id,
        body_id=each.article_id,
        at=each.at,
        credits=each.sketch.credits,
    )
    outlet = each.sketch.found.article.outlet
    return StoryMember(telling=telling, outlet=outlet, first_seen_at=each.saved.first_seen_at)


def _ties(situation: Situation, members: Mapping[str, StoryMember]) -> Iterator[tuple[StoryText, StoryText, Tie]]:
    """Yield the pairs of articles that tell one story."""
    fresh, worded = situation.newest, {}
    for name in sorted({name for pair in situation.copies for name in pair}):
        if name in fresh:
            worded[name] = _worded(fresh[name], members[name].telling)
        elif stored := situation.texts.get(name):
            worded[name] = StoryText(
                telling=members[name].telling, title=stored.title, text=stored.text, keys=frozenset(stored.keys)
            )
    for one, other in sorted({(min(pair), max(pair)) for pair in situation.copies}):
        if one in worded and other in worded and (kind := tie_between(worded[one], worded[other])):
            yield worded[one], worded[other], kind


def _worded(each: Fresh, telling: Telling) -> StoryText:
    article, own = each.sketch.found.article, each.sketch
    return StoryText(
        telling=telling, title=article.title, text=article.text, keys=frozenset(own.keys), spoken=frozenset(own.spoken)
    )


def _merged(members: Mapping[str, StoryMember], pairs: Sequence[tuple[str, str]], group: str) -> dict[str, str]:
    """Return the new names of the groups that pairs join: the group whose first article arrived first gives it."""
    names = {name for pair in pairs for name in pair}
    ages: dict[str, datetime] = {}
    for member in members.values():
        name = getattr(member.telling, group)
        if name in names:
            ages[name] = min(member.first_seen_at, ages.get(name, member.first_seen_at))
    return merged(ages, pairs)


def _in(telling: Telling, stories: Mapping[str, str], bodies: Mapping[str, str]) -> Telling:
    story_id, body_id = telling.story_id, telling.body_id
    if story_id not in stories and body_id not in bodies:
        return telling
    return replace(telling, story_id=stories.get(story_id, story_id), body_id=bodies.get(body_id, body_id))


def _labelled(members: Mapping[str, StoryMember], touched: frozenset[str]) -> dict[str, StoryMember]:
    """Label every telling of these stories anew: one more may show who copied whom."""
    by_story: defaultdict[str, list[Telling]] = defaultdict(list)
    for member in members.values():
        if member.telling.story_id in touched:
            by_story[member.telling.story_id].append(member.telling)
    new = {label.article_id: label for story in by_story.values() for label in labels(story)}
    return {name: replace(each, label=new[name]) if name in new else each for name, each in members.items()}


# Utterances


def _named(situation: Situation) -> tuple[dict[str, str], dict[str, str]]:
    """Return the utterance of each fresh statement, and known utterances that turn out to be older ones.

    Utterances that a statement joins go on under the oldest one's name.
    """
    fresh = {word.statement_id: word for each in situation.fresh for word in each.sketch.wordings}
    pairs = [
        (each.statement_id, each.node)
        for each in situation.likely
        if each.statement_id in fresh and same_words(fresh[each.statement_id].words, each.words)
    ]
    pairs += [(each.statement_id, each.node) for each in situation.meant if each.statement_id in fresh]
    # Of an article that came again as it was, the utterance that it reported then is meant, which is among them too.
    pairs = [(each, node) for each, node in pairs if node in fresh or node in situation.ages]
    known = {node: situation.ages[node] for _, node in pairs if node not in fresh}
    # What is stored is older than what arrives, but for what came after an article that is read again.
    stored = {name: (at, False, at) for name, at in known.items()}
    renamed = merged(stored | {name: (each.seen_at, True, each.said_at) for name, each in fresh.items()}, pairs)
    nodes = {each: renamed.get(each, each) for each in fresh}
    names = _given(fresh, nodes.values(), situation.taken)
    own = {statement_id: names.get(node, node) for statement_id, node in nodes.items()}
    gone = {old: names.get(new, new) for old, new in renamed.items() if old in known}
    return own, {old: new for old, new in gone.items() if old != new}


def _given(fresh: Mapping[str, Wording], nodes: Iterable[str], taken: frozenset[str]) -> dict[str, str]:
    """Name the new utterances by their first reports.

    Words said again another day make another utterance, whose name then is not that of the words alone.
    """
    first = sorted({fresh[node] for node in nodes if node in fresh}, key=lambda each: (each.said_at, each.statement_id))
    given, names = set(taken), {}
    for each in first:
        names[each.statement_id] = utterance_name(each.name, each.statement_id) if each.name in given else each.name
        given.add(names[each.statement_id])
    return names


# Positions


def _takes(each: Fresh, named: Mapping[str, str]) -> Iterator[Take]:
    """Yield the sides that officials take in an article, under the names their utterances have now."""
    for take in each.sketch.takes:
        yield replace(take, utterance_id=named.get(take.statement_id, take.utterance_id), at=each.at)


def _about(situation: Situation, takes: Sequence[Take], joined: Mapping[str, str]) -> list[_Bench]:
    """Return whose positions on which topics may change: with takes that come, go, or are one with others now."""
    one = {*joined, *joined.values()}
    gone = situation.revised
    changed = [take for take in situation.takes if take.article_id in gone or take.utterance_id in one]
    stale = {take.about for take in (*takes, *changed)} | situation.undrawn
    parties = {official_id: party(side, country) for official_id, side, country in situation.sides}
    benches: defaultdict[str, list[str]] = defaultdict(list)
    for official_id, side in parties.items():
        if side is not None:
            benches[side].append(official_id)

    def bench(official_id: str) -> tuple[str, ...]:
        side = parties.get(official_id)
        return (official_id,) if side is None else tuple(sorted(benches[side]))

    found = {(bench(official_id), topic, process_id) for official_id, topic, process_id in stale}
    return sorted(found, key=lambda each: (*each[:2], each[2] or ""))


def _of_records(
    situation: Situation, fresh: Sequence[Take], joined: Mapping[str, str]
) -> defaultdict[About, list[Take]]:
    """Return all takes of each official on each topic: those stored, under their utterances' names now, and fresh."""
    newest = situation.newest
    found: defaultdict[About, list[Take]] = defaultdict(list)
    for take in situation.takes:
        if take.article_id not in newest:
            name = take.utterance_id
            found[take.about].append(replace(take, utterance_id=joined[name]) if name in joined else take)
    for take in fresh:
        found[take.about].append(take)
    return found


def _drawn(bench: _Bench, takes: Mapping[About, list[Take]]) -> tuple[Record, ...]:
    """Draw the positions of those of one side on one topic in one negotiation."""
    members, topic, process_id = bench
    return records(takes[key] for member in members if (key := (member, topic, process_id)) in takes)
