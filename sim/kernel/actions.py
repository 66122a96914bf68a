"""The app's actions and its clients' scripts, step by step: read each beside its original.

The originals are the generator functions of the same names in `sim.app`. Here a function is called
for every step and told where it is by ``x.step``; it returns what the platform shall do next
(`DO_QUERY`, …), with the result in ``x.value`` and in ``x.error`` whether the call failed.
"""

from __future__ import annotations

from sim.app.crons import REFRESHED_ARTISTS
from sim.app.ticketmaster import EVENT_PAUSE, MAX_EVENTS
from sim.draws import scale
from sim.external import OK
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
from .memory import State, artist_record, frame_record, row_of, words
from .random import uniform
from .sync import refresh_artist_basics, sync_artist_catalog


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


@jit
def sync_artist_shows(s: State, number: int) -> int:
    """`Ticketmaster.sync_artist_shows`."""
    x = frame_record(s, number)
    artist = x.a0
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return send_request(s, number, 1)
    if x.step == 1:
        if x.value != OK:
            return DO_RETURN
        x.n = min(artist_record(s, artist).shows, MAX_EVENTS)
        x.i = 0
        x.step = 4
    if x.step == 2:
        show = artist_record(s, artist).first_show + x.i
        return mutation(s, number, CREATE_SHOW, 3, show, artist, 0)
    if x.step == 3:
        x.now += EVENT_PAUSE
        x.i = x.i + 1
        x.step = 4
    if x.step == 4:
        if x.i < x.n:
            return mutation(s, number, CREATE_VENUE, 2, 0, 0, 0)
        x.step = 5
    return sync_counts(s, number, 5)


@jit
def sync_counts(s: State, number: int, first: int) -> int:
    """`Ticketmaster.sync_counts`, from the step ``first``."""
    x = frame_record(s, number)
    if x.error:
        return DO_FAIL
    if x.step == first:
        return query(s, number, COUNT_SHOWS, x.a0, first + 1)
    if x.step == first + 1:
        return mutation(s, number, UPDATE_SHOW_COUNT, first + 2, x.a0, 0, 0)
    return DO_RETURN


@jit
def populate_missing_fields(s: State, number: int) -> int:
    """`Ticketmaster.populate_missing_fields`."""
    x = frame_record(s, number)
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return query(s, number, GET_STALE, 0, 1)
    if x.step == 1:
        x.n = x.value
        x.i = 0
    if x.i == x.n:
        return DO_RETURN
    x.i += 1
    return call_action(s, number, SYNC_SHOWS, row_of(s.stale, number, STALE_ARTISTS)[x.i - 1], 2)


@jit
def trigger_full_sync(s: State, number: int) -> int:
    """`Ticketmaster.trigger_full_sync`."""
    x = frame_record(s, number)
    artist = x.a0
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return mutation(s, number, CREATE_ARTIST, 1, artist, 0, 0)
    if x.step == 1:
        return schedule(s, number, SYNC_SHOWS, 2, 0, artist, 0)
    if x.step == 2:
        return schedule(s, number, SYNC_CATALOG, 3, 3 * SECOND, artist, 0)
    if x.step == 3:
        return schedule(s, number, REFRESH_BASICS, 4, 6 * SECOND, artist, 0)
    if x.step == 4:
        return schedule(s, number, SYNC_COUNTS, 5, 10 * SECOND, artist, 0)
    return DO_RETURN


@jit
def update_trending(s: State, number: int) -> int:
    """`update_trending`."""
    x = frame_record(s, number)
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return mutation(s, number, UPDATE_ALL_SHOW_COUNTS, 1, 0, 0, 0)
    if x.step == 1:
        return mutation(s, number, UPDATE_ALL_TRENDING, 2, 0, 0, 0)
    if x.step == 2:
        return mutation(s, number, REVIEW_ALL, 3, 0, 0, 0)
    return DO_RETURN


@jit
def scan_setlist_fm(s: State, number: int) -> int:
    """`scan_setlist_fm`."""
    x = frame_record(s, number)
    if x.step == 0:
        return query(s, number, GET_STALE, 0, 1)
    if x.error:
        return DO_FAIL
    return send_request(s, number, 2) if x.step == 1 else DO_RETURN


@jit
def refresh_spotify(s: State, number: int) -> int:
    """`refresh_spotify`."""
    x = frame_record(s, number)
    if x.error:
        return DO_FAIL
    if x.step == 0:
        return send_request(s, number, 1)
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
            return mutation(s, number, UPDATE_SPOTIFY_DATA, 3, x.i - 1, 0, 0)
    return limited_request(s, number, 2) if x.i < x.n else DO_RETURN


@jit
def backfill_by_hand(s: State, number: int) -> int:
    """`_backfill_by_hand`."""
    x = frame_record(s, number)
    if x.step == 0:
        return mutation(s, number, REFRESH_MISSING, 1, x.a0, 1, x.a1)
    return DO_RETURN


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
        return query(s, number, GET_SETLIST, x.a0, 1)
    if x.step == 1 and not x.error and x.value == ABSENT:
        return mutation(s, number, AUTO_GENERATE, 2, x.a0, words(s.artist_of)[x.a0], 0)
    return DO_RETURN


@jit
def import_artist(s: State, number: int) -> int:
    """`import_artist`: the rows of all imports are laid out beforehand."""
    x, app = frame_record(s, number), s.app
    if x.step == 0:
        app.artists += 1
        return call_action(s, number, FULL_SYNC, app.artists - 1, 1)
    return DO_RETURN
