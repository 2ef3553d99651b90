"""What statements mean: the vectors of their sentences, kept or made, and which say the same.

They are made in a process of its own: the model is loaded where there is something to make, and nowhere else.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import chain
from pathlib import Path

from extractors.copies.meaning import contradicted, said_alike, without_opposites
from extractors.copies.sameness import key_of, said_again
from extractors.officials.countries import Countries
from extractors.relation_records import Assertion, Wording
from extractors.speech.stances import Stance
from extractors.text import vectors
from extractors.text.vectors import LONGEST, MODEL, Vector
from flows.processes.pool import Job, Lost, Pool, Task, cores
from flows.steps.events import happenings_in, headed_alike
from warehouse.disputes import Dispute
from warehouse.sayings import Echo
from warehouse.situation import Situation, Sketch
from warehouse.store import reading
from warehouse.utterances import SameMeaning, compared_sentences
from warehouse.vectors import keep_vectors, known_vectors

# What is near to within rounding is so on every machine.
_DIGITS = 4

CHUNK = 4  # sentences that are handed over together, a third of a second's work
# Processor seconds for a sentence, thirty times what a long one takes.
_SECONDS = 5.0
_HEADROOM_BYTES = 500_000_000

log = logging.getLogger("talkwatch.vectors")


def vectors_of(data_dir: Path, sentences: Collection[str]) -> dict[str, Vector]:
    """Return the vectors of sentences: those that are kept, and the others made and kept; none without a model."""
    if not sentences or not vectors.is_there():
        return {}
    found = _kept(data_dir, sentences) or {}
    missing = [sentence for sentence in dict.fromkeys(sentences) if sentence not in found]
    if missing:
        made = dict(made_vectors(missing))
        keep_vectors(data_dir, MODEL, {key_of_sentence(sentence): vector for sentence, vector in made.items()})
        found |= made
    return found


def are_lost(data_dir: Path) -> bool:
    """Tell whether there are no vectors of the model that is there: none yet, all lost, or another model's."""
    return vectors.is_there() and known_vectors(data_dir, MODEL, ()) is None


def recover_vectors(data_dir: Path, compared: Sequence[str] | None = None) -> None:
    """Make the vectors of all that is compared again where they are lost. The warehouse must be closed.

    `compared` are the sentences as they were read ahead; where they were not, the warehouse is opened for them.
    """
    if not are_lost(data_dir):
        return
    if compared is None:
        with reading(data_dir) as session:
            compared = compared_sentences(session)
    vectors_of(data_dir, compared)


def known_meanings(data_dir: Path, known: Sequence[Wording]) -> dict[str, Vector]:
    """Return the kept vectors of what was said before."""
    return _kept(data_dir, {sentence for each in known for sentence in each.sentences}) or {}


def _kept(data_dir: Path, sentences: Collection[str]) -> dict[str, Vector] | None:
    if not sentences:
        return {}
    keys = {key_of_sentence(sentence): sentence for sentence in sentences}
    kept = known_vectors(data_dir, MODEL, list(keys))
    return None if kept is None else {keys[key]: vector for key, vector in kept.items()}


def same_meanings(
    fresh: Sequence[Wording], known: Sequence[Wording], found: Mapping[str, Vector]
) -> tuple[SameMeaning, ...]:
    """Return which statements of a batch mean what is known, or what others of the batch say."""
    own = {each.statement_id for each in fresh}
    others = [each for each in known if each.statement_id not in own]
    pairs = {
        (one.statement_id, other.statement_id if other.statement_id in own else other.name)
        for one, other in without_opposites(said_alike(fresh, others, found), others, found)
    }
    return tuple(SameMeaning(statement_id=one, node=other) for one, other in sorted(pairs))


def echoes_in(fresh: Sequence[Wording], earlier: Sequence[Wording], found: Mapping[str, Vector]) -> tuple[Echo, ...]:
    """Return for each statement of a batch the newest thing said before that is like it, in any words."""
    newest: dict[str, Wording] = {}
    for one, other in chain(said_again(fresh, earlier), said_alike(fresh, earlier, found, again=True)):
        known = newest.get(one.statement_id)
        if other.said_at < one.said_at and (known is None or _age(known) < _age(other)):
            newest[one.statement_id] = other
    return tuple(
        Echo(statement_id=name, utterance_id=said.name, said_at=said.said_at) for name, said in sorted(newest.items())
    )


def _age(said: Wording) -> tuple[datetime, str]:
    return said.said_at, said.name


def assertions_in(batch: Iterable[Sketch]) -> tuple[Assertion, ...]:
    """Return what is said in a batch on any topic, as far as its meaning is compared."""
    worded = [({word.statement_id: word for word in each.wordings}, each.found.reading.statements) for each in batch]
    return tuple(
        Assertion(
            said=words[said.statement_id],
            topics=said.topics,
            denies=said.stance == Stance.DENY,
            negated=bool(said.negated),
        )
        for words, statements in worded
        for said in statements
        if said.topics and said.statement_id in words and words[said.statement_id].sentences
    )


def disputes_in(
    fresh: Sequence[Assertion], known: Sequence[Assertion], found: Mapping[str, Vector], countries: Countries
) -> tuple[Dispute, ...]:
    """Return which of what is said in a batch another denies, or denies another."""
    own = {each.said.statement_id for each in fresh}
    others = [each for each in known if each.said.statement_id not in own]

    def node(each: Assertion) -> str:
        return each.said.statement_id if each.said.statement_id in own else each.said.name

    return tuple(
        Dispute(
            claim=node(claim),
            denial=node(denial),
            topic=min(set(claim.topics) & set(denial.topics)),
            denied_at=denial.said.said_at,
        )
        for claim, denial in contradicted([*fresh, *others], found, countries.home)
        if {claim.said.statement_id, denial.said.statement_id} & own
    )


def headlines_near(
    data_dir: Path, situation: Situation, vectors_known: Mapping[str, Vector]
) -> dict[tuple[str, str], float]:
    """Return how near the headlines of articles are that may be on one happening, as far as both have a vector."""
    pairs = headed_alike(situation) if vectors_known else ()
    known = happenings_in(situation)
    titles = {known[name].title for pair in pairs for name in pair}
    found = (_kept(data_dir, titles - vectors_known.keys()) or {}) | dict(vectors_known)
    rows = {title: vectors.matrix([found[title]])[0] for title in titles if title in found}
    ends = {pair: [rows[known[name].title] for name in pair if known[name].title in rows] for pair in pairs}
    return {pair: round(float(both[0] @ both[1]), _DIGITS) for pair, both in ends.items() if len(both) == len(pair)}


def key_of_sentence(sentence: str) -> int:
    """Return what the vector of a sentence is kept by."""
    return key_of(b"sentence", sentence.encode(errors="replace"))


def made_vectors(sentences: Sequence[str]) -> Iterator[tuple[str, Vector]]:
    """Yield each sentence with its vector as they get done; one that takes the model down has none."""
    whole = {sentence[:LONGEST]: sentence for sentence in sentences}
    waiting = deque(list(whole)[start : start + CHUNK] for start in range(0, len(whole), CHUNK))

    def draw() -> Task | None:
        if not waiting:
            return None
        chunk = waiting.popleft()
        return Task(key=chunk, content=chunk, seconds=_SECONDS * len(chunk))

    pool = _pool()
    try:
        for chunk, answer in pool.each(draw, cores()):
            if not isinstance(answer, Lost):
                yield from ((whole[sentence], vector) for sentence, vector in zip(chunk, answer, strict=True))
            elif len(chunk) > 1:
                waiting.extend([sentence] for sentence in chunk)
            else:
                log.warning("a sentence has no vector: making it %s %s", answer.loss.value, answer.detail)
    finally:
        # What the model is forked from stays for the next batch of this process.
        pool.rest()


@cache
def _pool() -> Pool:
    return Pool(Job(prepare=vectors.load, headroom_bytes=_HEADROOM_BYTES))
