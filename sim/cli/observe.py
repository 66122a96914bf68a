"""`sim observe`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .command import command
from .observed import logs_argument, plan_option, read_logs, region_option
from .options import format_option, quiet_option
from .output import check_files, emit
from .runs import workers_option

if TYPE_CHECKING:
    from sim.report import Block


@command(
    "observe",
    examples="""
sim observe events.jsonl
sim observe 'logs/2026-08-*.jsonl.gz' --plan professional --out report.html
npx convex logs --prod --jsonl --history 1000 | sim observe -
sim check --observed events.jsonl --budgets budgets.yaml
""",
)
@logs_argument
@plan_option
@region_option
@click.option(
    "--keep-messages",
    "messages",
    is_flag=True,
    help="Also show the messages of failures, which may hold your users' data. Nothing else of "
    "that kind is ever shown.",
)
@click.option(
    "--out",
    "out",
    metavar="FILE",
    multiple=True,
    type=click.Path(path_type=Path),
    help="Also write the report to FILE; .json, .md, .html or .txt picks the format. Repeatable.",
)
@workers_option
@format_option
@quiet_option
def observe_command(
    files: tuple[str, ...], plan: str, region: str, messages: bool, out: tuple[Path, ...],
    workers: int | None, format_: str, quiet: bool,
) -> None:  # fmt: skip
    """Read FILES of production logs and show what happened: calls, conflicts, times and cost.

    FILES are paths, patterns such as 'logs/*.jsonl', or `-` for standard input: log streams
    (webhook, Axiom, Datadog, PostHog, self-hosted; version 1 or 2), what `npx convex logs --jsonl`
    prints, and CSV exports with the same columns. They may be compressed with gzip or zstd.

    No arguments, ids or messages are read, so none can be shown.
    """
    check_files(out)
    logs = read_logs(
        files, quiet=quiet, plan=plan, region=region, messages=messages, workers=workers
    )

    from sim.report import observe_report

    def page() -> Sequence[Block]:
        from sim.report import observe_page  # late: the charts take half a second to import

        return observe_page(logs)

    emit(observe_report(logs), logs.to_json, format_, out, page)
