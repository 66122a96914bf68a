"""Reports: blocks of text and tables, written to a terminal or as Markdown."""

from .alerts import alerts_report
from .backfill import backfill_report
from .blocks import Block, Bullets, Heading, Table, Text
from .check import alert_table, check_report, described
from .compare import compare_report
from .findings import findings
from .markdown import to_markdown
from .recover import recover_report
from .replications import paired_report, replications_report
from .run import run_report
from .sweep import sweep_report
from .terminal import write_terminal

__all__ = [
    "Block",
    "Bullets",
    "Heading",
    "Table",
    "Text",
    "alert_table",
    "alerts_report",
    "backfill_report",
    "check_report",
    "compare_report",
    "described",
    "findings",
    "paired_report",
    "recover_report",
    "replications_report",
    "run_report",
    "sweep_report",
    "to_markdown",
    "write_terminal",
]
