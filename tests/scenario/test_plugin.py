"""A module as an app: what it must offer, and what is said if it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim import simulate
from sim.scenario import Apps, json_schema, load_scenario, scenario_from

from .conftest import ErrorsOf

APP = """
from sim.scenario import Settings as Base
class Settings(Base):
    name: str
    size: int = 1
def install(backend, scenario):
    return dict
"""


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("1 / 0", "importing app 'my_app' failed: ZeroDivisionError: division by zero "
                  "(my_app.py:1)"),
        ("def (", "importing app 'my_app' failed: SyntaxError: invalid syntax (my_app.py, line 1)"),
        ("import not_there", "importing app 'my_app' failed: ModuleNotFoundError: No module named "
                             "'not_there' (my_app.py:1)"),
        ("import sys\nsys.exit(0)", "importing app 'my_app' failed: SystemExit: 0 (my_app.py:2)"),
        ("class E(BaseException):\n  __str__ = 3\nraise E",
         "importing app 'my_app' failed: E: (its text cannot be shown) (my_app.py:3)"),
        ("x = 1", "module my_app is not an app: it has no `Settings`"),
        ("Settings = install = 3",
         "module my_app: `Settings` must derive from sim.scenario.Settings"),
        (APP.replace("name: str", "nom: str = ''"),
         "module my_app: `Settings` needs the key `name: str`"),
        (APP + "Population = 3", "module my_app: `Population` must derive from "
                                 "sim.scenario.Settings"),
        (APP + "Traffic = Base", "module my_app: `Traffic` must derive from sim.scenario.Traffic"),
        (APP + "install = 3", "module my_app: `install` must be a function"),
        (APP + "DEPLOYABLE = 'size'", "module my_app: `DEPLOYABLE` must be a list of texts"),
        (APP + "OBJECTIVES = [1]", "module my_app: `OBJECTIVES` must be a list of texts"),
        (APP + "CHANGES = {'a': 3}", "module my_app: `CHANGES['a']` must be a list of texts"),
        (APP + "REVISIONS = ['a']", "module my_app: `REVISIONS` must map names to settings"),
        (APP + "REVISIONS = {'a': 3}", "module my_app: `REVISIONS['a']` must be a dict"),
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


def test_a_validator_that_fails_is_a_mistake_in_its_line(
    tmp_path: Path, errors_of: ErrorsOf
) -> None:
    validator = "    def model_post_init(self, _):\n        raise SystemExit(self.size)"
    (tmp_path / "my_app.py").write_text(APP.replace("size: int = 1", f"size: int = 1\n{validator}"))
    assert errors_of("app: {name: my_app, size: 0}") == [
        "x.yaml:1:1: app: my_app.py:7: in model_post_init: SystemExit: 0"
    ]


def test_an_app_without_revisions_or_population_takes_neither(
    tmp_path: Path, errors_of: ErrorsOf
) -> None:
    (tmp_path / "my_app.py").write_text(APP)
    assert errors_of("app: my_app\nrevision: fixed\npopulation: {shows: 3}") == [
        "x.yaml:2:1: revision: unknown revision 'fixed'",
        "x.yaml:3:14: population: unknown key 'shows'",
    ]


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
        assert scenario_from(scenario.resolved(), scenario.app_sources) == scenario
    assert errors_of("app: my_app\ntraffic: {organic: {rate: 9}, orgnic: 3}") == [
        "x.yaml:2:21: traffic.organic.rate: expected a rate with its period (s, min, h, day, "
        "week), such as 4M/day or 27/s, not 9",
        "x.yaml:2:31: traffic: unknown key 'orgnic'; allowed: organic; did you mean 'organic'?",
    ]


def test_the_schema_of_an_app_of_ones_own_has_its_settings(tmp_path: Path) -> None:
    (tmp_path / "my_app.py").write_text(APP)
    schema = json_schema("my_app", Apps.within([tmp_path]))
    reference = schema["properties"]["app"]["anyOf"][0]["$ref"].removeprefix("#/$defs/")
    assert set(schema["$defs"][reference]["properties"]) == {"name", "size"}


def test_without_imports_everything_but_the_apps_own_settings_is_checked(
    tmp_path: Path,
) -> None:
    (tmp_path / "my_app.py").write_text("raise SystemExit('it ran')")
    file = tmp_path / "x.yaml"
    file.write_text("app: {name: my_app, any: 3}\nrevision: some\npopulation: {all: 4}\n")
    assert load_scenario(file, imports=False).resolved()["app"] == {"name": "my_app", "any": 3}
