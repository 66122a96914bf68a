"""A page of Markdown, and the fenced blocks in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_FENCE = "```"
_FILE = re.compile(r"# ([\w./-]+\.\w+)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block."""

    language: str
    flags: frozenset[str]
    """Words behind the language: ``slow``, ``install``."""
    start: int
    """Index of its first line, without the fence, in the page."""
    lines: tuple[str, ...]

    @property
    def file(self) -> str | None:
        """The file that it becomes: the name in a comment on its first line."""
        if self.language not in ("yaml", "python") or not self.lines:
            return None
        found = _FILE.fullmatch(self.lines[0])
        return found[1] if found else None

    @property
    def text(self) -> str:
        """Its lines as a text."""
        return "".join(f"{line}\n" for line in self.lines)


@dataclass(frozen=True, slots=True)
class Page:
    """A page."""

    path: Path
    lines: tuple[str, ...]
    blocks: tuple[Block, ...]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a page from a file."""
        lines = tuple(path.read_text("utf-8").splitlines())
        return cls(path, lines, tuple(_blocks(path, lines)))

    def prose(self) -> list[tuple[int, str]]:
        """The lines outside of blocks, with their numbers."""
        inside = {
            index
            for block in self.blocks
            for index in range(block.start - 1, block.start + len(block.lines) + 1)
        }
        return [(n + 1, line) for n, line in enumerate(self.lines) if n not in inside]


def _blocks(path: Path, lines: tuple[str, ...]) -> list[Block]:
    found: list[Block] = []
    opened: int | None = None
    for index, line in enumerate(lines):
        if not line.lstrip().startswith(_FENCE):
            continue
        if not line.startswith(_FENCE):
            raise ValueError(f"{path}:{index + 1}: a fence begins in the first column")
        if opened is None:
            opened = index
            continue
        language, *flags = lines[opened].removeprefix(_FENCE).split() or [""]
        found.append(Block(language, frozenset(flags), opened + 1, lines[opened + 1 : index]))
        opened = None
    if opened is not None:
        raise ValueError(f"{path}:{opened + 1}: this block is not closed")
    return found
