"""Settings measured on logs: what was written into a log by hand or by a run is found again."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from sim.calibrate import FittedClient, FromLogs
from sim.calibrate.from_logs import from_logs
from sim.logs import Slices, observe
from sim.scenario import parse_duration

START = 1_785_000_000_000
"""A whole minute (ms since 1970)."""
HOUR = 3_600_000
FUNCTIONS = {"notes:list": "query", "notes:add": "mutation", "notes:never": "query"}


def row(
    at_ms: int, path: str, took_ms: int, type_: str = "query", reason: str = "webSocket",
    *, cached: bool = False, retried: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """An event of a log stream whose execution began at a time."""
    lost = {"table_name": "notes", "document_id": None, "write_source": path, "retry_count": 0}
    return {
        "occ_info": lost if retried else None,
        "timestamp": START + at_ms + took_ms, "topic": "function_execution",
        "function": {"path": path, "type": type_, "cached": cached, "request_id": f"r{at_ms}"},
        "execution_time_ms": took_ms, "status": "success", "will_retry": retried,
        "run_reason": reason,
        "usage": {"database_io_read_bytes": 100, "database_io_write_bytes": 10},
    }  # fmt: skip


def measured(
    folder: Path, rows: Iterable[dict[str, Any]], clients: dict[str, Any] | None = None
) -> FromLogs:
    """What an hour of a log says, the next hour being the rest."""
    file = folder / "events.jsonl"
    file.write_bytes(b"\n".join(msgspec.json.encode(each) for each in rows))
    slices = Slices()
    observe([file], look=slices)
    scenario: Any = SimpleNamespace(app=SimpleNamespace(clients=clients or {}))
    start = START * 1000
    hour = HOUR * 1000
    return from_logs(slices, scenario, FUNCTIONS, (start, start + hour, start + 2 * hour))


RERUNS = (
    "{} executions of queries whose data had changed, which no client of the scenario subscribes to"
)


def client(function: str, rate: float = 0.0, at: tuple[int, ...] = ()) -> Any:
    return SimpleNamespace(function=function, rate=rate, at=at)


def test_quantiles_are_those_of_the_executions(tmp_path: Path) -> None:
    found = measured(tmp_path, (row(n, "notes:list", 1 + n % 100) for n in range(1000)))
    (latency,) = found.latencies
    assert (latency.function, latency.step, latency.executions) == ("notes:list", "query", 1000)
    assert list(latency.quantiles) == ["p1", "p5", "p25", "p50", "p75", "p95", "p99"]
    # of 1..100 ms, with the half millisecond that a log of whole ones has cut off
    for point, right in {"p5": 5.5, "p50": 50.5, "p95": 95.5}.items():
        assert parse_duration(latency.quantiles[point]) / 1000 == pytest.approx(right, rel=0.03)


@pytest.mark.parametrize(("number", "points"), [(19, 0), (20, 3), (99, 3), (100, 5), (999, 5)])
def test_few_executions_bear_few_quantiles(tmp_path: Path, number: int, points: int) -> None:
    found = measured(tmp_path, (row(n, "notes:list", 5) for n in range(number)))
    assert sum(len(each.quantiles) for each in found.latencies) == points
    few = "the latency of what ran fewer than 20 times: notes:list (19)"
    assert (few in found.unfitted) == (points == 0)


def test_cached_queries_say_nothing_of_the_time_it_takes(tmp_path: Path) -> None:
    rows = [row(n, "notes:list", 0 if n % 2 else 40, cached=bool(n % 2)) for n in range(100)]
    (latency,) = measured(tmp_path, rows).latencies
    assert latency.executions == 50
    assert set(latency.quantiles.values()) == {"40.5ms"}


def test_only_the_first_part_is_measured_and_the_rest_stands_beside_it(tmp_path: Path) -> None:
    first = [row(n, "notes:list", 10) for n in range(50)]
    rest = [row(HOUR + n, "notes:list", 30) for n in range(50)]
    (latency,) = measured(tmp_path, [*first, *rest]).latencies
    assert latency.quantiles["p50"] == "10.5ms"
    assert latency.again["p50"] == "30.5ms"


def test_the_rate_of_a_client_is_what_called_its_function(tmp_path: Path) -> None:
    rows = [
        *(row(n * 36_000, "notes:list", 5) for n in range(100)),
        *(row(n * 36_000 + 1, "notes:list", 5, reason="dataChange") for n in range(7)),
        *(row(n * 36_000 + 2, "notes:add", 5, "mutation", "scheduler") for n in range(9)),
    ]
    found = measured(tmp_path, rows, {"reader": client("notes:list", 5.0),
                                      "burst": client("notes:list", at=(1,)),
                                      "writer": client("notes:add", 3.0)})  # fmt: skip
    assert found.clients == [
        FittedClient("reader", "notes:list", 100, 2400.0),
        FittedClient("writer", "notes:add", 0, 0.0),
    ]
    assert found.by_path()["app.clients"] == {
        "reader": {"rate": "2400/day"}, "writer": {"rate": "0/day"}
    }  # fmt: skip
    assert RERUNS.format(7) in found.unfitted


def test_the_rate_of_a_page_is_what_opened_it_and_its_re_runs_follow(tmp_path: Path) -> None:
    rows = [
        *(row(n * 36_000, "notes:list", 5, reason="initialSubscription") for n in range(100)),
        *(row(n * 36_000 + 1, "notes:mine", 5, reason="initialSubscription") for n in range(100)),
        *(row(n * 36_000 + 2, "notes:list", 5, reason="dataChange") for n in range(70)),
    ]
    page = client("", 5.0)
    page.subscribe = [SimpleNamespace(function=f"notes:{name}") for name in ("list", "mine")]
    found = measured(tmp_path, rows, {"page": page})
    assert found.clients == [FittedClient("page", "notes:list", 100, 2400.0)]
    assert not any("whose data had changed" in each for each in found.unfitted)


def test_clients_of_one_function_share_its_calls_as_their_rates_do(tmp_path: Path) -> None:
    rows = [row(n * 36_000, "notes:list", 5) for n in range(100)]
    clients = {"often": client("notes:list", 3.0), "seldom": client("notes:list", 1.0)}
    rates = {each.name: each.per_day for each in measured(tmp_path, rows, clients).clients}
    assert rates == {"often": 1800.0, "seldom": 600.0}


def test_a_rhythm_of_the_scenario_gives_way_to_the_mean_that_was_measured(tmp_path: Path) -> None:
    reader = client("notes:list", 5.0)
    reader.by_hour = (1.0,) * 24
    rows = [row(n * 36_000, "notes:list", 5) for n in range(100)]
    (only,) = measured(tmp_path, rows, {"reader": reader}).clients
    assert only.settings == {"rate": "2400/day", "by_hour": []}


def test_a_call_that_was_tried_again_was_made_once(tmp_path: Path) -> None:
    rows = [row(n * 36_000, "notes:add", 5, "mutation", retried=n < 40) for n in range(100)]
    (only,) = measured(tmp_path, rows, {"writer": client("notes:add")}).clients
    assert only.per_day == 60 * 24


def test_what_clients_call_that_the_app_does_not_have_is_other_traffic(tmp_path: Path) -> None:
    rows = [
        *(row(n, "users:get", 4, cached=n < 30) for n in range(40)),
        *(row(50 + n, "users:set", 12, "mutation") for n in range(10)),
        row(70, "jobs:clean", 8, "mutation", "scheduler"),
        row(HOUR - 1, "notes:list", 5),
    ]
    found = measured(tmp_path, rows)
    assert found.traffic is not None
    assert found.traffic.settings == {
        "rate": "1200/day", "mutations": 0.2, "actions": 0.0, "cached": 0.75,
        "read": "250B",  # 5,000 bytes by ten queries that were not cached and ten mutations
        "written": "10B", "query_time": "4ms", "mutation_time": "12ms",
    }  # fmt: skip
    assert "executions of functions that are not in the app: jobs:clean (1)" in found.unfitted


def test_calls_by_clients_that_have_no_rate_are_named(tmp_path: Path) -> None:
    rows = [row(n * 36_000, "notes:list", 5) for n in range(100)]
    assert any("notes:list (2,400 a day)" in each for each in measured(tmp_path, rows).unfitted)


def test_without_reasons_nobody_is_taken_for_a_client(tmp_path: Path) -> None:
    rows = [row(n * 36_000, "notes:list", 5, reason="") for n in range(100)]
    found = measured(tmp_path, rows, {"reader": client("notes:list", 5.0)})
    assert found.traffic is None
    assert found.clients == []
    assert any("does not say why functions ran" in each for each in found.unfitted)
