"""The site's users where they enter the loop: page views and artist imports, call by call."""

from __future__ import annotations

from sim.platform.reference import Backend, Context, Steps, Transaction, in_python

from .settings import SetlistSettings
from .world import World


class Visitors:
    """What users do."""

    def __init__(self, backend: Backend, world: World, settings: SetlistSettings) -> None:
        self._world = world
        self._pages = backend.draws("visitors.page")
        self._need_songs = self._sync = False
        backend.on_deploy(self._deploy)
        backend.mutation("artists:requestSync", self.request_sync)
        backend.arrivals("page_views", settings.visitors.page_views, self.view_page)
        backend.arrivals("imports", settings.visitors.imports, self.import_artist)

    def _deploy(self, settings: SetlistSettings) -> None:
        self._need_songs = settings.visitors.page_views_need_songs
        self._sync = settings.visitors.page_views_sync

    def request_sync(self, tx: Transaction, artist: int) -> None:
        """Schedule the artist's catalog sync at once."""
        tx.schedule(0, "spotify:syncArtistCatalog", artist)

    def view_page(self, ctx: Context, number: int) -> Steps:
        """A show page: it generates the setlist if the show has no row.

        The names of the calls that a later revision's page makes besides are ours.
        """
        shows = self._world.unfilled_at_start
        if not shows:
            return
        show = shows[self._pages.below(len(shows), number)]
        artist = self._world.artist_of[show]
        without_row = (yield from ctx.query("setlists:getByShow", show)) is None
        songs = 1
        if self._sync or (self._need_songs and without_row):
            songs = yield from ctx.query("songs:getByArtistInternal", artist)
        if self._sync and not songs:
            yield from ctx.run_mutation("artists:requestSync", artist)
        if without_row and (songs or not self._need_songs):
            yield from ctx.run_mutation("setlists:autoGenerateSetlist", show, artist)

    def import_artist(self, ctx: Context, number: int) -> Steps:
        """An artist that was not on the site yet."""
        artist = self.new_artist(number)
        yield from ctx.run_action("ticketmaster:triggerFullArtistSync", artist)

    @in_python
    def new_artist(self, number: int) -> int:
        """The artist that the import of that number brings, with shows but without rows."""
        world = self._world
        catalog = world.import_catalog(number)
        return world.add_artist(catalog, world.population.import_shows, None, 0)
