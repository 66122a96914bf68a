"""The output that a page shows, beside the output there is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

CUT = "..."
"""A line that stands for lines that were left out."""
LIKE = 0.6
"""How much a line must be like the one shown to be taken for its successor."""


class LostError(Exception):
    """The output has no line like one that is shown."""


def agrees(shown: Sequence[str], got: Sequence[str]) -> bool:
    """Whether what is shown is the output, apart from the lines that were left out."""
    pattern = "".join(r"(?:.*\n)+" if line == CUT else f"{re.escape(line)}\n" for line in shown)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in got)) is not None


def renewed(shown: Sequence[str], got: Sequence[str]) -> list[str]:
    """What to show now: the same pieces of the output, each from its first line to its last.

    A piece is found by what its lines say apart from digits. Raises `LostError` if it is not found.
    """
    pieces = _pieces(shown)
    lines: list[str] = []
    at = 0
    for number, piece in enumerate(pieces):
        if not piece:  # a cut at the beginning or the end
            continue
        first, last = 0, len(got) - 1
        if number > 0:
            first = _successor(piece[0], got, range(at, len(got)))
        if number < len(pieces) - 1:
            expected = first + len(piece) - 1
            nearest_first = sorted(range(first, len(got)), key=lambda n: abs(n - expected))
            last = _successor(piece[-1], got, nearest_first)
        if first > at:
            lines.append(CUT)
        lines += got[first : last + 1]
        at = last + 1
    return [*lines, CUT] if at < len(got) else lines


def _pieces(shown: Sequence[str]) -> list[list[str]]:
    """The lines between cuts; an empty first or last piece is a cut at that end."""
    pieces: list[list[str]] = [[]]
    for line in shown:
        if line == CUT:
            pieces.append([])
        else:
            pieces[-1].append(line)
    return pieces


def _successor(line: str, got: Sequence[str], where: Sequence[int]) -> int:
    """Which line of the output is most like one that is shown; of equals the first in ``where``."""
    wanted = _plain(line)
    ratios = [(SequenceMatcher(None, wanted, _plain(got[n])).ratio(), n) for n in where]
    best = max((ratio for ratio, _ in ratios), default=0.0)
    if best < LIKE:
        raise LostError(line)
    return next(n for ratio, n in ratios if ratio == best)


def _plain(line: str) -> str:
    """A line without what moves: digits, and how columns are drawn and aligned."""
    return re.sub(r"[-─━+┼|│\s]+", " ", re.sub(r"\d", "0", line)).strip() or line[:1]
