"""What guards answer and who wrote what they refuse for: `sim.platform.reference.lineage`."""

from __future__ import annotations

from .compile import hot, jit
from .memory import Record, State, function_bits, guard_record, row_of, writers


@hot
def stamp_of(s: State, x: Record) -> int:
    """`Transaction.stamp` of the mutation that an execution runs: a number above 0."""
    bits = function_bits(s)
    return int(((x.serial << bits | x.function) << bits | x.callee) + 1)


@jit
def note_guard(s: State, answer: int, own: int, others: int) -> None:
    """`Context.guard`: so many stamps of those that count are its own, so many of others."""
    use = guard_record(s, answer)
    use.count += 1
    use.own += own > 0
    use.only_own += own > 0 and others == 0


@jit
def note_stamp(s: State, x: Record, answer: int, stamp: int) -> bool:
    """Count who wrote a field that a guard refuses for; see `_is_own` of the reference."""
    row, bits = row_of(s.writers, answer, writers(s)), function_bits(s)
    if stamp == 0:
        row[0] += 1
        return False
    writer = (stamp - 1) & ((1 << 2 * bits) - 1)
    row[1 + writer] += 1
    scheduled_it = (stamp - 1) >> 2 * bits == x.scheduled_by
    return bool(scheduled_it and writer >> bits != x.function)
