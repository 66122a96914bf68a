"""What logs say minute by minute."""

from __future__ import annotations

import pytest

from sim.logs import Slices, observe

from .conftest import Emit

EVER = (0, 1 << 62)


@pytest.fixture(scope="module")
def slices(emit: Emit) -> Slices:
    found = Slices()
    observe([emit().file], look=found)
    return found


def test_all_minutes_together_are_the_whole_log(slices: Slices, emit: Emit) -> None:
    result = observe([emit().file]).result
    calls: dict[str, int] = {}
    retried = failed = errors = 0
    for name, _, _, sums in slices.counted(*EVER):
        calls[name] = calls.get(name, 0) + sums.calls
        retried, failed = retried + sums.retried, failed + sums.failed
        errors += sums.errors
    assert calls == {name: use.calls for name, use in result.by_function.items()}
    assert (retried, failed) == (result.conflicts.retried, result.conflicts.failed)
    assert errors == sum(use.errors for use in result.by_function.values())


def test_every_execution_is_in_one_of_two_parts(slices: Slices) -> None:
    middle = slices.first // 60_000_000 * 60_000_000
    parts = [
        sum(sums.calls for *_, sums in slices.counted(*part))
        for part in ((0, middle), (middle, 1 << 62), EVER)
    ]
    assert parts[0] + parts[1] == parts[2]
    assert parts[0] == 0  # all of it began in its first minute


def test_times_of_all_slices_together_are_those_of_the_log(slices: Slices, emit: Emit) -> None:
    facts = observe([emit().file]).observed.times
    for name, times in slices.times(*EVER).items():
        assert times.number == facts[name].executions
        assert times.quantile(0.9) / 1e6 == facts[name].p90_s


def test_a_log_of_whole_milliseconds_is_recognised(emit: Emit) -> None:
    streamed, by_cli = Slices(), Slices()
    observe([emit("webhook").file], look=streamed)
    observe([emit("cli").file], look=by_cli)
    assert streamed.whole_ms
    assert not by_cli.whole_ms
