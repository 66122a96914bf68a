"""Apps are plug-ins: find the module a scenario names and lay its revision under the overrides.

An app module offers

* ``Settings``: a `sim.scenario.Settings` subclass, the keys of the scenario's ``app:`` section;
* ``install(backend, scenario) -> outcomes``: registers functions, crons and the first jobs, and
  returns a callable that counts the outcomes (a mapping of name to number) at the end of a run;
* optionally ``Population`` (keys of ``population:``) and ``REVISIONS`` (name → settings);
* optionally ``PATHS``: the keys of ``app:``, dotted, that name files and folders; in a scenario
  file they are relative to that file;
* optionally ``DEPLOYABLE``: the keys of ``app:`` that a deployment may change while a scenario
  runs; ``install`` then follows them by `sim.platform.reference.Backend.on_deploy`;
* optionally ``loops(scenario)``: the cycles that its settings allow, and what closes each
  (`sim.loops`);
* optionally ``CHANGES``: a name for settings that are changed together (name → dotted paths, or
  heads of paths), in the order in which reports show them.
"""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Sequence
from pathlib import Path as FilePath
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ValidationError, create_model

from .errors import Path, shown, unknown
from .model import Settings, overlay

BUILT_IN = {"setlist": "sim.apps.setlist", "convex": "sim.convex"}
"""Apps that ship with the toolkit: short name → module."""


class AppError(Exception):
    """The app a scenario names cannot be used; ``key`` is the scenario key at fault.

    Not a ``ValueError``: pydantic lets it pass instead of flattening it into one message.
    """

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class SectionError(Exception):
    """Settings failed their model; the locations of ``errors`` start at ``model``."""

    def __init__(
        self, model: type[BaseModel], errors: ValidationError, also: Sequence[str] = (),
        below: Path = (),
    ) -> None:  # fmt: skip
        super().__init__(str(errors))
        self.model = model
        self.errors = errors
        self.also = also
        """Keys that a file may have beside the model's own."""
        self.below = below
        """The path of the model's settings in the scenario."""


class Faults(Exception):
    """Everything that is wrong with a scenario; not a ``ValueError``, as `AppError`."""

    def __init__(self, faults: Sequence[AppError | SectionError]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class EmptyPopulation(Settings):
    """For apps that run on no population."""


def load_app(name: str) -> ModuleType:
    """The app's module; raises `AppError` with the reason if it cannot serve as one."""
    target = BUILT_IN.get(name, name)
    no_such_app = AppError("app", unknown(name, "app or module", tuple(BUILT_IN)))
    if not all(part.isidentifier() for part in target.split(".")):
        raise no_such_app
    try:
        module = importlib.import_module(target)
    except ModuleNotFoundError as error:
        if error.name is not None and (target + ".").startswith(error.name + "."):
            raise no_such_app from error
        raise AppError("app", _import_failed(name, error)) from error
    except Exception as error:  # a module of the user's own may raise anything
        raise AppError("app", _import_failed(name, error)) from error
    _check_app(module, target)
    return module


def _import_failed(name: str, error: Exception) -> str:
    """Why the import failed, and where: the last line that ran."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    file = FilePath(frame.filename).name
    at = "" if isinstance(error, SyntaxError) else f" ({file}:{frame.lineno})"
    if frame.filename.startswith("<frozen importlib"):
        at = ""
    return f"importing app {name!r} failed: {type(error).__name__}: {error}{at}"


def _check_app(module: ModuleType, target: str) -> None:
    """Raise `AppError` if the module lacks what an app needs."""
    for needed in ("Settings", "install"):
        if not hasattr(module, needed):
            raise AppError("app", f"module {target} is no app: it has no `{needed}`")
    for optional in ("Settings", "Population"):
        model = getattr(module, optional, EmptyPopulation)
        if not (isinstance(model, type) and issubclass(model, Settings)):
            raise AppError(
                "app", f"module {target}: `{optional}` must derive from sim.scenario.Settings"
            )
    if "name" not in module.Settings.model_fields:
        raise AppError("app", f"module {target}: `Settings` needs the key `name: str`")


def resolve_app(data: dict[str, Any]) -> tuple[dict[str, Any], list[AppError | SectionError]]:
    """The scenario keys that depend on the app, validated by its models, and what is wrong.

    A section at fault is replaced by an empty one, so that the rest can be validated too.
    """
    faults: list[AppError | SectionError] = []
    empty = {"app": EmptyPopulation(), "population": EmptyPopulation()}
    try:
        section, name = _section(data.get("app"))
        module = load_app(name)
    except AppError as error:
        return {**empty, "revision": ""}, [error]
    sections: dict[str, Any] = {}
    try:
        section = overlay(_revision(data.get("revision"), module), section)
    except AppError as error:
        faults.append(error)
        sections["revision"] = ""
    for key, model, values in (
        ("app", module.Settings, {**section, "name": name}),
        ("population", population_model(module), data.get("population") or {}),
    ):
        try:
            sections[key] = _validated(key, model, values)
        except SectionError as error:
            faults.append(error)
    return {**empty, **sections}, faults


def population_model(module: ModuleType) -> type[Settings]:
    """The model of an app's ``population:`` section."""
    model: type[Settings] = getattr(module, "Population", EmptyPopulation)
    return model


def deployable(module: ModuleType) -> tuple[str, ...]:
    """The keys of ``app:`` that a deployment may change while a scenario runs."""
    return tuple(getattr(module, "DEPLOYABLE", ()))


def path_keys(app: Any) -> tuple[str, ...]:
    """The keys of a scenario's ``app:`` that name files and folders; none if it is no valid one."""
    try:
        return tuple(getattr(load_app(_section(app)[1]), "PATHS", ()))
    except AppError:
        return ()


def named_changes(module: ModuleType) -> dict[str, tuple[str, ...]]:
    """The app's names of settings that are changed together: name → paths or heads of paths."""
    return dict(getattr(module, "CHANGES", {}))


def section_of(app: Any) -> dict[str, Any]:
    """The value of ``app:``, a name or a mapping, as a mapping with the name; raises `AppError`."""
    section, name = _section(app)
    return {**section, "name": name}


def _section(app: Any) -> tuple[dict[str, Any], str]:
    """The app's settings and name in the value of ``app:``, a name or a mapping."""
    if isinstance(app, str):
        return {}, app
    section = {} if app is None else app
    if not isinstance(section, dict):
        raise AppError("app", "expected an app's name, or a mapping of its settings")
    name = section.get("name", "setlist")
    if not isinstance(name, str):
        raise AppError("app", f"expected an app's name, not {shown(name)}")
    return section, name


def _revision(revision: Any, module: ModuleType) -> dict[str, Any]:
    """The settings of a revision; none if it is not given."""
    if revision is None or revision == "":
        return {}
    if not isinstance(revision, str):
        raise AppError("revision", f"expected a revision's name, not {shown(revision)}")
    revisions: dict[str, dict[str, Any]] = getattr(module, "REVISIONS", {})
    if revision not in revisions:
        raise AppError("revision", unknown(revision, "revision", tuple(revisions)))
    return revisions[revision]


def _validated(key: str, model: type[Settings], values: Any) -> Settings:
    """Validate a section inside a one-field wrapper, so that error locations start with its key."""
    wrapper = create_model("Section", **{key: (model, ...)})  # type: ignore[call-overload]
    try:
        section: Settings = getattr(wrapper.model_validate({key: values}), key)
    except ValidationError as error:
        raise SectionError(wrapper, error) from error
    return section
