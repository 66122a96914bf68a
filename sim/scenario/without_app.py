"""A scenario file checked without importing a user's app: everything but what the app decides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .document import Document
from .load import build, read_scenario
from .plugin import BUILT_IN, AppError, section_of
from .scenario import Scenario


def load_without_app(path: str | Path) -> tuple[Scenario, str]:
    """The scenario in a file, and the name of its app if that is a user's own, which is left out.

    A built-in app is checked like everything else. Of a user's app nothing is imported: its
    settings, population and revisions are not checked. Raises `ScenarioError` with every problem.
    """
    document = read_scenario(path)
    try:
        name = str(section_of(document.settings.get("app"))["name"])
    except AppError:
        return build(document), ""  # which says what is wrong with it
    if name in BUILT_IN:
        return build(document), ""
    return build(_without_app(document)), name


def _without_app(document: Document) -> Document:
    settings = {key: value for key, value in document.settings.items()
                if key not in ("app", "population", "revision")}  # fmt: skip
    deployments = settings.get("deployments")
    if isinstance(deployments, dict):
        settings["deployments"] = {name: _stripped(each) for name, each in deployments.items()}
    return Document(settings, document.places, document.source)


def _stripped(deployment: Any) -> Any:
    """A deployment without the settings of the app that it changes."""
    if not isinstance(deployment, dict) or not isinstance(deployment.get("change"), dict):
        return deployment
    change = {key: value for key, value in deployment["change"].items()
              if str(key).partition(".")[0] not in ("app", "revision")}  # fmt: skip
    return {**deployment, "change": change}
