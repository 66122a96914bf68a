"""A module as an app: what it must offer, and what is said if it does not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim import simulate
from sim.scenario import ScenarioError, json_schema, load_scenario, scenario_from

from .conftest import ErrorsOf

APP = """
from sim.scenario import Settings as Base
class Settings(Base):
    name: str
    size: int = 1
def install(backend, scenario):
    return dict
"""


@pytest.fixture(autouse=True)
def _modules_are_forgotten() -> Iterator[None]:
    before, path = set(sys.modules), list(sys.path)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]
    sys.path[:] = path


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("1 / 0", "importing app 'my_app' failed: ZeroDivisionError: division by zero "
                  "(my_app.py:1)"),
        ("def (", "importing app 'my_app' failed: SyntaxError: invalid syntax (my_app.py, line 1)"),
        ("import not_there", "importing app 'my_app' failed: ModuleNotFoundError: No module named "
                             "'not_there' (my_app.py:1)"),
        ("x = 1", "module my_app is no app: it has no `Settings`"),
        ("Settings = install = 3",
         "module my_app: `Settings` must derive from sim.scenario.Settings"),
        (APP.replace("name: str", "nom: str = ''"),
         "module my_app: `Settings` needs the key `name: str`"),
        (APP + "Population = 3", "module my_app: `Population` must derive from "
                                 "sim.scenario.Settings"),
        (APP + "Traffic = Base", "module my_app: `Traffic` must derive from sim.scenario.Traffic"),
    ],
)  # fmt: skip
def test_a_module_that_is_no_app_says_why(
    tmp_path: Path, errors_of: ErrorsOf, source: str, message: str
) -> None:
    (tmp_path / "my_app.py").write_text(source)
    assert errors_of("app: my_app") == [f"x.yaml:1:1: app: {message}"]


def test_a_setting_without_a_default_is_asked_for(tmp_path: Path, errors_of: ErrorsOf) -> None:
    (tmp_path / "my_app.py").write_text(APP.replace("size: int = 1", "size: int"))
    assert errors_of("app: my_app") == ["x.yaml:1:1: app.size: a value is needed"]
    assert errors_of("app: {name: my_app, size: '4'}") == [
        "x.yaml:1:21: app.size: expected a whole number, not '4'"
    ]


def test_an_app_without_revisions_or_population_takes_neither(
    tmp_path: Path, errors_of: ErrorsOf
) -> None:
    (tmp_path / "my_app.py").write_text(APP)
    assert errors_of("app: my_app\nrevision: fixed\npopulation: {shows: 3}") == [
        "x.yaml:2:1: revision: unknown revision 'fixed'",
        "x.yaml:3:14: population: unknown key 'shows'",
    ]


def test_an_app_beside_the_file_that_is_extended_is_found(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base/my_app.py").write_text(APP)
    (tmp_path / "base/base.yaml").write_text("app: my_app")
    (tmp_path / "x.yaml").write_text("extends: base/base.yaml\napp: {size: 4}")
    assert load_scenario(tmp_path / "x.yaml").resolved()["app"] == {"name": "my_app", "size": 4}


def test_two_apps_of_one_name_are_not_mistaken_for_each_other(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "my_app.py").write_text(APP)
        (tmp_path / folder / "x.yaml").write_text("app: my_app")
    load_scenario(tmp_path / "one/x.yaml")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(tmp_path / "two/x.yaml")
    assert str(caught.value) == (
        f"{tmp_path}/two/x.yaml:1:1: app: another module is already called 'my_app' "
        f"({tmp_path}/one/my_app.py); rename this one"
    )


def test_an_app_without_traffic_of_its_own_has_none_unless_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "my_app.py").write_text(APP)
    (tmp_path / "none.yaml").write_text("app: my_app")
    (tmp_path / "some.yaml").write_text("app: my_app\ntraffic: {organic: {rate: 9/day}}")
    none, some = (load_scenario(tmp_path / f"{name}.yaml") for name in ("none", "some"))
    assert none.traffic.organic.rate == 0
    assert some.traffic.organic.rate == 9
    assert none.billing.storage_mb == 0, "what the incident's site had stored"
    assert scenario_from({}).traffic.organic.rate == 4e6, "the site's own"


def test_an_idle_deployment_of_ones_own_bills_what_its_cron_calls(tmp_path: Path) -> None:
    (tmp_path / "my_app.py").write_text(
        APP.replace(
            "return dict",
            """backend.mutation("clean", lambda tx: None)
    backend.cron("cleanup", "clean", every=60_000_000)
    return dict""",
        )
    )
    (tmp_path / "x.yaml").write_text("app: my_app\nhorizon: 24h")
    result = simulate(load_scenario(tmp_path / "x.yaml"))
    assert result.calls.total == 1440
    assert result.cost.projected_monthly_usd == 0


def test_an_app_gives_traffic_defaults_of_its_own(tmp_path: Path, errors_of: ErrorsOf) -> None:
    traffic = """
from sim import scenario
class Organic(scenario.Organic):
    rate: scenario.Rate = "5/s"
class Traffic(scenario.Traffic):
    organic: Organic = Organic()
"""
    (tmp_path / "my_app.py").write_text(APP + traffic)
    (tmp_path / "y.yaml").write_text("app: my_app")
    (tmp_path / "z.yaml").write_text("app: my_app\ntraffic: {organic: {actions: 0.5}}")
    for name in ("y", "z"):
        scenario = load_scenario(tmp_path / f"{name}.yaml")
        assert scenario.traffic.organic.rate == 5 * 86_400
        assert scenario_from(scenario.resolved()) == scenario
    assert errors_of("app: my_app\ntraffic: {organic: {rate: 9}, orgnic: 3}") == [
        "x.yaml:2:21: traffic.organic.rate: expected a rate with its period (s, min, h, day, "
        "week), such as 4M/day or 27/s, not 9",
        "x.yaml:2:31: traffic: unknown key 'orgnic'; allowed: organic; did you mean 'organic'?",
    ]


def test_the_schema_of_an_app_of_ones_own_has_its_settings(tmp_path: Path) -> None:
    (tmp_path / "my_app.py").write_text(APP)
    sys.path.append(str(tmp_path))
    schema = json_schema("my_app")
    reference = schema["properties"]["app"]["anyOf"][0]["$ref"].removeprefix("#/$defs/")
    assert set(schema["$defs"][reference]["properties"]) == {"name", "size"}
