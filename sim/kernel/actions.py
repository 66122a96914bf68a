"""The app's actions and its clients' scripts, step by step: read each beside its original.

The originals are the generator functions of the same names in `sim.app`. Here a function is called
for every step and told where it is by ``x.step``; it returns what the platform shall do next
(`DO_QUERY`, …), with the result in ``x.value`` and in ``x.error`` whether the call failed.
"""

from __future__ import annotations

from sim.app.crons import REFRESHED_ARTISTS
from sim.app.spotify import (
    ALBUMS_PER_BATCH,
    ALBUMS_PER_PAGE,
    BATCH_PAUSE,
    PAGE_PAUSE,
    TRACKS_PER_ALBUM,
)
from sim.app.ticketmaster import EVENT_PAUSE, MAX_EVENTS
from sim.draws import scale
from sim.external import OK
from sim.guards import SyncDecision, decide_catalog_sync
from sim.scenario import SECOND

from .compile import hot, jit
from .layout import (
    ABSENT,
    AS_JOBS,
    AUTO_GENERATE,
    COUNT_SHOWS,
    CREATE_ARTIST,
    CREATE_SHOW,
    CREATE_SONG,
    CREATE_VENUE,
    DO_ACTION,
    DO_BATCH,
    DO_FAIL,
    DO_LIMITED_REQUEST,
    DO_MUTATION,
    DO_QUERIES,
    DO_QUERY,
    DO_REQUEST,
    DO_RETURN,
    DO_SCHEDULE,
    FULL_SYNC,
    GET_ARTIST,
    GET_SETLIST,
    GET_SHOWS,
    GET_STALE,
    IMPORT_ARTIST,
    LINK_SONG,
    LOG_ERROR,
    NO_CASCADE,
    PAGES,
    POPULATE_MISSING,
    RECORD_SYNC_FAILURE,
    REFRESH_BASICS,
    REFRESH_MISSING,
    REFRESH_SPOTIFY,
    REVIEW_ALL,
    SCAN_SETLIST_FM,
    STALE_ARTISTS,
    SYNC_CATALOG,
    SYNC_COUNTS,
    SYNC_SHOWS,
    UPDATE_ALL_SHOW_COUNTS,
    UPDATE_ALL_TRENDING,
    UPDATE_SHOW_COUNT,
    UPDATE_SPOTIFY_DATA,
    UPDATE_SYNC_STATUS,
    UPDATE_TRENDING,
    VIEW_PAGE,
)
from .memory import State, artist_record, frame_record, row_of, words
from .random import uniform


@hot
def _query(s: State, number: int, function: int, artist: int, then: int) -> int:
    """``ctx.query(function, artist)``; the next step is ``then``."""
    x = frame_record(s, number)
    x.callee = function
    x.c0 = artist
    x.step = then
    return DO_QUERY


@hot
def _mutation(s: State, number: int, function: int, then: int, c0: int, c1: int, c2: int) -> int:
    """``ctx.run_mutation(function, …)``; the next step is ``then``."""
    x = frame_record(s, number)
    x.callee = function
    x.c0 = c0
    x.c1 = c1
    x.c2 = c2
    x.step = then
    return DO_MUTATION


@hot
def _limited_request(s: State, number: int, then: int) -> int:
    """``ctx.http()``; the next step is ``then``."""
    frame_record(s, number).step = then
    return DO_LIMITED_REQUEST


@hot
def _schedule(s: State, number: int, function: int, then: int, delay: int, a0: int, a1: int) -> int:
    """``ctx.schedule(delay, function, …)``; the next step is ``then``."""
    x = frame_record(s, number)
    x.callee = function
    x.c0 = delay
    x.c1 = a0
    x.c2 = a1
    x.step = then
    return DO_SCHEDULE


@hot
def _action(s: State, number: int, function: int, artist: int, then: int) -> int:
    """``ctx.run_action(function, artist)``; the next step is ``then``."""
    x = frame_record(s, number)
    x.callee = function
    x.c0 = artist
    x.step = then
    return DO_ACTION


@hot
def _request(s: State, number: int, then: int) -> int:
    """``ctx.http(limited=False)``; the next step is ``then``."""
    frame_record(s, number).step = then
    return DO_REQUEST


@jit
def run_app(s: State, number: int) -> int:
    """The next step of whatever function the frame runs."""
    function = frame_record(s, number).function
    if function == SYNC_CATALOG:
        return sync_artist_catalog(s, number)
    if function == VIEW_PAGE:
        return view_page(s, number)
    return _run_other(s, number, function)


@jit
def _run_other(s: State, number: int, function: int) -> int:
    if function == REFRESH_BASICS:
        return refresh_artist_basics(s, number)
    if function == SYNC_SHOWS:
        return sync_artist_shows(s, number)
    if function == SYNC_COUNTS:
        return sync_counts(s, number, 0)
    if function == POPULATE_MISSING:
        return populate_missing_fields(s, number)
    if function == FULL_SYNC:
        return trigger_full_sync(s, number)
    if function == UPDATE_TRENDING:
        return update_trending(s, number)
    if function == SCAN_SETLIST_FM:
        return scan_setlist_fm(s, number)
    if function == REFRESH_SPOTIFY:
        return refresh_spotify(s, number)
    if function == IMPORT_ARTIST:
        return import_artist(s, number)
    return backfill_by_hand(s, number)


# -- spotify.ts ----------------------------------------------------------------------------------


@jit
def sync_artist_catalog(s: State, number: int) -> int:
    """`Spotify.sync_artist_catalog`."""
    x, app = frame_record(s, number), s.app
    artist, policy = x.a0, s.sync
    if x.step == 0:
        x.songs = 0
        if policy.bypass_without_songs or not policy.track_attempts:
            x.c0 = artist
            x.step = 1
            return DO_QUERIES
        return _query(s, number, GET_ARTIST, artist, 1)
    if x.step == 1:
        if x.error:
            return DO_FAIL
        decision = decide_catalog_sync(
            app.epoch_ms + x.now // 1000, x.songs > 0, x.w0, x.w1, x.w2, x.w3, x.w4, policy
        )
        if decision >= SyncDecision.SKIP_BREAKER_OPEN:
            app.sync_skipped += 1
            return DO_RETURN
        app.sync_attempts += 1
        x.step = 2
        if policy.track_attempts:
            now_ms = app.epoch_ms + x.now // 1000
            return _mutation(s, number, UPDATE_SYNC_STATUS, 2, artist, 0, now_ms)
    if x.step <= 19 and x.error:
        return _log_error(s, number)
    if x.step == 2:
        return _request(s, number, 3)
    if x.step == 3:
        if x.value != OK:
            return _log_error(s, number)
        return _limited_request(s, number, 4)
    if x.step == 4:
        if x.value != OK or not artist_record(s, artist).found:
            return DO_RETURN
        return _mutation(s, number, UPDATE_SPOTIFY_DATA, 5, artist, 0, 0)
    if 5 <= x.step <= 10:
        op = _import_tracks(s, number, artist)
        if op >= 0:
            return op
        x.step = 11
    if x.step == 11:
        app.catalogs_synced += x.kept > 0
        x.step = 12
        if policy.track_attempts:
            return _mutation(s, number, UPDATE_SYNC_STATUS, 12, artist, 1, x.kept)
    if x.step == 12:
        x.step = 13
        if policy.breaker:
            return _mutation(s, number, RECORD_SYNC_FAILURE, 13, artist, 0, 0)
    if x.step == 13:  # _shows_to_generate
        if app.cascade == NO_CASCADE or (app.only_if_imported and x.kept == 0):
            return DO_RETURN
        return _query(s, number, GET_SHOWS, artist, 14)
    if x.step == 14:
        x.n = min(x.value, app.cascade_limit) if app.cascade_limit else x.value
        x.i = 0
        x.step = 16
    if x.step == 15:
        if x.value == ABSENT:
            show = artist_record(s, artist).first_show + x.i
            x.i += 1
            return _mutation(s, number, AUTO_GENERATE, 16, show, artist, 0)
        x.i = x.i + 1
        x.step = 16
    if x.step == 16:
        if x.i == x.n:
            return DO_RETURN
        show = artist_record(s, artist).first_show + x.i
        if app.cascade == AS_JOBS:
            x.i += 1
            delay = (x.i - 1) * app.cascade_stagger
            return _schedule(s, number, AUTO_GENERATE, 16, delay, show, artist)
        return _query(s, number, GET_SETLIST, show, 15)
    return _logged_error(s, number, artist)


@jit
def _import_tracks(s: State, number: int, artist: int) -> int:
    """`Spotify._import_tracks`; -1 when it is over, the number of songs in ``x.kept``."""
    x = frame_record(s, number)
    tracks = artist_record(s, artist).tracks
    albums = -(-tracks // TRACKS_PER_ALBUM)
    if x.step == 5:
        x.listed = 0
        x.kept = 0
        x.i = 0
        x.left = tracks
        return _limited_request(s, number, 6)
    if x.step == 6:
        x.step = 7
        if x.value == OK:  # else the listing ends with what it has
            x.now += PAGE_PAUSE
            x.listed = min(albums, x.listed + ALBUMS_PER_PAGE)
            if x.listed < albums:
                return _limited_request(s, number, 6)
    if x.step == 8:  # the statuses of a batch, a bit each
        x.now += PAGE_PAUSE
        for n in range(min(ALBUMS_PER_BATCH, x.listed - x.i)):
            on_album = min(TRACKS_PER_ALBUM, x.left)
            x.left -= on_album
            x.kept += on_album if x.value >> n & 1 else 0
        x.i = x.i + ALBUMS_PER_BATCH
        x.step = 7
    if x.step == 7:
        if x.i < x.listed:
            if x.i:
                x.now += BATCH_PAUSE
            x.c0 = min(ALBUMS_PER_BATCH, x.listed - x.i)
            x.step = 8
            return DO_BATCH
        x.i = 0
        x.step = 9
    if x.step == 10:
        x.i += 1
        return _mutation(s, number, LINK_SONG, 9, artist, x.i - 1, 0)
    if x.i < x.kept:
        return _mutation(s, number, CREATE_SONG, 10, artist, x.i, 0)
    return -1


@jit
def _log_error(s: State, number: int) -> int:
    """The sync's `except`."""
    frame_record(s, number).error = 0
    return _mutation(s, number, LOG_ERROR, 20, 0, 0, 0)


@jit
def _logged_error(s: State, number: int, artist: int) -> int:
    """The rest of the sync's `except`."""
    x = frame_record(s, number)
    if x.error:
        return DO_FAIL
    if x.step == 20 and s.sync.breaker:
        return _mutation(s, number, RECORD_SYNC_FAILURE, 21, artist, 1, 0)
    return DO_RETURN


@jit
def refresh_artist_basics(s: State, number: int) -> int:
    """`Spotify.refresh_artist_basics`."""
    x = frame_record(s, number)
    if x.step == 0:
        return _request(s, number, 1)
    if x.step == 1 and x.value == OK:
        return _limited_request(s, number, 2)
    if x.step == 2 and x.value == OK and artist_record(s, x.a0).found:
        return _mutation(s, number, UPDATE_SPOTIFY_DATA, 3, x.a0, 0, 0)
    return DO_FAIL if x.error else DO_RETURN


# -- ticketmaster.ts and maintenance.ts ------------------------------------------------------------


@jit
def sync_artist_shows(s: State, number: int) -> int:
    """`Ticketmaster.sync_artist_shows`."""
    x = frame_record(s, number)
    artist = x.a0
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return _request(s, number, 1)
    if x.step == 1:
        if x.value != OK:
            return DO_RETURN
        x.n = min(artist_record(s, artist).shows, MAX_EVENTS)
        x.i = 0
        x.step = 4
    if x.step == 2:
        show = artist_record(s, artist).first_show + x.i
        return _mutation(s, number, CREATE_SHOW, 3, show, artist, 0)
    if x.step == 3:
        x.now += EVENT_PAUSE
        x.i = x.i + 1
        x.step = 4
    if x.step == 4:
        if x.i < x.n:
            return _mutation(s, number, CREATE_VENUE, 2, 0, 0, 0)
        x.step = 5
    return sync_counts(s, number, 5)


@jit
def sync_counts(s: State, number: int, first: int) -> int:
    """`Ticketmaster.sync_counts`, from the step ``first``."""
    x = frame_record(s, number)
    if x.error:
        return DO_FAIL
    if x.step == first:
        return _query(s, number, COUNT_SHOWS, x.a0, first + 1)
    if x.step == first + 1:
        return _mutation(s, number, UPDATE_SHOW_COUNT, first + 2, x.a0, 0, 0)
    return DO_RETURN


@jit
def populate_missing_fields(s: State, number: int) -> int:
    """`Ticketmaster.populate_missing_fields`."""
    x = frame_record(s, number)
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return _query(s, number, GET_STALE, 0, 1)
    if x.step == 1:
        x.n = x.value
        x.i = 0
    if x.i == x.n:
        return DO_RETURN
    x.i += 1
    return _action(s, number, SYNC_SHOWS, row_of(s.stale, number, STALE_ARTISTS)[x.i - 1], 2)


@jit
def trigger_full_sync(s: State, number: int) -> int:
    """`Ticketmaster.trigger_full_sync`."""
    x = frame_record(s, number)
    artist = x.a0
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return _mutation(s, number, CREATE_ARTIST, 1, artist, 0, 0)
    if x.step == 1:
        return _schedule(s, number, SYNC_SHOWS, 2, 0, artist, 0)
    if x.step == 2:
        return _schedule(s, number, SYNC_CATALOG, 3, 3 * SECOND, artist, 0)
    if x.step == 3:
        return _schedule(s, number, REFRESH_BASICS, 4, 6 * SECOND, artist, 0)
    if x.step == 4:
        return _schedule(s, number, SYNC_COUNTS, 5, 10 * SECOND, artist, 0)
    return DO_RETURN


# -- crons.ts --------------------------------------------------------------------------------------


@jit
def update_trending(s: State, number: int) -> int:
    """`update_trending`."""
    x = frame_record(s, number)
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return _mutation(s, number, UPDATE_ALL_SHOW_COUNTS, 1, 0, 0, 0)
    if x.step == 1:
        return _mutation(s, number, UPDATE_ALL_TRENDING, 2, 0, 0, 0)
    if x.step == 2:
        return _mutation(s, number, REVIEW_ALL, 3, 0, 0, 0)
    return DO_RETURN


@jit
def scan_setlist_fm(s: State, number: int) -> int:
    """`scan_setlist_fm`."""
    x = frame_record(s, number)
    if x.step == 0:
        return _query(s, number, GET_STALE, 0, 1)
    if x.error:
        return DO_FAIL
    return _request(s, number, 2) if x.step == 1 else DO_RETURN


@jit
def refresh_spotify(s: State, number: int) -> int:
    """`refresh_spotify`."""
    x = frame_record(s, number)
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return _request(s, number, 1)
    if x.step == 1:
        if x.value != OK:
            return DO_RETURN
        x.n = min(REFRESHED_ARTISTS, s.app.artists)
        x.i = 0
        x.step = 3
    if x.step == 2:
        x.i = x.i + 1
        x.step = 3
        if x.value == OK and artist_record(s, x.i - 1).found:
            return _mutation(s, number, UPDATE_SPOTIFY_DATA, 3, x.i - 1, 0, 0)
    return _limited_request(s, number, 2) if x.i < x.n else DO_RETURN


@jit
def backfill_by_hand(s: State, number: int) -> int:
    """`_backfill_by_hand`."""
    x = frame_record(s, number)
    if x.step == 0:
        return _mutation(s, number, REFRESH_MISSING, 1, x.a0, 1, x.a1)
    return DO_RETURN


# -- visitors --------------------------------------------------------------------------------------


@jit
def view_page(s: State, number: int) -> int:
    """`view_page`: the n-th view takes the n-th draw, as arrivals come in their order."""
    x = frame_record(s, number)
    if x.step == 0:
        pages = s.app.unfilled
        u = uniform(s, PAGES)
        if pages == 0:
            return DO_RETURN
        x.a0 = words(s.unfilled)[scale(pages, u)]
        return _query(s, number, GET_SETLIST, x.a0, 1)
    if x.step == 1 and not x.error and x.value == ABSENT:
        return _mutation(s, number, AUTO_GENERATE, 2, x.a0, words(s.artist_of)[x.a0], 0)
    return DO_RETURN


@jit
def import_artist(s: State, number: int) -> int:
    """`import_artist`: the rows of all imports are laid out beforehand."""
    x, app = frame_record(s, number), s.app
    if x.step == 0:
        app.artists += 1
        return _action(s, number, FULL_SYNC, app.artists - 1, 1)
    return DO_RETURN
