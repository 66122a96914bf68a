"""A report as it looks at some width."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from unittest.mock import patch

from sim.report import Block, write_terminal


class Terminal(io.StringIO):
    """A terminal of which nothing but its text is kept."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def shown(blocks: Sequence[Block], width: int | None) -> str:
    """The text, without its colours, in a terminal of that many columns; without any, piped."""
    stream = io.StringIO() if width is None else Terminal()
    with patch.dict("os.environ", {"COLUMNS": str(width or 80)}):
        write_terminal(blocks, stream)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue()).split("\n")
    return "\n".join(line.rstrip() for line in lines)
