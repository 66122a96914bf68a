"""The options of `sim run` that write a run's executions in the formats of real logs."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .output import OutputError, check_file

if TYPE_CHECKING:
    from sim.logs.emit import Emission
    from sim.scenario import Scenario

FORMATS = (
    "webhook", "webhook-arrays", "axiom", "axiom-flat", "datadog", "posthog", "self-hosted", "v1",
    "cli",
)  # fmt: skip
_OPTIONS = (
    click.option(
        "--events", "file", metavar="FILE", type=click.Path(path_type=Path),
        help="Write every execution into FILE as production would log it; FILE.gz and FILE.zst are "
        "compressed. The reference engine runs: the result is the same, and takes longer.",
    ),
    click.option(
        "--events-format", "events_format", type=click.Choice(FORMATS), default="webhook",
        metavar="FORMAT", show_default=True, help=f"Whose format: {', '.join(FORMATS)}.",
    ),
    click.option(
        "--events-jobs", "jobs", metavar="FILE", type=click.Path(path_type=Path),
        help="Also write the scheduled jobs, as an export of _scheduled_functions has them.",
    ),
    click.option(
        "--events-lost", "lost", metavar="SHARE",
        help="Lose this share of the events by chance, such as 2%.",
    ),
    click.option(
        "--events-repeated", "repeated", metavar="SHARE",
        help="Send this share of the requests twice.",
    ),
    click.option(
        "--events-buffer", "buffer", is_flag=True,
        help="Drop what exceeds 4,096 events in five seconds, as log streams do.",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventOptions:
    """Where the executions of a run are written, and how."""

    file: Path | None
    events_format: str
    jobs: Path | None
    lost: str | None
    repeated: str | None
    buffer: bool

    def check(self, *, several: bool) -> None:
        """Refuse what cannot be done before anything is run; ``several``: many seeds are."""
        if self.file is None:
            if self.jobs or self.lost or self.repeated or self.buffer:
                raise click.UsageError("give the file of the events too: --events FILE")
            return
        if several:
            raise click.UsageError(
                "--events writes one run: not with --replications or --precision"
            )
        check_file(self.file, "--events ")
        if self.jobs is not None:
            check_file(self.jobs, "--events-jobs ")
            if self.jobs.resolve() == self.file.resolve():
                raise OutputError("--events and --events-jobs would go to the same file")
        _share("--events-lost", self.lost)
        _share("--events-repeated", self.repeated)

    @contextmanager
    def emission(self, scenario: Scenario) -> Iterator[Emission | None]:
        """Where the rows of a run go; None if nobody asked for them."""
        if self.file is None:
            yield None
            return
        from sim.logs.emit import Losses, emission

        losses = Losses(
            _share("--events-lost", self.lost), _share("--events-repeated", self.repeated),
            self.buffer,
        )  # fmt: skip
        with emission(scenario, self.file, self.events_format, losses, self.jobs) as emitting:
            yield emitting

    def tell(self, emitting: Emission | None, *, quiet: bool) -> None:
        """The run is over: write what is left, and say on standard error what became of it."""
        if emitting is None:
            return
        done = emitting.done()
        if quiet:
            return
        parts = [f"{done.rows - done.lost + done.repeated:,} events written"]
        if done.lost:
            parts.append(f"{done.lost:,} lost on the way")
        if done.repeated:
            parts.append(f"{done.repeated:,} of them repeated")
        if done.unfinished:
            parts.append(f"{done.unfinished:,} actions still running have none")
        sys.stderr.write(f"sim: {', '.join(parts)}\n")


def event_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options, as one `EventOptions`."""

    @functools.wraps(command)
    def with_options(**values: Any) -> Any:
        chosen = {field.name: values.pop(field.name) for field in fields(EventOptions)}
        return command(events=EventOptions(**chosen), **values)

    for option in reversed(_OPTIONS):
        with_options = option(with_options)
    return with_options


def _share(option: str, text: str | None) -> float:
    from sim.scenario import fault, parse_share

    if text is None:
        return 0.0
    try:
        return parse_share(text)
    except ValueError as error:
        raise fault(f"{option} {text}", f"{error}") from error
