"""How compiled code reaches its memory: `State` is a pointer to one record, tables are addresses.

Numba passes an array as seven numbers and counts references to it; the engine has thirty tables and
calls a function for every small thing. So its functions pass one pointer, and a table is reached
through its address, as a C program would.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types as _types
from numba.extending import intrinsic as _intrinsic
from numba.np.numpy_support import from_dtype

from .compile import hot
from .layout import QUANTILES, RECORD_TABLES, ROW, STATE

types: Any = _types  # Numba's own types are incomplete
intrinsic: Any = _intrinsic

State = Any
"""A pointer to a record of `sim.platform.compiled.layout.STATE`."""
Record = Any
"""A pointer to a record; its fields can be read and set."""
Row = Any
"""A pointer to a row's version: `sim.platform.compiled.layout.ROW`."""
Words = Any
"""A pointer to integers, indexed like a list."""


def _state_at(typing: Any, address: Any) -> Any:
    state = from_dtype(STATE)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(state))

    return state(types.int64), generate


state_at: Callable[[int], State] = intrinsic(_state_at)
"""The memory's one record, at its address."""


def _words(typing: Any, address: Any) -> Any:
    pointer = types.CPointer(types.int64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(pointer))

    return pointer(types.int64), generate


words: Callable[[int], Words] = intrinsic(_words)
"""The table of integers at an address."""


@hot
def row_of(address: int, row: int, columns: int) -> Words:
    """One row of a table of integers that has several."""
    return words(address + row * columns * 8)


@hot
def quantiles(s: State, table: int) -> Words:
    """A quantile table (see `sim.draws`)."""
    return row_of(s.tables, table, QUANTILES)


def _records(table: str, of: Any = None) -> Callable[[State, int], Record]:
    """What gives the record of a number in a table of `RECORD_TABLES`, or what it begins with."""
    size, record = RECORD_TABLES[table].itemsize, from_dtype(of or RECORD_TABLES[table])

    def records(typing: Any, s: Any, number: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            word = ir.IntType(64)
            field = builder.add(builder.ptrtoint(arguments[0], word), word(s.offset(table)))
            address = builder.load(builder.inttoptr(field, word.as_pointer()))
            offset = builder.mul(arguments[1], word(size))
            where = builder.add(address, offset)
            return builder.inttoptr(where, context.get_value_type(record))

        return record(s, types.int64), generate

    accessor: Callable[[State, int], Record] = intrinsic(records)
    return accessor


heap_record = _records("heap")
"""A pending event, by its place in the heap."""
frame_record = _records("frames")
"""An execution."""
document_record = _records("documents")
"""A document or an index range."""
version_record = _records("versions")
"""An old version of a document."""
effect_record = _records("effects")
"""A write that the transaction has buffered."""
buffered_record = _records("tx_jobs")
"""A job that the transaction has buffered."""
edge_record = _records("edges")
"""The counters of an edge of the ledger."""
lane_record = _records("lanes")
"""The places of queries or of mutations."""
gate_record = _records("gates")
"""The places of actions of a runtime."""
executor_record = _records("executors")
"""The scheduler's executor or that of the crons."""
queued_record = _records("backlog")
"""A job in the scheduler's backlog."""
queued_cron_record = _records("cron_backlog")
"""A job in the backlog of the crons."""
job_record = _records("jobs")
"""A job that is not due yet."""
retry_record = _records("retries")
"""A retry policy."""
cron_record = _records("crons")
"""A cron."""
function_record = _records("functions")
"""What an action takes."""
stream_record = _records("streams")
"""The state of a stream of draws."""
artist_record = _records("artist_facts")
"""What the API knows of an artist, and which shows are theirs."""
code_record = _records("codes")
"""The settings that an action runs with."""
hop_record = _records("hops")
"""What executions that come round schedule."""
guard_record = _records("guards")
"""How often the guard of the catalog sync gave an answer."""

document_row = _records("documents", ROW)
"""The newest version of a document."""
version_row = _records("versions", ROW)
"""An old version of a document."""
effect_row = _records("effects", ROW)
"""A row that the transaction has buffered."""
