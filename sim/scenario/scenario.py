"""A scenario: revision + population + platform + traffic + plan + horizon, validated and frozen."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path as FilePath
from types import ModuleType
from typing import Any, Literal

from pydantic import (
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from .apps import Apps, Sources
from .billing import Billing, with_free_caps
from .budget import Alert, Budget
from .deployments import Deployment, Operation, in_order, resolve_deployments
from .errors import KeyPath, shown
from .external import ExternalSettings
from .listed import SECTIONS, by_id, check_ids
from .model import Settings, param, plain
from .platform import Platform
from .plugin import Faults, SectionError, check_endpoints, load_app, objectives, resolve_app
from .traffic import Traffic
from .units import SECOND, Count, Interval, format_duration


def _simulated_as(app: Settings, written: dict[str, Any]) -> dict[str, Any]:
    """What an app's settings stand for: their own word for it, such as the code behind a folder."""
    stands_for = getattr(app, "simulated_as", None)
    return written if stands_for is None else dict(stands_for())


_NOT_SIMULATED = ("name", "description", "seed", "engine", "budgets", "alerts")
"""Keys that do not change the simulated system."""
MAX_BINS = 20_000
"""Time bins of a run at most, and looks of an alert: each takes up to a millisecond, whatever is
simulated, and no chart shows more than a thousand. Ten seconds a bin do for two days."""


def _at_least(horizon: int) -> str:
    """The limit, and the shortest time, in whole seconds, that keeps it."""
    shortest = -(-horizon // (MAX_BINS * SECOND)) * SECOND
    return f"at most {MAX_BINS:,} are allowed: make it {format_duration(shortest)} or more"


class Scenario(Settings):
    """One simulation, fully resolved: everything that determines the result."""

    name: str = param("scenario", "Its name in reports; by default the file's name.")
    description: str = param("", "One or two sentences for a reader.")
    seed: Count = param(1, "Seed of every random draw.")
    starts: datetime = param(
        datetime(2025, 11, 8, tzinfo=UTC),
        "UTC time at which the simulation starts (the deployment); crons and usage windows use it.",
        source="incident-report.md: a three-day spike, fixed on 2025-11-11",
    )
    horizon: Interval = param("24h", "How much time is simulated.")
    bin: Interval = param("1h", "Length of the time bins of the series.")
    engine: Literal["reference", "compiled"] = param(
        "compiled",
        "Which engine runs it: `compiled` is fast, `reference` is a SimPy model and runs any app. "
        "The results are the same; what the first cannot run, the second does.",
    )
    revision: str = param("", "A named set of the app's settings; empty: the app's own defaults.")
    app: SerializeAsAny[Settings] = param(None, "The app (its `name`) and its settings.")
    population: SerializeAsAny[Settings] = param(None, "The world the app runs on.")
    platform: Platform = param(Platform(), "The serverless platform.")
    external: ExternalSettings = param(ExternalSettings(), "The third-party API.")
    traffic: SerializeAsAny[Traffic] = param(
        Traffic(), "Traffic that is not modelled call by call."
    )
    billing: Billing = param(Billing(), "Plan and region.")
    deployments: dict[str, Deployment] = param(
        {}, "Changes to the running app during the run, listed like the budgets."
    )
    budgets: dict[str, Budget] = param(
        {}, "Bounds for `sim check`: a list of items with an `id`, or a mapping by id."
    )
    alerts: dict[str, Alert] = param({}, "Monitors, listed like the budgets.")

    _hash: str = PrivateAttr("")
    _where: Callable[[KeyPath], str] | None = PrivateAttr(None)
    _given: dict[str, Any] = PrivateAttr(default_factory=dict)
    """The explicit settings. The rest is derived anew when the revision or profile changes."""
    _deployed: dict[str, Settings] = PrivateAttr(default_factory=dict)
    """The app's settings after each deployment that changes them."""
    _externals: dict[str, ExternalSettings] = PrivateAttr(default_factory=dict)
    """The third-party API's settings after each deployment that changes those."""
    _apps: Apps = PrivateAttr(default_factory=Apps)
    """Where its app was found, and what was read of it."""

    @model_validator(mode="wrap")
    @classmethod
    def _resolve(
        cls, data: Any, validate: ModelWrapValidatorHandler[Scenario], info: ValidationInfo
    ) -> Scenario:
        """Validate all sections; raises `Faults` with the errors in any of them.

        The context's ``apps`` say where a user's app is found; without them only built-in apps are.
        """
        if not isinstance(data, dict):
            return validate(data)
        given = plain(data)
        apps: Apps = (info.context or {}).get("apps") or Apps()
        sections, faults = resolve_app(given, apps)
        deployed: dict[str, Settings] = {}
        externals: dict[str, ExternalSettings] = {}
        if not faults:
            resolved, faults = resolve_deployments(given, sections["app"], apps)
            if resolved is not None:
                sections["deployments"], deployed = resolved.given, resolved.apps
                externals = resolved.externals
        try:
            scenario = validate({**given, **with_free_caps(given), **sections})
        except ValidationError as error:
            raise Faults([*faults, SectionError(cls, error, also=("extends",))]) from error
        faults += check_endpoints(scenario.external, scenario.app_name, apps) if not faults else []
        if faults:
            raise Faults(faults)
        scenario._given, scenario._deployed, scenario._apps = given, deployed, apps
        scenario._externals = externals
        return scenario

    @field_validator("starts", mode="before")
    @classmethod
    def _date_or_text(cls, value: Any) -> Any:
        if isinstance(value, date) or re.match(r"\d{4}-\d\d-\d\d", str(value)):
            return value
        raise ValueError(f"expected a UTC time such as 2025-11-08T00:00:00Z, not {shown(value)}")

    @field_validator("starts")
    @classmethod
    def _in_utc(cls, value: datetime) -> datetime:
        if not 1900 <= value.year <= 2500:
            raise ValueError(f"expected a year between 1900 and 2500, not {value.year}")
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    @field_validator("engine", mode="before")
    @classmethod
    def _by_its_name(cls, value: Any) -> Any:
        return "reference" if value == "simpy" else value  # its name in older scenarios

    @field_validator(*SECTIONS, mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        items = by_id(value) if isinstance(value, list) else value
        if isinstance(items, dict):
            check_ids(items)
        return {} if items is None else items

    @field_validator("billing")
    @classmethod
    def _dedicated_on_business(cls, value: Billing, info: ValidationInfo) -> Billing:
        platform = info.data.get("platform")
        if platform is not None and platform.is_dedicated and value.plan != "business":
            raise ValueError(f"a dedicated deployment ({platform.deployment_class}) needs "
                             f"`plan: business`, not {value.plan}")  # fmt: skip
        return value

    @field_validator("alerts")
    @classmethod
    def _few_looks(cls, value: dict[str, Alert], info: ValidationInfo) -> dict[str, Alert]:
        for name, alert in value.items():
            horizon = info.data.get("horizon", 0)
            if horizon > alert.every * MAX_BINS:
                looks = f"{-(-horizon // alert.every):,} times"
                raise ValueError(f"{name}: would be evaluated {looks} in the horizon; "
                                 f"{_at_least(horizon)}")  # fmt: skip
        return value

    @field_validator("bin")
    @classmethod
    def _few_bins(cls, value: int, info: ValidationInfo) -> int:
        horizon = info.data.get("horizon", 0)
        if horizon > value * MAX_BINS:
            bins = f"{-(-horizon // value):,} bins of this length"
            raise ValueError(f"the horizon has {bins}; {_at_least(horizon)}")
        return value

    @classmethod
    def load(
        cls,
        path: str | FilePath,
        *overrides: str,
        seed: int | None = None,
        horizon: str | None = None,
        app_path: Sequence[str | FilePath] = (),
        extends_path: Sequence[str | FilePath] = (),
    ) -> Scenario:
        """The scenario in a YAML file; `load_scenario` explains the arguments."""
        from .load import load_scenario  # imported here: it imports this module

        return load_scenario(
            path, overrides, seed=seed, horizon=horizon, app_path=app_path,
            extends_path=extends_path,
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"<Scenario {self.name}: {self.app_name}, {format_duration(self.horizon)}>"

    def with_(self, **changes: Any) -> Scenario:
        """A copy with settings changed by dotted path; the scenario itself does not change.

        ``scenario.with_(**{"app.refresh.limit": 20, "revision": "fixed"})``. Explicit settings
        stay; the ones that a revision or profile implies follow when it is changed. A user's app
        stays the one that was read when the scenario was loaded. Raises `ScenarioError`.
        """
        from .load import overridden  # imported here: it imports this module

        return overridden(self._given, changes, self._apps)

    def without_imports(self) -> Scenario:
        """The same, but scenarios derived from it can only have its own app or a built-in one.

        Used for data, such as a baseline or a claims file: data cannot run code.
        """
        closed = self.model_copy()
        closed._apps = self._apps.only_known()
        return closed

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Scenario)
            and self.resolved() == other.resolved()
            and self.code == other.code
        )

    def __hash__(self) -> int:
        return hash(self.hash)

    @property
    def app_name(self) -> str:
        """The app's name: that of a built-in app or of a module."""
        return str(self.app.name)  # type: ignore[attr-defined]

    @property
    def app_module(self) -> ModuleType:
        """The app's module; `sim.scenario.plugin` describes what it offers."""
        return load_app(self.app_name, self._apps)

    @property
    def objectives(self) -> tuple[str, ...]:
        """The metrics that `sim tune` minimises by default."""
        return objectives(self.app_module)

    @property
    def app_sources(self) -> Sources | None:
        """The files of a user's app; None for a built-in one."""
        return self._apps.sources(self.app_name)

    @property
    def code(self) -> str:
        """The hash of a user's app: its module, and the user's files that it imports.

        Empty for a built-in app, which belongs to the toolkit's version. Data that an app reads is
        not included.
        """
        return "" if self.app_sources is None else self.app_sources.digest

    def resolved(self) -> dict[str, Any]:
        """Every setting, defaults included, as plain data that loads to an equal scenario."""
        return self.model_dump(mode="json")

    @property
    def operations(self) -> list[Operation]:
        """The deployments before the horizon, in the order in which they happen."""
        return [
            Operation(
                deployment.at,
                deployment.action,
                self._deployed.get(name),
                self._externals.get(name),
            )
            for name, deployment in in_order(self.deployments)
            if deployment.at < self.horizon
        ]

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits of the resolved scenario without seed, labels and bounds.

        The code of a user's app is included: scenarios with the same hash simulate the same system.
        """
        if self._hash:
            return self._hash
        settings = self.resolved()
        for label in _NOT_SIMULATED:
            settings.pop(label)
        if not self.deployments:
            del settings["deployments"]
        if not self.platform.latency.functions:
            del settings["platform"]["latency"]["functions"]
        settings["app"] = _simulated_as(self.app, settings["app"])
        for name, app in self._deployed.items():
            if hasattr(app, "simulated_as"):
                change = settings["deployments"][name]["change"]
                external = {"external": change["external"]} if "external" in change else {}
                settings["deployments"][name]["change"] = _simulated_as(app, {}) | external
        if self.code:
            settings["code"] = self.code
        text = json.dumps(settings, sort_keys=True, separators=(",", ":"))
        self._hash = hashlib.sha256(text.encode()).hexdigest()[:12]
        return self._hash

    def where(self, path: KeyPath) -> str:
        """The place where a setting was set, such as ``file:line:column``.

        The scenario's name if it was not loaded from a file.
        """
        return self._where(path) if self._where is not None else self.name
