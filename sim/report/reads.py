"""What the functions read and write in the database: documents and bytes."""

from __future__ import annotations

from sim.counters import FunctionUse
from sim.numbers import amount, count, measured
from sim.result import Result

from .blocks import Block, TableBlock

SHOWN = 8


def io_table(result: Result) -> list[Block]:
    """The functions that read and write most bytes; none if no documents are known."""
    used = {name: use for name, use in result.by_function.items() if use.read_mb or use.written_mb}
    if not any(use.read_documents or use.written_documents for use in used.values()):
        return []
    most_first = sorted(used.items(), key=lambda each: (-_megabytes(each[1]), each[0]))
    rows = [_row(name, use) for name, use in most_first[:SHOWN]]
    columns = [
        "function",
        "documents, ranges read",
        "a call",
        "read",
        "documents written",
        "written",
    ]
    return [TableBlock("Database I/O by function", columns, rows)]


def _megabytes(use: FunctionUse) -> float:
    return use.read_mb + use.written_mb


def _row(name: str, use: FunctionUse) -> list[str]:
    ran = use.calls - use.cached
    known = bool(use.read_documents or use.written_documents)
    return [
        name,
        count(use.read_documents) if known else "–",
        amount(use.read_documents / ran) if known and ran else "–",
        measured(use.read_mb, "MB"),
        count(use.written_documents) if known else "–",
        measured(use.written_mb, "MB"),
    ]
