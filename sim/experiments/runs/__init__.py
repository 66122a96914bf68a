"""Many runs: on all cores or on a cluster, kept as they end, with the same results anywhere."""

from .cluster import cluster_threads
from .job import RunJob
from .runner import Done, Runner
from .store import Store

__all__ = ["Done", "RunJob", "Runner", "Store", "cluster_threads"]
