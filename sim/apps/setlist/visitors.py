"""The site's users where they enter the loop: page views and artist imports, call by call."""

from __future__ import annotations

from sim.draws import draw, stream_key
from sim.platform.reference import Backend, Context, Steps

from .settings import SetlistSettings
from .world import World


def install_visitors(backend: Backend, world: World, settings: SetlistSettings) -> None:
    """Register the arrivals of page views and imports."""
    pages = stream_key(backend.seed, "visitors.page")
    population = world.population

    def view_page(ctx: Context, number: int) -> Steps:
        """A show page: it generates the setlist if the show has no row."""
        shows = world.unfilled_at_start
        if not shows:
            return
        show = shows[len(shows) * (draw(pages, number) >> 32) >> 32]
        if (yield from ctx.query("setlists:getByShow", show)) is None:
            yield from ctx.run_mutation("setlists:autoGenerateSetlist", show, world.artist_of[show])

    def import_artist(ctx: Context, number: int) -> Steps:
        """An artist that was not on the site yet."""
        catalog = world.import_catalog(number)
        artist = world.add_artist(catalog, population.import_shows, None, 0)
        yield from ctx.run_action("ticketmaster:triggerFullArtistSync", artist)

    backend.arrivals("page_views", settings.visitors.page_views, view_page)
    backend.arrivals("imports", settings.visitors.imports, import_artist)
