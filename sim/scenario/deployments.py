"""Deployments in the middle of a run: other settings of the app, a pause, a cleared queue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError, field_validator, model_validator

from .apps import Apps
from .errors import AppError, nearest, shown
from .external import CHANGEABLE_WHILE_IT_RUNS, ExternalSettings
from .listed import by_id
from .model import MAX_DEPTH, Settings, overlay, param
from .plugin import SectionError, deployable, load_app, resolve_app, section_of
from .units import Duration

_OF_THE_APP = ("app", "revision")
CHANGEABLE = (*_OF_THE_APP, "external")
"""The keys of a scenario that a deployment may change."""
_ORDER = (None, "clear-queue", "pause", "resume")
"""The order of what happens at the same time: changes of settings first."""


class Deployment(Settings):
    """A change of the running app's settings, or an action on it."""

    at: Duration = param(..., "Time after the start; it happens before all events of that time.")
    change: dict[str, Any] | None = param(
        None,
        "Settings that apply from then on, as a scenario has them: `revision: fixed`, "
        "`app.sync.guard_window: 24h`, `external.rate_limit: 100`. Of the third-party API can "
        "change: rate_limit, daily_quota, others, error_rate.",
    )
    action: Literal["pause", "resume", "clear-queue"] | None = param(
        None,
        "pause: new calls fail, crons are skipped, jobs queue; resume: the end of that; "
        "clear-queue: every job that has not started is cancelled.",
        source="docs: production/pause-deployment",
    )

    @field_validator("change", mode="before")
    @classmethod
    def _as_a_tree(cls, value: Any) -> Any:
        return nested(value) if isinstance(value, dict) else value

    @model_validator(mode="after")
    def _does_one_thing(self) -> Deployment:
        if (self.change is None) == (self.action is None):
            raise ValueError("expected either a change or an action")
        return self


@dataclass(frozen=True, slots=True)
class Operation:
    """A deployment as an engine carries it out."""

    at: int
    """µs after the start."""
    action: str | None
    app: Settings | None
    """All of the app's settings from then on; None for an action."""
    external: ExternalSettings | None = None
    """All of the third-party API's settings from then on, if they are changed."""


def nested(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings whose dotted keys are written out: ``app.sync.guard_window`` as three levels."""
    tree: dict[str, Any] = {}
    for key, value in settings.items():
        branch: Any = nested(value) if isinstance(value, dict) else value
        parts = str(key).split(".")
        if len(parts) > MAX_DEPTH:
            raise ValueError(f"a path of {len(parts):,} parts; settings have at most {MAX_DEPTH}")
        for part in reversed(parts):
            branch = {part: branch}
        tree = overlay(tree, branch)
    return tree


def in_order(deployments: Mapping[str, Deployment]) -> list[tuple[str, Deployment]]:
    """In the order in which they happen: by time, then changes first, then by action and id."""
    return sorted(
        deployments.items(), key=lambda item: (item[1].at, _ORDER.index(item[1].action), item[0])
    )


@dataclass(frozen=True, slots=True)
class Resolved:
    """The deployments of a scenario, and the settings that their changes lead to."""

    given: dict[str, Any]
    """As in a file; every change lists the app's settings that it changes."""
    apps: dict[str, Settings]
    """By id: all of the app's settings after a change."""
    externals: dict[str, ExternalSettings]
    """By id: all of the third-party API's settings after a change of them."""


def resolve_deployments(
    data: dict[str, Any], app: Settings, apps: Apps
) -> tuple[Resolved | None, list[AppError | SectionError]]:
    """The settings that a scenario's deployments lead to, and what is wrong with them.

    Changes add up. As everywhere, a setting that the scenario gives explicitly stays when the
    revision changes. None if a deployment is not valid; validation reports that with its place.
    """
    deployments = _valid(data.get("deployments"))
    if deployments is None:
        return None, []
    given: dict[str, Any] = {}
    changed_apps: dict[str, Settings] = {}
    faults: list[AppError | SectionError] = []
    settings: dict[str, Any] = {key: data[key] for key in _OF_THE_APP if key in data}
    settings["app"] = section_of(settings.get("app"))
    external, externals = data.get("external") or {}, dict[str, ExternalSettings]()
    for name, deployment in in_order(deployments):
        given[name] = deployment.model_dump(mode="json")
        if deployment.change is None:
            continue
        key = f"deployments.{name}.change"
        try:
            external_change = _external_change(deployment.change, key)
            if external_change:
                external = overlay(external, external_change)
                externals[name] = _external(external, key)
            of_the_app = {part: value for part, value in deployment.change.items()
                          if part != "external"}  # fmt: skip
            changed = _changed(settings, of_the_app, key, apps)
            _check_deployable(app, changed[1], key, apps)
        except (AppError, SectionError) as error:
            faults.append(error)
            continue
        difference = _difference(app.model_dump(mode="json"), changed[1].model_dump(mode="json"))
        given[name]["change"] = {"app": difference} if difference else {}
        if external_change:
            now = _external(external, key).model_dump(mode="json")
            given[name]["change"]["external"] = {part: now[part] for part in external_change}
        settings, app = changed
        changed_apps[name] = app
    return Resolved({name: given[name] for name in deployments}, changed_apps, externals), faults


def _external_change(change: dict[str, Any], key: str) -> dict[str, Any]:
    """What a change says of the third-party API; raises `AppError` if that may not change."""
    found = change.get("external", {})
    if not isinstance(found, dict):
        raise AppError(f"{key}.external", f"expected a mapping of keys, not {shown(found)}")
    for name in found:
        if name not in CHANGEABLE_WHILE_IT_RUNS:
            raise AppError(
                f"{key}.external.{name}",
                "cannot change while a scenario runs; allowed: "
                f"{', '.join(CHANGEABLE_WHILE_IT_RUNS)}{nearest(name, CHANGEABLE_WHILE_IT_RUNS)}",
            )
    return found


def _external(settings: dict[str, Any], key: str) -> ExternalSettings:
    """The third-party API's settings after a change, validated."""
    try:
        return ExternalSettings.model_validate(settings)
    except ValidationError as error:
        below = (*key.split("."), "external")
        raise SectionError(ExternalSettings, error, below=below) from error


def _valid(items: Any) -> dict[str, Deployment] | None:
    """The deployments by id; None if one of them is wrong."""
    try:
        keyed = by_id(items) if isinstance(items, list) else items or {}
        return {name: Deployment.model_validate(item) for name, item in keyed.items()}
    except (ValueError, AttributeError):  # pydantic's errors are ValueErrors
        return None


def _changed(
    settings: dict[str, Any], change: dict[str, Any], key: str, apps: Apps
) -> tuple[dict[str, Any], Settings]:
    """The scenario's settings after a change, and the app's, validated."""
    for name in change:
        if name not in CHANGEABLE:
            raise AppError(
                f"{key}.{name}",
                f"cannot change while a scenario runs; allowed: {', '.join(CHANGEABLE)}"
                f"{nearest(name, CHANGEABLE)}",
            )
    if not isinstance(change.get("app", {}), dict):
        raise AppError(f"{key}.app", f"expected a mapping of keys, not {shown(change['app'])}")
    changed = overlay(settings, change)
    sections, faults = resolve_app({"population": {}, **changed}, apps.only_known())
    for fault in faults:
        raise _below(key, fault)
    return changed, sections["app"]


def _below(key: str, fault: AppError | SectionError) -> AppError | SectionError:
    """An error in a section of the scenario, as an error in the same section of a change."""
    if isinstance(fault, AppError):
        return AppError(f"{key}.{fault.key}", str(fault))
    return SectionError(fault.model, fault.errors, below=tuple(key.split(".")))


def _check_deployable(before: Settings, after: Settings, key: str, apps: Apps) -> None:
    """Raise `AppError` if a setting differs that a deployment cannot change."""
    if not apps.imports and apps.sources(str(before.name)) is not None:  # type: ignore[attr-defined]
        return
    allowed = deployable(load_app(str(before.name), apps))  # type: ignore[attr-defined]
    for name in type(before).model_fields:
        if name in allowed or getattr(before, name) == getattr(after, name, None):
            continue
        inner = _parts_of(name, allowed)
        changed = _without(inner, getattr(before, name)) != _without(inner, getattr(after, name))
        if inner and not changed:
            continue
        known = f"allowed: {', '.join(allowed)}" if allowed else "its module has no DEPLOYABLE"
        raise AppError(f"{key}.app.{name}", f"cannot change while a scenario runs; {known}")


def _parts_of(section: str, allowed: tuple[str, ...]) -> list[str]:
    """The keys inside a section that are allowed on their own."""
    return [path.removeprefix(f"{section}.") for path in allowed if path.startswith(f"{section}.")]


def _without(keys: list[str], section: Any) -> Any:
    """A section as plain data, without some of its keys."""
    if not keys or not isinstance(section, Settings):
        return section
    return section.model_dump(exclude=set(keys))


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The settings of ``after`` that differ from ``before``, nested."""
    found: dict[str, Any] = {}
    for key, value in after.items():
        old = before.get(key)
        if isinstance(value, dict) and isinstance(old, dict):
            if inner := _difference(old, value):
                found[key] = inner
        elif value != old:
            found[key] = value
    return found
