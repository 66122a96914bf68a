"""The Pareto front of points."""

from __future__ import annotations

from collections.abc import Sequence


def nondominated(points: Sequence[Sequence[float]]) -> list[int]:
    """The indices of the points that no other dominates; less is better in every coordinate.

    A point dominates another if it is nowhere worse and somewhere better; equal points all stay.
    """
    return [
        place
        for place, point in enumerate(points)
        if not any(_dominates(other, point) for other in points)
    ]


def _dominates(one: Sequence[float], other: Sequence[float]) -> bool:
    return all(a <= b for a, b in zip(one, other, strict=True)) and any(
        a < b for a, b in zip(one, other, strict=True)
    )
