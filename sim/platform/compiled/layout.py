"""What the compiled engine's memory looks like: numbers for names, records, and a `Layout`.

Everything is a 64-bit integer in an array of records. A record here has the fields of the class of
the reference engine that it stands for. What depends on the app follows from its lowered `Program`:
the words of a row, of a frame and of a job, the record of its settings.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields
from functools import cached_property
from typing import Final

import numpy as np

from sim.counters import COUNTERS
from sim.draws import CELLS
from sim.platform.lower import Program
from sim.platform.reference import ABSENT, Refusals
from sim.platform.rules import Limits

__all__ = ["ABSENT", "Layout"]

# -- indices of the small tables ---------------------------------------------------------------

QUERY, MUTATION = range(2)
"""Lanes."""
OWN_RUNTIME, NODE_RUNTIME = range(2)
"""Gates."""
LATENCY, SCHEDULING_LAG, RETRY_TIME = range(3)
"""Kinds of times, in the order of `sim.counters.CallTimes`."""
SCHEDULER, CRONS, NO_EXECUTOR = 0, 1, -1
CALLED, SCHEDULED, CRON = range(3)
"""Retry policies."""

QUERY_LATENCY, MUTATION_LATENCY, COMMIT_LATENCY, OVERHEAD, PASS_TIME = range(5)
API_LATENCY, API_REJECTED_LATENCY, FIRST_GAPS = range(5, 8)
"""Quantile tables; the gaps between arrivals of clients follow, by script, then the latencies of
endpoints of the API, then those that functions have instead of the first three."""

BACKOFF_STREAMS: Final = 0
OVERHEAD_STREAMS: Final = 3
PASS_STREAMS: Final = 5
ORGANIC_CONFLICT, API_LATENCY_STREAM = range(7, 9)
"""The API draws from three streams: latencies, latencies of refusals, errors."""
LATENCY_STREAMS: Final = 11
"""Streams; then one for the latency of each function, one for its commits, one for the arrivals of
each script's clients."""

# -- stages of an execution: what it does when it continues -----------------------------------

(
    RUN, VALIDATE, VALIDATE_LARGE, QUERIES_LAST, QUERY_BEGIN, LIMITED_REQUEST, END,
    BEGIN, CLIENT_END, WAIT_GATE, QUERY_NEXT, QUERY_PLACED, ATTEMPT_BEGIN, BATCH, SCHEDULE,
    CALL_ACTION, PASS,
) = range(17)  # fmt: skip

# What the steps of an app's function return: what the platform shall do next.
(
    DO_QUERY, DO_QUERIES, DO_MUTATION, DO_REQUEST, DO_LIMITED_REQUEST, DO_BATCH, DO_SCHEDULE,
    DO_ACTION, DO_PYTHON, DO_RETURN, DO_FAIL,
) = range(11)  # fmt: skip

# What the platform's steps return instead of a time.
FEWEST_KEYS: Final = 4
"""Keys that a range has room for as soon as it has any."""

DONE: Final = -1
"""The operation is over: the function goes on."""
OVER: Final = -2
"""The execution is over, or others will wake it."""
ASKS: Final = -3
"""Python must do something before the same event goes on: run a function, or make room."""

# What `run_until` returns.
REACHED: Final = 0
OUT_OF_ROOM: Final = 1
PAUSED: Final = 2
ASKED: Final = 3

# -- records -----------------------------------------------------------------------------------


def _record(*names: str, **others: str) -> np.dtype[np.void]:
    return np.dtype([(name, "i8") for name in names] + list(others.items()), align=True)


def _words(letter: str, number: int) -> list[str]:
    return [f"{letter}{n}" for n in range(number)]


CLOCK = _record(
    "now", "serial", "live", "disabled", "events", "pending", "pause_at", "asked", "edges_used",
)  # fmt: skip
HEAP = _record("time", "key")
"""A pending event; ``key`` is the serial and, in the lowest `REF_BITS`, who continues: see
`sim.platform.compiled.clock`."""
REF_BITS: Final = 27
LARGEST_REF: Final = (1 << REF_BITS - 1) - 1
"""So many frames, and jobs that wait for their time, can be told apart."""
SOON = _record("first", "waiting", "due")
"""Jobs that are due when the transaction that scheduled them is visible: a ring in the order of
their times. ``due`` is the first one's."""
LINE: Final = 64
"""Bytes of a line of the processor's caches."""
NO_TIME: Final = (1 << 63) - 1
"""Later than every event."""
DATABASE = _record(
    "visible_at", "free_version", "free_versions", "retention", "keys_used", "keys_in_use",
    "keys_bound", luck="f8",
)  # fmt: skip
TRANSACTION = _record(
    "number", "begin", "now_ms", "reads", "effects", "jobs", "read_bytes", "written_bytes",
    "extra_documents", "large", "stamp", "value", "short", "rejected",
    "rejected_by_function",
)  # fmt: skip
EDGE = _record(*COUNTERS, "deepest")
RANGE = _record("visible_at", "w0", "w1")
"""The row of an index range: the number of its keys, and where they stand."""
HOP = _record("jobs", "through", "ahead_us")
GUARD_USE = _record("count", "own", "only_own")
LANE = _record("places", "uncontended", "longest_wait", "delayed", "rejected", "recent", "position")
GATE = _record("free", "longest_wait", "delayed", "rejected", "waiting")
EXECUTOR = _record(
    "slots", "running", "executed", "paused", "behind_since", "behind_us", "held_us", "peak",
    "first", "waiting", "passed", "asked", "passes", "passes_last",
)  # fmt: skip
"""``passes`` is the frame of its passes, ``passes_last`` whether they take any time."""
SCHEDULER_COUNTS = _record(
    "created", "future", "rejected", "rejected_by_function", "cleared", "cap", "per_function_cap",
    "free_job", "free_jobs", "due_at",
)  # fmt: skip
REFUSALS = _record(*(counter.name for counter in fields(Refusals)))
RETRY = _record("limit", "wait")
API = _record(
    "requests", "limited", "rejected", "failed", "rejected_locked_out", "since_midnight",
)  # fmt: skip
SERVICE = _record(
    # how it answers: an endpoint with settings of its own, or the API as a whole
    "limits", "covered", "latency", "rejected_latency", "latency_stream", "rejected_stream",
    "error_stream", "errors", "first_outage", "last_outage",
    # its limits, unless they are those of another service
    "limit", "window", "log", "start", "current", "previous", "accepted", "oldest",
    "accepted_at", "accepted_room", "lockout_after", "lockout", "locked_until", "refused",
    "refused_at", "refused_room", "lockouts", "quota", "day", "used", "others", "owed",
    error_bound="u8",
)  # fmt: skip
FUNCTION = _record("memory_mib", "time_out", "gate", "entry", "latency", "commit")
"""``latency`` and ``commit`` are its quantile tables."""
APP = _record("epoch_ms", "code")
LIMITS = _record(*Limits._fields)
FRAME_LIST = _record("free", "free_frames", "current")
NEED = _record("jobs", "frames", "versions", "keys")

QUANTILES: Final = CELLS + 1
"""Columns of the table of quantiles."""
STREAM = _record(state="u8", draw="u8")
"""A stream of draws; ``draw`` is the next one."""
WORD_TABLES: Final = (
    "reads", "free_at", "recent", "waiting", "ceilings", "accepted", "refused", "tables", "ended",
    "service_of", "outages",
    "lost", "repeats", "times", "writers", "items", "lists", "begins", "sequences", "code_words",
)  # fmt: skip
"""Tables of integers; those of several rows have them one after another."""


class Layout:
    """The memory of one app's engine: records, and numbers that its compiled code may rely on."""

    def __init__(self, program: Program) -> None:
        self.program = program
        types = program.types
        self.functions = sum(type_ != "script" for type_ in types)
        """How many functions the app has; scripts of clients come after them."""
        self.first_action = types.count("query") + types.count("mutation")
        self.scripts = len(types) - self.functions
        self.first_arrivals = self.functions + self.scripts
        """The processes of arriving clients, by script; then the process of all crons."""
        self.cron_ticks = self.first_arrivals + self.scripts
        # A root has rows of edges: of whoever schedules, then of whoever calls, then its own.
        self.entry_row = 2 * self.functions
        self.rows_of_a_root = self.entry_row + 1
        self.edges_of_a_root = self.rows_of_a_root * self.functions
        self.function_bits = max(1, (len(types) - 1).bit_length())
        """A stamp is a serial and two numbers of functions or scripts."""
        self.writers = 1 + (1 << 2 * self.function_bits)
        """Those two numbers together and one more; 0 is nobody, who wrote what was there before."""
        self.tables = max(1, len(program.tables))
        self.winners = self.functions + 2
        """Who may win a conflict: nobody known, a function, or organic traffic."""
        self.commit_streams = LATENCY_STREAMS + self.functions
        self.arrival_streams = LATENCY_STREAMS + 2 * self.functions
        self.streams = self.arrival_streams + self.scripts
        self.longest_sequence = max([1, *(len(each) // 2 for each in program.sequences)])
        self.list_rooms = max(1, program.list_rooms)
        self.row_words = max([1, *(words for _, words, _ in program.tables)])

    @cached_property
    def row(self) -> np.dtype[np.void]:
        """What a document, an old version and a buffered write begin with.

        The first word of a range is the number of its keys, the second where they stand.
        """
        return _record("visible_at", *_words("w", self.row_words))

    @cached_property
    def code(self) -> np.dtype[np.void]:
        """The settings of one deployment."""
        fields: list[tuple[str, object]] = [("version", "i8")]
        for slot in self.program.slots:
            if slot.fields:
                fields.append((slot.name, _record(*slot.fields)))
            else:
                fields.append((slot.name, "i8"))
            if slot.is_list:
                fields.append((f"{slot.name}_n", "i8"))
        return np.dtype(fields, align=True)

    @cached_property
    def frame(self) -> np.dtype[np.void]:
        """An execution: what every event looks at comes first and fills few lines of the cache."""
        program = self.program
        ancestors = self._set_of_functions
        fields: list[tuple[str, str]] = []
        for type_, names in (
            # the local clock, the attempt of a mutation, where the function goes on
            ("i8", ("now", "deadline", "value", "attempt_begin", "execution", "commit")),
            ("i4", ("stage", "step", "then", "callee", "number", "function", "row", "attempt_edge",
                    "evaluation", "more", "error", "failures", "retry", "failed")),
            ("i8", ("serial", "called")),
            # arguments, arguments of the call, its result's words, the function's own variables
            ("i8", (*_words("a", program.arguments), *_words("c", program.arguments),
                    *_words("r", program.result_words), *_words("v", program.frame_words))),
            # what an execution begins and ends with, and what it schedules
            ("i4", ("edge", "executor", "cron", "parent", "depth", "next", "top", "root",
                    "generation", "comes_round", "sequence", "list_place")),
            (ancestors, ("ancestors", "scheduled_functions")),
            ("i8", ("scheduled_by", "claimed", "asked", "begin", "delay", "scheduled",
                    "first_lost")),
        ):  # fmt: skip
            fields += [(name, type_) for name in names]
        size = np.dtype(fields, align=True).itemsize
        spare = -size % LINE // 4
        return np.dtype([*fields, *((f"spare{n}", "i4") for n in range(spare))], align=True)

    @property
    def _set_of_functions(self) -> str:
        """The type of a set of functions, a bit each."""
        return "i4" if self.functions < 32 else "i8"

    @cached_property
    def record_tables(self) -> dict[str, np.dtype[np.void]]:
        """Tables of records: name → record."""
        row = self.row.names or ()
        arguments = _words("a", self.program.job_words)
        job = _record(
            "serial", "scheduled_by", "became_due", *arguments, ancestors=self._set_of_functions,
            edge="i4", next="i4", generation="i4",
        )  # fmt: skip
        cron = _record(
            "due", "every", "last", "function", "runs", "skipped", "skipped_disabled", "busy",
            *_words("a", self.program.arguments),
        )  # fmt: skip
        return {
            "heap": HEAP,
            "frames": self.frame,
            "documents": _record(
                *row,
                "size",
                "newest",
                "oldest",
                "mark",
                hazard="f8",
                losses="i4",
                table="i2",
                writer="i2",
            ),
            "versions": _record(*row, "older", "newer"),
            "effects": _record(*row, "document", "size", "insert"),
            "no_rows": self.row,
            "tx_jobs": _record("delay", "function", *arguments),
            "edges": EDGE,
            "lanes": LANE,
            "gates": GATE,
            "executors": EXECUTOR,
            "backlog": job,
            "cron_backlog": job,
            "jobs": job,
            "soon": np.dtype([("due", "i8"), ("job", job)], align=True),
            "retries": RETRY,
            "crons": cron,
            "functions": FUNCTION,
            "services": SERVICE,
            "streams": STREAM,
            "codes": self.code,
            "hops": HOP,
            "guards": GUARD_USE,
        }

    @cached_property
    def word_tables(self) -> tuple[str, ...]:
        """Tables of integers."""
        program = self.program
        facts = [f"f{n}" for n in range(len(program.facts))]
        return (*WORD_TABLES, *facts, *(f"k{n}" for n in range(program.key_sets)))

    @cached_property
    def state(self) -> np.dtype[np.void]:
        """The whole memory: single records, the length of a row of every table, its address.

        The last field is named by a hash of the program, so that no two apps have the same type.
        """
        program = self.program
        tables = (*self.record_tables, *self.word_tables)
        firsts = [f"t{n}" for n in range(len(program.tables))]
        counts = [*firsts, *(f"n{n}" for n in range(len(program.facts)))]
        counters = [f"c{number}_{name}" for number, name in program.counters]
        digest = hashlib.sha256(program.to_json().encode()).hexdigest()[:16]
        return np.dtype(
            [
                ("clock", CLOCK),
                ("soon_jobs", SOON),
                ("frame_list", FRAME_LIST),
                ("database", DATABASE),
                ("tx", TRANSACTION),
                ("scheduler", SCHEDULER_COUNTS),
                ("refusals", REFUSALS),
                ("api", API),
                ("app", APP),
                ("limits", LIMITS),
                ("first", _record(*(firsts or ["none"]))),
                ("count", _record(*(counts or ["none"]))),
                ("counters", _record(*(counters or ["none"]))),
                ("job", self.record_tables["jobs"]),
                ("need", NEED),
                ("size", _record(*tables, "list_room")),
                ("draws", "u8", (max(1, len(program.draws)),)),
                *((name, "i8") for name in tables),
                (f"of_{digest}", "i8"),
            ],
            align=True,
        )
