"""Settings as data, with the place where each was set."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from .errors import KeyPath
from .listed import key_lists
from .model import overlay

_IN_FILE = re.compile(r"(.*):\d+:\d+")


@dataclass(slots=True)
class YamlDocument:
    """Settings, and where each one was set."""

    settings: dict[str, Any] = field(default_factory=dict)
    places: dict[KeyPath, str] = field(default_factory=dict)
    """Path → ``file:line:column`` or ``--set …``."""
    source: str = "scenario"
    faults: list[tuple[str, str]] = field(default_factory=list)
    """What is wrong with the ids of lists: place and message."""

    def __post_init__(self) -> None:
        self.faults = [*self.faults, *key_lists(self.settings, self.places)]

    def where(self, path: KeyPath) -> str:
        """The place of the path, or of the nearest enclosing key that was set."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return self.source

    def folder(self, path: KeyPath) -> FilePath | None:
        """The folder of the file that set a path; None if an override or nothing did."""
        in_file = _IN_FILE.fullmatch(self.where(path))
        return FilePath(in_file.group(1)).parent if in_file else None

    def overlaid(self, upper: YamlDocument) -> YamlDocument:
        """Lay another document over this one."""
        lower = dict(self.settings)
        if isinstance(lower.get("app"), str) and isinstance(upper.settings.get("app"), dict):
            lower["app"] = {"name": lower["app"]}
        settings = overlay(lower, upper.settings)
        kept = {
            path: place for path, place in self.places.items() if not _replaced(path, lower, upper)
        }
        places = {**kept, **upper.places}
        return YamlDocument(settings, places, upper.source, [*self.faults, *upper.faults])


def _replaced(path: KeyPath, lower: Any, upper: YamlDocument) -> bool:
    """Whether the upper document replaces the value at a path, or one around it."""
    above: Any = upper.settings
    for key in path:
        if not isinstance(above, dict) or not isinstance(lower, dict):
            return True  # one of them is not a mapping, so the upper one replaces it
        if key not in above:
            return False
        above, lower = above[key], lower.get(key)
    return not isinstance(above, dict) or not isinstance(lower, dict)


def placed(value: Any, path: KeyPath, place: str) -> dict[KeyPath, str]:
    """The place of a path and of everything in its value."""
    places = {path: place}
    items = value.items() if isinstance(value, dict) else ()
    for key, inner in items or (enumerate(value) if isinstance(value, list) else ()):
        places |= placed(inner, (*path, key), place)
    return places
