"""What is run of a block: commands, each with the output that the page shows below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .blocks import Block


@dataclass(frozen=True, slots=True)
class Example:
    """A command, or a statement in Python, and what the page shows below it."""

    code: str
    start: int
    """Index of the first line below it in the page."""
    shown: tuple[str, ...]


def examples(block: Block) -> list[Example]:
    """The examples in a block; none in one that is a file or is not run."""
    if block.file is not None:
        return []
    match block.language:
        case "console":
            return list(_prompted(block, "$ "))
        case "sh":
            return list(_commands(block))
        case "python" if block.text.startswith(">>> "):
            return list(_prompted(block, ">>> "))
        case "python":
            return [Example(block.text, block.start + len(block.lines), ())]
        case _:
            return []


def _prompted(block: Block, prompt: str) -> Iterator[Example]:
    """Prompts with their output; a page that does not begin with a prompt is a mistake."""
    lines = block.lines
    index = 0
    while index < len(lines):
        if not lines[index].startswith(prompt):
            raise ValueError(f"line {block.start + index + 1}: expected {prompt!r}")
        code = [lines[index].removeprefix(prompt)]
        index += 1
        while index < len(lines) and _goes_on(code, lines[index], prompt):
            code.append(lines[index] if prompt == "$ " else lines[index].removeprefix("... "))
            index += 1
        end = next((n for n in range(index, len(lines)) if lines[n].startswith(prompt)), len(lines))
        yield Example("\n".join(code), block.start + index, lines[index:end])
        index = end


def _goes_on(code: Sequence[str], line: str, prompt: str) -> bool:
    return code[-1].endswith("\\") if prompt == "$ " else line.startswith("... ")


def _commands(block: Block) -> Iterator[Example]:
    """One command a line; a line that ends with a backslash goes on."""
    code: list[str] = []
    for number, line in enumerate(block.lines):
        code.append(line)
        if not line.endswith("\\"):
            yield Example("\n".join(code), block.start + number + 1, ())
            code = []
    if code:
        raise ValueError(f"line {block.start + len(block.lines)}: the command is not complete")
