"""Many runs: on all cores or on a cluster, kept as they end, with the same results anywhere."""

from .job import Job
from .runner import Done, Runner
from .store import Store

__all__ = ["Done", "Job", "Runner", "Store"]
