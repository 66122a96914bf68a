"""The app call by call: how often each step of app.md comes, counted by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sim import Result
from sim.scenario import HOUR
from tests.apps.setlist.conftest import Run, small

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
    assert result.by_function["songs:create"].read_mb == 0, "a look-up that finds nothing"
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


def test_a_guard_knows_that_the_generation_wrote_what_it_refuses_for(run: Run) -> None:
    result = run("fixed", external=FREE, horizon="5m", bin="5m")
    refused = [each for each in result.guards if not each.admits]
    assert sum(each.count for each in refused) > 0
    assert all(each.own == each.only_own == each.count for each in refused)
