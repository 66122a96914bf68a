"""A run's executions, streamed into a file of a real log format."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec

from sim.logs.row import Job, Line
from sim.logs.zstd import zstandard
from sim.scenario import Scenario

from .events import job as job_document
from .formats import FORMATS
from .journal import RowJournal
from .losses import Delivery, Losses

_AT_ONCE = 2000
"""Rows that are put into their format together."""


@dataclass(frozen=True, slots=True)
class Emitted:
    """What became of a run's rows."""

    rows: int
    lost: int
    repeated: int
    unfinished: int
    """Actions that were still running at the end of the run: they have no row, as in production."""


class Emission:
    """Where a run's rows go; `journal` is what `sim.simulation.simulate` tells of them."""

    def __init__(
        self, scenario: Scenario, out: IO[bytes], format_: str, losses: Losses,
        jobs: IO[bytes] | None,
    ) -> None:  # fmt: skip
        self._out, self._jobs = out, jobs
        self._lines = FORMATS[format_]
        self._delivery = Delivery(losses, scenario.seed)
        self._waiting: list[Line] = []
        self._rows = 0
        self.journal = RowJournal(scenario, self.take, None if jobs is None else self._job)

    def done(self) -> Emitted:
        """The run is over: write what is left."""
        self.journal.close()
        self._waiting += self._delivery.rest()
        self._flush()
        return Emitted(self._rows, self._delivery.lost, self._delivery.repeated,
                       self.journal.unfinished)  # fmt: skip

    def take(self, row: Line) -> None:
        """One more row, in the order of time."""
        self._rows += 1
        self._waiting += self._delivery.take(row)
        if len(self._waiting) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        # In one piece: the writer of zstd has no `writelines`.
        self._out.write(b"".join(line + b"\n" for line in self._lines(self._waiting)))
        self._waiting = []

    def _job(self, job: Job) -> None:
        assert self._jobs is not None
        self._jobs.write(msgspec.json.encode(job_document(job)) + b"\n")


@contextmanager
def emission(
    scenario: Scenario, file: Path, format_: str = "webhook", losses: Losses | None = None,
    jobs: Path | None = None,
) -> Iterator[Emission]:  # fmt: skip
    """Write the executions of a run of the scenario into a file, whole or not at all.

    ``format_``: one of `FORMATS`. ``jobs``: a file for the scheduled jobs, as an export of the
    table ``_scheduled_functions`` has them. A name that ends in ``.gz`` or ``.zst`` is compressed.
    Raises `OSError` if a file cannot be written, and `ScenarioError` without the package for zstd.
    """
    with ExitStack() as stack:
        out = stack.enter_context(_whole(file))
        jobs_out = None if jobs is None else stack.enter_context(_whole(jobs))
        yield Emission(scenario, out, format_, losses or Losses(), jobs_out)


@contextmanager
def _whole(file: Path) -> Iterator[IO[bytes]]:
    """A file that appears when it is complete."""
    zstd = zstandard(file.name) if file.suffix == ".zst" else None
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as raw:
            if file.suffix == ".gz":
                with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=6, mtime=0) as packed:
                    yield packed  # type: ignore[misc]
            elif zstd is not None:
                with zstd.ZstdCompressor().stream_writer(raw, closefd=False) as packed:
                    yield packed
            else:
                yield raw
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(file)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
