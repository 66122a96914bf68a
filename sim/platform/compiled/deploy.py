"""The engine's memory for a deployment: laid out from a `Backend` that an app was installed on.

The reference engine's own code registers the functions, populates the world and computes every
setting, so that both engines start from the same numbers.
"""

from __future__ import annotations

from itertools import accumulate, takewhile

import numpy as np

from sim.apps.setlist import Population, Settings
from sim.apps.setlist.outcomes import Outcomes
from sim.apps.setlist.shows import VENUE_SIZE
from sim.apps.setlist.songs import ERROR_SIZE
from sim.apps.setlist.world import Catalog, World
from sim.draws import advance, mix, quantile_table, sample_table, stream_key, threshold
from sim.guards import SyncDecision
from sim.platform.reference import FEW_WRITES, NEVER, NOBODY, Backend, interarrival

from . import layout as at
from .host import Memory, Table, fields, free_list, power_of_two, records, words
from .layout import ABSENT, FUNCTIONS, N_FUNCTIONS
from .rows import as_words, cron_row

_SPARE = 8
"""More entries and frames than one event needs by its nature."""


def import_catalogs(backend: Backend, rate: float, world: World) -> list[Catalog]:
    """What the API knows of the artists that users import before the horizon."""
    if not rate:
        return []
    gaps = backend.samples("arrivals:imports", interarrival(rate))
    horizon = backend.scenario.horizon
    arrivals = sum(1 for _ in takewhile(lambda time: time < horizon, accumulate(gaps)))
    return [world.import_catalog(number) for number in range(arrivals)]


class Deployment:
    """A deployed app and the memory that stands for it."""

    def __init__(self, backend: Backend, outcomes: Outcomes) -> None:
        scenario = backend.scenario
        assert isinstance(scenario.app, Settings)
        assert isinstance(scenario.population, Population)
        self.backend = backend
        self.world = world = outcomes.world
        self.counts = outcomes.counts
        self._settings = settings = scenario.app
        self.imports = import_catalogs(backend, settings.visitors.imports, world)
        self._artists = len(world.artists) + len(self.imports)
        self._shows = len(world.shows) + len(self.imports) * scenario.population.import_shows
        self._need = {"jobs": 0, "frames": 0, "versions": self._artists + _SPARE}
        self._make_room_for(settings)
        self.memory = Memory()
        self.ticks = 0
        """The serial number of the process of all crons."""
        self._lay_out()
        self._fill()
        self._start()

    # -- growth --------------------------------------------------------------------------------

    def _make_room_for(self, settings: Settings) -> None:
        """How much memory one event of the app with these settings may need."""
        batch = max(settings.refresh.limit, settings.backfill.limit, settings.manual_backfill.limit)
        scheduler, need = self.backend.platform.scheduler, self._need
        jobs = max(
            min(batch, self._shows, scheduler.per_function_cap), len(settings.seeding.delays)
        )
        need["jobs"] = max(need["jobs"], jobs + _SPARE)
        need["frames"] = min(scheduler.parallelism, need["jobs"]) + _SPARE

    def grow(self) -> None:
        """Double what is short of room for one more event."""
        memory, need = self.memory, self._need
        if memory["clock"]["pending"] + need["jobs"] > memory.length("heap"):
            memory.double("heap")
        if memory["scheduler"]["free_jobs"] < need["jobs"]:
            memory.double_list("jobs", "next", memory["scheduler"], "free_job", "free_jobs")
        executor = memory.tables["executors"][at.SCHEDULER]
        if executor["waiting"] + need["jobs"] > memory.length("backlog"):
            first = int(executor["first"]) & (memory.length("backlog") - 1)
            executor["first"] = 0
            memory.double("backlog", first)
        if memory["frame_list"]["free_frames"] < need["frames"]:
            memory.double_list("frames", "next", memory["frame_list"], "free", "free_frames")
            waiting = memory.tables["waiting"]
            memory.put("waiting", np.hstack([waiting, np.zeros_like(waiting)]))
            memory.double("stale")
        if memory["database"]["free_versions"] < need["versions"]:
            memory.double_list(
                "versions", "older", memory["database"], "free_version", "free_versions"
            )

    # -- the empty memory ------------------------------------------------------------------------

    def _lay_out(self) -> None:
        """Every record and table but the world's contents."""
        self._lay_out_platform()
        self._lay_out_limits()
        self._lay_out_app()

    def _lay_out_platform(self) -> None:
        """Clock, database, scheduler, executors, crons and the ledger."""
        memory, need, backend = self.memory, self._need, self.backend
        scheduler, crons = backend.platform.scheduler, list(backend.crons)
        waiting = self._settings.manual_backfill.runs + _SPARE  # from the start
        entries = power_of_two(4 * need["jobs"] + waiting)
        frames = power_of_two(4 * need["frames"] + waiting)
        versions = power_of_two(4 * need["versions"])
        memory.set("frame_list", free_frames=frames)
        memory.set(
            "database",
            free_versions=versions,
            retention=backend.retention,
            luck=backend.organic_luck,
        )
        memory.set(
            "scheduler",
            cap=scheduler.outstanding_cap,
            per_function_cap=scheduler.per_function_cap,
            free_jobs=entries,
        )
        memory.put("heap", np.zeros(entries, at.HEAP))
        memory.put("frames", free_list(at.FRAME, frames, "next"))
        memory.put("documents", np.zeros(3 * self._artists + 2 * self._shows + 5, at.DOCUMENT))
        memory.put("versions", free_list(at.VERSION, versions, "older"))
        memory.put("reads", words(self._artists + 2 * self._shows + _SPARE))
        memory.put("effects", np.zeros(self._artists + _SPARE, at.EFFECT))
        roots = at.FIRST_CRON_ROOT + len(crons)
        memory.put("edges", np.zeros(roots * at.EDGES_OF_A_ROOT, at.EDGE))
        memory.put("hops", np.zeros(N_FUNCTIONS**2, at.HOP))
        memory.put("ended", words(N_FUNCTIONS))
        memory.put("executors", records(at.EXECUTOR, [{"slots": scheduler.parallelism}] * 2))
        memory.put("backlog", np.zeros(entries, at.JOB))
        memory.put("cron_backlog", np.zeros(power_of_two(len(crons) + 1), at.JOB))
        memory.put("jobs", free_list(at.JOB, entries, "next"))
        memory.put("crons", records(at.CRON_USE, [cron_row(cron, 0) for cron in crons]))
        memory.put("functions", records(at.FUNCTION, [self._function(n) for n in FUNCTIONS]))
        memory.put("stale", words(frames, at.STALE_ARTISTS))
        memory.put("waiting", words(2, frames))

    def _lay_out_limits(self) -> None:
        """Places, retries, transaction limits, the API and what is drawn."""
        memory, backend, external = self.memory, self.backend, self.backend.scenario.external
        transactions = backend.platform.transactions
        lanes = (backend.query_lanes, backend.mutation_lanes)
        gates = (backend.gates[False], backend.gates[True])
        retries = (
            backend.called_retry, backend.scheduler.executor.retry, backend.crons.executor.retry,
        )  # fmt: skip
        memory.set(
            "limits",
            documents_read=transactions.documents_read,
            documents_written=transactions.documents_written,
            bytes_read=transactions.bytes_read,
            time=transactions.time,
            per_document=backend.platform.latency.document,
            call_depth=backend.platform.concurrency.call_depth,
            small_transaction=backend.small_transaction,
            few_writes=min(FEW_WRITES, transactions.documents_written),
        )
        memory.set("api", **self._api())
        of_a_lane = ("places", "uncontended", "longest_wait")
        memory.put("lanes", records(at.LANE, [fields(lane, *of_a_lane) for lane in lanes]))
        places = max(lane.places for lane in lanes)
        memory.put("free_at", words(2, places))
        memory.put("recent", words(2, places))
        memory.put("gates", records(at.GATE, [fields(g, "free", "longest_wait") for g in gates]))
        policies = [{"limit": retry.limit, "wait": retry.wait_until_visible} for retry in retries]
        memory.put("retries", records(at.RETRY, policies))
        memory.put("ceilings", np.array([retry.ceilings for retry in retries], np.int64))
        log = external.rate_window_kind == "log"
        memory.put("accepted", words(max(1, external.rate_limit) if log else 1))
        memory.put("refused", words(max(1, external.lockout_after)))
        memory.put("streams", self._streams())
        memory.put("tables", self._tables())

    def _lay_out_app(self) -> None:
        """The app's settings and its tables."""
        memory, artists, shows = self.memory, self._artists, self._shows
        memory.set("app", **self._app())
        memory.put("codes", np.zeros(0, at.CODE))
        self.set_code(self._settings)
        kinds = [artists, artists, artists, shows, shows, 1, 1, 1, 1, 1]
        firsts = accumulate(kinds[:-1], initial=0)
        memory.set("rows", **dict(zip(at.ROWS.names or (), firsts, strict=True)))
        memory.put("artist_facts", np.zeros(artists, at.ARTIST))
        memory.put("artist_of", words(shows))
        memory.put("upcoming", words(shows))
        memory.put("all_shows", words(shows))
        memory.put("unfilled", np.array(self.world.unfilled_at_start, np.int64))
        memory.put("marks", words(1 + artists))
        memory.put("guards", np.zeros(1 + max(SyncDecision), at.GUARD_USE))
        memory.put("writers", words(1 + max(SyncDecision), at.N_WRITERS))

    def set_code(self, settings: Settings) -> None:
        """Deploy code with these settings: what starts from now on runs it."""
        memory, codes = self.memory, self.memory.tables["codes"]
        cascade = settings.cascade
        code = {
            **settings.sync_policy._asdict(),
            "cascade": ("inline", "scheduled", "none").index(cascade.mode),
            "only_if_imported": cascade.only_if_imported,
            "cascade_limit": cascade.limit,
            "cascade_stagger": cascade.stagger,
        }
        memory.put("codes", np.append(codes, records(at.CODE, [code])))
        memory.set(
            "app",
            code=len(codes),
            write_unchanged=settings.sync.write_unchanged,
            links_indexed=settings.sync.link_lookup == "index",
            refresh_stagger=settings.refresh.stagger,
            sync_delay=settings.generate.sync_delay,
            seed_inline=settings.seeding.inline,
        )
        memory.set("generate", **settings.generate_policy._asdict())
        memory.put("delays", np.array(settings.seeding.delays, np.int64))
        self._make_room_for(settings)
        memory.set("need", **self._need)
        memory.put("tx_jobs", np.zeros(self._need["jobs"], at.BUFFERED_JOB))

    def _api(self) -> dict[str, int]:
        external = self.backend.scenario.external
        errors = threshold(external.error_rate)
        phase = stream_key(self.backend.seed, "external.window") % external.rate_window
        return {
            "limit": external.rate_limit,
            "window": external.rate_window,
            "log": external.rate_window_kind == "log",
            "start": phase - external.rate_window,
            "errors": errors > 0,
            "error_bound": max(0, errors - 1),
            "lockout_after": external.lockout_after,
            "lockout": external.lockout,
        }

    def _app(self) -> dict[str, int]:
        population = self.world.population
        return {
            "epoch_ms": self.backend.epoch_ms,
            "artists": len(self.world.artists),
            "unfilled": len(self.world.unfilled_at_start),
            "song_size": population.song_size,
            "show_size": population.show_size,
            "setlist_size": population.setlist_size,
            "link_size": population.link_size,
            "error_size": ERROR_SIZE,
        }

    def _function(self, name: str) -> dict[str, int]:
        function = self.backend.functions.get(name)  # an app without background crons lacks some
        if function is None or function.type != "action":
            return {}
        return {
            "memory_mib": function.memory_mib,
            "time_out": function.time_out,
            "gate": int(function.gate is self.backend.gates[True]),
        }

    def _streams(self) -> Table:
        """The states of all streams; a draw that the layout has taken already is passed."""
        purposes = [
            *(f"latency:{name}" for name in FUNCTIONS),
            *(f"commit:{name}" for name in FUNCTIONS),
            "backoff.called", "backoff.scheduled", "backoff.cron",
            "scheduler.overhead", "crons.overhead",
            "organic.conflict", "external.latency", "external.rejected_latency", "external.error",
            "visitors.page", "arrivals:page_views", "arrivals:imports",
        ]  # fmt: skip
        assert len(purposes) == at.N_STREAMS
        keys = [stream_key(self.backend.seed, purpose) for purpose in purposes]
        for drawn in (at.ORGANIC_CONFLICT, at.PAGE_GAPS_STREAM, at.IMPORT_GAPS_STREAM):
            keys[drawn] = advance(keys[drawn])
        return records(at.STREAM, [{"state": key} for key in keys])

    def _tables(self) -> Table:
        latency, external = self.backend.platform.latency, self.backend.scenario.external
        visitors = self._settings.visitors
        distributions = (
            latency.query, latency.mutation, latency.commit,
            self.backend.platform.scheduler.overhead,
            external.latency, external.rejected_latency,
            interarrival(visitors.page_views or 1), interarrival(visitors.imports or 1),
        )  # fmt: skip
        return np.array([quantile_table(distribution) for distribution in distributions], np.int64)

    # -- the world -------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Copy the rows that there are, and lay out those of the artists to be imported."""
        world, population, tables = self.world, self.world.population, self.memory.tables
        catalogs = [*world.catalogs, *self.imports]
        facts = tables["artist_facts"]
        facts["found"] = [catalog.found for catalog in catalogs]
        facts["tracks"] = [catalog.tracks for catalog in catalogs]
        artist_of, present = tables["artist_of"], len(world.artist_of)
        artist_of[:present] = world.artist_of
        to_come = np.arange(self._shows - present) // max(1, population.import_shows)
        artist_of[present:] = len(world.artists) + to_come
        facts["shows"] = np.bincount(artist_of, minlength=self._artists)
        facts["first_show"][1:] = np.cumsum(facts["shows"][:-1])
        for kind, documents, count, size, empty in (
            ("artists", world.artists, self._artists, population.artist_size, ABSENT),
            ("links", world.links, self._artists, 0, 0),
            ("shows_of", world.shows_of, self._artists, 0, 0),
            ("shows", world.shows, self._shows, population.show_size, ABSENT),
            ("setlists", world.setlists, self._shows, 0, ABSENT),
            ("upcoming", [world.upcoming], 1, 0, 0),
            ("all_shows", [world.all_shows], 1, 0, 0),
        ):
            first = int(self.memory["rows"][kind])
            rows = tables["documents"][first : first + count]
            rows["size"], rows["w0"] = size, empty
            rows["size"][: len(documents)] = [document.size for document in documents]
            values = np.array([as_words(document.value) for document in documents], np.int64)
            for word, column in zip(at.WORDS, values.reshape(-1, len(at.WORDS)).T, strict=True):
                rows[word][: len(documents)] = column
        table = tables["documents"]
        table["size"][self.memory["rows"]["venue"]] = VENUE_SIZE
        table["newest"] = table["oldest"] = -1
        table["hazard"][: self._artists] = world.hazard
        for name, index in (("upcoming", world.upcoming), ("all_shows", world.all_shows)):
            tables[name][: len(index.value)] = index.value

    # -- the first events --------------------------------------------------------------------------

    def _start(self) -> None:
        """The processes and clients that wait from the start, with the serials they were given."""
        settings, memory = self._settings, self.memory
        manual = settings.manual_backfill
        waiting: list[tuple[int, int, tuple[int, ...]]] = [
            (manual.starts_after + run * manual.wait, at.BACKFILL_BY_HAND, (manual.limit,))
            for run in range(manual.runs)
        ]  # fmt: skip
        for rate, table, stream, process in (
            (settings.visitors.page_views, at.PAGE_GAPS, at.PAGE_GAPS_STREAM, at.PAGE_ARRIVALS),
            (settings.visitors.imports, at.IMPORT_GAPS, at.IMPORT_GAPS_STREAM, at.IMPORT_ARRIVALS),
        ):
            if rate:
                state = int(memory.tables["streams"]["state"][stream])
                first = sample_table(memory.tables["tables"][table].tolist(), mix(state))
                waiting.append((first, process, ()))
        # What the backend's clock holds: first the usage limits, then these, in this order.
        entries = sorted(self.backend.clock.entries, key=lambda entry: entry[1])
        entries = entries[len(self.backend.platform.usage_limits) :]
        assert [time for time, _, _ in entries] == [time for time, _, _ in waiting]
        serials = [serial for _, serial, _ in entries]
        self.ticks = next(self.backend.clock.serials)
        waiting.append((0 if len(memory.tables["crons"]) else NEVER, at.CRON_TICKS, ()))
        serials.append(self.ticks)
        memory["clock"]["serial"] = self.ticks + 1
        for (time, function, arguments), serial in zip(waiting, serials, strict=True):
            self._wake(time, serial, function, arguments)

    def _wake(self, time: int, serial: int, function: int, arguments: tuple[int, ...]) -> None:
        """A new frame with its first event; entries in ascending order are a heap."""
        frames, clock, heap = (
            self.memory["frame_list"], self.memory["clock"], self.memory.tables["heap"],
        )  # fmt: skip
        number = int(frames["free"])
        frame = self.memory.tables["frames"][number]
        frames["free"] = frame["next"]
        frames["free_frames"] -= 1
        values = {
            "number": number, "serial": serial, "function": function, "stage": at.BEGIN,
            "now": time, "top": number, "scheduled_by": NOBODY, "claimed": time,
            "deadline": 1 << 62, "parent": -1, "edge": -1, "cron": -1,
            "executor": at.NO_EXECUTOR, "retry": at.CALLED,
            **dict(zip(("a0",), arguments, strict=False)),
        }  # fmt: skip
        for name, value in values.items():
            frame[name] = value
        heap[clock["pending"]] = (time, serial, number)
        clock["pending"] += 1
        heap[: clock["pending"]].sort(order=("time", "serial"))
