"""The one result type: what every reporter, budget and notebook reads.

Its keys are those of design.md, The result's JSON. A result is plain data. `to_json` gives the same
bytes for the same scenario, seed and version; the wall-clock facts sit apart in `performance`
(design rule 4).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from .counters import FunctionUse as FunctionUse
from .named import Named
from .views import Viewed

if TYPE_CHECKING:
    import pandas as pd

    from .metrics import Selection
    from .report.figures import ResultPlots

SCHEMA = "sim.result/1"
_DAY_S = 86_400
BETWEEN_FUNCTIONS = ("scheduler", "action", "dataChange")
"""Triggers of edges of the call graph between functions; the others lead from a root."""


@dataclass(frozen=True, slots=True)
class ScenarioFacts:
    """What was run."""

    name: str
    revision: str
    hash: str
    horizon_s: float
    seed: int


@dataclass(frozen=True, slots=True)
class CallCounts:
    """Function calls, every attempt included; the series has one entry per simulated day."""

    total: int
    per_day: float
    query: int
    mutation: int
    action: int
    per_day_series: list[int]
    refused: int = 0
    """Calls refused while the deployment was paused or disabled by a usage limit: neither run nor
    billed, and in none of the other figures."""
    refused_organic: int = 0
    """Organic calls among them."""


@dataclass(frozen=True, slots=True)
class CallEdge:
    """An edge of the call graph."""

    caller: str
    """A function, or a root: ``cron:…``, ``client:…``, ``flow:…``."""
    function: str
    trigger: str
    calls: int
    per_day: float
    jobs: int
    """Jobs scheduled over it, executed or not."""


@dataclass(frozen=True, slots=True)
class HopUse:
    """Jobs that executions schedule which have come round: an ancestor ran the same function."""

    caller: str
    """What those executions run: a scheduled function, with all that it awaits."""
    function: str
    executions: int
    """Executions of the caller that came round and are over."""
    through: int
    """Those that scheduled at least one job."""
    jobs: int
    ahead_s: float
    """Mean time from the claim of the execution to when the job is due (s)."""


@dataclass(frozen=True, slots=True)
class GuardAnswer:
    """One answer of a guard, and what it hung on."""

    function: str
    reason: str
    admits: bool
    count: int
    own: int
    """Refusals because of a field that the scheduler of the refused execution had written."""
    only_own: int
    """Those for which nobody else's writing would have made it refuse."""
    writers: dict[str, int]
    """Who wrote the fields that it refused for; a refusal may have several."""


@dataclass(frozen=True, slots=True)
class Conflicts:
    """`retried`: attempts that lost and ran again; `failed`: calls that failed permanently."""

    retried: int
    failed: int


@dataclass(frozen=True, slots=True)
class ConflictPair:
    """Conflicts of one function in one table with one winner."""

    function: str
    table: str
    winner: str
    """The function whose write won; empty if it is not known."""
    retried: int
    failed: int
    index: str = ""
    """The index that was read, as ``by_id``; of apps in TypeScript."""
    what: str = ""
    """``document``: one that was read has been written; ``range``: one that was read has got one
    more. Empty if it is not known."""


@dataclass(frozen=True, slots=True)
class ConflictDocuments:
    """What the conflicts with functions in one table were about."""

    table: str
    documents: int
    """Different documents; a range of an app in Python is one."""
    conflicts: int
    """Attempts retried and calls failed, all together."""
    most: int
    """Those about the document with most of them."""


@dataclass(frozen=True, slots=True)
class TableScan:
    """Queries over the whole of a table, without a limit, in one function."""

    function: str
    table: str
    runs: int
    """Executions and attempts of the function that made one."""
    documents: int
    """Documents that they read, all together."""


@dataclass(frozen=True, slots=True)
class SchedulerUse:
    """Scheduled jobs. created = executed + pending + dropped at every moment."""

    created: int
    executed: int
    pending: int
    dropped: int
    """Cancelled before they started, when the queue was cleared."""
    rejected: int
    """Scheduling calls that threw: at the cap of outstanding jobs, or of one function's."""
    peak_backlog: int
    final_backlog: int
    saturated_share: float
    """Share of the horizon with every slot busy and jobs waiting."""
    slot_use: float
    """Mean share of the slots in use."""
    backlog_per_bin: list[int]
    """Jobs due and waiting at the end of every time bin."""
    slot_use_per_bin: list[float]
    """Mean share of the slots in use during every time bin."""


@dataclass(frozen=True, slots=True)
class CronUse:
    """Runs of one cron, and those skipped.

    They are skipped while the one before is still running, and while the deployment is paused or
    disabled.
    """

    runs: int
    skipped: int
    skipped_disabled: int = 0
    """Those of the skipped that came due while the deployment was paused or disabled."""


@dataclass(frozen=True, slots=True)
class Compute:
    """Action compute: memory × wall time."""

    action_gb_hours: float
    action_gb_hours_per_day: float


@dataclass(frozen=True, slots=True)
class DatabaseUse:
    """Database I/O, every attempt included (MB = 10^6 bytes)."""

    read_mb: float
    written_mb: float
    bandwidth_mb: float
    bandwidth_mb_per_day: float


@dataclass(frozen=True, slots=True)
class ExternalUse:
    """Requests to the third-party API; `rejected` were answered with 429."""

    requests: int
    rejected: int
    errors: int
    lockouts: int = 0
    """How often the API locked the app out."""
    locked_out_s: float = 0.0
    """How long it was locked out within the run (s)."""
    rejected_locked_out: int = 0
    """Rejected requests that came while the app was locked out."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One limit of the platform or the API and how hard it held the rate down."""

    name: str
    limit: str
    share: float
    """Share of the horizon (slots, usage limits) or of what asked (all others) that met it."""
    detail: str


@dataclass(frozen=True, slots=True)
class LimitEvent:
    """A threshold of a usage limit that was exceeded."""

    metric: str
    threshold: str
    """``warn`` or ``disable``."""
    at_s: float
    value: float
    """What had been used in the window by then."""
    window: str = "day"
    until_s: float | None = None
    """When the window was over and the limit let the deployment take calls again: at once if it
    was exceeded in the last moment. None for a warning, and if that is not within the run."""


@dataclass(frozen=True, slots=True)
class AlertUse:
    """When an alert would have fired first, and what had gone by the time somebody was told."""

    id: str
    metric: str
    threshold: float
    """What a window may hold, in the metric's unit."""
    window_s: float
    firings: int
    """How often it went from quiet to firing."""
    first_at_s: float | None
    """The evaluation at which it fired first; None if it never did."""
    told_at_s: float | None
    """Its delay later; None if that is beyond the horizon."""
    value: float
    """What the window held then."""
    calls: int
    """Calls since the start, by the time somebody was told."""
    usd: float
    """What they cost once the month's quotas are used up."""


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line of the bill."""

    item: str
    quantity: float
    unit: str
    included: float
    price: float
    """Dollars per unit beyond what is included."""
    horizon_usd: float
    monthly_usd: float


@dataclass(frozen=True, slots=True)
class Cost:
    """The bill: what the horizon cost, and a month at the horizon's rate."""

    plan: str
    region: str
    horizon_usd: float
    marginal_usd: float
    """What the horizon's usage adds to an invoice whose quotas are used up already."""
    projected_monthly_usd: float
    lines: list[CostLine]


@dataclass(frozen=True, slots=True)
class Performance:
    """Wall-clock facts; the only part that differs between two identical runs."""

    wall_s: float
    events: int
    calls_per_s: float
    note: str = ""
    """Why another engine ran than the scenario asks for; empty if it did not."""


@dataclass(frozen=True, slots=True)
class Result(Viewed):
    """Everything one simulation says."""

    scenario: ScenarioFacts
    engine: str
    version: str
    bin_s: float
    calls: CallCounts
    by_function: dict[str, FunctionUse]
    """`functions` in the JSON; `functions` here is the same as a frame."""
    call_graph: list[CallEdge]
    """By caller, then by function."""
    hops: list[HopUse]
    """What comes round, in the same order."""
    guards: list[GuardAnswer]
    """By function, most answers first."""
    conflicts: Conflicts
    scheduler: SchedulerUse
    crons: dict[str, CronUse]
    compute: Compute
    database: DatabaseUse
    external: ExternalUse
    bounds: list[Bound]
    usage_limits: list[LimitEvent]
    alerts: list[AlertUse]
    cost: Cost
    outcomes: dict[str, float]
    """Counted by the app; the setlist app's keys are listed in design.md."""
    outcomes_per_bin: dict[str, list[float]]
    """The same at the end of every time bin."""
    performance: Performance
    refusals: dict[str, int] = field(default_factory=dict)
    """Calls that a limit refused or ended, by its name in `sim.platform.reference.Refusals`; only
    limits that did. Not in the JSON if there are none."""
    conflict_pairs: list[ConflictPair] = field(default_factory=list)
    """Who lost write conflicts to whom, in which table; most conflicts first. Not in the JSON if
    there are none."""
    conflict_documents: list[ConflictDocuments] = field(default_factory=list)
    """On how many documents of each table; most conflicts first. Not in the JSON if there are
    none."""
    table_scans: list[TableScan] = field(default_factory=list)
    """Who reads whole tables, most documents first; of an app in TypeScript. Not in the JSON if
    nobody does."""
    notes: list[str] = field(default_factory=list)
    """What the app has to say of the run: sentences, without a capital letter and a full stop. Not
    in the JSON if there are none."""
    schema: str = field(default=SCHEMA)

    def __post_init__(self) -> None:
        object.__setattr__(self, "outcomes", Named(self.outcomes))
        object.__setattr__(self, "by_function", Named(self.by_function))

    def __repr__(self) -> str:
        facts = self.scenario
        return (f"<Result of {facts.name}: {self.calls.total:,} calls in {facts.horizon_s:g} s, "
                f"seed {facts.seed}>")  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """Plain data, `schema` first, keys in a fixed order."""
        data = asdict(self)
        if not self.refusals:
            del data["refusals"]
        for name in ("conflict_pairs", "conflict_documents", "table_scans", "notes"):
            if not data[name]:
                del data[name]
        named = {("functions" if key == "by_function" else key): data[key] for key in data}
        return {"schema": named.pop("schema"), **named}

    @property
    def days(self) -> float:
        """The horizon in days."""
        return self.scenario.horizon_s / _DAY_S

    @property
    def refused(self) -> int:
        """Calls refused while the deployment was paused or disabled."""
        return self.calls.refused

    def used(self, selection: Selection) -> Iterator[FunctionUse]:
        """The functions that a selection matches, whatever triggers them."""
        for name, use in self.by_function.items():
            if selection.matches(name, use.type):
                yield use

    def whole(self) -> Result:
        """Itself: a run in progress has to be asked for it."""
        return self

    def called(self, selection: Selection) -> int:
        """The calls that a selection matches."""
        trigger = selection.trigger
        return sum(
            use.by_trigger.get(trigger, 0) if trigger else use.calls for use in self.used(selection)
        )

    @property
    def by_root(self) -> dict[str, int]:
        """Calls by root cause over all functions, most first."""
        calls: Counter[str] = Counter()
        for use in self.by_function.values():
            calls.update(use.by_root)
        return dict(sorted(calls.items(), key=lambda item: (-item[1], item[0])))

    def to_json(self, *, indent: int | None = 2) -> str:
        """The result as JSON text, ending in a newline."""
        return json.dumps(self.to_dict(), indent=indent, ensure_ascii=False) + "\n"

    if TYPE_CHECKING:  # registered by the package, computed by the reports

        @property
        def functions(self) -> pd.DataFrame:
            """The functions as a frame: `sim.report.frames.functions_frame`."""

        @property
        def plot(self) -> ResultPlots:
            """The charts: ``result.plot.calls()``."""


def result_from(data: dict[str, Any]) -> Result:
    """The result that `Result.to_dict` gave the plain data of."""
    fields: dict[str, Any] = {key: value for key, value in data.items() if key != "schema"}
    functions = fields.pop("functions")
    cost = {**fields["cost"], "lines": [CostLine(**line) for line in fields["cost"]["lines"]]}
    return Result(
        **{
            **fields,
            "scenario": ScenarioFacts(**fields["scenario"]),
            "calls": CallCounts(**fields["calls"]),
            "by_function": {name: FunctionUse.from_dict(use) for name, use in functions.items()},
            "call_graph": [CallEdge(**edge) for edge in fields["call_graph"]],
            "hops": [HopUse(**hop) for hop in fields["hops"]],
            "guards": [GuardAnswer(**answer) for answer in fields["guards"]],
            "conflicts": Conflicts(**fields["conflicts"]),
            "conflict_pairs": [ConflictPair(**each) for each in fields.get("conflict_pairs", [])],
            "conflict_documents": [
                ConflictDocuments(**each) for each in fields.get("conflict_documents", [])
            ],
            "table_scans": [TableScan(**each) for each in fields.get("table_scans", [])],
            "scheduler": SchedulerUse(**fields["scheduler"]),
            "crons": {name: CronUse(**use) for name, use in fields["crons"].items()},
            "compute": Compute(**fields["compute"]),
            "database": DatabaseUse(**fields["database"]),
            "external": ExternalUse(**fields["external"]),
            "bounds": [Bound(**bound) for bound in fields["bounds"]],
            "usage_limits": [LimitEvent(**event) for event in fields["usage_limits"]],
            "alerts": [AlertUse(**use) for use in fields["alerts"]],
            "cost": Cost(**cost),
            "performance": Performance(**fields["performance"]),
        }
    )
