"""The serverless platform: documents and OCC, executions, scheduler, crons, limits, metering."""

from .backend import Backend, interarrival
from .checked import check_takes
from .clock import Clock
from .concurrency import Gate, Lanes
from .crons import NEVER, NOT_YET, Cron, next_due
from .declared import ABSENT, Declared, Draws, Facts, Keys, KeySet, RowType, Table, in_python
from .documents import FEW_WRITES, Document, Snapshot, Transaction
from .errors import (
    ActionTimeoutError,
    CallError,
    CapacityError,
    DisabledError,
    ScheduleLimitError,
    TransactionLimitError,
    WriteConflictError,
)
from .execution import SMALL_TRANSACTION, Context
from .forks import Branch, Forks
from .functions import Function, Steps
from .install import Outcomes, app_code, install
from .ledger import Edge, Ledger, Root
from .lineage import BEFORE_THE_RUN, NOBODY, GuardUse, Hop, Lineages, Stamp
from .refusals import Refusals

__all__ = [
    "ABSENT",
    "BEFORE_THE_RUN",
    "FEW_WRITES",
    "NEVER",
    "NOBODY",
    "NOT_YET",
    "SMALL_TRANSACTION",
    "ActionTimeoutError",
    "Backend",
    "Branch",
    "CallError",
    "CapacityError",
    "Clock",
    "Context",
    "Cron",
    "Declared",
    "DisabledError",
    "Document",
    "Draws",
    "Edge",
    "Facts",
    "Forks",
    "Function",
    "Gate",
    "GuardUse",
    "Hop",
    "KeySet",
    "Keys",
    "Lanes",
    "Ledger",
    "Lineages",
    "Outcomes",
    "Refusals",
    "Root",
    "RowType",
    "ScheduleLimitError",
    "Snapshot",
    "Stamp",
    "Steps",
    "Table",
    "Transaction",
    "TransactionLimitError",
    "WriteConflictError",
    "app_code",
    "check_takes",
    "in_python",
    "install",
    "interarrival",
    "next_due",
]
