"""What the fix of the incident changed, by the names and in the order of the incident report."""

from __future__ import annotations

CHANGES: dict[str, tuple[str, ...]] = {
    "cron interval": ("app.refresh.every",),
    "batch limit": ("app.refresh.limit",),
    "backfill off": ("app.backfill",),
    "attempt tracking": ("app.sync.track_attempts",),
    "placeholder": ("app.generate.placeholder",),
    "sync delay": ("app.generate.sync_delay",),
    "stagger": ("app.refresh.stagger",),
    "guard window": ("app.sync.guard_window",),
    "bypass removed": ("app.sync.bypass_without_songs",),
    # "Cascading Prevention" of the report is a limit and the delays that only jobs can have.
    "cascade limit": ("app.cascade.limit", "app.cascade.mode", "app.cascade.stagger"),
    # Two that the report does not name: app.md, Functions in the loop.
    "cascade after imports only": ("app.cascade.only_if_imported",),
    "seeding retries": ("app.seeding",),
}
"""Change → the settings it is made of, each a setting's path or the head of several paths."""
