"""Importing an app by its files: its own helpers, apart from all other modules."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest

from sim.scenario import Scenario, ScenarioError, load_scenario

APP = """
from __future__ import annotations
from dataclasses import dataclass
from sim.scenario import Settings as Base
{imports}
@dataclass
class Point:
    x: int
class Settings(Base):
    name: str
    size: int = {size}
def install(backend, scenario):
    return dict
"""


def write(folder: Path, imports: str = "", size: str = "1") -> Path:
    """An app and a scenario in a folder; the scenario's path."""
    folder.mkdir(exist_ok=True)
    (folder / "my_app.py").write_text(APP.format(imports=imports, size=size))
    (folder / "x.yaml").write_text("app: my_app\n")
    return folder / "x.yaml"


def size(scenario: Scenario) -> int:
    """The setting of that name."""
    return int(scenario.resolved()["app"]["size"])


def test_apps_and_helpers_of_one_name_in_two_folders_do_not_clash(tmp_path: Path) -> None:
    files = []
    for number, folder in enumerate(("one", "two"), 1):
        files.append(write(tmp_path / folder, "import helper", "helper.SIZE"))
        (tmp_path / folder / "helper.py").write_text(f"SIZE = {number}")
    one, two = map(load_scenario, files)
    assert (size(one), size(two)) == (1, 2)
    assert one != two
    assert one.hash != two.hash
    assert (size(one.with_(seed=2)), size(two.with_(seed=2))) == (1, 2)
    assert "helper" not in sys.modules


@pytest.mark.parametrize(
    "imports",
    ["import parts.deep", "import parts.deep as parts_deep; parts = __import__('parts')",
     "from parts import deep; import parts", "from . import parts; from .parts import deep",
     "import parts\ndef lazy():\n    from parts import deep\n    return deep\nlazy()"],
)  # fmt: skip
def test_packages_beside_the_app_are_imported_in_every_way(tmp_path: Path, imports: str) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/__init__.py").write_text("from . import deep as _\nimport common\n")
    (tmp_path / "parts/deep.py").write_text("from common import SIZE\n")
    (tmp_path / "common.py").write_text("SIZE = 7\n")
    assert size(load_scenario(write(tmp_path, imports, "parts.deep.SIZE"))) == 7


def test_the_standard_library_and_sim_keep_their_names(tmp_path: Path) -> None:
    for name in ("json", "sim"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit")
    file = write(tmp_path, "import json, sim.guards", "len(json.dumps(1))")
    assert size(load_scenario(file)) == 1


def test_a_file_is_beside_the_app_before_it_is_anywhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/helper.py").write_text("SIZE = 1")
    monkeypatch.syspath_prepend(tmp_path / "elsewhere")
    file = write(tmp_path / "app", "import helper", "helper.SIZE")
    assert size(load_scenario(file)) == 1
    (tmp_path / "app/helper.py").write_text("SIZE = 2")
    assert size(load_scenario(file)) == 2


def test_changed_code_is_another_system_and_what_is_loaded_stays_as_it_is(tmp_path: Path) -> None:
    file = write(tmp_path, "import helper", "helper.SIZE")
    (tmp_path / "helper.py").write_text("SIZE = 1  # and a comment\n")
    before = load_scenario(file)
    (tmp_path / "helper.py").write_text("SIZE = 2  # and a comment\n")  # of the same length
    after = load_scenario(file)
    assert (size(before.with_(seed=3)), size(after)) == (1, 2)
    assert before.hash != after.hash
    (tmp_path / "helper.py").write_text("SIZE = 1  # and a comment\n")
    assert load_scenario(file).hash == before.hash
    (tmp_path / "unrelated.py").write_text("SIZE = 5")
    assert load_scenario(file).hash == before.hash


def test_what_an_app_imports_of_the_users_own_from_elsewhere_counts_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "lib/own_rules").mkdir(parents=True)
    rules = tmp_path / "lib/own_rules/__init__.py"
    rules.write_text("SIZE = 1\n")
    monkeypatch.syspath_prepend(tmp_path / "lib")
    file = write(tmp_path / "app", "import own_rules")
    before = load_scenario(file)
    rules.write_text("SIZE = 2\n")
    assert load_scenario(file).hash != before.hash


def test_no_compiled_file_is_read_or_left(tmp_path: Path) -> None:
    load_scenario(write(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["my_app.py", "x.yaml"]


def test_a_file_that_no_import_statement_names_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "hidden.py").write_text("SIZE = 9")
    file = write(tmp_path, "name = 'hid' + 'den'; hidden = __import__(name)", "hidden.SIZE")
    with pytest.raises(ScenarioError, match="No module named 'hidden'"):
        load_scenario(file)


def test_a_scenario_with_an_app_of_ones_own_survives_a_pickle(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path))
    again: Scenario = pickle.loads(pickle.dumps(scenario))
    (tmp_path / "my_app.py").unlink()
    assert again.with_(seed=2) == scenario.with_(seed=2)
