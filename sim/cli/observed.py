"""The options of commands that read logs, and how far they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from .inputs import INPUT_FILE
from .progress import ProgressLine

if TYPE_CHECKING:
    from sim.logs import Logs

logs_argument = click.argument("files", type=INPUT_FILE, nargs=-1, required=True)
observed_option = click.option(
    "--observed", "observed", metavar="FILE", multiple=True, type=INPUT_FILE,
    help="Take what happened from these logs, a file or a pattern, instead of a run. Repeatable.",
)  # fmt: skip
plan_option = click.option(
    "--plan", type=click.Choice(("free", "starter", "professional", "business")), default="starter",
    show_default=True, help="The plan that the logged usage is priced on.",
)  # fmt: skip
region_option = click.option(
    "--region", type=click.Choice(("us", "eu")), default="us", show_default=True,
    help="The region that it is priced in.",
)  # fmt: skip


_SUFFIXES = (".jsonl", ".ndjson", ".csv", ".gz", ".zst")


def is_logs(name: str) -> bool:
    """Whether a name is that of logs, where scenarios are allowed too."""
    return name.lower().endswith(_SUFFIXES)


def read_logs(
    files: Sequence[str], *, quiet: bool, plan: str = "starter", region: str = "us",
    messages: bool = False, workers: int | None = None,
) -> Logs:  # fmt: skip
    """Read logs, with their progress on standard error."""
    from sim.logs import observe

    with ReadingProgress(quiet=quiet) as progress:
        return observe(files, plan=plan, region=region, messages=messages, workers=workers,
                       told=progress)  # fmt: skip


class ReadingProgress(ProgressLine):
    """Shows how much of the files has been read."""

    verb = "read"

    def __init__(self, *, quiet: bool, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(quiet=quiet, runs=1, clock=clock)

    def __call__(self, name: str, share: float) -> None:
        """Tell that ``share`` of all files has been read."""
        super().__call__("the logs", share)
