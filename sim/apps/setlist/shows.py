"""convex/shows.ts: shows and their creation from Ticketmaster events, with its retry schedule."""

from __future__ import annotations

from sim.guards import NO_ROW, needs_seeding
from sim.platform.reference import Backend, Keys, Snapshot, Transaction

from .setlists import Setlists
from .settings import Seeding, SetlistSettings
from .world import World

VENUE_SIZE = 400
"""Bytes of one venue row: our estimate."""


class Shows:
    """The functions of the module."""

    def __init__(self, backend: Backend, world: World, setlists: Setlists) -> None:
        self._world = world
        self._seeding: Seeding
        backend.on_deploy(self._deploy)
        self._setlists = setlists
        self._venue = backend.document("a venue", size=VENUE_SIZE)
        backend.query("shows:getAllByArtistInternal", self.get_all_by_artist)
        backend.mutation("venues:createFromTicketmaster", self.create_venue)
        backend.mutation("shows:createFromTicketmaster", self.create_from_ticketmaster)
        backend.mutation("shows:reviewAll", self.review_all)

    def _deploy(self, settings: SetlistSettings) -> None:
        self._seeding = settings.seeding

    def get_all_by_artist(self, tx: Snapshot, artist: int) -> Keys:
        """The artist's shows."""
        shows: Keys = tx.get(self._world.shows_of[artist])
        return shows

    def create_venue(self, tx: Transaction) -> None:
        """Look a venue up; in the model every show's venue exists already."""
        tx.get(self._venue)

    def create_from_ticketmaster(self, tx: Transaction, show: int, artist: int) -> None:
        """Insert a new show and try its setlist; seed an existing one that still lacks songs."""
        world, row = self._world, self._world.shows[show]
        artist_row = world.artists[artist]
        tx.put(artist_row, tx.get(artist_row))
        if tx.get(row) is None:
            tx.put(row, artist)
            for index in (world.shows_of[artist], world.upcoming, world.all_shows):
                tx.insert(index, (show,), world.population.show_size)
            self._setlists.auto_generate(tx, show, artist)
            return
        setlist = tx.get(world.setlists[show])
        if not needs_seeding(NO_ROW if setlist is None else setlist.songs):
            return
        if self._seeding.inline:
            self._setlists.auto_generate(tx, show, artist)
        for delay in self._seeding.delays:
            tx.schedule(delay, "setlists:autoGenerateSetlist", show, artist)

    def review_all(self, tx: Transaction) -> None:
        """A cron that looks at every show and finds nothing to change."""
        for show in tx.get(self._world.all_shows):
            tx.get(self._world.shows[show])
