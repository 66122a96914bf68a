"""What is decoded of a log: the fields that count, and no others.

Arguments, messages and users' data have no field here, so they are never read into memory. A
decoder skips what it does not know. Numbers may be missing: older versions lack fields.
"""

from __future__ import annotations

import msgspec

Number = int | float


class Struct(msgspec.Struct, gc=False):
    """A decoded object, without the bookkeeping of the cycle collector: none can form a cycle."""


class Deployment(Struct):
    """The key ``convex`` of most wrappers."""

    deployment_name: str = ""


class Function(Struct):
    """Which function ran."""

    path: str = ""
    type: str = ""
    request_id: str = ""
    cached: bool | None = None
    mutation_retry_count: int | None = None
    component_path: str | None = None


class Occ(Struct):
    """What an attempt lost to."""

    table_name: str | None = None
    write_source: str | None = None
    document_id: str | None = None
    component_path: str | None = None
    retry_count: int | None = None


class Scheduled(Struct):
    """Which job an execution is."""

    job_id: str = ""


class Usage(Struct):
    """What it used. Before 2026-04-03 there are no ``io`` fields."""

    database_io_read_bytes: int | None = None
    database_io_write_bytes: int | None = None
    database_read_bytes: int = 0
    database_write_bytes: int = 0
    database_read_documents: int = 0
    database_write_documents: int = 0
    action_memory_used_mb: int | None = None
    function_args_bytes: int | None = None


class Level(Struct):
    """How many executions of a type run and wait."""

    num_running: int = 0
    num_queued: int = 0


class V2(Struct):
    """An event of version 2, of any topic; with ``_topic`` it is one of version 1."""

    topic: str = ""
    timestamp: Number = -1
    function: Function | None = None
    execution_time_ms: Number = -1
    status: str = ""
    occ_info: Occ | None = None
    will_retry: bool | None = None
    scheduler_info: Scheduled | None = None
    run_reason: str = ""
    usage: Usage | None = None
    lag_seconds: Number = 0
    num_running_jobs: int = 0
    query: Level | None = None
    mutation: Level | None = None
    action: Level | None = None
    node_action: Level | None = None
    http_action: Level | None = None
    audit_log_action: str = ""
    convex: Deployment | None = None


class V1(Struct, rename={
    "topic": "_topic", "timestamp": "_timestamp", "path": "_functionPath", "type": "_functionType",
    "cached": "_functionCached", "took": "executionTimeMs", "read": "databaseReadBytes",
    "written": "databaseWriteBytes", "io_read": "databaseIoReadBytes",
    "io_written": "databaseIoWriteBytes",
}):  # fmt: skip
    """An event of version 1."""

    topic: str = ""
    timestamp: Number = -1
    path: str = ""
    type: str = ""
    cached: bool | None = None
    status: str = ""
    action: str = ""
    took: Number = -1
    read: int = 0
    written: int = 0
    io_read: int | None = None
    io_written: int | None = None
    convex: Deployment | None = None


class CliOcc(Struct, rename="camel"):
    """What an attempt lost to."""

    table_name: str | None = None
    write_source: str | None = None
    document_id: str | None = None
    component_path: str | None = None
    retry_count: int | None = None


class CliUsage(Struct, rename="camel"):
    """What it used."""

    database_io_read_bytes: int | None = None
    database_io_write_bytes: int | None = None
    database_read_bytes: int = 0
    database_write_bytes: int = 0
    database_read_documents: int = 0
    database_write_documents: int = 0
    memory_used_mb: int = 0


class Cli(Struct, rename="camel"):
    """An entry of ``npx convex logs --jsonl``; ``error`` is only looked at for being there."""

    kind: str = ""
    udf_type: str = ""
    component_path: str | None = None
    identifier: str = ""
    timestamp: Number = -1
    cached_result: bool = False
    caller: str = ""
    parent_execution_id: str | None = None
    execution_time: Number = -1
    error: msgspec.Raw = msgspec.Raw(b"null")
    request_id: str = ""
    execution_id: str = ""
    usage_stats: CliUsage | None = None
    occ_info: CliOcc | None = None
    will_retry: bool | None = None
    execution_timestamp: Number = -1
    environment: str = ""


class AxiomV2(Struct):
    """An event as it is sent to Axiom."""

    data: V2
    convex: Deployment | None = None


class AxiomV1(Struct):
    """The same of version 1."""

    data: V1
    convex: Deployment | None = None


class Archived(Struct):
    """A line of a Datadog archive: Datadog's own status and date stand beside the event."""

    attributes: V2
    date: str = ""
    status: str = ""


class Body(Struct, rename="camel"):
    """The text of an OTLP record."""

    string_value: str = ""


class Record(Struct):
    """An OTLP record."""

    body: Body


class Attribute(Struct):
    """An OTLP attribute."""

    key: str = ""
    value: Body = msgspec.field(default_factory=Body)


class Scope(Struct, rename="camel"):
    """The records of one scope."""

    log_records: list[Record] = []


class Resource(Struct):
    """What sent them."""

    attributes: list[Attribute] = []


class ResourceLogs(Struct, rename="camel"):
    """The records of one resource."""

    resource: Resource = msgspec.field(default_factory=Resource)
    scope_logs: list[Scope] = []


class Otlp(Struct, rename="camel"):
    """A request to PostHog."""

    resource_logs: list[ResourceLogs]
