"""Scenario files: the schema, units, loading with line-numbered errors."""

from .amounts import parse_amount, parse_ratio
from .apps import Apps, Misuse, Sources, mistake_of
from .budget import Alert, Bound, Budget, Change, Measured, MetricName, Rated, Ratio, Select
from .deployments import Deployment, Operation, nested
from .diff import diff, flatten
from .distribution import Distribution, Latency
from .document import Document
from .errors import AppError, Path, Problem, ScenarioError, problems_of, shown, unknown
from .listed import by_id, check_ids, key_lists
from .load import Given, as_scenario, as_scenarios, load_budgets, load_scenario, scenario_from
from .model import Settings, overlay, param
from .overrides import parse_override
from .platform import Actions, Backoff, Concurrency, External, Occ, Platform, Scheduler, UsageLimit
from .plugin import deployable, named_changes
from .reading import Kind, read_document, read_value
from .reference import Parameter, parameter_table, parameters
from .scenario import Billing, Scenario
from .schema import DIALECT, allow_list, json_schema
from .text import fault, file_name, is_plain, is_text, read_bytes, read_text
from .traffic import Organic, Traffic
from .units import (
    DAY,
    DAYS_PER_MONTH,
    HOUR,
    MAX_COUNT,
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
    parse_rate,
    parse_share,
    parse_size,
)

__all__ = [
    "DAY",
    "DAYS_PER_MONTH",
    "DIALECT",
    "HOUR",
    "MAX_COUNT",
    "MILLISECOND",
    "MINUTE",
    "SECOND",
    "Actions",
    "Alert",
    "AppError",
    "Apps",
    "Backoff",
    "Billing",
    "Bound",
    "Budget",
    "Change",
    "Concurrency",
    "Count",
    "Deployment",
    "Distribution",
    "Document",
    "Duration",
    "External",
    "Given",
    "Interval",
    "Kind",
    "Latency",
    "Measured",
    "MetricName",
    "Misuse",
    "Occ",
    "Operation",
    "Organic",
    "Parameter",
    "Path",
    "Platform",
    "PositiveCount",
    "Problem",
    "Rate",
    "Rated",
    "Ratio",
    "Scenario",
    "ScenarioError",
    "Scheduler",
    "Select",
    "Settings",
    "Share",
    "Size",
    "Sources",
    "Traffic",
    "UsageLimit",
    "allow_list",
    "as_scenario",
    "as_scenarios",
    "by_id",
    "check_ids",
    "deployable",
    "diff",
    "fault",
    "file_name",
    "flatten",
    "format_duration",
    "is_plain",
    "is_text",
    "json_schema",
    "key_lists",
    "load_budgets",
    "load_scenario",
    "mistake_of",
    "named_changes",
    "nested",
    "overlay",
    "param",
    "parameter_table",
    "parameters",
    "parse_amount",
    "parse_count",
    "parse_duration",
    "parse_override",
    "parse_rate",
    "parse_ratio",
    "parse_share",
    "parse_size",
    "problems_of",
    "read_bytes",
    "read_document",
    "read_text",
    "read_value",
    "scenario_from",
    "shown",
    "unknown",
]
