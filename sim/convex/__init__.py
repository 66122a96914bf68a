"""An app's own Convex TypeScript inside the simulation: `app: convex`.

The project's esbuild bundles its functions; an engine of JavaScript runs them over a store of its
own with versions, read sets and indexes; the reference engine decides when what happens, what
conflicts, and what it costs. Facts about the backend are cited where they are used.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.platform.reference import Backend
from sim.scenario import Scenario

from .app import App, keeps_jobs
from .clients import install_clients
from .crons import deploy_crons
from .deploy import Deployments
from .load import configure, load
from .outcomes import Outcomes
from .reading import loops as loops_in_code
from .settings import ConvexSettings as Settings

__all__ = ["DEPLOYABLE", "PATHS", "Settings", "install", "loops_in_code"]

PATHS = ("root", "bundle", "mocks", "world.export", "world.folder", "world.seed.args_file")
"""The keys that name files and folders."""
DEPLOYABLE = ("root", "bundle", "env")
"""What a deployment may change in mid-run: the code, and environment variables."""


def install(backend: Backend, scenario: Scenario) -> Callable[[], dict[str, float]]:
    """Register the project's functions, crons and clients; what it returns counts documents."""
    settings = scenario.app
    assert isinstance(settings, Settings)
    loaded = load(backend, scenario)
    configure(loaded.machine, scenario, settings, {}, kept=keeps_jobs(settings, loaded.source))
    app = App(backend, scenario, loaded, loaded.about)
    deploy_crons(backend, loaded.about.crons)
    backend.declared.elsewhere = tuple(loaded.about.tables)
    Deployments(backend, loaded, settings, app.subscriptions)
    install_clients(backend, scenario, app)
    return Outcomes(backend, loaded, app.visits).count
