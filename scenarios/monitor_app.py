"""How to model an app of one's own: a monitor that polls a service and reschedules itself.

The bug it shows: every probe schedules the next one, and a cron starts the monitor "in case it
stopped". It never stops, so each cron run adds one more chain of probes that live for ever. Nobody
has to be on the site.

An app module has a `Settings` model (the keys of the scenario's `app:` section) and `install`,
which declares documents and registers functions on the backend and returns a callable that counts
outcomes. Queries and mutations are plain functions of a transaction; actions are generators over
`ctx`. Written like that, an app runs on both engines.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.backend import Backend, Context, Snapshot, Steps, Transaction
from sim.scenario import Count, Duration, Interval, Scenario, param
from sim.scenario import Settings as BaseSettings


class Settings(BaseSettings):
    """The keys of `app:` in monitor.yaml."""

    name: str = param("monitor_app", "This module.")
    every: Interval = param("5m", "Interval of the cron that starts the monitor.")
    period: Duration = param("10s", "Pause between a probe and the next one of its chain.")
    already_running: Count = param(0, "Chains that run when the simulation starts.")
    check_running: bool = param(False, "The fix: start a chain only if none is running.")


def install(backend: Backend, scenario: Scenario) -> Callable[[], dict[str, float]]:
    """Declare the monitor's data, and register its functions and its cron."""
    settings = scenario.app
    assert isinstance(settings, Settings)
    chains = backend.document("chains", settings.already_running, size=100)
    reports = backend.document("reports", size=100)

    def start(tx: Transaction) -> None:
        """The cron's mutation: one more chain, whether or not one is running."""
        running = tx.get(chains)
        if settings.check_running and running:
            return
        tx.put(chains, running + 1)
        tx.schedule(0, "monitor:probe")

    def target(tx: Snapshot) -> int:
        """What to probe."""
        return int(tx.get(chains))

    def record(tx: Transaction) -> None:
        """Write the probe's result; an insert conflicts with nobody."""
        tx.insert(reports, 1, size=100)

    def probe(ctx: Context) -> Steps:
        """Look up the target, ask it, write down the answer, and schedule the next probe."""
        yield from ctx.query("monitor:target")
        yield from ctx.http(limited=False)
        yield from ctx.run_mutation("monitor:record")
        yield from ctx.schedule(settings.period, "monitor:probe")

    def resume(ctx: Context) -> Steps:
        """The chains that were there before the simulation starts, spread over a period."""
        yield from ctx.schedule(0, "monitor:probe")

    backend.query("monitor:target", target)
    backend.mutation("monitor:start", start)
    backend.mutation("monitor:record", record)
    backend.action("monitor:probe", probe)
    backend.cron("ensure-monitor", "monitor:start", every=settings.every)
    for chain in range(settings.already_running):
        backend.client(settings.period * chain // settings.already_running, resume)
    backend.script("resume", resume)
    return lambda: {
        "chains": backend.newest("chains"),
        "probes_recorded": backend.newest("reports"),
    }
