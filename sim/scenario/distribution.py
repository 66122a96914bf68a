"""Latency distributions as scenario files spell them."""

from __future__ import annotations

import re
from itertools import pairwise
from math import exp, log
from statistics import NormalDist
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from .model import Settings
from .units import DURATION, HOUR, format_duration, parse_duration

LONGEST = 12 * HOUR
"""The longest latency (µs). Up to it, every quantile fits the integers that samples use."""
WIDEST = 1000
"""The largest ratio of a log-normal latency's 99th percentile to its median."""
_Z99 = NormalDist().inv_cdf(0.99)
_PERCENTAGE = re.compile(r"^p(0\.[1-9]|[1-9][0-9]?(\.[1-9])?)$")
"""How a quantile is spelled: p0.1 to p99.9, one way each."""


class Distribution(Settings):
    """A distribution of durations.

    Five shapes, by the keys given: a constant (``10ms``), uniform (``3ms..15ms``), exponential
    (``{mean: 10ms}``), log-normal through its median and 99th percentile
    (``{p50: 60ms, p99: 120ms}``), and any other two or more quantiles, as measured
    (``{p50: 20ms, p95: 200ms, p99: 1s}``): log-normal between each two of them, and beyond the
    outermost as between the two next to it. `sim.draws` turns each into a table of quantiles.
    """

    shape: Literal["constant", "uniform", "exponential", "lognormal", "quantiles"]
    low: int
    """µs: the constant, the uniform's minimum, the exponential's mean, the log-normal's median, the
    lowest quantile."""
    high: int
    """µs: the uniform's maximum, the log-normal's 99th percentile or the highest quantile;
    otherwise equal to ``low``."""
    points: tuple[tuple[float, int], ...] = ()
    """Measured quantiles: (percentage, µs), in ascending order; of other shapes there are none."""

    @model_validator(mode="after")
    def _ordered(self) -> Distribution:
        if self.high < self.low:
            raise ValueError("the lower end is above the upper end")
        if self.shape == "lognormal" and self.low == 0:
            raise ValueError("a log-normal median must be above zero")
        if self.shape == "quantiles" and self.low == 0:
            raise ValueError("every quantile must be above zero")
        times = [time for _, time in self.points]
        if times != sorted(times):
            raise ValueError("a quantile is below one of a lower percentage")
        return self


def parse_distribution(value: Any) -> Any:
    """The fields of a `Distribution` as spelled in a file."""
    if isinstance(value, Distribution):
        return value
    if isinstance(value, dict):
        keys = set(value)
        if keys == {"mean"}:
            mean = parse_duration(value["mean"])
            return {"shape": "exponential", "low": mean, "high": mean}
        if keys == {"p50", "p99"}:
            return {
                "shape": "lognormal",
                "low": parse_duration(value["p50"]),
                "high": parse_duration(value["p99"]),
            }
        if len(keys) > 1 and all(isinstance(key, str) and _PERCENTAGE.match(key) for key in keys):
            return _measured({float(key[1:]): parse_duration(at) for key, at in value.items()})
        raise ValueError("a latency takes {mean} (exponential), {p50, p99} (log-normal) or two or "
                         "more quantiles such as {p50, p95, p99}, from p0.1 to p99.9")  # fmt: skip
    if isinstance(value, str) and ".." in value:
        low, _, high = value.partition("..")
        return {"shape": "uniform", "low": parse_duration(low), "high": parse_duration(high)}
    duration = parse_duration(value)
    return {"shape": "constant", "low": duration, "high": duration}


def _measured(quantiles: dict[float, int]) -> dict[str, Any]:
    """The fields of a distribution that was measured: percentage → µs."""
    points = tuple(sorted(quantiles.items()))
    times = [time for _, time in points]
    return {"shape": "quantiles", "low": min(times), "high": max(times), "points": points}


def format_distribution(value: Distribution) -> str | dict[str, str]:
    """The spelling `parse_distribution` reads back."""
    low, high = format_duration(value.low), format_duration(value.high)
    if value.shape == "constant":
        return low
    if value.shape == "uniform":
        return f"{low}..{high}"
    if value.shape == "exponential":
        return {"mean": low}
    if value.points:
        return {f"p{share:g}": format_duration(at) for share, at in value.points}
    return {"p50": low, "p99": high}


def _plausible(value: Distribution) -> Distribution:
    if value.high > LONGEST:
        raise ValueError("a latency is at most 12 hours")
    if value.shape == "lognormal" and value.high > WIDEST * value.low:
        raise ValueError(f"the 99th percentile is more than {WIDEST:,} times the median")
    for (share, time), (next_share, next_time) in pairwise(value.points):
        if _steepness(share, time, next_share, next_time) > log(WIDEST) / _Z99:
            raise ValueError(f"from p{share:g} to p{next_share:g} it rises more steeply than a "
                             f"99th percentile {WIDEST:,} times the median")  # fmt: skip
    if value.points:
        (share, time), (last_share, last_time) = value.points[-2:]
        rise = _z(99.9) - _z(last_share)
        if last_time * exp(_steepness(share, time, last_share, last_time) * rise) > LONGEST:
            raise ValueError("these quantiles go on to a p99.9 of more than 12 hours")
    return value


def _steepness(share: float, time: int, next_share: float, next_time: int) -> float:
    """The log-normal's sigma between two quantiles."""
    return log(next_time / time) / (_z(next_share) - _z(share))


def _z(share: float) -> float:
    """The normal quantile of a percentage."""
    return NormalDist().inv_cdf(share / 100)


_SPELLED = {"type": "string", "pattern": rf"^\s*(?:{DURATION}|0)\s*$"}


def _shape(*keys: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": dict.fromkeys(keys, _SPELLED),
        "required": list(keys),
        "additionalProperties": False,
    }


Latency = Annotated[
    Distribution,
    BeforeValidator(parse_distribution),
    AfterValidator(_plausible),
    PlainSerializer(format_distribution),
    WithJsonSchema(
        {
            "x-type": "latency",
            "anyOf": [
                {
                    "type": "string",
                    "pattern": rf"^\s*(?:{DURATION}|0)\s*(?:\.\.\s*(?:{DURATION}|0)\s*)?$",
                    "examples": ["10ms", "3ms..15ms"],
                },
                {"const": 0},
                _shape("mean"),
                _shape("p50", "p99"),
                {
                    "type": "object",
                    "patternProperties": {_PERCENTAGE.pattern: _SPELLED},
                    "minProperties": 2,
                    "additionalProperties": False,
                },
            ],
        }
    ),
]
"""A `Distribution`, spelled ``10ms``, ``3ms..15ms``, ``{mean: 10ms}``, ``{p50: 60ms, p99: 1s}`` or
``{p50: 20ms, p95: 200ms, p99: 1s}``."""
