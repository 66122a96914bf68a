"""What an app module of your own imports: the platform its functions are registered on.

    from sim.backend import Backend, Context, Document, Snapshot, Steps, Transaction

The reference engine in `sim.platform.reference` is behind it.
"""

from sim.platform.reference import (
    ActionTimeoutError,
    Backend,
    CallError,
    CapacityError,
    Context,
    DisabledError,
    Document,
    ScheduleLimitError,
    Snapshot,
    Stamp,
    Steps,
    Transaction,
    TransactionLimitError,
    WriteConflictError,
)

__all__ = [
    "ActionTimeoutError",
    "Backend",
    "CallError",
    "CapacityError",
    "Context",
    "DisabledError",
    "Document",
    "ScheduleLimitError",
    "Snapshot",
    "Stamp",
    "Steps",
    "Transaction",
    "TransactionLimitError",
    "WriteConflictError",
]
