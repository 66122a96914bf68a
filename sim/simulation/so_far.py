"""A run in progress: its metrics at the cost of the counters that each of them reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from sim._version import __version__
from sim.counters import Counters
from sim.metrics import ALL, Selection
from sim.observation import LiveRun
from sim.result import Cost, CronUse, ExternalUse, Performance, Result, SchedulerUse
from sim.scenario import DAY, Scenario

from .collect import collect
from .parts import TRANSACTIONS, OfNode, OfSelection, cost_of, external_use, scheduler_use


class SoFar:
    """The totals of what has been simulated up to a moment; a `Measurable`.

    Rates are over the whole horizon, so a metric that cannot fall is a lower bound of its final
    value. It is to be read while the run stands at that moment.
    """

    def __init__(self, scenario: Scenario, engine: str, live: LiveRun) -> None:
        self._scenario = scenario
        self._engine = engine
        self._live = live
        self._totals: dict[Selection, Counters] = {}
        self._whole: Result | None = None

    @property
    def days(self) -> float:
        """The horizon in days."""
        return self._scenario.horizon / DAY

    @property
    def refused(self) -> int:
        """Calls refused while the deployment was paused or disabled."""
        refusals = self._live.refusals()
        return refusals.disabled + refusals.organic

    @property
    def scheduler(self) -> SchedulerUse:
        """The scheduler, without its series."""
        return scheduler_use(self._live.scheduler(), self._scenario)

    @property
    def crons(self) -> Mapping[str, CronUse]:
        """The crons."""
        return self._live.crons()

    @property
    def external(self) -> ExternalUse:
        """The third-party API."""
        return external_use(self._live.external())

    @property
    def cost(self) -> Cost:
        """The bill up to now."""
        return cost_of(
            self._total(ALL),
            node=self._live.total(OfNode.of(self._scenario)),
            transactions=self._live.total(TRANSACTIONS),
            scenario=self._scenario,
        )

    @property
    def outcomes(self) -> Mapping[str, float]:
        """None: they are counted when a time bin ends."""
        return {}

    def used(self, selection: Selection) -> Iterable[Counters]:
        """What the functions that a selection matches have used."""
        return [self._total(selection)]

    def called(self, selection: Selection) -> int:
        """The calls that a selection matches."""
        return self._total(selection).calls

    def whole(self) -> Result:
        """Everything that the run says up to now, outcomes and lineages aside; this takes time."""
        if self._whole is None:
            self._whole = collect(
                self._scenario, self._live.observe(), Performance(0.0, 0, 0.0),
                engine=self._engine, version=__version__,
            )  # fmt: skip
        return self._whole

    def _total(self, selection: Selection) -> Counters:
        if selection not in self._totals:
            self._totals[selection] = self._live.total(OfSelection(selection))
        return self._totals[selection]


class Glances:
    """What there is so far, the same for all who look at the same moment."""

    def __init__(self, scenario: Scenario, engine: str) -> None:
        self._scenario = scenario
        self._engine = engine
        self._now = -1
        self._so_far: SoFar | None = None

    def at(self, now: int, live: LiveRun) -> SoFar:
        """The run as it is now."""
        if self._so_far is None or now != self._now:
            self._now = now
            self._so_far = SoFar(self._scenario, self._engine, live)
        return self._so_far


class Glance:
    """Looks at the run at regular intervals.

    ``look(now, so_far)`` gets the simulated time (µs); an exception from it ends the run.
    """

    def __init__(self, every: int, look: Callable[[int, SoFar], None]) -> None:
        self.every = every
        self.again_after = 0
        self._look = look
        self._glances: Glances | None = None

    def of(self, glances: Glances) -> Glance:
        """The same glance for one run."""
        glance = Glance(self.every, self._look)
        glance._glances = glances
        return glance

    def look(self, now: int, live: LiveRun) -> None:
        """Look, as an `Observer` does."""
        assert self._glances is not None
        self._look(now, self._glances.at(now, live))
