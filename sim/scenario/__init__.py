"""Scenario files: the schema, units, loading with line-numbered errors."""

from .distribution import Distribution, Latency
from .model import Settings, overlay, param
from .platform import Actions, Backoff, Concurrency, External, Occ, Platform, Scheduler, UsageLimit
from .scenario import Billing, Scenario
from .traffic import Organic, Traffic
from .units import (
    DAY,
    DAYS_PER_MONTH,
    HOUR,
    MILLISECOND,
    MINUTE,
    SECOND,
    Count,
    Duration,
    Rate,
    Share,
    Size,
    format_duration,
)

__all__ = [
    "DAY",
    "DAYS_PER_MONTH",
    "HOUR",
    "MILLISECOND",
    "MINUTE",
    "SECOND",
    "Actions",
    "Backoff",
    "Billing",
    "Concurrency",
    "Count",
    "Distribution",
    "Duration",
    "External",
    "Latency",
    "Occ",
    "Organic",
    "Platform",
    "Rate",
    "Scenario",
    "Scheduler",
    "Settings",
    "Share",
    "Size",
    "Traffic",
    "UsageLimit",
    "format_duration",
    "overlay",
    "param",
]
