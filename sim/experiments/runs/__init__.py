"""Many runs: on all cores or on a cluster, every finished one kept, the same results anywhere."""

from .job import Job
from .runner import Done, Runner
from .store import Store

__all__ = ["Done", "Job", "Runner", "Store"]
