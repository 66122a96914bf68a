"""From decoded rows to columns, one function for each version of the format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .columns import (
    CACHED,
    FAILED,
    KINDS,
    LOST,
    NODE,
    REASONS,
    RETRIES,
    UNKNOWN,
    Ints,
    Level,
    Part,
    Rows,
    hashes,
    no_rows,
)
from .names import deployment_name, function_name, plain_name
from .wire import V1, V2, Cli, Function, Usage

_KIND = {name: number for number, name in enumerate(KINDS)}
_REASON = {name: number for number, name in enumerate(REASONS)}
_CLI_KIND = {"Query": 0, "Mutation": 1, "Action": 2, "HttpAction": 3}
_CLI_REASON = {
    "SyncWorker": _REASON["webSocket"], "HttpApi": _REASON["httpApi"],
    "HttpEndpoint": _REASON["httpEndpoint"], "Cron": _REASON["cron"],
    "Scheduler": _REASON["scheduler"], "Action": _REASON["action"], "Tester": _REASON["tester"],
}  # fmt: skip
_EARLIEST, _LATEST = 1_500_000_000_000_000, 4_100_000_000_000_000
"""Times that can be true: from 2017, before the platform existed, to 2099 (µs)."""
_LONGEST = 24 * 3600 * 1_000_000
"""No execution takes a day (µs): an action's time-out is half an hour."""
_NOBODY = Usage()
Floats = Sequence[float] | npt.NDArray[np.float64]


class Names:
    """Numbers names, and makes them safe to show."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self._numbers: dict[Any, int] = {}
        self._by_shown: dict[str, int] = {}

    def number(self, key: Any, show: Callable[[], str]) -> int:
        """The number of a name; ``show`` makes the name of the key if it is a new one."""
        found = self._numbers.get(key)
        if found is None:
            name = show()
            found = self._by_shown.setdefault(name, len(self.shown))
            if found == len(self.shown):
                self.shown.append(name)
            self._numbers[key] = found
        return found

    def function(self, path: str, component: str | None = None) -> int:
        """The number of a function."""
        return self.number((path, component), lambda: function_name(path, component))

    def functions(self, keys: list[tuple[str, str | None]]) -> list[int]:
        """The numbers of many functions: one look into the table for those that are known."""
        for key in set(keys):
            self.function(*key)
        numbers = self._numbers
        return [numbers[key] for key in keys]

    def plain(self, name: str | None, component: str | None = None) -> int:
        """The number of a table or of a winner; `UNKNOWN` for none."""
        if not name:
            return UNKNOWN
        return self.number((name, component, ""), lambda: function_name(name, component))

    def lost_to(
        self, table: str | None, source: str | None, component: str | None
    ) -> tuple[int, int]:  # fmt: skip
        """The numbers of a table and of a winner; the platform itself is in no component."""
        by_code = ":" in (source or "")
        return self.plain(table, component), self.plain(source, component if by_code else None)


def of_v2(events: Sequence[V2]) -> Part:
    """Version 2, whatever it came wrapped in."""
    names, part = Names(), Part(no_rows(), [])
    found = [event for event in events if event.topic == "function_execution"]
    if len(found) < len(events):
        for event in events:
            if event.topic != "function_execution":
                other_event(event, part)
    part.deployments = {
        event.convex.deployment_name for event in events if event.convex is not None
    }
    whole = [(event, event.function) for event in found if event.function is not None]
    _count_bad(part, len(found) - len(whole), "an execution without its function")
    found = [event for event, _ in whole]
    functions: list[Function] = [function for _, function in whole]
    usages = [event.usage or _NOBODY for event in found]
    conflicts = [event.occ_info for event in found]
    failed = np.array([event.status == "failure" for event in found], np.bool_)
    lost = np.array([each is not None for each in conflicts], np.bool_)
    told = [event.will_retry for event in found]
    # Before 2026-04-27 nothing says it, but an attempt that is retried counts as a success.
    again = np.array([each is True for each in told], np.bool_) | (
        np.array([each is None for each in told], np.bool_) & ~failed
    )
    cached = np.array([each.cached is True for each in functions], np.bool_)
    flags = failed * FAILED | lost * LOST | (lost & again) * RETRIES | cached * CACHED
    part.rows = Rows(
        at=whole_times([event.timestamp for event in found], 1000),
        took=whole_times([event.execution_time_ms for event in found], 1000),
        path=whole_numbers(
            names.functions([(each.path, each.component_path) for each in functions])
        ),
        kind=whole_numbers([_KIND.get(each.type, UNKNOWN) for each in functions]),
        reason=whole_numbers([_REASON.get(event.run_reason, 0) for event in found]),
        request=hashes([each.request_id for each in functions]),
        flags=flags,
        retries=whole_numbers([each.mutation_retry_count or 0 for each in functions]),
        read=whole_numbers(
            [
                each.database_read_bytes
                if each.database_io_read_bytes is None
                else each.database_io_read_bytes
                for each in usages
            ]
        ),
        written=whole_numbers(
            [
                each.database_write_bytes
                if each.database_io_write_bytes is None
                else each.database_io_write_bytes
                for each in usages
            ]
        ),
        memory=whole_numbers([each.action_memory_used_mb or 0 for each in usages]),
        job=hashes(
            ["" if event.scheduler_info is None else event.scheduler_info.job_id for event in found]
        ),
        **_lost(conflicts, names),
        execution=np.zeros(len(found), np.uint64),
        parent=np.zeros(len(found), np.uint64),
        documents_read=whole_numbers([each.database_read_documents for each in usages]),
        documents_written=whole_numbers([each.database_write_documents for each in usages]),
        begun=np.full(len(found), UNKNOWN),
    )
    return checked(part, names)


def of_v1(events: Sequence[V1]) -> Part:
    """Version 1: no requests, no reasons, no conflicts."""
    names, part = Names(), Part(no_rows(), [])
    found = [event for event in events if event.topic == "_execution_record"]
    for event in events:
        if event.topic == "_audit_log":
            part.marks.append((_time(event.timestamp, 1000), event.action))
        elif event.topic != "_execution_record":
            _skip(part, event.topic.removeprefix("_"))
    part.deployments = {
        event.convex.deployment_name for event in events if event.convex is not None
    }
    number = len(found)
    nothing, unknown = np.zeros(number, np.uint64), np.full(number, UNKNOWN)
    part.rows = Rows(
        at=whole_times([event.timestamp for event in found], 1000),
        took=whole_times([event.took for event in found], 1000),
        path=whole_numbers([names.function(event.path) for event in found]),
        kind=whole_numbers([_KIND.get(event.type.lower(), UNKNOWN) for event in found]),
        reason=np.zeros(number, np.int64),
        request=nothing,
        flags=whole_numbers([(event.status == "failure") * FAILED | (event.cached is True) * CACHED
                    for event in found]),
        retries=np.zeros(number, np.int64),
        read=whole_numbers([_io(event.io_read, event.read) for event in found]),
        written=whole_numbers([_io(event.io_written, event.written) for event in found]),
        memory=np.zeros(number, np.int64),
        job=nothing, table=unknown, winner=unknown, execution=nothing, parent=nothing,
        documents_read=np.zeros(number, np.int64),
        documents_written=np.zeros(number, np.int64), document=nothing,
        begun=unknown,
    )  # fmt: skip
    return checked(part, names)


def of_cli(entries: Sequence[Cli]) -> Part:
    """What ``npx convex logs --jsonl`` prints."""
    names, part = Names(), Part(no_rows(), [])
    found = [entry for entry in entries if entry.kind == "Completion"]
    for entry in entries:
        if entry.kind != "Completion":
            _skip(part, entry.kind)
    usages = [entry.usage_stats for entry in found]
    part.rows = Rows(
        at=whole_times([entry.timestamp for entry in found], 1_000_000),
        took=whole_times([entry.execution_time for entry in found], 1_000_000),
        path=whole_numbers(
            [names.function(entry.identifier, entry.component_path) for entry in found]
        ),
        kind=whole_numbers([_CLI_KIND.get(entry.udf_type, UNKNOWN) for entry in found]),
        reason=whole_numbers([_CLI_REASON.get(entry.caller, 0) for entry in found]),
        request=hashes([entry.request_id for entry in found]),
        flags=whole_numbers([_cli_flags(entry) for entry in found]),
        retries=whole_numbers([
            (entry.occ_info.retry_count or 0) if entry.occ_info else 0 for entry in found
        ]),
        read=whole_numbers([0 if each is None else _io(each.database_io_read_bytes,
                                              each.database_read_bytes) for each in usages]),
        written=whole_numbers([0 if each is None else _io(each.database_io_write_bytes,
                                                 each.database_write_bytes) for each in usages]),
        memory=whole_numbers([
            each.memory_used_mb if each is not None and entry.udf_type.endswith("Action") else 0
            for each, entry in zip(usages, found, strict=True)
        ]),
        job=np.zeros(len(found), np.uint64),
        **_lost([entry.occ_info for entry in found], names),
        execution=hashes([entry.execution_id for entry in found]),
        parent=hashes([entry.parent_execution_id or "" for entry in found]),
        documents_read=whole_numbers([
            0 if each is None else each.database_read_documents for each in usages
        ]),
        documents_written=whole_numbers([
            0 if each is None else each.database_write_documents for each in usages
        ]),
        begun=whole_times([entry.execution_timestamp for entry in found], 1_000_000),
    )  # fmt: skip
    return checked(part, names)


def _cli_flags(entry: Cli) -> int:
    failed = bytes(entry.error) != b"null"
    lost = entry.occ_info is not None
    retries = lost and (not failed if entry.will_retry is None else entry.will_retry)
    return (
        failed * FAILED | lost * LOST | retries * RETRIES | entry.cached_result * CACHED
        | (entry.environment == "node") * NODE
    )  # fmt: skip


def _lost(conflicts: Sequence[Any], names: Names) -> dict[str, Any]:
    """The tables, winners and documents of those that lost."""
    table, winner = np.full(len(conflicts), UNKNOWN), np.full(len(conflicts), UNKNOWN)
    for place, conflict in enumerate(conflicts):
        if conflict is not None:
            table[place], winner[place] = names.lost_to(
                conflict.table_name, conflict.write_source, conflict.component_path
            )
    document = hashes(["" if each is None else each.document_id or "" for each in conflicts])
    return {"table": table, "winner": winner, "document": document}


def other_event(event: V2, part: Part) -> None:
    """Keep what an event says that is no execution."""
    at = _time(event.timestamp, 1000)
    if event.topic == "concurrency_stats":
        levels = [event.query, event.mutation, event.action, event.node_action, event.http_action]
        there = [level for level in levels if level is not None]
        part.levels.append(Level(at, sum(level.num_running for level in there),
                                 sum(level.num_queued for level in there)))  # fmt: skip
    elif event.topic in ("scheduler_stats", "scheduled_job_lag"):
        part.levels.append(Level(at, event.num_running_jobs, 0, float(event.lag_seconds)))
    elif event.topic == "audit_log":
        part.marks.append((at, event.audit_log_action))
    else:
        _skip(part, event.topic)


def _skip(part: Part, topic: str) -> None:
    if topic:
        part.skipped[topic if topic in TOPICS else "other"] += 1
    else:
        _count_bad(part, 1, "no log event")


TOPICS = {
    "verification", "console", "exception", "current_storage_usage", "storage_api_bandwidth",
    "log_stream_egress", "custom_audit", "Progress",
}  # fmt: skip
"""What is known and skipped; anything else is counted as ``other``, whatever it calls itself."""


def _count_bad(part: Part, number: int, reason: str) -> None:
    if number:
        part.bad[reason] += number


def _io(billed: int | None, read: int) -> int:
    """Bytes of database I/O: what is billed, or what older versions had instead."""
    return read if billed is None else billed


def _time(value: float, unit: int) -> int:
    return round(value * unit) if abs(value) < 1e18 else UNKNOWN


def whole_times(values: Floats, unit: int) -> Ints:
    """Times in µs; what no time can be is `UNKNOWN`."""
    found = np.array(values, np.float64) * unit
    found[~(np.abs(found) < _LATEST)] = UNKNOWN  # NaN too
    return np.rint(found).astype(np.int64)


def whole_numbers(values: list[int] | Ints) -> Ints:
    """Numbers as a column; what is far too large is `UNKNOWN`."""
    try:
        found = np.array(values, np.int64)
    except OverflowError:
        found = np.array([value if abs(value) < _MOST else UNKNOWN for value in values], np.int64)
    found[np.abs(found) >= _MOST] = UNKNOWN
    return found


_MOST = 1 << 50


def checked(part: Part, names: Names) -> Part:
    """The part with its names: take out what cannot be true, and count it."""
    rows, part.names = part.rows, names.shown
    faults = {
        "a time that cannot be true": (rows.at < _EARLIEST) | (rows.at > _LATEST),
        "a negative or absurd execution time": (rows.took < 0) | (rows.took > _LONGEST),
        "an unknown type of function": rows.kind == UNKNOWN,
        "negative bytes or memory": (rows.read < 0) | (rows.written < 0) | (rows.memory < 0),
        "negative documents": (rows.documents_read < 0) | (rows.documents_written < 0),
    }
    good = np.ones(len(rows), np.bool_)
    for reason, wrong in faults.items():
        new = wrong & good
        if new.any():
            _count_bad(part, int(new.sum()), reason)
            good &= ~wrong
    if not good.all():
        part.rows = rows.where(good)
    part.deployments = {deployment_name(name) for name in part.deployments if name}
    part.marks = [(at, plain_name(action)) for at, action in part.marks if at > _EARLIEST]
    part.levels = [level for level in part.levels if level.at > _EARLIEST]
    return part
