"""What a deployment used and for how long: the quantities that plans put a price on."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Usage:
    """Usage metered over a horizon (platform.md, Metering).

    Raises ``ValueError`` for a quantity that is negative or not finite, and for a horizon that is
    not longer than zero.
    """

    calls: int
    """Function calls, attempts that lost to a conflict included."""
    node_gb_hours: float
    """Action compute in the Node runtime: memory × wall time."""
    own_gb_hours: float
    """Action compute in the platform's own runtime: memory × wall time."""
    database_io_gb: float
    """Bytes read and written, every attempt included (GB = 10^9 bytes)."""
    storage_gb: float
    """Database storage held during the horizon (GB = 10^9 bytes)."""
    days: float
    """Length of the horizon."""
    transaction_gb_hours: float = 0.0
    """Compute of queries and mutations: memory × execution time."""
    files_gb: float = 0.0
    """Files and backups stored during the horizon (GB)."""
    egress_gb: float = 0.0
    """Data egress (GB)."""
    search_storage_gb: float = 0.0
    """Text and vector search indexes held during the horizon (GB)."""
    search_query_gb: float = 0.0
    """Search queries, in query-GBs: the size of the searched index counts once for each query."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not math.isfinite(value) or value < 0:
                raise ValueError(f"{field.name} must be a number of at least 0, not {value!r}")
        if self.days == 0:
            raise ValueError("days must be above 0")
