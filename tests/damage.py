"""Databases as processes that died, and disks that forgot, leave them."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.warehouse_examples import python
from warehouse.places import wal

RENAMED = "UPDATE article_rows SET outlet = 'renamed'"
_LEAVE_A_LOG = """
import os, sys
import duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("PRAGMA disable_checkpoint_on_shutdown")
connection.execute("SET wal_autocheckpoint = '1GB'")
connection.execute(sys.argv[2])
os._exit(0)
"""
# The head of a program that dies where it is told to: `die` at a call, `half` in the middle of a copy.
DYING = """
import os, shutil, signal, sys
from pathlib import Path

def die(*args):
    os.kill(os.getpid(), signal.SIGKILL)

def half(source, target):
    Path(target).write_bytes(Path(source).read_bytes()[:5000])
    die()
"""


def leave_log(path: Path, sql: str = RENAMED) -> None:
    """Write to a database and die before its log is in the file."""
    with python(_LEAVE_A_LOG, path, sql) as dying:
        assert dying.wait(30) == 0
    assert wal(path).stat().st_size


def leave_another_log(path: Path) -> None:
    """Put the log of another database beside one."""
    other = path.with_name("other.duckdb")
    with duckdb.connect(other) as connection:
        connection.execute("CREATE TABLE t (x INTEGER)")
    leave_log(other, "INSERT INTO t VALUES (1)")
    wal(other).replace(wal(path))


def flipped(content: bytes, *places: int) -> bytes:
    """Return bytes with a hundred of them turned over at each of the places."""
    turned = bytearray(content)
    for place in places:
        turned[place : place + 100] = bytes(255 - each for each in turned[place : place + 100])
    return bytes(turned)
