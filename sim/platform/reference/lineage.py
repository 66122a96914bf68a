"""Lineage: what started an execution, and whether work comes round to where it was before.

A *root* starts a lineage: a cron, a kind of client, or organic traffic. Whatever an execution calls
or schedules belongs to its root. What it awaits is part of it; what it schedules is the next
*generation*. A job also inherits which functions its ancestors ran. One whose own function is among
them has *come round*: a cycle re-triggered it. How many jobs such an execution schedules in turn is
what a cycle's reproduction number is made of (see `sim.causes`), so it is counted as a `Hop`.

A `Stamp` says who wrote a field that a guard reads later: `Context.guard` counts how
often a guard refused an execution because of a stamp that its own scheduler had written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from .functions import Function
    from .ledger import Root

NOBODY = -1
"""Stands for the scheduler of an execution that was not scheduled: a client's call, say."""


BEFORE_THE_RUN = "before the run"
"""Who wrote what was there when the run began."""


class Origin(NamedTuple):
    """What a job inherits."""

    generation: int
    """How many times work was scheduled on the way from the root."""
    ancestors: int
    """The functions that were run on that way: a set of `Function.bit`."""
    scheduled_by: int
    """Serial number of the execution that scheduled it."""


FIRST = Origin(0, 0, NOBODY)
"""Of what a root starts."""


class Stamp(NamedTuple):
    """Who wrote a field."""

    serial: int
    """Of the execution, which is also that of what it awaits."""
    context: str
    """The action, job or client that ran the mutation."""
    function: str
    """The mutation."""

    def __str__(self) -> str:
        inside = f" in {self.context}" if self.context != self.function else ""
        return f"{self.function}{inside}"


class Execution:
    """An execution's place in its lineage."""

    __slots__ = (
        "ancestors", "bit", "claimed", "comes_round", "function", "generation", "outermost", "root",
        "scheduled_by", "scheduled_functions", "serial",
    )  # fmt: skip

    def __init__(
        self, serial: int, root: Root, function: Function | None, origin: Origin, claimed: int
    ) -> None:
        self.serial = serial
        self.root = root
        """What started its lineage."""
        self.function = function
        """What it runs; None if that is a client's script."""
        self.generation, self.ancestors, self.scheduled_by = origin
        self.bit = 0 if function is None else function.bit
        self.outermost: Execution = self
        """The execution that awaits it, or itself."""
        self.comes_round = self.ancestors & self.bit != 0
        """Whether an ancestor ran the same function as the outermost execution."""
        self.scheduled_functions = 0
        """The functions of which it has scheduled jobs, if it comes round."""
        self.claimed = claimed
        """When it took its slot (µs)."""

    @property
    def name(self) -> str:
        """The function's name, or that of the kind of client."""
        return self.root.name if self.function is None else self.function.name

    def awaited_by(self, outer: Execution) -> None:
        """Take a place inside another execution, which waits for this one."""
        self.generation, self.ancestors = outer.generation, outer.ancestors
        self.scheduled_by = outer.scheduled_by
        self.outermost, self.comes_round = outer.outermost, outer.comes_round

    def inherited(self, bit: int) -> Origin:
        """What a job inherits that is scheduled now, by a function of that bit."""
        top = self.outermost
        return Origin(
            self.generation + 1, top.ancestors | top.bit | self.bit | bit, self.serial
        )  # fmt: skip


@dataclass(slots=True)
class Hop:
    """Jobs of one function that executions of another scheduled after they had come round."""

    jobs: int = 0
    through: int = 0
    """Executions that scheduled at least one."""
    ahead_us: int = 0
    """Sum over the jobs of the time from the claim of who scheduled it to when it is due (µs)."""


@dataclass(slots=True)
class GuardUse:
    """One answer of a function's guard."""

    admits: bool
    count: int = 0
    own: int = 0
    """Refusals for a field that the execution wrote which had scheduled the refused one."""
    only_own: int = 0
    """Those for which nobody else's writing would have made it refuse."""
    writers: dict[str, int] = field(default_factory=dict)
    """Who wrote the fields that it refused for; a refusal may have several."""


class Lineages:
    """What comes round in a run, and what its guards decided."""

    def __init__(self) -> None:
        self.hops: defaultdict[tuple[Function, Function], Hop] = defaultdict(Hop)
        self.ended: defaultdict[Function, int] = defaultdict(int)
        """Executions that had come round and are over."""
        self.guards: dict[tuple[str, str], GuardUse] = {}
        """By function and reason."""

    def scheduled(self, by: Execution, job: Function, due: int) -> None:
        """An execution that has come round schedules a job."""
        assert by.function is not None
        hop = self.hops[by.function, job]
        hop.jobs += 1
        hop.ahead_us += due - by.claimed
        if not by.scheduled_functions & job.bit:
            by.scheduled_functions |= job.bit
            hop.through += 1

    def decided(
        self, by: Execution, admits: bool, reason: str, stamps: Sequence[Stamp | None]
    ) -> None:
        """A guard answered an execution; see `Context.guard`."""
        key = (by.name, reason)
        use = self.guards.get(key)
        if use is None:
            use = self.guards[key] = GuardUse(admits)
        use.count += 1
        if not stamps:
            return
        own = sum(_is_own(stamp, by) for stamp in stamps)
        use.own += own > 0
        use.only_own += own == len(stamps)
        for stamp in stamps:
            writer = BEFORE_THE_RUN if stamp is None else str(stamp)
            use.writers[writer] = use.writers.get(writer, 0) + 1


def _is_own(stamp: Stamp | None, by: Execution) -> bool:
    """Whether who scheduled an execution wrote what it is refused for, before the work was done.

    If who scheduled it ran the guarded function itself, the work has been done and the guard is
    right.
    """
    return stamp is not None and stamp.serial == by.scheduled_by and stamp.context != by.name
