"""Hand-written corner scenarios, each with what must happen in it: equal empty runs prove nothing.

A corner also names settings `without` which the feature is off: the result must then be another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

from sim import Result, Scenario
from sim.scenario import overlay, scenario_from

from .strategies import BASE, HUGE, Settings

GENERATE: Final = "setlists:autoGenerateSetlist"
SONGS: Final = "songs:getByArtistInternal"
REFRESH: Final = "setlists:refreshMissingAutoSetlists"
SYNC: Final = "spotify:syncArtistCatalog"
UPDATE: Final = "artists:updateSpotifyData"
FIELDS: Final = "maintenance:populateMissingFields"
IMPORT: Final = "ticketmaster:triggerFullArtistSync"
SHOW: Final = "shows:createFromTicketmaster"

Happened = Callable[[Result], bool]


@dataclass(frozen=True)
class Corner:
    """A scenario, what happens in it, and the settings that make it not happen."""

    name: str
    settings: Settings
    happened: Happened
    without: Settings = field(default_factory=dict)

    def scenario(self, changes: Settings | None = None) -> Scenario:
        """The corner's scenario, with changes laid over it."""
        small = overlay({**BASE, "horizon": "20s", "bin": "6s", "revision": "buggy"}, self.settings)
        return scenario_from(overlay(small, changes or {}))


# -- what is looked at -------------------------------------------------------------------------


def calls(result: Result, name: str) -> int:
    """Calls of a function."""
    use = result.by_function.get(name)
    return use.calls if use else 0


def errors(result: Result, name: str) -> int:
    """Calls of a function that ended in an error."""
    use = result.by_function.get(name)
    return use.errors if use else 0


def caused(result: Result, name: str, caller: str) -> int:
    """Calls of a function by one caller."""
    use = result.by_function.get(name)
    return use.by_caller.get(caller, 0) if use else 0


def gave_up(type_: str) -> Happened:
    """Whether calls of a type were refused for want of a place."""
    return lambda result: any(
        bound.name == f"{type_} concurrency" and not bound.detail.endswith(" 0 gave up")
        for bound in result.bounds
    )


def disabled_and_back(result: Result) -> bool:
    """Whether the deployment was disabled, and took calls again after the window."""
    kinds = [event.threshold for event in result.usage_limits]
    modelled = [
        sum(use.per_bin[-1] for use in result.by_function.values() if "flow" not in use.by_trigger)
    ]
    return "disable" in kinds and modelled[0] > 0 and result.calls.refused > 0


def met(name: str) -> Happened:
    """Whether a limit is among the bounds."""
    return lambda result: any(bound.name == name for bound in result.bounds)


def beyond_the_limits(name: str) -> Happened:
    """Whether a function's transactions broke a limit."""
    return lambda result: errors(result, name) > 0 and met("transaction limits")(result)


def ran(cron: str, runs: int) -> Happened:
    """Whether a cron ran so often."""
    return lambda result: result.crons[cron].runs == runs


# -- parts of settings -------------------------------------------------------------------------

CROWD: Final[Settings] = {"visitors": {"page_views": "3M/day", "imports": "40k/day"}}
"""Many clients: about 35 views and half an import a second."""
QUIET: Final[Settings] = {"refresh": {"enabled": False}, "backfill": {"enabled": False}}
NOTHING_TAKES_TIME: Final[Settings] = {
    "scheduler": {"overhead": 0}, "latency": {"query": 0, "mutation": 0, "commit": 0},
}  # fmt: skip
FREE_API: Final[Settings] = {"rate_limit": 0, "error_rate": 0}
ONE_FILTERED: Final[Settings] = {
    "shows": 4, "shows_without_setlist": 3, "artists_with_songs": 1,
    "filtered": [3], "unknown": [], "importable": [],
}  # fmt: skip
SOME_TO_IMPORT: Final[Settings] = {"filtered": [], "unknown": [], "importable": [3]}


def platform(**sections: Any) -> Settings:
    """Settings of the platform alone."""
    return {"platform": sections}


def at_midnight(metric: str, window: str, threshold: int, **settings: Any) -> Settings:
    """Disabled in the last minute of a month, watched every second, enabled in the next one."""
    limit = {"metric": metric, "window": window, "warn": 0, "disable": threshold}
    watched = platform(usage_limits=[limit], usage_limit_interval="1s")
    return overlay(
        {"starts": "2025-11-30T23:59:00Z", "horizon": "90s", "bin": "30s", "app": CROWD,
         "population": ONE_FILTERED, "external": {"rate_limit": 100}},
        overlay(watched, settings),
    )  # fmt: skip


# -- conflicts and retries ---------------------------------------------------------------------

CONFLICTS: Final = [
    *(
        Corner(
            f"calls fail after {retries} retries",
            {"app": CROWD, "population": {"artist_writes": "20M/day"}}
            | platform(occ={"called_retries": retries}),
            lambda r: r.conflicts.failed > 0,
            {"population": {"artist_writes": 0}},
        )
        for retries in range(6)
    ),
    Corner(
        "scheduled mutations are retried without limit",
        {"app": {"cascade": {"mode": "scheduled"}},
         "population": ONE_FILTERED | {"artist_writes": "30M/day"}}
        | platform(occ={"scheduled": {"initial": "1ms", "max": "2ms"}}),
        lambda r: r.by_function[GENERATE].conflicts_retried > 6 * r.scheduler.created,
        platform(occ={"scheduled": {"initial": "10s", "max": "1h"}}),
    ),
    Corner(
        "crons lose conflicts too",
        {"app": {"background": True}, "population": {"artist_writes": "10M/day"}},
        lambda r: r.by_function["artists:updateAllTrending"].conflicts_retried > 0,
        platform(occ={"cron": {"initial": "10s", "max": "2h"}}),
    ),
    Corner(
        "pending commits conflict without organic traffic",
        {"population": ONE_FILTERED, "external": FREE_API} | platform(latency={"commit": "150ms"}),
        lambda r: r.conflicts.retried > 10,
        platform(latency={"commit": 0}),
    ),
    Corner(
        "a backoff of zero, and one beyond 32 bits",
        {"population": ONE_FILTERED | {"artist_writes": "10M/day"}, "external": FREE_API}
        | platform(occ={"called": {"initial": 0}, "scheduled": {"initial": "2h", "max": "5h"}}),
        lambda r: r.conflicts.retried > 0,
        platform(occ={"called": {"initial": "1s"}}),
    ),
    Corner(
        "retries wait until the write they lost to is visible",
        {"population": ONE_FILTERED, "external": FREE_API}
        | platform(latency={"commit": "300ms"}, occ={"wait_until_visible": True}),
        lambda r: r.conflicts.retried > 0,
        platform(occ={"wait_until_visible": False}),
    ),
]  # fmt: skip

# -- the scheduler and the limits of concurrency -----------------------------------------------

QUEUES: Final = [
    Corner(
        "jobs wait for the only slot",
        platform(scheduler={"parallelism": 1}),
        lambda r: r.scheduler.peak_backlog > 5,
        platform(scheduler={"parallelism": 300}),
    ),
    Corner(
        "passes of the executor start many jobs together",
        {"app": CROWD} | platform(scheduler={"parallelism": 3, "pass_time": "100ms..900ms"}),
        lambda r: r.scheduler.peak_backlog > 3,
        platform(scheduler={"pass_time": 0}),
    ),
    Corner(
        "one pass starts more jobs than there was ever room for",
        {"app": {"refresh": {"limit": 250, "stagger": 0}},
         "population": {"shows": 300, "shows_without_setlist": 250}}
        | platform(scheduler={"parallelism": 300, "pass_time": "300ms"}),
        lambda r: calls(r, GENERATE) > 200,
        platform(scheduler={"pass_time": "2s"}),
    ),
    Corner(
        "passes take time while the deployment is paused and its queue is cleared",
        {"app": CROWD,
         "deployments": {
             "p": {"at": "4s", "action": "pause"}, "c": {"at": "5s", "action": "clear-queue"},
             "r": {"at": "6s", "action": "resume"}, "again": {"at": "9s", "action": "clear-queue"},
         }} | platform(scheduler={"parallelism": 2, "pass_time": "700ms"}),
        lambda r: r.scheduler.dropped > 3 and r.scheduler.executed > 5,
        platform(scheduler={"pass_time": 0}),
    ),
    Corner(
        "the cap of outstanding jobs refuses",
        {"app": CROWD} | platform(scheduler={"outstanding_cap": 3}),
        lambda r: met("outstanding-job cap")(r) and r.scheduler.executed > 3,
        platform(scheduler={"outstanding_cap": HUGE}),
    ),
    Corner(
        "the cap of one function's jobs refuses mutations and actions",
        {"app": CROWD} | platform(scheduler={"per_function_cap": 2}),
        lambda r: (
            errors(r, REFRESH) > 0 and errors(r, IMPORT) > 0 and met("per-function job cap")(r)
        ),
        platform(scheduler={"per_function_cap": HUGE}),
    ),
    Corner(
        "nothing may be scheduled",
        platform(scheduler={"outstanding_cap": 0}),
        lambda r: r.scheduler.created == 0 and r.scheduler.rejected > 0,
        platform(scheduler={"outstanding_cap": 1}),
    ),
    *(
        Corner(
            f"{kind} wait for {places} places and give up",
            {"app": CROWD | {"background": True}}
            | platform(
                concurrency={kind: places, "transaction_wait": "10ms", "action_wait": wait},
                latency={"query": "50ms", "mutation": "50ms"},
            ),
            gave_up(name),
            platform(concurrency={kind: 500}),
        )
        for (kind, name), (places, wait) in product(
            {"queries": "query", "mutations": "mutation", "actions": "action",
             "node_actions": "Node action"}.items(),
            ((0, "0s"), (1, "20ms")),
        )
    ),
    Corner(
        "queued actions get their place",
        {"app": CROWD} | platform(concurrency={"node_actions": 2, "action_wait": "5s"}),
        lambda r: any(b.name == "Node action concurrency" for b in r.bounds),
        platform(concurrency={"node_actions": 64}),
    ),
    Corner(
        "organic traffic takes the places",
        {"app": CROWD, "traffic": {"organic": {"rate": "4000/s", "query_time": "4ms"}}},
        lambda r: any(b.name == "query concurrency" for b in r.bounds),
        {"traffic": {"organic": {"query_time": 0}}},
    ),
    Corner(
        "no function may call another",
        {"app": CROWD | {"background": True}} | platform(concurrency={"call_depth": 0}),
        lambda r: errors(r, FIELDS) > 0 and calls(r, IMPORT) == 0 and met("call depth")(r),
        platform(concurrency={"call_depth": 1}),
    ),
]  # fmt: skip

# -- limits of transactions and actions --------------------------------------------------------

LIMITS: Final = [
    *(
        Corner(f"{name}: {limit}", {"app": CROWD | {"background": True},
                                       "population": {"artists_with_songs": 9}}
               | platform(transactions=limit, latency={"document": "5ms"}),
               beyond_the_limits(name),
               platform(transactions=dict.fromkeys(limit, off)))
        for name, limit, off in (
            (REFRESH, {"documents_read": 10}, HUGE),
            ("artists:updateAllTrending", {"documents_written": 11}, HUGE),
            ("artists:updateAllTrending", {"bytes_read": "3kB"}, "1GB"),
            ("artists:getStale", {"bytes_read": "2kB"}, "1GB"),
            (REFRESH, {"time": "10ms"}, "1h"),
        )
    ),
    Corner(
        "a large transaction takes longer",
        platform(latency={"document": "20ms"}, transactions={"time": "10s"}),
        lambda r: r.by_function[REFRESH].time_s > 0.3,
        platform(latency={"document": 0}),
    ),
    *(
        Corner(
            f"Node actions time out after {time_out}",
            {"app": CROWD} | platform(actions={"node_timeout": time_out}),
            lambda r: errors(r, SYNC) > 0 and met("action time-out")(r),
            platform(actions={"node_timeout": "10m"}),
        )
        for time_out in ("0s", "5ms", "100ms", "300ms", "1s")
    ),
    *(
        Corner(
            f"an action that called another times out after {time_out}",
            {"app": {"background": True}} | platform(actions={"timeout": time_out}),
            lambda r: errors(r, FIELDS) == 1,
            platform(actions={"timeout": "10m"}),
        )
        for time_out in ("1ms", "50ms", "300ms", "1s")
    ),
    Corner(
        "the called action times out and its caller goes on without it",
        {"app": {"background": True}} | platform(actions={"node_timeout": "50ms"}),
        lambda r: errors(r, "ticketmaster:syncArtistShows") > 0,
        platform(actions={"node_timeout": "10m"}),
    ),
]  # fmt: skip

# -- time --------------------------------------------------------------------------------------

TIMES: Final = [
    Corner(
        "nothing takes time: everything at once ties",
        {"app": {"background": True, "visitors": {"page_views": "10M/day"}},
         "external": FREE_API | {"latency": 0}} | platform(**NOTHING_TAKES_TIME),
        lambda r: r.scheduler.executed > 50,
        platform(latency={"commit": "1us"}),
    ),
    Corner(
        "everything takes ten milliseconds",
        {"app": CROWD, "external": {"latency": "10ms", "rejected_latency": "10ms"}}
        | platform(latency={"query": "10ms", "mutation": "10ms", "commit": "10ms"},
                   scheduler={"overhead": "10ms", "parallelism": 3}),
        lambda r: r.scheduler.peak_backlog > 0 and r.conflicts.retried > 0,
    ),
    *(
        Corner(
            f"latencies of {latency}",
            {"app": CROWD, "external": {"latency": latency}}
            | platform(latency=dict.fromkeys(("query", "mutation", "commit"), latency)),
            lambda r: r.scheduler.executed > 10,
            platform(latency={"query": "7ms"}),
        )
        for latency in (
            "9ms", "0s..18ms", {"mean": "9ms"}, {"p50": "6ms", "p99": "40ms"},
            {"p50": "3ms", "p99": "3ms"},
        )
    ),
    Corner(
        "functions with latencies of their own",
        {"app": CROWD}
        | platform(latency={"functions": {
            "*": {"query": {"p50": "3ms", "p95": "20ms", "p99": "90ms"}},
            "setlists:*": {"mutation": "20ms..60ms"},
            "setlists:autoGenerateSetlist": {"mutation": "7ms", "commit": "1ms..90ms"},
        }}),
        lambda r: r.scheduler.executed > 10,
        platform(latency={"functions": {"setlists:autoGenerateSetlist": {"commit": "20ms"}}}),
    ),
    Corner("a horizon of a microsecond", {"horizon": "1us"}, lambda r: "refresh" in str(r.crons)),
    Corner("bins longer than the horizon", {"bin": "21s"}, lambda r: r.bin_s > 20),
    Corner("bins of seven microseconds less", {"bin": "999993us"},
           lambda r: len(r.scheduler.backlog_per_bin) == 21),
    Corner(
        "a cron is skipped while it runs",
        {"app": {"refresh": {"every": "3ms"}}},
        lambda r: r.crons["refresh-auto-setlists"].skipped > 0,
        {"app": {"refresh": {"every": "1s"}}},
    ),
    Corner(
        "the epoch is at midnight, where a timestamp is unset",
        {"starts": "1969-12-31T23:59:59.9995Z", "app": CROWD},
        lambda r: calls(r, GENERATE) > 10,
    ),
]  # fmt: skip

# -- the music API -----------------------------------------------------------------------------

API: Final = [
    *(
        Corner(
            f"a {kind} of {limit} refuses",
            {"app": CROWD, "external": {"rate_window_kind": kind, "rate_limit": limit,
                                        "rate_window": "3s"}},
            lambda r: r.external.rejected > 10,
            {"external": {"rate_limit": 0}},
        )
        for kind, limit in product(("counter", "log"), (1, 5, 30))
    ),
    *(
        Corner(
            f"a lock-out of {lockout} after {after} refusals",
            {"app": CROWD, "external": {"lockout_after": after, "lockout": lockout,
                                        "rate_limit": 20, "rate_window": "3s"}},
            lambda r: met("API lock-out")(r) and r.external.lockouts > 0,
            {"external": {"lockout_after": 0}},
        )
        for after, lockout in ((1, "1s"), (3, "5s"), (5, "1d"))
    ),
    Corner(
        "every request fails: syncs log an error, the breaker opens",
        {"revision": "hardened", "external": {"error_rate": 1},
         "app": CROWD | {"generate": {"sync_delay": "1s", "placeholder": False},
                         "sync": {"guard_window": "500ms", "breaker_failures": 2,
                                  "status_lock": False}}},
        lambda r: (
            r.external.errors == r.external.requests > 0
            and calls(r, "errorTracking:logError") > 0
            and calls(r, "artists:recordSyncFailure") > 2
        ),
        {"app": {"sync": {"breaker_failures": HUGE}}},
    ),
    Corner(
        "some requests fail and limits beyond 64 bits hold nothing",
        {"app": CROWD, "external": {"error_rate": 0.3, "rate_limit": HUGE,
                                    "rate_window": "10000d", "lockout_after": HUGE}},
        lambda r: 0 < r.external.errors < r.external.requests,
        {"external": {"error_rate": 0.1}},
    ),
    Corner(
        "one endpoint locks the app out, the others do not",
        {"app": CROWD, "external": FREE_API | {"endpoints": {"search": {
            "rate_limit": 5, "rate_window": "5s", "lockout_after": 3, "lockout": "4s"}}}},
        lambda r: r.external.lockouts > 1 and r.external.rejected_locked_out > 3,
        {"external": {"endpoints": {"search": {"lockout_after": 0}}}},
    ),
    Corner(
        "a service that the app takes for unlimited has a daily quota, and a day begins",
        {"starts": "2025-11-08T23:59:50Z", "app": CROWD,
         "external": FREE_API | {"endpoints": {"token": {"daily_quota": 7}}}},
        lambda r: calls(r, "errorTracking:logError") > 3 and r.external.rejected > 3,
        {"starts": "2025-11-08T23:00:00Z"},
    ),
    Corner(
        "an endpoint of its own latency and errors within the common limits",
        {"app": CROWD, "population": SOME_TO_IMPORT,
         "external": {"rate_limit": 9, "rate_window": "3s",
                      "endpoints": {"search": {"latency": "200ms", "error_rate": 0.5}}}},
        lambda r: r.external.errors > 3 and r.external.rejected > 3,
        {"external": {"endpoints": {"search": {"error_rate": 0.4}}}},
    ),
    *(
        Corner(
            f"a deployment changes what the API does: {name}, {kind}",
            {"app": CROWD,
             "external": FREE_API | {
                 "rate_limit": 15, "rate_window": "3s", "rate_window_kind": kind,
                 "endpoints": {"search": {"latency": "90ms"}, "albums": {"rate_limit": 4}}},
             "deployments": {"api": {"at": "6s", "change": {"external": {name: value}}}}},
            lambda r: r.external.requests > 30,
            {"deployments": {"api": {"at": "6s", "change": {"external": {name: other}}}}},
        )
        for (name, value, other), kind in product(
            (("rate_limit", 40, 3), ("rate_limit", 0, 15), ("error_rate", 0.5, 0),
             ("daily_quota", 20, 0), ("others", 2, 0)),
            ("counter", "log"),
        )
    ),
    Corner(
        "other deployments use the limits up",
        {"app": CROWD, "external": {"rate_limit": 30, "rate_window": "5s", "others": 2.5}},
        lambda r: r.external.rejected > 10,
        {"external": {"others": 0}},
    ),
    Corner(
        "outages of one endpoint and of all",
        {"app": CROWD, "external": FREE_API | {"outages": [
            {"since": "2s", "until": "6s", "endpoint": "search"},
            {"since": "8s", "until": "12s", "status": 429}]}},
        lambda r: r.external.errors > 3 and r.external.rejected > 3 and not r.external.lockouts,
        {"external": {"outages": []}},
    ),
]  # fmt: skip

# -- usage limits ------------------------------------------------------------------------------

HEAVY: Final[Settings] = {"actions": {"node_memory": "100000GiB"}}
USAGE: Final = [
    *(
        Corner(
            f"{metric} of a {window} disable the deployment until it is over",
            at_midnight(metric, window, threshold, **settings),
            disabled_and_back,
            platform(usage_limits=[]),
        )
        for (metric, threshold, settings), window in product(
            (
                ("function_calls", 300, {}),
                ("action_gb_hours", 1, {"platform": HEAVY}),
                ("database_io_gb", 1, {"traffic": {"organic": {"rate": "100/s", "read": "2MB"}}}),
            ),
            ("day", "month"),
        )
    ),
    Corner(
        "a disabled deployment skips crons and lets jobs queue",
        at_midnight("function_calls", "day", 100, app={"refresh": {"every": "5s"}}),
        lambda r: (
            r.crons["refresh-auto-setlists"].skipped > 5 and max(r.scheduler.backlog_per_bin) > 0
        ),
        platform(usage_limits=[]),
    ),
    Corner(
        "disabled from the first look to the end",
        {"app": CROWD} | platform(usage_limits=[{"metric": "function_calls", "disable": 0}],
                                  usage_limit_interval="10ms"),
        lambda r: r.scheduler.final_backlog > 0 or r.scheduler.executed == 0,
        platform(usage_limit_interval="1s"),
    ),
    Corner(
        "two limits, of which the later window keeps it disabled",
        at_midnight("function_calls", "day", 100, starts="2025-11-08T23:59:00Z")
        | platform(usage_limits=[
            {"metric": "function_calls", "disable": 100},
            {"metric": "function_calls", "window": "month", "warn": 200, "disable": 300}],
            usage_limit_interval="700ms"),
        lambda r: [e.threshold for e in r.usage_limits].count("disable") >= 1,
        platform(usage_limits=[{"metric": "function_calls", "disable": 100}]),
    ),
]  # fmt: skip

# -- the app -----------------------------------------------------------------------------------

APP: Final = [
    *(
        Corner(
            f"{revision or 'defaults'} on {profile} {class_}",
            {"revision": revision, "app": CROWD | {"background": True}}
            | platform(profile=profile, deployment_class=class_),
            lambda r: r.scheduler.executed > 5 and calls(r, FIELDS) == 1,
        )
        for revision, profile, class_ in product(
            ("", "before", "buggy", "fixed", "hardened"), ("2025-11", "2026-08"), ("S16", "S256")
        )
    ),
    *(
        Corner(f"the later revision {revision}",
               {"revision": revision, "app": CROWD | {"refresh": {"stagger": 0}}}, happened,
               {"revision": "hardened"})
        for revision, happened in (
            ("lull", lambda r: not caused(r, SYNC, GENERATE)
             and r.outcomes["setlists_placeholder"] > 0),
            ("no-placeholder", lambda r: r.outcomes["shows_without_setlist"] > 0),
            ("cron-sync", lambda r: caused(r, SYNC, REFRESH) > 0),
            ("page-view-sync", lambda r: caused(r, SYNC, "artists:requestSync") > 0),
        )
    ),
    Corner(
        "a batch in one transaction",
        {"app": {"refresh": {"inline": True}, "backfill": {"enabled": False}}},
        lambda r: not caused(r, GENERATE, REFRESH) and caused(r, SYNC, REFRESH) > 0,
        {"app": {"refresh": {"inline": False}}},
    ),
    Corner(
        "views generate only for artists with songs",
        {"app": CROWD | QUIET | {"visitors": {"page_views": "3M/day", "imports": "0",
                                              "page_views_need_songs": True}},
         "population": {"shows_without_setlist": 8}},
        lambda r: r.outcomes["setlists_placeholder"] == 0 and calls(r, SONGS) > 0
        and calls(r, SYNC) == 0,
        {"app": {"visitors": {"page_views_need_songs": False}}},
    ),
    Corner(
        "a search that finds nothing is recorded",
        {"revision": "fixed", "population": {"unknown": [1], "filtered": [], "importable": []},
         "app": {"sync": {"records_failed_search": True, "bypass_without_songs": True},
                 "refresh": {"stagger": 0}, "generate": {"sync_delay": 0}},
         "external": FREE_API},
        lambda r: r.outcomes["artists_sync_failed"] > 0 and r.outcomes["artists_syncing"] == 0,
        {"app": {"sync": {"records_failed_search": False}}},
    ),
    Corner(
        "generation has a guard window of its own",
        {"revision": "fixed", "horizon": "40s",
         "app": {"generate": {"guard_window": "2s"}} | CROWD},
        lambda r: calls(r, SYNC) > 5,
        {"app": {"generate": {"guard_window": "24h"}}},
    ),
    *(
        Corner(
            f"a sync cascades: {cascade}",
            {"app": {"cascade": cascade}, "population": ONE_FILTERED, "external": FREE_API},
            lambda r: caused(r, GENERATE, SYNC) > 0,
            {"app": {"cascade": {"mode": "none"}}},
        )
        for cascade in (
            {"mode": "inline"}, {"mode": "inline", "limit": 1}, {"mode": "scheduled"},
            {"mode": "scheduled", "limit": 2, "stagger": "300ms"},
        )
    ),
    Corner(
        "only an import cascades",
        {"app": {"cascade": {"only_if_imported": True}},
         "population": {"importable": [2], "tracks": [3, 9]}, "external": FREE_API},
        lambda r: caused(r, GENERATE, SYNC) > 0 and r.outcomes["catalogs_synced"] > 0,
        {"app": {"cascade": {"only_if_imported": False}}},
    ),
    Corner(
        "an operator backfills by hand",
        {"app": QUIET | {"manual_backfill": {"runs": 4, "limit": 3, "wait": "4s",
                                             "starts_after": "1s"}}},
        lambda r: r.by_function[REFRESH].by_trigger == {"client": 4},
        {"app": {"manual_backfill": {"runs": 0}}},
    ),
    Corner(
        "placeholders are older than a day at the end",
        {"revision": "fixed", "horizon": "26h", "bin": "5h"},
        lambda r: r.outcomes["placeholders_older_than_24h"] > 0,
        {"app": {"generate": {"placeholder": False}}},
    ),
    Corner(
        "syncs that write only what changed",
        {"app": {"sync": {"write_unchanged": False}}, "population": ONE_FILTERED,
         "external": FREE_API},
        lambda r: calls(r, UPDATE) > 10 and r.by_function[UPDATE].written_mb < 0.02,
        {"app": {"sync": {"write_unchanged": True}}},
    ),
    Corner(
        "a sync under way locks the next one out",
        {"app": CROWD | {"sync": {"status_lock": True, "track_attempts": True, "guard_window": 0}},
         "population": ONE_FILTERED, "external": FREE_API},
        lambda r: r.outcomes["sync_skipped_by_guard"] > 0,
        {"app": {"sync": {"status_lock": False}}},
    ),
    *(
        Corner(
            f"re-synced shows are seeded: {seeding}",
            {"app": {"background": True, "seeding": seeding}},
            lambda r: caused(r, GENERATE, SHOW) > 0,
            {"app": {"seeding": {"inline": True, "delays": []}}},
        )
        for seeding in ({"inline": False, "delays": ["0s", "0s", "2s"]},
                        {"inline": True, "delays": ["1s"]})
    ),
    Corner(
        "a catalog of two pages",
        {"app": CROWD, "population": SOME_TO_IMPORT | {"tracks": [640, 640]}, "horizon": "90s",
         "external": FREE_API},
        lambda r: calls(r, "artistSongs:create") > 600 and r.outcomes["catalogs_synced"] > 0,
        {"population": {"tracks": [639, 639]}},
    ),
    Corner(
        "an import of more shows than a sync takes",
        {"app": {"visitors": {"imports": "40k/day"}}, "population": {"import_shows": 201},
         "horizon": "50s"},
        lambda r: r.outcomes["shows"] >= 212,
        {"population": {"import_shows": 199}},
    ),
    *(
        Corner(
            f"imports of artists {share or 'with a catalog'}",
            {"app": QUIET | {"visitors": {"imports": "40k/day"}}, "external": FREE_API,
             "population": dict.fromkeys(filter(None, (share,)), 1) | {"imports_filtered": 1}
             if share == "imports_filtered"
             else {"imports_filtered": 0, "imports_unknown": int(bool(share))}},
            lambda r: calls(r, "artists:create") > 0 and calls(r, SHOW) > 0,
            {"app": {"visitors": {"imports": 0}}},
        )
        for share in ("", "imports_unknown", "imports_filtered")
    ),
    Corner(
        "every background cron runs, the API's too",
        {"app": {"background": True}, "horizon": "13h", "bin": "1h", "revision": "hardened"},
        lambda r: (
            all(cron.runs for cron in r.crons.values()) and len(r.crons) == 12
            and r.by_function[UPDATE].by_caller["spotify:refreshAll"] > 5
        ),
        {"app": {"background": False}},
    ),
    Corner(
        "an empty world",
        {"app": CROWD | {"background": True, "visitors": {"imports": "40k/day"}},
         "population": {"shows": 0, "shows_without_setlist": 0, "artists_with_songs": 0,
                        "filtered": [], "unknown": [], "importable": []}},
        lambda r: r.outcomes["setlists_filled_at_start"] == 0 and r.outcomes["shows"] > 0,
        {"app": {"visitors": {"imports": 0}}},
    ),
]  # fmt: skip

# -- deployments -------------------------------------------------------------------------------

FIXED: Final[Settings] = {"change": {"revision": "fixed"}}
LOOPING: Final[Settings] = {"app": CROWD, "population": ONE_FILTERED, "external": FREE_API}
"""Jobs wait and many executions are under way whenever something is deployed."""


def deployed(**at: Settings) -> Settings:
    """Deployments by id, laid over a loop."""
    return LOOPING | {"deployments": at}


def modelled(result: Result, number: int) -> int:
    """Modelled calls in a time bin."""
    return sum(use.per_bin[number] for use in result.by_function.values())


DEPLOYMENTS: Final = [
    *(
        Corner(
            f"the fix is deployed after {at}",
            deployed(fix={"at": at, **FIXED}),
            lambda r: r.outcomes["setlists_placeholder"] > 0,
            {"deployments": {"fix": {"change": {"revision": "buggy"}}}},
        )
        for at in ("0s", "1us", "6s", "7s", "11999999us", "19s")  # bins end after 6 s and 12 s
    ),
    Corner(
        "a deployment at the horizon does nothing",
        deployed(fix={"at": "20s", **FIXED}, clear={"at": "1h", "action": "clear-queue"}),
        lambda r: r.outcomes["setlists_placeholder"] == 0 and r.scheduler.dropped == 0,
        {"deployments": {"fix": {"at": "19s"}}},
    ),
    Corner(
        "the bug is deployed, and the fix, and the bug again",
        deployed(**{f"d{n}": {"at": f"{3 * n}s", "change": {"revision": name}}
                    for n, name in enumerate(("fixed", "buggy", "hardened", "before", "buggy"))}),
        lambda r: r.outcomes["setlists_placeholder"] > 0 and caused(r, GENERATE, SYNC) > 10,
    ),
    Corner(
        "an action ends as it started: an import cascades as the old code does",
        {"app": CROWD | {"cascade": {"mode": "scheduled"}}, "external": FREE_API,
         "population": SOME_TO_IMPORT | {"tracks": [60, 60]},
         "deployments": {"none": {"at": "2s", "change": {"app.cascade.mode": "none"}}}},
        lambda r: caused(r, GENERATE, SYNC) > 0 and r.outcomes["catalogs_synced"] > 0,
        {"deployments": {"none": {"at": "0s"}}},
    ),
    Corner(
        "the queue is cleared, of what waits and of what is not due yet",
        deployed(clear={"at": "7s", "action": "clear-queue"}) | {
            "app": CROWD | {"seeding": {"delays": ["10s"]}, "background": True}},
        lambda r: r.scheduler.dropped > 20,
        {"deployments": {"clear": {"at": "20s"}}},
    ),
    Corner(
        "a cleared queue has room again below the cap",
        overlay(deployed(clear={"at": "7s", "action": "clear-queue"}),
                platform(scheduler={"outstanding_cap": 30, "overhead": "1s"})),
        lambda r: r.scheduler.rejected > 0 and r.scheduler.dropped > 10,
        {"deployments": {"clear": {"at": "20s"}}},
    ),
    Corner(
        "an empty queue is cleared",
        {"app": QUIET, "deployments": {"clear": {"at": "7s", "action": "clear-queue"}}},
        lambda r: r.scheduler.dropped == 0,
    ),
    Corner(
        "paused while every slot is taken, and resumed",
        deployed(pause={"at": "7s", "action": "pause"}, resume={"at": "13s", "action": "resume"}),
        lambda r: modelled(r, 1) < modelled(r, 0) / 2 and modelled(r, 2) > modelled(r, 1),
        {"deployments": {"resume": {"at": "7s"}}},
    ),
    Corner(
        "paused from the start: crons are skipped",
        deployed(pause={"at": "0s", "action": "pause"}),
        lambda r: r.scheduler.executed == 0 and all(not c.runs for c in r.crons.values()),
        {"deployments": {"pause": {"at": "1s"}}},
    ),
    Corner(
        "everything at one time",
        deployed(
            pause={"at": "6s", "action": "pause"}, resume={"at": "6s", "action": "resume"},
            fix={"at": "6s", **FIXED}, clear={"at": "6s", "action": "clear-queue"},
            then={"at": "6s", "change": {"app.refresh.every": "2s"}},
        ),
        lambda r: r.scheduler.dropped > 0 and r.crons["refresh-auto-setlists"].runs > 5,
        {"deployments": {"clear": {"at": "7s"}}},
    ),
    Corner(
        "a usage limit keeps a deployment disabled that is resumed",
        overlay(
            at_midnight("function_calls", "day", 300),
            {"deployments": {"pause": {"at": "20s", "action": "pause"},
                             "resume": {"at": "30s", "action": "resume"}}},
        ),
        lambda r: modelled(r, 1) == 0 < modelled(r, 2),
        platform(usage_limits=[]),
    ),
    Corner(
        "a pause outlasts the window of a usage limit",
        overlay(
            at_midnight("function_calls", "day", 300),
            {"deployments": {"pause": {"at": "20s", "action": "pause"},
                             "resume": {"at": "75s", "action": "resume"}}},
        ),
        lambda r: modelled(r, 2) > 0,
        {"deployments": {"resume": {"at": "20s"}}},
    ),
    *(
        Corner(
            f"a cron every 4 s is deployed every {every} after 9 s",
            {"app": {"refresh": {"every": "4s"}},
             "deployments": {"often": {"at": "9s", "change": {"app.refresh.every": every}}}},
            ran("refresh-auto-setlists", runs),
        )
        # At 0, 4 and 8 s; then from 8 s on at the new interval, at 9 s if that is past.
        for every, runs in (("1s", 14), ("500ms", 25), ("4s", 5), ("11s", 4), ("1h", 3))
    ),
    Corner(
        "a cron is deployed no more, and anew",
        {"app": {"refresh": {"every": "4s"}},
         "deployments": {"off": {"at": "5s", "change": {"app.refresh.enabled": False}},
                         "on": {"at": "10s", "change": {"app.refresh.enabled": True}}}},
        ran("refresh-auto-setlists", 5),  # after 0, 4, 10, 14 and 18 s
    ),
    Corner(
        "the first cron of all is deployed, with a larger batch than ever",
        {"app": QUIET | {"background": False},
         "population": {"shows": 300, "shows_without_setlist": 290},
         "deployments": {"on": {"at": "5s", "change": {
             "app.backfill": {"enabled": True, "every": "6s", "limit": 280},
             "app.refresh": {"enabled": True, "every": "5s", "limit": 3}}}}},
        lambda r: r.crons["backfill-legacy-setlists"].runs == 3 and r.scheduler.created > 280,
        {"deployments": {"on": {"at": "20s"}}},
    ),
    Corner(
        "a cron that waits for a slot runs with the arguments of the new code",
        {"app": {"refresh": {"every": "1h", "limit": 0},
                 "backfill": {"enabled": True, "limit": 9}},
         "deployments": {"less": {"at": "50ms", "change": {"app.backfill.limit": 1}}}}
        | platform(scheduler={"parallelism": 1, "overhead": "100ms"}),
        lambda r: caused(r, GENERATE, REFRESH) <= 1,
        {"deployments": {"less": {"at": "10s"}}},
    ),
    Corner(
        "a stagger is deployed between the runs of a backfill by hand",
        {"app": QUIET | {"manual_backfill": {"runs": 2, "limit": 9, "wait": "5s"}},
         "deployments": {"slow": {"at": "4s", "change": {"app.refresh.stagger": "1h"}}}},
        lambda r: r.scheduler.pending > 5,
        {"deployments": {"slow": {"at": "6s"}}},
    ),
]  # fmt: skip

# -- jobs and the commits that schedule them ---------------------------------------------------

LATE: Final = platform(
    scheduler={"overhead": 0, "parallelism": 300}, latency={"mutation": "10ms", "commit": "3s"}
)
"""A commit is visible three seconds after its validation, and a job starts at once."""
BY_SECOND: Final[Settings] = overlay(LATE, {
    "bin": "1s", "population": ONE_FILTERED | {"filtered": [], "unknown": [3]},
    "external": FREE_API, "app": {"cascade": {"mode": "none"}, "backfill": {"enabled": False}},
})  # fmt: skip
"""A cron schedules three generations at once, each of them a sync that finds nothing."""


def by_second(name: str, *expected: int) -> Happened:
    """Whether a function was called so often in each of the first seconds."""
    return lambda result: tuple(result.by_function[name].per_bin[: len(expected)]) == expected


VISIBILITY: Final = [
    Corner(
        "jobs of a mutation that only schedules start when it is visible",
        BY_SECOND,
        by_second(GENERATE, 0, 0, 0, 3),
        platform(latency={"commit": 0}),
    ),
    Corner(
        "jobs of jobs start when these are visible",
        BY_SECOND,
        by_second(SYNC, 0, 0, 0, 0, 0, 0, 3),
        platform(latency={"commit": 0}),
    ),
    Corner(
        "jobs of a mutation that writes too start when it is visible",
        overlay(BY_SECOND, {"app": {"generate": {"placeholder": True}}}),
        by_second(SYNC, 0, 0, 0, 0, 0, 0, 3),
        platform(latency={"commit": 0}),
    ),
    Corner(
        "a job that is due later than its commit is visible starts when it is due",
        overlay(BY_SECOND, {"app": {"generate": {"sync_delay": "4s"}}}),
        by_second(SYNC, 0, 0, 0, 0, 0, 0, 0, 3),
        {"app": {"generate": {"sync_delay": "2s"}}},
    ),
    Corner(
        "commits that only schedule are visible in their order",
        BY_SECOND | {"app": CROWD}
        | platform(scheduler={"overhead": 0}, latency={"commit": "1us..5s"}),
        lambda r: r.scheduler.executed > 20,
        platform(latency={"commit": "2s..3s"}),
    ),
    Corner(
        "a large transaction's jobs wait for its later commit",
        overlay(BY_SECOND, platform(
            latency={"document": "500ms"}, transactions={"time": "10s"})) | {
                "population": ONE_FILTERED | {"shows": 12, "shows_without_setlist": 3,
                                              "filtered": [], "unknown": [3]}},
        lambda r: sum(r.by_function[GENERATE].per_bin[:4]) == 0 < calls(r, GENERATE),
        platform(latency={"document": 0}),
    ),
    Corner(
        "a retried mutation's jobs wait for the attempt that won",
        overlay(LOOPING, LATE)
        | platform(scheduler={"overhead": 0}, latency={"commit": "300ms"}),
        lambda r: r.conflicts.retried > 10 and caused(r, GENERATE, SYNC) > 0,
        platform(latency={"commit": 0}),
    ),
    Corner(
        "the queue is cleared while the commit is pending that scheduled jobs",
        BY_SECOND | {"deployments": {
            "clear": {"at": "1s", "action": "clear-queue"}}},
        lambda r: r.scheduler.dropped == 3 and calls(r, GENERATE) == 0,
        {"deployments": {"clear": {"at": "4s"}}},
    ),
    *(
        Corner(
            f"paused while a commit is pending, and resumed after {resumed}",
            BY_SECOND | {"deployments": {
                "pause": {"at": "1s", "action": "pause"},
                "resume": {"at": resumed, "action": "resume"}}},
            by_second(GENERATE, *counts),
            {"deployments": {"resume": {"at": "7s"}}},
        )
        for resumed, counts in (("2s", (0, 0, 0, 3)), ("5s", (0, 0, 0, 0, 0, 3)))
    ),
    Corner(
        "the fix is deployed while the commit is pending that scheduled the bug's jobs",
        BY_SECOND | {"deployments": {"fix": {"at": "1s", **FIXED}}},
        lambda r: by_second(GENERATE, 0, 0, 0)(r) and r.outcomes["setlists_placeholder"] > 0,
        {"deployments": {"fix": {"at": "4s"}}},
    ),
]  # fmt: skip

CORNERS: Final = [
    *VISIBILITY,
    *DEPLOYMENTS,
    *CONFLICTS,
    *QUEUES,
    *LIMITS,
    *TIMES,
    *API,
    *USAGE,
    *APP,
]
