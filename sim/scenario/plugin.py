"""Apps are plug-ins: find the module a scenario names and lay its revision under the overrides.

An app module offers

* ``Settings``: a `sim.scenario.Settings` subclass, the keys of the scenario's ``app:`` section;
* ``install(backend, scenario) -> outcomes``: registers functions, crons and the first jobs, and
  returns a callable that counts the outcomes (a mapping of name to number) at the end of a run;
* optionally ``Population`` (keys of ``population:``) and ``REVISIONS`` (name → settings).
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ValidationError, create_model

from .errors import unknown
from .model import Settings, overlay

BUILT_IN = {"setlist": "sim.app"}
"""Apps that ship with the toolkit: short name → module."""


class AppError(Exception):
    """The app a scenario names cannot be used; ``key`` is the scenario key at fault.

    Not a ``ValueError``: pydantic lets it pass instead of flattening it into one message.
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class SectionError(Exception):
    """The section ``key`` failed its app's model; not a ``ValueError``, as `AppError`."""

    def __init__(
        self, key: str, name: str, model: type[BaseModel], errors: ValidationError
    ) -> None:
        super().__init__(str(errors))
        self.key = key
        self.name = name
        self.model = model
        self.errors = errors


class EmptyPopulation(Settings):
    """For apps that run on no population."""


def load_app(name: str) -> ModuleType:
    """The app's module; raises `AppError` with the reason if it cannot serve as one."""
    target = BUILT_IN.get(name, name)
    try:
        module = importlib.import_module(target)
    except ModuleNotFoundError as error:
        if error.name is None or not (target + ".").startswith(error.name + "."):
            raise AppError("app", f"importing app {name!r} failed: {error}") from error
        raise AppError("app", unknown(name, "app or module", tuple(BUILT_IN))) from error
    except (ImportError, SyntaxError) as error:
        raise AppError("app", f"importing app {name!r} failed: {error}") from error
    for needed in ("Settings", "install"):
        if not hasattr(module, needed):
            raise AppError("app", f"module {target} is no app: it has no `{needed}`")
    return module


def resolve_app(data: dict[str, Any]) -> dict[str, Any]:
    """``data`` with ``app`` and ``population`` validated by the models of the app it names."""
    section = data.get("app") or "setlist"
    if isinstance(section, Settings):
        return data
    if isinstance(section, str):
        section = {"name": section}
    if not isinstance(section, dict):
        raise AppError("app", "expected an app's name, or a mapping of its settings")
    name = section.get("name", "setlist")
    if not isinstance(name, str):
        raise AppError("app", f"expected an app's name, not {name!r}")
    module = load_app(name)
    revisions: dict[str, dict[str, Any]] = getattr(module, "REVISIONS", {})
    revision = data.get("revision") or ""
    if not isinstance(revision, str):
        raise AppError("revision", f"expected a revision's name, not {revision!r}")
    if revision and revision not in revisions:
        raise AppError("revision", unknown(revision, "revision", tuple(revisions)))
    chosen = overlay(revisions.get(revision, {}), section)
    population_model = getattr(module, "Population", EmptyPopulation)
    return {
        **data,
        "app": _validated("app", name, module.Settings, {**chosen, "name": name}),
        "population": _validated(
            "population", name, population_model, data.get("population") or {}
        ),
    }


def _validated(key: str, name: str, model: type[Settings], values: Any) -> Settings:
    """Validate a section inside a one-field wrapper, so that error locations start with its key."""
    if isinstance(values, Settings):
        return values
    wrapper = create_model("Section", **{key: (model, ...)})  # type: ignore[call-overload]
    try:
        section: Settings = getattr(wrapper.model_validate({key: values}), key)
    except ValidationError as error:
        raise SectionError(key, name, wrapper, error) from error
    return section
