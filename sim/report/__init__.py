"""Reports: blocks of text and tables, written to a terminal or as Markdown."""

from .ablate import ablate_report
from .alerts import alerts_report
from .audit import audit_report
from .backfill import backfill_report
from .blocks import Block, Bullets, Cards, Figure, Heading, Listing, Table, Text
from .check import alert_table, check_report, described
from .compare import compare_report
from .envelope import envelope_report
from .explain import explain_report, loops_blocks, loops_json
from .findings import findings
from .html import fragment, to_html
from .markdown import to_markdown
from .pages import check_page, compare_page, explain_page, run_page, sweep_page
from .recover import recover_report
from .replications import paired_report, replications_report
from .run import run_report
from .sweep import sweep_report
from .terminal import write_terminal
from .tune import tune_report

__all__ = [
    "Block",
    "Bullets",
    "Cards",
    "Figure",
    "Heading",
    "Listing",
    "Table",
    "Text",
    "ablate_report",
    "alert_table",
    "alerts_report",
    "audit_report",
    "backfill_report",
    "check_page",
    "check_report",
    "compare_page",
    "compare_report",
    "described",
    "envelope_report",
    "explain_page",
    "explain_report",
    "findings",
    "fragment",
    "loops_blocks",
    "loops_json",
    "paired_report",
    "recover_report",
    "replications_report",
    "run_page",
    "run_report",
    "sweep_page",
    "sweep_report",
    "to_html",
    "to_markdown",
    "tune_report",
    "write_terminal",
]
