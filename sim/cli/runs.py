"""The options of commands that do many runs: where they run, and where they are kept."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sim.experiments import Store

_OPTIONS = (
    click.option(
        "--store", "store_file", metavar="FILE", type=click.Path(path_type=Path),
        default=Path("sweeps.sqlite"), show_default=True, help="Where finished runs are kept.",
    ),
    click.option(
        "--cluster", metavar="ADDRESS",
        help="Run on the Dask scheduler of that address, such as tcp://127.0.0.1:8786.",
    ),
    click.option(
        "--workers", type=click.IntRange(1, 1024), help="Processes.  [default: all cores]"
    ),
)  # fmt: skip

vary_option = click.option(
    "--vary", "axes", metavar="PATH=VALUES", multiple=True, required=True,
    help="Values of a setting, such as 20,40,60 or 10..200:10 or 0s..30s:5s. Repeatable: "
    "every combination is run.",
)  # fmt: skip
sample_option = click.option(
    "--sample", metavar="METHOD:POINTS",
    help="So many points instead of every combination: latin-hypercube:50 or sobol:64. A range "
    "then needs no step.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the options came to."""

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


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options, as one `RunOptions`."""

    @functools.wraps(command)
    def with_options(**values: Any) -> Any:
        chosen = {field.name: values.pop(field.name) for field in fields(RunOptions)}
        if chosen["cluster"] is not None and chosen["workers"] is not None:
            raise click.UsageError("--workers are processes here; a cluster has its own")
        return command(runs=RunOptions(**chosen), **values)

    for option in reversed(_OPTIONS):
        with_options = option(with_options)
    return with_options
