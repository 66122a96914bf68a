"""Where an app's module may lie, and that nothing else is ever imported."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from sim.budgets import load_baseline
from sim.claims import audit
from sim.scenario import ScenarioError, json_schema, load_scenario, scenario_from

APP = """
from pathlib import Path
from sim.scenario import Settings as Base
Path({canary!r}).touch()
class Settings(Base):
    name: str
    size: int = 1
def install(backend, scenario):
    return lambda: dict(size=scenario.app.size)
"""


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file that is there once the code of an app has run."""
    return tmp_path / "it-ran"


@pytest.fixture
def app(canary: Path) -> Callable[..., Path]:
    """Writes an app's module into a folder, and a scenario that names it; the scenario's path."""

    def write(folder: Path, name: str = "my_app", text: str = "") -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.py").write_text(APP.format(canary=str(canary)))
        scenario = folder / "x.yaml"
        scenario.write_text(
            text or f"app: {name}\nhorizon: 1m\ntraffic: {{organic: {{rate: 0}}}}\n"
        )
        return scenario

    return write


def test_a_module_beside_the_scenario_is_its_app(tmp_path: Path, app: Callable[..., Path]) -> None:
    assert load_scenario(app(tmp_path)).resolved()["app"] == {"name": "my_app", "size": 1}


@pytest.mark.parametrize("name", ["os", "json", "antigravity", "sim.apps.setlist", "my.app", ""])
def test_what_python_could_import_from_elsewhere_is_no_app(tmp_path: Path, name: str) -> None:
    (tmp_path / "x.yaml").write_text(f"app: '{name}'")
    with pytest.raises(ScenarioError, match="unknown app"):
        load_scenario(tmp_path / "x.yaml")


def test_the_folder_where_python_looks_first_is_not_looked_into(
    tmp_path: Path, app: Callable[..., Path], canary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app(tmp_path / "here", "evil")
    (tmp_path / "x.yaml").write_text("app: evil")
    monkeypatch.syspath_prepend(tmp_path / "here")
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(ScenarioError, match="unknown app 'evil'"):
        load_scenario(tmp_path / "x.yaml")
    assert not canary.exists()


def test_a_module_beside_an_extended_file_takes_a_switch(
    tmp_path: Path, app: Callable[..., Path], canary: Path
) -> None:
    app(tmp_path / "base", text="app: my_app")
    (tmp_path / "x.yaml").write_text("extends: base/x.yaml\napp: {size: 4}")
    with pytest.raises(ScenarioError, match=r"unknown app 'my_app'.*--app-path DIR"):
        load_scenario(tmp_path / "x.yaml")
    assert not canary.exists()
    scenario = load_scenario(tmp_path / "x.yaml", app_path=[tmp_path / "base"])
    assert scenario.resolved()["app"] == {"name": "my_app", "size": 4}
    with pytest.raises(ScenarioError, match=r"--app-path: .* is no folder"):
        load_scenario(tmp_path / "x.yaml", app_path=[tmp_path / "none"])


def test_data_runs_nothing(tmp_path: Path, app: Callable[..., Path], canary: Path) -> None:
    app(tmp_path, "evil")
    settings = scenario_from({}).resolved() | {"app": {"name": "evil"}, "population": {}}
    with pytest.raises(ScenarioError, match="unknown app 'evil'; allowed: setlist"):
        scenario_from(settings)
    entry = {"hash": "", "version": "0", "seeds": [1], "metrics": {}, "settings": settings}
    baseline = tmp_path / "b.json"
    baseline.write_text(json.dumps({"schema": "sim.baseline/1", "scenarios": {"x": entry}}))
    with pytest.raises(ScenarioError, match="unknown app 'evil'"):
        load_baseline(baseline).entries["x"].scenario()
    claims = tmp_path / "c.yaml"
    claims.write_text(
        "title: t\nclaims: [{id: a, quote: q, switch: {metric: calls, falls: 1%, "
        "set: {app.name: evil}}}]"
    )
    (tmp_path / "plain.yaml").write_text("horizon: 1m")
    with pytest.raises(ScenarioError, match="unknown app 'evil'"):
        audit(claims, [tmp_path / "plain.yaml"], workers=1)
    with pytest.raises(Exception, match="unknown app 'evil'"):
        json_schema("evil")
    deployed = tmp_path / "d.yaml"
    deployed.write_text("deployments: [{id: a, at: 1m, change: {app.name: evil}}]")
    with pytest.raises(ScenarioError, match="unknown app 'evil'"):
        load_scenario(deployed)
    assert not canary.exists()


def test_a_baseline_of_the_checked_app_is_read_with_that_app(
    tmp_path: Path, app: Callable[..., Path]
) -> None:
    scenario = load_scenario(app(tmp_path))
    assert scenario_from(scenario.resolved(), scenario.app_sources) == scenario


@pytest.mark.parametrize("link", [False, True])
def test_files_outside_the_scenarios_tree_are_not_extended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: bool
) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "secret.yaml").write_text("password: hunter2\n")
    (tmp_path / "a/b/x.yaml").write_text("extends: ../../secret.yaml")
    monkeypatch.chdir(tmp_path / "a")
    if link:
        (tmp_path / "a/b/near.yaml").symlink_to(tmp_path / "secret.yaml")
        (tmp_path / "a/b/x.yaml").write_text("extends: near.yaml")
    with pytest.raises(ScenarioError) as caught:
        load_scenario("b/x.yaml")
    named = "near.yaml" if link else "../../secret.yaml"
    assert str(caught.value) == (
        f"b/x.yaml:1:1: extends: '{named}' is outside the scenario's folder and the working "
        "directory; --extends-path DIR allows another folder"
    )
    (tmp_path / "secret.yaml").write_text("seed: 5\n")
    assert load_scenario("b/x.yaml", extends_path=[tmp_path]).seed == 5


def test_the_root_as_working_directory_opens_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.yaml").write_text("extends: /etc/passwd")
    monkeypatch.chdir("/")
    with pytest.raises(ScenarioError, match="'/etc/passwd' is outside"):
        load_scenario(tmp_path / "x.yaml")


def test_a_chain_without_end_is_cut(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"{number}.yaml").write_text(f"extends: {number + 1}.yaml")
    with pytest.raises(ScenarioError, match="more than 50 files in a row"):
        load_scenario(tmp_path / "0.yaml")
