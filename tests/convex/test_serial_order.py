"""Transactions that overlap in time give what they give one after another, in commit order."""

from __future__ import annotations

import json
import random
from typing import Any

from .conftest import Direct

ROUNDS = 40
DOCUMENTS = 6
TRANSACTIONS = 8


def seeded(direct: Direct) -> list[str]:
    """A few documents with ranks of their own."""
    direct.afresh()
    ops = [{"kind": "insert", "value": {"owner": "ann", "text": "old", "rank": 10 * n}}
           for n in range(DOCUMENTS)]  # fmt: skip
    ids: list[str] = direct.mutation("oracle:run", ops=ops, ids=[])["ids"]
    return ids


def transaction(chance: random.Random, number: int) -> list[dict[str, Any]]:
    """Some reads, then a write that depends on nobody knows which of them."""
    reads: list[dict[str, Any]] = [chance.choice([
        {"kind": "get", "doc": chance.randrange(DOCUMENTS)},
        {"kind": chance.choice(["collect", "take", "first"]), "count": chance.randint(1, 3),
         "index": "by_rank", "order": chance.choice(["asc", "desc"]),
         "range": [["gte", "rank", chance.randrange(0, 60, 5)]]},
    ]) for _ in range(chance.randint(0, 2))]  # fmt: skip
    value = {"owner": "bob", "text": f"by {number}", "rank": number * 7 + 1}
    write: dict[str, Any] = chance.choice([
        {"kind": "insert", "value": value},
        {"kind": "patch", "doc": chance.randrange(DOCUMENTS), "value": {"text": f"by {number}"}},
        {"kind": "replace", "doc": chance.randrange(DOCUMENTS), "value": value},
        {"kind": "delete", "doc": chance.randrange(DOCUMENTS)},
    ])  # fmt: skip
    return [*reads, write]


def plain(results: Any, ids: list[str]) -> Any:
    if isinstance(results, dict):
        return {key: plain(value, ids) for key, value in results.items() if key != "_creationTime"}
    if isinstance(results, list):
        return [plain(each, ids) for each in results]
    if isinstance(results, str) and len(results) == 32:
        return ids.index(results) if results in ids else "new"
    return results


def everything(direct: Direct, ids: list[str]) -> Any:
    op = {"kind": "collect", "index": "by_rank", "range": []}
    return plain(direct.mutation("oracle:run", ops=[op], ids=ids)["results"], ids)


def overlapping(
    direct: Direct, programs: list[list[dict[str, Any]]], chance: random.Random
) -> tuple[list[int], list[Any], Any]:
    """Run attempts that overlap; those that commit in their order, what they saw, and the end."""
    ids = seeded(direct)
    start = direct.now + 10_000
    times = []
    for number in range(len(programs)):
        begin = start + chance.randrange(100)
        times.append((begin + chance.randrange(1, 60), number, begin))
    committed, seen, visible = [], [], start
    for validated, number, begin in sorted(times):
        x, attempt = direct.begin("oracle:run", begin, ops=programs[number], ids=ids)
        assert attempt.ended.ok, attempt.ended.value
        if attempt.changes and not direct.conflicts(x):
            visible = max(visible, validated + chance.randrange(1, 30))
            direct.commit(x, visible)
            committed.append(number)
            seen.append(plain(value(attempt), ids))
    direct.now = start + 10_000
    return committed, seen, everything(direct, ids)


def value(attempt: Any) -> Any:
    return json.loads(attempt.ended.value)["results"]


def one_by_one(
    direct: Direct, programs: list[list[dict[str, Any]]], order: list[int]
) -> tuple[list[Any], Any]:
    ids = seeded(direct)
    seen = []
    for number in order:
        done = direct.mutation("oracle:run", ops=programs[number], ids=ids)
        seen.append(plain(done["results"], ids))
    return seen, everything(direct, ids)


def test_what_commits_is_serial_in_the_order_of_commits(quick: Direct) -> None:
    lost = 0
    for round_ in range(ROUNDS):
        chance = random.Random(round_)
        programs = [transaction(chance, number) for number in range(TRANSACTIONS)]
        committed, seen, end = overlapping(quick, programs, chance)
        assert (seen, end) == one_by_one(quick, programs, committed), f"round {round_}"
        lost += TRANSACTIONS - len(committed)
    assert 0 < lost < ROUNDS * TRANSACTIONS / 2
