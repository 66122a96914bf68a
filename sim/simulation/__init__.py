"""From a scenario to a result: run an engine, observe it, collect the result, watch alerts.

The package is not called ``run`` because `sim.run` is the function that notebooks call.
"""

from .api import run
from .deployed import Deployed, check_metrics, check_names
from .run import Progress, simulate
from .so_far import Glance, SoFar

__all__ = [
    "Deployed",
    "Glance",
    "Progress",
    "SoFar",
    "check_metrics",
    "check_names",
    "run",
    "simulate",
]
