"""Budgets and alerts: bounds on the results of a scenario, in its file or in one of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_serializer,
    model_validator,
)

from sim.bins import during as part_of
from sim.metrics import METRICS, OUTCOME, Measurable, Metric, Selection, metric

from .amounts import is_counted, parse_amount, parse_ratio, spelled
from .errors import shown, unknown
from .model import Settings, param
from .units import DAY, MINUTE, SECOND, Duration, Interval, format_duration, parse_rate

if TYPE_CHECKING:
    from sim.result import Result


def _known_metric(name: str) -> str:
    try:
        metric(name)
    except KeyError:
        allowed = (*METRICS, f"{OUTCOME}<name>")
        raise ValueError(unknown(name, "metric", allowed)) from None
    return name


MetricName = Annotated[
    str,
    AfterValidator(_known_metric),
    WithJsonSchema(
        {
            "anyOf": [{"enum": list(METRICS)}, {"type": "string", "pattern": "^outcomes\\..+$"}],
            "x-type": "metric",
        }
    ),
]
BoundValue = Annotated[
    float | str,
    Field(json_schema_extra={"x-type": "amount", "examples": ["4.4M", "500MB", "$30"]}),
]
"""A number in the metric's unit; it is parsed when the metric is known."""
Ratio = Annotated[
    float,
    BeforeValidator(parse_ratio),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0},
                {"type": "string", "pattern": "%\\s*$"},
            ],
            "x-type": "share",
        }
    ),
]
"""A share that may exceed 1."""


class Select(Settings):
    """Which calls a metric counts; a call must match everything given."""

    function: str = param("", "A function's name; `*` stands for any text, as in `setlists:*`.")
    type: Literal["", "query", "mutation", "action"] = param("", "Functions of one type.")
    trigger: Literal["", "cron", "scheduler", "action", "client", "dataChange", "flow"] = param(
        "",
        "Calls started like this: `dataChange` is a subscribed query that runs again, `flow` "
        "organic traffic. Only for the metric `calls`.",
    )
    cron: str = param("", "A cron's name, for `cron_runs` and `cron_skipped`.")
    table: str = param("", "The table in which write conflicts were lost, for conflicts.")
    won_by: str = param(
        "", "The function whose write won them, for conflicts; `*` stands for any text."
    )

    @property
    def selection(self) -> Selection:
        """The selection as metrics take it."""
        return Selection(self.function, self.type, self.trigger, self.cron, self.table, self.won_by)


_NOT_IN_BINS = ("trigger", "table", "won_by")
"""Selections that are not counted in time bins."""


class AllowedChange(Settings):
    """How far a metric may move from its baseline; if both are given, the larger one applies."""

    absolute: BoundValue | None = param(None, "In the metric's unit.")
    relative: Ratio = param(0.0, "As a share of the baseline, such as 5%.")

    def allowed(self, base: float) -> float:
        """The change that is allowed from a baseline."""
        return max(float(self.absolute or 0), self.relative * abs(base))


def _metric_of(info: ValidationInfo) -> Metric | None:
    """The metric of the settings being validated; None if it is wrong itself."""
    name = info.data.get("metric")
    return None if name is None else metric(name)


class Measured(Settings):
    """A metric and the calls it counts: what budgets, alerts and claims are about."""

    metric: MetricName = param(..., "What is bounded: `sim check --help` lists the metrics.")
    select: Select = param(Select(), "Which calls count; by default all.")

    @field_validator("select")
    @classmethod
    def _selectable(cls, value: Select, info: ValidationInfo) -> Select:
        bounded = _metric_of(info)
        given = [key for key in type(value).model_fields if getattr(value, key)]
        for key in given:
            if bounded is not None and key not in bounded.selects:
                known = ", ".join(bounded.selects) or "nothing"
                raise ValueError(f"{bounded.name} cannot be selected by {key}; allowed: {known}")
        return value


class Rated(Measured):
    """A metric over the whole run, or as a rate."""

    per: Literal["run", "hour", "day", "month"] = param(
        "run", "The whole run, or its mean rate. For peaks use alerts."
    )

    @field_validator("per")
    @classmethod
    def _per(cls, value: str, info: ValidationInfo) -> str:
        bounded = _metric_of(info)
        if bounded is not None and value not in bounded.periods:
            raise ValueError(
                f"{bounded.name} has no rate per {value}; allowed: {', '.join(bounded.periods)}"
            )
        return value

    during: tuple[Duration, Duration] | None = param(
        None,
        "Only this part of the run, such as [21h, 24h]; its ends are ends of time bins (`bin`). "
        "An outcome is the one at its end.",
    )

    @field_validator("during")
    @classmethod
    def _part_of_a_run(
        cls, value: tuple[int, int] | None, info: ValidationInfo
    ) -> tuple[int, int] | None:
        bounded = _metric_of(info)
        if value is None or bounded is None:
            return None
        if value[0] >= value[1]:
            raise ValueError("expected two times, the earlier one first")
        chosen = info.data.get("select", Select())
        by = next((key for key in _NOT_IN_BINS if getattr(chosen, key)), "")
        if not bounded.in_bins or by:
            counted = [name for name, known in METRICS.items() if known.in_bins]
            what = f"{bounded.name} by {by}" if bounded.in_bins else bounded.name
            raise ValueError(
                f"{what} is not counted in time bins; allowed: {', '.join(counted)}, "
                f"{OUTCOME}<name>, selected by function or type"
            )
        return value

    @model_validator(mode="after")
    def _says_which_bill(self) -> Self:
        """A short run is within the quotas and costs next to nothing: a bound on it never fails."""
        if metric(self.metric).per_month is not None and "per" not in self.model_fields_set:
            raise ValueError(
                f"{self.metric} needs `per: month`, a month at this rate, or `per: run`, the "
                "invoice if nothing else happened that month"
            )
        return self

    @property
    def counted(self) -> str:
        """The metric with its selection and period, as people read it."""
        chosen = str(self.select.selection)
        selected = f" {'' if chosen.startswith('by ') else 'of '}{chosen}" if chosen else ""
        rate = "" if self.per == "run" else f" per {self.per}"
        return f"{self.metric}{selected}{rate}{self.when}"

    @property
    def when(self) -> str:
        """Which part of the run, as people read it after the metric; empty for all of it."""
        if self.during is None:
            return ""
        first, last = map(format_duration, self.during)
        return f" from {first} to {last}"

    def part_fault(self, horizon: int, bin_: int) -> str:
        """Why a run of these lengths (µs) has no such part; empty if it has."""
        if self.during is None:
            return ""
        first, last = self.during
        if last > horizon:
            return f"ends after the horizon of {format_duration(horizon)}"
        if first % bin_ or (last % bin_ and last != horizon):
            return f"its ends are multiples of bin, {format_duration(bin_)}, or the horizon"
        return ""

    def part(self, result: Result) -> Result:
        """The part of a run that is meant, as a result."""
        if self.during is None:
            return result
        return part_of(result, self.during[0] / SECOND, self.during[1] / SECOND)

    def read(self, result: Measurable) -> float:
        """The metric of a result."""
        meant = result if self.during is None else self.part(result.whole())
        return metric(self.metric).value(meant, self.select.selection, self.per)


class Budget(Rated):
    """A bound on a metric of the run; a CI check fails if it is broken."""

    max: BoundValue | None = param(None, "The metric may not exceed this.")
    min: BoundValue | None = param(None, "The metric may not fall below this.")
    max_increase: AllowedChange | None = param(
        None, "How far above its baseline the metric may be."
    )
    max_decrease: AllowedChange | None = param(
        None, "How far below its baseline the metric may be."
    )
    level: Literal["error", "warn", "off"] = param(
        "error", "error: the check fails if it is broken; warn: only a warning; off: ignored."
    )
    message: str = param("", "Shown if it is broken, such as what to do then.")

    @field_validator("max", "min", mode="before")
    @classmethod
    def _in_its_unit(cls, value: Any, info: ValidationInfo) -> Any:
        bounded = _metric_of(info)
        if value is None or bounded is None:
            return None
        return parse_amount(value, bounded.unit)

    @model_serializer(mode="wrap")
    def _with_units(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = plain(self)
        unit = metric(self.metric).unit
        for bound in ("max", "min"):
            if data[bound] is not None:
                data[bound] = spelled(data[bound], unit)
        for change in ("max_increase", "max_decrease"):
            if data[change] and data[change]["absolute"] is not None:
                data[change]["absolute"] = spelled(data[change]["absolute"], unit)
        return data

    @field_validator("max_increase", "max_decrease", mode="before")
    @classmethod
    def _change_in_its_unit(cls, value: Any, info: ValidationInfo) -> Any:
        bounded = _metric_of(info)
        if value is not None and not isinstance(value, (dict, AllowedChange)):
            raise ValueError(
                "expected a mapping with absolute, relative or both, such as {relative: 10%}, not "
                f"{shown(value)}"
            )
        if bounded is None or not isinstance(value, dict) or value.get("absolute") is None:
            return value
        return {**value, "absolute": parse_amount(value["absolute"], bounded.unit)}

    @field_validator("max_increase", "max_decrease")
    @classmethod
    def _says_something(cls, value: AllowedChange | None) -> AllowedChange | None:
        if value is not None and value.absolute is None and not value.model_fields_set:
            raise ValueError("expected absolute, relative or both")
        return value

    @model_validator(mode="after")
    def _bounds_something(self) -> Budget:
        bounds = ("max", "min", "max_increase", "max_decrease")
        if all(getattr(self, key) is None for key in bounds):
            raise ValueError(f"has no bound: give at least one of {', '.join(bounds)}")
        if self.min is not None and self.max is not None and self.min > self.max:  # type: ignore[operator]
            raise ValueError(f"min ({self.min:g}) is above max ({self.max:g})")
        return self


class Alert(Measured):
    """A monitor on the running app: it alerts somebody when a window holds too much."""

    above: BoundValue = param(
        ...,
        "Fires above this amount in a window; a count can be a rate, such as 10M/day.",
    )
    window: Interval = param("1h", "The time over which the metric is summed.")
    calendar: bool = param(
        False, "Windows begin at midnight UTC, one after another. Without this they slide."
    )
    every: Interval = param("1m", "How often the alert is evaluated.")
    delay: Duration = param("0s", "Time from the evaluation until somebody is told.")

    @field_validator("metric")
    @classmethod
    def _adds_up(cls, value: str) -> str:
        if "hour" not in metric(value).periods and value != "backlog_end":
            adding = [name for name, known in METRICS.items() if "hour" in known.periods]
            raise ValueError(
                f"{value} does not add up over a window; allowed: {', '.join(adding)}, backlog_end"
            )
        return value

    @field_validator("above", mode="before")
    @classmethod
    def _as_written_or_rate(cls, value: Any, info: ValidationInfo) -> Any:
        bounded = _metric_of(info)
        if bounded is None:
            return 0.0
        if isinstance(value, str) and "/" in value and is_counted(bounded.unit):
            parse_rate(value)  # it is multiplied with the window, which is parsed later
            return value
        return parse_amount(value, bounded.unit)

    @field_validator("calendar")
    @classmethod
    def _divides_a_day(cls, value: bool, info: ValidationInfo) -> bool:
        window = info.data.get("window", DAY)
        if value and DAY % window:
            raise ValueError(f"a calendar window divides a day: {format_duration(window)} does not")
        return value

    @field_validator("every")
    @classmethod
    def _not_too_often(cls, value: int, info: ValidationInfo) -> int:
        if value < MINUTE // 60:
            raise ValueError("expected at least 1s")
        if info.data.get("window", value) % value:
            raise ValueError("the window must be a multiple of it")
        return value

    @model_serializer(mode="wrap")
    def _with_unit(self, plain: SerializerFunctionWrapHandler) -> dict[str, Any]:
        data: dict[str, Any] = plain(self)
        if isinstance(self.above, float):
            data["above"] = spelled(self.above, metric(self.metric).unit)
        return data

    @property
    def threshold(self) -> float:
        """The most that a window may hold, in the metric's unit."""
        if isinstance(self.above, str):
            return parse_rate(self.above) * self.window / DAY
        return self.above
