"""Scenario files: the schema, units, loading with line-numbered errors."""

from .budget import Alert, Budget, Change, Select
from .deployments import Deployment, Operation, nested
from .diff import diff, flatten
from .distribution import Distribution, Latency
from .errors import Problem, ScenarioError, unknown
from .load import as_scenario, load_budgets, load_scenario, scenario_from
from .model import Settings, overlay, param
from .overrides import parse_override
from .platform import Actions, Backoff, Concurrency, External, Occ, Platform, Scheduler, UsageLimit
from .plugin import AppError, deployable, load_app, named_changes
from .reading import read_value
from .reference import Parameter, parameter_table, parameters
from .scenario import Billing, Scenario
from .schema import json_schema
from .text import fault, read_text
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
    Interval,
    PositiveCount,
    Rate,
    Share,
    Size,
    format_duration,
    parse_count,
    parse_duration,
    parse_share,
)

__all__ = [
    "DAY",
    "DAYS_PER_MONTH",
    "HOUR",
    "MILLISECOND",
    "MINUTE",
    "SECOND",
    "Actions",
    "Alert",
    "AppError",
    "Backoff",
    "Billing",
    "Budget",
    "Change",
    "Concurrency",
    "Count",
    "Deployment",
    "Distribution",
    "Duration",
    "External",
    "Interval",
    "Latency",
    "Occ",
    "Operation",
    "Organic",
    "Parameter",
    "Platform",
    "PositiveCount",
    "Problem",
    "Rate",
    "Scenario",
    "ScenarioError",
    "Scheduler",
    "Select",
    "Settings",
    "Share",
    "Size",
    "Traffic",
    "UsageLimit",
    "as_scenario",
    "deployable",
    "diff",
    "fault",
    "flatten",
    "format_duration",
    "json_schema",
    "load_app",
    "load_budgets",
    "load_scenario",
    "named_changes",
    "nested",
    "overlay",
    "param",
    "parameter_table",
    "parameters",
    "parse_count",
    "parse_duration",
    "parse_override",
    "parse_share",
    "read_text",
    "read_value",
    "scenario_from",
    "unknown",
]
