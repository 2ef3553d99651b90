"""What runs in a reading process: the language model is loaded once, then skims are finished, chunk by chunk."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

from extractors.records import Depth, Reading
from extractors.speech.parsing import load_model
from extractors.speech.reading import Reader, Skim
from flows.processes.limits import limit_memory, limit_time

# Beyond the model's own: an article of 200,000 characters takes 240 MB.
HEADROOM_BYTES = 1_500_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Why a chunk was not read. `detail` names no word of an article."""

    depth: Depth
    detail: str = ""


def work(pipe: int) -> None:
    """Read until the pipe is closed. A chunk that takes more processor time than it was given ends the process."""
    with Connection(pipe) as connection, contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        reader = Reader(connection.recv())
        load_model()
        limit_memory(HEADROOM_BYTES)
        while True:
            skims, seconds = connection.recv()
            with limit_time(seconds):
                answer = answered(reader, skims)
            connection.send(answer)


def answered(reader: Reader, skims: Sequence[Skim]) -> list[Reading] | Failed:
    """Read a chunk; whatever goes wrong in it is an answer, for the pass goes on with the next."""
    try:
        return reader.finish(skims)
    except MemoryError:
        return Failed(depth=Depth.TOOK_TOO_MUCH)
    except Exception as error:  # noqa: BLE001 (an article that meets a bug would stop every pass from then on)
        return Failed(depth=Depth.CRASHED, detail=f"{type(error).__name__} in {place_of(error)}")


def place_of(error: Exception) -> str:
    """Return where an error was raised; its message may hold an article's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
