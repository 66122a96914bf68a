"""The incident report's figures beside the model's, each gap with its computed reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.app import Settings
from sim.billing import PRICES, Plan
from sim.result import Result
from sim.scenario import DAYS_PER_MONTH, MILLISECOND, Scenario

AUTO_GENERATE = "setlists:autoGenerateSetlist"
UPDATE_SPOTIFY = "artists:updateSpotifyData"
SYNC = "spotify:syncArtistCatalog"
INCIDENT_DAYS = 3
"""incident-report.md, Cost impact: previous spike (3 days)."""
SPIKE_GB_HOURS = 80
NORMAL_CALLS_PER_DAY = 4_000_000


@dataclass(frozen=True, slots=True)
class Claim:
    """One figure of the report, the model's, and why they differ where they do."""

    metric: str
    reported: str
    """As the report puts it."""
    section: str
    """The report's section."""
    low: float
    high: float | None
    """The range in which the model agrees with the report; no upper end if None."""
    model: float
    unit: str = ""
    reason: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the model's figure lies within the report's, tolerance included."""
        return self.low <= self.model and (self.high is None or self.model <= self.high)


def incident_table(scenarios: Sequence[Scenario], results: Sequence[Result]) -> list[Claim]:
    """The report's before/after figures; empty unless buggy and fixed runs of the app are there."""
    pairs = [
        (scenario, result)
        for scenario, result in zip(scenarios, results, strict=True)
        if isinstance(scenario.app, Settings)
    ]
    spikes = [pair for pair in pairs if pair[0].revision == "buggy"]
    fixes = [pair for pair in pairs if pair[0].revision in ("fixed", "hardened")]
    claims: list[Claim] = []
    if spikes:
        claims += _spike_claims(*spikes[0])
    if fixes:
        claims += _fix_claims(*fixes[0])
    return claims


def _spike_claims(scenario: Scenario, result: Result) -> list[Claim]:
    days = result.scenario.horizon_s / 86_400
    generate, update = result.by_function.get(AUTO_GENERATE), result.by_function.get(UPDATE_SPOTIFY)
    if generate is None or update is None:
        return []
    summary, cost = "Problem summary", "Cost impact"
    factor = INCIDENT_DAYS / days
    gb_hours = result.compute.action_gb_hours_per_day * INCIDENT_DAYS
    return [
        Claim("spike: function calls per day", "19M", summary, 18.05e6, 19.95e6,
              result.calls.per_day),
        Claim(f"spike: {AUTO_GENERATE} per day", "3.2M", summary, 2.56e6, 3.84e6,
              generate.per_day),
        Claim(f"spike: conflicts of {AUTO_GENERATE}, failed", "6.2K", summary, 6200 / 3, 6200 * 3,
              generate.conflicts_failed / days,
              reason=f"per day; besides, {generate.conflicts_retried / days:,.0f} attempts a day "
                     "were retried, each metered as a call"),
        Claim(f"spike: conflicts of {UPDATE_SPOTIFY}, failed", "701", summary, 701 / 3, 701 * 3,
              update.conflicts_failed / days,
              reason=f"per day; besides, {update.conflicts_retried / days:,.0f} attempts a day "
                     "were retried, each metered as a call"),
        Claim("spike: calls in 3 days", "57M", cost, 54.15e6, 59.85e6,
              result.calls.per_day * INCIDENT_DAYS),
        Claim("spike: action compute in 3 days", "~80", cost, 64, 96, gb_hours, "GB-hours",
              _compute_reason(scenario, result, days)),
        Claim("spike: cost of 3 days", "$200-300", cost, 200, 300,
              result.cost.marginal_usd * factor, "$",
              _cost_reason(result, factor)),
    ]  # fmt: skip


def _fix_claims(scenario: Scenario, result: Result) -> list[Claim]:
    expected, checks = "Expected improvements", "Monitoring checklist"
    conflicts = result.conflicts.retried + result.conflicts.failed
    generated = [result.by_function[name] for name in (AUTO_GENERATE, UPDATE_SPOTIFY)
                 if name in result.by_function]  # fmt: skip
    own = sum(use.conflicts_retried + use.conflicts_failed for use in generated)
    outcomes = result.outcomes
    return [
        Claim("fix: function calls per day", "~4M", expected, 3.8e6, 4.4e6, result.calls.per_day),
        Claim("fix: write conflicts of the two functions", "<10", expected, 0, 9, own,
              reason=f"{conflicts:,} on all functions, retried and failed together"),
        Claim("fix: action compute per day", "<5", checks, 0, 5,
              result.compute.action_gb_hours_per_day, "GB-hours"),
        Claim("fix: database bandwidth per day", "<500", checks, 0, 500,
              result.database.bandwidth_mb_per_day, "MB"),
        Claim("fix: placeholders created", "yes", checks, 1, None,
              outcomes["setlists_placeholder"]),
        Claim("fix: catalog syncs completed", "yes", checks, 1, None,
              outcomes["catalogs_synced"],
              reason=_sync_reason(outcomes)),
        Claim("fix: cost per month", "$20-30", "Cost impact", 20, 30,
              result.cost.projected_monthly_usd, "$", _month_reason(_plan(scenario))),
    ]  # fmt: skip


def _plan(scenario: Scenario) -> Plan:
    return PRICES[scenario.platform.profile].plans[scenario.billing.plan]


def _compute_reason(scenario: Scenario, result: Result, days: float) -> str:
    """At which run time 80 GB-hours would hold, and whether the requests of a sync fit in it."""
    sync = result.by_function.get(SYNC)
    if sync is None or not sync.gb_hours:
        return ""
    gigabytes = scenario.platform.actions.node_memory / 2**30
    runs = sync.calls / days * INCIDENT_DAYS
    implied_ms = SPIKE_GB_HOURS / gigabytes * 3_600_000 / runs
    model_ms = sync.time_s / sync.calls * 1000
    latency, external = scenario.platform.latency, scenario.external
    floor_ms = (
        2 * latency.query.low + external.latency.low + external.rejected_latency.low
    ) / MILLISECOND
    fits = "fits" if floor_ms <= implied_ms else "does not fit"
    return (
        f"{SPIKE_GB_HOURS} GB-hours over {runs / 1e6:.1f}M syncs of {gigabytes:g} GB would be "
        f"{implied_ms:.0f} ms a sync; two queries, a token and a refused search take at least "
        f"{floor_ms:.0f} ms, which {fits}, but the mean sync takes {model_ms:.0f} ms here, since "
        "the admitted ones wait 350 ms a page and generate every setlist inline"
    )


def _cost_reason(result: Result, factor: float) -> str:
    lines = [
        f"{line.quantity * factor:,.1f} {line.unit} × ${line.price:.2f}"
        for line in result.cost.lines
        if line.item not in ("storage", "seats")
    ]
    return " + ".join(lines) + ", with the month's quota used up"


def _month_reason(plan: Plan) -> str:
    """What 4M calls a day cost on this plan, without anything else."""
    millions = NORMAL_CALLS_PER_DAY * DAYS_PER_MONTH / 1e6
    price = plan.calls
    return (
        f"4M calls a day are {millions:.0f}M a month: ({millions:.0f} - {price.included:.0f}) × "
        f"${price.usd:.2f} = ${(millions - price.included) * price.usd:.0f} for calls alone; "
        f"${30:.0f} buys {30 / price.usd + price.included:.0f}M calls a month, "
        f"{(30 / price.usd + price.included) / DAYS_PER_MONTH:.2f}M a day"
    )


def _sync_reason(outcomes: dict[str, float]) -> str:
    skipped, admitted = outcomes["sync_skipped_by_guard"], outcomes["sync_attempts"]
    return f"{skipped:,.0f} of {skipped + admitted:,.0f} syncs were skipped by the guard"
