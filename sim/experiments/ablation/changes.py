"""The changes between two scenarios, and the scenario in which some of them are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.scenario import (
    Scenario,
    ScenarioError,
    diff,
    fault,
    named_changes,
    scenario_from,
    unknown,
)

_SAME = ("horizon", "bin")
"""Settings that must be the same in both, or they cannot be compared."""
_NOT_CHANGES = ("revision", "engine", "seed", "budgets", "alerts")
"""Settings that are not switched: a revision is switched setting by setting, and the others do not
change the system."""


@dataclass(frozen=True, slots=True)
class Change:
    """Settings that are switched together."""

    name: str
    settings: dict[str, tuple[Any, Any]]
    """Dotted path → (value before, value after); None if only one of the two has the setting."""


def changes_between(
    before: Scenario, after: Scenario, groups: Mapping[str, Sequence[str]] | None = None
) -> list[Change]:
    """Everything that differs, under the names that ``groups`` and the app give to settings.

    ``groups``: name → paths, or beginnings of paths; they take precedence over the app's own names.
    A setting without a name is a change of its own, named after its path. Raises `ScenarioError` if
    the two cannot be compared, or do not differ.
    """
    both = f"{before.name} and {after.name}"
    if before.app_name != after.app_name:
        raise fault(both, f"belong to two apps, {before.app_name!r} and {after.app_name!r}")
    if before.code != after.code:
        message = f"have different code of {before.app_name!r}: an ablation switches settings only"
        raise fault(both, message)
    differing = diff(before, after)
    for path in _SAME:
        if path in differing:
            one, other = differing[path]
            raise fault(both, f"need the same {path}, not {one} and {other}: see --horizon, --set")
    left = {path: pair for path, pair in differing.items()
            if path.split(".")[0] not in _NOT_CHANGES}  # fmt: skip
    if not left:
        raise fault(both, "do not differ in any setting: there is nothing to switch")
    found: dict[str, dict[str, tuple[Any, Any]]] = {}
    for name, heads in (groups or {}).items():
        for head in heads:
            if not _below(left, [head]):
                raise fault(f"--change {name}", _missing(head, left, found))
        found[name] = _taken(left, heads)
    for name, heads in named_changes(before.app_module).items():
        taken = _taken(left, heads)
        if taken:
            found.setdefault(name, {}).update(taken)
    for path in list(left):
        found.setdefault(_own_name(path), {}).update(_taken(left, [path]))
    return [Change(name, settings) for name, settings in found.items() if settings]


def parse_groups(texts: Sequence[str]) -> dict[str, list[str]]:
    """The groups in the texts of ``--change``: ``NAME=path,path``."""
    groups: dict[str, list[str]] = {}
    for text in texts:
        name, _, paths = text.partition("=")
        heads = [path.strip() for path in paths.split(",")]
        if not name.strip() or not all(heads):
            raise fault(f"--change {text}", "expected NAME=path,path")
        groups.setdefault(name.strip(), []).extend(heads)
    return groups


def _taken(left: dict[str, tuple[Any, Any]], heads: Sequence[str]) -> dict[str, tuple[Any, Any]]:
    """The settings below these paths, removed from those that are left."""
    return {path: left.pop(path) for path in _below(left, heads)}


def _below(paths: Iterable[str], heads: Sequence[str]) -> list[str]:
    return [path for path in paths
            if any(path == head or path.startswith(f"{head}.") for head in heads)]  # fmt: skip


def _missing(head: str, left: Iterable[str], found: Mapping[str, Iterable[str]]) -> str:
    """Why no setting below a path is left."""
    for name, taken in found.items():
        if _below(taken, [head]):
            return f"{head} is in the change {name!r} already"
    return unknown(head, "setting that differs", tuple(left))


def _own_name(path: str) -> str:
    """The name of a setting without one. A deployment is switched as a whole."""
    parts = path.split(".")
    return ".".join(parts[:2]) if parts[0] == "deployments" else path


class Switches:
    """The scenarios between two. A combination of changes is a number: a bit for each change."""

    def __init__(self, before: Scenario, after: Scenario, changes: Sequence[Change]) -> None:
        self.changes = changes
        self._app = before.app_sources
        self._before = before.resolved()
        self._after = after.resolved()

    @property
    def everything(self) -> int:
        """The combination of all changes."""
        return (1 << len(self.changes)) - 1

    def places(self, combination: int) -> Iterator[int]:
        """The indices of the changes in a combination."""
        return (place for place in range(len(self.changes)) if combination >> place & 1)

    def names(self, combination: int) -> tuple[str, ...]:
        """The names of the changes in a combination."""
        return tuple(self.changes[place].name for place in self.places(combination))

    def scenario(self, combination: int) -> Scenario:
        """The first scenario with these changes made, without budgets and alerts.

        Raises `ScenarioError` if the result is not a valid scenario, because settings that belong
        together were switched separately.
        """
        settings = _copied(self._before) | {"budgets": {}, "alerts": {}}
        for place in self.places(combination):
            for path in self.changes[place].settings:
                _switch(settings, path.split("."), self._after)
        try:
            return scenario_from(settings, self._app)
        except ScenarioError as error:
            names = ", ".join(self.names(combination))
            message = f"is no scenario: {error.problems[0].message}; see --change NAME=path,path"
            raise fault(f"with only {names} changed, {self._before['name']}", message) from error


def _copied(settings: dict[str, Any]) -> dict[str, Any]:
    return {key: _copied(value) if isinstance(value, dict) else value
            for key, value in settings.items()}  # fmt: skip


def _switch(settings: dict[str, Any], path: Sequence[str], after: dict[str, Any]) -> None:
    """Give a setting the value it has after, or remove it if it does not exist there."""
    first, *rest = path
    if first not in after:
        settings.pop(first, None)
    elif rest and isinstance(after[first], dict) and isinstance(settings.get(first, {}), dict):
        _switch(settings.setdefault(first, {}), rest, after[first])
    else:
        settings[first] = after[first]
