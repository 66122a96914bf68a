"""Random small scenarios of the setlist app: each runs in milliseconds, all of them go everywhere.

What is drawn is plain data, as a file would hold it. Rates, intervals and windows are drawn as a
number per horizon, so that a scenario of a millisecond is as eventful as one of a day. Three rules
keep runs short, and keep time moving: see `_bounded`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from sim.apps.setlist import ENDPOINTS
from sim.scenario import DAY, HOUR, MILLISECOND, MINUTE, SECOND, format_duration, overlay
from sim.scenario.distribution import WIDEST

Settings = dict[str, Any]

BASE: Final[Settings] = {
    "app": {"background": False, "visitors": {"page_views": 0, "imports": 0}},
    "population": {
        "shows": 12, "shows_without_setlist": 9, "artists_with_songs": 3, "upcoming": 1,
        "filtered": [2, 1], "unknown": [1], "importable": [2], "tracks": [1, 20],
    },
    "traffic": {"organic": {"rate": 0}},
}  # fmt: skip
"""What is not drawn is this small world rather than the real one's size."""

BURSTS: Final = (1, 20 * MILLISECOND, 400 * MILLISECOND, 2 * SECOND, 5 * SECOND, 15 * SECOND)
MINUTES: Final = (MINUTE, 7 * MINUTE, 20 * MINUTE)
HOURS: Final = (HOUR, 5 * HOUR, 13 * HOUR, 26 * HOUR)
"""Horizons: the crons every twelve hours need the longest, thousands of short runs the shortest."""
FEW_SLOTS: Final = 12
LATER: Final = ("lull", "no-placeholder", "cron-sync", "page-view-sync")
"""Revisions that came after the incident's."""

HUGE: Final = 2**62
"""Spelled by those who want no limit; products with it leave 64-bit integers."""
CENTURY: Final = 36_525 * DAY
"""The longest duration."""
TWO_PAGES: Final = 640
"""Tracks of a catalog whose albums fill more than one page."""
MORE_THAN_A_SYNC_TAKES: Final = 205
"""Shows of an artist, beyond the events of one sync."""

BOUNDARIES: Final = (
    datetime(2025, 11, 9, tzinfo=UTC), datetime(2025, 12, 1, tzinfo=UTC),
    datetime(2026, 1, 1, tzinfo=UTC), datetime(2024, 3, 1, tzinfo=UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
)  # fmt: skip
"""Ends of days and months; at the last one epoch milliseconds, where 0 is unset, change sign."""


def durations(*microseconds: int) -> SearchStrategy[str]:
    """One of some durations, the simplest first."""
    return st.sampled_from([format_duration(us) for us in microseconds])


def per_horizon(draw: DrawFn, horizon: int, *numbers: float) -> str:
    """A rate of so many events within the horizon."""
    return f"{draw(st.sampled_from(numbers)) * DAY / horizon:.6g}/day"


def part(draw: DrawFn, horizon: int, *shares: float) -> str:
    """A duration that is a share of the horizon, a microsecond at least."""
    return format_duration(max(1, round(horizon * draw(st.sampled_from(shares)))))


@st.composite
def some(draw: DrawFn, settings: dict[str, SearchStrategy[Any]], absent: int = 1) -> Settings:
    """Some of the settings, each with odds of 1 to ``absent``: those left out have their defaults.

    An empty mapping is the simplest; `fixed_dictionaries` leaves all of them out far more often.
    """
    odds = st.sampled_from([False] * absent + [True])
    return {name: draw(values) for name, values in settings.items() if draw(odds)}


def weighted(*values: Any) -> SearchStrategy[Any]:
    """One of some values; the first is what shrinking ends at."""
    return st.sampled_from(values)


def sized(*numbers: int) -> SearchStrategy[int]:
    """One of some counts."""
    return st.sampled_from(numbers)


USUALLY: Final = st.integers(0, 15).map(lambda n: n < 15)
"""False once in a while, for what takes long."""


# -- latencies ---------------------------------------------------------------------------------


def latencies(style: str, low: int, high: int) -> SearchStrategy[Any]:
    """A latency between two durations (µs); ``style`` decides how often events tie.

    ``zero`` and ``grid`` put as many events as possible on the same microsecond.
    """
    if style == "zero":
        return durations(low)
    grid = [format_duration(us) for us in (low, *range(5_000, high + 1, 5_000))][:6]
    if style == "grid":
        return st.sampled_from(grid)
    spans = st.tuples(st.integers(low, high), st.integers(low, high)).map(sorted)
    return st.one_of(
        st.sampled_from(grid),
        spans.map(lambda s: f"{format_duration(s[0])}..{format_duration(s[1])}"),
        st.integers(low, high).map(lambda us: {"mean": format_duration(us)}),
        spans.map(lambda s: _log_normal(s[0] + 1, s[1] + 1)),
    )


def _log_normal(median: int, p99: int) -> dict[str, str]:
    widest = WIDEST * median
    return {"p50": format_duration(median), "p99": format_duration(min(p99, widest))}


STYLES: Final = weighted("free", "grid", "zero")


# -- sections ----------------------------------------------------------------------------------


@st.composite
def _code(draw: DrawFn, horizon: int) -> Settings:
    """What a deployment may change."""
    delays = durations(0, max(1, horizon // 20), max(1, horizon // 4), 5 * SECOND)
    windows = durations(HOUR, 0, max(1, horizon // 3), 1_500, DAY, CENTURY)
    limits = sized(60, 3, 7, 1, 0, HUGE)
    return draw(
        some({
            "refresh": some({
                "enabled": weighted(True, True, True, False), "limit": limits, "stagger": delays,
                "inline": st.booleans(), "schedules_sync": st.booleans(),
                "every": durations(*(max(1_000, horizon // n) for n in (3, 9, 40, 1))),
            }),
            "backfill": some({
                "enabled": st.just(True), "limit": limits,
                "every": durations(max(1_000, horizon // 3), 7 * DAY),
            }),
            "generate": some({
                "placeholder": st.booleans(), "sync_delay": delays, "guard_window": windows,
                "schedules_sync": weighted(True, True, False),
            }),
            "sync": some({
                "guard_window": windows,
                "bypass_without_songs": st.booleans(),
                "track_attempts": st.booleans(),
                "status_lock": st.booleans(),
                "breaker": st.booleans(),
                "breaker_failures": sized(1, 0, 2, 3, HUGE),
                "breaker_backoff": windows,
                "write_unchanged": st.booleans(), "records_failed_search": st.booleans(),
                "link_lookup": st.sampled_from(["scan", "index"]),
            }),
            "cascade": some({
                "mode": weighted("inline", "scheduled", "none"),
                "only_if_imported": st.booleans(),
                "limit": sized(0, 1, 2, HUGE), "stagger": delays,
            }),
            "seeding": some({"inline": st.booleans(), "delays": st.lists(delays, max_size=3)}),
            "visitors": some({
                "page_views_need_songs": st.booleans(), "page_views_sync": st.booleans(),
            }),
        })
    )  # fmt: skip


@st.composite
def _app(draw: DrawFn, horizon: int) -> Settings:
    delays = durations(0, max(1, horizon // 20), max(1, horizon // 4), 5 * SECOND)
    settings = draw(
        some({
            "manual_backfill": some({
                "runs": sized(1, 2, 5), "limit": sized(60, 3, 0, HUGE), "starts_after": delays,
                "wait": delays,
            }),
            "background": weighted(True, True, True, False),
        })
    )  # fmt: skip
    arrivals = {
        "page_views": per_horizon(draw, horizon, 30, 0, 3, 200, 1000),
        "imports": per_horizon(draw, horizon, 5, 0, 1, 20, 60),
    }
    return overlay(draw(_code(horizon)) | settings, {"visitors": arrivals})


@st.composite
def _population(draw: DrawFn, horizon: int) -> Settings:
    lists = st.lists(sized(1, 2, 0, 3), max_size=4)
    world = {name: draw(lists) for name in ("filtered", "unknown", "importable")}
    listed = sum(sum(shows) for shows in world.values())
    artists = draw(sized(2, 0, 1, 9, 25))
    filled = draw(sized(4, 0, 1, 40)) if artists else 0
    unfilled = draw(sized(2, 0, 1, 20)) if artists else 0
    fewest, more = draw(sized(1, 0, 4, 12, 50, 130)), draw(sized(3, 0, 12))
    sizes = weighted("400B", "0", "7B", "20kB", "3MB")
    return world | {
        "artists_with_songs": artists,
        "shows": listed + unfilled + filled,
        "shows_without_setlist": listed + unfilled,
        "tracks": [fewest, fewest + more] if draw(USUALLY) else [600, TWO_PAGES],
        "import_shows": draw(sized(1, 0, 3, 8)) if draw(USUALLY) else MORE_THAN_A_SYNC_TAKES,
        "artist_writes": per_horizon(draw, horizon, 0, 30, 1000, 20_000),
    } | draw(
        some({
            "upcoming": weighted(1, 0.6, 0),
            "imports_unknown": weighted(0.5, 0, 1),
            "imports_filtered": weighted(0.5, 0, 1),
            "artist_size": sizes, "song_size": sizes, "show_size": sizes,
            "setlist_size": sizes, "link_size": sizes,
        })
    )  # fmt: skip


@st.composite
def _platform(draw: DrawFn, horizon: int, style: str) -> Settings:
    backoff = some(
        {
            "initial": durations(10_000, 0, 1, 300_000, 2 * HOUR),
            "max": durations(50_000, 0, 1, 2 * SECOND, 3 * HOUR),
        }
    )
    settings = draw(
        some({
            "profile": weighted("2025-11", "2026-03", "2026-08"),
            "deployment_class": weighted("S16", "S16", "S256"),
            "occ": some({
                "called_retries": st.integers(0, 5), "called": backoff, "scheduled": backoff,
                "cron": backoff, "wait_until_visible": st.booleans(),
            }),
            "scheduler": some({
                "parallelism": sized(1, 2, 3, FEW_SLOTS, 300),
                "overhead": latencies(style, 0, 50_000),
                "pass_time": latencies(style, 0, 90_000),
            }),
            "latency": st.fixed_dictionaries({
                "query": latencies(style, 0, 20_000),
                "mutation": latencies(style, 0, 20_000),
                "commit": latencies(style, 0, 30_000),
                "document": durations(50, 0, 1, 5_000),
            }),
        })
    )  # fmt: skip
    return overlay(settings, draw(_limits(horizon)))


@st.composite
def _limits(draw: DrawFn, horizon: int) -> Settings:
    """Limits of the platform: few at a time, for a run in which nothing goes through is empty."""
    places, waits = sized(1, 2, 0, 3, 16), durations(0, 1, 10_000, 300_000, 5 * SECOND)
    time_outs = durations(200_000, 0, 1, 5_000, 30_000, SECOND, 10 * MINUTE)
    memory = weighted("512MiB", "0", "3MB", "100000GiB")
    thresholds = {
        "function_calls": sized(5, 0, 1, 30, 100, 400, 2_000, HUGE),
        "action_gb_hours": sized(0, 1, HUGE),
        "database_io_gb": sized(0, 1, 3, HUGE),
    }
    usage_limit = st.sampled_from(list(thresholds)).flatmap(
        lambda metric: st.tuples(
            st.fixed_dictionaries({"metric": st.just(metric), "window": weighted("day", "month")}),
            some({"disable": thresholds[metric], "warn": thresholds[metric]}),
        ).map(lambda both: both[0] | both[1])
    )
    settings = draw(
        some({
            "scheduler": some({
                "outstanding_cap": sized(5, 30, 2, 1, 0, HUGE),
                "per_function_cap": sized(2, 4, 1, 0, HUGE),
            }),
            "concurrency": some({
                "queries": places, "mutations": places, "actions": places, "node_actions": places,
                "transaction_wait": waits, "action_wait": waits, "call_depth": sized(1, 2, 0),
            }),
            "transactions": some({
                "documents_read": sized(10, 20, 5, 3, 2, 1, 0, HUGE),
                "documents_written": sized(3, 10, 2, 1, 0, HUGE),
                "bytes_read": weighted("1kB", "100kB", "5kB", "900B", "400B", "0"),
                "time": durations(10_000, 500, 1, 0),
            }, absent=2),
            "actions": some({
                "node_memory": memory, "memory": memory,
                "node_timeout": time_outs, "timeout": time_outs,
            }),
            "usage_limits": st.lists(usage_limit, min_size=1, max_size=3),
        })
    )  # fmt: skip
    if "usage_limits" in settings:
        settings["usage_limit_interval"] = part(draw, horizon, 0.13, 0.01, 0.5, 2)
    return settings


@st.composite
def _endpoint(draw: DrawFn, horizon: int, style: str) -> Settings:
    return draw(
        some({
            "latency": latencies(style, 0, 60_000),
            "rejected_latency": latencies(style, 0, 30_000),
            "rate_limit": sized(20, 0, 5, 1),
            "rate_window": durations(max(1, horizon // 3), SECOND),
            "rate_window_kind": weighted("counter", "log"),
            "error_rate": weighted(0, 0.4, 1),
            "lockout_after": sized(0, 1, 3),
            "lockout": durations(max(1, horizon // 10), HOUR),
            "daily_quota": sized(0, 3, 40),
        })
    )  # fmt: skip


@st.composite
def _outage(draw: DrawFn, horizon: int) -> Settings:
    since, lasts = (int(horizon * draw(weighted(*shares)))
                    for shares in ((0.3, 0, 0.9, 1.1), (0.2, 0.01, 2)))  # fmt: skip
    return {
        "since": format_duration(since), "until": format_duration(since + max(1, lasts)),
        "endpoint": draw(weighted("", *ENDPOINTS)), "status": draw(weighted(503, 429)),
    }  # fmt: skip


@st.composite
def _external(draw: DrawFn, horizon: int, style: str) -> Settings:
    return draw(
        some({
            "latency": latencies(style, 0, 60_000),
            "rejected_latency": latencies(style, 0, 30_000),
            "rate_limit": sized(20, 0, 60, 5, 2, 1, HUGE),
            "rate_window_kind": weighted("counter", "log"),
            "error_rate": weighted(0, 0.05, 0.4, 1),
            "lockout_after": sized(0, 1, 3, HUGE),
            "daily_quota": sized(0, 3, 40, HUGE),
            "others": weighted(0, 0.25, 3),
            "endpoints": st.dictionaries(st.sampled_from(ENDPOINTS), _endpoint(horizon, style),
                                         max_size=2),
            "outages": st.lists(_outage(horizon), max_size=2),
        })
    ) | {
        "rate_window": part(draw, horizon, 1, 0.3, 0.05),
        "lockout": part(draw, horizon, 0.1, 0.4, 3),
    }  # fmt: skip


@st.composite
def _organic(draw: DrawFn, horizon: int) -> Settings:
    times = durations(8_000, 0, 500, 300_000, 20 * SECOND)
    return {"rate": per_horizon(draw, horizon, 0, 7, 500, 1e5)} | draw(
        some({
            "mutations": weighted(0.02, 0, 0.5),
            "actions": weighted(0.002, 0, 0.5),
            "cached": weighted(0.9, 0, 1),
            "query_time": times, "mutation_time": times, "action_time": times,
            "read": weighted("800B", "0", "33B", "2MB"),
            "written": weighted("400B", "0", "1MB"),
        })
    )  # fmt: skip


@st.composite
def _times(draw: DrawFn, horizon: int) -> Settings:
    """When it starts and into which bins it is cut; the horizon may reach into the next window."""
    share = draw(weighted(1, 0, 0.001, 0.3, 0.7))
    before = timedelta(microseconds=round(horizon * share))
    return {
        "horizon": format_duration(horizon),
        "bin": part(draw, horizon, 1, 0.3, 1 / 3, 0.07, 1.5),
        "starts": (draw(weighted(*BOUNDARIES)) - before).isoformat(),
    }


@st.composite
def _deployments(draw: DrawFn, horizon: int) -> Settings:
    """Changes and actions, some at one time, at the edge of a bin, at the start or at the end."""
    found: Settings = {}
    for number in range(draw(sized(1, 2, 3, 6))):
        share = draw(weighted(0.5, 0.3, 1 / 3, 0, 0.07, 0.77, 0.999, 1, 1.5))
        external = some({
            "rate_limit": sized(20, 0, 60, 1, HUGE), "error_rate": weighted(0, 0.4, 1),
            "daily_quota": sized(0, 3, 40, HUGE), "others": weighted(0, 0.25, 3),
        })  # fmt: skip
        change = st.builds(
            lambda app, others: {"app": app, **others},
            _code(horizon),
            some({
                "revision": weighted("fixed", "buggy", "before", "hardened", *LATER),
                "external": external,
            }),
        )  # fmt: skip
        done = draw(
            st.one_of(
                st.fixed_dictionaries({"change": change}),
                st.fixed_dictionaries({"change": st.just({"revision": "fixed"})}),
                st.fixed_dictionaries({"action": weighted("clear-queue", "pause", "resume")}),
            )
        )
        found[f"d{number}"] = {"at": format_duration(round(horizon * share)), **done}
    return found


# -- whole scenarios ---------------------------------------------------------------------------


@st.composite
def scenarios(draw: DrawFn) -> Settings:
    """A small scenario of any settings."""
    horizon = draw(sized(*draw(weighted(BURSTS, BURSTS, BURSTS, MINUTES, HOURS))))
    style = draw(STYLES)
    settings = {
        "seed": draw(st.integers(1, 2**63 - 1)),
        "revision": draw(weighted("", "before", "buggy", "buggy", "fixed", "hardened", *LATER)),
        **draw(_times(horizon)),
        "app": draw(_app(horizon)),
        "external": draw(_external(horizon, style)),
        **draw(
            some({
                "population": _population(horizon),
                "platform": _platform(horizon, style),
                "traffic": st.fixed_dictionaries({"organic": _organic(horizon)}),
                "deployments": _deployments(horizon),
            })
        ),
    }  # fmt: skip
    return _bounded(overlay(BASE, settings), horizon)


def _bounded(settings: Settings, horizon: int) -> Settings:
    """The scenario with what would run for too long, or for ever, taken back.

    A loop that starts more than one other per pass grows until slots or the API hold it down. One
    that takes no time at all, such as retries without backoff of mutations without execution time,
    holds the simulated clock.
    """
    platform, external = settings.setdefault("platform", {}), settings["external"]
    if "latency" in platform:
        for policy in ("scheduled", "cron"):  # these are retried without limit
            backoff = platform.setdefault("occ", {}).setdefault(policy, {})
            for bound in ("initial", "max"):
                if backoff.get(bound) in {"0s", "1us"}:
                    backoff[bound] = "10ms"
    if external.get("error_rate") == 0.4 and "latency" in external:
        external["latency"] = "20ms"  # a listing that fails ends a pass without its pauses
    if horizon > BURSTS[-2]:
        scheduler = platform.setdefault("scheduler", {})
        scheduler["parallelism"] = min(FEW_SLOTS, scheduler.get("parallelism", FEW_SLOTS))
    if horizon > BURSTS[-1] and external.get("rate_limit") in {0, HUGE}:
        external["rate_limit"] = 20
    return settings
