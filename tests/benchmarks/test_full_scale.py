"""Whole processes, from the command to its result: what a user waits for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from .ours import COMPILED, Process, run_command
from .report import Report

ROUNDS = 3
DAY, THREE_DAYS, FIXED = "spike.yaml", "spike-3-days.yaml", "fixed.yaml"
MAX_MIB = 400


def run(scenario: str, *options: str, cache: Path | None = None) -> Process:
    return run_command("run", f"scenarios/{scenario}", "--set", COMPILED, *options, cache=cache)


def test_first_run_after_installation(benchmark: Any, report: Report, tmp_path: Path) -> None:
    cold = benchmark.pedantic(run, args=(FIXED,), kwargs={"cache": tmp_path}, rounds=1)
    report.ran(f"{FIXED}, nothing compiled yet", cold)


@pytest.mark.parametrize("scenario", [FIXED, DAY, THREE_DAYS])
@pytest.mark.parametrize("round_", range(ROUNDS))
def test_run(benchmark: Any, report: Report, round_: int, scenario: str) -> None:
    if round_ == 0:
        run(FIXED)  # fills the cache
    process = benchmark.pedantic(run, args=(scenario,), rounds=1)
    report.ran(scenario, process)
    assert process.mib < MAX_MIB


def test_memory_is_independent_of_the_horizon() -> None:
    """Of a system that is in balance; the spike's backlog grows until the cap of a million jobs."""
    day, month = (run(FIXED, "--horizon", horizon) for horizon in ("24h", "30d"))
    assert month.mib < 1.1 * day.mib
