"""The built-in app's world as a file, for the same app in TypeScript: `world.json` of a seed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from sim.apps.setlist import Population
from sim.apps.setlist.world import World
from sim.platform.reference import Backend
from sim.scenario import load_scenario

IMPORTS = 200
"""Artists that visitors import, at most, in any run that uses the file."""


def world_of(scenario_file: str, seed: int) -> dict[str, Any]:
    """Artists, shows in the order of the table, and the catalogs of imported artists."""
    scenario = load_scenario(scenario_file, seed=seed)
    population = scenario.population
    assert isinstance(population, Population)
    world = World(Backend(scenario, seed), population)
    rank = {show: position for position, show in enumerate(world.upcoming.value)}
    artists = [
        {"lastSynced": row.value.last_synced, "songs": links.value,
         "found": catalog.found, "tracks": catalog.tracks}
        for row, links, catalog in zip(world.artists, world.links, world.catalogs, strict=True)
    ]  # fmt: skip
    shows = [
        {"id": f"show {show:04}", "artist": world.artist_of[show], "upcoming": rank.get(show),
         "filled": world.setlists[show].value is not None}
        for show in world.all_shows.value
    ]  # fmt: skip
    imports = [world.import_catalog(number) for number in range(IMPORTS)]
    return {
        "artists": artists,
        "shows": shows,
        "imports": [{"found": each.found, "tracks": each.tracks} for each in imports],
        "import_shows": population.import_shows,
    }


def text_of(world: dict[str, Any]) -> str:
    """The file's text: one row a line."""
    parts = [
        f'"{key}": [\n' + ",\n".join(json.dumps(row) for row in rows) + "\n]"
        for key, rows in world.items()
        if isinstance(rows, list)
    ]
    return "{" + ",\n".join([*parts, f'"import_shows": {world["import_shows"]}']) + "}\n"


if __name__ == "__main__":
    Path(sys.argv[3]).write_text(text_of(world_of(sys.argv[1], int(sys.argv[2]))), encoding="utf-8")
