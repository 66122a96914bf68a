"""The world: the database rows the app works on, and what the music API knows of each artist.

Everything drawn here is keyed by (purpose, entity), so that two configurations under one seed live
in the same world.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.draws import draw, first_draws, scale, stream_key, threshold
from sim.guards import SyncStatus
from sim.platform.reference import Backend, Keys, Stamp
from sim.scenario import DAY

from .population import Population

HOUR_MS = 3_600_000


class Artist(NamedTuple):
    """The fields of an `artists` row that guards read; times are epoch milliseconds, 0 is unset."""

    last_synced: int
    attempted_at: int = 0
    status: SyncStatus = SyncStatus.UNSET
    failures: int = 0
    last_failure: int = 0
    synced_by: Stamp | None = None
    """Who wrote `last_synced`: not a field of the real row, but what findings are made from."""
    attempted_by: Stamp | None = None
    """Who wrote `attempted_at`."""


class Setlist(NamedTuple):
    """A `setlists` row: how many songs it has (0: a placeholder), when it was inserted, filled."""

    songs: int
    created_ms: int
    filled_ms: int = 0


class Catalog(NamedTuple):
    """What the music API knows of an artist."""

    found: bool
    """Whether the search has a hit."""
    tracks: int
    """Tracks left after the app's filters."""


class Events(NamedTuple):
    """The shows that Ticketmaster lists for an artist, created here or not."""

    first: int
    number: int


UNKNOWN = Catalog(found=False, tracks=0)
FILTERED = Catalog(found=True, tracks=0)


class World:
    """Tables and index ranges, by artist and by show, and what the APIs know."""

    def __init__(self, backend: Backend, population: Population) -> None:
        self._backend = backend
        self._seed = backend.seed
        self._imports = stream_key(backend.seed, "visitors.import")
        self.population = population
        written = population.artist_writes / DAY / max(1, population.artists)
        self.artists = backend.table("artists", Artist, size=population.artist_size, hazard=written)
        self.links = backend.table("artistSongs by artist", int)
        """How many songs each artist has."""
        self.shows_of = backend.table("shows by artist", Keys)
        self.shows = backend.table("shows", int | None, size=population.show_size)
        """The artist of each show."""
        self.setlists = backend.table("setlists by show", Setlist)
        self.catalogs = backend.facts("catalogs", Catalog)
        self.artist_of = backend.facts("artists of shows", int)
        self.events = backend.facts("events", Events)
        self._populate()
        rows = self._shuffled(np.arange(len(self.shows)), "row")
        self.upcoming = backend.index("shows still to come", self._still_to_come(rows))
        self.all_shows = backend.index("all shows", tuple(rows.tolist()))
        """The whole `shows` table, in its order."""
        self.unfilled_at_start = backend.facts("shows unfilled at the start", int)
        self.unfilled_at_start += [
            show for show, setlist in enumerate(self.setlists) if setlist.value is None
        ]

    def _u(self, purpose: str, entity: int) -> int:
        return draw(stream_key(self._seed, f"world.{purpose}", entity), 0)

    def _below(self, bound: int, purpose: str, entity: int) -> int:
        return scale(bound, self._u(purpose, entity))

    def tracks(self, entity: int) -> Catalog:
        """An importable catalog of a size drawn for the artist."""
        fewest, most = self.population.tracks
        return Catalog(found=True, tracks=fewest + self._below(most - fewest + 1, "tracks", entity))

    def import_catalog(self, number: int) -> Catalog:
        """The catalog of the artist that the import number ``number`` brings."""
        u = draw(self._imports, number)
        unknown = threshold(self.population.imports_unknown)
        if u < unknown:
            return UNKNOWN
        if u < unknown + threshold(self.population.imports_filtered):
            return FILTERED
        return self.tracks(-1 - number)

    def add_artist(self, catalog: Catalog, shows: int, artist: Artist | None, songs: int) -> int:
        """An artist and its shows; with ``artist`` None the rows are yet to be created."""
        population, number = self.population, self.artists.add(artist)
        self.links.add(songs, songs * population.link_size)
        self.catalogs.append(catalog)
        first = len(self.shows)
        self.artist_of += [number] * shows
        self.events.append(Events(first, shows))
        for _ in range(shows):
            self.setlists.add()
            self.shows.add(None if artist is None else number)
        if artist is None:
            self.shows_of.add(())
        else:
            self.shows_of.add(tuple(range(first, first + shows)), shows * population.show_size)
        return number

    def _populate(self) -> None:
        population = self.population
        songless: list[tuple[Catalog, int]] = [
            *((FILTERED, shows) for shows in population.filtered),
            *((UNKNOWN, shows) for shows in population.unknown),
            *((self.tracks(n), shows) for n, shows in enumerate(population.importable)),
        ]
        for catalog, shows in songless:
            never = catalog.tracks > 0  # a sync that found songs would have imported them
            artist = Artist(0) if never else self._artist_synced_before(len(self.artists))
            self.add_artist(catalog, shows, artist, 0)
        listed = len(self.shows)
        rest, owners = population.shows - listed, population.artists_with_songs
        for n in range(owners):
            shows = rest * (n + 1) // owners - rest * n // owners
            number = len(self.artists)
            catalog = self.tracks(number)
            artist = self._artist_synced_before(number)
            self.add_artist(catalog, shows, artist, catalog.tracks)
        self._fill_setlists(
            range(listed, population.shows), population.shows_without_setlist - listed
        )

    def _artist_synced_before(self, number: int) -> Artist:
        """A row last synced at some time in the two days before the run starts."""
        age_ms = HOUR_MS + self._below(47 * HOUR_MS, "last_synced", number)
        return Artist(self._backend.epoch_ms - age_ms)

    def _shuffled(self, items: npt.NDArray[np.int64], purpose: str) -> npt.NDArray[np.int64]:
        u = first_draws(self._seed, f"world.{purpose}", items)
        return items[np.lexsort((items, u))]

    def _fill_setlists(self, shows: range, unfilled: int) -> None:
        created = self._backend.epoch_ms - 24 * HOUR_MS
        for show in self._shuffled(np.array(shows, np.int64), "filled")[unfilled:].tolist():
            self.setlists.fill(show, Setlist(5, created, created), self.population.setlist_size)

    def _still_to_come(self, rows: npt.NDArray[np.int64]) -> tuple[int, ...]:
        """The shows of the index of upcoming ones, in its order."""
        upcoming = threshold(self.population.upcoming)  # up to 2^64, which NumPy cannot hold
        draws = first_draws(self._seed, "world.upcoming", rows).tolist()
        still_to_come = rows[np.array([u < upcoming for u in draws], bool)]
        return tuple(self._shuffled(still_to_come, "date").tolist())
