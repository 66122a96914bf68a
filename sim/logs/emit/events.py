"""A row as an event of each version: what the platform writes before a service wraps it.

The fields are those of the platform's state on 2026-08-21, whatever the scenario's date. What a
run does not know, such as the size of arguments, is left out.
"""

from __future__ import annotations

from typing import Any

from sim.logs.row import Backlog, Job, Line, Load, Mark

Event = dict[str, Any]
_MS = 1000
_S = 1_000_000
_CALLERS = {
    "cron": "Cron", "scheduler": "Scheduler", "action": "Action", "httpApi": "HttpApi",
    "httpEndpoint": "HttpEndpoint", "tester": "Tester",
}  # fmt: skip
"""`run_reason` → the CLI's ``caller``; all else comes over the sync worker."""
_UDF_TYPES = {"query": "Query", "mutation": "Mutation", "action": "Action",
              "http_action": "HttpAction"}  # fmt: skip


def v2(row: Line) -> Event:
    """An event of a log stream, version 2."""
    if isinstance(row, Backlog):
        return {"timestamp": row.at // _MS, "topic": "scheduler_stats",
                "lag_seconds": row.lag / _S, "num_running_jobs": row.running}  # fmt: skip
    if isinstance(row, Load):
        return _levels(row)
    if isinstance(row, Mark):
        return {"timestamp": row.at // _MS, "topic": "audit_log", "audit_log_action": row.action,
                "audit_log_metadata": "{}"}  # fmt: skip
    is_action = row.kind in ("action", "http_action")
    is_mutation = row.kind == "mutation"
    return {
        "timestamp": row.at // _MS,
        "topic": "function_execution",
        "function": {
            "path": row.path,
            "type": row.kind,
            "cached": row.cached if row.kind == "query" else None,
            "request_id": row.request,
            "mutation_queue_length": None,
            "mutation_retry_count": row.retries if is_mutation else None,
        },
        "execution_time_ms": row.took // _MS,
        "user_execution_time_ms": None,
        "status": "success" if row.error is None else "failure",
        "error_message": row.error,
        "occ_info": None if row.lost is None else {
            "table_name": row.lost.table or None,
            "document_id": row.lost.document or None,
            "write_source": row.lost.source or None,
            "component_path": None,
            "retry_count": row.retries,
        },
        "will_retry": row.will_retry,
        "scheduler_info": None if row.job is None else {"job_id": row.job},
        "run_reason": row.reason,
        "usage": {
            "database_io_read_bytes": row.read,
            "database_io_write_bytes": row.written,
            "database_read_documents": row.documents_read,
            "database_write_documents": row.documents_written,
            "memory_used_mb": row.memory_mib,
            "action_memory_used_mb": row.memory_mib if is_action else None,
        },
    }  # fmt: skip


def _levels(load: Load) -> Event:
    return {
        "timestamp": load.at // _MS, "topic": "concurrency_stats",
        **{type_: {"num_running": number}
                  | ({"num_queued": load.queued[type_]} if type_ in load.queued else {})
           for type_, number in load.running.items()},
    }  # fmt: skip


def v1(row: Line) -> Event | None:
    """An event of a log stream that was made before 2024-05-23; it has no statistics."""
    if isinstance(row, Backlog | Load):
        return None
    if isinstance(row, Mark):
        return {"_timestamp": row.at // _MS, "_topic": "_audit_log", "action": row.action,
                "actionMetadata": {}}  # fmt: skip
    return {
        "_timestamp": row.at // _MS,
        "_topic": "_execution_record",
        "_functionPath": row.path,
        "_functionType": row.kind,
        "_functionCached": False if row.kind == "query" else None,
        "status": "success" if row.error is None else "failure",
        "reason": row.error,
        "executionTimeMs": row.took // _MS,
        "userExecutionTimeMs": None,
        "databaseReadBytes": row.read,
        "databaseWriteBytes": row.written,
        "databaseIoReadBytes": row.read,
        "databaseIoWriteBytes": row.written,
    }


def cli(row: Line) -> Event | None:
    """An entry of ``npx convex logs --jsonl``; it has no deployments and no statistics."""
    if isinstance(row, Mark | Backlog | Load):
        return None
    return {
        "kind": "Completion",
        "udfType": _UDF_TYPES[row.kind],
        "componentPath": None,
        "identifier": row.path,
        "logLines": [],
        "timestamp": row.at / _S,
        "cachedResult": row.cached,
        "caller": _CALLERS.get(row.reason, "SyncWorker"),
        "parentExecutionId": row.parent,
        "executionTime": row.took / _S,
        "userExecutionTime": None,
        "success": None,
        "error": row.error,
        "requestId": row.request,
        "executionId": row.execution,
        "usageStats": {
            "databaseIoReadBytes": row.read,
            "databaseIoWriteBytes": row.written,
            "databaseReadDocuments": row.documents_read,
            "databaseWriteDocuments": row.documents_written,
            "memoryUsedMb": row.memory_mib,
        },
        "returnBytes": None,
        "occInfo": None if row.lost is None else {
            "tableName": row.lost.table or None,
            "documentId": row.lost.document or None,
            "writeSource": row.lost.source or None,
            "componentPath": None,
            "retryCount": row.retries,
        },
        "willRetry": row.will_retry,
        "executionTimestamp": row.begun / _S,
        "identityType": "system",
        "environment": "node" if row.node else "isolate",
    }  # fmt: skip


def job(done: Job) -> Event:
    """A document of ``_scheduled_functions``, as an export has it."""
    kind = "pending" if done.completed is None else "failed" if done.failed else "success"
    completed = {} if done.completed is None else {"completedTime": done.completed / _MS}
    return {
        "_creationTime": done.created / _MS,
        "_id": done.id,
        "args": [],
        **completed,
        "name": done.path,
        "scheduledTime": done.due / _MS,
        "state": {"kind": kind},
    }
