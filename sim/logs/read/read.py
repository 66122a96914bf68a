"""Reads files of logs: every row once, in order, into counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np

from sim.scenario import ScenarioError, fault

from . import sql
from .columns import UNKNOWN, Level, Part, Rows, no_rows
from .complete import Order
from .decode import MixedRows
from .files import Opened, Source, after, opened, sources
from .formats import ARE_ONE, FORMATS
from .pool import Decoders
from .repeated import Repeated
from .requests import ACTION, Requests
from .tally import Tally

ReadProgress = Callable[[str, float], None]
"""Told the name of the file and the share of all bytes that have been read."""
Look = Callable[[Rows, Sequence[str]], None]
"""Sees all rows that count, in the order of the files, and the names that they number."""


@dataclass(slots=True)
class Reading:
    """What has been read."""

    files: list[str]
    format_: str = ""
    names: list[str] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    order: Order = field(default_factory=Order)
    skipped: Counter[str] = field(default_factory=Counter)
    bad: Counter[str] = field(default_factory=Counter)
    first_bad: str = ""
    cut_off: list[str] = field(default_factory=list)
    as_text: int = 0
    repeated: int = 0
    without_caller: int = 0
    levels: list[Level] = field(default_factory=list)
    marks: list[tuple[int, str]] = field(default_factory=list)
    deployments: set[str] = field(default_factory=set)
    messages: Counter[tuple[str, str]] = field(default_factory=Counter)


class _Reader:
    def __init__(self, files: Sequence[Source], look: Look | None) -> None:
        self.reading = Reading([file.name for file in files])
        self._look = look
        self._numbers: dict[str, int] = {}
        self._repeated, self._requests = Repeated(), Requests()

    def take(self, part: Part, source: Source) -> None:
        """Count one part of a file."""
        reading = self.reading
        reading.skipped += part.skipped
        reading.bad += part.bad
        reading.as_text += part.as_text
        reading.levels += part.levels
        reading.marks += part.marks
        reading.messages += part.messages
        if part.first_bad and not reading.first_bad:
            reason, line = part.first_bad
            reading.first_bad = f"{source.name}:{line}: {reason}"
        if "a last line that is cut off" in part.bad:
            reading.cut_off.append(source.name)
        reading.deployments |= part.deployments
        if len(reading.deployments) > 1:
            names = ", ".join(sorted(reading.deployments))
            raise fault(source.name, f"holds rows of two deployments ({names}): split it first")
        rows = self._numbered(part)
        reading.order.look(rows)
        if len(rows):
            first = self._repeated.first_ones(rows)
            reading.repeated += int((~first).sum())
            rows = rows.where(first)
        if self._look is not None:
            self._look(rows, reading.names)
        self._place(rows)

    def end(self) -> None:
        """Everything has been read."""
        self._place(no_rows(), last=True)

    def _place(self, rows: Rows, *, last: bool = False) -> None:
        placed = self._requests.place(rows, last=last)
        self.reading.without_caller += int(
            ((placed.rows.reason == ACTION) & (placed.root == UNKNOWN)).sum()
        )
        self.reading.tally.add(placed)

    def _numbered(self, part: Part) -> Rows:
        """The rows, their names numbered as in all other parts."""
        names, numbers = self.reading.names, self._numbers
        for name in part.names:
            if name not in numbers:
                numbers[name] = len(names)
                names.append(name)
        to = np.array([numbers[name] for name in part.names] + [UNKNOWN], np.int64)
        rows = part.rows
        rows.path, rows.table, rows.winner = to[rows.path], to[rows.table], to[rows.winner]
        return rows


def read(
    given: Sequence[str], *, told: ReadProgress | None = None, look: Look | None = None,
    workers: int | None = None, messages: bool = False,
) -> Reading:  # fmt: skip
    """Read all files; raises `ScenarioError` for what cannot be used."""
    files = sources(given)
    reader = _Reader(files, look)
    whole, before = sum(file.size for file in files), 0
    with Decoders(files, workers) as decoders:
        for source in files:
            file = opened(source)
            if file is not None:
                with closing(file):
                    _check_format(reader.reading, file, source)
                    for part, position in _parts(decoders, file, source, messages=messages):
                        reader.take(part, source)
                        if told is not None and whole:
                            told(source.name, min(1.0, (before + position) / whole))
            before += source.size
    reader.end()
    if not reader.reading.tally.rows:
        raise _nothing_found(reader.reading)
    return reader.reading


def _parts(
    decoders: Decoders, file: Opened, source: Source, *, messages: bool
) -> Iterator[tuple[Part, int]]:  # fmt: skip
    """The parts of a file, each with the bytes that have been read by then."""
    chunks = file.chunks
    if file.plain and not messages and sql.can_read(file.format_, source.path):
        assert source.path is not None
        found = sql.SqlFile(source.path, decoders.workers)
        for part in found.parts():
            yield part, found.position
        if found.whole:
            return
        chunks = after(chunks, found.lines)
    try:
        for part in decoders.decoded(chunks, file.format_, messages=messages):
            yield part, file.position
    except MixedRows as mixed:
        line, other = mixed.args
        raise fault(
            f"{source.name}:{line}", f"a row of another format ({FORMATS[other].title}) in a file "
            f"of {FORMATS[file.format_].title}: split the file"
        ) from None  # fmt: skip


def _check_format(reading: Reading, file: Opened, source: Source) -> None:
    """Refuse files of different formats: they may tell of the same executions."""
    if not reading.format_:
        reading.format_ = file.format_
    both = {reading.format_, file.format_}
    if len(both) > 1 and not any(both <= group for group in ARE_ONE):
        raise fault(
            source.name, f"has another format ({FORMATS[file.format_].title}) than "
            f"{reading.files[0]} ({FORMATS[reading.format_].title}): read one at a time"
        )  # fmt: skip


def _nothing_found(reading: Reading) -> ScenarioError:
    where = reading.files[0] if len(reading.files) == 1 else f"{len(reading.files)} files"
    if reading.first_bad:
        number = sum(reading.bad.values())
        rows = "no row can be used" if number > 1 else "its only row cannot be used"
        return fault(where, f"{rows}: {reading.first_bad.removeprefix(f'{where}:')}")
    if reading.bad:
        reason = max(reading.bad, key=lambda each: reading.bad[each])
        return fault(where, f"no row can be used: {reason}")
    if reading.skipped:
        kinds = ", ".join(f"{topic} ({count:,})" for topic, count in reading.skipped.most_common(5))
        return fault(where, f"holds no executions, only {kinds}")
    return fault(where, "is empty" if len(reading.files) == 1 else "are empty")
