"""Apps of a user's own, as scenarios name them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim import Scenario
from sim.scenario import load_scenario

APPS = Path(__file__).parent / "apps"
Made = Callable[..., Scenario]


@pytest.fixture
def scenario_of(tmp_path: Path) -> Made:
    """A scenario of one of the apps here, or of one whose text is given."""

    def made(app: str, text: str = "", **settings: Any) -> Scenario:
        source = text or (APPS / f"{app}.py").read_text("utf-8")
        (tmp_path / f"{app}.py").write_text(source, "utf-8")
        lines = [f"app: {{name: {app}}}", "horizon: 2m", "bin: 30s"]
        (tmp_path / f"{app}.yaml").write_text("\n".join(lines), "utf-8")
        overrides = [f"{name.replace('__', '.')}={value}" for name, value in settings.items()]
        return load_scenario(tmp_path / f"{app}.yaml", overrides)

    return made
