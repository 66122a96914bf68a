"""`calibrate_observed`: settings measured on the first part of a log, judged on the rest."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sim.json_text import json_text
from sim.logs import Counted, Logs, ReadProgress, Slices, observe
from sim.result import Result
from sim.scenario import MINUTE, SECOND, Given, Scenario, as_scenario, fault, format_duration
from sim.simulation import simulate
from sim.simulation.deployed import Deployed

from .deployment_class import looks_like
from .from_logs import FromLogs, from_logs

FITTED_ON = 0.7
"""The share of the log's time, by default, that settings are measured on."""
_PARTS = 20
"""The bins of a run that is judged: the rest of a log begins with one of them."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SlicedLogs:
    """Logs, and what they say minute by minute."""

    logs: Logs
    slices: Slices

    @classmethod
    def read(
        cls, files: Sequence[str | Path], *, told: ReadProgress | None = None,
        workers: int | None = None,
    ) -> SlicedLogs:  # fmt: skip
        """Read files of logs, as `observe` does."""
        slices = Slices()
        return cls(observe(files, told=told, workers=workers, look=slices), slices)


@dataclass(frozen=True, slots=True)
class Shares:
    """What the calls of a function came to."""

    errors: float = 0.0
    """The share that failed, conflicts included."""
    cached: float = 0.0
    """The share that the query cache answered."""
    read: float = 0.0
    """Bytes that a call read."""
    written: float = 0.0

    @classmethod
    def of(cls, sums: Counted) -> Shares:
        """Of sums over calls."""
        calls = max(1, sums.calls)
        return cls(sums.errors / calls, sums.cached / calls, sums.read / calls,
                   sums.written / calls)  # fmt: skip


@dataclass(frozen=True, slots=True)
class JudgedFunction:
    """One function in the time that settings were not measured on. Calls include lost attempts."""

    function: str
    """Empty: all that is not in the app."""
    observed: int
    predicted: int
    observed_conflicts: int
    predicted_conflicts: int
    observed_shares: Shares
    predicted_shares: Shares
    """Of the whole run."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A scenario fitted to a log."""

    logs: Logs
    fitted: Scenario
    """The scenario with what was measured."""
    settings: FromLogs
    starts: datetime
    fitted_s: float
    """The length of the time that was measured."""
    judged_s: float
    """The length of the rest."""
    judged: list[JudgedFunction]
    """Most calls first."""
    looks_like: str = ""
    """The class of the deployment, a sentence."""

    @property
    def horizon(self) -> int:
        """The time of the whole log, in whole seconds (µs)."""
        return self.fitted.horizon

    @property
    def met(self) -> float:
        """The share of the observed calls that is predicted, for the right function."""
        whole = sum(each.observed for each in self.judged)
        return sum(min(each.observed, each.predicted) for each in self.judged) / max(1, whole)

    @property
    def too_many(self) -> float:
        """The calls that are predicted beyond those observed, as a share of these."""
        whole = sum(each.observed for each in self.judged)
        more = sum(max(0, each.predicted - each.observed) for each in self.judged)
        return more / max(1, whole)

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "schema": "sim.fit/1",
            "files": self.logs.observed.files,
            "scenario": self.fitted.name,
            "starts": self.starts.isoformat(),
            "fitted_s": self.fitted_s,
            "judged_s": self.judged_s,
            "settings": self.settings.by_path(),
            "latencies": [asdict(each) for each in self.settings.latencies],
            "clients": [asdict(each) for each in self.settings.clients],
            "looks_like": self.looks_like,
            "unfitted": self.settings.unfitted,
            "met": self.met,
            "too_many": self.too_many,
            "judged": [asdict(each) for each in self.judged],
        }

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json_text(self.to_dict())


def calibrate_observed(
    scenario: Given, given: SlicedLogs | Sequence[str | Path], *, fit_on: float = FITTED_ON,
    progress: Callable[[str, float], None] | None = None,
) -> Fit:  # fmt: skip
    """Measure a scenario's settings on the first part of logs, and judge them on the rest.

    ``given``: the logs, or their files. ``fit_on``: the share of the log's time that is measured.
    What the log does not say stays as the scenario has it. Raises `ScenarioError` for files that
    cannot be used, or that are too short.
    """
    loaded = as_scenario(scenario)
    deployed = Deployed.of(loaded)
    functions = {name: deployed.functions[name] for name in deployed.coded}
    sliced = given if isinstance(given, SlicedLogs) else SlicedLogs.read(given)
    logs, slices = sliced.logs, sliced.slices
    since, split, last, bin_ = _parts(logs, fit_on)
    end = -(-last // MINUTE) * MINUTE
    found = from_logs(slices, loaded, functions, (since, split, end))
    horizon = -(-(last - since) // SECOND) * SECOND
    fitted = loaded.with_(**found.by_path(), starts=_time(since).isoformat(),
                          horizon=format_duration(horizon))  # fmt: skip
    run = fitted.with_(bin=format_duration(bin_), alerts={}, budgets={})
    predicted = simulate(run, progress=None if progress is None
                         else lambda share: progress(loaded.name, share))  # fmt: skip
    return Fit(
        logs, fitted, found, _time(since), (split - since) / 1e6, (last - split) / 1e6,
        _judged(slices, predicted, functions, (split, end), (split - since) // bin_),
        looks_like(logs.observed.pressure, loaded),
    )  # fmt: skip


def _parts(logs: Logs, fit_on: float) -> tuple[int, int, int, int]:
    """The minutes in which the log and its rest begin, its end, and the bins of the run."""
    first = round(datetime.fromisoformat(logs.observed.starts).timestamp() * 1e6)
    since, last = first // MINUTE * MINUTE, first + round(logs.observed.span_s * 1e6)
    minutes = -(-(last - since) // MINUTE)
    bin_ = -(-minutes // _PARTS)
    split = round(minutes * fit_on / bin_) * bin_
    if not 0 < split < minutes:
        raise fault(
            logs.result.scenario.name, f"covers {logs.observed.span_s:,.0f} s: too short for a "
            "part that is measured and a rest that judges it, a minute each at least"
        )  # fmt: skip
    return since, since + split * MINUTE, last, bin_ * MINUTE


def _judged(
    slices: Slices, predicted: Result, functions: Container[str], time: tuple[int, int],
    since_bin: int,
) -> list[JudgedFunction]:  # fmt: skip
    """The functions of the app, and all others as one."""
    observed: dict[str, Counted] = {}
    for name, _, _, sums in slices.counted(*time):
        observed.setdefault(name if name in functions else "", Counted()).add(sums)
    run: dict[str, Counted] = {}
    for name, use in predicted.by_function.items():
        run.setdefault(name if name in functions else "", Counted()).add(Counted(
            calls=sum(use.per_bin[since_bin:]),
            retried=sum(use.retried_per_bin[since_bin:]),
            failed=sum(use.failed_per_bin[since_bin:]),
        ))  # fmt: skip
    whole: dict[str, Counted] = {}
    for name, use in predicted.by_function.items():
        whole.setdefault(name if name in functions else "", Counted()).add(Counted(
            calls=use.calls, errors=use.errors, cached=use.cached, read=round(use.read_mb * 1e6),
            written=round(use.written_mb * 1e6),
        ))  # fmt: skip
    judged = []
    for name in {**observed, **run}:
        seen, ran = observed.get(name, Counted()), run.get(name, Counted())
        judged.append(JudgedFunction(
            name, seen.calls, ran.calls, seen.retried + seen.failed, ran.retried + ran.failed,
            Shares.of(seen), Shares.of(whole.get(name, Counted())),
        ))  # fmt: skip
    return sorted(judged, key=lambda each: (-each.observed, -each.predicted, each.function))


def _time(us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=us)
