"""Rows as columns: what a chunk of a log comes to, whatever its format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from hashlib import md5

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

KINDS = ("query", "mutation", "action", "http_action")
REASONS = (
    "", "initialSubscription", "dataChange", "identityChange", "webSocket", "httpApi",
    "httpEndpoint", "cron", "scheduler", "action", "tester",
)  # fmt: skip
"""Why a function ran; the first stands for an unknown reason."""
FAILED, LOST, RETRIES, CACHED, NODE = 1, 2, 4, 8, 16
"""Flags of a row."""
UNKNOWN = -1
HEX_DIGITS = 16
LONGEST_ID = 64
"""Characters of an id that are looked at: the platform's have 36 at most."""


@dataclass(slots=True)
class Rows:
    """Executions as columns. Times are µs since 1970, names are numbers."""

    at: Ints
    took: Ints
    path: Ints
    kind: Ints
    reason: Ints
    request: Hashes
    flags: Ints
    retries: Ints
    read: Ints
    written: Ints
    memory: Ints
    """MiB."""
    job: Hashes
    """0: none."""
    table: Ints
    """Of what an attempt lost to; `UNKNOWN` if it did not."""
    winner: Ints
    execution: Hashes
    """0 where the format has no such id."""
    parent: Hashes
    documents_read: Ints
    """Documents and index ranges; 0 where the format does not say."""
    documents_written: Ints
    document: Hashes
    """What an attempt lost on; 0 if that is not known."""
    begun: Ints
    """`UNKNOWN` where the format does not say."""

    def __len__(self) -> int:
        return len(self.at)

    def where(self, chosen: npt.NDArray[np.bool_] | Ints) -> Rows:
        """Some of the rows."""
        return Rows(*(getattr(self, each.name)[chosen] for each in fields(self)))


def no_rows() -> Rows:
    """Columns without a row."""
    ints, ids = np.zeros(0, np.int64), np.zeros(0, np.uint64)
    return Rows(ints, ints, ints, ints, ints, ids, ints, ints, ints, ints, ints, ids, ints, ints,
                ids, ids, ints, ints, ids, ints)  # fmt: skip


def joined(parts: Sequence[Rows]) -> Rows:
    """Rows one after another."""
    return Rows(*(np.concatenate([getattr(part, each.name) for part in parts])
                  for each in fields(Rows)))  # fmt: skip


@dataclass(slots=True)
class Level:
    """How many executions ran and waited at a time, or how far the scheduler was behind."""

    at: int
    running: int
    queued: int
    lag_s: float = -1.0
    """Seconds that the oldest due job was late; below 0 if this says nothing of it."""


@dataclass(slots=True)
class Part:
    """What one chunk of a file holds."""

    rows: Rows
    names: list[str]
    """The names that `Rows.path`, `table` and `winner` number, safe to show."""
    skipped: Counter[str] = field(default_factory=Counter)
    """What is no execution, by topic."""
    bad: Counter[str] = field(default_factory=Counter)
    """Rows that cannot be used, by reason."""
    first_bad: tuple[str, int] | None = None
    """The reason and the line of the first of them."""
    as_text: int = 0
    """Rows with numbers written as text."""
    levels: list[Level] = field(default_factory=list)
    marks: list[tuple[int, str]] = field(default_factory=list)
    deployments: set[str] = field(default_factory=set)
    messages: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Function and message of failures, if they are kept."""


def hashes(texts: Sequence[str]) -> Hashes:
    """A 64-bit number for each text, 0 for an empty one; the same in every process.

    It is the number that 16 hexadecimal digits are, as requests have them, or the last half of the
    text's MD5: DuckDB computes both too.
    """
    found = np.zeros(len(texts), np.uint64)
    there = [place for place, text in enumerate(texts) if text]
    found[there] = [_hash(texts[place]) for place in there]
    return found


def _hash(text: str) -> int:
    if len(text) == HEX_DIGITS and text.isascii() and text.isalnum():
        try:
            return int(text, 16)
        except ValueError:
            pass
    whole = md5(text[:LONGEST_ID].encode("utf-8", "replace"), usedforsecurity=False).digest()
    return int.from_bytes(whole[8:], "little")
