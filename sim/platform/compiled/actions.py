"""The app's actions and its clients' scripts, step by step: read each beside its original.

The originals are the generator functions of the same names in `sim.apps.setlist`. Here a function
is called for every step and told where it is by ``x.step``; it returns what the platform shall do
next (`DO_QUERY`, …), with the result in ``x.value`` and in ``x.error`` whether the call failed.
"""

from __future__ import annotations

from sim.apps.setlist.crons import REFRESHED_ARTISTS
from sim.apps.setlist.ticketmaster import EVENT_PAUSE, MAX_EVENTS
from sim.draws import scale
from sim.platform.external import OK
from sim.scenario import SECOND

from .asking import call_action, limited_request, mutation, query, schedule, send_request
from .compile import jit
from .layout import (
    ABSENT,
    AUTO_GENERATE,
    COUNT_SHOWS,
    CREATE_ARTIST,
    CREATE_SHOW,
    CREATE_VENUE,
    DO_FAIL,
    DO_RETURN,
    FULL_SYNC,
    GET_SETLIST,
    GET_STALE,
    IMPORT_ARTIST,
    PAGES,
    POPULATE_MISSING,
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
    UPDATE_TRENDING,
    VIEW_PAGE,
)
from .memory import Record, State, artist_record, row_of, words
from .random import uniform
from .sync import refresh_artist_basics, sync_artist_catalog


@jit
def run_app(s: State, x: Record) -> int:
    """The next step of whatever function the frame runs."""
    function = x.function
    if function == SYNC_CATALOG:
        return sync_artist_catalog(s, x)
    if function == VIEW_PAGE:
        return view_page(s, x)
    return _run_other(s, x, function)


@jit
def _run_other(s: State, x: Record, function: int) -> int:
    if function == REFRESH_BASICS:
        return refresh_artist_basics(s, x)
    if function == SYNC_SHOWS:
        return sync_artist_shows(s, x)
    if function == SYNC_COUNTS:
        return sync_counts(s, x, 0)
    if function == POPULATE_MISSING:
        return populate_missing_fields(s, x)
    if function == FULL_SYNC:
        return trigger_full_sync(s, x)
    if function == UPDATE_TRENDING:
        return update_trending(s, x)
    if function == SCAN_SETLIST_FM:
        return scan_setlist_fm(s, x)
    if function == REFRESH_SPOTIFY:
        return refresh_spotify(s, x)
    if function == IMPORT_ARTIST:
        return import_artist(s, x)
    return backfill_by_hand(s, x)


@jit
def sync_artist_shows(s: State, x: Record) -> int:
    """`Ticketmaster.sync_artist_shows`."""
    artist = x.a0
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return send_request(s, x, 1)
    if x.step == 1:
        if x.value != OK:
            return DO_RETURN
        x.n = min(artist_record(s, artist).shows, MAX_EVENTS)
        x.i = 0
        x.step = 4
    if x.step == 2:
        show = artist_record(s, artist).first_show + x.i
        return mutation(s, x, CREATE_SHOW, 3, show, artist, 0)
    if x.step == 3:
        x.now += EVENT_PAUSE
        x.i = x.i + 1
        x.step = 4
    if x.step == 4:
        if x.i < x.n:
            return mutation(s, x, CREATE_VENUE, 2, 0, 0, 0)
        x.step = 5
    return sync_counts(s, x, 5)


@jit
def sync_counts(s: State, x: Record, first: int) -> int:
    """`Ticketmaster.sync_counts`, from the step ``first``."""
    if x.error:
        return DO_FAIL
    if x.step == first:
        return query(s, x, COUNT_SHOWS, x.a0, first + 1)
    if x.step == first + 1:
        return mutation(s, x, UPDATE_SHOW_COUNT, first + 2, x.a0, 0, 0)
    return DO_RETURN


@jit
def populate_missing_fields(s: State, x: Record) -> int:
    """`Ticketmaster.populate_missing_fields`."""
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return query(s, x, GET_STALE, 0, 1)
    if x.step == 1:
        x.n = x.value
        x.i = 0
    if x.i == x.n:
        return DO_RETURN
    x.i += 1
    return call_action(s, x, SYNC_SHOWS, row_of(s.stale, x.number, STALE_ARTISTS)[x.i - 1], 2)


@jit
def trigger_full_sync(s: State, x: Record) -> int:
    """`Ticketmaster.trigger_full_sync`."""
    artist = x.a0
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return mutation(s, x, CREATE_ARTIST, 1, artist, 0, 0)
    if x.step == 1:
        return schedule(s, x, SYNC_SHOWS, 2, 0, artist, 0)
    if x.step == 2:
        return schedule(s, x, SYNC_CATALOG, 3, 3 * SECOND, artist, 0)
    if x.step == 3:
        return schedule(s, x, REFRESH_BASICS, 4, 6 * SECOND, artist, 0)
    if x.step == 4:
        return schedule(s, x, SYNC_COUNTS, 5, 10 * SECOND, artist, 0)
    return DO_RETURN


@jit
def update_trending(s: State, x: Record) -> int:
    """`update_trending`."""
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return mutation(s, x, UPDATE_ALL_SHOW_COUNTS, 1, 0, 0, 0)
    if x.step == 1:
        return mutation(s, x, UPDATE_ALL_TRENDING, 2, 0, 0, 0)
    if x.step == 2:
        return mutation(s, x, REVIEW_ALL, 3, 0, 0, 0)
    return DO_RETURN


@jit
def scan_setlist_fm(s: State, x: Record) -> int:
    """`scan_setlist_fm`."""
    if x.step == 0:
        return query(s, x, GET_STALE, 0, 1)
    if x.error:
        return DO_FAIL
    return send_request(s, x, 2) if x.step == 1 else DO_RETURN


@jit
def refresh_spotify(s: State, x: Record) -> int:
    """`refresh_spotify`."""
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return send_request(s, x, 1)
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
            return mutation(s, x, UPDATE_SPOTIFY_DATA, 3, x.i - 1, 0, 0)
    return limited_request(s, x, 2) if x.i < x.n else DO_RETURN


@jit
def backfill_by_hand(s: State, x: Record) -> int:
    """`_backfill_by_hand`."""
    if x.step == 0:
        return mutation(s, x, REFRESH_MISSING, 1, x.a0, 1, 0)
    return DO_RETURN


@jit
def view_page(s: State, x: Record) -> int:
    """`view_page`: the n-th view takes the n-th draw, as arrivals come in their order."""
    if x.step == 0:
        pages = s.app.unfilled
        u = uniform(s, PAGES)
        if pages == 0:
            return DO_RETURN
        x.a0 = words(s.unfilled)[scale(pages, u)]
        return query(s, x, GET_SETLIST, x.a0, 1)
    if x.step == 1 and not x.error and x.value == ABSENT:
        return mutation(s, x, AUTO_GENERATE, 2, x.a0, words(s.artist_of)[x.a0], 0)
    return DO_RETURN


@jit
def import_artist(s: State, x: Record) -> int:
    """`import_artist`: the rows of all imports are laid out beforehand."""
    app = s.app
    if x.step == 0:
        app.artists += 1
        return call_action(s, x, FULL_SYNC, app.artists - 1, 1)
    return DO_RETURN
