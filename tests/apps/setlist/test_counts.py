"""The app call by call: how often each step of app.md comes, counted by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim import Result
from sim.apps.setlist import Population, too_large
from sim.apps.setlist.loops import cases
from sim.apps.setlist.settings import REVISIONS
from sim.causes import possible_loops
from sim.loops import Loop
from sim.scenario import HOUR, ScenarioError, scenario_from
from tests.apps.setlist.conftest import Run, small
from tests.apps.setlist.test_world import world_of

FREE = {"rate_limit": 0, "error_rate": 0, "latency": "1ms"}
ONE = {"shows": 1, "shows_without_setlist": 1, "artists_with_songs": 0, "upcoming": 1,
       "filtered": [], "unknown": [], "importable": []}  # fmt: skip
"""A world of one show."""


def calls(result: Result) -> dict[str, int]:
    """Calls by function, without the modules."""
    return {name.partition(":")[2]: use.calls for name, use in result.by_function.items()}


@pytest.mark.parametrize(
    ("tracks", "requests"),
    [
        # A token, a search, pages of 50 albums of 12 tracks, and one request for each album.
        (1, 1 + 1 + 1 + 1), (12, 1 + 1 + 1 + 1), (13, 1 + 1 + 1 + 2), (120, 1 + 1 + 1 + 10),
        (121, 1 + 1 + 1 + 11), (600, 1 + 1 + 1 + 50), (601, 1 + 1 + 2 + 51),
    ],
)  # fmt: skip
def test_a_catalog_takes_a_request_for_each_page_and_each_album(
    run: Run, tracks: int, requests: int
) -> None:
    world = {**ONE, "importable": [1], "tracks": [tracks, tracks]}
    result = run("before", population=world, external=FREE, horizon="5m")
    found = calls(result)
    assert result.external.requests == requests
    assert found["syncArtistCatalog"] == 1
    assert result.by_function["songs:create"].calls == tracks
    assert result.by_function["artistSongs:create"].calls == tracks
    assert result.outcomes["catalogs_synced"] == result.outcomes["setlists_filled"] == 1


def test_an_artist_whose_tracks_are_filtered_costs_three_requests_and_one_not_found_two(
    run: Run,
) -> None:
    filtered = run("before", population={**ONE, "filtered": [1]}, external=FREE, horizon="5m")
    unknown = run("before", population={**ONE, "unknown": [1]}, external=FREE, horizon="5m")
    assert (filtered.external.requests, unknown.external.requests) == (3, 2)
    assert "updateSpotifyData" in calls(filtered)
    assert "updateSpotifyData" not in calls(unknown)


@pytest.mark.parametrize(
    ("cascade", "generations"),
    [
        ({"mode": "none"}, 3), ({"mode": "scheduled", "stagger": "1s"}, 6),
        ({"mode": "scheduled", "stagger": "1s", "limit": 2}, 5),
        ({"mode": "scheduled", "stagger": "1s", "only_if_imported": True}, 3),
    ],
)  # fmt: skip
def test_a_finished_sync_generates_as_its_cascade_says(
    run: Run, cascade: dict[str, Any], generations: int
) -> None:
    """Three shows of one artist: the first sync passes the guard, those of the others do not."""
    world = {**ONE, "shows": 3, "shows_without_setlist": 3, "filtered": [3]}
    app = {"cascade": cascade, "refresh": {"stagger": "20s"}}
    result = run("before", population=world, app=app, external=FREE, horizon="70s", bin="70s")
    assert calls(result)["autoGenerateSetlist"] == generations


CRONS = {  # app.md, Crons: hours between two runs
    "refresh-auto-setlists": 6, "update-trending": 4, "check-completed-shows": 2,
    "daily-cleanup": 24, "setlistfm-scan": 0.5, "sync-engagement-counts": 1,
    "update-artist-show-counts": 2, "update-artist-trending": 4, "update-show-trending": 4,
    "auto-transition-shows": 2, "populate-missing-fields": 1, "spotify-refresh": 12,
}  # fmt: skip


def test_every_cron_runs_as_often_as_the_table_says(run: Run) -> None:
    result = run("before", app={"background": True}, horizon="25h", bin="25h")
    runs = {name: use.runs + use.skipped for name, use in result.crons.items()}
    assert runs == {name: math.ceil(25 / hours) for name, hours in CRONS.items()}


def test_the_backfill_is_weekly_and_of_the_buggy_revision(run: Run) -> None:
    result = run("buggy", horizon="1m", bin="1m")
    assert "backfill-legacy-setlists" in result.crons
    backfill = small("buggy").app.backfill  # type: ignore[attr-defined]
    assert (backfill.every, backfill.limit) == (168 * HOUR, 200)
    assert "backfill-legacy-setlists" not in run("fixed", horizon="1m", bin="1m").crons


def test_a_run_of_the_backfill_by_hand_waits_as_planned(run: Run) -> None:
    plan = {"runs": 3, "limit": 1, "wait": "20s", "starts_after": "5s"}
    app = {"refresh": {"enabled": False}, "manual_backfill": plan}
    result = run("fixed", app=app, horizon="60s", bin="5s")
    name = "setlists:refreshMissingAutoSetlists"
    assert [n for n, count in enumerate(result.by_function[name].per_bin) if count] == [1, 5, 9]


def test_what_a_user_imports_is_scheduled_in_its_order(run: Run) -> None:
    world = {**ONE, "import_shows": 4, "imports_unknown": 0, "imports_filtered": 0,
             "unknown": [1], "tracks": [5, 5]}  # fmt: skip
    app = {"visitors": {"imports": "24/day"}, "refresh": {"enabled": False}}
    result = run("before", population=world, app=app, external=FREE, horizon="6h", bin="6h")
    found = calls(result)
    imports = found["triggerFullArtistSync"]
    assert imports > 0
    for name in ("syncArtistShows", "refreshArtistBasics", "syncCounts"):
        assert found[name] == imports
    assert result.by_function["venues:createFromTicketmaster"].calls == 4 * imports
    assert result.by_function["shows:createFromTicketmaster"].calls == 4 * imports
    assert result.outcomes["shows"] == 1 + 4 * imports


def test_at_most_two_hundred_events_of_an_artist_are_synced(run: Run) -> None:
    world = {**ONE, "import_shows": 201, "imports_unknown": 1, "unknown": [1]}
    app = {"visitors": {"imports": "100/day"}, "refresh": {"enabled": False}}
    result = run("before", population=world, app=app, external=FREE, horizon="1h", bin="1h")
    syncs = result.by_function["ticketmaster:syncArtistShows"].calls
    venues = result.by_function["venues:createFromTicketmaster"].calls
    assert 200 * (syncs - 2) <= venues <= 200 * syncs
    assert venues > 200


# -- the world ---------------------------------------------------------------------------------


def test_a_world_is_as_it_is_described() -> None:
    scenario = scenario_from({"population": {"tracks": [3, 5], "upcoming": 1}})
    world = world_of(scenario)
    population = scenario.population
    assert isinstance(population, Population)
    assert len(world.artists) == population.artists == 8 + 8 + 3 + 120
    catalogs = world.catalogs
    assert [(each.found, each.tracks) for each in catalogs[:16]] == [(True, 0)] * 8 + [
        (False, 0)] * 8  # fmt: skip
    assert {each.tracks for each in catalogs[16:]} == {3, 4, 5}
    assert all(each.found for each in catalogs[16:])
    day = 24 * 3_600_000
    ages = [world.artists[n].value.last_synced for n in range(16)]
    now = int(scenario.starts.timestamp() * 1000)
    assert all(day / 24 <= now - synced <= 2 * day for synced in ages)
    assert [world.artists[n].value.last_synced for n in range(16, 19)] == [0, 0, 0]
    assert [world.links[n].value for n in range(19)] == [0] * 19
    assert all(world.links[n].value == catalogs[n].tracks for n in range(19, 139))
    owned = [len(world.shows_of[n].value) for n in range(139)]
    assert owned[:19] == [3, 2, 2, 1, 1, 1, 1, 1] * 2 + [2, 1, 1]
    assert {3, 4} == set(owned[19:])
    assert sum(owned) == 500
    filled = [each.value for each in world.setlists if each.value is not None]
    assert {(each.songs, each.created_ms, each.filled_ms) for each in filled} == {
        (5, now - day, now - day)
    }
    assert len(world.upcoming.value) == len(world.all_shows.value) == 500
    assert world.upcoming.value != world.all_shows.value


def test_what_a_user_imports_is_unknown_or_filtered_as_often_as_it_says() -> None:
    def found(unknown: float, filtered: float) -> set[tuple[bool, bool]]:
        world = world_of(scenario_from({
            "population": {"imports_unknown": unknown, "imports_filtered": filtered}}))  # fmt: skip
        catalogs = [world.import_catalog(number) for number in range(200)]
        return {(each.found, each.tracks > 0) for each in catalogs}

    assert found(1, 0) == {(False, False)}
    assert found(0, 1) == {(True, False)}
    assert found(0, 0) == {(True, True)}
    assert found(0.3, 0.3) == {(False, False), (True, False), (True, True)}


@pytest.mark.parametrize(
    ("population", "said"),
    [
        ({"shows": 1_000_001}, "more than 1,000,000 shows"),
        ({"shows": 5, "shows_without_setlist": 6, "filtered": [], "unknown": [], "importable": []},
         "shows_without_setlist is above shows"),
        ({"shows_without_setlist": 27}, "have 28 shows, none with a setlist, but"),
        ({"artists_with_songs": 0}, "some shows have no artist"),
        ({"tracks": [4, 3]}, "the fewest are above the most"),
    ],
)  # fmt: skip
def test_a_world_that_cannot_be_is_refused(population: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        scenario_from({"population": population})


def test_a_world_may_be_as_full_as_its_lists() -> None:
    lists = {"filtered": [2], "unknown": [], "importable": [1], "artists_with_songs": 0}
    scenario = scenario_from({"population": {"shows": 3, "shows_without_setlist": 3, **lists,
                                             "tracks": [4, 4]}})  # fmt: skip
    assert len(world_of(scenario).shows) == 3
    assert scenario_from({"population": {"shows": 1_000_000}}).population.shows == 1_000_000  # type: ignore[attr-defined]


def test_rare_visitors_are_refused_and_none_are_allowed() -> None:
    def visitors(rate: str) -> Any:
        return scenario_from({"app": {"visitors": {"page_views": rate, "imports": rate}}})

    assert visitors("0").app.visitors.imports == 0
    assert visitors("0.1/day").app.visitors.page_views == 0.1
    with pytest.raises(ScenarioError, match="page_views: below one in ten days; 0 is none"):
        visitors("0.099/day")


# -- settings and loops ------------------------------------------------------------------------


def test_the_revisions_differ_as_the_app_s_history_says() -> None:
    def facts(revision: str) -> tuple[Any, ...]:
        app: Any = small(revision).app
        return (
            app.refresh.every // HOUR, app.refresh.limit, app.refresh.stagger,
            app.generate.placeholder, app.generate.sync_delay, app.sync.guard_window // HOUR,
            app.sync.bypass_without_songs, app.sync.track_attempts, app.sync.status_lock,
            app.sync.breaker, app.sync.breaker_failures, app.sync.breaker_backoff // HOUR,
            app.sync.write_unchanged, app.cascade.mode, app.cascade.only_if_imported,
            app.cascade.limit, app.cascade.stagger, app.seeding.inline, app.seeding.delays,
        )  # fmt: skip

    s, m = 1_000_000, 60_000_000
    assert set(REVISIONS) == {"before", "buggy", "fixed", "hardened"}
    assert facts("before") == (
        6, 60, 0, False, 0, 1, False, False, False, False, 3, 72, True, "inline", False, 0, 5 * s,
        True, (10 * s, m, 5 * m),
    )  # fmt: skip
    assert facts("buggy") == (
        6, 60, 0, False, 0, 1, True, False, False, False, 3, 72, True, "inline", False, 0, 5 * s,
        False, (0, 10 * s, m, 5 * m, 15 * m, 30 * m),
    )  # fmt: skip
    assert facts("fixed") == (
        12, 20, 10 * s, True, 5 * s, 24, False, True, False, False, 3, 72, True, "scheduled", True,
        10, 5 * s, True, (),
    )  # fmt: skip
    assert facts("hardened")[5:15] == (24, False, True, True, True, 3, 72, False, "none", False)


def loops(revision: str, app: dict[str, Any]) -> list[Loop]:
    """The app's cycles, in the order of its cases."""
    scenario = small(revision, app=app)
    found = {(each.path, each.circumstances): each for each in possible_loops(scenario)}
    return [found[case.path, case.circumstances] for case in cases(scenario)]


@pytest.mark.parametrize(
    ("revision", "app", "closed_by", "blocks_itself"),
    [
        ("buggy", {}, "", False),
        ("before", {}, "the guard of spotify:syncArtistCatalog: lastSynced lies within", False),
        ("fixed", {}, "catalogSyncAttemptedAt lies within the guard window, because of what the",
         True),
        ("hardened", {}, "a sync is pending or running, because of what the execution", True),
        ("buggy", {"cascade": {"mode": "none"}}, "`cascade.mode == 'none' or", False),
        ("buggy", {"cascade": {"only_if_imported": True}}, "imported))` (spotify.py:", False),
        ("buggy", {"generate": {"placeholder": True}}, "getByShow', show)) is None`", False),
        ("buggy", {"generate": {"placeholder": True}, "cascade": {"mode": "scheduled"}}, "", False),
        ("before", {"sync": {"guard_window": "1s"}, "generate": {"sync_delay": "1s"}}, "", False),
    ],
)  # fmt: skip
def test_what_closes_the_loop_of_the_incident(
    revision: str, app: dict[str, Any], closed_by: str, blocks_itself: bool
) -> None:
    loop = loops(revision, app)[0]
    assert closed_by in loop.closed_by
    assert loop.is_open is (closed_by == "")
    assert loop.blocks_itself is blocks_itself
    assert (loop.steps[-1] == "and so on: nothing has ended it") is loop.is_open


def test_work_that_is_picked_again_until_it_has_a_row() -> None:
    def closed(revision: str, **app: Any) -> dict[str, str]:
        return {each.path[0] + each.circumstances[:28]: each.closed_by
                for each in loops(revision, app)[1:]}  # fmt: skip

    def by_name(revision: str, **app: Any) -> list[str]:
        return list(closed(revision, **app).values())

    off, nobody, never = (
        "the cron is switched off", "nobody views a page", "no cron re-syncs an artist's shows",
    )  # fmt: skip
    assert by_name("buggy") == ["", "", nobody, never]
    assert by_name("buggy", background=True, visitors={"page_views": "10/day"}) == ["", "", "", ""]
    picked, cron, viewed, seeded_again = by_name(
        "fixed", background=True, visitors={"page_views": "10/day"}
    )
    assert "`tx.get(world.setlists[show]) is not None` (setlists.py:" in picked
    assert (cron, seeded_again) == (off, "")
    assert "show)) is None` (visitors.py:" in viewed
    nothing = {"seeding": {"inline": False, "delays": []}}
    assert "for delay in self._seeding.delays" in by_name("buggy", background=True, **nothing)[-1]
    seeded = loops("buggy", {"background": True})[-1].circumstances
    assert "6 times over 30m" in seeded
    once = loops("fixed", {"background": True})[-1].circumstances
    assert "1 time over 0s" in once


# -- the other ways into the app ---------------------------------------------------------------

INSTANT = {"latency": dict.fromkeys(("query", "mutation", "commit"), "1us")}


def imported(run: Run, revision: str = "before", **settings: Any) -> Result:
    """A user imports artists, of whom the site has no shows yet."""
    population = {**ONE, "import_shows": 0, "imports_unknown": 0, "imports_filtered": 0,
                  "unknown": [1], **settings.pop("population", {})}  # fmt: skip
    off = {"enabled": False}
    app = {"visitors": {"imports": "100/day"}, "refresh": off, "backfill": off}
    external = {**FREE, **settings.pop("external", {})}
    return run(revision, population=population, app=app, external=external, platform=INSTANT,
               horizon="3h", bin="3h", **settings)  # fmt: skip


def finished(result: Result) -> int:
    """Imports whose last job has run: all of them, if none came in the last seconds."""
    counts = calls(result)
    assert counts["triggerFullArtistSync"] == counts["refreshArtistBasics"] > 1
    return counts["refreshArtistBasics"]


def test_an_import_asks_the_api_as_often_as_its_steps_say(run: Run) -> None:
    # Events, then a token and a search for the catalog, and both again for the artist's basics.
    unknown = imported(run, "buggy", population={"imports_unknown": 1})
    assert unknown.external.requests == 5 * finished(unknown)
    assert "updateSpotifyData" not in calls(unknown)
    # One page of albums more, and what the API says of the artist is written twice.
    filtered = imported(run, "buggy", population={"imports_filtered": 1})
    assert filtered.external.requests == 6 * finished(filtered)
    assert calls(filtered)["updateSpotifyData"] == 2 * finished(filtered)
    # Whatever fails is not followed by another request.
    failing = imported(run, "buggy", external={"error_rate": 1})
    assert failing.external.requests == failing.external.errors == 3 * finished(failing)


def test_the_guard_holds_for_an_artist_with_a_single_song(run: Run) -> None:
    one = imported(run, "buggy", population={"import_shows": 1, "tracks": [1, 1]})
    assert (
        one.outcomes["sync_skipped_by_guard"] == one.outcomes["catalogs_synced"] == (finished(one))
    )


def test_events_are_seventy_five_milliseconds_apart(run: Run) -> None:
    def seconds(shows: int) -> float:
        result = imported(run, population={"import_shows": shows, "tracks": [1, 1]})
        use = result.by_function["ticketmaster:syncArtistShows"]
        return use.time_s / use.calls

    assert seconds(40) - seconds(20) == pytest.approx(20 * 0.075, abs=0.005)


def test_only_albums_that_were_fetched_are_imported(run: Run) -> None:
    """Of 30 tracks on three albums, the search, the page and one album are within the limit."""
    world = {**ONE, "importable": [1], "tracks": [30, 30]}
    limit = {"rate_limit": 3, "rate_window": "1h", "rate_window_kind": "log", "lockout_after": 0}
    result = run("before", population=world, external={**FREE, **limit}, horizon="1m", bin="1m")
    assert result.external.rejected == 2
    assert result.by_function["songs:create"].calls == 12


@pytest.mark.parametrize(("tracks", "seconds"), [(120, 0.7), (121, 3.05), (240, 3.05), (241, 5.4)])
def test_pauses_between_pages_and_batches_add_up(run: Run, tracks: int, seconds: float) -> None:
    world = {**ONE, "importable": [1], "tracks": [tracks, tracks]}
    result = run("before", population=world, external=FREE, platform=INSTANT, horizon="1m",
                 bin="1m")  # fmt: skip
    use = result.by_function["spotify:syncArtistCatalog"]
    assert use.time_s == pytest.approx(seconds, abs=0.2)


def test_only_shows_of_artists_with_a_catalog_could_be_filled(run: Run) -> None:
    world = {**ONE, "shows": 3, "shows_without_setlist": 3}
    still = {"refresh": {"enabled": False}}

    def unfilled(**lists: Any) -> float:
        result = run("before", population={**world, **lists}, app=still, horizon="1m", bin="1m")
        return result.outcomes["fillable_shows_unfilled"]

    assert unfilled(filtered=[1], unknown=[2]) == 0
    assert unfilled(filtered=[1], importable=[2]) == 2


def test_numbers_that_would_leave_64_bits_are_told_from_those_that_do_not() -> None:
    def told(**settings: Any) -> str:
        return too_large(scenario_from(settings))

    def stagger(microseconds: int) -> str:
        return told(population={"shows": 2**19}, app={"refresh": {"stagger": f"{microseconds}us"}})

    assert stagger(2**43) == ""
    assert "due beyond 2^62" in stagger(2**43 + 1)
    manual = {"runs": 2**19, "wait": f"{2**43}us"}
    assert told(app={"manual_backfill": manual}) == ""
    assert "due beyond 2^62" in told(app={"manual_backfill": {**manual, "runs": 2**19 + 1}})
    assert told(population={"artist_size": "1TiB"}) == ""
    assert told(population={"link_size": f"{2**40 + 1}B"}) == "a size is beyond a terabyte"
