"""Deployments in a scenario: how they are written, what they may change, what they amount to."""

from __future__ import annotations

from typing import Any

import pytest

from sim.scenario import HOUR, Scenario, ScenarioError, load_scenario, scenario_from

FIX = {"id": "fix", "at": "12h", "change": {"revision": "fixed"}}


def deployed(*items: Any, **settings: Any) -> Scenario:
    return scenario_from({"revision": "buggy", **settings, "deployments": list(items)})


def message(*items: Any, **settings: Any) -> str:
    with pytest.raises(ScenarioError) as error:
        deployed(*items, **settings)
    return str(error.value)


def test_a_change_of_revision_switches_to_all_of_its_settings() -> None:
    (operation,) = deployed(FIX).operations
    assert operation.at == 12 * HOUR
    assert operation.app == scenario_from({"revision": "fixed"}).app


def test_what_the_scenario_sets_explicitly_stays() -> None:
    (operation,) = deployed(FIX, app={"refresh": {"limit": 7}}).operations
    assert operation.app is not None
    assert operation.app.model_dump()["refresh"]["limit"] == 7


@pytest.mark.parametrize(
    "change",
    [{"app.sync.guard_window": "24h", "app.sync.status_lock": True},
     {"app": {"sync.guard_window": "24h", "sync": {"status_lock": True}}},
     {"app": {"sync": {"guard_window": "1d", "status_lock": True}}}],
)  # fmt: skip
def test_keys_are_dotted_or_nested(change: dict[str, Any]) -> None:
    scenario = deployed({"id": "a", "at": "1h", "change": change})
    assert scenario.deployments["a"].change == {
        "app": {"sync": {"guard_window": "1d", "status_lock": True}}
    }


def test_changes_add_up_in_the_order_of_time() -> None:
    later = {"id": "a", "at": "2h", "change": {"app.refresh.limit": 5}}
    earlier = {"id": "b", "at": "1h", "change": {"app.refresh.every": "1h"}}
    first, second = deployed(later, earlier).operations
    assert first.at < second.at
    assert second.app is not None
    refresh = second.app.model_dump(mode="json")["refresh"]
    assert (refresh["every"], refresh["limit"]) == ("1h", 5)


def test_at_one_time_changes_come_first_and_a_resume_last() -> None:
    actions = ("resume", "pause", "clear-queue")
    items = [{"id": action, "at": "1h", "action": action} for action in actions]
    done = [operation.action for operation in deployed(*items, {**FIX, "at": "1h"}).operations]
    assert done == [None, "clear-queue", "pause", "resume"]


def test_the_resolved_scenario_loads_to_one_that_deploys_the_same() -> None:
    scenario = deployed(FIX, {"id": "back", "at": "13h", "change": {"revision": "buggy"}},
                        {"id": "again", "at": "14h", "change": {}})  # fmt: skip
    loaded = scenario_from(scenario.resolved())
    assert loaded == scenario
    assert loaded.hash == scenario.hash
    assert loaded.operations == scenario.operations
    assert loaded.operations[1].app == scenario.app


def test_deployments_are_part_of_the_hash_only_where_there_are_any() -> None:
    without = scenario_from({"revision": "buggy"})
    assert deployed().hash == without.hash
    hashes = {without.hash, deployed(FIX).hash, deployed({**FIX, "at": "13h"}).hash}
    assert len(hashes) == 3


def test_one_is_moved_by_its_id() -> None:
    scenario = load_scenario(
        "scenarios/spike.yaml",
        ["deployments.fix.at=6h", "deployments.fix.change.revision=fixed", "deployments.fix.at=7h"],
    )
    assert [operation.at for operation in scenario.operations] == [7 * HOUR]
    assert not scenario.with_(horizon="7h").operations, "it happens before the horizon only"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"population": {"shows": 9}},
         "deployments.fix.change.population: cannot change while a scenario runs; "
         "allowed: app, revision"),
        ({"platform.deployment_class": "S256"}, "change.platform: cannot change"),
        ({"app.visitors.page_views": 0},
         "app.visitors: cannot change while a scenario runs; allowed: refresh, backfill, generate"),
        ({"app.background": False}, "app.background: cannot change"),
        ({"app.name": "other"}, "unknown app 'other'"),
        ({"app": "setlist"}, "expected a mapping of keys, not 'setlist'"),
        ({"revision": "fxied"}, "unknown revision 'fxied'; allowed: before, buggy, fixed, hardened,"
         " lull, no-placeholder, cron-sync, page-view-sync; did you mean 'fixed'?"),
        ({"app.refresh.limt": 3},
         "deployments.fix.change.app.refresh: unknown key 'limt'; allowed: enabled, every, "
         "inline, limit, schedules_sync, stagger; did you mean 'limit'?"),
        ({"app.sync.guard_window": 3}, "deployments.fix.change.app.sync.guard_window: expected a"),
        ({"revisoin": "fixed"}, "did you mean 'revision'?"),
    ],
)  # fmt: skip
def test_what_cannot_change_is_refused_with_its_key(change: dict[str, Any], expected: str) -> None:
    assert expected in message({"id": "fix", "at": "1h", "change": change})


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"at": "1h"}, "deployments.a: expected either a change or an action"),
        ({"at": "1h", "change": {}, "action": "pause"}, "either a change or an action"),
        ({"change": {}}, "deployments.a.at: a value is needed"),
        ({"at": "soon", "change": {}}, "deployments.a.at: expected a duration"),
        ({"at": "1h", "action": "stop"}, "allowed: pause, resume, clear-queue"),
        ({"at": "1h", "chnage": {}}, "did you mean 'change'?"),
    ],
)
def test_an_item_that_is_none_is_refused(item: dict[str, Any], expected: str) -> None:
    assert expected in message({"id": "a", **item})


def test_a_mistake_is_told_with_its_line(tmp_path: Any) -> None:
    file = tmp_path / "late.yaml"
    file.write_text(
        "revision: buggy\ndeployments:\n  - id: fix\n    at: 12h\n    change:\n"
        "      app:\n        refresh:\n          limt: 3\n"
    )
    with pytest.raises(ScenarioError) as error:
        load_scenario(file)
    assert f"{file}:8:11: deployments.fix.change.app.refresh: unknown key 'limt'" in str(
        error.value
    )


def test_an_app_that_allows_no_changes_can_still_be_paused() -> None:
    pause = ["deployments.p.at=1m", "deployments.p.action=pause"]
    assert load_scenario("scenarios/monitor.yaml", pause).operations
    with pytest.raises(ScenarioError, match="its module has no DEPLOYABLE"):
        load_scenario(
            "scenarios/monitor.yaml", ["deployments.p.at=1m", "deployments.p.change.app.period=1s"]
        )


def test_a_deployment_changes_the_part_of_a_section_that_is_code() -> None:
    change = {"app.visitors.page_views_sync": True}
    (operation,) = deployed({"id": "a", "at": "1h", "change": change}).operations
    assert operation.app is not None
    assert operation.app.model_dump()["visitors"]["page_views_sync"] is True
    both = {**change, "app.visitors.page_views": "1/day"}
    told = message({"id": "a", "at": "1h", "change": both})
    assert "deployments.a.change.app.visitors: cannot change while a scenario runs" in told
    assert "visitors.page_views_sync" in told
