"""What the benchmarks found, as the Markdown tables that `make bench` prints and the README shows.

The machine is noisy, so of several rounds the fastest counts. Times are shown, never asserted.
"""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from .ours import Process

PLAIN, OURS_REFERENCE, OURS, CIMBA = (
    "plain SimPy, a process per call", "this project, `engine: reference`",
    "this project, `engine: compiled`", "Cimba's Python package",
)  # fmt: skip
BY_HAND, FROM_TABLE, BARE = (
    "Numba, app stepped by hand", "Numba, app from a step table", "Numba, bare heap loop",
)  # fmt: skip


class Timing(NamedTuple):
    """One engine's best round; ``calls`` is 0 where only timers were set."""

    calls: int
    events: int
    seconds: float
    first_call: float
    """Seconds of a first short run: compiling, or loading what is compiled."""

    @property
    def ns_per_call(self) -> float:
        """Nanoseconds for one function call."""
        return self.seconds / self.calls * 1e9 if self.calls else float("nan")

    @property
    def ns_per_event(self) -> float:
        """Nanoseconds for one event."""
        return self.seconds / self.events * 1e9


class Size(NamedTuple):
    """A population some times as large as the incident's."""

    calls: int
    seconds: float


class Bin(NamedTuple):
    """A stretch of simulated time while the backlog grows."""

    backlog: int
    calls: int
    seconds: float

    @property
    def ns_per_call(self) -> float:
        """Nanoseconds for one function call."""
        return self.seconds / self.calls * 1e9


class Typescript(NamedTuple):
    """What calls of an app's own TypeScript take on an engine of JavaScript."""

    what: str
    engine: str
    calls: int
    seconds: float
    processor: float
    """Seconds of the processor, of all processes; 0 if they were not measured."""


class Target(NamedTuple):
    """A ratio that the engine is to reach."""

    name: str
    wanted: float
    floor: float
    """A ratio so low that something broke. Not all that is wanted is reached."""
    measured: float


@dataclass
class Report:
    """Collected by the tests of one session."""

    engines: dict[str, Timing] = field(default_factory=dict)
    sizes: dict[int, Size] = field(default_factory=dict)
    bins: list[Bin] = field(default_factory=list)
    processes: dict[str, Process] = field(default_factory=dict)
    typescript: list[Typescript] = field(default_factory=list)

    def crossed(self, row: Typescript) -> None:
        """Keep what calls of TypeScript take."""
        self.typescript.append(row)

    def timed(self, engine: str, timing: Timing) -> None:
        """Keep the round if it is the fastest."""
        known = self.engines.get(engine, timing)
        first = max(known.first_call, timing.first_call)
        self.engines[engine] = min(known, timing, key=_seconds)._replace(first_call=first)

    def sized(self, factor: int, size: Size) -> None:
        """Keep the round if it is the fastest."""
        self.sizes[factor] = min(self.sizes.get(factor, size), size, key=_seconds)

    def backlogged(self, bins: list[Bin]) -> None:
        """Keep each bin's fastest round."""
        pairs = zip(self.bins or bins, bins, strict=True)
        self.bins = [min(known, new, key=_seconds) for known, new in pairs]

    def ran(self, name: str, process: Process) -> None:
        """Keep the round if it is the fastest."""
        known = self.processes.get(name, process)
        mib = max(known.mib, process.mib)
        self.processes[name] = min(known, process, key=_seconds)._replace(mib=mib)

    def targets(self) -> list[Target]:
        """The ratios of engines that were measured in this session."""
        found = []
        for peer, wanted, floor in ((PLAIN, 100.0, 60.0), (OURS_REFERENCE, 30.0, 30.0)):
            if {OURS, peer} <= self.engines.keys():
                ratio = self.engines[peer].ns_per_call / self.engines[OURS].ns_per_call
                found.append(Target(f"calls per second, times {peer}", wanted, floor, ratio))
        if {OURS, CIMBA} <= self.engines.keys():
            ratio = self.engines[CIMBA].ns_per_event / self.engines[OURS].ns_per_event
            found.append(Target(f"events per second, times {CIMBA}", 1.0, 1.0, ratio))
        return found

    def exponent(self) -> float:
        """The fitted exponent of seconds over calls: 1 is linear."""
        calls, seconds = np.log(np.array(list(self.sizes.values()))).T
        return float(np.polyfit(calls, seconds, 1)[0])

    def lines(self) -> list[str]:
        """All of it as Markdown."""
        if not (self.engines or self.sizes or self.bins or self.processes or self.typescript):
            return []
        parts = [[machine()]]
        if self.engines:
            parts += [self._engines(), self._targets(), self._distance()]
        if self.processes:
            parts.append(self._processes())
        if len(self.sizes) > 1:
            text = f"Fitted: seconds grow as calls to the power of {self.exponent():.3f}."
            parts += [self._sizes(), [text]]
        if self.bins:
            parts.append(self._bins())
        if self.typescript:
            parts.append(self._typescript())
        return [line for part in parts if part for line in ["", *part]]

    def _engines(self) -> list[str]:
        plain = self.engines.get(PLAIN)
        rows = []
        for name, t in sorted(self.engines.items(), key=lambda item: -item[1].ns_per_event):
            calls, ratio = ("–", "–"), "–"
            if t.calls:
                calls = (_significant(t.calls / t.seconds), _significant(t.ns_per_call))
                ratio = f"{plain.ns_per_call / t.ns_per_call:.3g}×" if plain else "–"
            rows.append((
                name, *calls, ratio, _significant(t.events / t.seconds),
                _significant(t.ns_per_event), f"{t.first_call:.2f} s",
            ))  # fmt: skip
        return _table(
            ("engine", "calls/s", "ns per call", "to plain SimPy", "events/s", "ns per event",
             "first call"), rows,
        )  # fmt: skip

    def _targets(self) -> list[str]:
        rows = [
            (t.name, f"≥ {t.wanted:.0f}", f"{t.measured:.3g}")
            for t in self.targets()
        ]  # fmt: skip
        return _table(("target", "wanted", "measured"), rows) if rows else []

    def _distance(self) -> list[str]:
        if not {OURS, BY_HAND, BARE} <= self.engines.keys():
            return []
        ours, hand, bare = (self.engines[name].ns_per_event for name in (OURS, BY_HAND, BARE))
        return [
            f"An event costs {ours:.0f} ns: {bare:.0f} ns the heap and the draw, "
            f"{hand - bare:.0f} ns more stepping an app of this shape, and {ours - hand:.0f} ns "
            "the platform: transactions and their conflicts, limits, the scheduler, metering."
        ]

    def _processes(self) -> list[str]:
        rows = [
            (f"`{name}`", f"{p.calls:,}", f"{p.seconds:.2f}", f"{p.mib:,}")
            for name, p in self.processes.items()
        ]
        return _table(("whole process", "calls", "seconds", "peak MiB"), rows)

    def _typescript(self) -> list[str]:
        rows = []
        for what, engine, calls, seconds, processor in self.typescript:
            used = f"{processor / calls * 1e6:.0f}" if processor else "–"
            rows.append((what, engine, f"{calls:,}", _significant(calls / seconds), used))
        return _table(
            ("TypeScript", "engine", "calls", "calls/s", "µs of the processor per call"), rows
        )

    def _sizes(self) -> list[str]:
        rows = [
            (f"×{factor:,}", f"{s.calls:,}", f"{s.seconds:.3f}", f"{s.seconds / s.calls * 1e6:.3f}")
            for factor, s in sorted(self.sizes.items())
        ]
        return _table(("population", "calls", "seconds", "µs per call"), rows)

    def _bins(self) -> list[str]:
        rows = [(f"{b.backlog:,}", f"{b.calls:,}", f"{b.ns_per_call:,.0f}") for b in self.bins]
        return _table(("backlog reached", "calls", "ns per call"), rows)


def machine() -> str:
    """What the figures were measured on, and when."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        named = [line for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = named[0].partition(":")[2].strip() if named else model
    packages = ", ".join(f"{name} {version(name)}" for name in ("numba", "simpy", "cimba"))
    today = datetime.datetime.now(tz=datetime.UTC).date()
    return (
        f"Measured on {today}: {model}, {os.cpu_count()} cores, one used; "
        f"{platform.python_implementation()} {platform.python_version()}, {packages}."
    )


_SIGNIFICANT: Final = 3


def _seconds(row: Timing | Size | Bin | Process) -> float:
    return row.seconds


def _significant(value: float) -> str:
    if value >= 10**_SIGNIFICANT:
        digits = len(str(int(value))) - _SIGNIFICANT
        return f"{round(value, -digits):,.0f}"
    return f"{value:.{_SIGNIFICANT}g}"


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> list[str]:
    rule = ("---", *("---:" for _ in head[1:]))
    return ["| " + " | ".join(row) + " |" for row in (head, rule, *rows)]
