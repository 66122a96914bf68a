"""Logs in, the same result out that a run gives, and what only logs can say beside it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sim._version import __version__
from sim.counters import CallTimes
from sim.json_text import json_text
from sim.observation import ExternalObservation, Observation, SchedulerObservation, Series
from sim.platform.reference import Edge, Function, Ledger, Refusals
from sim.platform.rules import DEEPEST, depth
from sim.quantiles import counted
from sim.result import Performance, Result, ScenarioFacts
from sim.scenario import DAY, HOUR, MINUTE, SECOND, Scenario, scenario_from
from sim.simulation.collect import collect
from sim.simulation.collect_lineage import call_graph

from .facts import Observed, observed_facts
from .read import FORMATS, KINDS, REASONS, UNKNOWN, Look, Reading, ReadProgress, of_v1, read
from .read.requests import ACTION, SCHEDULER
from .read.tally import CRON, UNKNOWN_TRIGGER, Key

ENGINE = "logs"
"""The engine of a result that no engine computed."""
NOT_IN_LOGS = "(not in the logs)"
"""The caller of what nothing in the files tells the caller of."""
RERUN = "dataChange"
"""Why a subscribed query ran again, and how that is called as a trigger."""
_BINS = (MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY)
_MOST_BINS = 300
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TRIGGERS = {CRON: "cron", SCHEDULER: "scheduler", ACTION: "action", UNKNOWN_TRIGGER: "unknown"}


@dataclass(frozen=True, slots=True)
class Logs:
    """What happened: the result, as of a run, and the facts of the files."""

    result: Result
    observed: Observed

    @property
    def direct(self) -> bool:
        """Whether a caller is the action that awaited a function, not the outermost one.

        Only the command line's entries say which; streams have the request alone.
        """
        return self.observed.format == FORMATS["cli"].title

    def to_dict(self) -> dict[str, Any]:
        """The result's data, with the facts of the files as ``observed``."""
        return {**self.result.to_dict(), "observed": self.observed.to_dict()}

    def to_json(self) -> str:
        """`to_dict` as JSON text, ending in a newline."""
        return json_text(self.to_dict())


def observe(
    files: Sequence[str | Path] | str | Path, *, plan: str = "starter", region: str = "us",
    name: str = "", told: ReadProgress | None = None, look: Look | None = None,
    workers: int | None = None, messages: bool = False,
) -> Logs:  # fmt: skip
    """Read files of logs: paths, patterns, or ``-`` for standard input.

    ``plan`` and ``region`` say what is paid for it. ``messages``: whether to keep the messages of
    failures, which may hold anybody's data. ``look`` sees every row. Raises `ScenarioError` for
    files that cannot be used.
    """
    given = [files] if isinstance(files, str | Path) else list(files)
    reading = read(
        [str(file) for file in given], told=told, look=look, workers=workers, messages=messages
    )
    span = _Span.of(reading)
    scenario = span.scenario(plan, region)
    observation = _observation(reading, span)
    graph = call_graph(observation.edges, span.length / DAY)
    result = collect(
        scenario, observation, Performance(0.0, reading.tally.rows, 0.0),
        engine=ENGINE, version=__version__,
    )  # fmt: skip
    facts = ScenarioFacts(
        name=name or _named(reading.files), revision="", hash=_hash(reading),
        horizon_s=span.length / SECOND, seed=0,
    )  # fmt: skip
    observed = observed_facts(reading, span.first, span.length)
    result = replace(
        result, scenario=facts, bounds=[], call_graph=graph, conflict_pairs=observed.conflicts
    )
    return Logs(result, observed)


@dataclass(frozen=True, slots=True)
class _Span:
    """The time that a log covers (µs since 1970), in bins."""

    first: int
    length: int
    bin: int

    @staticmethod
    def of(reading: Reading) -> _Span:
        first, last = reading.tally.first, reading.tally.last
        length = max(SECOND, last - first)
        bin_ = next((each for each in _BINS if length <= each * _MOST_BINS), _BINS[-1])
        return _Span(first, length, bin_)

    @property
    def bins(self) -> int:
        return -(-self.length // self.bin)

    def scenario(self, plan: str, region: str) -> Scenario:
        """What the bill and the series need to know."""
        return scenario_from({
            "name": ENGINE,
            "starts": (_EPOCH + timedelta(microseconds=self.first)).isoformat(),
            "horizon": f"{self.length}us", "bin": f"{self.bin}us",
            "billing": {"plan": plan, "region": region},
            "platform": {"profile": "2026-08"},
        })  # fmt: skip


def _observation(reading: Reading, span: _Span) -> Observation:
    tally = reading.tally
    return Observation(
        edges=_edges(reading, span),
        scheduler=SchedulerObservation(
            created=tally.jobs, executed=tally.jobs, pending=0, rejected=0, rejected_by_function=0,
            cleared=0, slots=1, peak_backlog=0, final_backlog=0, behind_us=0, slot_us=0,
        ),
        crons={},
        external=ExternalObservation(0, 0, 0, 0),
        queues={},
        refusals=Refusals(),
        usage_limits=[],
        lineages=None,
        series=Series([0] * span.bins, [0] * span.bins, [{}] * span.bins),
        outcomes={},
        events=tally.rows,
        times={
            reading.names[path]: CallTimes(latency=counted(buckets))
            for path, buckets in tally.ended.items()
        },
        repeats=None if FORMATS[reading.format_].extract is of_v1 else _repeats(reading),
        hot=_hot(reading),
    )  # fmt: skip


def _repeats(reading: Reading) -> dict[str, list[int]]:
    """See `Observation.repeats`."""
    found: dict[str, list[int]] = {}
    for (path, number), attempts in reading.tally.repeats.items():
        own = found.setdefault(reading.names[path], [0] * (DEEPEST + 1))
        own[depth(max(0, number))] += attempts
    return found


def _hot(reading: Reading) -> dict[str, tuple[int, int, int]]:
    """See `Observation.hot`."""
    by_table: dict[str, list[int]] = {}
    for (table, _), conflicts in reading.tally.lost_on.items():
        name = "" if table == UNKNOWN else reading.names[table]
        by_table.setdefault(name, []).append(conflicts)
    return {name: (len(each), sum(each), max(each)) for name, each in by_table.items()}


def _edges(reading: Reading, span: _Span) -> list[Edge]:
    """The ledger, as far as the files tell who called whom."""
    functions: dict[tuple[int, bool], Function] = {}
    ledger = Ledger({})
    found: dict[tuple[str, str, int, bool, str], Edge] = {}
    for key, sums in sorted(reading.tally.sums.items()):
        path, kind, *_ = key
        node = sums["node"] > 0
        if (path, node) not in functions:
            made_of = Function(reading.names[path], _TYPES[KINDS[kind]], _none, 1)
            made_of.memory_mib = 512 if node else 64
            functions[path, node] = made_of
        trigger, caller, root = _origin(key, reading.names)
        place = trigger, caller, path, node, root
        edge = found.get(place)
        if edge is None:
            made = ledger.root("client", caller, root)
            made.name = root
            function = functions[path, node]
            edge = found[place] = Edge(trigger, caller, function, made)  # type: ignore[arg-type]
            edge.per_bin = [0] * span.bins
        edge.calls += sums["calls"]
        edge.retried += sums["retried"]
        edge.failed += sums["failed"]
        edge.errors += sums["errors"]
        edge.time_us += sums["took"]
        edge.mib_ms += sums["mib_ms"]
        edge.read_bytes += sums["read"]
        edge.read_documents += sums["documents_read"]
        edge.written_documents += sums["documents_written"]
        edge.cached += sums["cached"]
        edge.written_bytes += sums["written"]
        for minute, calls in reading.tally.minutes[key].items():
            since = max(0, minute * MINUTE - span.first)
            edge.per_bin[min(span.bins - 1, since // span.bin)] += calls
    return [found[place] for place in sorted(found)]


_TYPES: dict[str, Any] = {"query": "query", "mutation": "mutation", "action": "action",
                          "http_action": "action"}  # fmt: skip


def _origin(key: Key, names: Sequence[str]) -> tuple[str, str, str]:
    """Trigger, caller and root cause of an edge."""
    path, _, trigger, outermost, reason = key
    why = REASONS[reason]
    known = _TRIGGERS.get(trigger, "client")
    if why == RERUN and known == "client":
        return RERUN, NOT_IN_LOGS, NOT_IN_LOGS
    root = names[path] if outermost == UNKNOWN else names[outermost]
    if known == "action":
        caller = NOT_IN_LOGS if outermost == UNKNOWN else names[outermost]
        if outermost == UNKNOWN:
            return known, caller, NOT_IN_LOGS
    elif known == "cron":
        caller = names[path]
    else:
        caller = NOT_IN_LOGS if known == "scheduler" else why or NOT_IN_LOGS
    if why == "cron":
        return known, caller, f"cron:{root}"
    if why == "scheduler" or known == "scheduler":
        return known, caller, f"job:{root}"
    return known, caller, f"client:{why}" if why else NOT_IN_LOGS


def _named(files: Sequence[str]) -> str:
    """A name for the result: the file's, or how many there are."""
    return Path(files[0]).name if len(files) == 1 else f"{len(files)} files"


def _hash(reading: Reading) -> str:
    """Twelve hexadecimal digits of what was counted."""
    counted = sorted(
        (reading.names[key[0]], key[1:3], sorted(sums.items()))
        for key, sums in reading.tally.sums.items()
    )
    text = repr((reading.tally.first, reading.tally.last, counted))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _none(*_: Any) -> None:
    raise AssertionError("what is read from logs is not run")
