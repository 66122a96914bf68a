"""Files and folders that a scenario names: relative to the file that names them."""

from __future__ import annotations

from typing import Any

from .apps import Apps
from .document import YamlDocument
from .errors import KeyPath
from .plugin import path_keys


def anchor_paths(document: YamlDocument, apps: Apps) -> None:
    """Make the paths of the app's settings relative to where the command runs.

    Those of an override are so already.
    """
    settings = document.settings
    keys = path_keys(settings.get("app"), apps)
    if not keys:
        return
    _anchor(document, settings, ("app",), keys)
    deployments = settings.get("deployments")
    for name, deployment in deployments.items() if isinstance(deployments, dict) else ():
        change = deployment.get("change") if isinstance(deployment, dict) else None
        if not isinstance(change, dict):
            continue
        _anchor(document, change, ("deployments", name, "change", "app"), keys, head="app")
        for key in keys:  # written in one: `app.root: ../after`
            _anchor_one(document, change, f"app.{key}", ("deployments", name, "change"))


def _anchor(
    document: YamlDocument, settings: dict[str, Any], path: KeyPath, keys: tuple[str, ...],
    head: str = "app",
) -> None:  # fmt: skip
    for key in keys:
        *above, last = key.split(".")
        place, at = settings.get(head), path
        for part in above:
            at = (*at, part)
            place = place.get(part) if isinstance(place, dict) else None
        if isinstance(place, dict):
            _anchor_one(document, place, last, at)


def _anchor_one(document: YamlDocument, place: dict[str, Any], key: str, path: KeyPath) -> None:
    value = place.get(key)
    folder = document.folder((*path, key))
    if isinstance(value, str) and value and folder is not None:
        place[key] = str(folder / value)
