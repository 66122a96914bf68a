"""The serverless platform: documents and OCC, executions, scheduler, crons, limits, metering."""

from .backend import Backend, interarrival
from .checked import check_takes
from .clock import Clock
from .concurrency import Gate, Lanes
from .crons import NEVER, NOT_YET, Cron, next_due
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
from .functions import Function, Steps
from .install import app_code, install
from .ledger import Edge, Ledger, Root
from .lineage import BEFORE_THE_RUN, NOBODY, GuardUse, Hop, Lineages, Stamp
from .usage import gb_hours

__all__ = [
    "BEFORE_THE_RUN",
    "FEW_WRITES",
    "NEVER",
    "NOBODY",
    "NOT_YET",
    "SMALL_TRANSACTION",
    "ActionTimeoutError",
    "Backend",
    "CallError",
    "CapacityError",
    "Clock",
    "Context",
    "Cron",
    "DisabledError",
    "Document",
    "Edge",
    "Function",
    "Gate",
    "GuardUse",
    "Hop",
    "Lanes",
    "Ledger",
    "Lineages",
    "Root",
    "ScheduleLimitError",
    "Snapshot",
    "Stamp",
    "Steps",
    "Transaction",
    "TransactionLimitError",
    "WriteConflictError",
    "app_code",
    "check_takes",
    "gb_hours",
    "install",
    "interarrival",
    "next_due",
]
