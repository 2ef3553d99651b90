"""What was worked out once and can be worked out again, in a file of its own: the vectors of sentences.

Whoever cannot have the file goes without: it may be lost, and a pass never waits for it or fails with it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import duckdb

from warehouse.locking import Held, Patience, exclusive
from warehouse.obstacles import Obstacle, obstacle
from warehouse.places import ALONE, Config, opened, remove
from warehouse.store import write_anew

T = TypeVar("T")

WORK = "work.duckdb"
LOCK = "work.lock"
_WAIT = timedelta(seconds=10)
_CONFIG: Config = {**ALONE, "threads": 1}
_TABLE = "CREATE TABLE IF NOT EXISTS vectors (model VARCHAR NOT NULL, key BIGINT NOT NULL, vector BLOB NOT NULL)"
_ANY = "SELECT 1 FROM vectors WHERE model = $1 LIMIT 1"
_KNOWN = "SELECT key, vector FROM vectors WHERE model = $1 AND key IN (SELECT unnest($2::BIGINT[]))"
_KEPT = """
INSERT INTO vectors
SELECT $1, f.key, f.vector
FROM (SELECT unnest($2::BIGINT[]) AS key, unnest($3::BLOB[]) AS vector) AS f
ANTI JOIN vectors AS v ON v.model = $1 AND v.key = f.key
"""

log = logging.getLogger("talkwatch.vectors")


def known_vectors(data_dir: Path, model: str, keys: Sequence[int]) -> dict[int, bytes] | None:
    """Return those vectors of a model that are kept, by the keys of their sentences; None where it has none at all."""
    if not (data_dir / WORK).exists():
        return None

    def answer(connection: duckdb.DuckDBPyConnection) -> dict[int, bytes] | None:
        if not connection.execute(_ANY, [model]).fetchall():
            return None
        return dict(connection.execute(_KNOWN, [model, list(keys)]).fetchall())

    return _asked(data_dir, answer)


def keep_vectors(data_dir: Path, model: str, vectors: Mapping[int, bytes]) -> None:
    """Keep vectors that a model has made."""

    def write(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute(_KEPT, [model, list(vectors), list(vectors.values())])

    _asked(data_dir, write)


def forget_vectors(data_dir: Path, keys: Sequence[int]) -> None:
    """Drop the vectors of sentences, whatever model made them; a file that cannot be had then is removed."""
    path = data_dir / WORK
    if not path.exists():
        return
    with exclusive(data_dir / LOCK, Patience(_WAIT)):
        try:
            with closing(opened(path, config=_CONFIG)) as connection:
                connection.execute("DELETE FROM vectors WHERE key IN (SELECT unnest($1::BIGINT[]))", [list(keys)])
            write_anew(path)
        except duckdb.Error:
            # It can be worked out again.
            remove(path)


def _asked(data_dir: Path, ask: Callable[[duckdb.DuckDBPyConnection], T]) -> T | None:
    """Return what the file answers, made where there is none; None where it cannot be had. A broken one is removed."""
    path = data_dir / WORK
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with exclusive(data_dir / LOCK, Patience(_WAIT)), closing(opened(path, config=_CONFIG)) as connection:
            connection.execute(_TABLE)
            return ask(connection)
    except (Held, OSError) as error:
        log.warning("the vectors in %s cannot be had now: %s", path, error)
    except duckdb.Error as error:
        log.warning("the vectors in %s cannot be had: %s", path, type(error).__name__)
        if obstacle(error) is not Obstacle.HELD:
            remove(path)
    return None
