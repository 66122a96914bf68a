"""One row of a log: one attempt of one function, whatever format it is written in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["query", "mutation", "action", "http_action"]
Reason = Literal[
    "initialSubscription", "dataChange", "identityChange", "webSocket", "httpApi", "httpEndpoint",
    "cron", "scheduler", "action", "tester",
]  # fmt: skip
"""Why a function ran (`run_reason` of log streams since 2026-08-13)."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What an attempt lost to."""

    table: str
    document: str
    source: str
    """The function that won, or the platform's own name for what it did."""


@dataclass(slots=True)
class Row:
    """One attempt. Times are µs since 1970."""

    at: int
    """When it was logged: at its end, or after the back-off if it is retried."""
    path: str
    """``module:function``."""
    kind: Kind
    request: str
    """Shared by an execution and all that it awaits."""
    execution: str
    parent: str | None
    """The execution that awaits this one."""
    begun: int
    took: int
    """Execution time (µs)."""
    reason: Reason
    error: str | None = None
    lost: Lost | None = None
    will_retry: bool = False
    retries: int = 0
    """Attempts of the same call before this one."""
    job: str | None = None
    """The scheduled job that it is."""
    read: int = 0
    written: int = 0
    documents_read: int = 0
    """Documents and index ranges."""
    documents_written: int = 0
    memory_mib: int = 0
    node: bool = False
    cached: bool = False
    """The query cache answered it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A deployment, or another change that the platform's audit log holds."""

    at: int
    action: str
    """Such as ``push_config``."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """The scheduler at a moment, as the platform's own statistics say it."""

    at: int
    running: int
    """Scheduled jobs that run."""
    lag: int
    """How late the oldest due job is (µs)."""


@dataclass(frozen=True, slots=True)
class Load:
    """What runs and waits at a moment, as the platform's own statistics say it."""

    at: int
    running: dict[str, int]
    """By type of function."""
    queued: dict[str, int]
    """The same; without the types of which a run does not know it."""


Line = Row | Mark | Backlog | Load
"""What has a line in a log stream."""


@dataclass(slots=True)
class Job:
    """A scheduled job, as the table ``_scheduled_functions`` has it. Times are µs since 1970."""

    id: str
    path: str
    created: int
    """When it was scheduled."""
    due: int
    completed: int | None = None
    failed: bool = False
