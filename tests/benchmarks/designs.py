"""Two ways of running an app's functions in compiled code, on the same heap with the same draws.

By hand: every wait of the app is a state, and what follows it is written out. From a table: the
app is data, one row per step, and one interpreter runs any app. The app is the catalog sync in
small: two queries and a guard, two requests that may be refused, a mutation, then for each show a
query and perhaps a mutation; at the end it schedules itself. No conflicts, limits or metering.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit

from sim.draws import threshold

from .heap import SLOT_BITS, SLOT_MASK, Ints, replace_top, sample, uniform

SLOTS: Final = 10
JOBS: Final = 64
"""Jobs in the ring that the slots take turns with: a power of two."""
_SHORT, _LONG = 0, 1

REFUSED: Final = np.uint64(threshold(0.25) >> 32)
_LOW: Final = np.uint64((1 << 32) - 1)

QUERIES, MUTATIONS, REQUESTS, SYNCS = 0, 1, 2, 3
"""What is counted."""


class World(NamedTuple):
    """The documents: one entry per artist, the last two per show."""

    last_synced: Ints
    songs: Ints
    first_show: Ints
    setlists: Ints
    generated: Ints


def world(artists: int = 64, shows: int = 3) -> World:
    """Every eighth artist has songs, every fourth show has its setlist."""
    return World(
        last_synced=np.zeros(artists, np.int64),
        songs=(np.arange(artists) % 8 == 0).astype(np.int64),
        first_show=np.arange(artists + 1) * shows,
        setlists=(np.arange(artists * shows) % 4 == 0).astype(np.int64),
        generated=np.zeros(artists * shows, np.int64),
    )


class Executions(NamedTuple):
    """The live executions, one per slot."""

    step: Ints
    artist: Ints
    show: Ints
    status: Ints


def executions() -> Executions:
    """Every slot has just taken a job."""
    return Executions(*(np.arange(SLOTS) if name == "artist" else np.zeros(SLOTS, np.int64)
                        for name in Executions._fields))  # fmt: skip


@njit(inline="always")
def refused(u: np.uint64) -> np.bool:
    """Whether the request is refused: the half of the draw that its latency leaves unused."""
    return u & _LOW < REFUSED


# The bodies of the app's functions, the same for both designs.


@njit(inline="always")
def get_artist(w: World, artist: int) -> int:
    row: int = w.last_synced[artist]
    return row


@njit(inline="always")
def get_songs(w: World, artist: int) -> int:
    songs: int = w.songs[artist]
    return songs


@njit(inline="always")
def get_setlist(w: World, show: int) -> int:
    setlist: int = w.setlists[show]
    return setlist


@njit(inline="always")
def update_artist(w: World, artist: int, now: int) -> None:
    w.last_synced[artist] = now


@njit(inline="always")
def generate(w: World, show: int) -> None:
    w.generated[show] += 1


# By hand.

_ARTIST, _SONGS, _TOKEN, _SEARCH, _UPDATE, _SHOWS, _SETLIST, _GENERATE = range(8)


@njit()
def by_hand(events: int, x: Executions, w: World, latency: Ints, key: np.uint64) -> Ints:
    """Run ``events`` waits; what was counted."""
    counts = np.zeros(4, np.int64)
    heap = np.arange(SLOTS)
    jobs = np.arange(JOBS)
    head, tail = SLOTS, JOBS
    for event in range(events):
        now = heap[0] >> SLOT_BITS
        e = heap[0] & SLOT_MASK
        u = uniform(key, event)
        artist = x.artist[e]
        step = x.step[e]
        wait = _SHORT
        done = False
        if step == _ARTIST:
            get_artist(w, artist)
            counts[QUERIES] += 1
            step = _SONGS
        elif step == _SONGS:
            counts[QUERIES] += 1
            if get_songs(w, artist) > 0:
                done = True
            else:
                wait = _LONG
                step = _TOKEN
        elif step == _TOKEN:
            counts[REQUESTS] += 1
            if x.status[e]:
                done = True
            else:
                wait = _LONG
                step = _SEARCH
        elif step == _SEARCH:
            counts[REQUESTS] += 1
            if x.status[e]:
                done = True
            else:
                step = _UPDATE
        elif step == _UPDATE:
            update_artist(w, artist, now)
            counts[MUTATIONS] += 1
            step = _SHOWS
        elif step == _SHOWS:
            counts[QUERIES] += 1
            x.show[e] = w.first_show[artist]
            step = _SETLIST
        elif step == _SETLIST:
            counts[QUERIES] += 1
            if get_setlist(w, x.show[e]):
                x.show[e] += 1
                done = x.show[e] == w.first_show[artist + 1]
            else:
                step = _GENERATE
        else:
            generate(w, x.show[e])
            counts[MUTATIONS] += 1
            x.show[e] += 1
            done = x.show[e] == w.first_show[artist + 1]
            step = _SETLIST
        if done:
            counts[SYNCS] += 1
            jobs[tail & (JOBS - 1)] = artist
            x.artist[e] = jobs[head & (JOBS - 1)]
            head, tail = head + 1, tail + 1
            step = _ARTIST
        x.step[e] = step
        if wait == _LONG:
            x.status[e] = refused(u)
        again = now + sample(latency[wait], u)
        replace_top(heap, SLOTS, again << SLOT_BITS | e)
    return counts


# From a table: (what, which, the step after it if the result is 0, the step after it otherwise).

QUERY, MUTATION, HTTP, FOR_EACH, SCHEDULE, END = range(6)
_GET_ARTIST, _GET_SONGS, _GET_SHOWS, _GET_SETLIST = range(4)
_UPDATE_ARTIST, _GENERATE_SETLIST = range(2)

SYNC: Final = np.array([
    (QUERY, _GET_ARTIST, 1, 1),
    (QUERY, _GET_SONGS, 2, 9),
    (HTTP, 0, 3, 9),
    (HTTP, 0, 4, 9),
    (MUTATION, _UPDATE_ARTIST, 5, 5),
    (QUERY, _GET_SHOWS, 6, 6),
    (FOR_EACH, 0, 9, 7),
    (QUERY, _GET_SETLIST, 8, 6),
    (MUTATION, _GENERATE_SETLIST, 6, 6),
    (SCHEDULE, 0, 10, 10),
    (END, 0, 0, 0),
])  # fmt: skip


@njit(inline="always")
def query(which: int, x: Executions, e: int, w: World) -> int:
    """Run the query of that number."""
    if which == _GET_ARTIST:
        return get_artist(w, x.artist[e])
    if which == _GET_SONGS:
        return get_songs(w, x.artist[e])
    if which == _GET_SHOWS:
        x.show[e] = w.first_show[x.artist[e]] - 1
        return 0
    return get_setlist(w, x.show[e])


@njit(inline="always")
def mutation(which: int, x: Executions, e: int, w: World, now: int) -> int:
    """Run the mutation of that number."""
    if which == _UPDATE_ARTIST:
        update_artist(w, x.artist[e], now)
    else:
        generate(w, x.show[e])
    return 0


@njit()
def from_table(
    events: int, x: Executions, w: World, latency: Ints, key: np.uint64, steps: Ints
) -> Ints:
    """Run ``events`` waits; what was counted."""
    counts = np.zeros(4, np.int64)
    heap = np.arange(SLOTS)
    jobs = np.arange(JOBS)
    head, tail = SLOTS, JOBS
    for event in range(events):
        now = heap[0] >> SLOT_BITS
        e = heap[0] & SLOT_MASK
        u = uniform(key, event)
        at = x.step[e]
        what, which = steps[at, 0], steps[at, 1]
        if what == QUERY:
            result = query(which, x, e, w)
            counts[QUERIES] += 1
        elif what == MUTATION:
            result = mutation(which, x, e, w, now)
            counts[MUTATIONS] += 1
        else:
            result = x.status[e]
            counts[REQUESTS] += 1
        while True:
            at = steps[at, 3 if result else 2]
            what = steps[at, 0]
            if what <= HTTP:
                break
            if what == FOR_EACH:
                x.show[e] += 1
                result = int(x.show[e] < w.first_show[x.artist[e] + 1])
            elif what == SCHEDULE:
                jobs[tail & (JOBS - 1)] = x.artist[e]
                tail += 1
            else:
                counts[SYNCS] += 1
                x.artist[e] = jobs[head & (JOBS - 1)]
                head += 1
                at = 0
                break
        x.step[e] = at
        wait = _SHORT
        if what == HTTP:
            x.status[e] = refused(u)
            wait = _LONG
        again = now + sample(latency[wait], u)
        replace_top(heap, SLOTS, again << SLOT_BITS | e)
    return counts
