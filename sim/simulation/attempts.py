"""How many attempts the calls of a mutation have had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def attempts(
    type_: str, name: str, calls: int, repeats: Mapping[str, Sequence[int]] | None
) -> dict[str, int]:
    """Its calls by their number of attempts, which together are ``calls``.

    ``repeats``: see `sim.observation.Observation`.
    """
    if type_ != "mutation" or repeats is None or not calls:
        return {}
    again = repeats.get(name, (0, 0))
    had = [calls - sum(again[1:]), *again[1:-1]]
    """How many calls had a first attempt, a second one, …"""
    pairs = zip(had, [*had[1:], 0], strict=True)
    return {str(n): one - more for n, (one, more) in enumerate(pairs, 1) if one > more}
