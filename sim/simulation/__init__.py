"""From a scenario to a result: run an engine, observe it, collect the result, watch alerts.

The package is not called ``run`` because `sim.run` is the function that notebooks call.
"""

from .api import run
from .deployed import Deployed, check_metrics, check_names
from .run import Glance, Progress, simulate

__all__ = ["Deployed", "Glance", "Progress", "check_metrics", "check_names", "run", "simulate"]
