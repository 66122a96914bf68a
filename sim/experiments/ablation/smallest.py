"""The smallest combinations of changes that break the fewest budgets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice

from .table import CombinationTable


def search(table: CombinationTable, changes: int, room: int) -> tuple[list[int], bool]:
    """The smallest combinations that keep every budget, and whether that is proven.

    ``room``: how many combinations may be run in addition to those in the table. They are tried by
    size, beginning with none. If no combination keeps every budget, the smallest of the
    combinations that break the fewest are returned. The answer is proven if every combination that
    could do as well or better was run.
    """
    complete = True
    for size in range(changes + 1):
        new = (each for each in _of_size(changes, size) if each not in table.worth)
        missing = list(islice(new, room + 1))
        complete &= len(missing) <= room
        table.run(missing[:room])
        room -= len(missing[:room])
        found = [each for each in sorted(table.worth)
                 if each.bit_count() == size and not table.broken(each)]  # fmt: skip
        if found:
            return found, complete
    broken = {each: len(table.broken(each)) for each in sorted(table.worth)}
    best = [each for each, number in broken.items() if number == min(broken.values())]
    size = min(each.bit_count() for each in best)
    return [each for each in best if each.bit_count() == size], complete


def _of_size(changes: int, size: int) -> Iterator[int]:
    """Every combination of that size."""
    for places in combinations(range(changes), size):
        yield sum(1 << place for place in places)
