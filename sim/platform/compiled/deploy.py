"""The engine's memory for a deployment: laid out from a `Backend` that an app was installed on.

The reference engine's own code registers the functions, populates the tables and computes every
setting, so that both engines start from the same numbers. The app has declared its tables.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.counters import TIMES
from sim.draws import advance, mix, quantile_table, stream_key
from sim.platform.external import services_of, since_midnight
from sim.platform.lower import Slot
from sim.platform.reference import NOBODY, Backend, interarrival
from sim.platform.rules import DEEPEST, NEVER, PASSES
from sim.quantiles import BUCKETS
from sim.scenario import Distribution, ExternalSettings

from . import layout as at
from . import services
from .host import Memory, Table, fields, free_list, power_of_two, records, words
from .layout import Layout
from .rows import cron_row, followed, laid_out
from .tables import Tables

_SPARE = 8
"""More entries and frames than one event needs by its nature."""
_SHORT_LIST = 2
"""What a transaction says that has no room for a list."""
_FEW = 16
"""Reads, writes and jobs of a transaction that there is room for from the start."""


class Deployment:
    """A deployed app and the memory that stands for it."""

    def __init__(self, backend: Backend, layout: Layout) -> None:
        self.backend = backend
        self.layout = layout
        self.memory = Memory(layout)
        self.ticks = 0
        """The serial number of the process of all crons."""
        self._lay_out_platform()
        self._lay_out_limits()
        self.tables = Tables(backend, layout, self.memory)
        self.set_code()
        self._make_room()
        self._start()

    # -- growth --------------------------------------------------------------------------------

    def _make_room(self) -> None:
        """How much memory one event may need: as much as a transaction has room to buffer."""
        memory, scheduler = self.memory, self.backend.platform.scheduler
        jobs, effects = memory.length("tx_jobs") + _SPARE, memory.length("effects")
        memory.set(
            "need",
            jobs=jobs,
            frames=min(scheduler.parallelism, jobs) + _SPARE,
            versions=effects + _SPARE,
            keys=memory.length("items") - 8 * effects,
        )
        self.grow()

    def grow(self) -> None:
        """Double what is short of room for one more event."""
        memory = self.memory
        need = {name: int(memory["need"][name]) for name in at.NEED.names or ()}
        while memory["clock"]["pending"] + need["jobs"] > memory.length("heap"):
            memory.double("heap")
        soon = memory["soon_jobs"]
        while soon["waiting"] + need["jobs"] > memory.length("soon"):
            first = int(soon["first"]) & (memory.length("soon") - 1)
            soon["first"] = 0
            memory.double("soon", first)
        while memory["scheduler"]["free_jobs"] < need["jobs"]:
            memory.double_list("jobs", "next", memory["scheduler"], "free_job", "free_jobs")
        executor = memory.tables["executors"][at.SCHEDULER]
        while executor["waiting"] + need["jobs"] > memory.length("backlog"):
            first = int(executor["first"]) & (memory.length("backlog") - 1)
            executor["first"] = 0
            memory.double("backlog", first)
        while memory["frame_list"]["free_frames"] < need["frames"]:
            memory.double_list("frames", "next", memory["frame_list"], "free", "free_frames")
            waiting = memory.tables["waiting"]
            memory.put("waiting", np.hstack([waiting, np.zeros_like(waiting)]))
            memory.double("begins")
            memory.double("lists")
        if max(memory.length("jobs"), memory.length("frames")) > at.LARGEST_REF:
            raise MemoryError(f"more than {at.LARGEST_REF:,} jobs wait for their time")
        while memory["database"]["free_versions"] < need["versions"]:
            memory.double_list(
                "versions", "older", memory["database"], "free_version", "free_versions"
            )
        while memory["database"]["keys_bound"] > need["keys"]:
            memory.double("items")
            need["keys"] = memory.length("items") - 8 * memory.length("effects")
            memory.set("need", keys=need["keys"])

    def grow_transaction(self) -> None:
        """Double what a transaction has room for: it could not buffer all of it."""
        memory, tx = self.memory, self.memory["tx"]
        for name in ("reads", "effects", "jobs"):
            table = "tx_jobs" if name == "jobs" else name
            if tx[name] == memory.length(table):
                memory.double(table)
        if tx["short"] == _SHORT_LIST:
            rooms = memory.tables["lists"]
            memory.put("lists", np.hstack([rooms, np.zeros_like(rooms)]))
            memory.state["size"]["list_room"] = memory.tables["lists"].shape[1]
        tx["short"] = 0
        self._make_room()

    # -- the empty memory ------------------------------------------------------------------------

    def _lay_out_platform(self) -> None:
        """Clock, database, scheduler, executors, crons and the ledger."""
        memory, backend, layout = self.memory, self.backend, self.layout
        of = layout.record_tables
        scheduler, crons = backend.platform.scheduler, list(backend.crons)
        waiting = len(backend.clients.waiting) + _SPARE  # from the start
        jobs = _FEW + _SPARE
        entries = power_of_two(4 * jobs + waiting)
        frames = power_of_two(4 * min(scheduler.parallelism, jobs) + waiting)
        versions = power_of_two(4 * _FEW)
        memory.set("frame_list", free_frames=frames)
        memory.set(
            "database",
            free_versions=versions,
            retention=backend.database.retention,
            luck=backend.database.organic_luck,
        )
        memory.set(
            "scheduler",
            cap=scheduler.outstanding_cap,
            per_function_cap=scheduler.per_function_cap,
            free_jobs=entries,
        )
        memory.set("app", epoch_ms=backend.epoch_ms)
        memory.put("heap", np.zeros(entries, of["heap"]))
        memory.put("soon", np.zeros(entries, of["soon"]))
        memory.set("soon_jobs", due=at.NO_TIME)
        memory.put("frames", free_list(of["frames"], frames, "next"))
        memory.put("versions", free_list(of["versions"], versions, "older"))
        memory.put("reads", words(_FEW))
        memory.put("effects", np.zeros(_FEW, of["effects"]))
        memory.put("tx_jobs", np.zeros(_FEW, of["tx_jobs"]))
        roots = layout.scripts + len(crons)
        memory.put("edges", np.zeros(roots * layout.edges_of_a_root, of["edges"]))
        memory.put("lost", words(layout.functions * layout.tables * layout.winners * 2 * 2))
        memory.put("repeats", words(layout.functions * (DEEPEST + 1)))
        memory.put("times", words(len(TIMES) * layout.functions, BUCKETS))
        memory.put("hops", np.zeros(layout.functions**2, of["hops"]))
        memory.put("ended", words(layout.functions))
        executor = {
            "slots": scheduler.parallelism, "behind_since": NEVER,
            "passes_last": scheduler.pass_time.high > 0,
        }  # fmt: skip
        memory.put("executors", records(of["executors"], [executor] * 2))
        memory.put("backlog", np.zeros(entries, of["backlog"]))
        memory.put("cron_backlog", np.zeros(power_of_two(len(crons) + 1), of["cron_backlog"]))
        memory.put("jobs", free_list(of["jobs"], entries, "next"))
        memory.put("crons", records(of["crons"], [cron_row(layout, cron, 0) for cron in crons]))
        memory.put("functions", records(of["functions"], self._functions()))
        memory.put("waiting", words(2, frames))
        memory.put("begins", words(frames, layout.longest_sequence))
        memory.put("lists", words(frames * layout.list_rooms, _FEW))
        memory.state["size"]["list_room"] = _FEW
        memory.put("sequences", self._sequences())
        answers = 1 + max((guard[0] for guard in layout.program.guards), default=0)
        memory.put("guards", np.zeros(answers, of["guards"]))
        memory.put("writers", words(answers, layout.writers))

    def _lay_out_limits(self) -> None:
        """Places, retries, transaction limits, the API and what is drawn."""
        memory, backend = self.memory, self.backend
        of = self.layout.record_tables
        lanes = (backend.query_lanes, backend.mutation_lanes)
        gates = (backend.gates[False], backend.gates[True])
        retries = (
            backend.called_retry, backend.scheduler.executor.retry, backend.crons.executor.retry,
        )  # fmt: skip
        memory.set("limits", **backend.limits._asdict())
        memory.set("api", since_midnight=since_midnight(backend.starts))
        self._lay_out_services()
        of_a_lane = ("places", "uncontended", "longest_wait")
        memory.put("lanes", records(of["lanes"], [fields(lane, *of_a_lane) for lane in lanes]))
        places = max(lane.places for lane in lanes)
        memory.put("free_at", words(2, places))
        memory.put("recent", words(2, places))
        memory.put(
            "gates", records(of["gates"], [fields(g, "free", "longest_wait") for g in gates])
        )
        policies = [{"limit": retry.limit, "wait": retry.wait_until_visible} for retry in retries]
        memory.put("retries", records(of["retries"], policies))
        memory.put("ceilings", np.array([retry.ceilings for retry in retries], np.int64))
        memory.put("streams", self._streams())
        memory.put("tables", self._quantiles())
        for number, purpose in enumerate(self.layout.program.draws):
            memory.state["draws"][0, number] = stream_key(backend.seed, purpose)

    def _lay_out_services(self) -> None:
        """The API as a whole, and the endpoints that are not like it."""
        memory, names = self.memory, services_of(self.backend.scenario.external)
        found = [services.Service.of(self.backend, number) for number in range(1 + len(names))]
        changed = [each.external for each in self.backend.scenario.operations if each.external]
        rings = [services.ring(each.settings, each.after(changed)) for each in found]
        rows: list[dict[str, int]] = []
        outages: list[tuple[int, int, int]] = []
        for number, each in enumerate(found):
            begin = [sum(ring[k] for ring in rings[:number]) for k in range(2)]
            row = each.row(self.layout, begin, rings[number])
            row["first_outage"] = len(outages)
            outages += each.outages
            row["last_outage"] = len(outages)
            rows.append(row)
        of = self.layout.record_tables["services"]
        memory.put("services", records(of, rows))
        memory.put("accepted", words(sum(ring[0] for ring in rings)))
        memory.put("refused", words(sum(ring[1] for ring in rings)))
        memory.put("outages", np.array(outages or [(0, 0, 0)], np.int64))
        numbers = {name: 1 + place for place, name in enumerate(names)}
        named = [0, *(numbers.get(name, 0) for name in self.layout.program.endpoints)]
        memory.put("service_of", np.array(named, np.int64))

    def change_services(self, external: ExternalSettings) -> None:
        """`External.change`: of the API and of its endpoints."""
        names = ("", *services_of(self.backend.scenario.external))
        for name, row in zip(names, self.memory.tables["services"], strict=True):
            own = external.endpoint(name) if name else external
            for field, value in services.changeable(own).items():
                row[field] = value

    def _functions(self) -> list[dict[str, int]]:
        """What functions take, and where actions and scripts begin."""
        backend, program, found = self.backend, self.layout.program, []
        latency, tables = backend.platform.latency, self._latency_tables()
        for name, type_, entry in zip(
            program.functions, program.types, program.entries, strict=True
        ):
            row = {"entry": entry}
            if type_ == "action":
                function = backend.functions[name]
                row |= fields(function, "memory_mib", "time_out")
                row["gate"] = int(function.gate is backend.gates[True])
            elif type_ == "query":
                row["latency"] = tables[latency.of(name, "query")]
            elif type_ == "mutation":
                row["latency"] = tables[latency.of(name, "mutation")]
                row["commit"] = tables[latency.of(name, "commit")]
            found.append(row)
        return found

    def _sequences(self) -> Table:
        """Queries that are run at once: how many, then an evaluation and a function of each."""
        sequences = self.layout.program.sequences or ((),)
        table = words(len(sequences), 1 + 2 * self.layout.longest_sequence)
        for row, sequence in zip(table, sequences, strict=True):
            row[0] = len(sequence) // 2
            row[1 : 1 + len(sequence)] = sequence
        return table

    def _streams(self) -> Table:
        """All streams, each with its next draw; one that the layout has taken already is passed."""
        backend, layout = self.backend, self.layout
        functions = layout.program.functions[: layout.functions]
        purposes = [
            "backoff.called", "backoff.scheduled", "backoff.cron",
            "scheduler.overhead", "crons.overhead", "scheduler.pass", "crons.pass",
            "organic.conflict", "external.latency", "external.rejected_latency", "external.error",
            *(f"latency:{name}" for name in functions),
            *(f"commit:{name}" for name in functions),
            *(f"arrivals:{kind}" for kind in backend.clients.scripts),
        ]  # fmt: skip
        assert len(purposes) == layout.streams
        purposes += [
            f"external.{name}.{drawn}" for name in services_of(backend.scenario.external)
            for drawn in services.DRAWN
        ]  # fmt: skip
        keys = [stream_key(backend.seed, purpose) for purpose in purposes]
        keys[at.ORGANIC_CONFLICT] = advance(keys[at.ORGANIC_CONFLICT])
        for script in range(layout.scripts):
            keys[layout.arrival_streams + script] = advance(keys[layout.arrival_streams + script])
        states = [advance(key) for key in keys]
        return records(at.STREAM, [{"state": state, "draw": mix(state)} for state in states])

    def _quantiles(self) -> Table:
        """All quantile tables."""
        common = self._common_latencies()
        own = [each for each, number in self._latency_tables().items() if number >= len(common)]
        return np.array([quantile_table(each) for each in (*common, *own)], np.int64)

    def _latency_tables(self) -> dict[Distribution, int]:
        """The quantile tables of the functions' latencies; their own come after all others."""
        latency, common = self.backend.platform.latency, self._common_latencies()
        tables: dict[Distribution, int] = {}
        for step, table in (
            ("query", at.QUERY_LATENCY), ("mutation", at.MUTATION_LATENCY),
            ("commit", at.COMMIT_LATENCY),
        ):  # fmt: skip
            tables.setdefault(getattr(latency, step), table)
        for own in latency.functions.values():
            for each in (own.query, own.mutation, own.commit):
                if each is not None and each not in tables:
                    tables[each] = len(common) + sum(n >= len(common) for n in tables.values())
        return tables

    def _common_latencies(self) -> tuple[Distribution, ...]:
        """What is drawn from that is no function's own, in the order of the layout."""
        backend, external = self.backend, self.backend.scenario.external
        latency = backend.platform.latency
        rates = [backend.clients.arrival_rates.get(kind) or 1 for kind in backend.clients.scripts]
        return (
            latency.query, latency.mutation, latency.commit,
            backend.platform.scheduler.overhead, backend.platform.scheduler.pass_time,
            external.latency, external.rejected_latency,
            *(interarrival(rate) for rate in rates),
            *(
                latency
                for name in services_of(external) for own in (external.endpoint(name),)
                for latency in (own.latency, own.rejected_latency)
            ),
        )  # fmt: skip

    # -- settings ----------------------------------------------------------------------------------

    def set_code(self) -> None:
        """Deploy the app as it is now: what starts from now on runs with these settings."""
        memory, layout = self.memory, self.layout
        codes = memory.tables.get("codes", np.zeros(0, layout.code))
        numbers = memory.tables.get("code_words", words(0)).tolist()
        memory.put("codes", np.append(codes, np.zeros(1, layout.code)))
        code = memory.tables["codes"][-1]
        for slot in layout.program.slots:
            self._set_slot(code, slot, numbers)
        memory.put("code_words", np.array(numbers or [0], np.int64))
        memory.set("app", code=len(codes))

    def _set_slot(self, code: Any, slot: Slot, numbers: list[int]) -> None:
        value = followed(self.backend, self.layout, slot.function, slot.path)
        if slot.fields:
            for name in slot.fields:
                code[slot.name][name] = getattr(value, name)
        elif slot.options:
            code[slot.name] = slot.options.index(value)
        elif slot.is_list:
            code[slot.name], code[f"{slot.name}_n"] = len(numbers), len(value)
            numbers += value
        else:
            code[slot.name] = value

    # -- the first events --------------------------------------------------------------------------

    def _start(self) -> None:
        """The processes and clients that wait from the start, with the serials they were given."""
        backend, layout, kinds = self.backend, self.layout, list(self.backend.clients.scripts)
        for waiting in backend.clients.waiting:
            script = kinds.index(waiting.kind)
            first = layout.first_arrivals if waiting.args is None else layout.functions
            self._wake(waiting.time, waiting.serial, first + script, waiting.args or ())
        self.ticks = next(backend.env.serials)
        due = 0 if len(self.memory.tables["crons"]) else NEVER
        self._wake(due, self.ticks, layout.cron_ticks, ())
        for number, executor in enumerate(self.memory.tables["executors"]):
            executor["passes"] = self._frame(
                serial=PASSES + number, function=layout.cron_ticks, stage=at.PASS, executor=number
            )
        clock, heap = self.memory["clock"], self.memory.tables["heap"]
        clock["serial"] = self.ticks + 1
        heap[: clock["pending"]].sort(order=("time", "key"))  # in ascending order it is a heap

    def _wake(self, time: int, serial: int, function: int, arguments: Sequence[int]) -> None:
        """A new frame with its first event."""
        clock, heap = self.memory["clock"], self.memory.tables["heap"]
        number = self._frame(
            serial=serial, function=function, stage=at.BEGIN, now=time, claimed=time,
            executor=at.NO_EXECUTOR,
            **{f"a{n}": argument for n, argument in enumerate(laid_out(arguments))},
        )  # fmt: skip
        heap[clock["pending"]] = (time, serial << at.REF_BITS | number)
        clock["pending"] += 1

    def _frame(self, **values: int) -> int:
        """The number of a new frame."""
        frames = self.memory["frame_list"]
        number = int(frames["free"])
        frame = self.memory.tables["frames"][number]
        frames["free"] = frame["next"]
        frames["free_frames"] -= 1
        values |= {
            "number": number, "top": number, "scheduled_by": NOBODY, "deadline": 1 << 62,
            "parent": -1, "edge": -1, "cron": -1, "retry": at.CALLED,
        }  # fmt: skip
        for name, value in values.items():
            frame[name] = value
        return number
