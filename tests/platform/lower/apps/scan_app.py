"""A paged scan that reschedules itself: a mutation works through an index, page after page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from sim.backend import Backend, Context, Keys, Snapshot, Steps, Transaction
from sim.scenario import Count, Duration, Interval, Scenario, param
from sim.scenario import Settings as BaseSettings


class Settings(BaseSettings):
    """The keys of `app:`."""

    name: str = param("scan_app", "This module.")
    rows: Count = param(60, "Rows at the start.")
    page: Count = param(8, "Rows of a page.")
    pause: Duration = param("100ms", "Pause between pages.")
    every: Interval = param("30s", "Interval of a scan.")
    grows: Interval = param("5s", "Interval at which a row is added.")
    mode: Literal["touch", "look"] = param("touch", "Whether a scan writes the rows that it reads.")
    extra: tuple[Duration, ...] = param(("1s",), "Delays of looks after a scan.")


def install(backend: Backend, scenario: Scenario) -> Callable[[], dict[str, float]]:
    """Rows, the index over them, and the scan."""
    settings = scenario.app
    assert isinstance(settings, Settings)
    rows = backend.table("rows", int | None, size=120)
    for number in range(2 * settings.rows + 200):
        rows.add(0 if number < settings.rows else None)
    index = backend.index("all rows", tuple(range(settings.rows)), size=300)
    scans = backend.document("scans")
    marks = backend.key_set(rows)

    def begin(tx: Transaction) -> None:
        tx.schedule(0, "scan:page", 0)

    def page(tx: Transaction, first: int) -> None:
        keys: Keys = tx.get(index)
        read = 0
        for key in keys[first : first + settings.page]:
            value = tx.get(rows[key])
            if value is None:
                continue
            read += 1
            if settings.mode == "touch" and value < 1000:
                tx.put(rows[key], value + 1)
        if read and first + settings.page < len(keys):
            tx.schedule(settings.pause, "scan:page", first + settings.page)
            return
        tx.insert(scans, 1, 10)
        for delay in settings.extra:
            tx.schedule(delay, "scan:look")

    def grow(tx: Transaction) -> bool:
        number: int = len(tx.get(index))
        if number >= len(rows):
            return False
        tx.put(rows[number], number % 7)
        tx.insert(index, (number,), 5)
        return True

    def count(tx: Snapshot, at_least: int) -> int:
        marks.clear()
        for key in tx.get(index):
            value = tx.get(rows[key])
            if value is not None and value >= at_least:
                marks.add(key)
        found = 0
        while found < len(rows) and found in marks:
            found += 1
        return found

    def look(ctx: Context) -> Steps:
        low, high = yield from ctx.query_each(("scan:count", "scan:count"), 1)
        if low and high:
            statuses = yield from ctx.http_batch(min(5, low))
            for status in statuses:
                if status != 200:
                    return
            yield from ctx.run_mutation("scan:grow")

    backend.query("scan:count", count)
    backend.mutation("scan:begin", begin)
    backend.mutation("scan:page", page)
    backend.mutation("scan:grow", grow)
    backend.action("scan:look", look, node=True)
    backend.cron("scan", "scan:begin", every=settings.every)
    backend.cron("grow", "scan:grow", every=settings.grows)
    return lambda: {
        "rows": int(rows.present().sum()),
        "scans": scans.value,
        "keys": len(index.value),
    }
