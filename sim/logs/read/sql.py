"""Large files of plain JSON lines, version 2, read by DuckDB on all cores: the same rows, sooner.

It reads what is as it should be. From the first line on that it cannot take, the lines are read as
those of any other file are, which says what is wrong with them and where.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from .columns import (
    CACHED,
    FAILED,
    HEX_DIGITS,
    KINDS,
    LONGEST_ID,
    LOST,
    REASONS,
    RETRIES,
    UNKNOWN,
    Ints,
    Part,
    Rows,
    no_rows,
)
from .extract import Names, checked, other_event, whole_numbers, whole_times
from .wire import V2, Level

_FORMATS = ("webhook", "self-hosted", "datadog")
"""The formats of which a line is an event as it stands."""
WORTH_IT = 64 << 20
"""Bytes from which on it is worth its start."""
_LONGEST_LINE = 8 << 20
_HEAD = 1 << 20
_AS_TEXT = re.compile(rb'"(timestamp|execution_time_ms)"\s*:\s*"')
_VECTORS = 50
"""Vectors of 2,048 rows that are taken at once."""
_MEMORY = "700MB"
_APART = "\x01"
"""Between names that come as one text; no name holds it."""
_TYPES = ("query", "mutation", "action", "node_action", "http_action")
_COLUMNS = {
    "timestamp": "DOUBLE", "topic": "VARCHAR", "execution_time_ms": "DOUBLE", "status": "VARCHAR",
    "will_retry": "BOOLEAN", "run_reason": "VARCHAR",
    "function": 'STRUCT(path VARCHAR, "type" VARCHAR, request_id VARCHAR, cached BOOLEAN, '
                "mutation_retry_count BIGINT, component_path VARCHAR)",
    "occ_info": "STRUCT(table_name VARCHAR, write_source VARCHAR, component_path VARCHAR, "
                "document_id VARCHAR)",
    "scheduler_info": "STRUCT(job_id VARCHAR)",
    "usage": "STRUCT(database_io_read_bytes BIGINT, database_io_write_bytes BIGINT, "
             "database_read_bytes BIGINT, database_write_bytes BIGINT, "
             "action_memory_used_mb BIGINT, database_read_documents BIGINT, "
             "database_write_documents BIGINT)",
    "lag_seconds": "DOUBLE", "num_running_jobs": "BIGINT", "audit_log_action": "VARCHAR",
    **dict.fromkeys(_TYPES, "STRUCT(num_running BIGINT, num_queued BIGINT)"),
    "convex": "STRUCT(deployment_name VARCHAR)",
}  # fmt: skip
"""The fields of `V2`; arguments, messages and users' data are not among them."""


def _number_of(names: tuple[str, ...], value: str) -> str:
    return f"coalesce(list_position({list(names)}, {value}) - 1, {UNKNOWN})::TINYINT"


def _id(value: str) -> str:
    """What `hashes` makes of an id."""
    return (
        f"CASE WHEN {value} IS NULL OR {value} = '' THEN 0::UBIGINT "
        f"ELSE coalesce(CASE WHEN length({value}) = {HEX_DIGITS} "
        f"THEN try_cast('0x' || {value} AS UBIGINT) END, "
        f"md5_number_lower(left({value}, {LONGEST_ID}))) END"
    )


_QUERY = f"""
SELECT
    CASE WHEN topic IS NULL OR topic = '' OR coalesce(convex.deployment_name, '') <> $deployment
         THEN 2 ELSE (topic = 'function_execution' AND "function" IS NULL)::TINYINT END::TINYINT
         AS fault,
    coalesce("timestamp", {UNKNOWN}) AS at,
    coalesce(execution_time_ms, {UNKNOWN}) AS took,
    CASE WHEN "function".component_path IS NULL THEN coalesce("function".path, '')
         ELSE coalesce("function".path, '') || '{_APART}' || "function".component_path END AS path,
    {_number_of(KINDS, '"function"."type"')} AS kind,
    greatest({_number_of(REASONS, "run_reason")}, 0) AS reason,
    {_id('"function".request_id')} AS request,
    (CASE WHEN status = 'failure' THEN {FAILED} ELSE 0 END
     + CASE WHEN occ_info IS NULL THEN 0
            WHEN coalesce(will_retry, status IS NULL OR status <> 'failure')
            THEN {LOST | RETRIES} ELSE {LOST} END
     + CASE WHEN "function".cached THEN {CACHED} ELSE 0 END)::TINYINT AS flags,
    coalesce("function".mutation_retry_count, 0) AS retries,
    coalesce("usage".database_io_read_bytes, "usage".database_read_bytes, 0) AS read,
    coalesce("usage".database_io_write_bytes, "usage".database_write_bytes, 0) AS written,
    coalesce("usage".action_memory_used_mb, 0) AS memory,
    {_id("scheduler_info.job_id")} AS job,
    coalesce("usage".database_read_documents, 0) AS documents_read,
    coalesce("usage".database_write_documents, 0) AS documents_written,
    CASE WHEN occ_info IS NULL THEN 0::UBIGINT ELSE {_id("occ_info.document_id")} END AS document,
    CASE WHEN occ_info IS NULL THEN NULL ELSE coalesce(occ_info.table_name, '') || '{_APART}'
         || coalesce(occ_info.write_source, '') || '{_APART}'
         || coalesce(occ_info.component_path, '') END AS lost_to,
    CASE WHEN topic = 'function_execution' THEN NULL ELSE concat_ws('{_APART}', topic,
         coalesce(lag_seconds, 0), coalesce(num_running_jobs, 0),
         {" + ".join(f"coalesce({each}.num_running, 0)" for each in _TYPES)},
         {" + ".join(f"coalesce({each}.num_queued, 0)" for each in _TYPES)},
         coalesce(audit_log_action, '')) END AS other
FROM read_json($file, format = 'newline_delimited', maximum_object_size = {_LONGEST_LINE},
    columns = {{{", ".join(f"{name!r}: {type_!r}" for name, type_ in _COLUMNS.items())}}})
"""


def can_read(format_: str, path: Path | None) -> bool:
    """Whether a file is one for DuckDB, and DuckDB is installed."""
    from importlib.util import find_spec

    return (
        format_ in _FORMATS and path is not None and path.stat().st_size >= WORTH_IT
        and find_spec("duckdb") is not None
    )  # fmt: skip


class SqlFile:
    """A file that is read by DuckDB, as far as its lines are as they should be."""

    def __init__(self, path: Path, workers: int) -> None:
        self._path, self._workers = path, workers
        self.lines = 0
        """Lines that have been read; blank ones do not count."""
        self.whole = False
        """Whether that is the whole file."""
        with path.open("rb") as file:
            head = file.read(_HEAD)
            self._numbers_as_text = _AS_TEXT.search(head) is not None
            self._a_line = len(head) / max(1, head.count(b"\n"))
        self._deployment = _deployment(head.partition(b"\n")[0])

    @property
    def position(self) -> int:
        """About how many bytes have been read."""
        return round(self.lines * self._a_line)

    def parts(self) -> Iterator[Part]:
        """Its parts; they end with the file, or before a line that is not as it should be."""
        if self._numbers_as_text:
            return  # DuckDB would not tell them from numbers

        import duckdb

        connection = duckdb.connect(config={
            "threads": self._workers, "memory_limit": _MEMORY,
            "autoinstall_known_extensions": False, "autoload_known_extensions": False,
        })  # fmt: skip
        given = {"file": _literal(self._path), "deployment": self._deployment}
        try:
            rows = connection.execute(_QUERY, given)
            while len(chunk := rows.fetch_df_chunk(_VECTORS)):
                if (chunk["fault"] == 2).any():
                    return
                self.lines += len(chunk)
                yield _part(chunk, self._deployment)
            self.whole = True
        except duckdb.Error:
            return
        finally:
            connection.close()


def _deployment(line: bytes) -> str:
    """The deployment that the first line names; all others have to name the same."""
    try:
        wrapper = json.loads(line).get("convex") or {}
        return str(wrapper.get("deployment_name") or "")
    except (ValueError, AttributeError):
        return ""


def _literal(path: Path) -> str:
    """A file's name in which nothing is a pattern."""
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in str(path))


def _part(chunk: Any, deployment: str) -> Part:
    names, part = Names(), Part(no_rows(), [])
    part.deployments = {deployment}
    executed = chunk["other"].isna().to_numpy()
    for at, text in chunk.loc[~executed, ["at", "other"]].itertuples(index=False):
        topic, lag, jobs, running, queued, action = text.split(_APART)
        other_event(V2(
            topic=topic, timestamp=at, lag_seconds=float(lag), num_running_jobs=int(jobs),
            query=Level(int(running), int(queued)), audit_log_action=action,
        ), part)  # fmt: skip
    empty = (chunk["fault"].to_numpy() == 1) & executed
    if empty.any():
        part.bad["an execution without its function"] += int(empty.sum())
    found = chunk[executed & ~empty] if empty.any() or not executed.all() else chunk
    numbers: dict[str, Ints] = {
        name: whole_numbers(found[name].to_numpy())
        for name in ("kind", "reason", "flags", "retries", "read",
                     "written", "memory", "documents_read", "documents_written")
    }  # fmt: skip
    rows = len(found)
    part.rows = Rows(
        at=whole_times(found["at"].to_numpy(), 1000),
        took=whole_times(found["took"].to_numpy(), 1000),
        path=_paths(found["path"].tolist(), names),
        **{name: numbers[name] for name in ("kind", "reason", "flags", "retries", "read", "written",
                                            "memory", "documents_read", "documents_written")},
        request=found["request"].to_numpy(np.uint64),
        job=found["job"].to_numpy(np.uint64),
        document=found["document"].to_numpy(np.uint64),
        **_lost(found["lost_to"], names),
        execution=np.zeros(rows, np.uint64),
        parent=np.zeros(rows, np.uint64),
        begun=np.full(rows, UNKNOWN),
    )  # fmt: skip
    return checked(part, names)


def _paths(paths: list[str], names: Names) -> Ints:
    numbers = {}
    for each in set(paths):
        path, _, component = each.partition(_APART)
        numbers[each] = names.function(path, component or None)
    return np.array([numbers[each] for each in paths], np.int64)


def _lost(column: Any, names: Names) -> dict[str, Ints]:
    """The tables and winners of those that lost."""
    table, winner = np.full(len(column), UNKNOWN), np.full(len(column), UNKNOWN)
    there = np.flatnonzero(column.notna().to_numpy())
    texts = column.iloc[there].tolist()
    numbers = {}
    for text in set(texts):
        told, source, component = text.split(_APART)
        numbers[text] = names.lost_to(told, source, component or None)
    for place, text in zip(there.tolist(), texts, strict=True):
        table[place], winner[place] = numbers[text]
    return {"table": table, "winner": winner}
