"""The README's examples run."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

README = Path("README.md").read_text()


def test_the_doctests_of_the_readme_and_the_package_hold() -> None:
    assert doctest.testfile(str(Path("README.md").resolve()), module_relative=False).failed == 0
    import sim

    assert doctest.testmod(sim).failed == 0


def test_the_python_example_runs(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(import sim\n.*?)```", README, flags=re.DOTALL)
    short = example.replace('"6h"', '"10m"').replace('"1h"', '"1m"')
    short = re.sub(r'"(\w+\.svg)"', rf'"{tmp_path}/\1"', short)
    exec(compile(short, "README.md", "exec"), {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["calls.svg", "filled.svg"]


def test_the_error_it_shows_is_the_error_there_is(tmp_path: Path) -> None:
    from sim.scenario import ScenarioError, load_scenario

    (scenario,) = re.findall(r"```yaml\n(# my-change.yaml\n.*?)```", README, flags=re.DOTALL)
    (message,) = re.findall(r"^my-change.yaml:.*$", README, flags=re.MULTILINE)
    file = tmp_path / "my-change.yaml"
    file.write_text(scenario.replace("limit", "limt"))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(file)
    assert str(caught.value).removeprefix(f"{tmp_path}/") == message


def test_every_command_it_names_exists() -> None:
    from sim.cli.commands import COMMANDS

    named = set(re.findall(r"^sim (\w+) ", README, flags=re.MULTILINE))
    assert named <= {name for group in COMMANDS.values() for name in group}
    for path in re.findall(r"scenarios/[\w-]+\.(?:yaml|py)", README):
        assert Path(path).exists()
