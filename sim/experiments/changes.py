"""The changes of a deployment, as the command line spells them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.scenario import (
    STDIN,
    Problem,
    Scenario,
    ScenarioError,
    deployable,
    fault,
    is_plain,
    load_scenario,
    located,
    nested,
    overlay,
    read_value,
)

_TRIAL = "change"


def parse_changes(
    texts: Sequence[str], scenario: Scenario, option: str = "--change", *,
    app_path: Sequence[str | Path] = (), extends_path: Sequence[str | Path] = (),
) -> dict[str, Any]:  # fmt: skip
    """The change that the values of an option describe together; later ones win.

    A text is ``revision=NAME``, ``app.KEY=VALUE`` or a scenario file, of which the app's settings
    are used; ``app_path`` and ``extends_path`` are as `load_scenario` takes them. Raises
    `ScenarioError` with the text that cannot be deployed on the scenario.
    """
    change: dict[str, Any] = {}
    for text in texts:
        where = f"{option} {text}"
        change = overlay(change, _parse(text, where, scenario, app_path, extends_path))
        try:
            scenario.with_(deployments={_TRIAL: {"at": 0, "change": change}})
        except ScenarioError as error:
            below = f"deployments.{_TRIAL}.change."
            raise ScenarioError(
                [Problem(where, each.message.replace(below, "")) for each in error.problems]
            ) from error
    return change


def _parse(
    text: str, where: str, scenario: Scenario, app_path: Sequence[str | Path],
    extends_path: Sequence[str | Path],
) -> dict[str, Any]:  # fmt: skip
    path, separator, value = text.partition("=")
    if separator and not is_plain(located(text)):
        if not all(part.strip() for part in path.split(".")):
            raise fault(where, "expected path=value, such as revision=fixed, or a scenario file")
        try:
            return nested({path.strip(): read_value(value, where)})
        except ScenarioError:
            raise
        except ValueError as error:
            raise fault(where, str(error)) from error
    if text != STDIN and located(text).suffix not in {".yaml", ".yml"}:
        raise fault(where, "expected path=value, such as revision=fixed, or a scenario file")
    other = load_scenario(text, app_path=app_path, extends_path=extends_path)
    if other.app_name != scenario.app_name:
        raise fault(where, f"is a scenario of another app: {other.app_name!r}")
    settings = other.app.model_dump(mode="json")
    return {"app": nested({path: _at(settings, path) for path in deployable(other.app_module)})}


def _at(settings: Any, path: str) -> Any:
    """The value of a setting, or a section, by its dotted path."""
    for part in path.split("."):
        settings = settings[part]
    return settings
