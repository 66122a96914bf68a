"""A module as an app: what it must offer, and what is said if it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenario import Apps, json_schema, load_scenario

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
        ("x = 1", "module my_app is no app: it has no `Settings`"),
        ("Settings = install = 3",
         "module my_app: `Settings` must derive from sim.scenario.Settings"),
        (APP.replace("name: str", "nom: str = ''"),
         "module my_app: `Settings` needs the key `name: str`"),
        (APP + "Population = 3", "module my_app: `Population` must derive from "
                                 "sim.scenario.Settings"),
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
