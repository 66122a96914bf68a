"""Baseline files: whatever is wrong with one is said once, and none of it is run or written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sim.budgets import load_baseline
from sim.scenario import ScenarioError, scenario_from

GOOD: dict[str, Any] = {
    "hash": "h", "version": "v", "seeds": [1], "metrics": {"calls": [1.5]},
    "settings": scenario_from({}).resolved(),
}  # fmt: skip


def said(folder: Path, text: str) -> str:
    """The error that a baseline of that text gets, without the folder."""
    file = folder / "b.json"
    file.write_text(text)
    with pytest.raises(ScenarioError) as caught:
        load_baseline(file)
    return str(caught.value).replace(f"{folder}/", "")


def with_(**changes: Any) -> str:
    """A baseline whose entry is changed."""
    return json.dumps({"schema": "sim.baseline/1", "scenarios": {"x": GOOD | changes}})


def test_a_good_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(with_())
    assert load_baseline(tmp_path / "b.json").entries["x"].metrics == {"calls": (1.5,)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "b.json:1:2: not JSON: Expecting property name enclosed in double quotes"),
        ("[" * 100_000, "b.json: not JSON that can be read"),
        ("1" * 5000, "b.json: not JSON that can be read"),
        ("[1]", "b.json: not a baseline: its schema is None, not 'sim.baseline/1'; `sim check "
                "--baseline FILE --update-baseline` writes one"),
        ('{"schema": "sim.baseline/1", "scenarios": []}',
         "b.json: scenarios: expected a mapping of names"),
        (with_(seeds=[10**400]),
         "b.json: scenarios.x.seeds: expected whole numbers from 0 to 2^63 - 1"),
        (with_(seeds=[True]),
         "b.json: scenarios.x.seeds: expected whole numbers from 0 to 2^63 - 1"),
        (with_(metrics={"calls": [10**400]}),
         "b.json: scenarios.x.metrics.calls: expected 1 finite numbers"),
        (with_(metrics={"calls": [1e400]}), "b.json: not JSON that can be read"),
        (with_(metrics={"calls": [float("nan")]}), "b.json: not JSON that can be read"),
        (with_(settings={"seed": float("inf")}), "b.json: not JSON that can be read"),
        (with_(version="\ud800"),
         "b.json: contains half a character (a lone surrogate)"),
        (with_(hash=3), "b.json: scenarios.x.hash: expected text"),
    ],
)  # fmt: skip
def test_a_bad_one_is_refused(tmp_path: Path, text: str, message: str) -> None:
    assert said(tmp_path, text) == message


def test_settings_that_are_nested_without_end_are_no_settings(tmp_path: Path) -> None:
    deep: Any = 1
    for _ in range(900):
        deep = {"a": deep}
    (tmp_path / "b.json").write_text(with_(settings={"app": deep}))
    with pytest.raises(ScenarioError, match="is nested too deeply"):
        load_baseline(tmp_path / "b.json").entries["x"].scenario()


def test_one_of_more_than_64_mib_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "b.json").open("wb") as stream:
        stream.truncate((64 << 20) + 1)
    with pytest.raises(ScenarioError, match="is larger than 64 MiB: not a baseline"):
        load_baseline(tmp_path / "b.json")
