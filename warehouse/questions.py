"""The questions of the guide for analysts, to be asked by name: one SQL, whoever reads it and whoever asks it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from warehouse.harmless import literal

_SQL = re.compile(r"```sql\n(.*?)```", re.DOTALL)
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_WORD = re.compile(r"[a-z0-9]+")
# So many words of a question are its name.
_NAMING = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Blank:
    """What a question can be asked about instead: what stands for it in the guide, and what it is."""

    name: str
    written: tuple[str, ...]
    said: str


BLANKS = (
    Blank(name="topic", written=("ceasefire",), said="Id of a topic, as mentions.ref_id has it."),
    Blank(name="official", written=("dmitry-peskov",), said="Id of an official, as officials.official_id has it."),
    Blank(
        name="words",
        written=("Zelensky ceasefire", '"security guarantees" -NATO', '"security guarantees"'),
        said='Words in any form, "some that stand so", beginnings*, -unwanted.',
    ),
    Blank(name="moment", written=("2026-11-21 00:00:00+00",), said="A time, written as this one."),
)
_OF = {literal(written): blank.name for blank in BLANKS for written in blank.written}
_BLANK = re.compile("|".join(map(re.escape, _OF)))


@dataclass(frozen=True, slots=True, kw_only=True)
class GuideQuestion:
    """A question and its SQL; `blanks` are what it can be asked about, each with what it is asked about by itself."""

    name: str
    said: str
    sql: str
    blanks: Mapping[str, str]

    def about(self, values: Mapping[str, str]) -> str:
        """Return the SQL that asks about these values."""
        return _BLANK.sub(lambda found: literal(values.get(_OF[found[0]], _value(found[0]))), self.sql)


@cache
def questions() -> tuple[GuideQuestion, ...]:
    """Return the questions in the order of the guide."""
    guide = resources.files("warehouse").joinpath("analysts.md").read_text(encoding="utf-8")
    before = (
        (guide[: found.start()].rstrip().rpartition("\n\n")[2], found[1].strip()) for found in _SQL.finditer(guide)
    )
    # A question ends with a colon, and its query follows.
    return tuple(_question(said.removesuffix(":"), sql) for said, sql in before if said.endswith(":"))


def _question(paragraph: str, sql: str) -> GuideQuestion:
    said = re.split(r"(?<=[.!?]) ", _LINK.sub(r"\1", " ".join(paragraph.split())))[-1]
    return GuideQuestion(
        name="_".join(_WORD.findall(said.lower())[:_NAMING]),
        said=f"{said}.",
        sql=sql,
        blanks={_OF[found]: _value(found) for found in _BLANK.findall(sql)},
    )


def _value(written: str) -> str:
    """Return what SQL writes so."""
    return written[1:-1].replace("''", "'")
