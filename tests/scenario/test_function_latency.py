"""Latencies of single functions: which of several counts, and what fits no function."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import simulate
from sim.scenario import Distribution, ScenarioError, load_scenario, scenario_from
from sim.scenario.function_latency import LatencyStep, latency_faults
from sim.scenario.platform import PlatformLatency
from tests.scenario.conftest import ErrorsOf

TYPES = {"counters:bump": "mutation", "counters:read": "query", "users:[id]": "mutation"}


def of(functions: dict[str, object], name: str, step: LatencyStep) -> Distribution:
    latency = PlatformLatency.model_validate(
        {"query": "1ms", "mutation": "2ms", "commit": "3ms", "functions": functions}
    )
    return latency.of(name, step)


@pytest.mark.parametrize(
    ("functions", "expected"),
    [
        ({}, 2_000),
        ({"counters:read": {"query": "9ms"}}, 2_000),
        ({"*": {"mutation": "9ms"}}, 9_000),
        ({"counters:bump": {"mutation": "8ms"}, "counters:bump*": {"mutation": "9ms"}}, 8_000),
        ({"counters:*": {"mutation": "8ms"}, "*": {"mutation": "9ms"}}, 8_000),
        ({"*": {"mutation": "9ms"}, "counters:*": {"mutation": "8ms"}}, 8_000),
        ({"c*bump": {"mutation": "8ms"}, "*:bump": {"mutation": "9ms"}}, 8_000),
        ({"*:bump": {"mutation": "9ms"}, "c*bump": {"mutation": "8ms"}}, 9_000),
        ({"*": {"mutation": "9ms"}, "counters:*": {"commit": "8ms"}}, 9_000),
    ],
)
def test_the_most_specific_that_gives_the_step_counts(
    functions: dict[str, object], expected: int
) -> None:
    assert of(functions, "counters:bump", "mutation").low == expected


def test_nothing_but_an_asterisk_is_special() -> None:
    assert of({"users:[id]": {"mutation": "9ms"}}, "users:[id]", "mutation").low == 9_000
    assert of({"users:?id*": {"mutation": "9ms"}}, "users:[id]", "mutation").low == 2_000


def test_what_fits_no_function_or_the_wrong_type_is_a_fault() -> None:
    latency = PlatformLatency.model_validate({"functions": {
        "counter:bump": {"mutation": "1ms"}, "users:*": {"mutation": "1ms"},
        "counters:*": {"mutation": "1ms", "query": "1ms"}, "counters:read": {"commit": "1ms"},
        "clicks:*": {"query": "1ms"},
    }})  # fmt: skip
    assert latency_faults(latency.functions, TYPES) == [
        (("counter:bump",), "unknown function 'counter:bump'; allowed: counters:bump, "
         "counters:read, users:[id]; did you mean 'counters:bump'?"),
        (("counters:read", "commit"), "is for a mutation; this is: query"),
        (("clicks:*",), "matches no function"),
    ]  # fmt: skip


@pytest.mark.parametrize("engine", ["reference", "compiled"])
def test_a_run_refuses_a_name_that_is_no_function_with_its_place(
    tmp_path: Path, engine: str
) -> None:
    file = tmp_path / "x.yaml"
    file.write_text(
        f"engine: {engine}\nhorizon: 1m\nplatform:\n  latency:\n    functions:\n"
        '      "setlist:*": {mutation: 1s}\n'
    )
    scenario = load_scenario(file)
    with pytest.raises(ScenarioError, match=r"x.yaml:6:7: platform.latency.functions.setlist:\*: "
                                            "matches no function; did you mean"):  # fmt: skip
        simulate(scenario)


def test_mistakes_have_their_place(errors_of: ErrorsOf) -> None:
    text = (
        "platform:\n  latency:\n    functions:\n      a:b: {action: 1s}\n      a:c: {}\n"
        "      a:d: {query: {p50: 2s, p95: 1s}}\n      a:e: {query: {p50: 2s, p100: 9s}}\n"
    )
    assert errors_of(text) == [
        "x.yaml:4:13: platform.latency.functions.a:b: unknown key 'action'; allowed: commit, "
        "mutation, query; did you mean 'mutation'?",
        "x.yaml:5:7: platform.latency.functions.a:c: says nothing; give one of query, mutation, "
        "commit",
        "x.yaml:6:13: platform.latency.functions.a:d.query: a quantile is below one of a lower "
        "percentage",
        "x.yaml:7:13: platform.latency.functions.a:e.query: a latency takes {mean} (exponential), "
        "{p50, p99} (log-normal) or two or more quantiles such as {p50, p95, p99}, from p0.1 to "
        "p99.9",
    ]


def test_a_scenario_without_any_keeps_its_hash() -> None:
    plain = scenario_from({})
    assert plain.hash == scenario_from({"platform": {"latency": {"functions": {}}}}).hash
    own = plain.with_(**{"platform.latency.functions": {"a:*": {"query": "1ms"}}})
    assert own.hash != plain.hash
    assert scenario_from(own.resolved()) == own
