"""Scenario files: the schema, units, loading with line-numbered errors."""

from .amounts import parse_amount, parse_ratio
from .budget import Alert, Bound, Budget, Change, Measured, MetricName, Rated, Ratio, Select
from .deployments import Deployment, Operation, nested
from .diff import diff, flatten
from .distribution import Distribution, Latency
from .document import Document
from .errors import Path, Problem, ScenarioError, problems_of, unknown
from .listed import BOUNDS, by_id, check_ids, key_lists
from .load import as_scenario, load_budgets, load_scenario, scenario_from
from .model import Settings, overlay, param
from .overrides import parse_override
from .platform import Actions, Backoff, Concurrency, External, Occ, Platform, Scheduler, UsageLimit
from .plugin import AppError, deployable, load_app, named_changes
from .reading import Kind, read_document, read_value
from .reference import Parameter, parameter_table, parameters
from .scenario import Billing, Scenario
from .schema import DIALECT, allow_list, json_schema, schema_of_any_app
from .shipped import SHIPPED, Shipped, copy_shipped, located, shipped_files, shipped_list
from .text import STDIN, fault, read_text
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
    parse_rate,
    parse_share,
    parse_size,
)
from .without_app import load_without_app

__all__ = [
    "BOUNDS",
    "DAY",
    "DAYS_PER_MONTH",
    "DIALECT",
    "HOUR",
    "MILLISECOND",
    "MINUTE",
    "SECOND",
    "SHIPPED",
    "STDIN",
    "Actions",
    "Alert",
    "AppError",
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
    "Interval",
    "Kind",
    "Latency",
    "Measured",
    "MetricName",
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
    "Shipped",
    "Size",
    "Traffic",
    "UsageLimit",
    "allow_list",
    "as_scenario",
    "by_id",
    "check_ids",
    "copy_shipped",
    "deployable",
    "diff",
    "fault",
    "flatten",
    "format_duration",
    "json_schema",
    "key_lists",
    "load_app",
    "load_budgets",
    "load_scenario",
    "load_without_app",
    "located",
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
    "read_document",
    "read_text",
    "read_value",
    "scenario_from",
    "schema_of_any_app",
    "shipped_files",
    "shipped_list",
    "unknown",
]
