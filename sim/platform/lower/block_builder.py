"""The blocks of a function that waits, while they are made."""

from __future__ import annotations

from .app import App, Body
from .blocks import Block, goto, parsed
from .kinds import (
    E,
    Kind,
)
from .statements import Lowering


class BlockBuilder(Lowering):
    """Puts statements into blocks that jump to one another."""

    receiver = "ctx"

    def __init__(self, app: App, body: Body, known: dict[str, Kind] | None = None) -> None:
        super().__init__(app, body, known)
        self.blocks = [Block()]
        self.now = self.blocks[0]
        self.loops: list[tuple[int, int]] = []
        self.handler: int | None = None
        self.returns: tuple[str, int] | None = None
        """Of an inlined generator: its result's variable, and the block after it."""
        self.answers: list[E] = []
        """Of calls in an expression that have been asked for already."""
        self.list_rooms = 0
        self.inside: list[str] = []
        """The inlined functions around what is lowered."""
        self._run()

    def flush(self) -> None:
        """Lines emitted so far belong to the block at hand."""
        if self.lines:
            self.now.body += parsed("\n".join(self.lines))
            self.lines = []

    def put(self, text: str) -> None:
        """Statements of the block at hand."""
        self.flush()
        self.now.body += parsed(text)

    def new(self, *, resumes: bool = False) -> int:
        """The number of a new block."""
        self.blocks.append(Block(resumes=resumes))
        return len(self.blocks) - 1

    def enter_block(self, number: int) -> None:
        """What follows belongs to a block."""
        self.flush()
        self.now = self.blocks[number]

    def jump(self, number: int) -> None:
        """Go on with a block."""
        self.flush()
        self.now.body += goto(number)

    def fail(self) -> None:
        """An error: to the ``except`` around it, or the call fails."""
        if self.handler is None:
            self.put("return DO_FAIL")
        else:
            self.jump(self.handler)
