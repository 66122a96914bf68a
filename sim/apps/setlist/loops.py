"""The app's loops from its settings alone: the guards are asked along the way of a pass.

No simulation: an artist without songs is followed through `autoGenerateSetlist`, the catalog sync
and back (app.md, Loops), with the times that lie between them at least.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sim.guards import (
    NO_ROW,
    GenerateDecision,
    SyncStatus,
    decide_catalog_sync,
    decide_setlist,
    held_back_by,
    needs_seeding,
    on_scheduled,
    on_start,
)
from sim.loops import Loop
from sim.scenario import MILLISECOND, SECOND, Scenario, format_duration

from .settings import SetlistSettings
from .spotify import PAGE_PAUSE

_NOW_MS = 1_762_560_000_000
"""Any time long after 1970, which stands for unset."""
GENERATE, SYNC = "setlists:autoGenerateSetlist", "spotify:syncArtistCatalog"
_REFRESH = "setlists:refreshMissingAutoSetlists"


@dataclass(frozen=True, slots=True)
class _Pass:
    """An artist without songs on its way round."""

    now_ms: int = _NOW_MS
    last_synced_ms: int = 0
    attempted_at_ms: int = 0
    status: SyncStatus = SyncStatus.UNSET
    steps: tuple[str, ...] = ()
    closed_by: str = ""
    blocks_itself: bool = False
    stamped_by_generation: bool = False

    def then(self, step: str, **changes: object) -> _Pass:
        return replace(self, steps=(*self.steps, step), **changes)  # type: ignore[arg-type]

    def closed(self, by: str, **changes: object) -> _Pass:
        return self.then(f"ends: {by}", closed_by=by, **changes)


def loops(scenario: Scenario) -> list[Loop]:
    """Every loop of the app, with what closes it under the scenario's settings."""
    settings = scenario.app
    assert isinstance(settings, SetlistSettings)
    return [_sync_loop(settings), *_picked_again(settings)]


# -- the loop of the incident ----------------------------------------------------------------------


def _sync_loop(settings: SetlistSettings) -> Loop:
    """Twice through generation and sync: the second time with what the first one has written."""
    state = _generate(_Pass(), settings, first=True)
    for first in (True, False):
        if not state.closed_by:
            state = _sync(state, settings, first=first)
        if first and not state.closed_by:
            state = _cascade(state, settings)
        if first and not state.closed_by:
            state = _generate(state, settings, first=False)
    if not state.closed_by:
        state = state.then("and so on: nothing has ended it")
    return Loop(
        path=(GENERATE, SYNC, GENERATE),
        kind="call",
        circumstances="an artist without songs whose catalog is filtered to nothing, never synced",
        closed_by=state.closed_by,
        blocks_itself=state.blocks_itself,
        steps=state.steps,
    )


def _generate(state: _Pass, settings: SetlistSettings, *, first: bool) -> _Pass:
    policy = settings.generate_policy
    again = not first and policy.placeholder
    if again and settings.cascade.mode == "inline":
        return state.closed(f"{SYNC} generates only for shows without a row, and each has one now")
    row = 0 if again else NO_ROW
    decision = decide_setlist(state.now_ms, 0, row, state.attempted_at_ms, policy)
    if not decision.schedules_sync:
        return state.closed(f"{GENERATE} schedules no sync: {decision.reason}")
    changes: dict[str, object] = {"now_ms": state.now_ms + settings.generate.sync_delay // 1000}
    if policy.track_attempts:
        stamp = on_scheduled(state.now_ms)
        changes |= {
            "attempted_at_ms": stamp.attempted_at_ms, "status": stamp.status,
            "stamped_by_generation": True,
        }  # fmt: skip
    wrote = ["stamps the attempt"] if policy.track_attempts else []
    wrote += ["inserts a placeholder"] if decision is GenerateDecision.SYNC_AND_PLACEHOLDER else []
    delay = format_duration(settings.generate.sync_delay)
    doing = ", ".join([*wrote, f"schedules a sync {delay} later"])
    return state.then(f"{GENERATE}: {decision.reason}; it {doing}", **changes)


def _sync(state: _Pass, settings: SetlistSettings, *, first: bool) -> _Pass:
    policy = settings.sync_policy
    decision = decide_catalog_sync(
        state.now_ms, False, state.last_synced_ms, state.attempted_at_ms, state.status, 0, 0, policy
    )
    if not decision.admits:
        synced, attempted = held_back_by(
            state.now_ms, state.last_synced_ms, state.attempted_at_ms, state.status, policy
        )
        own = first and attempted and not synced and state.stamped_by_generation
        by = f"the guard of {SYNC}: {decision.reason}"
        if own:
            by += ", and the generation that scheduled the sync has just written it"
        return state.closed(by, blocks_itself=own)
    state = state.then(f"{SYNC} is admitted: {decision.reason}")
    if policy.track_attempts:
        stamp = on_start(state.now_ms)
        state = replace(
            state, attempted_at_ms=stamp.attempted_at_ms or 0, status=stamp.status or state.status,
            stamped_by_generation=False,
        )  # fmt: skip
    return state


def _cascade(state: _Pass, settings: SetlistSettings) -> _Pass:
    cascade = settings.cascade
    state = state.then("it writes lastSynced and imports nothing", last_synced_ms=state.now_ms)
    if settings.sync.track_attempts:
        state = replace(state, status=SyncStatus.FAILED)
    if cascade.mode == "none":
        return state.closed(f"{SYNC} starts no generation")
    if cascade.only_if_imported:
        return state.closed(f"{SYNC} starts a generation only if it imported something")
    how = "awaits" if cascade.mode == "inline" else "schedules"
    pause = PAGE_PAUSE // MILLISECOND
    return state.then(
        f"it {how} {GENERATE} although nothing was imported", now_ms=state.now_ms + pause
    )


# -- work that is picked again ---------------------------------------------------------------------


def _picked_again(settings: SetlistSettings) -> list[Loop]:
    decision = decide_setlist(_NOW_MS, 0, NO_ROW, 0, settings.generate_policy)
    row = f"{GENERATE} leaves a row behind, even if an empty one" * decision.writes_placeholder
    found = []
    for cron, name in (
        (settings.refresh, "refresh-auto-setlists"),
        (settings.backfill, "backfill-legacy-setlists"),
    ):
        every = format_duration(cron.every)
        found.append(
            Loop(
                path=(_REFRESH, GENERATE, _REFRESH),
                kind="pick",
                circumstances=f"the cron {name} looks at the same {cron.limit} rows every {every}",
                closed_by=row if cron.enabled else "the cron is switched off",
            )
        )
    views = settings.visitors.page_views
    found.append(
        Loop(
            path=("setlists:getByShow", GENERATE, "setlists:getByShow"),
            kind="pick",
            circumstances=f"{views:,.0f} views a day of pages whose shows lacked a setlist",
            closed_by=_closes_views(settings, row),
        )
    )
    create = "shows:createFromTicketmaster"
    seeds = needs_seeding(0) and (settings.seeding.inline or settings.seeding.delays)
    runs = len(settings.seeding.delays) + settings.seeding.inline
    found.append(
        Loop(
            path=(create, GENERATE, create),
            kind="pick",
            circumstances=f"a re-sync of an artist's shows seeds each that lacks songs, {runs} "
            f"time{'s' if runs != 1 else ''} over {format_duration(_span(settings))}; an empty row "
            "does not stop it",
            closed_by="" if seeds and settings.background else "nothing seeds a setlist again",
        )
    )
    return found


def _closes_views(settings: SetlistSettings, row: str) -> str:
    if not settings.visitors.page_views:
        return "nobody views a page"
    if settings.visitors.page_views_need_songs:
        return "a view generates nothing for an artist without songs"
    return row


def _span(settings: SetlistSettings) -> int:
    return max((*settings.seeding.delays, 0 * SECOND))
