"""Prices of one's own: in the scenario, or in a file beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import ScenarioError, load_scenario


def scenario(folder: Path, prices: str, billing: str = "price_list: prices.yaml") -> Path:
    (folder / "prices.yaml").write_text(prices)
    file = folder / "app.yaml"
    file.write_text(f"extends: shipped:fixed\nbilling: {{{billing}}}\n")
    return file


def test_a_file_gives_prices_and_the_scenario_wins_over_it(tmp_path: Path) -> None:
    file = scenario(
        tmp_path, "prices: {calls: 1.5, storage: {included: 2, usd: 0.1}}",
        "price_list: prices.yaml, prices: {storage: {usd: 0.3}}",
    )  # fmt: skip
    prices = load_scenario(file).billing.prices
    assert prices.calls is not None
    assert prices.storage is not None
    assert (prices.calls.usd, prices.calls.included) == (1.5, None)
    assert (prices.storage.usd, prices.storage.included) == (0.3, 2)


def test_another_price_makes_another_scenario(tmp_path: Path) -> None:
    cheap = load_scenario(scenario(tmp_path, "prices: {calls: 1}")).hash
    assert cheap != load_scenario(scenario(tmp_path, "prices: {calls: 2}")).hash


def test_a_path_on_the_command_line_is_relative_to_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = scenario(tmp_path, "prices: {calls: 1}", "plan: starter")
    monkeypatch.chdir(tmp_path)
    loaded = load_scenario(file, ["billing.price_list=prices.yaml"])
    assert loaded.billing.prices.calls is not None


@pytest.mark.parametrize(
    ("prices", "billing", "message"),
    [
        ("prices: {cals: 1}", "price_list: prices.yaml",
         "prices.yaml:1:10: billing.prices: unknown key 'cals'"),
        ("prices: {calls: -1}", "price_list: prices.yaml",
         "prices.yaml:1:10: billing.prices.calls.usd:"),
        ("costs: {}", "price_list: prices.yaml", "prices.yaml:1:1: unknown key 'costs'"),
        ("", "price_list: prices.yaml", "prices.yaml: is empty; a price list is a mapping"),
        ("prices: {}", "price_list: price.yaml",
         "app.yaml:2:11: billing.price_list: there is no file 'price.yaml'; did you mean "
         "'prices.yaml'?"),
        ("prices: {}", "price_list: /etc/passwd", "'/etc/passwd' is outside the scenario's folder"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_price_list_is_said_at_its_line(
    tmp_path: Path, prices: str, billing: str, message: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(scenario(tmp_path, prices, billing))
    assert message in str(caught.value)


def test_python_is_told_to_set_the_prices_themselves(tmp_path: Path) -> None:
    loaded = load_scenario(scenario(tmp_path, "prices: {}"))
    with pytest.raises(ScenarioError, match=r"set `billing\.prices` here"):
        loaded.with_(**{"billing.price_list": "other.yaml"})


def test_the_free_plan_caps_the_month_and_keeps_limits_of_ones_own(tmp_path: Path) -> None:
    file = scenario(tmp_path, "prices: {}", "plan: free")
    own = "[{metric: function_calls, window: day, disable: 5}]"
    limits = load_scenario(file, [f"platform.usage_limits={own}"]).platform.usage_limits
    assert [(limit.metric, limit.window, limit.disable) for limit in limits] == [
        ("function_calls", "day", 5), ("function_calls", "month", 1_000_000),
        ("action_gb_hours", "month", 20), ("database_io_gb", "month", 1),
    ]  # fmt: skip
    again = load_scenario(file).with_(seed=2)
    assert len(again.platform.usage_limits) == 3, "the caps are there once"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (["platform.deployment_class=D1024"],
         "there is no deployment class D1024 in profile 2025-11; allowed there: S16, S256"),
        (["platform.profile=2026-08", "platform.deployment_class=D2048"],
         "a dedicated deployment (D2048) needs `plan: business`, not starter"),
    ],
)  # fmt: skip
def test_a_class_that_the_plan_or_the_date_does_not_have_is_refused(
    tmp_path: Path, settings: list[str], message: str
) -> None:
    file = scenario(tmp_path, "prices: {}", "plan: starter")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file, settings)
    assert message in str(caught.value)


def test_a_dedicated_class_has_its_documented_places(tmp_path: Path) -> None:
    file = scenario(tmp_path, "prices: {}", "plan: business")
    platform = load_scenario(
        file, ["platform.profile=2026-08", "platform.deployment_class=D1024"]
    ).platform
    assert platform.scheduler.parallelism == 512
    assert (platform.concurrency.queries, platform.concurrency.mutations) == (1024, 512)
