"""What a function's code can have thrown at it; apps may catch `CallError`."""

from __future__ import annotations


class CallError(Exception):
    """A function call failed; its caller may catch it, as `try`/`catch` would in the app."""


class WriteConflictError(CallError):
    """A mutation lost to write conflicts in every attempt it had (a permanent failure)."""


class ScheduleLimitError(CallError):
    """A function scheduled more jobs than it may, or the outstanding-job cap is reached."""


class TransactionLimitError(CallError):
    """A transaction read or wrote more, or ran longer, than the platform allows."""


class CapacityError(CallError):
    """No place for the call within the waiting time, or the call depth is exhausted."""


class DisabledError(CallError):
    """The deployment is disabled by a usage limit."""


class ActionTimeoutError(CallError):
    """An action ran into its time-out."""


class KilledError(BaseException):
    """Ends the code of an action that ran into its time-out; no `except Exception` catches it."""
