"""The app's queries and mutations on the engine's memory: read each beside its original.

The originals are the methods of the same names in `sim.apps.setlist`. A query returns the bytes it
read and leaves its value in the frame; a mutation returns whether its code ran to its end.
"""

from __future__ import annotations

import numpy as np

from sim.guards import (
    NO_ROW,
    GenerateDecision,
    SyncStatusPatch,
    apply_patch,
    breaker_after,
    decide_setlist,
    needs_seeding,
    on_finish,
    on_scheduled,
    on_start,
    setlist_size,
)

from .compile import jit
from .documents import get, insert, look, patch, put, read_more, schedule
from .layout import (
    ABSENT,
    AUTO_GENERATE,
    COUNT_SHOWS,
    CREATE_ARTIST,
    CREATE_SHOW,
    CREATE_SONG,
    CREATE_VENUE,
    GET_ARTIST,
    GET_SETLIST,
    GET_SHOWS,
    GET_SONGS,
    LINK_SONG,
    LOG_ERROR,
    RECORD_SYNC_FAILURE,
    REFRESH_MISSING,
    REVIEW_ALL,
    STALE_ARTISTS,
    SYNC_CATALOG,
    UPDATE_SHOW_COUNT,
    UPDATE_SPOTIFY_DATA,
    UPDATE_SYNC_STATUS,
)
from .memory import Record, Row, State, document_record, row_of, words

DAY_MS = 24 * 3_600_000

_SCHEDULES_SYNC = np.zeros(max(GenerateDecision) + 1, np.bool_)
_WRITES_PLACEHOLDER = np.zeros(max(GenerateDecision) + 1, np.bool_)
for _decision in GenerateDecision:
    _SCHEDULES_SYNC[_decision] = _decision.schedules_sync
    _WRITES_PLACEHOLDER[_decision] = _decision.writes_placeholder

# -- queries -------------------------------------------------------------------------------------


@jit
def run_query(s: State, x: Record, function: int, artist: int, begin: int) -> int:
    """Evaluate a query on the snapshot at ``begin``; the bytes it read."""
    if function == GET_ARTIST:
        document = s.rows.artists + artist
        row = look(s, document, begin)
        x.w0 = row.w0
        x.w1 = row.w1
        x.w2 = row.w2
        x.w3 = row.w3
        x.w4 = row.w4
        x.w5 = row.w5
        x.w6 = row.w6
        return int(document_record(s, document).size)
    if function == GET_SONGS:
        document = s.rows.links + artist
        x.songs = look(s, document, begin).w0
        return int(document_record(s, document).size + x.songs * s.app.song_size)
    if function == GET_SETLIST:
        document = s.rows.setlists + artist  # the argument is a show
        x.value = look(s, document, begin).w0
        return int(document_record(s, document).size)
    if function in (GET_SHOWS, COUNT_SHOWS):
        document = s.rows.shows_of + artist
        x.value = look(s, document, begin).w0
        return int(document_record(s, document).size)
    return _get_stale(s, x, begin)


@jit
def _get_stale(s: State, x: Record, begin: int) -> int:
    """`Ticketmaster.get_stale`."""
    index = s.rows.upcoming
    size = document_record(s, index).size
    words(s.marks)[0] += 1  # an artist is marked if its number carries this number
    mark = words(s.marks)[0]
    for i in range(look(s, index, begin).w0):
        words(s.marks)[1 + words(s.artist_of)[words(s.upcoming)[i]]] = mark
    now_ms = s.app.epoch_ms + begin // 1000
    stale = 0
    for artist in range(s.app.artists):
        document = s.rows.artists + artist
        size += document_record(s, document).size
        last_synced = look(s, document, begin).w0
        if last_synced == ABSENT:
            continue
        if words(s.marks)[1 + artist] != mark or now_ms - last_synced > DAY_MS:
            row_of(s.stale, x.number, STALE_ARTISTS)[stale] = artist
            stale += 1
            if stale == STALE_ARTISTS:
                break
    x.value = stale
    return int(size)


# -- mutations -----------------------------------------------------------------------------------


@jit
def run_mutation(s: State, function: int, a0: int, a1: int, a2: int) -> bool:
    """Run a mutation's code in the transaction; whether it ran to its end."""
    if function == AUTO_GENERATE:
        return auto_generate(s, a0, a1)
    if function == UPDATE_SPOTIFY_DATA:
        return update_spotify_data(s, a0)
    return _run_other(s, function, a0, a1, a2)


@jit
def _run_other(s: State, function: int, a0: int, a1: int, a2: int) -> bool:
    if function == REFRESH_MISSING:
        return refresh_missing(s, a0, a1)
    if function == CREATE_SONG:
        return create_song(s, a0, a1)
    if function == LINK_SONG:
        return link_song(s, a0, a1)
    if function == UPDATE_SYNC_STATUS:
        return update_sync_status(s, a0, a1, a2)
    if function == RECORD_SYNC_FAILURE:
        return record_sync_failure(s, a0, a1)
    if function == LOG_ERROR:
        insert(s, s.rows.errors, 1, s.app.error_size)
        return True
    if function == CREATE_VENUE:
        get(s, s.rows.venue)
        return True
    if function == CREATE_SHOW:
        return create_from_ticketmaster(s, a0, a1)
    if function == UPDATE_SHOW_COUNT:
        return update_show_count(s, a0)
    if function == CREATE_ARTIST:
        document = s.rows.artists + a0
        create_artist(s, document)
        return True
    if function == REVIEW_ALL:
        return review_all(s)
    return update_all(s)


@jit
def auto_generate(s: State, show: int, artist: int) -> bool:
    """`Setlists.auto_generate`."""
    now_ms, app = s.tx.now_ms, s.app
    setlist, document = s.rows.setlists + show, s.rows.artists + artist
    row = get(s, setlist)
    setlist_songs, created_ms = row.w0, row.w1
    has_row = setlist_songs != ABSENT
    songs = get(s, s.rows.links + artist).w0
    attempted_at = 0
    if songs:
        read_more(s, songs, songs * app.song_size)
    else:
        row = get(s, document)  # the artist's
        attempted_at = row.w1
    decision = decide_setlist(
        now_ms, songs, setlist_songs if has_row else NO_ROW, attempted_at, s.generate
    )
    if _SCHEDULES_SYNC[decision]:
        if s.generate.track_attempts and row.w0 != ABSENT:
            _write_status(s, patch(s, document, row), on_scheduled(now_ms))
        if not schedule(s, app.sync_delay, SYNC_CATALOG, artist, 0):
            return False
    if _WRITES_PLACEHOLDER[decision] and not has_row:
        _put_setlist(s, setlist, 0, now_ms, 0)
    if decision == GenerateDecision.FILL:
        _put_setlist(s, setlist, setlist_size(songs), created_ms if has_row else now_ms, now_ms)
    return True


@jit
def _put_setlist(s: State, setlist: int, songs: int, created_ms: int, filled_ms: int) -> None:
    row = put(s, setlist, s.app.setlist_size)
    row.w0 = songs
    row.w1 = created_ms
    row.w2 = filled_ms


@jit
def _write_status(s: State, row: Row, given: SyncStatusPatch) -> None:
    """`sim.apps.setlist.artists.patched`."""
    row.w1, row.w2 = apply_patch(given, row.w1, row.w2)
    if given.attempted_at_ms is not None:
        row.w6 = s.tx.stamp


@jit
def _write_last_synced(s: State, row: Row) -> None:
    row.w0 = s.tx.now_ms
    row.w5 = s.tx.stamp


@jit
def refresh_missing(s: State, limit: int, include_completed: int) -> bool:
    """`Setlists.refresh_missing`."""
    stagger = s.app.refresh_stagger
    index = s.rows.all_shows if include_completed else s.rows.upcoming
    rows = words(s.all_shows) if include_completed else words(s.upcoming)
    for position in range(min(limit, get(s, index).w0)):
        show = rows[position]
        document = s.rows.shows + show
        artist = get(s, document).w0
        setlist = s.rows.setlists + show
        if get(s, setlist).w0 != ABSENT:
            continue  # any row counts, even an empty one
        if not schedule(s, position * stagger, AUTO_GENERATE, show, artist):
            return False
    return True


@jit
def update_spotify_data(s: State, artist: int) -> bool:
    """`Artists.update_spotify_data`."""
    document, now_ms = s.rows.artists + artist, s.tx.now_ms
    row = get(s, document)
    if row.w0 != ABSENT and (s.app.write_unchanged or now_ms - row.w0 >= DAY_MS):
        _write_last_synced(s, patch(s, document, row))
    return True


@jit
def create_artist(s: State, document: int) -> None:
    """`Artists.create`."""
    row = put(s, document, document_record(s, document).size)
    row.w1 = 0
    row.w2 = 0
    row.w3 = 0
    row.w4 = 0
    row.w6 = 0
    _write_last_synced(s, row)


@jit
def update_sync_status(s: State, artist: int, finished: int, argument: int) -> bool:
    """`Artists.update_sync_status`; the patch is given as what it is made from."""
    document = s.rows.artists + artist
    row = patch(s, document, get(s, document))
    if finished:
        _write_status(s, row, on_finish(argument))
    else:
        _write_status(s, row, on_start(argument))
    return True


@jit
def record_sync_failure(s: State, artist: int, failed: int) -> bool:
    """`Artists.record_sync_failure`."""
    document = s.rows.artists + artist
    row = get(s, document)
    count, at = breaker_after(failed != 0, row.w3, row.w4, s.tx.now_ms)
    if count != row.w3 or at != row.w4:
        row = patch(s, document, row)
        row.w3 = count
        row.w4 = at
    return True


@jit
def update_show_count(s: State, artist: int) -> bool:
    """`Artists.update_show_count`."""
    document = s.rows.artists + artist
    row = get(s, document)
    get(s, s.rows.shows_of + artist)
    _write_last_synced(s, patch(s, document, row))
    return True


@jit
def update_all(s: State) -> bool:
    """`Artists.update_all`."""
    for artist in range(s.app.artists):
        document = s.rows.artists + artist
        row = get(s, document)
        if row.w0 != ABSENT:
            patch(s, document, row)
    return True


@jit
def create_song(s: State, artist: int, track: int) -> bool:
    """`Songs.create`."""
    read_more(s, 1, 0)
    links = s.rows.links + artist
    if track >= look(s, links, s.tx.begin).w0:
        insert(s, s.rows.songs, 1, s.app.song_size)
    return True


@jit
def link_song(s: State, artist: int, track: int) -> bool:
    """`Songs.link`."""
    links = s.rows.links + artist
    there = get(s, links).w0
    if s.app.links_indexed:
        s.tx.read_bytes += s.app.link_size - document_record(s, links).size
    if track >= there:
        insert(s, links, 1, s.app.link_size)
    return True


@jit
def _generate(s: State, show: int, artist: int) -> bool:
    """A call of `auto_generate` from another mutation, compiled once."""
    return auto_generate(s, show, artist)


@jit
def create_from_ticketmaster(s: State, show: int, artist: int) -> bool:
    """`Shows.create_from_ticketmaster`."""
    app = s.app
    document, show_row = s.rows.artists + artist, s.rows.shows + show
    patch(s, document, get(s, document))
    if get(s, show_row).w0 == ABSENT:
        put(s, show_row, document_record(s, show_row).size).w0 = artist
        # An artist's shows are created in their order, so its range needs only a number.
        insert(s, s.rows.shows_of + artist, show, app.show_size)
        insert(s, s.rows.upcoming, show, app.show_size)
        insert(s, s.rows.all_shows, show, app.show_size)
        return _generate(s, show, artist)
    setlist = s.rows.setlists + show
    songs = get(s, setlist).w0
    if not needs_seeding(NO_ROW if songs == ABSENT else songs):
        return True
    if app.seed_inline and not _generate(s, show, artist):
        return False
    for i in range(s.size.delays):
        if not schedule(s, words(s.delays)[i], AUTO_GENERATE, show, artist):
            return False
    return True


@jit
def review_all(s: State) -> bool:
    """`Shows.review_all`."""
    table = s.rows.all_shows
    for i in range(get(s, table).w0):
        get(s, s.rows.shows + words(s.all_shows)[i])
    return True
