"""The sync guards and setlist decisions of the setlist app: the decision code itself.

Pure functions of (now, the document's fields, policy): standard library only, no simulation, so
that production code could import this file as it is. Times are epoch milliseconds, as `Date.now()`
gives them. The rules are those of app.md (Guards; Functions in the loop).

The real code is JavaScript and asks ``artist.lastSynced && now - artist.lastSynced < WINDOW``. So a
timestamp that is missing (None) or zero is unset, and one that lies in the future, after a clock
that went backwards, has a negative age and counts as recent.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

HOUR_MS = 3_600_000
SETLIST_SONGS = 5
"""Songs of a generated setlist (app.md, autoGenerateSetlist)."""


# -- whether to sync a catalog -----------------------------------------------------------------


class SyncStatus(IntEnum):
    """`catalogSyncStatus` of an artist."""

    UNSET = 0
    NEVER = 1
    PENDING = 2
    SYNCING = 3
    COMPLETED = 4
    FAILED = 5


class SyncPolicy(NamedTuple):
    """What the guard of `syncArtistCatalog` looks at."""

    window_ms: int
    """How recent a sync, or an attempt, must be to skip."""
    bypass_without_songs: bool = False
    """The window does not apply to an artist without songs."""
    track_attempts: bool = False
    """`catalogSyncAttemptedAt` is guarded on as well as `lastSynced`."""
    status_lock: bool = False
    """Skip while the status is pending or syncing."""
    breaker: bool = False
    """Back off after thrown errors in a row."""
    breaker_failures: int = 3
    breaker_backoff_ms: int = 72 * HOUR_MS


BEFORE = SyncPolicy(window_ms=HOUR_MS)
BUGGY = SyncPolicy(window_ms=HOUR_MS, bypass_without_songs=True)
FIXED = SyncPolicy(window_ms=24 * HOUR_MS, track_attempts=True)
HARDENED = FIXED._replace(status_lock=True, breaker=True)


class SyncDecision(IntEnum):
    """Whether to sync a catalog, and why.

    Those that admit come first: where only the number is at hand, as in compiled code, every
    decision below `SKIP_BREAKER_OPEN` admits.
    """

    admits: bool
    """Whether the sync goes ahead."""
    reason: str
    """Why, in a sentence."""

    def __new__(cls, value: int, admits: bool, reason: str) -> SyncDecision:  # noqa: D102
        member = int.__new__(cls, value)
        member._value_ = value
        member.admits = admits
        member.reason = reason
        return member

    @property
    def hangs_on_a_stamp(self) -> bool:
        """Whether it refuses for what is written in the row: an open breaker needs no stamp."""
        return self > SyncDecision.SKIP_BREAKER_OPEN

    SYNC_WINDOW_PASSED = (1, True, "no sync or attempt within the guard window")
    SYNC_WITHOUT_SONGS = (2, True, "the artist has no songs, so the guard is bypassed")
    SKIP_BREAKER_OPEN = (3, False, "the circuit breaker is open after errors in a row")
    SKIP_IN_PROGRESS = (4, False, "a sync is pending or running")
    SKIP_RECENTLY_SYNCED = (5, False, "lastSynced lies within the guard window")
    SKIP_RECENTLY_ATTEMPTED = (6, False, "catalogSyncAttemptedAt lies within the guard window")


def is_recent(now_ms: int, at_ms: int | None, window_ms: int) -> bool:
    """JavaScript's ``at && now - at < window``: unset is never recent, the future always is."""
    return bool(at_ms) and now_ms - (at_ms or 0) < window_ms


def decide_catalog_sync(
    now_ms: int,
    has_songs: bool,
    last_synced_ms: int | None,
    attempted_at_ms: int | None,
    status: int,
    failures: int | None,
    last_failure_ms: int | None,
    policy: SyncPolicy,
) -> SyncDecision:
    """The guard of `syncArtistCatalog`: breaker, status, `lastSynced`, then the last attempt."""
    if (
        policy.breaker
        and (failures or 0) >= policy.breaker_failures
        and is_recent(now_ms, last_failure_ms, policy.breaker_backoff_ms)
    ):
        return SyncDecision.SKIP_BREAKER_OPEN
    if policy.status_lock and (status == SyncStatus.PENDING or status == SyncStatus.SYNCING):
        return SyncDecision.SKIP_IN_PROGRESS
    if policy.bypass_without_songs and not has_songs:
        return SyncDecision.SYNC_WITHOUT_SONGS
    if is_recent(now_ms, last_synced_ms, policy.window_ms):
        return SyncDecision.SKIP_RECENTLY_SYNCED
    if policy.track_attempts and is_recent(now_ms, attempted_at_ms, policy.window_ms):
        return SyncDecision.SKIP_RECENTLY_ATTEMPTED
    return SyncDecision.SYNC_WINDOW_PASSED


def held_back_by(
    now_ms: int,
    last_synced_ms: int | None,
    attempted_at_ms: int | None,
    status: int,
    policy: SyncPolicy,
) -> tuple[bool, bool]:
    """Which fields a refused sync is refused for, each taken alone: (`lastSynced`, the attempt).

    `decide_catalog_sync` names the first; a change that takes only that one away helps nothing if
    the other still holds. The attempt is `catalogSyncAttemptedAt` or its `catalogSyncStatus`.
    """
    locked = policy.status_lock and (status == SyncStatus.PENDING or status == SyncStatus.SYNCING)
    attempted = policy.track_attempts and is_recent(now_ms, attempted_at_ms, policy.window_ms)
    return is_recent(now_ms, last_synced_ms, policy.window_ms), locked or attempted


# -- what autoGenerateSetlist does -------------------------------------------------------------


class GeneratePolicy(NamedTuple):
    """What `autoGenerateSetlist` does for an artist without songs."""

    placeholder: bool = False
    """Insert an empty setlist, so that the show is not picked again."""
    track_attempts: bool = False
    """Look at `catalogSyncAttemptedAt` and stamp it when scheduling a sync."""
    window_ms: int = 24 * HOUR_MS
    """How recent an attempt must be not to schedule another sync."""
    schedules_sync: bool = True
    """Generation starts catalog syncs at all."""


class GenerateDecision(IntEnum):
    """What `autoGenerateSetlist` does with a show, and why."""

    schedules_sync: bool
    writes_placeholder: bool
    """An empty setlist is inserted if the show has no row."""
    reason: str

    def __new__(  # noqa: D102
        cls, value: int, schedules_sync: bool, writes_placeholder: bool, reason: str
    ) -> GenerateDecision:
        member = int.__new__(cls, value)
        member._value_ = value
        member.schedules_sync = schedules_sync
        member.writes_placeholder = writes_placeholder
        member.reason = reason
        return member

    RETURN_EXISTING = (1, False, False, "the show has a filled setlist")
    FILL = (2, False, False, "the artist has songs")
    RETURN_NULL = (3, False, False, "no songs, and a sync was attempted within the window")
    PLACEHOLDER_ONLY = (4, False, True, "no songs, and a sync was attempted within the window")
    SYNC_ONLY = (5, True, False, "no songs: a sync is scheduled and null returned")
    SYNC_AND_PLACEHOLDER = (6, True, True, "no songs: a sync is scheduled")
    NULL_WITHOUT_SYNC = (7, False, False, "no songs, and generation never schedules a sync")
    PLACEHOLDER_WITHOUT_SYNC = (8, False, True, "no songs, and generation never schedules a sync")


NO_ROW = -1
"""How `decide_setlist` is told that a show has no setlist row."""


def decide_setlist(
    now_ms: int,
    artist_songs: int,
    setlist_songs: int,
    attempted_at_ms: int | None,
    policy: GeneratePolicy,
) -> GenerateDecision:
    """What to do for a show whose setlist has ``setlist_songs`` songs (`NO_ROW`: no row)."""
    if setlist_songs > 0:
        return GenerateDecision.RETURN_EXISTING
    if artist_songs > 0:
        return GenerateDecision.FILL
    if not policy.schedules_sync:
        if policy.placeholder:
            return GenerateDecision.PLACEHOLDER_WITHOUT_SYNC
        return GenerateDecision.NULL_WITHOUT_SYNC
    if policy.track_attempts and is_recent(now_ms, attempted_at_ms, policy.window_ms):
        if policy.placeholder:
            return GenerateDecision.PLACEHOLDER_ONLY
        return GenerateDecision.RETURN_NULL
    if policy.placeholder:
        return GenerateDecision.SYNC_AND_PLACEHOLDER
    return GenerateDecision.SYNC_ONLY


def setlist_size(artist_songs: int) -> int:
    """Songs of the setlist generated from an artist's songs."""
    return min(SETLIST_SONGS, artist_songs)


def needs_seeding(setlist_songs: int) -> bool:
    """Whether a Ticketmaster re-sync seeds the show's setlist again (`NO_ROW`: no row)."""
    return setlist_songs < SETLIST_SONGS


# -- what is written down ----------------------------------------------------------------------


class SyncStatusPatch(NamedTuple):
    """Arguments of `artists:updateSyncStatus`; None is not given, and not written."""

    attempted_at_ms: int | None
    status: SyncStatus | None


def on_scheduled(now_ms: int) -> SyncStatusPatch:
    """What `autoGenerateSetlist` writes when it schedules a sync."""
    return SyncStatusPatch(now_ms, SyncStatus.PENDING)


def on_start(now_ms: int) -> SyncStatusPatch:
    """What `syncArtistCatalog` writes once its guard has admitted it."""
    return SyncStatusPatch(now_ms, SyncStatus.SYNCING)


def on_finish(imported: int) -> SyncStatusPatch:
    """What `syncArtistCatalog` writes at its end: completed only if anything was imported."""
    return SyncStatusPatch(None, SyncStatus.COMPLETED if imported else SyncStatus.FAILED)


def apply_patch(
    patch: SyncStatusPatch, attempted_at_ms: int, status: SyncStatus
) -> tuple[int, SyncStatus]:
    """The fields (`catalogSyncAttemptedAt`, `catalogSyncStatus`) after the patch."""
    return (
        attempted_at_ms if patch.attempted_at_ms is None else patch.attempted_at_ms,
        status if patch.status is None else patch.status,
    )


def breaker_after(
    failed: bool, failures: int, last_failure_ms: int, now_ms: int
) -> tuple[int, int]:
    """The breaker's (errors in a row, time of the last) after a sync ended.

    Only thrown errors count as failed; an empty catalog or a failed search does not (app.md,
    Guards). A sync that ran to its end resets the count. One that stopped at the search did neither
    and records nothing (app.md, step 5).
    """
    return (failures + 1, now_ms) if failed else (0, last_failure_ms)
