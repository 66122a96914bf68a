"""Sweeps: a scenario over a grid of settings and seeds, every finished run kept."""

from .grid import Axis, parse_axis
from .run import Cell, Sweep, sweep
from .store import Store

__all__ = ["Axis", "Cell", "Store", "Sweep", "parse_axis", "sweep"]
