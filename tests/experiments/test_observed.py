"""Logs beside a run: calls by the way they came, by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sim import Result
from sim.experiments.observed import DEEPEST, Prediction, Way, _outermost, _ways
from sim.result import CallEdge
from tests.made import made, use


def awaited(*edges: tuple[str, str, int], **calls: int) -> Result:
    """A result of half a day in which actions await each other: (caller, function, calls)."""
    functions = {name: use({"action": number}, "action") for name, number in calls.items()}
    graph = [CallEdge(caller, function, "action", number, 0.0, 0)
             for caller, function, number in edges]  # fmt: skip
    return replace(made(functions, 43_200.0), call_graph=graph)


def test_calls_are_a_days_by_trigger_and_organic_ones_are_clients() -> None:
    result = made({"f": use({"flow": 3, "client": 2, "cron": 1})}, 43_200.0)
    assert _ways(result, direct=True) == {("f", "client", ""): 10, ("f", "cron", ""): 2}


def test_awaited_calls_are_told_by_the_action_that_awaited_them() -> None:
    result = awaited(("a", "f", 3), ("b", "f", 2), f=5)
    scheduled = CallEdge("c", "f", "scheduler", 9, 0.0, 9)
    result = replace(result, call_graph=[*result.call_graph, scheduled])
    assert _ways(result, direct=True) == {("f", "action", "a"): 6, ("f", "action", "b"): 4}


def test_a_log_stream_names_the_outermost_action() -> None:
    # Of ten calls of ``a``, six are awaited by ``top``; ``f`` is awaited by ``a`` only.
    result = awaited(("a", "f", 5), ("top", "a", 6), f=5, a=10)
    assert _outermost("a", result) == {"a": 0.4, "top": pytest.approx(0.6)}
    ways = _ways(result, direct=False)
    assert ways["f", "action", "a"] == pytest.approx(4)
    assert ways["f", "action", "top"] == pytest.approx(6)
    assert _outermost("top", result) == {"top": 1.0}
    always = awaited(("top", "a", 10), a=10)
    assert _outermost("a", always) == {"top": 1.0}


def test_actions_that_await_each_other_end_at_the_deepest_call() -> None:
    assert DEEPEST == 8
    rounds = awaited(("a", "a", 5), a=10)
    assert _outermost("a", rounds) == {"a": pytest.approx(1.0)}
    chain = [f"a{number}" for number in range(10)]
    deep = awaited(*[(by, name, 1) for by, name in zip(chain[1:], chain, strict=False)],
                   **dict.fromkeys(chain, 1))  # fmt: skip
    assert _outermost("a0", deep) == {"a8": 1.0}
    assert _outermost("a0", deep, depth=1) == {"a1": 1.0}


def test_metrics_are_those_that_logs_have_too() -> None:
    result = replace(made({"f": use({"cron": 5})}), outcomes={"shows_filled": 3.0})
    logs: Any = type("Logs", (), {"result": replace(result, outcomes={})})()
    names = {each.name for each in Prediction(logs, result, []).metrics()}
    assert "function calls per day" in names
    assert names.isdisjoint({"peak backlog", "shows filled"})


def test_a_difference_is_what_was_predicted_beyond_what_was_seen() -> None:
    assert Way("f", "cron", "", observed=3.0, predicted=5.0).difference == 2
