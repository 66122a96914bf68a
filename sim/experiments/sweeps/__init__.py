"""Sweeps: a scenario over a grid or a sample of settings, under several seeds."""

from .axis import Axis, Range, axes_of, parse_axis
from .design import Sample, grid, parse_sample
from .front import nondominated
from .result import Cell, Sweep
from .run import sweep, with_settings

__all__ = [
    "Axis",
    "Cell",
    "Range",
    "Sample",
    "Sweep",
    "axes_of",
    "grid",
    "nondominated",
    "parse_axis",
    "parse_sample",
    "sweep",
    "with_settings",
]
