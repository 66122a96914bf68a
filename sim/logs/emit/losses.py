"""What becomes of events on their way: delivery is best effort.

The platform keeps 4,096 events for five seconds and drops the rest, and a request that timed out is
sent again. Besides, any share of events can be lost on request.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sim.draws import stream_key, uniforms
from sim.logs.row import Line

BUFFER, WINDOW = 4096, 5_000_000
"""Events that are kept, in how much time (µs)."""
_BATCH = 128
"""Events of a request to a webhook."""
_ONE = 1 << 64


@dataclass(frozen=True, slots=True)
class Losses:
    """How a stream loses and repeats events."""

    lost: float = 0.0
    """Share of the events that are lost, each by chance."""
    repeated: float = 0.0
    """Share of the requests that are sent twice."""
    buffer: bool = False
    """Whether no more than `BUFFER` events arrive in each `WINDOW`."""


class Delivery:
    """Takes rows in the order of their time; gives those that arrive, in batches."""

    def __init__(self, losses: Losses, seed: int) -> None:
        self._losses = losses
        self._draws = uniforms(stream_key(seed, "log:lost"))
        self._again = uniforms(stream_key(seed, "log:repeated"))
        self._batch: list[Line] = []
        self._window, self._in_window = -1, 0
        self.lost = 0
        self.repeated = 0

    def take(self, row: Line) -> list[Line]:
        """One more row; a batch if it is complete, else nothing."""
        losses = self._losses
        if losses.buffer:
            window = row.at // WINDOW
            if window != self._window:
                self._window, self._in_window = window, 0
            self._in_window += 1
        gone = losses.buffer and self._in_window > BUFFER
        if gone or (losses.lost and next(self._draws) < losses.lost * _ONE):
            self.lost += 1
            return []
        self._batch.append(row)
        return self._sent() if len(self._batch) == _BATCH else []

    def rest(self) -> Iterator[Line]:
        """The last batch."""
        yield from self._sent()

    def _sent(self) -> list[Line]:
        batch, self._batch = self._batch, []
        if self._losses.repeated and next(self._again) < self._losses.repeated * _ONE:
            self.repeated += len(batch)
            return [*batch, *batch]
        return batch
