"""Exactly at a limit a scenario is accepted; one beyond it is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sim.scenario import (
    DAY,
    MAX_BINS,
    Problem,
    Scenario,
    ScenarioError,
    format_duration,
    load_scenario,
    scenario_from,
)
from sim.scenario.amounts import LARGEST, parse_amount, parse_ratio
from sim.scenario.errors import dotted, nearest, shown, unknown
from sim.scenario.listed import by_id, check_ids
from sim.scenario.model import MAX_DEPTH, is_too_deep
from sim.scenario.near import near_file
from sim.scenario.reading import MAX_BYTES, MAX_NODES, read_document, read_yaml
from sim.scenario.text import read_bytes
from sim.scenario.units import (
    DAYS_PER_MONTH,
    MAX_COUNT,
    MAX_DURATION,
    parse_count,
    parse_duration,
    parse_rate,
    parse_share,
    parse_size,
)
from sim.scenario.units import (
    format_duration as spelt,
)


def refused(make: Callable[[], Any]) -> str:
    """Why something is refused."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011  # the text is what is tested
        make()
    return str(caught.value)


def accepts(make: Callable[[Any], Any], last: Any, beyond: Any, reason: str) -> None:
    """The last value is accepted; the next is not, for that reason."""
    make(last)
    assert reason in refused(lambda: make(beyond))


# -- quantities --------------------------------------------------------------------------------


def test_units_are_what_they_are_called() -> None:
    assert [parse_duration(f"1{unit}") for unit in ("us", "µs", "ms", "s", "m", "h", "d", "w")] == [
        1, 1, 1_000, 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000, 604_800_000_000,
    ]  # fmt: skip
    assert [parse_size(f"1{unit}") for unit in (
        "B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "TiB",
    )] == [1, 10**3, 10**3, 10**6, 10**9, 10**12, 2**10, 2**20, 2**30, 2**40]  # fmt: skip
    assert [parse_count(f"1{unit}") for unit in ("", "k", "K", "M", "G", "T")] == [
        1, 10**3, 10**3, 10**6, 10**9, 10**12,
    ]  # fmt: skip
    periods = ("s", "second", "m", "min", "minute", "h", "hour", "d", "day", "w", "week")
    assert [parse_rate(f"7/{period}") for period in periods] == [
        604_800, 604_800, 10_080, 10_080, 10_080, 168, 168, 7, 7, 1, 1,
    ]  # fmt: skip
    assert DAYS_PER_MONTH == 365.25 / 12


def test_numbers_end_where_64_bits_do() -> None:
    accepts(parse_count, MAX_COUNT, MAX_COUNT + 1, "is too large")
    accepts(parse_count, str(MAX_COUNT), str(MAX_COUNT + 1), "is too large")
    accepts(parse_size, f"{MAX_COUNT}B", f"{MAX_COUNT + 1}B", "is too large")
    accepts(parse_count, 0, -1, "a count cannot be negative")
    assert MAX_COUNT == 2**63 - 1


def test_a_duration_ends_after_a_century() -> None:
    accepts(parse_duration, "36525d", "36525d1us", "longer than 100 years")
    assert parse_duration("36525d") == MAX_DURATION
    assert spelt(0) == "0s"
    assert spelt(DAY + 1) == "1d1us"
    assert spelt(90_061_001_001) == "1d1h1m1s1ms1us"


def test_a_share_is_from_nothing_to_everything() -> None:
    assert [parse_share(value) for value in (0, 1, "0%", "100%")] == [0, 1, 0, 1]
    for beyond in (1.01, -0.01, "101%", True):
        assert "between 0 and 1" in refused(partial(parse_share, beyond))
    assert [parse_ratio(value) for value in (0, "150%", 2.5, "1_000%")] == [0, 1.5, 2.5, 10]
    for wrong in (True, "5", None, [1]):
        assert "expected a share" in refused(partial(parse_ratio, wrong))


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        (0, "calls", 0), ("4.4M", "calls", 4.4e6), ("1_000", "jobs", 1000), ("3", "", 3),
        ("500MB", "MB", 500), ("1GB", "MB", 1000), ("30m", "s", 1800), ("90m", "h", 1.5),
        ("20%", "share", 0.2), ("$30", "$", 30), ("30 USD", "$", 30), ("$1_000.5", "$", 1000.5),
        ("5 GB-hours", "GB-hours", 5), ("5GBh", "GB-hours", 5), ("5GB-hour", "GB-hours", 5),
    ],
)  # fmt: skip
def test_a_bound_is_in_its_metrics_unit(text: Any, unit: str, amount: float) -> None:
    assert parse_amount(text, unit) == pytest.approx(amount)


@pytest.mark.parametrize(
    ("value", "unit", "reason"),
    [
        (True, "calls", "expected a number of calls, such as 4.4M, not True"),
        ("x", "", "expected a number, such as 4.4M, not 'x'"),
        ("5s", "share", "expected a share, such as 20%, not '5s'"),
        ("5s", "$", "expected an amount in $, such as $30, not '5s'"),
        (-1, "calls", "a bound cannot be negative"), (float("nan"), "calls", "not NaN"),
        (LARGEST, "calls", "is too large"), (10**400, "calls", "is too large"),
    ],
)  # fmt: skip
def test_another_unit_is_refused(value: Any, unit: str, reason: str) -> None:
    assert reason in refused(lambda: parse_amount(value, unit))
    assert parse_amount(LARGEST / 2, "calls") == 2**62


# -- files -------------------------------------------------------------------------------------


def file(folder: Path, text: str, name: str = "a.yaml") -> Path:
    """A file of that text."""
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def padded(size: int) -> str:
    """A scenario of so many bytes."""
    return "name: x\n" + "\n" * (size - 8)


def test_a_scenario_file_has_at_most_256_kib(tmp_path: Path) -> None:
    assert MAX_BYTES == 256 * 1024
    accepts(lambda size: load_scenario(file(tmp_path, padded(size))), MAX_BYTES, MAX_BYTES + 1,
            "is larger than 256 KiB: not a scenario file")  # fmt: skip


def test_a_limit_is_told_in_the_unit_that_fits(tmp_path: Path) -> None:
    path = file(tmp_path, "x" * 3000)
    assert len(read_bytes(path, "it", 3000)) == 3000
    assert "is larger than 2 KiB: not it" in refused(lambda: read_bytes(path, "it", 2999))
    path = file(tmp_path, "x" * ((1 << 20) + 1))
    assert "is larger than 1 MiB: not it" in refused(lambda: read_bytes(path, "it", 1 << 20))


def test_a_file_has_at_most_20_000_values_after_its_aliases(tmp_path: Path) -> None:
    def items(last: int) -> Any:
        hundred = f"a: &hundred [{','.join('1' * 99)}]"
        many = f"b: [{','.join(['*hundred'] * 198)}]"
        return read_document(file(tmp_path, f"{hundred}\n{many}\nc: [{','.join('1' * last)}]\n"))

    assert MAX_NODES == 20_000
    # 100 + (1 + 198 × 100) + (1 + last)
    accepts(items, 98, 99, "more than 20,000 values")


def test_settings_are_nested_fifty_deep_at_most(tmp_path: Path) -> None:
    def nested(depth: int) -> Any:
        return read_document(file(tmp_path, "{a: " * depth + "1" + "}" * depth))

    assert MAX_DEPTH == 50
    accepts(nested, 50, 51, "is nested too deeply")
    deep: Any = 1
    for _ in range(49):
        deep = [deep]
    assert not is_too_deep(deep)
    assert is_too_deep([deep])
    assert not is_too_deep({})


def test_an_error_of_yaml_is_one_line_of_at_most_200_characters() -> None:
    said = refused(lambda: read_yaml("a: {" + "b" * 300 + "\n", "x.yaml"))
    assert "\n" not in said
    assert len(said) <= 200 + len("x.yaml:99:999: ")


# -- what errors say ---------------------------------------------------------------------------


def test_a_value_is_shown_with_sixty_characters_at_most() -> None:
    assert shown("x" * 58) == "'" + "x" * 58 + "'"
    assert shown("x" * 59) == "'" + "x" * 56 + "..."
    assert len(shown("x" * 59)) == 60


def test_twenty_problems_are_shown_and_the_rest_is_counted() -> None:
    def lines(number: int, more: int = 0) -> list[str]:
        problems = [Problem("a", f"{n}") for n in range(number)]
        return str(ScenarioError(problems, more)).splitlines()

    assert lines(20)[-1] == "a: 19"
    assert lines(21)[-2:] == ["a: 19", "... and 1 more problem"]
    assert lines(22)[-1] == "... and 2 more problems"
    assert lines(1, more=3)[-1] == "... and 3 more problems"
    again = ScenarioError([Problem("a", "b")], 4).__reduce__()
    assert str(again[0](*again[1])).endswith("... and 4 more problems")


def test_forty_names_are_listed_and_the_rest_is_counted() -> None:
    names = [f"name-{n:02}" for n in range(41)]
    assert "in all" not in unknown("x", "name", names[:40])
    assert unknown("x", "name", names).endswith("name-39, ... (41 in all)")
    assert unknown("x", "name", []) == "unknown name 'x'"
    assert nearest("limt", ["limit", "every"]) == "; did you mean 'limit'?"
    assert nearest("re", ["every", "refreshing-everything"]) == (
        "; did you mean 'refreshing-everything'?"
    )
    assert nearest("", ["every"]) == nearest("zzz", ["every"]) == ""


def test_a_path_is_written_with_dots_and_numbers() -> None:
    assert dotted(("a", "b", 0, "c")) == "a.b[0].c"
    assert dotted(()) == ""


def test_a_file_is_suggested_from_here_the_folders_in_it_and_the_shipped_ones(
    tmp_path: Path,
) -> None:
    for folder in ("load", ".hidden", "node_modules"):
        (tmp_path / folder).mkdir()
        file(tmp_path / folder, "", f"{folder.strip('.')}-spikes.yaml")
    file(tmp_path, "", ".secret-one.yaml")
    file(tmp_path, "", "notes-of-today.txt")
    assert near_file("lod-spikes.yaml", tmp_path) == "; did you mean 'load/load-spikes.yaml'?"
    assert near_file("load/lod-spikes.yml", tmp_path) == "; did you mean 'load/load-spikes.yaml'?"
    assert near_file("hidden-spikes.yaml", tmp_path).endswith("load/load-spikes.yaml'?")
    assert near_file("secret-one.yaml", tmp_path) == ""
    assert near_file("notes-of-today.yaml", tmp_path) == ""
    assert near_file("spkie.yaml", tmp_path) == "; did you mean 'shipped:spike'?"


# -- a scenario --------------------------------------------------------------------------------


def of(**settings: Any) -> Scenario:
    """A scenario of a minute, with settings."""
    return scenario_from({"horizon": "1m", "bin": "1m", **settings})


def test_a_run_has_at_most_so_many_bins_and_looks() -> None:
    longest = format_duration(MAX_BINS * 1_000_000)
    beyond = format_duration(MAX_BINS * 1_000_000 + 1)
    accepts(lambda horizon: of(horizon=horizon, bin="1s"), longest, beyond,
            f"the horizon has {MAX_BINS + 1:,} bins of this length")  # fmt: skip
    alert = {"metric": "calls", "above": 1, "window": "1m", "every": "1s"}
    accepts(lambda horizon: of(horizon=horizon, bin=horizon, alerts={"a": alert}), longest, beyond,
            f"a: would be evaluated {MAX_BINS + 1:,} times in the horizon")  # fmt: skip


@pytest.mark.parametrize(("year", "good"), [(1899, False), (1900, True), (2500, True),
                                            (2501, False)])  # fmt: skip
def test_a_run_starts_between_1900_and_2500(year: int, good: bool) -> None:
    starts = f"{year}-06-01T00:00:00Z"
    if good:
        assert of(starts=starts).starts.year == year
    else:
        assert "expected a year between 1900 and 2500" in refused(lambda: of(starts=starts))


def test_organic_shares_add_up_to_everything_at_most() -> None:
    def shares(actions: float) -> Scenario:
        return of(traffic={"organic": {"mutations": 0.75, "actions": actions}})

    accepts(shares, 0.25, 0.26, "add up to more than 1")


def test_a_latency_is_at_most_twelve_hours_and_a_thousand_medians() -> None:
    def latency(value: Any) -> Scenario:
        return of(external={"latency": value})

    accepts(latency, "12h", "12h1us", "a latency is at most 12 hours")
    accepts(latency, {"p50": "1ms", "p99": "1s"}, {"p50": "1ms", "p99": "1001ms"},
            "the 99th percentile is more than 1,000 times the median")  # fmt: skip
    accepts(latency, "1s..1s", "2s..1s", "the lower end is above the upper end")
    accepts(latency, {"p50": "1us", "p99": "1us"}, {"p50": "0s", "p99": "1s"},
            "a log-normal median must be above zero")  # fmt: skip
    assert "a latency takes {mean}" in refused(lambda: latency({"mean": "1s", "p99": "2s"}))


def test_a_deployment_at_the_horizon_is_too_late() -> None:
    def operations(at: str) -> int:
        return len(of(deployments={"a": {"at": at, "action": "pause"}}).operations)

    assert [operations(at) for at in ("0s", "59s999ms999us", "1m")] == [1, 1, 0]


def test_an_id_has_eighty_characters_and_a_list_ten_thousand_items() -> None:
    accepts(lambda size: check_ids({"a" * size: 1}), 80, 81, "an id consists of letters")
    accepts(lambda number: check_ids({str(n): 1 for n in range(number)}), 10_000, 10_001,
            "more than 10,000 items")  # fmt: skip
    for wrong in ("", "-a", "a b", "a.b", 1, None):
        items = [{"id": "good"}, {"id": wrong}]
        assert "item 2: needs an id" in refused(partial(by_id, items))
    assert "item 1: expected a mapping" in refused(lambda: by_id([1]))
    assert "item 2: there is another item" in refused(lambda: by_id([{"id": "a"}, {"id": "a"}]))


def test_an_alert_looks_at_most_once_a_second_and_divides_its_window() -> None:
    def alert(**settings: Any) -> Any:
        given = {"metric": "calls", "above": 1, "window": "1m", **settings}
        return of(alerts={"a": given}).alerts["a"]

    accepts(lambda every: alert(every=every), "1s", "999ms", "expected at least 1s")
    accepts(lambda every: alert(every=every), "30s", "31s", "must be a multiple of it")
    accepts(lambda window: alert(window=window, every="1s", calendar=True), "6h", "7h",
            "a calendar window divides a day")  # fmt: skip
    assert alert(above="1440/day", window="2m").threshold == 2
    assert alert(above=5).threshold == 5


def test_the_bounds_of_a_budget_may_meet_and_not_cross() -> None:
    def budget(least: int) -> Scenario:
        return of(budgets={"a": {"metric": "calls", "min": least, "max": 5}})

    accepts(budget, 5, 6, "min (6) is above max (5)")
    change = {"metric": "calls", "max_increase": {}}
    assert "expected absolute, relative or both" in refused(lambda: of(budgets={"a": change}))
    zero = of(budgets={"a": {"metric": "calls", "max_increase": {"relative": 0}}})
    assert zero.budgets["a"].max_increase is not None
    assert zero.budgets["a"].max_increase.allowed(100) == 0
