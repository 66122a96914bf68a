"""spotify.ts: the catalog sync, step by step; the original is `sim.apps.setlist.spotify`."""

from __future__ import annotations

from sim.apps.setlist.spotify import (
    ALBUMS_PER_BATCH,
    ALBUMS_PER_PAGE,
    BATCH_PAUSE,
    PAGE_PAUSE,
    TRACKS_PER_ALBUM,
)
from sim.guards import SyncDecision, decide_catalog_sync, held_back_by
from sim.platform.external import OK

from .asking import limited_request, mutation, query, schedule, send_request
from .compile import jit
from .layout import (
    ABSENT,
    AS_JOBS,
    AUTO_GENERATE,
    CREATE_SONG,
    DO_BATCH,
    DO_FAIL,
    DO_QUERIES,
    DO_RETURN,
    FUNCTION_BITS,
    GET_ARTIST,
    GET_SETLIST,
    GET_SHOWS,
    LINK_SONG,
    LOG_ERROR,
    N_WRITERS,
    NO_CASCADE,
    RECORD_SYNC_FAILURE,
    UPDATE_SPOTIFY_DATA,
    UPDATE_SYNC_STATUS,
)
from .memory import Record, State, artist_record, code_record, guard_record, row_of


@jit
def sync_artist_catalog(s: State, x: Record) -> int:
    """`Spotify.sync_artist_catalog`."""
    app = s.app
    artist, policy = x.a0, code_record(s, x.code)
    if 14 <= x.step <= 16 and not x.error:
        return _generate_setlists(s, x, artist)
    if x.step == 0:
        x.songs = 0
        if policy.bypass_without_songs or not policy.track_attempts:
            x.c0 = artist
            x.step = 1
            return DO_QUERIES
        return query(s, x, GET_ARTIST, artist, 1)
    if x.step == 1:
        if x.error:
            return DO_FAIL
        decision = decide_catalog_sync(
            app.epoch_ms + x.now // 1000, x.songs > 0, x.w0, x.w1, x.w2, x.w3, x.w4, policy
        )
        _note_decision(s, x, decision)
        if decision >= SyncDecision.SKIP_BREAKER_OPEN:
            app.sync_skipped += 1
            return DO_RETURN
        app.sync_attempts += 1
        x.step = 2
        if policy.track_attempts:
            now_ms = app.epoch_ms + x.now // 1000
            return mutation(s, x, UPDATE_SYNC_STATUS, 2, artist, 0, now_ms)
    if x.step <= 19 and x.error:
        return _log_error(s, x)
    if x.step == 2:
        return send_request(s, x, 3)
    if x.step == 3:
        if x.value != OK:
            return _log_error(s, x)
        return limited_request(s, x, 4)
    if x.step == 4:
        if x.value != OK or not artist_record(s, artist).found:
            return DO_RETURN
        return mutation(s, x, UPDATE_SPOTIFY_DATA, 5, artist, 0, 0)
    if 5 <= x.step <= 10:
        op = _import_tracks(s, x, artist)
        if op >= 0:
            return op
        x.step = 11
    if x.step == 11:
        app.catalogs_synced += x.kept > 0
        x.step = 12
        if policy.track_attempts:
            return mutation(s, x, UPDATE_SYNC_STATUS, 12, artist, 1, x.kept)
    if x.step == 12:
        x.step = 13
        if policy.breaker:
            return mutation(s, x, RECORD_SYNC_FAILURE, 13, artist, 0, 0)
    if x.step == 13:  # _shows_to_generate
        if policy.cascade == NO_CASCADE or (policy.only_if_imported and x.kept == 0):
            return DO_RETURN
        return query(s, x, GET_SHOWS, artist, 14)
    return _logged_error(s, x, artist)


@jit
def _generate_setlists(s: State, x: Record, artist: int) -> int:
    """The return edge: the loop over the artist's shows."""
    code = code_record(s, x.code)
    if x.step == 14:
        x.n = min(x.value, code.cascade_limit) if code.cascade_limit else x.value
        x.i = 0
    if x.step == 15:
        show = artist_record(s, artist).first_show + x.i
        x.i += 1
        if x.value == ABSENT:
            return mutation(s, x, AUTO_GENERATE, 16, show, artist, 0)
    if x.i == x.n:
        return DO_RETURN
    show = artist_record(s, artist).first_show + x.i
    if code.cascade == AS_JOBS:
        x.i += 1
        delay = (x.i - 1) * code.cascade_stagger
        return schedule(s, x, AUTO_GENERATE, 16, delay, show, artist)
    return query(s, x, GET_SETLIST, show, 15)


@jit
def _import_tracks(s: State, x: Record, artist: int) -> int:
    """`Spotify._import_tracks`; -1 when it is over, the number of songs in ``x.kept``."""
    tracks = artist_record(s, artist).tracks
    albums = -(-tracks // TRACKS_PER_ALBUM)
    if x.step == 5:
        x.listed = 0
        x.kept = 0
        x.i = 0
        x.left = tracks
        return limited_request(s, x, 6)
    if x.step == 6:
        x.step = 7
        if x.value == OK:  # else the listing ends with what it has
            x.now += PAGE_PAUSE
            x.listed = min(albums, x.listed + ALBUMS_PER_PAGE)
            if x.listed < albums:
                return limited_request(s, x, 6)
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
        return mutation(s, x, LINK_SONG, 9, artist, x.i - 1, 0)
    if x.i < x.kept:
        return mutation(s, x, CREATE_SONG, 10, artist, x.i, 0)
    return -1


@jit
def _note_decision(s: State, x: Record, decision: int) -> None:
    """`Context.guard`, with the stamps against an artist's sync."""
    use = guard_record(s, decision)
    use.count += 1
    if decision <= SyncDecision.SKIP_BREAKER_OPEN:
        return  # `hangs_on_a_stamp`
    now_ms = s.app.epoch_ms + x.now // 1000
    synced, attempted = held_back_by(now_ms, x.w0, x.w1, x.w2, code_record(s, x.code))
    own, others = 0, 0
    if synced:
        is_own = _note_stamp(s, x, decision, x.w5)
        own += is_own
        others += not is_own
    if attempted:
        is_own = _note_stamp(s, x, decision, x.w6)
        own += is_own
        others += not is_own
    use.own += own > 0
    use.only_own += own > 0 and others == 0


@jit
def _note_stamp(s: State, x: Record, decision: int, stamp: int) -> bool:
    """Count who wrote a field that a sync is refused for; see `_is_own` of the reference."""
    if stamp == 0:
        row_of(s.writers, decision, N_WRITERS)[0] += 1
        return False
    writer = (stamp - 1) & ((1 << 2 * FUNCTION_BITS) - 1)
    row_of(s.writers, decision, N_WRITERS)[1 + writer] += 1
    scheduled_it = (stamp - 1) >> 2 * FUNCTION_BITS == x.scheduled_by
    return bool(scheduled_it and writer >> FUNCTION_BITS != x.function)


@jit
def _log_error(s: State, x: Record) -> int:
    """The sync's `except`."""
    x.error = 0
    return mutation(s, x, LOG_ERROR, 20, 0, 0, 0)


@jit
def _logged_error(s: State, x: Record, artist: int) -> int:
    """The rest of the sync's `except`."""
    if x.error:
        return DO_FAIL
    if x.step == 20 and code_record(s, x.code).breaker:
        return mutation(s, x, RECORD_SYNC_FAILURE, 21, artist, 1, 0)
    return DO_RETURN


@jit
def refresh_artist_basics(s: State, x: Record) -> int:
    """`Spotify.refresh_artist_basics`."""
    if x.step == 0:
        return send_request(s, x, 1)
    if x.step == 1 and x.value == OK:
        return limited_request(s, x, 2)
    if x.step == 2 and x.value == OK and artist_record(s, x.a0).found:
        return mutation(s, x, UPDATE_SPOTIFY_DATA, 3, x.a0, 0, 0)
    return DO_FAIL if x.error else DO_RETURN
