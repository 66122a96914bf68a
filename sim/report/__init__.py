"""Reports: blocks of text and tables, written to a terminal or as Markdown.

A report is imported when it is used: most of them need the room that they report on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.lazy import lazily

from .blocks import Block, Bullets, Cards, Figure, Heading, Listing, TableBlock, Text
from .findings import findings

if TYPE_CHECKING:
    from .ablate import ablate_report
    from .alerts import alerts_report
    from .audit import audit_report
    from .backfill import backfill_report
    from .calibrate import calibrate_report
    from .causes import causes_report
    from .check import alert_table, check_report, described
    from .compare import compare_report
    from .envelope import envelope_report
    from .explain import explain_report, loops_blocks, loops_json
    from .fit import fit_report
    from .html import fragment, to_html
    from .markdown import to_markdown
    from .observe import observe_page, observe_report
    from .pages import (
        check_page,
        compare_page,
        explain_page,
        replications_page,
        run_page,
        sweep_page,
    )
    from .predict import predict_report
    from .recover import recover_report
    from .replications import paired_report, replications_report
    from .run import run_report
    from .sweep import sweep_report
    from .terminal import write_terminal
    from .times import times_tables
    from .tune import tune_report

__getattr__ = lazily(
    __name__,
    {
        "ablate_report": ".ablate",
        "alert_table": ".check",
        "alerts_report": ".alerts",
        "audit_report": ".audit",
        "backfill_report": ".backfill",
        "causes_report": ".causes",
        "calibrate_report": ".calibrate",
        "fit_report": ".fit",
        "check_page": ".pages",
        "check_report": ".check",
        "compare_page": ".pages",
        "compare_report": ".compare",
        "described": ".check",
        "envelope_report": ".envelope",
        "explain_page": ".pages",
        "explain_report": ".explain",
        "fragment": ".html",
        "loops_blocks": ".explain",
        "loops_json": ".explain",
        "observe_page": ".observe",
        "observe_report": ".observe",
        "paired_report": ".replications",
        "predict_report": ".predict",
        "recover_report": ".recover",
        "replications_page": ".pages",
        "replications_report": ".replications",
        "run_page": ".pages",
        "run_report": ".run",
        "sweep_page": ".pages",
        "sweep_report": ".sweep",
        "times_tables": ".times",
        "to_html": ".html",
        "to_markdown": ".markdown",
        "tune_report": ".tune",
        "write_terminal": ".terminal",
    },
)

__all__ = [
    "Block",
    "Bullets",
    "Cards",
    "Figure",
    "Heading",
    "Listing",
    "TableBlock",
    "Text",
    "ablate_report",
    "alert_table",
    "alerts_report",
    "audit_report",
    "backfill_report",
    "calibrate_report",
    "causes_report",
    "check_page",
    "check_report",
    "compare_page",
    "compare_report",
    "described",
    "envelope_report",
    "explain_page",
    "explain_report",
    "findings",
    "fit_report",
    "fragment",
    "loops_blocks",
    "loops_json",
    "observe_page",
    "observe_report",
    "paired_report",
    "predict_report",
    "recover_report",
    "replications_page",
    "replications_report",
    "run_page",
    "run_report",
    "sweep_page",
    "sweep_report",
    "times_tables",
    "to_html",
    "to_markdown",
    "tune_report",
    "write_terminal",
]
