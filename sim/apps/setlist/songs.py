"""convex/songs.ts, artistSongs.ts and errorTracking.ts: imported songs and logged errors."""

from __future__ import annotations

from sim.platform.reference import Backend, Snapshot, Transaction

from .settings import SetlistSettings
from .world import World

ERROR_SIZE = 500
"""Bytes of one logged error: our estimate."""


class Songs:
    """The functions of the modules."""

    def __init__(self, backend: Backend, world: World) -> None:
        self._world = world
        self._table = backend.document("songs")
        self._errors = backend.document("errors")
        self._indexed = False
        backend.on_deploy(self._deploy)
        backend.query("songs:getByArtistInternal", self.get_by_artist)
        backend.mutation("songs:create", self.create)
        backend.mutation("artistSongs:create", self.link)
        backend.mutation("errorTracking:logError", self.log_error)

    def _deploy(self, settings: SetlistSettings) -> None:
        self._indexed = settings.sync.link_lookup == "index"

    def get_by_artist(self, tx: Snapshot, artist: int) -> int:
        """How many songs the artist has: reads its link range and the songs themselves."""
        songs: int = tx.get(self._world.links[artist])
        tx.read_more(songs, songs * self._world.population.song_size)
        return songs

    def create(self, tx: Transaction, artist: int, track: int) -> None:
        """Insert a song unless it is there: it is looked up by its own id, which nobody shares.

        Catalogs are imported in order, so the songs that are there are those linked so far.
        """
        tx.read_more(1, 0)
        if track >= self._world.links[artist].at(tx.begin):
            tx.insert(self._table, 1, self._world.population.song_size)

    def link(self, tx: Transaction, artist: int, track: int) -> None:
        """Insert an artist-song link unless it is there."""
        links, size = self._world.links[artist], self._world.population.link_size
        if track >= (tx.look_up(links, size) if self._indexed else tx.get(links)):
            tx.insert(links, 1, size)

    def log_error(self, tx: Transaction) -> None:
        """Insert a row about an error."""
        tx.insert(self._errors, 1, ERROR_SIZE)
