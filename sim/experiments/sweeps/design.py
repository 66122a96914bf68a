"""Which combinations of settings a sweep runs: the full grid, or a sample that covers the space."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from sim.scenario import fault, unknown

from .axis import Axis, Range

Method = Literal["latin-hypercube", "sobol"]
METHODS: tuple[Method, ...] = ("latin-hypercube", "sobol")
CellSettings = dict[str, Any]
"""Path → value."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A number of points, spread by a method; the same points for the same axes and seed."""

    method: Method
    points: int


def parse_sample(text: str) -> Sample:
    """The sample in a text ``METHOD:POINTS``; raises `ScenarioError` naming the text."""
    where = f"--sample {text}"
    method, _, points = text.partition(":")
    for known in METHODS:
        if method == known:
            if not points.isdecimal() or not 2 <= int(points) <= 100_000:
                raise fault(where, "expected 2 to 100,000 points, such as sobol:128")
            return Sample(known, int(points))
    raise fault(where, unknown(method, "method", METHODS))


def grid(axes: Sequence[Axis | Range]) -> list[CellSettings]:
    """Every combination of the axes' values, the last axis fastest."""
    columns = []
    for axis in axes:
        if isinstance(axis, Range):
            message = "a grid needs a step: low..high:step; a range without one needs --sample"
            raise fault(f"--vary {axis.path}", message)
        columns.append(axis.values)
    return [dict(zip((axis.path for axis in axes), row, strict=True)) for row in product(*columns)]


def sampled(axes: Sequence[Axis | Range], sample: Sample, seed: int) -> list[CellSettings]:
    """The points of the sample. Points that rounding makes equal are included once."""
    points = [
        {axis.path: axis.at(share) for axis, share in zip(axes, row, strict=True)}
        for row in _shares(len(axes), sample, seed)
    ]
    return list({repr(point): point for point in points}.values())


def _shares(dimensions: int, sample: Sample, seed: int) -> list[list[float]]:
    import numpy as np
    from scipy.stats import qmc  # late: half a second

    generator = np.random.default_rng([seed, METHODS.index(sample.method)])
    if sample.method == "sobol":
        # Sobol points are balanced for powers of two; otherwise the first ones come closest.
        power = math.ceil(math.log2(sample.points))
        shares = qmc.Sobol(dimensions, seed=generator).random_base2(power)[: sample.points]
    else:
        shares = qmc.LatinHypercube(dimensions, seed=generator).random(sample.points)
    rows: list[list[float]] = np.minimum(shares, np.nextafter(1.0, 0.0)).tolist()
    return rows
