"""The Shapley value: each player's part of what all players achieve together.

A coalition of players is a number with a bit for each player. What it is worth is an array, such as
several metrics under several seeds; each entry is a game of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import comb

import numpy as np
import numpy.typing as npt

from sim.draws import draw, scale, stream_key

Worth = npt.NDArray[np.float64]


def exact_shares(players: int, worth: Mapping[int, Worth]) -> list[Worth]:
    """Every player's share: what it adds, averaged over all orders in which the players can join.

    ``worth`` has all coalitions. The shares add up to the worth of all players minus that of none.
    """
    weights = [1 / (players * comb(players - 1, size)) for size in range(players)]
    shares = []
    for player in range(players):
        without = [each for each in range(1 << players) if not each >> player & 1]
        added = np.array([worth[each | 1 << player] - worth[each] for each in without])
        weight = np.array([weights[each.bit_count()] for each in without])
        shares.append(np.tensordot(weight, added, axes=1))
    return shares


def order(players: int, seed: int, number: int) -> tuple[int, ...]:
    """A random order of the players; the same for the same seed and number on every machine."""
    key = stream_key(seed, "ablation order", number)
    places = list(range(players))
    for last in range(players - 1, 0, -1):
        other = scale(last + 1, draw(key, last))
        places[last], places[other] = places[other], places[last]
    return tuple(places)


def coalitions(players: tuple[int, ...]) -> list[int]:
    """The coalitions that form as players join in an order, from none to all."""
    formed = [0]
    for player in players:
        formed.append(formed[-1] | 1 << player)
    return formed


def shares_of_pair(players: tuple[int, ...], worth: Mapping[int, Worth]) -> list[Worth]:
    """What every player adds, averaged over an order and its reverse.

    A player who joins early in one joins late in the other, so the two orders together say more
    than two independent ones. The shares add up as the exact ones do.
    """
    shares: dict[int, Worth] = {}
    for ordered in (players, players[::-1]):
        formed = coalitions(ordered)
        for player, before, after in zip(ordered, formed, formed[1:], strict=False):
            half = (worth[after] - worth[before]) / 2
            shares[player] = shares[player] + half if player in shares else half
    return [shares[player] for player in range(len(players))]
