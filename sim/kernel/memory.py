"""How compiled code reaches its memory: `State` is a pointer to one record, tables are addresses.

Numba passes an array as seven numbers and counts references to it; the engine has thirty tables and
calls a function for every small thing. So its functions pass one pointer, and a table is reached
through its address, as a C program would.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .compile import hot
from .layout import (
    ARTIST,
    BUFFERED_JOB,
    CRON_USE,
    DOCUMENT,
    EDGE,
    EFFECT,
    EXECUTOR,
    FRAME,
    FUNCTION,
    GATE,
    HEAP,
    JOB,
    LANE,
    QUANTILES,
    RETRY,
    STREAM,
    VERSION,
)

State = Any
"""A pointer to a record of `sim.kernel.layout.STATE`."""
Record = Any
"""A pointer to a record; its fields can be read and set."""
Words = Any
"""A pointer to integers, indexed like a list."""


@intrinsic
def _record(typing: Any, address: Any, index: Any, dtype: Any) -> Any:
    """The record number ``index`` of the table at ``address``."""
    record = dtype.dtype

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        size = ir.Constant(ir.IntType(64), record.size)
        offset = builder.mul(arguments[1], size)
        where = builder.add(arguments[0], offset)
        return builder.inttoptr(where, context.get_value_type(record))

    return record(types.int64, types.int64, dtype), generate


@intrinsic
def words(typing: Any, address: Any) -> Any:
    """The table of integers at ``address``."""
    pointer = types.CPointer(types.int64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(pointer))

    return pointer(types.int64), generate


@hot
def row_of(address: int, row: int, columns: int) -> Words:
    """One row of a table of integers that has several."""
    return words(address + row * columns * 8)


@hot
def quantiles(s: State, table: int) -> Words:
    """A quantile table (see `sim.draws`)."""
    return row_of(s.tables, table, QUANTILES)


@hot
def heap_record(s: State, place: int) -> Record:
    """A pending event."""
    return _record(s.heap, place, HEAP)


@hot
def frame_record(s: State, number: int) -> Record:
    """An execution."""
    return _record(s.frames, number, FRAME)


@hot
def document_record(s: State, document: int) -> Record:
    """A document or an index range."""
    return _record(s.documents, document, DOCUMENT)


@hot
def version_record(s: State, version: int) -> Record:
    """An old version of a document."""
    return _record(s.versions, version, VERSION)


@hot
def effect_record(s: State, position: int) -> Record:
    """A write that the transaction has buffered."""
    return _record(s.effects, position, EFFECT)


@hot
def buffered_record(s: State, position: int) -> Record:
    """A job that the transaction has buffered."""
    return _record(s.tx_jobs, position, BUFFERED_JOB)


@hot
def edge_record(s: State, edge: int) -> Record:
    """The counters of an edge of the ledger."""
    return _record(s.edges, edge, EDGE)


@hot
def lane_record(s: State, lane: int) -> Record:
    """The places of queries or of mutations."""
    return _record(s.lanes, lane, LANE)


@hot
def gate_record(s: State, runtime: int) -> Record:
    """The places of actions of a runtime."""
    return _record(s.gates, runtime, GATE)


@hot
def executor_record(s: State, executor: int) -> Record:
    """The scheduler's executor or that of the crons."""
    return _record(s.executors, executor, EXECUTOR)


@hot
def queued_record(s: State, place: int) -> Record:
    """A job in the scheduler's backlog."""
    return _record(s.backlog, place, JOB)


@hot
def queued_cron_record(s: State, place: int) -> Record:
    """A job in the backlog of the crons."""
    return _record(s.cron_backlog, place, JOB)


@hot
def job_record(s: State, number: int) -> Record:
    """A job that is not due yet."""
    return _record(s.jobs, number, JOB)


@hot
def retry_record(s: State, policy: int) -> Record:
    """A retry policy."""
    return _record(s.retries, policy, RETRY)


@hot
def cron_record(s: State, number: int) -> Record:
    """A cron."""
    return _record(s.crons, number, CRON_USE)


@hot
def function_record(s: State, function: int) -> Record:
    """What an action takes."""
    return _record(s.functions, function, FUNCTION)


@hot
def stream_record(s: State, stream: int) -> Record:
    """The state of a stream of draws."""
    return _record(s.streams, stream, STREAM)


@hot
def artist_record(s: State, artist: int) -> Record:
    """What the API knows of an artist, and which shows are theirs."""
    return _record(s.artist_facts, artist, ARTIST)
