"""The options of commands that do many runs: where they run, and where they are kept."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .inputs import SETTING_PATH
from .numbers import WholeNumber
from .progress import RunProgress

if TYPE_CHECKING:
    from sim.experiments import Store

workers_option = click.option(
    "--workers", type=WholeNumber(1, 1024), metavar="NUMBER",
    help="Worker processes.  [default: all cores]",
)  # fmt: skip
_OPTIONS = (
    click.option(
        "--store", "store_file", metavar="FILE", type=click.Path(path_type=Path),
        default=Path("sweeps.sqlite"), show_default=True,
        help="Where finished runs are kept; they are not run again.",
    ),
    click.option(
        "--cluster", metavar="ADDRESS",
        help="Run on the Dask scheduler at this address, such as tcp://127.0.0.1:8786.",
    ),
    workers_option,
)  # fmt: skip

vary_option = click.option(
    "--vary", "axes", metavar="PATH=VALUES", multiple=True, required=True, type=SETTING_PATH,
    help="A setting and its values: 20,40,60 or 10..200:10 or 0s..30s:5s. Repeatable: "
    "every combination is run.",
)  # fmt: skip
sample_option = click.option(
    "--sample", metavar="METHOD:POINTS",
    help="Run this many points instead of every combination: latin-hypercube:50 or sobol:64. "
    "Ranges then need no step.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Where runs are kept and who runs them."""

    store_file: Path
    cluster: str | None
    workers: int | None

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The store, open."""
        from sim.experiments import Store

        store = Store(self.store_file)
        try:
            yield store
        finally:
            store.close()

    def progress(self, *, quiet: bool, is_open: bool = False) -> RunProgress:
        """The progress of runs on these workers."""
        if self.cluster is None:
            at_once = workers_at_once(self.workers)
        else:
            from sim.experiments import cluster_threads

            at_once = cluster_threads(self.cluster)
        return RunProgress(quiet=quiet, workers=at_once, is_open=is_open)


def workers_at_once(workers: int | None) -> int:
    """How many runs go on at once on this machine."""
    return workers or os.cpu_count() or 1


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options, as one `RunOptions`."""

    @functools.wraps(command)
    def with_options(**values: Any) -> Any:
        chosen = {field.name: values.pop(field.name) for field in fields(RunOptions)}
        if chosen["cluster"] is not None and chosen["workers"] is not None:
            raise click.UsageError("--workers sets processes on this machine: not with --cluster")
        return command(runs=RunOptions(**chosen), **values)

    for option in reversed(_OPTIONS):
        with_options = option(with_options)
    return with_options
