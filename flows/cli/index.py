"""Which commands there are, read from the text of this folder's modules: to list them none has to be loaded."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEntry:
    """A command, or a word that several begin with: its words, its module, and the sentence that lists have of it."""

    words: str
    module: str
    sentence: str
    is_group: bool = False


def indexed() -> tuple[CommandEntry, ...]:
    """Return every command and group of this folder, in the order of its modules."""
    return tuple(entry for path in sorted(Path(__file__).parent.glob("*.py")) for entry in entries_of(path))


def entries_of(path: Path) -> Iterator[CommandEntry]:
    """Yield what one module registers."""
    text = path.read_text(encoding="utf-8")
    if "@command(" not in text and "\ngroup(" not in text:
        return
    module = f"{__package__}.{path.stem}"
    for node in ast.parse(text).body:
        match node:
            case ast.FunctionDef(
                decorator_list=[ast.Call(func=ast.Name(id="command"), args=[ast.Constant(value=words)])]
            ):
                yield CommandEntry(words=str(words), module=module, sentence=ast.get_docstring(node) or "")
            case ast.Expr(
                value=ast.Call(func=ast.Name(id="group"), args=[ast.Constant(value=word), ast.Constant(value=sentence)])
            ):
                yield CommandEntry(words=str(word), module=module, sentence=str(sentence), is_group=True)
