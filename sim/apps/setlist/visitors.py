"""The site's users where they enter the loop: page views and artist imports, call by call."""

from __future__ import annotations

from sim.platform.reference import Backend, Context, Steps, in_python

from .settings import SetlistSettings
from .world import World


class Visitors:
    """What users do."""

    def __init__(self, backend: Backend, world: World, settings: SetlistSettings) -> None:
        self._world = world
        self._pages = backend.draws("visitors.page")
        backend.arrivals("page_views", settings.visitors.page_views, self.view_page)
        backend.arrivals("imports", settings.visitors.imports, self.import_artist)

    def view_page(self, ctx: Context, number: int) -> Steps:
        """A show page: it generates the setlist if the show has no row."""
        shows = self._world.unfilled_at_start
        if not shows:
            return
        show = shows[self._pages.below(len(shows), number)]
        if (yield from ctx.query("setlists:getByShow", show)) is None:
            artist = self._world.artist_of[show]
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
