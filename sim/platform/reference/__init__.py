"""The serverless platform: documents and OCC, executions, scheduler, crons, limits, metering."""

from .backend import Backend
from .checked import check_takes
from .clients import interarrival
from .context import Context
from .crons import Cron
from .database import ORGANIC_WRITER
from .declared import ABSENT, Declared, Draws, Facts, Keys, KeySet, RowType, Table, in_python
from .documents import DOCUMENT, RANGE, Document, Snapshot, Transaction
from .environment import Environment, Moment, Process, Steps
from .errors import (
    ActionTimeoutError,
    CallError,
    CapacityError,
    DisabledError,
    ScheduleLimitError,
    TransactionLimitError,
    WriteConflictError,
)
from .forks import Branch, Forks
from .functions import Cached, Function
from .gate import Gate
from .install import Outcomes, app_code, install
from .journal import Journal
from .lanes import Lanes
from .ledger import Edge, Ledger, Root
from .lineage import BEFORE_THE_RUN, NOBODY, GuardUse, Hop, Lineages, Stamp
from .refusals import Refusals
from .slots import Slots
from .thrown import Thrown

__all__ = [
    "ABSENT",
    "BEFORE_THE_RUN",
    "DOCUMENT",
    "NOBODY",
    "ORGANIC_WRITER",
    "RANGE",
    "ActionTimeoutError",
    "Backend",
    "Branch",
    "Cached",
    "CallError",
    "CapacityError",
    "Context",
    "Cron",
    "Declared",
    "DisabledError",
    "Document",
    "Draws",
    "Edge",
    "Environment",
    "Facts",
    "Forks",
    "Function",
    "Gate",
    "GuardUse",
    "Hop",
    "Journal",
    "KeySet",
    "Keys",
    "Lanes",
    "Ledger",
    "Lineages",
    "Moment",
    "Outcomes",
    "Process",
    "Refusals",
    "Root",
    "RowType",
    "ScheduleLimitError",
    "Slots",
    "Snapshot",
    "Stamp",
    "Steps",
    "Table",
    "Thrown",
    "Transaction",
    "TransactionLimitError",
    "WriteConflictError",
    "app_code",
    "check_takes",
    "in_python",
    "install",
    "interarrival",
]
