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
    Draws,
    Facts,
    Keys,
    KeySet,
    ScheduleLimitError,
    Snapshot,
    Stamp,
    Steps,
    Table,
    Transaction,
    TransactionLimitError,
    WriteConflictError,
    in_python,
)

__all__ = [
    "ActionTimeoutError",
    "Backend",
    "CallError",
    "CapacityError",
    "Context",
    "DisabledError",
    "Document",
    "Draws",
    "Facts",
    "KeySet",
    "Keys",
    "ScheduleLimitError",
    "Snapshot",
    "Stamp",
    "Steps",
    "Table",
    "Transaction",
    "TransactionLimitError",
    "WriteConflictError",
    "in_python",
]
