"""Every metric of a result: what budgets, alerts, claims, comparisons and sweeps are about.

A metric says what it counts in, over which periods it may be taken, which calls may be selected,
and how it is read: from a `Result`, or from a run in progress. Outcomes are metrics too:
``outcomes.setlists_filled``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Protocol

from .bins import bins_in_bursts, bursts, busiest, summed, while_draining
from .counters import together

if TYPE_CHECKING:
    from sim.counters import Counters, FunctionUse
    from sim.result import ConflictPair, Cost, CronUse, ExternalUse, Result, SchedulerUse

OUTCOME = "outcomes."
"""How the metrics begin that the app counts."""
_DAYS_PER_MONTH = 30.4375
PERIOD_DAYS = {"hour": 1 / 24, "day": 1.0, "month": _DAYS_PER_MONTH}
"""Periods that an amount may be taken over, besides the run (average Gregorian month)."""
PERIODS = ("run", *PERIOD_DAYS)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which calls of a run are meant; what is empty selects all."""

    function: str = ""
    """A function's name; ``*`` stands for any text, as in ``setlists:*``."""
    type: str = ""
    trigger: str = ""
    cron: str = ""
    table: str = ""
    """The table in which write conflicts were lost."""
    won_by: str = ""
    """The function whose write won them; ``*`` stands for any text."""

    def matches(self, name: str, type_: str) -> bool:
        """Whether a function is among those selected, whatever triggers it."""
        return (not self.function or fnmatchcase(name, self.function)) and (
            not self.type or self.type == type_
        )

    def __str__(self) -> str:
        parts = (
            self.function, self.type, self.trigger and f"by {self.trigger}", self.cron,
            self.table and f"table {self.table}", self.won_by and f"won by {self.won_by}",
        )  # fmt: skip
        return ", ".join(part for part in parts if part)

    def lost(self, pair: ConflictPair) -> bool:
        """Whether conflicts of a function, a table and a winner are among those selected."""
        return (
            self.matches(pair.function, "mutation")
            and self.table in ("", pair.table)
            and (not self.won_by or fnmatchcase(pair.winner, self.won_by))
        )


ALL = Selection()


class Measurable(Protocol):
    """What metrics are read from: a `Result`, or a run in progress with its totals so far."""

    @property
    def days(self) -> float:
        """The horizon in days."""

    @property
    def refused(self) -> int:
        """Calls refused while the deployment was paused or disabled."""

    @property
    def scheduler(self) -> SchedulerUse:
        """The scheduler."""

    @property
    def crons(self) -> Mapping[str, CronUse]:
        """The crons, by name."""

    @property
    def external(self) -> ExternalUse:
        """The third-party API."""

    @property
    def cost(self) -> Cost:
        """The bill."""

    @property
    def outcomes(self) -> Mapping[str, float]:
        """What the app counts."""

    def used(self, selection: Selection) -> Iterable[FunctionUse | Counters]:
        """What the functions that a selection matches have used, whatever triggers them."""

    def called(self, selection: Selection) -> int:
        """The calls that a selection matches."""

    def whole(self) -> Result:
        """All there is, with its time bins; of a run in progress this takes time."""


Reader = Callable[[Measurable, Selection], float]


@dataclass(frozen=True, slots=True)
class Metric:
    """One thing that a result says in a number."""

    name: str
    unit: str
    """What it is counted in: calls, MB, GB-hours, s, h, $, jobs, requests, runs, share or nothing.
    """
    meaning: str
    read: Reader
    """The value over the whole run."""
    periods: tuple[str, ...] = PERIODS
    """What `per` may be: an amount has a rate, a peak and an outcome have none."""
    selects: tuple[str, ...] = ()
    """The keys of a selection that it knows."""
    grows: bool = True
    """It never falls during a run: once a maximum is exceeded, it stays exceeded."""
    per_month: Reader | None = None
    """The value per month, if it is not proportional to the run's."""
    by_function: Callable[[FunctionUse | Counters], float] | None = field(default=None, repr=False)
    """How much of it one function causes, if it can be split by function."""
    compared: tuple[tuple[str, str], ...] = ()
    """The lines that it has in a comparison: what each is called, and its period."""

    @property
    def in_bins(self) -> bool:
        """Whether it is counted in time bins, so that a part of the run can be asked for it."""
        return self.name in _IN_BINS or self.name.startswith(OUTCOME)

    def value(self, result: Measurable, selection: Selection = ALL, per: str = "run") -> float:
        """The metric of a run, as a mean rate unless ``per`` is the run."""
        if per == "run":
            return self.read(result, selection)
        if per == "month" and self.per_month is not None:
            return self.per_month(result, selection)
        return self.read(result, selection) * PERIOD_DAYS[per] / result.days

    def in_the_run(self, value: float, per: str, horizon_s: float) -> float | None:
        """What a value per period comes to over a run of that length.

        None if it is no rate, or not proportional to the run, as a month's bill is not.
        """
        if per == "run" or (per == "month" and self.per_month is not None):
            return None
        return value * horizon_s / 86_400 / PERIOD_DAYS[per]


def metric(name: str) -> Metric:
    """The metric of that name; raises `KeyError` if it is neither known nor an outcome's."""
    if name.startswith(OUTCOME) and len(name) > len(OUTCOME):
        return _outcome(name.removeprefix(OUTCOME))
    return METRICS[name]


def _part(
    name: str, unit: str, meaning: str, by_function: Callable[[FunctionUse | Counters], float],
    compared: str = "",
) -> Metric:  # fmt: skip
    """A metric that is a sum over functions; ``compared`` is its line per day in comparisons."""

    def read(result: Measurable, selection: Selection) -> float:
        return float(sum(by_function(use) for use in result.used(selection)))

    return Metric(
        name, unit, meaning, read, selects=("function", "type"), by_function=by_function,
        compared=((compared, "day"),) if compared else (),
    )  # fmt: skip


def _conflicts(
    name: str, meaning: str, by_function: Callable[[FunctionUse | Counters], float],
    of_pair: Callable[[ConflictPair], float], compared: str = "",
) -> Metric:  # fmt: skip
    """A number of write conflicts, which may be selected by what they were lost to as well."""
    part = _part(name, "conflicts", meaning, by_function, compared)

    def read(result: Measurable, selection: Selection) -> float:
        if not selection.table and not selection.won_by:
            return part.read(result, selection)
        pairs = result.whole().conflict_pairs
        return float(sum(of_pair(pair) for pair in pairs if selection.lost(pair)))

    return replace(part, read=read, selects=(*part.selects, "table", "won_by"))


def _total(name: str, unit: str, meaning: str, read: Callable[[Measurable], float]) -> Metric:
    """An amount that has no parts."""
    return Metric(name, unit, meaning, lambda result, _: float(read(result)))


def _level(
    name: str, unit: str, meaning: str, read: Callable[[Measurable], float], *, grows: bool,
    compared: str = "",
) -> Metric:  # fmt: skip
    """A state or a peak: it has no rate."""
    return Metric(
        name, unit, meaning, lambda result, _: float(read(result)), periods=("run",), grows=grows,
        compared=((compared, "run"),) if compared else (),
    )  # fmt: skip


def _of_bins(
    name: str, unit: str, meaning: str, read: Callable[[Result, list[int]], float], *, grows: bool
) -> Metric:
    """What the calls in the time bins say: it has no rate, and depends on the scenario's `bin`."""

    def value(result: Measurable, selection: Selection) -> float:
        whole = result.whole()
        return float(read(whole, summed(use.per_bin for use in whole.used(selection))))

    return Metric(
        name, unit, meaning, value, periods=("run",), selects=("function", "type"), grows=grows
    )


def _highest(
    name: str, unit: str, meaning: str, of_function: Callable[[FunctionUse], float], *, grows: bool
) -> Metric:
    """The highest figure of a function: it has no rate."""

    def read(result: Measurable, selection: Selection) -> float:
        return float(max(map(of_function, result.whole().used(selection)), default=0))

    return Metric(
        name, unit, meaning, read, periods=("run",), selects=("function", "type"), grows=grows
    )


def _quantiles(kind: str, meaning: str) -> tuple[Metric, ...]:
    """Quantiles of some times, of all calls together that are selected: they have no rate."""

    def of(percent: int) -> Metric:
        def read(result: Measurable, selection: Selection) -> float:
            uses = (getattr(use, kind) for use in result.whole().used(selection))
            found: float = getattr(together(filter(None, uses)), f"p{percent}_s")
            return found

        return Metric(
            f"{kind}_p{percent}", "s", f"{meaning}: {percent}% took no longer", read,
            periods=("run",), selects=("function", "type"), grows=False,
        )  # fmt: skip

    return tuple(of(percent) for percent in (50, 95, 99))


def _cron(name: str, meaning: str, counted: str) -> Metric:
    def read(result: Measurable, selection: Selection) -> float:
        named = [use for cron, use in result.crons.items() if selection.cron in ("", cron)]
        return float(sum(getattr(use, counted) for use in named))

    return Metric(name, "runs", meaning, read, selects=("cron",))


_OUTCOME_UNITS = {"hours": "h", "seconds": "s", "dollars": "$"}


def outcome_unit(key: str) -> str:
    """What an outcome is counted in: its name says so, as in ``hours_to_setlist``."""
    return next((_OUTCOME_UNITS[word] for word in key.split("_") if word in _OUTCOME_UNITS), "")


def _outcome(key: str) -> Metric:
    return _level(
        OUTCOME + key, outcome_unit(key), f"what the app counts as `{key}` at the end",
        lambda result: result.outcomes.get(key, 0.0), grows=False,
    )  # fmt: skip


_ALL: tuple[Metric, ...] = (
    Metric(
        "calls", "calls", "executions that the platform bills, lost attempts included",
        lambda result, selection: float(result.called(selection)),
        selects=("function", "type", "trigger"), by_function=lambda use: use.calls,
        compared=(("function calls in the run", "run"), ("function calls per day", "day")),
    ),
    _of_bins("calls_peak", "calls", "calls in the busiest time bin",
             lambda _, calls: busiest(calls), grows=True),
    _of_bins("bursts", "", "stretches of bins with at least a tenth of the busiest bin's calls",
             lambda _, calls: bursts(calls), grows=False),
    _of_bins("burst_hours", "h", "how long those stretches are together",
             lambda result, calls: bins_in_bursts(calls) * result.bin_s / 3600, grows=False),
    _of_bins("calls_draining", "calls", "calls of a time bin while the backlog falls: the median",
             lambda result, calls: while_draining(calls, result.scheduler.backlog_per_bin),
             grows=False),
    _conflicts("conflicts", "attempts retried and calls failed on write conflicts",
               lambda use: use.conflicts_retried + use.conflicts_failed,
               lambda pair: pair.retried + pair.failed),
    _conflicts("conflicts_retried", "attempts that lost to a write conflict and ran again",
               lambda use: use.conflicts_retried, lambda pair: pair.retried,
               "conflicts retried per day"),
    _conflicts("conflicts_failed", "calls that failed permanently on write conflicts",
               lambda use: use.conflicts_failed, lambda pair: pair.failed,
               "conflicts failed per day"),
    _highest("attempts_most", "attempts", "most attempts that one call of a mutation has had",
             lambda use: max(map(int, use.attempts), default=0), grows=True),
    _part("errors", "errors", "calls that ended in any error, permanent conflicts included",
          lambda use: use.errors),
    _level("backlog_peak", "jobs", "most jobs due and waiting at once",
           lambda result: result.scheduler.peak_backlog, grows=True, compared="peak backlog"),
    _level("backlog_end", "jobs", "jobs due and waiting at the end",
           lambda result: result.scheduler.final_backlog, grows=False),
    _part("execution_time", "s", "execution time", lambda use: use.time_s),
    *_quantiles("latency", "time from a call to its answer, with waits and retries"),
    *_quantiles("scheduling_lag", "time from when a job is due until its code starts"),
    *_quantiles("retry_time", "time that conflicts cost the calls that ran again"),
    _part("action_compute", "GB-hours", "memory times execution time of actions",
          lambda use: use.gb_hours, "action compute per day"),
    _part("bandwidth", "MB", "database bytes read and written",
          lambda use: use.read_mb + use.written_mb, "database I/O per day"),
    _part("bandwidth_read", "MB", "database bytes read", lambda use: use.read_mb),
    _part("bandwidth_written", "MB", "database bytes written", lambda use: use.written_mb),
    _part("documents_read", "documents", "documents that the modelled functions read",
          lambda use: use.read_documents),
    _part("documents_written", "documents", "documents that the modelled functions wrote",
          lambda use: use.written_documents),
    Metric(
        "cost", "$", "per run: the invoice if nothing else happened that month; per month: of a "
        "month at this rate", lambda result, _: result.cost.horizon_usd,
        periods=("run", "month"),
        compared=(("cost of the run", "run"), ("cost per month at this rate", "month")),
        per_month=lambda result, _: result.cost.projected_monthly_usd,
    ),
    _total("marginal_cost", "$", "what the usage costs once the month's quotas are used up",
           lambda result: result.cost.marginal_usd),
    _level("saturated_share", "share", "share of the time with every slot busy and jobs waiting",
           lambda result: result.scheduler.saturated_share, grows=True),
    _level("slot_use", "share", "mean share of the scheduler's slots in use",
           lambda result: result.scheduler.slot_use, grows=True),
    _total("jobs_created", "jobs", "jobs scheduled", lambda result: result.scheduler.created),
    _total("jobs_executed", "jobs", "scheduled jobs that ran",
           lambda result: result.scheduler.executed),
    _total("jobs_rejected", "jobs", "scheduling calls that threw at a cap",
           lambda result: result.scheduler.rejected),
    _cron("cron_runs", "runs of crons", "runs"),
    _cron("cron_skipped", "runs skipped while the one before was running, or while disabled",
          "skipped"),
    _total("calls_refused", "calls", "calls refused while the deployment was paused or disabled",
           lambda result: result.refused),
    _total("api_requests", "requests", "requests to the third-party API",
           lambda result: result.external.requests),
    _total("api_rejected", "requests", "requests that the API answered with 429",
           lambda result: result.external.rejected),
    _total("api_lockouts", "", "how often the third-party API locked the app out",
           lambda result: result.external.lockouts),
)  # fmt: skip
_IN_BINS = frozenset({
    "calls", "calls_peak", "bursts", "burst_hours", "calls_draining", "conflicts",
    "conflicts_retried", "conflicts_failed", "backlog_peak", "backlog_end", "slot_use",
})  # fmt: skip
METRICS: Mapping[str, Metric] = {metric.name: metric for metric in _ALL}
"""Every metric but the app's own outcomes."""
