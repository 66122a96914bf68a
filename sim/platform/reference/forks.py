"""Fork and join: what an execution does beside itself, as `Promise.all` does in an action.

A branch is a process with a context of its own; it counts as what its parent calls.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .environment import Signal, Steps
from .errors import CallError

if TYPE_CHECKING:
    from .context import Context


class Branch:
    """One thing that runs beside its parent."""

    __slots__ = ("ctx", "error", "key", "value")

    def __init__(self, ctx: Context, key: Any) -> None:
        self.ctx = ctx
        self.key = key
        """What the parent knows it by."""
        self.value: Any = None
        self.error: CallError | None = None
        """What it failed with, if it did."""


class Forks:
    """The branches of one execution."""

    __slots__ = ("_ctx", "_joined", "_over", "running")

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._over: deque[Branch] = deque()
        self._joined: Signal | None = None
        """What the execution waits for: that a branch is over."""
        self.running = 0
        """Branches that are not over, or whose end has not been taken."""

    def start(self, key: Any, steps: Callable[[Context], Steps]) -> None:
        """Run ``steps`` beside the execution, from its local time on."""
        branch = Branch(self._ctx.beside(), key)
        self.running += 1
        branch.ctx.begin_beside(self._run(branch, steps))

    def join(self) -> Steps:
        """Wait until a branch is over; it. Those that ended first come first."""
        while not self._over:
            self._joined = self._ctx.signal()
            yield self._joined
        self.running -= 1
        branch = self._over.popleft()
        self._ctx.now = max(self._ctx.now, branch.ctx.now)
        return branch

    def _run(self, branch: Branch, steps: Callable[[Context], Steps]) -> Steps:
        ctx = branch.ctx
        try:
            branch.value = yield from steps(ctx)
        except CallError as error:
            branch.error = error
        yield from ctx.end_beside()
        self._over.append(branch)
        if self._joined is not None:
            self._joined.succeed()
            self._joined = None
