"""The setlist app's settings and its revisions (app.md): every knob the incident report names."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import model_validator

from sim.guards import GeneratePolicy, SyncPolicy
from sim.scenario import MILLISECOND, Count, Duration, Interval, Rate, Settings, param

_CRONS = "app.md, Crons"
_LOOP = "app.md, Functions in the loop"
_GUARDS = "app.md, Guards"
_LATER = "later revisions of the app than those of app.md"


class Refresh(Settings):
    """The cron `refresh-auto-setlists`."""

    enabled: bool = param(True, "Whether the cron exists.", source=_CRONS)
    every: Interval = param("6h", "Interval of the cron.", source=_CRONS)
    limit: Count = param(60, "Upcoming shows read per run (the batch).", source=_CRONS)
    stagger: Duration = param(
        "0s", "Delay between the jobs of one batch, by row position.", source=_LOOP
    )
    inline: bool = param(
        False,
        "The whole batch in the cron's own transaction, instead of a job for each show: what one "
        "generation reads, any other's write makes the batch run again.",
        source=_LATER,
    )
    schedules_sync: bool = param(
        False,
        "The cron itself schedules a catalog sync for each show that it picks of an artist without "
        "songs, with the delay of the show's generation.",
        source=_LATER,
    )


class Backfill(Settings):
    """The weekly cron `backfill-legacy-setlists`."""

    enabled: bool = param(False, "Whether the cron exists.", source=_CRONS)
    every: Interval = param("168h", "Interval of the cron; it first runs at deploy.", source=_CRONS)
    limit: Count = param(200, "Shows of all statuses read per run.", source=_CRONS)


class ManualBackfill(Settings):
    """An operator running the backfill by hand (incident-report.md, Manual backfill procedure)."""

    runs: Count = param(0, "How many times the operator runs it.")
    limit: Count = param(
        50, "Shows of all statuses per run.", source="incident-report.md, procedure step 3",
        plausible="at most 500 (app.md, Manual paths)",
    )  # fmt: skip
    wait: Duration = param(
        "1h", "Time between runs.", source="incident-report.md, procedure step 4"
    )
    starts_after: Duration = param("0s", "When the first run is, after the start.")


class Generate(Settings):
    """`setlists:autoGenerateSetlist` for an artist without songs."""

    placeholder: bool = param(
        False, "Insert an empty setlist so that the show is not picked again.", source=_LOOP
    )
    sync_delay: Duration = param("0s", "Delay of the catalog sync it schedules.", source=_LOOP)
    schedules_sync: bool = param(
        True, "It schedules catalog syncs at all, where its guard lets it.", source=_LATER
    )
    guard_window: Duration | None = param(
        None,
        "How recent an attempt must be for it not to schedule a sync, where attempts are tracked. "
        "Without it, `app.sync.guard_window`.",
        source=_GUARDS,
    )


class Sync(Settings):
    """`spotify:syncArtistCatalog` and the guard before it."""

    guard_window: Duration = param(
        "1h", "How recent a sync or attempt must be to skip.", source=_GUARDS
    )
    bypass_without_songs: bool = param(
        False, "The guard only applies to artists that have songs.", source=_GUARDS
    )
    track_attempts: bool = param(
        False,
        "Attempts are stamped (`catalogSyncAttemptedAt`, `catalogSyncStatus`) and guarded on.",
        source=_GUARDS,
    )
    status_lock: bool = param(False, "Skip while the status is pending or syncing.", source=_GUARDS)
    breaker: bool = param(
        False, "Circuit breaker: back off after failures in a row.", source=_GUARDS
    )
    breaker_failures: Count = param(3, "Thrown errors in a row that open it.", source=_GUARDS)
    breaker_backoff: Duration = param("72h", "How long it stays open.", source=_GUARDS)
    records_failed_search: bool = param(
        False,
        "A search that is refused or finds nothing is recorded: the status becomes failed. Without "
        "it a sync that set the status to syncing leaves it so.",
        source=_LATER,
    )
    write_unchanged: bool = param(
        True, "`artists:updateSpotifyData` writes even when no field changed.", source=_LOOP
    )
    link_lookup: Literal["scan", "index"] = param(
        "scan",
        "How `artistSongs:create` looks for a link that is there already. scan: it reads all links "
        "of the artist, as the app does; index: the one link, by an index that the app lacks.",
        source=_LOOP,
    )


class Cascade(Settings):
    """The return edge: setlists generated after a sync."""

    mode: Literal["inline", "scheduled", "none"] = param(
        "inline",
        "inline: awaited one after another; scheduled: as jobs; none: removed.",
        source=_LOOP,
    )
    only_if_imported: bool = param(
        False, "Only if the sync imported at least one song.", source=_LOOP
    )
    limit: Count = param(0, "At most so many shows; 0: all.", source=_LOOP)
    stagger: Duration = param("5s", "Delay between scheduled generations.", source=_LOOP)


class Seeding(Settings):
    """`shows:createFromTicketmaster` on an existing show that still lacks songs."""

    inline: bool = param(True, "Generate once inside the same mutation.", source=_LOOP)
    delays: tuple[Duration, ...] = param(
        ("10s", "1m", "5m"), "Delays of the generations scheduled besides.", source=_LOOP
    )


_RAREST = 0.1
"""Clients a day: rarer ones would hardly appear in a run, and their gaps overflow 64 bits."""


class VisitorSettings(Settings):
    """Client calls that enter the loop, modelled one by one."""

    page_views: Rate = param(
        "10k/day",
        "Views of the pages of shows that lacked a setlist at the start; each generates one.",
        source="app.md, Loops; our estimate: 4M organic calls at 20 to 100 a page are 40k to "
        "200k pages a day, a part of them of such shows",
        plausible="1k..100k/day",
    )
    imports: Rate = param(
        "4/day",
        "Artists that a user imports (`ticketmaster:triggerFullArtistSync`).",
        source="app.md, Functions in the loop; the rate is our estimate",
        plausible="0..50/day",
    )
    page_views_need_songs: bool = param(
        False, "A view generates a setlist only if the show's artist has songs.", source=_LATER
    )
    page_views_sync: bool = param(
        False,
        "A view of a page whose artist has no songs schedules a catalog sync.",
        source=_LATER,
    )

    @model_validator(mode="after")
    def _arrive(self) -> VisitorSettings:
        for name, rate in (("page_views", self.page_views), ("imports", self.imports)):
            if 0 < rate < _RAREST:
                raise ValueError(f"{name}: below one in ten days; 0 is none")
        return self


class SetlistSettings(Settings):
    """All settings of the setlist app; the defaults are the revision `before`."""

    name: str = param("setlist", "The app: `setlist`, or a module of your own.")
    refresh: Refresh = param(Refresh(), "Cron refresh-auto-setlists.")
    backfill: Backfill = param(Backfill(), "Cron backfill-legacy-setlists.")
    manual_backfill: ManualBackfill = param(ManualBackfill(), "An operator's backfill.")
    generate: Generate = param(Generate(), "Setlist generation for artists without songs.")
    sync: Sync = param(Sync(), "Catalog sync and its guards.")
    cascade: Cascade = param(Cascade(), "What a finished sync triggers.")
    seeding: Seeding = param(Seeding(), "Retry schedule of show creation.")
    visitors: VisitorSettings = param(VisitorSettings(), "Client calls that enter the loop.")
    background: bool = param(True, "Run the app's other crons too.", source=_CRONS)

    @property
    def sync_policy(self) -> SyncPolicy:
        """The policy of the guard of `syncArtistCatalog`."""
        sync = self.sync
        return SyncPolicy(
            window_ms=sync.guard_window // MILLISECOND,
            bypass_without_songs=sync.bypass_without_songs,
            track_attempts=sync.track_attempts,
            status_lock=sync.status_lock,
            breaker=sync.breaker,
            breaker_failures=sync.breaker_failures,
            breaker_backoff_ms=sync.breaker_backoff // MILLISECOND,
        )

    @property
    def generate_policy(self) -> GeneratePolicy:
        """The policy of `autoGenerateSetlist`."""
        return GeneratePolicy(
            placeholder=self.generate.placeholder,
            track_attempts=self.sync.track_attempts,
            window_ms=(
                self.sync.guard_window
                if self.generate.guard_window is None
                else self.generate.guard_window
            )
            // MILLISECOND,
            schedules_sync=self.generate.schedules_sync,
        )


_FIXED: dict[str, Any] = {
    "refresh": {"every": "12h", "limit": 20, "stagger": "10s"},
    "generate": {"placeholder": True, "sync_delay": "5s"},
    "sync": {"guard_window": "24h", "track_attempts": True},
    "cascade": {"mode": "scheduled", "only_if_imported": True, "limit": 10, "stagger": "5s"},
    "seeding": {"delays": ()},
}

_HARDENED: dict[str, Any] = {
    **_FIXED,
    "sync": {**_FIXED["sync"], "status_lock": True, "breaker": True, "write_unchanged": False},
    "cascade": {"mode": "none"},
}
_LULL: dict[str, Any] = {
    **_HARDENED,
    "generate": {**_HARDENED["generate"], "schedules_sync": False},
}

REVISIONS: dict[str, dict[str, Any]] = {
    "before": {},
    "buggy": {
        "backfill": {"enabled": True},
        "sync": {"bypass_without_songs": True},
        "seeding": {"inline": False, "delays": ("0s", "10s", "1m", "5m", "15m", "30m")},
    },
    "fixed": _FIXED,
    "hardened": _HARDENED,
    "lull": _LULL,
    "no-placeholder": {
        **_HARDENED,
        "generate": {"sync_delay": "5s", "guard_window": "6h"},
        "sync": {**_HARDENED["sync"], "guard_window": "6h"},
    },
    "cron-sync": {**_LULL, "refresh": {**_LULL["refresh"], "schedules_sync": True}},
    "page-view-sync": {**_LULL, "visitors": {"page_views_sync": True}},
}  # fmt: skip
"""Where each revision differs from the defaults (app.md, Revisions, Guards, Functions).

The last four came later. `lull`: generation never syncs. `no-placeholder`: windows of 6 h and no
placeholder. `cron-sync`: the cron schedules the syncs. `page-view-sync`: each view of the page of
an artist without songs does.
"""
