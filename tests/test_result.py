"""Results are plain data: they survive their JSON, and add up what they hold."""

from __future__ import annotations

import json
from dataclasses import replace

from sim.result import (
    SCHEMA,
    AlertUse,
    CallCounts,
    CallEdge,
    CronUse,
    ExternalUse,
    GuardAnswer,
    HopUse,
    LimitEvent,
    result_from,
)
from tests.made import made, use


def test_a_result_is_the_same_after_json() -> None:
    full = replace(
        made({"a:a": use({"cron": 3})}),
        hops=[HopUse("a:a", "a:a", 3, 2, 1, 5.0)],
        guards=[GuardAnswer("a:a", "why", True, 2, 1, 0, {"a:a": 1})],
        call_graph=[CallEdge("cron:x", "a:a", "cron", 3, 3.0, 0)],
        usage_limits=[LimitEvent("function_calls", "warn", 3.0, 5.0)],
        alerts=[AlertUse("b", "calls", 1.0, 60.0, 1, 3.0, None, 2.0, 0, 0.0)],
        crons={"x": CronUse(3, 1, 1)},
    )
    data = json.loads(full.to_json())
    assert result_from(data) == full
    assert next(iter(data)) == "schema"
    assert data["schema"] == SCHEMA == "sim.result/1"
    assert "functions" in data
    assert "by_function" not in data


def test_its_json_ends_in_a_newline_and_can_be_one_line() -> None:
    result = made({"a:ä": use({"cron": 3})})
    assert result.to_json().endswith("\n}\n")
    assert result.to_json().startswith('{\n  "schema"')
    assert result.to_json(indent=None).count("\n") == 1
    assert "a:ä" in result.to_json()


def test_root_causes_are_summed_over_functions_the_largest_first_then_by_name() -> None:
    result = made({
        "a:a": replace(use({"cron": 9}), by_root={"cron:x": 4, "cron:y": 5}),
        "b:b": replace(use({"cron": 9}), by_root={"cron:x": 3, "client:b": 5, "client:a": 5}),
    })  # fmt: skip
    assert list(result.by_root.items()) == [
        ("cron:x", 7), ("client:a", 5), ("client:b", 5), ("cron:y", 5),
    ]  # fmt: skip


def test_what_did_not_happen_counts_nothing() -> None:
    assert (CallCounts(1, 1.0, 1, 0, 0, [1]).refused, CronUse(1, 2).skipped_disabled) == (0, 0)
    assert CallCounts(1, 1.0, 1, 0, 0, [1]).refused_organic == 0
    api = ExternalUse(3, 2, 1)
    assert (api.lockouts, api.locked_out_s, api.rejected_locked_out) == (0, 0, 0)
    event = LimitEvent("function_calls", "warn", 3.0, 5.0)
    assert (event.window, event.until_s) == ("day", None)
