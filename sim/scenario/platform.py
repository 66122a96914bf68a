"""The serverless platform's constants: each appears once, here, with its source and range.

The dated profiles (`2025-11`, the incident; `2026-03`; `2026-08`, today) and the deployment classes
(`S16` for Free and Starter, `S256` for Professional, `D1024` and `D2048` for Business) set the
defaults of what differs between them; any single constant can be overridden in the scenario.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import model_validator

from .distribution import Distribution, Latency
from .function_latency import FunctionLatency, LatencyStep, latency_of
from .model import Settings, overlay, param
from .units import Count, Duration, Interval, PositiveCount, Size

_OCC = "platform.md, Retries (application_function_runner/mod.rs, sync_types/src/backoff.rs)"
_JOBS = "platform.md, Scheduled jobs (scheduled_jobs/mod.rs)"
_LIMITS = "platform.md, Concurrency and limits (docs: production/state/limits)"
_METER = "platform.md, Metering (usage_tracking)"
_USAGE = "platform.md, Usage limits (docs: production/usage-limits)"
_LATENCY = "platform.md, Plausible ranges for latencies (an estimate, not a measurement)"


class Backoff(Settings):
    """Full jitter: ``min(max, initial × 2^failures) × U[0, 1)`` (platform.md, Retries)."""

    initial: Duration = param("10ms", "Backoff ceiling after the first conflict.", source=_OCC)
    max: Duration = param("2s", "Largest backoff ceiling.", source=_OCC)


class Occ(Settings):
    """Optimistic concurrency control: how conflicted mutations are retried."""

    called_retries: Count = param(
        4,
        "Retries of a mutation called by a client or an action before it fails permanently "
        "(UDF_EXECUTOR_OCC_MAX_RETRIES); scheduled and cron mutations retry without limit.",
        source=_OCC,
    )
    called: Backoff = param(Backoff(), "Backoff of client- and action-called mutations.")
    scheduled: Backoff = param(
        Backoff.model_validate({"initial": "100ms", "max": "60s"}),
        "Backoff of scheduled mutations.",
        source=_OCC,
    )
    cron: Backoff = param(
        Backoff.model_validate({"initial": "500ms", "max": "15s"}),
        "Backoff of cron mutations.",
        source="platform.md, Retries (cron_jobs/mod.rs)",
    )
    wait_until_visible: bool = param(
        False,
        "After its backoff a client- or action-called mutation also waits until the write it lost "
        "to is visible (today's backend; not in 2025-11).",
        source="platform.md, Retries",
    )


class SchedulerSettings(Settings):
    """The executor of scheduled jobs."""

    parallelism: PositiveCount = param(
        10,
        "Scheduled jobs that run at once; cron jobs have an executor of their own of this size.",
        source=_LIMITS,
        plausible="10 (S16) or 300 (Professional) in 2025-11; 8 or 256 in 2026-08",
    )
    outstanding_cap: Count = param(
        1_000_000,
        "Jobs that may be outstanding (pending, due or running); scheduling beyond it throws.",
        source=_JOBS,
    )
    per_function_cap: Count = param(
        1_000, "Jobs one function execution may schedule.", source=_JOBS
    )
    overhead: Latency = param(
        "90ms..140ms",
        "Claiming a due job and committing its state around the run; the job holds its slot.",
        source=_LATENCY,
        plausible="10ms..150ms",
    )
    pass_time: Latency = param(
        "0ms",
        "One pass of an executor: it takes all jobs that have finished, reads the head of the "
        "queue, starts everything that is due, and subscribes to what it read. The next pass "
        "begins after it, so slots that get free meanwhile are refilled together. With 0 every "
        "slot is refilled at once, and `overhead` stands for the wait too.",
        source="scheduled_jobs/mod.rs, `run_once`; its time is not known",
        plausible="2ms..60ms: some round trips to the database; longer where jobs that are over "
        "fill the head of the index",
    )


MAX_PLACES = 1_000_000
"""Places of one type: far beyond any deployment; a larger number is a mistake."""


class Concurrency(Settings):
    """Function executions at once, by type; calls above the limit wait, then give up."""

    queries: Count = param(16, "Queries at once.", source=_LIMITS)
    mutations: Count = param(16, "Mutations at once.", source=_LIMITS)
    actions: Count = param(64, "Actions in the platform's own runtime at once.", source=_LIMITS)
    node_actions: Count = param(64, "Actions in the Node runtime at once.", source=_LIMITS)
    call_depth: Count = param(8, "How deep functions may call functions.", source=_LIMITS)
    transaction_wait: Duration = param(
        "5s", "How long a query or mutation waits for a place before it errs.", source=_LIMITS
    )
    action_wait: Duration = param(
        "10s", "How long an action waits for a place before it errs.", source=_LIMITS
    )

    @model_validator(mode="after")
    def _plausible(self) -> Concurrency:
        if max(self.queries, self.mutations, self.actions, self.node_actions) > MAX_PLACES:
            raise ValueError(f"more than {MAX_PLACES:,} executions at once")
        return self


class Transactions(Settings):
    """Limits of one query or mutation."""

    documents_read: Count = param(32_000, "Documents it may read.", source=_LIMITS)
    documents_written: Count = param(16_000, "Documents it may write.", source=_LIMITS)
    bytes_read: Size = param("16MiB", "Bytes it may read.", source=_LIMITS)
    time: Duration = param("1s", "User code it may run.", source=_LIMITS)


class Actions(Settings):
    """Memory and time limits of actions."""

    node_memory: Size = param("512MiB", "Memory metered for a Node action.", source=_METER)
    memory: Size = param(
        "64MiB", "Memory metered for an action in the platform's own runtime.", source=_METER
    )
    node_timeout: Duration = param("10m", "Longest run of a Node action.", source=_LIMITS)
    timeout: Duration = param(
        "10m", "Longest run of an action in the platform's own runtime.", source=_LIMITS
    )


class PlatformLatency(Settings):
    """How long the platform's own steps take."""

    query: Latency = param(
        "3ms..13ms",
        "A query called from an action or a client, round trip.",
        source=_LATENCY,
        plausible="3ms..15ms",
    )
    mutation: Latency = param(
        "5ms..8ms",
        "Executing one attempt of a small mutation, up to its validation at commit.",
        source=_LATENCY,
        plausible="8ms..30ms together with the commit",
    )
    commit: Latency = param(
        "18ms..22ms",
        "The pending phase of a commit: validated, being made durable, not yet visible.",
        source="platform.md, Optimistic concurrency (database/src/committer.rs)",
        plausible="a few to tens of milliseconds",
    )
    document: Duration = param(
        "50us",
        "Extra execution time for every document that a transaction touches beyond its tenth.",
        source="our estimate: 16,000 documents within the one-second limit on user code",
        plausible="20us..60us",
    )
    functions: dict[str, FunctionLatency] = param(
        {},
        "What single functions take instead, by their names; `*` stands for any text, as in "
        "`counters:*`. If several fit, the one with the most other characters decides, and the "
        "first of equals.",
    )

    def of(self, function: str, step: LatencyStep) -> Distribution:
        """How long a step of a function takes."""
        own = latency_of(self.functions, function, step)
        base: Distribution = getattr(self, step)
        return base if own is None else own

    def all_of(self, step: LatencyStep) -> Iterator[Distribution]:
        """Every latency that a step has in some function."""
        yield getattr(self, step)
        for each in self.functions.values():
            if (own := getattr(each, step)) is not None:
                yield own


class UsageLimit(Settings):
    """A warning and a disable threshold on one metric over a calendar window in UTC."""

    metric: Literal["function_calls", "action_gb_hours", "database_io_gb"] = param(
        ..., "What is measured: calls, GB-hours of action compute, or GB of database I/O.",
        source=_USAGE,
    )  # fmt: skip
    window: Literal["day", "month"] = param(
        "day", "The UTC calendar window after which the count starts again.", source=_USAGE
    )
    warn: Count | None = param(None, "Recorded when exceeded.", source=_USAGE)
    disable: Count | None = param(
        None, "Past this, new calls return an error until the window rolls over.", source=_USAGE
    )


class Platform(Settings):
    """The deployment: its dated profile, its class and every constant of the platform."""

    profile: Literal["2025-11", "2026-03", "2026-08"] = param(
        "2025-11",
        "Which dated set of platform constants applies. 2026-03 is the middle of that month: the "
        "back-off of called mutations begins at 100 ms (since 2026-02-03), they wait until the "
        "write they lost to is visible (since 2026-02-11), and the scheduler still has the slots "
        "of 2025-11 (until 2026-03-27).",
        source="platform.md, preamble; the dates are those of the backend's commits",
    )
    deployment_class: Literal["S16", "S256", "D1024", "D2048"] = param(
        "S16",
        "S16: Free and Starter; S256: Professional; Business has these and the dedicated D1024 and "
        "D2048, which are documented for 2026-08 only.",
        source=_LIMITS,
    )
    occ: Occ = param(Occ(), "Optimistic concurrency control.")
    scheduler: SchedulerSettings = param(SchedulerSettings(), "The executor of scheduled jobs.")
    concurrency: Concurrency = param(Concurrency(), "Concurrency limits by function type.")
    transactions: Transactions = param(Transactions(), "Limits of one query or mutation.")
    actions: Actions = param(Actions(), "Limits and metering of actions.")
    latency: PlatformLatency = param(PlatformLatency(), "Latencies of the platform.")
    usage_limits: tuple[UsageLimit, ...] = param(
        (), "Usage limits of the deployment (docs: production/usage-limits)."
    )
    usage_limit_interval: Interval = param(
        "1m",
        "How often usage is compared with the limits.",
        source="our estimate; the backend records usage in batches (usage_limits/src/recorder.rs)",
        plausible="1s..5m",
    )

    @model_validator(mode="before")
    @classmethod
    def _apply_profile(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        named = (data.get("profile", "2025-11"), data.get("deployment_class", "S16"))
        known = all(isinstance(name, str) for name in named)  # else the fields say what is wrong
        return overlay(PROFILES.get(named, {}), data) if known else data

    @model_validator(mode="after")
    def _documented(self) -> Platform:
        if (self.profile, self.deployment_class) not in PROFILES:
            known = ", ".join(name for date, name in PROFILES if date == self.profile)
            raise ValueError(f"there is no deployment class {self.deployment_class} in profile "
                             f"{self.profile}; allowed there: {known}")  # fmt: skip
        return self

    @property
    def is_dedicated(self) -> bool:
        """Whether the deployment runs on hardware of its own, at prices of its own."""
        return self.deployment_class.startswith("D")


_SINCE_2026_02: dict[str, Any] = {
    "occ": {"called": {"initial": "100ms"}, "wait_until_visible": True},
}
_TODAY = overlay(_SINCE_2026_02, {"actions": {"timeout": "30m"}})
_PRO_2025: dict[str, Any] = {
    "scheduler": {"parallelism": 300},
    "concurrency": {"queries": 256, "mutations": 256, "actions": 256, "node_actions": 1000},
}

PROFILES: dict[tuple[str, str], dict[str, Any]] = {
    ("2025-11", "S16"): {},
    ("2025-11", "S256"): _PRO_2025,
    ("2026-03", "S16"): _SINCE_2026_02,
    ("2026-03", "S256"): overlay(_SINCE_2026_02, _PRO_2025),
    ("2026-08", "S16"): overlay(_TODAY, {"scheduler": {"parallelism": 8}}),
    ("2026-08", "S256"): overlay(
        _TODAY,
        {
            "scheduler": {"parallelism": 256},
            "concurrency": {
                "queries": 256, "mutations": 256, "actions": 512, "node_actions": 256,
            },
        },
    ),
    ("2026-08", "D1024"): overlay(
        _TODAY,
        {
            "scheduler": {"parallelism": 512},
            "concurrency": {
                "queries": 1024, "mutations": 512, "actions": 1024, "node_actions": 1024,
            },
        },
    ),
    ("2026-08", "D2048"): overlay(
        _TODAY,
        {
            "scheduler": {"parallelism": 1024},
            "concurrency": {
                "queries": 2048, "mutations": 1024, "actions": 2048, "node_actions": 2048,
            },
        },
    ),
}  # fmt: skip
"""Where the profiles differ from the models' own defaults (platform.md, Concurrency and limits)."""
