"""What each change bought: shares against games whose values are known, and the fix itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.apps.setlist import CHANGES
from sim.experiments import Ablation, Store, ablate
from sim.experiments.ablation import AblationPlan, changes_between
from sim.experiments.ablation.changes import Switches
from sim.experiments.ablation.effects import effects
from sim.experiments.ablation.plan import plan_for
from sim.experiments.ablation.shapley import Worth, exact_shares, order, shares_of_pair
from sim.report import ablate_report, to_markdown
from sim.scenario import Scenario, ScenarioError, flatten, load_scenario
from sim.simulation import simulate

ENDS_THE_LOOP = [
    "attempt tracking", "placeholder", "bypass removed", "cascade after imports only",
]  # fmt: skip


def spike(*settings: str) -> Scenario:
    return load_scenario("scenarios/spike.yaml", settings, horizon="10m")


def fixed(*settings: str) -> Scenario:
    return load_scenario("scenarios/fixed.yaml", settings, horizon="10m")


def game(players: int, value: Callable[[set[int]], float]) -> dict[int, Worth]:
    return {
        coalition: np.array(value({n for n in range(players) if coalition >> n & 1}), float)
        for coalition in range(1 << players)
    }


def shares(players: int, value: Callable[[set[int]], float]) -> list[float]:
    return [float(share) for share in exact_shares(players, game(players, value))]


# -- games with known values -------------------------------------------------------------------


def test_the_glove_game() -> None:
    """One left glove, two right ones: a pair is worth 1."""
    assert shares(3, lambda s: float(0 in s and bool(s & {1, 2}))) == pytest.approx(
        [2 / 3, 1 / 6, 1 / 6]
    )


def test_an_additive_game_gives_everybody_their_own() -> None:
    own = [3.0, -1.0, 0.0, 7.5]
    assert shares(4, lambda s: sum(own[n] for n in s)) == pytest.approx(own)


def test_the_airport_game_shares_each_stretch_among_those_who_need_it() -> None:
    """Runways for planes that need 1, 2 and 5: the longest one present is paid for."""
    lengths = [1, 2, 5]
    value = shares(3, lambda s: max((lengths[n] for n in s), default=0))
    assert value == pytest.approx([1 / 3, 1 / 3 + 1 / 2, 1 / 3 + 1 / 2 + 3])


def test_four_who_each_suffice_share_the_credit() -> None:
    assert shares(4, lambda s: float(bool(s))) == pytest.approx([1 / 4] * 4)


GAMES = st.integers(1, 5).flatmap(
    lambda n: st.lists(st.integers(-50, 50), min_size=1 << n, max_size=1 << n)
)


@given(values=GAMES)
def test_shares_are_the_mean_over_all_orders_and_add_up(values: list[int]) -> None:
    players = (len(values) - 1).bit_length()
    worth = {coalition: np.array(float(value)) for coalition, value in enumerate(values)}
    told = [float(share) for share in exact_shares(players, worth)]
    assert sum(told) == pytest.approx(values[-1] - values[0])
    every = [shares_of_pair(each, worth) for each in permutations(range(players))]
    assert told == pytest.approx(np.mean(every, axis=0).tolist(), abs=1e-9)


@given(values=GAMES)
def test_alike_players_get_the_same_and_idle_ones_nothing(values: list[int]) -> None:
    """Two players whom only their number matters of, and one who never matters."""
    players = (len(values) - 1).bit_length()

    def value(coalition: set[int]) -> float:
        twins = len(coalition & {players, players + 1})
        inner = sum(1 << n for n in coalition if n < players)
        return float(values[inner] + 7 * (twins == 2) * (inner + 1) + twins)

    told = shares(players + 3, value)
    assert told[players] == pytest.approx(told[players + 1])
    assert told[players + 2] == pytest.approx(0)


# -- random orders -----------------------------------------------------------------------------


def test_orders_are_the_same_for_a_seed_and_every_player_comes_first_alike() -> None:
    assert order(6, 1, 3) == order(6, 1, 3)
    assert order(6, 1, 3) != order(6, 2, 3)
    firsts = np.bincount([order(4, 1, number)[0] for number in range(4000)])
    assert firsts.min() > 900
    assert sorted(order(9, 5, 0)) == list(range(9))


def test_estimated_shares_add_up_and_their_intervals_hold_the_exact_ones() -> None:
    changes = changes_between(spike(), fixed())[:8]
    switches = Switches(spike(), fixed(), changes)
    rng = np.random.default_rng(3)
    value = {each: rng.normal(size=(1, 1)) + each.bit_count() for each in range(1 << 8)}
    exact = [float(share.item()) for share in exact_shares(8, value)]
    held = 0
    for seed in range(30):
        pairs = tuple(order(8, seed, number) for number in range(12))
        told = effects(switches, ["x"], AblationPlan(8, 1, False, pairs, 200), value)
        total = sum(each.share.mean for each in told)
        assert total == pytest.approx((value[255] - value[0]).item())
        held += sum(abs(each.share.mean - truth) <= each.share.half_width
                    for each, truth in zip(told, exact, strict=True))  # fmt: skip
    assert 0.9 <= held / (30 * 8) <= 1


@given(changes=st.integers(4, 14), replications=st.integers(1, 4), most=st.integers(100, 3000))
def test_a_plan_stays_within_its_runs(changes: int, replications: int, most: int) -> None:
    if 1 << changes > most // replications < 6 * changes:  # two pairs of orders may not fit
        return
    plan = plan_for(changes, 1, replications, most)
    combinations = plan.combinations()
    assert len(combinations) * replications <= plan.runs <= most
    assert plan.exact == (replications << changes <= most)
    everything = (1 << changes) - 1
    assert {0, everything, 1, everything - 1} <= set(combinations)


# -- the changes -------------------------------------------------------------------------------


def test_the_fix_has_the_changes_of_the_report_by_name_and_in_order() -> None:
    assert [change.name for change in changes_between(spike(), fixed())] == [
        "cron interval", "batch limit", "backfill off", "attempt tracking", "placeholder",
        "sync delay", "stagger", "guard window", "bypass removed", "cascade limit",
        "cascade after imports only", "seeding retries",
    ]  # fmt: skip


def test_every_name_of_the_app_stands_for_settings_that_there_are() -> None:
    settings = flatten(spike().resolved())
    heads = [head for paths in CHANGES.values() for head in paths]
    assert len(set(heads)) == len(heads)
    for head in heads:
        assert any(path == head or path.startswith(f"{head}.") for path in settings), head


def test_all_changes_together_are_the_fix_and_none_is_the_spike() -> None:
    switches = Switches(spike(), fixed(), changes_between(spike(), fixed()))
    assert switches.scenario(0) == spike()
    made = switches.scenario(switches.everything).resolved()
    assert made == fixed().resolved() | {
        key: spike().resolved()[key] for key in ("name", "description", "revision")
    }
    assert simulate(switches.scenario(switches.everything)).calls == simulate(fixed()).calls


def test_what_has_no_name_is_called_by_its_path_and_what_only_one_has_can_be_switched() -> None:
    other = spike("external.error_rate=1%", "app.sync.breaker=true").with_(
        deployments={"clear": {"at": "5m", "action": "clear-queue"}}
    )
    changes = changes_between(spike(), other)
    assert [change.name for change in changes] == [
        "app.sync.breaker", "external.error_rate", "deployments.clear",
    ]  # fmt: skip
    there = Switches(spike(), other, changes)
    back = Switches(other, spike(), changes_between(other, spike()))
    assert there.scenario(there.everything) == other.with_(name="spike")
    assert back.scenario(back.everything).hash == spike().hash


def test_an_app_without_names_has_a_change_for_every_setting() -> None:
    monitor = load_scenario("scenarios/monitor.yaml", horizon="10m")
    cured = monitor.with_(**{"app.already_running": 0, "app.check_running": True})
    found = ablate(monitor, cured, workers=1)
    assert [change.name for change in found.changes] == [
        "app.already_running", "app.check_running",
    ]  # fmt: skip
    assert found.metrics[-2:] == ("outcomes.chains", "outcomes.probes_recorded")
    assert found.enough == ["app.already_running"]


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (spike(), "spike and spike: do not differ in any setting"),
        (load_scenario("scenarios/fixed.yaml", horizon="1h"), "need the same horizon, not 10m and"),
        (load_scenario("scenarios/monitor.yaml", horizon="10m"), "belong to two apps, 'setlist'"),
    ],
)  # fmt: skip
def test_two_that_cannot_be_compared_are_refused(other: Scenario, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        ablate(spike(), other)


# -- the app -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def loop() -> Ablation:
    """The four that end the loop, and one that does nothing within ten minutes."""
    changed = spike(
        "app.refresh.every=12h", "app.sync.track_attempts=true", "app.generate.placeholder=true",
        "app.sync.bypass_without_songs=false", "app.cascade.only_if_imported=true",
    )  # fmt: skip
    return ablate(spike(), changed.with_(name="ended"), workers=1)


def test_each_of_four_changes_alone_ends_the_loop(loop: Ablation) -> None:
    assert loop.exact
    assert loop.combinations == 32
    assert loop.enough == ENDS_THE_LOOP
    assert loop.idle == ["cron interval"]
    assert loop.proven
    assert [one.changes for one in loop.smallest] == [(name,) for name in ENDS_THE_LOOP]
    whole = loop.ends["calls"][1].mean - loop.ends["calls"][0].mean
    for name in ENDS_THE_LOOP:
        told = loop.effect(name, "calls")
        assert told.alone.mean < 0.9 * whole < 0
        assert abs(told.off.mean) < loop.noise["calls"]


def test_shares_of_the_app_add_up_for_every_metric(loop: Ablation) -> None:
    for name, (before, after) in loop.ends.items():
        total = sum(loop.effect(change.name, name).share.mean for change in loop.changes)
        assert total == pytest.approx(after.mean - before.mean, rel=1e-9, abs=1e-9)


def test_the_report_says_who_was_enough_and_that_they_stand_in_for_each_other(
    loop: Ablation,
) -> None:
    text = to_markdown(ablate_report(loop))
    assert (
        "Enough on its own to keep every budget: attempt tracking, placeholder, bypass removed"
        in text
    )
    assert "can replace each other" in text
    assert "calls a day within 10% of ended" in text
    assert "alone or with others: cron interval (an effect is more than 2% of the" in text


def test_the_data_is_plain_and_has_a_frame(loop: Ablation) -> None:
    data = json.loads(loop.to_json())
    assert data["schema"] == "sim.ablation/1"
    assert data["changes"][1]["effects"]["calls"]["alone"]["half_width"] is None
    frame = loop.to_frame()
    assert frame.loc[("placeholder", "calls"), "alone"] == pytest.approx(
        loop.effect("placeholder", "calls").alone.mean
    )
    assert sim.ablate is ablate


def test_several_seeds_are_paired_and_a_kept_run_is_not_run_again(tmp_path: Path) -> None:
    changed = spike("app.generate.placeholder=true", "app.refresh.limit=20")
    store = Store(tmp_path / "runs.sqlite")
    counted: list[int] = []

    def run(**more: Any) -> Ablation:
        return ablate(spike(), changed, replications=2, workers=1, store=store,
                      metrics=["calls"], **more)  # fmt: skip

    found = run()
    again = run(done=lambda done, _: counted.append(done))
    store.close()
    assert again == found
    assert counted[-1] == 4 * 2 + 2 * 2  # the ends are looked up twice, for the budget on calls
    assert 0 < found.effect("placeholder", "calls").alone.half_width < 1e8
    one = [ablate(spike(f"seed={seed}"), changed, workers=1, metrics=["calls"]) for seed in (1, 2)]
    mean = sum(each.effect("placeholder", "calls").share.mean for each in one) / 2
    assert found.effect("placeholder", "calls").share.mean == pytest.approx(mean)


def test_a_budget_made_of_the_mean_is_judged_by_the_mean() -> None:
    changed = spike("app.generate.placeholder=true")
    found = ablate(spike(), changed, replications=2, workers=1, metrics=["calls"])
    assert found.tested == "the mean of 2 replications"
    assert "calls. Tested: the mean of 2 replications." in to_markdown(ablate_report(found))
    assert not found.complete.broken
    given = changed.with_(**{"budgets.calls": {"metric": "calls", "per": "day", "max": "4.4M"}})
    judged = ablate(spike(), given, replications=2, workers=1, metrics=["calls"])
    assert "95% confidence bound of the mean" in judged.tested


def test_no_change_at_all_has_a_name_in_the_report() -> None:
    impossible = {"budgets.calls": {"metric": "calls", "max": 1}}
    changed = spike("app.refresh.limit=20").with_(**impossible)
    text = to_markdown(ablate_report(ablate(spike(), changed, workers=1, metrics=["calls"])))
    assert "no change (breaks calls)." in text


def test_estimates_of_the_app_add_up_and_say_what_is_not_proven() -> None:
    found = ablate(spike(), fixed(), workers=1, max_runs=70, metrics=["calls", "conflicts"])
    assert not found.exact
    assert found.combinations <= 70
    assert found.orders >= 4
    assert found.enough == ENDS_THE_LOOP
    for name, (before, after) in found.ends.items():
        total = sum(found.effect(change.name, name).share.mean for change in found.changes)
        assert total == pytest.approx(after.mean - before.mean)
    assert found.proven  # single changes: all were run


def test_where_nothing_keeps_every_budget_it_says_which_come_nearest() -> None:
    impossible = {"budgets.shows": {"metric": "outcomes.shows", "max": 1},
                  "budgets.calls": {"metric": "calls", "per": "day", "max": "4.4M"}}  # fmt: skip
    changed = spike("app.generate.placeholder=true", "app.refresh.limit=20").with_(**impossible)
    found = ablate(spike(), changed, workers=1)
    assert found.budgets_of == "the budgets of spike"
    assert found.enough == []
    assert [(one.changes, one.broken) for one in found.smallest] == [(("placeholder",), ("shows",))]
    text = to_markdown(ablate_report(found))
    assert "No combination keeps every budget" in text
    assert "placeholder, made alone, breaks no budget that spike does not break" in text
