"""Apps are plug-ins: find the module a scenario names and lay its revision under the overrides.

An app module offers

* ``Settings``: a `sim.scenario.Settings` subclass, the keys of the scenario's ``app:`` section;
* ``install(backend, scenario) -> outcomes``: registers functions, crons and the first jobs, and
  returns a callable that counts the outcomes (a mapping of name to number) at the end of a run;
  a name with the word ``hours``, ``seconds`` or ``dollars`` in it, such as ``hours_to_reply``,
  says what the number is in;
* optionally ``Population`` (keys of ``population:``) and ``REVISIONS`` (name → settings);
* optionally ``PATHS``: the keys of ``app:``, dotted, that name files and folders; in a scenario
  file they are relative to that file;
* optionally ``Traffic`` (the defaults of ``traffic:``, derived from `sim.scenario.Traffic`); an app
  without has no organic traffic;
* optionally ``DEPLOYABLE``: the keys of ``app:``, dotted for a part of a section, that a deployment
  may change while a scenario runs; ``install`` then follows them by
  `sim.platform.reference.Backend.on_deploy`;
* optionally ``ENDPOINTS``: the names that its code gives to endpoints of the third-party API, as in
  ``ctx.http(endpoint="search")``; a scenario may then give each its own limits;
* optionally ``loops(scenario)``: the cycles that its settings allow, and what closes each
  (`sim.loops`);
* optionally ``CHANGES``: a name for settings that are changed together (name → dotted paths, or
  heads of paths), in the order in which reports show them;
* optionally ``OBJECTIVES``: the metrics that `sim tune` minimises unless others are given; calls
  and conflicts without it.

Where modules are looked for is said in `sim.scenario.apps.Apps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType, SimpleNamespace
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from .apps import Apps, mistake_of, told
from .errors import AppError, KeyPath, shown, unknown
from .external import ExternalSettings
from .model import Settings, overlay
from .traffic import Traffic


class SectionError(Exception):
    """Settings are not valid for their model; the locations of ``errors`` start at ``model``."""

    def __init__(
        self, model: type[BaseModel], errors: ValidationError, also: Sequence[str] = (),
        below: KeyPath = (),
    ) -> None:  # fmt: skip
        super().__init__(str(errors))
        self.model = model
        self.errors = errors
        self.also = also
        """Keys that a file may have in addition to the model's own."""
        self.below = below
        """The path of the model's settings in the scenario."""


class Faults(Exception):
    """All errors of a scenario; not a ``ValueError``, for the same reason as `AppError`."""

    def __init__(self, faults: Sequence[AppError | SectionError]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


class EmptyPopulation(Settings):
    """The population of apps that have none."""


class Unchecked(Settings):
    """The settings of an app whose module is not imported: anything is allowed."""

    model_config = ConfigDict(extra="allow")
    name: str = ""


_UNCHECKED = cast("ModuleType", SimpleNamespace(Settings=Unchecked, Population=Unchecked))


def load_app(name: str, apps: Apps) -> ModuleType:
    """The app's module; raises `AppError` with the reason if it cannot be used."""
    if not apps.imports and apps.sources(name) is not None:
        return _UNCHECKED
    module = apps.module(name)
    if apps.sources(name) is not None:
        _check_app(module, name)
    return module


def _check_app(module: ModuleType, name: str) -> None:
    """Raise `AppError` if the module lacks what an app needs, or has it in another form."""
    for needed in ("Settings", "install"):
        if not hasattr(module, needed):
            raise AppError("app", f"module {name} is not an app: it has no `{needed}`")
    for optional, base in (("Settings", Settings), ("Population", Settings), ("Traffic", Traffic)):
        model = getattr(module, optional, base)
        if not (isinstance(model, type) and issubclass(model, base)):
            raise AppError(
                "app",
                f"module {name}: `{optional}` must derive from sim.scenario.{base.__name__}",
            )
    if "name" not in module.Settings.model_fields:
        raise AppError("app", f"module {name}: `Settings` needs the key `name: str`")
    for optional in ("install", "loops"):
        if not callable(getattr(module, optional, len)):
            raise AppError("app", f"module {name}: `{optional}` must be a function")
    _check_names(name, "DEPLOYABLE", getattr(module, "DEPLOYABLE", ()))
    _check_names(name, "OBJECTIVES", getattr(module, "OBJECTIVES", ()))
    _check_names(name, "ENDPOINTS", getattr(module, "ENDPOINTS", ()))
    for mapping in ("REVISIONS", "CHANGES"):
        value = getattr(module, mapping, {})
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            raise AppError("app", f"module {name}: `{mapping}` must map names to settings")
    for revision, settings in getattr(module, "REVISIONS", {}).items():
        if not isinstance(settings, dict):
            raise AppError("app", f"module {name}: `REVISIONS[{revision!r}]` must be a dict")
    for change, paths in getattr(module, "CHANGES", {}).items():
        _check_names(name, f"CHANGES[{change!r}]", paths)


def _check_names(name: str, what: str, value: object) -> None:
    if isinstance(value, (str, bytes)) or not (
        isinstance(value, Iterable) and all(isinstance(each, str) for each in value)
    ):
        raise AppError("app", f"module {name}: `{what}` must be a list of texts")


def resolve_app(
    data: dict[str, Any], apps: Apps
) -> tuple[dict[str, Any], list[AppError | SectionError]]:
    """The scenario keys that depend on the app, validated by its models, and their errors.

    A section with errors is replaced by an empty one, so that the rest can be validated too.
    """
    faults: list[AppError | SectionError] = []
    empty = {"app": EmptyPopulation(), "population": EmptyPopulation()}
    try:
        section, name = _section(data.get("app"))
        module = load_app(name, apps)
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
        ("traffic", traffic_model(module), data.get("traffic", {})),
    ):
        try:
            sections[key] = _validated(key, model, values, name, apps)
        except (AppError, SectionError) as error:
            faults.append(error)
    return {**empty, "traffic": Traffic(), **sections}, faults


def population_model(module: ModuleType) -> type[Settings]:
    """The model of an app's ``population:`` section."""
    model: type[Settings] = getattr(module, "Population", EmptyPopulation)
    return model


def traffic_model(module: ModuleType) -> type[Traffic]:
    """The model of an app's ``traffic:`` section."""
    model: type[Traffic] = getattr(module, "Traffic", Traffic)
    return model


def deployable(module: ModuleType) -> tuple[str, ...]:
    """The keys of ``app:`` that a deployment may change while a scenario runs."""
    return tuple(getattr(module, "DEPLOYABLE", ()))


def check_endpoints(external: ExternalSettings, name: str, apps: Apps) -> list[AppError]:
    """What is wrong with the endpoints that a scenario names: the app's code must name them too."""
    module = load_app(name, apps)
    if module is _UNCHECKED:
        return []
    known = tuple(getattr(module, "ENDPOINTS", ()))
    named = [(f"external.endpoints.{each}", "", each) for each in external.endpoints]
    named += [
        ("external.outages", f"item {number}: ", outage.endpoint)
        for number, outage in enumerate(external.outages, 1) if outage.endpoint
    ]  # fmt: skip
    no_names = f"the app {name} names no endpoints"
    return [
        AppError(key, f"{item}{unknown(each, 'endpoint', known) if known else no_names}")
        for key, item, each in named if each not in known
    ]  # fmt: skip


def path_keys(app: Any, apps: Apps) -> tuple[str, ...]:
    """The keys of a scenario's ``app:`` that name files and folders; none if it is no valid one."""
    try:
        return tuple(getattr(apps.module(_section(app)[1]), "PATHS", ()))
    except AppError:
        return ()


def objectives(module: ModuleType) -> tuple[str, ...]:
    """The metrics that `sim tune` minimises by default."""
    return tuple(getattr(module, "OBJECTIVES", ("calls", "conflicts")))


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
    """The settings of a revision; empty if none is given."""
    if revision is None or revision == "":
        return {}
    if not isinstance(revision, str):
        raise AppError("revision", f"expected a revision's name, not {shown(revision)}")
    if module is _UNCHECKED:
        return {}
    revisions: dict[str, dict[str, Any]] = getattr(module, "REVISIONS", {})
    if revision not in revisions:
        raise AppError("revision", unknown(revision, "revision", tuple(revisions)))
    return revisions[revision]


def _validated(key: str, model: type[Settings], values: Any, name: str, apps: Apps) -> Settings:
    """Validate a section inside a one-field wrapper, so that error locations start with its key."""
    wrapper = create_model("Section", **{key: (model, ...)})  # type: ignore[call-overload]
    try:
        section: Settings = getattr(wrapper.model_validate({key: values}), key)
    except ValidationError as error:
        raise SectionError(wrapper, error) from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a validator of the user's own may raise anything
        sources = apps.sources(name)
        if sources is None:
            raise
        mistake = mistake_of(error, sources)
        raise AppError(key, str(mistake) if mistake else told(error)) from error
    return section
