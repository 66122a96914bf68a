"""What the compiled engine's memory looks like: numbers for names, records, and the `State`.

Everything is a 64-bit integer in an array of records. A record here has the fields of the class of
the reference engine that it stands for; where a field needs words, that class has them.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from sim.draws import CELLS
from sim.guards import GeneratePolicy, SyncPolicy

# -- functions ---------------------------------------------------------------------------------

QUERIES: Final = (
    "artists:getByIdInternal",
    "songs:getByArtistInternal",
    "setlists:getByShow",
    "shows:getAllByArtistInternal",
    "shows:countByArtist",
    "artists:getStale",
)
GET_ARTIST, GET_SONGS, GET_SETLIST, GET_SHOWS, COUNT_SHOWS, GET_STALE = range(6)

MUTATIONS: Final = (
    "setlists:refreshMissingAutoSetlists",
    "setlists:autoGenerateSetlist",
    "artists:create",
    "artists:updateSpotifyData",
    "artists:updateSyncStatus",
    "artists:recordSyncFailure",
    "artists:updateShowCount",
    "artists:updateAllTrending",
    "artists:updateAllShowCounts",
    "songs:create",
    "artistSongs:create",
    "errorTracking:logError",
    "venues:createFromTicketmaster",
    "shows:createFromTicketmaster",
    "shows:reviewAll",
)
(
    REFRESH_MISSING, AUTO_GENERATE, CREATE_ARTIST, UPDATE_SPOTIFY_DATA, UPDATE_SYNC_STATUS,
    RECORD_SYNC_FAILURE, UPDATE_SHOW_COUNT, UPDATE_ALL_TRENDING, UPDATE_ALL_SHOW_COUNTS,
    CREATE_SONG, LINK_SONG, LOG_ERROR, CREATE_VENUE, CREATE_SHOW, REVIEW_ALL,
) = range(6, 21)  # fmt: skip

ACTIONS: Final = (
    "spotify:syncArtistCatalog",
    "spotify:refreshArtistBasics",
    "ticketmaster:syncArtistShows",
    "artists:syncCounts",
    "maintenance:populateMissingFields",
    "ticketmaster:triggerFullArtistSync",
    "trending:update",
    "setlistfm:scan",
    "spotify:refreshAll",
)
(
    SYNC_CATALOG, REFRESH_BASICS, SYNC_SHOWS, SYNC_COUNTS, POPULATE_MISSING, FULL_SYNC,
    UPDATE_TRENDING, SCAN_SETLIST_FM, REFRESH_SPOTIFY,
) = range(21, 30)  # fmt: skip

FUNCTIONS: Final = QUERIES + MUTATIONS + ACTIONS
N_FUNCTIONS: Final = len(FUNCTIONS)
FIRST_MUTATION: Final = REFRESH_MISSING
FIRST_ACTION: Final = SYNC_CATALOG

VIEW_PAGE, IMPORT_ARTIST, BACKFILL_BY_HAND = range(30, 33)
"""Scripts of clients."""
PAGE_ARRIVALS, IMPORT_ARRIVALS, CRON_TICKS = range(33, 36)
"""Processes that create others."""

# A root has rows of edges: of whoever schedules, then of whoever calls, then its own.
ACTION_ROWS: Final = N_FUNCTIONS
ENTRY_ROW: Final = 2 * N_FUNCTIONS
ROWS_OF_A_ROOT: Final = ENTRY_ROW + 1
EDGES_OF_A_ROOT: Final = ROWS_OF_A_ROOT * N_FUNCTIONS
CLIENT_ROOTS: Final = ("page_views", "imports", "manual_backfill")
"""The first roots, by the kinds of clients: a script's number less that of `VIEW_PAGE`."""
FIRST_CRON_ROOT: Final = len(CLIENT_ROOTS)
"""The crons' roots follow in their order."""

FUNCTION_BITS: Final = 6
"""A number below 64 says which function or script; a stamp is made of a serial and two of them."""
N_WRITERS: Final = 1 + (1 << 2 * FUNCTION_BITS)
"""Those two numbers together and one more; 0 is nobody, who wrote what there was at the start."""

# -- documents ---------------------------------------------------------------------------------

ABSENT: Final = -(1 << 62)
"""The first word of a row that does not exist, and an argument that is not given."""

# -- indices of the small tables ---------------------------------------------------------------

QUERY, MUTATION = range(2)
"""Lanes."""
OWN_RUNTIME, NODE_RUNTIME = range(2)
"""Gates."""
SCHEDULER, CRONS, NO_EXECUTOR = 0, 1, -1
CALLED, SCHEDULED, CRON = range(3)
"""Retry policies."""

QUERY_LATENCY, MUTATION_LATENCY, COMMIT_LATENCY, OVERHEAD = range(4)
API_LATENCY, API_REJECTED_LATENCY, PAGE_GAPS, IMPORT_GAPS = range(4, 8)
N_TABLES: Final = 8
"""Quantile tables."""

LATENCY_STREAMS, COMMIT_STREAMS = 0, N_FUNCTIONS
"""Streams: one of each for every function, then the single ones."""
BACKOFF_STREAMS: Final = 2 * N_FUNCTIONS
OVERHEAD_STREAMS: Final = BACKOFF_STREAMS + 3
(
    ORGANIC_CONFLICT, API_LATENCY_STREAM, API_REJECTED_STREAM, API_ERROR, PAGES,
    PAGE_GAPS_STREAM, IMPORT_GAPS_STREAM,
) = range(OVERHEAD_STREAMS + 2, OVERHEAD_STREAMS + 9)  # fmt: skip
N_STREAMS: Final = OVERHEAD_STREAMS + 9

N_CEILINGS: Final = 32
"""Backoff ceilings of a retry policy."""

# -- stages of an execution: what it does when it continues -----------------------------------

(
    RUN, VALIDATE, VALIDATE_LARGE, QUERIES_LAST, QUERY_BEGIN, LIMITED_REQUEST, END,
    BEGIN, CLIENT_END, WAIT_GATE, QUERY_NEXT, QUERY_PLACED, ATTEMPT_BEGIN, BATCH, SCHEDULE,
    CALL_ACTION,
) = range(16)  # fmt: skip

# What the steps of an app's function return: what the platform shall do next.
(
    DO_QUERY, DO_QUERIES, DO_MUTATION, DO_REQUEST, DO_LIMITED_REQUEST, DO_BATCH, DO_SCHEDULE,
    DO_ACTION, DO_RETURN, DO_FAIL,
) = range(10)  # fmt: skip

# What the platform's steps return instead of a time.
DONE: Final = -1
"""The operation is over: the function goes on."""
OVER: Final = -2
"""The execution is over, or others will wake it."""

# What `run_until` returns.
REACHED: Final = 0
OUT_OF_ROOM: Final = 1
PAUSED: Final = 2

# -- records -----------------------------------------------------------------------------------

WORDS: Final = ("w0", "w1", "w2", "w3", "w4", "w5", "w6")
"""A document's value: the fields of `Artist` or `Setlist`, or one number."""


def _record(*names: str, **others: str) -> np.dtype[np.void]:
    return np.dtype([(name, "i8") for name in names] + list(others.items()), align=True)


CLOCK = _record("now", "serial", "live", "disabled", "events", "pending", "pause_at")
HEAP = _record("time", "serial", "ref")
"""A pending event; ``ref`` is a frame, or -1 - n for the future job n."""
ROW = _record("visible_at", *WORDS)
"""What a document, an old version and a buffered write begin with."""
DOCUMENT = _record(*(ROW.names or ()), "size", "newest", "oldest", hazard="f8")
VERSION = _record(*(ROW.names or ()), "older", "newer")
DATABASE = _record("visible_at", "free_version", "free_versions", "retention", luck="f8")
TRANSACTION = _record(
    "begin", "now_ms", "reads", "effects", "jobs", "read_bytes", "written_bytes",
    "extra_documents", "large", "stamp",
)  # fmt: skip
EFFECT = _record(*(ROW.names or ()), "document", "size", "insert")
BUFFERED_JOB = _record("delay", "function", "a0", "a1")
JOB = _record(
    "serial", "scheduled_by", edge="i4", a0="i4", a1="i4", next="i4", generation="i4",
    ancestors="i4",
)  # fmt: skip
EDGE = _record(
    "calls", "retried", "failed", "errors", "time_us", "mib_ms", "read_bytes", "written_bytes",
    "jobs", "generations", "deepest", "rounds",
)  # fmt: skip
HOP = _record("jobs", "through", "ahead_us")
GUARD_USE = _record("count", "own", "only_own")
LANE = _record("places", "uncontended", "longest_wait", "delayed", "rejected", "recent", "position")
GATE = _record("free", "longest_wait", "delayed", "rejected", "waiting")
EXECUTOR = _record(
    "slots", "running", "executed", "paused", "behind_since", "behind_us", "held_us", "peak",
    "first", "waiting",
)  # fmt: skip
SCHEDULER_COUNTS = _record(
    "created", "future", "rejected", "rejected_by_function", "cleared", "cap", "per_function_cap",
    "free_job", "free_jobs",
)  # fmt: skip
REFUSALS = _record("disabled", "too_large", "timed_out", "too_deep")
RETRY = _record("limit", "wait")
CRON_USE = _record(
    "due", "every", "last", "function", "a0", "a1", "runs", "skipped",
    "skipped_disabled", "busy",
)  # fmt: skip
API = _record(
    "limit", "window", "log", "start", "current", "previous", "accepted", "oldest", "errors",
    "lockout_after", "lockout", "locked_until", "refused", "requests", "limited", "rejected",
    "failed", "lockouts", "rejected_locked_out", error_bound="u8",
)  # fmt: skip
FUNCTION = _record("memory_mib", "time_out", "gate")
APP = _record(
    "epoch_ms", "artists", "unfilled", "write_unchanged", "links_indexed", "refresh_stagger",
    "sync_delay",
    "seed_inline", "code", "song_size", "show_size", "setlist_size", "link_size", "error_size",
    "sync_attempts", "sync_skipped", "catalogs_synced",
)  # fmt: skip
CODE = _record(
    *SyncPolicy._fields, "cascade", "only_if_imported", "cascade_limit", "cascade_stagger"
)
"""What actions read of the app's settings: each runs to its end with those it started with."""
LIMITS = _record(
    "documents_read",
    "documents_written",
    "bytes_read",
    "time",
    "per_document",
    "call_depth",
    "small_transaction",
    "few_writes",
)
FRAME = _record(
    # Context
    "number", "serial", "function", "stage", "step", "now", "deadline", "begin", "parent", "depth",
    "scheduled", "row", "edge", "executor", "cron", "claimed", "failed", "next", "code",
    "top", "root", "generation", "ancestors", "comes_round", "scheduled_by", "scheduled_functions",
    # arguments
    "a0", "a1", "a2",
    # the call it makes: function, arguments, result
    "callee", "c0", "c1", "c2", "value", "error", "one_more",
    # the attempt of a mutation
    "attempt_edge", "attempt_begin", "execution", "commit", "failures", "retry",
    # a query's row and the function's own variables
    *WORDS, "songs", "i", "n", "listed", "left", "kept",
)  # fmt: skip
FRAME_LIST = _record("free", "free_frames", "current")

STALE_ARTISTS: Final = 10
"""Artists that `artists:getStale` lists at most."""

ARTIST = _record("found", "tracks", "first_show", "shows")
INLINE, AS_JOBS, NO_CASCADE = range(3)
"""`app.cascade.mode`."""

QUANTILES: Final = CELLS + 1
"""Columns of the table of quantiles."""
STREAM = _record(state="u8")

ROWS = _record(
    "artists", "links", "shows_of", "shows", "setlists", "upcoming", "all_shows", "venue",
    "songs", "errors",
)  # fmt: skip
"""The first document of each kind of row or index range."""

RECORD_TABLES: Final = {
    "heap": HEAP,
    "frames": FRAME,
    "documents": DOCUMENT,
    "versions": VERSION,
    "effects": EFFECT,
    "tx_jobs": BUFFERED_JOB,
    "edges": EDGE,
    "lanes": LANE,
    "gates": GATE,
    "executors": EXECUTOR,
    "backlog": JOB,
    "cron_backlog": JOB,
    "jobs": JOB,
    "retries": RETRY,
    "crons": CRON_USE,
    "functions": FUNCTION,
    "streams": STREAM,
    "artist_facts": ARTIST,
    "codes": CODE,
    "hops": HOP,
    "guards": GUARD_USE,
}
"""Tables of records: name → record."""
WORD_TABLES: Final = (
    "reads", "free_at", "recent", "waiting", "ceilings", "accepted", "refused", "tables",
    "artist_of", "upcoming", "all_shows", "unfilled", "delays", "stale", "marks", "ended",
    "writers",
)  # fmt: skip
"""Tables of integers; those of several rows have them one after another."""

STATE = np.dtype(
    [
        ("clock", CLOCK),
        ("frame_list", FRAME_LIST),
        ("database", DATABASE),
        ("tx", TRANSACTION),
        ("scheduler", SCHEDULER_COUNTS),
        ("refusals", REFUSALS),
        ("api", API),
        ("app", APP),
        ("limits", LIMITS),
        ("rows", ROWS),
        ("generate", _record(*GeneratePolicy._fields)),
        ("job", JOB),
        ("need", _record("jobs", "frames", "versions")),
        ("size", _record(*RECORD_TABLES, *WORD_TABLES)),
        *((name, "i8") for name in (*RECORD_TABLES, *WORD_TABLES)),
    ],
    align=True,
)
"""The whole memory: the single records, the length of a row of every table, and its address."""
