"""What statements mean: the vectors of their sentences, kept or made, and which say the same."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from extractors.copies.meaning import said_alike
from extractors.copies.sameness import key_of
from extractors.relation_records import Wording
from extractors.text import vectors
from extractors.text.vectors import MODEL, Vector
from flows.processes.vectors import made_vectors
from warehouse.store import LIVE, reading
from warehouse.utterances import SameMeaning, compared_sentences
from warehouse.vectors import keep_vectors, known_vectors


def vectors_of(data_dir: Path, sentences: Collection[str]) -> dict[str, Vector]:
    """Return the vectors of sentences: those that are kept, and the others made and kept; none without a model."""
    if not sentences or not vectors.is_there():
        return {}
    found = _kept(data_dir, sentences) or {}
    missing = [sentence for sentence in dict.fromkeys(sentences) if sentence not in found]
    if missing:
        made = dict(made_vectors(missing))
        keep_vectors(data_dir, MODEL, {_key(sentence): vector for sentence, vector in made.items()})
        found |= made
    return found


def recover_vectors(data_dir: Path) -> None:
    """Make what is compared again where all vectors are lost, or another model's. The warehouse must be closed."""
    if vectors.is_there() and (data_dir / LIVE).exists() and known_vectors(data_dir, MODEL, ()) is None:
        with reading(data_dir) as session:
            sentences = compared_sentences(session)
        vectors_of(data_dir, sentences)


def known_meanings(data_dir: Path, known: Sequence[Wording]) -> dict[str, Vector]:
    """Return the kept vectors of what was said before."""
    sentences = {sentence for each in known for sentence in each.sentences}
    return (_kept(data_dir, sentences) or {}) if sentences else {}


def _kept(data_dir: Path, sentences: Collection[str]) -> dict[str, Vector] | None:
    keys = {_key(sentence): sentence for sentence in sentences}
    kept = known_vectors(data_dir, MODEL, list(keys))
    return None if kept is None else {keys[key]: vector for key, vector in kept.items()}


def same_meanings(
    fresh: Sequence[Wording], known: Sequence[Wording], found: Mapping[str, Vector]
) -> tuple[SameMeaning, ...]:
    """Return which statements of a batch mean what is known, or what others of the batch say."""
    own = {each.statement_id for each in fresh}
    pairs = {
        (one.statement_id, other.statement_id if other.statement_id in own else other.name)
        for one, other in said_alike(fresh, [each for each in known if each.statement_id not in own], found)
    }
    return tuple(SameMeaning(statement_id=one, node=other) for one, other in sorted(pairs))


def _key(sentence: str) -> int:
    return key_of(b"sentence", sentence.encode(errors="replace"))
