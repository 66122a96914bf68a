"""Decodes chunks on all cores, and gives the parts back in the order of the file."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from types import TracebackType

from sim.child import begin, end_at_once, on_their_own

from .columns import Part
from .decode import Chunk, decoded
from .files import Source

_WORTH_IT = 64 << 20
"""Bytes from which on other processes are worth starting."""


class Decoders:
    """Decodes here or in other processes; ``workers``: how many, by default one for each core."""

    def __init__(self, files: Sequence[Source], workers: int | None = None) -> None:
        self.workers = workers or os.cpu_count() or 1
        large = sum(file.size for file in files) >= _WORTH_IT
        self._pool: ProcessPoolExecutor | None = None
        if self.workers > 1 and (large or workers is not None):
            self._pool = ProcessPoolExecutor(
                self.workers, multiprocessing.get_context("spawn"), initializer=begin
            )

    def decoded(self, chunks: Iterator[Chunk], format_: str, *, messages: bool) -> Iterator[Part]:
        """The parts of a file; raises `MixedRows`."""
        if self._pool is None:
            for chunk in chunks:
                yield decoded(chunk, format_, messages=messages)
            return
        pending: deque[Future[Part]] = deque()
        for chunk in chunks:
            with on_their_own():
                pending.append(self._pool.submit(decoded, chunk, format_, messages=messages))
            if len(pending) > 2 * self.workers:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()

    def __enter__(self) -> Decoders:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        if self._pool is None:
            return
        if kind is None:
            self._pool.shutdown(wait=True, cancel_futures=True)
        else:
            end_at_once(self._pool)
