"""How compiled code reaches its memory: `State` is a pointer to one record, tables are addresses.

Numba passes an array as seven numbers and counts references to it; the engine has thirty tables and
calls a function for every small thing. So its functions pass one pointer, and a table is reached
through its address, as a C program would.

The type of that pointer says which app's memory it is: what a record looks like, how many functions
there are and which code an app's function has are found by it while the engine is compiled. So the
engine's functions are written once for all apps, and compiled for each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types as _types
from numba.extending import intrinsic as _intrinsic
from numba.np.numpy_support import from_dtype

from .compile import hot
from .layout import LINE, QUANTILES, RANGE, Layout

types: Any = _types  # Numba's own types are incomplete
intrinsic: Any = _intrinsic

State = Any
"""A pointer to a record of `sim.platform.compiled.layout.Layout.state`."""
Record = Any
"""A pointer to a record; its fields can be read and set."""
Row = Any
"""A pointer to a row's version: `sim.platform.compiled.layout.Layout.row`."""
Words = Any
"""A pointer to integers, indexed like a list."""

_LINES_OF_MOST_EVENTS = 3

_LAYOUTS: dict[Any, Layout] = {}
_RECORDS: dict[Any, dict[str, Any]] = {}
"""The types of the records of every app's tables, by the type of its state."""


def _record_types(layout: Layout) -> Any:
    """The types of an app's records; that of the state is given.

    Numba calls a record by all of its fields, and a function by the names of its arguments' types:
    most of what it would write and read are such names. So these records get short ones.
    """
    state = from_dtype(layout.state)
    records = {name: from_dtype(record) for name, record in layout.record_tables.items()}
    records |= {"a row": from_dtype(layout.row), "a range": from_dtype(RANGE)}
    named: dict[int, Any] = {}
    inside = [state, *records.values()]
    while inside:
        record = inside.pop()
        if isinstance(record, types.Record) and id(record) not in named:
            named[id(record)] = record
            inside += [field.type for field in record.fields.values()]
    digest = (layout.state.names or ("",))[-1]
    for number, record in enumerate(named.values()):
        record.name = f"record{number}{digest}"
    _LAYOUTS[state] = layout
    _RECORDS[state] = records
    return state


def state_at(layout: Layout) -> Callable[[int], State]:
    """What gives the memory's one record at its address, for code that is compiled for an app."""
    state = _record_types(layout)

    def at(typing: Any, address: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return builder.inttoptr(arguments[0], context.get_value_type(state))

        return state(types.int64), generate

    accessor: Callable[[int], State] = intrinsic(at)
    return accessor


def layout_of(state: Any) -> Layout:
    """The layout that a state's type stands for."""
    return _LAYOUTS[state]


def _constant(name: str) -> Callable[[State], int]:
    """What gives a number of the layout, as a constant of the compiled code."""

    def number(typing: Any, s: Any) -> Any:
        value = getattr(layout_of(s), name)

        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            return ir.Constant(ir.IntType(64), value)

        return types.int64(s), generate

    accessor: Callable[[State], int] = intrinsic(number)
    return accessor


functions = _constant("functions")
first_action = _constant("first_action")
first_arrivals = _constant("first_arrivals")
cron_ticks = _constant("cron_ticks")
entry_row = _constant("entry_row")
rows_of_a_root = _constant("rows_of_a_root")
edges_of_a_root = _constant("edges_of_a_root")
function_bits = _constant("function_bits")
writers = _constant("writers")
commit_streams = _constant("commit_streams")
tables = _constant("tables")
winners = _constant("winners")
arrival_streams = _constant("arrival_streams")
longest_sequence = _constant("longest_sequence")
list_rooms = _constant("list_rooms")


def _words(typing: Any, address: Any) -> Any:
    pointer = types.CPointer(types.int64)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(pointer))

    return pointer(types.int64), generate


words: Callable[[int], Words] = intrinsic(_words)
"""The table of integers at an address."""


def _fetch(builder: Any, address: Any) -> None:
    """Begin to fetch a line of memory into the processor's caches, without waiting for it."""
    byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
    prefetch = builder.module.declare_intrinsic(
        "llvm.prefetch", [byte], ir.FunctionType(ir.VoidType(), [byte, word, word, word])
    )
    to_read, keep, data = word(0), word(3), word(1)
    builder.call(prefetch, [builder.bitcast(address, byte), to_read, keep, data])


def _fetch_word(typing: Any, table: Any, place: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        _fetch(builder, builder.gep(arguments[0], [arguments[1]]))
        return context.get_dummy_value()

    return types.void(types.CPointer(types.int64), types.int64), generate


fetch_word: Any = intrinsic(_fetch_word)
"""Begin to fetch a word of a table, which is needed soon."""


@hot
def row_of(address: int, row: int, columns: int) -> Words:
    """One row of a table of integers that has several."""
    return words(address + row * columns * 8)


@hot
def quantiles(s: State, table: int) -> Words:
    """A quantile table (see `sim.draws`)."""
    return row_of(s.tables, table, QUANTILES)


def _records(table: str, begins_with: str = "") -> Callable[[State, int], Record]:
    """What gives the record of a number in a table of records, or what that begins with."""

    def records(typing: Any, s: Any, number: Any) -> Any:
        size = layout_of(s).record_tables[table].itemsize
        record = _RECORDS[s][begins_with or table]

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


def _fetch_frame(typing: Any, frame: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address = builder.ptrtoint(arguments[0], ir.IntType(64))
        for line in range(_LINES_OF_MOST_EVENTS):
            where = builder.add(address, ir.IntType(64)(line * LINE))
            _fetch(builder, builder.inttoptr(where, ir.IntType(8).as_pointer()))
        return context.get_dummy_value()

    return types.void(frame), generate


fetch_frame: Any = intrinsic(_fetch_frame)
"""Begin to fetch what most events need of an execution, which continues soon."""
document_record = _records("documents")
"""A document or an index range."""
range_record = _records("documents", "a range")
"""The newest version of an index range."""
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
soon_record = _records("soon")
"""A job that is due when the transaction that scheduled it is visible."""
retry_record = _records("retries")
"""A retry policy."""
cron_record = _records("crons")
"""A cron."""
function_record = _records("functions")
"""What an action takes, and where it begins."""
service_record = _records("services")
"""The API, or an endpoint of it."""
stream_record = _records("streams")
"""The state of a stream of draws."""
code_record = _records("codes")
"""The settings of a deployment."""
hop_record = _records("hops")
"""What executions that come round schedule."""
guard_record = _records("guards")
"""How often a guard gave an answer."""

document_row = _records("documents", "a row")
"""The newest version of a document."""
version_row = _records("versions", "a row")
"""An old version of a document."""
effect_row = _records("effects", "a row")
"""A row that the transaction has buffered."""
absent_row = _records("no_rows", "a row")
"""A row that does not exist."""
