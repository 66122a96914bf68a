"""Scenario files written on the spot, and the errors they get."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sim.scenario import ScenarioError, load_scenario

ErrorsOf = Callable[..., list[str]]
APPS = (
    "allowed: setlist, convex, or a module beside the scenario that is given "
    "(--app-path DIR: elsewhere)"
)
"""What is said of the apps there are."""


@pytest.fixture
def errors_of(tmp_path: Path) -> ErrorsOf:
    """The lines of the error that a file's text gets, without the folder."""

    def errors(text: str | bytes, *overrides: str | tuple[str, object]) -> list[str]:
        file = tmp_path / "x.yaml"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(ScenarioError) as caught:
            load_scenario(file, overrides)
        return str(caught.value).replace(f"{tmp_path}/", "").splitlines()

    return errors
