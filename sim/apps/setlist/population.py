"""The world the setlist app runs on: which artists and shows there are when a run starts."""

from __future__ import annotations

from pydantic import model_validator

from sim.scenario import Count, Rate, Settings, Share, Size, param

_WORLD = "app.md, Size of the world"


MAX_SHOWS = 1_000_000
"""Far beyond any such site; a larger number is a mistake."""


class Population(Settings):
    """Artists and shows. Lists give one artist per entry, the entry being its number of shows."""

    shows: Count = param(500, "All shows.", source=_WORLD)
    shows_without_setlist: Count = param(
        250, "Shows that lack a setlist at the start.", source=_WORLD
    )
    artists_with_songs: Count = param(
        120, "Artists whose catalog is imported; they share the shows not listed below.",
        source="our estimate: a handful of shows each", plausible="50..250",
    )  # fmt: skip
    filtered: tuple[Count, ...] = param(
        (3, 2, 2, 1, 1, 1, 1, 1),
        "Artists the API knows but whose every track is filtered out: their shows each.",
        source="app.md, Loops (touring productions); the counts are our estimate",
        plausible="a few dozen song-less artists in all; 1 to dozens of shows each",
    )
    unknown: tuple[Count, ...] = param(
        (3, 2, 2, 1, 1, 1, 1, 1),
        "Artists the API's search does not find: their shows each.",
        source=_WORLD,
        plausible="a few dozen song-less artists in all",
    )
    importable: tuple[Count, ...] = param(
        (2, 1, 1),
        "Artists with a catalog that was never imported: their shows each.",
        source=_WORLD,
        plausible="a few dozen song-less artists in all",
    )
    upcoming: Share = param(
        0.6, "Share of the shows that are still to come.", source="our estimate",
        plausible="0.3..0.9",
    )  # fmt: skip
    tracks: tuple[Count, Count] = param(
        (100, 300), "Fewest and most tracks of an importable catalog.", source="app.md, step 9"
    )
    import_shows: Count = param(
        8, "Shows of an artist that a user imports.", source="our estimate", plausible="1..200"
    )
    imports_unknown: Share = param(
        0.05, "Share of imported artists that the API's search does not find.",
        source="our estimate", plausible="0..0.3",
    )  # fmt: skip
    imports_filtered: Share = param(
        0.05, "Share of imported artists whose every track is filtered out.",
        source="our estimate", plausible="0..0.3",
    )  # fmt: skip
    artist_writes: Rate = param(
        "2000/day", "Organic writes of artist rows (follows, counters), spread over all artists.",
        source="our estimate", plausible="0..80k/day",
    )  # fmt: skip
    artist_size: Size = param(
        "1kB", "One artist document.", source="our estimate: 100 MB of storage in all",
        plausible="0.5kB..4kB",
    )  # fmt: skip
    song_size: Size = param("400B", "One song document.", source="our estimate")
    show_size: Size = param("700B", "One show document.", source="our estimate")
    setlist_size: Size = param("500B", "One setlist document.", source="our estimate")
    link_size: Size = param("100B", "One artist-song link.", source="our estimate")

    @property
    def artists(self) -> int:
        """All artists at the start."""
        songless = len(self.filtered) + len(self.unknown) + len(self.importable)
        return songless + self.artists_with_songs

    @model_validator(mode="after")
    def _fits(self) -> Population:
        listed = sum(self.filtered) + sum(self.unknown) + sum(self.importable)
        if listed > self.shows_without_setlist:
            raise ValueError(
                f"the listed song-less artists have {listed} shows, none with a setlist, but "
                f"shows_without_setlist is {self.shows_without_setlist}"
            )
        if self.shows > MAX_SHOWS:
            raise ValueError(f"more than {MAX_SHOWS:,} shows")
        if self.shows_without_setlist > self.shows:
            raise ValueError("shows_without_setlist is above shows")
        if self.shows > listed and not self.artists_with_songs:
            raise ValueError("some shows have no artist: artists_with_songs is 0")
        if self.tracks[0] > self.tracks[1]:
            raise ValueError("tracks: the fewest are above the most")
        return self
