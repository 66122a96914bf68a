"""A scenario: revision + population + platform + traffic + plan + horizon, validated and frozen."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    SerializeAsAny,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from .budget import Alert, Budget
from .deployments import Deployment, Operation, in_order, resolve_deployments
from .errors import Path, shown
from .listed import SECTIONS, by_id, check_ids
from .model import Settings, param, plain
from .platform import External, Platform
from .plugin import Faults, SectionError, resolve_app
from .traffic import Traffic
from .units import Count, Interval, PositiveCount


class Billing(Settings):
    """What the usage is priced with; the prices themselves live in `sim.billing`."""

    plan: Literal["starter", "professional", "business"] = param(
        "starter", "The plan whose prices and included quotas apply.", source="platform.md, Prices"
    )
    region: Literal["us", "eu"] = param(
        "us", "EU prices are 1.3 times the US ones.", source="platform.md, Prices"
    )
    developers: PositiveCount = param(
        1, "Seats, billed on Professional.", source="platform.md, Prices"
    )
    storage_mb: Annotated[float, Field(ge=0)] = param(
        100.0, "Database storage.", source="app.md, Size of the world"
    )


def _simulated_as(app: Settings, written: dict[str, Any]) -> dict[str, Any]:
    """What an app's settings stand for: their own word for it, such as the code behind a folder."""
    stands_for = getattr(app, "simulated_as", None)
    return written if stands_for is None else dict(stands_for())


_NOT_SIMULATED = ("name", "description", "seed", "engine", "budgets", "alerts")
"""What does not change the system that is simulated."""
MAX_BINS = 100_000
"""Time bins of a run at most: a series longer than that is a mistake."""


class Scenario(Settings):
    """One simulation, fully resolved: everything that decides the result's bytes is in here."""

    name: str = param("scenario", "What reports call it; the file's name unless given.")
    description: str = param("", "One or two sentences for a reader.")
    seed: Count = param(1, "Seed of every random draw.")
    starts: datetime = param(
        datetime(2025, 11, 8, tzinfo=UTC),
        "UTC time at which the simulation starts (the deployment); crons and usage windows use it.",
        source="incident-report.md: a three-day spike, fixed on 2025-11-11",
    )
    horizon: Interval = param("24h", "How much time is simulated.")
    bin: Interval = param("1h", "Length of the time bins of the series.")
    engine: Literal["compiled", "simpy"] = param(
        "compiled",
        "Which engine runs it: `compiled` is fast, `simpy` is the reference and runs any app. "
        "The results are the same; what the first cannot run, the second does.",
    )
    revision: str = param("", "A named set of the app's settings; empty: the app's own defaults.")
    app: SerializeAsAny[Settings] = param(None, "The app (its `name`) and its settings.")
    population: SerializeAsAny[Settings] = param(None, "The world the app runs on.")
    platform: Platform = param(Platform(), "The serverless platform.")
    external: External = param(External(), "The third-party API.")
    traffic: Traffic = param(Traffic(), "Traffic that is not modelled call by call.")
    billing: Billing = param(Billing(), "Plan and region.")
    deployments: dict[str, Deployment] = param(
        {}, "What is done to the running app in the middle of the run, listed like the budgets."
    )
    budgets: dict[str, Budget] = param(
        {}, "Bounds that `sim check` judges: a list of items with an `id`, or a mapping by id."
    )
    alerts: dict[str, Alert] = param({}, "Monitors, listed like the budgets.")

    _hash: str = PrivateAttr("")
    _where: Callable[[Path], str] | None = PrivateAttr(None)
    _given: dict[str, Any] = PrivateAttr(default_factory=dict)
    """What was set explicitly: a change of revision or profile derives the rest from it anew."""
    _apps: dict[str, Settings] = PrivateAttr(default_factory=dict)
    """The app's settings after each deployment that changes them."""

    @model_validator(mode="wrap")
    @classmethod
    def _resolve(cls, data: Any, validate: ModelWrapValidatorHandler[Scenario]) -> Scenario:
        """Validate every section, and raise `Faults` with what is wrong in any of them."""
        if not isinstance(data, dict):
            return validate(data)
        given = plain(data)
        sections, faults = resolve_app(given)
        apps: dict[str, Settings] = {}
        if not faults:
            resolved, faults = resolve_deployments(given, sections["app"])
            if resolved is not None:
                sections["deployments"], apps = resolved.given, resolved.apps
        try:
            scenario = validate({**given, **sections})
        except ValidationError as error:
            raise Faults([*faults, SectionError(cls, error, also=("extends",))]) from error
        if faults:
            raise Faults(faults)
        scenario._given, scenario._apps = given, apps
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

    @field_validator(*SECTIONS, mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        items = by_id(value) if isinstance(value, list) else value
        if isinstance(items, dict):
            check_ids(items)
        return {} if items is None else items

    @field_validator("alerts")
    @classmethod
    def _few_looks(cls, value: dict[str, Alert], info: ValidationInfo) -> dict[str, Alert]:
        for name, alert in value.items():
            if info.data.get("horizon", 0) > alert.every * MAX_BINS:
                raise ValueError(f"{name}: evaluated more than {MAX_BINS:,} times in the horizon")
        return value

    @field_validator("bin")
    @classmethod
    def _few_bins(cls, value: int, info: ValidationInfo) -> int:
        if info.data.get("horizon", 0) > value * MAX_BINS:
            raise ValueError(f"the horizon has more than {MAX_BINS:,} bins of this length")
        return value

    @classmethod
    def load(
        cls,
        path: str | FilePath,
        *overrides: str,
        seed: int | None = None,
        horizon: str | None = None,
    ) -> Scenario:
        """The scenario in a YAML file; `load_scenario` says what the arguments mean."""
        from .load import load_scenario  # imported here: it imports this module

        return load_scenario(path, overrides, seed=seed, horizon=horizon)

    def with_(self, **changes: Any) -> Scenario:
        """Change settings by dotted path; the scenario itself stays as it is.

        ``scenario.with_(**{"app.refresh.limit": 20, "revision": "fixed"})``. Explicit settings
        stay; what a revision or profile implies follows a change of it. Raises `ScenarioError`.
        """
        from .load import overridden  # imported here: it imports this module

        return overridden(self._given, changes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.resolved() == other.resolved()

    def __hash__(self) -> int:
        return hash(self.hash)

    @property
    def app_name(self) -> str:
        """The app's name or importable module."""
        return str(self.app.name)  # type: ignore[attr-defined]

    def resolved(self) -> dict[str, Any]:
        """Every setting, defaults included, as plain data that loads to an equal scenario."""
        return self.model_dump(mode="json")

    @property
    def operations(self) -> list[Operation]:
        """The deployments before the horizon, in the order in which they happen."""
        return [
            Operation(deployment.at, deployment.action, self._apps.get(name))
            for name, deployment in in_order(self.deployments)
            if deployment.at < self.horizon
        ]

    @property
    def hash(self) -> str:
        """Twelve hexadecimal digits of the resolved scenario without seed, labels and bounds.

        Two scenarios with one hash simulate the same system.
        """
        if self._hash:
            return self._hash
        settings = self.resolved()
        for label in _NOT_SIMULATED:
            settings.pop(label)
        if not self.deployments:
            del settings["deployments"]
        settings["app"] = _simulated_as(self.app, settings["app"])
        for name, app in self._apps.items():
            if hasattr(app, "simulated_as"):
                settings["deployments"][name]["change"] = _simulated_as(app, {})
        text = json.dumps(settings, sort_keys=True, separators=(",", ":"))
        self._hash = hashlib.sha256(text.encode()).hexdigest()[:12]
        return self._hash

    def where(self, path: Path) -> str:
        """The place that set a setting, such as ``file:line:column``; the scenario's name if none.

        Known of scenarios that were loaded from a file.
        """
        return self._where(path) if self._where is not None else self.name
