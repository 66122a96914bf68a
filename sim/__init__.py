"""Discrete-event simulation and load analysis of serverless call loops.

>>> import sim
>>> result = sim.run("scenarios/fixed.yaml", horizon="1h")
>>> result.scenario.revision
'fixed'

Everything heavy is imported on first use.
"""

from __future__ import annotations

from ._version import __version__
from .lazy import lazily
from .views import register

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .budgets import check
    from .calibrate import calibrate
    from .causes import explain
    from .claims import audit
    from .experiments import ablate, backfill, compare, envelope, recover, replications, sweep, tune
    from .logs import observe
    from .result import Result
    from .scenario import Scenario, ScenarioError, load_scenario
    from .simulation import run, simulate

__getattr__ = lazily(
    __name__,
    {
        "Result": "sim.result",
        "Scenario": "sim.scenario",
        "ScenarioError": "sim.scenario",
        "ablate": "sim.experiments",
        "audit": "sim.claims",
        "backfill": "sim.experiments",
        "calibrate": "sim.calibrate",
        "check": "sim.budgets",
        "compare": "sim.experiments",
        "envelope": "sim.experiments",
        "explain": "sim.causes",
        "load_scenario": "sim.scenario",
        "observe": "sim.logs",
        "recover": "sim.experiments",
        "replications": "sim.experiments",
        "run": "sim.simulation",
        "simulate": "sim.simulation",
        "sweep": "sim.experiments",
        "tune": "sim.experiments",
    },
)

__all__ = [
    "Result",
    "Scenario",
    "ScenarioError",
    "__version__",
    "ablate",
    "audit",
    "backfill",
    "calibrate",
    "check",
    "compare",
    "envelope",
    "explain",
    "load_scenario",
    "observe",
    "recover",
    "replications",
    "run",
    "simulate",
    "sweep",
    "tune",
]


register("Result", "functions", "sim.report.frames:functions_frame")
register("Result", "plot", "sim.report.figures:ResultPlots")
register("Result", "_repr_html_", "sim.report.notebook:shown_as_html")
register("Sweep", "plot", "sim.report.figures:SweepPlots")
