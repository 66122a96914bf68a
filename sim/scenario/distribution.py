"""Latency distributions as scenario files spell them."""

from __future__ import annotations

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


class Distribution(Settings):
    """A distribution of durations.

    Four shapes, by the keys given: a constant (``10ms``), uniform (``3ms..15ms``), exponential
    (``{mean: 10ms}``) and log-normal through its median and 99th percentile
    (``{p50: 60ms, p99: 120ms}``). `sim.draws` turns each into a table of quantiles.
    """

    shape: Literal["constant", "uniform", "exponential", "lognormal"]
    low: int
    """µs: the constant, the uniform's minimum, the exponential's mean, the log-normal's median."""
    high: int
    """µs: the uniform's maximum or the log-normal's 99th percentile; otherwise equal to ``low``."""

    @model_validator(mode="after")
    def _ordered(self) -> Distribution:
        if self.high < self.low:
            raise ValueError("the lower end is above the upper end")
        if self.shape == "lognormal" and self.low == 0:
            raise ValueError("a log-normal median must be above zero")
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
        raise ValueError("a latency takes {mean} (exponential) or {p50, p99} (log-normal)")
    if isinstance(value, str) and ".." in value:
        low, _, high = value.partition("..")
        return {"shape": "uniform", "low": parse_duration(low), "high": parse_duration(high)}
    duration = parse_duration(value)
    return {"shape": "constant", "low": duration, "high": duration}


def format_distribution(value: Distribution) -> str | dict[str, str]:
    """The spelling `parse_distribution` reads back."""
    low, high = format_duration(value.low), format_duration(value.high)
    if value.shape == "constant":
        return low
    if value.shape == "uniform":
        return f"{low}..{high}"
    if value.shape == "exponential":
        return {"mean": low}
    return {"p50": low, "p99": high}


def _plausible(value: Distribution) -> Distribution:
    if value.high > LONGEST:
        raise ValueError("a latency is at most 12 hours")
    if value.shape == "lognormal" and value.high > WIDEST * value.low:
        raise ValueError(f"the 99th percentile is more than {WIDEST:,} times the median")
    return value


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
            ],
        }
    ),
]
"""A `Distribution`, spelled ``10ms``, ``3ms..15ms``, ``{mean: 10ms}``, ``{p50: 60ms, p99: 1s}``."""
