"""A function with a latency of its own takes that long; the draws of all others stay."""

from __future__ import annotations

from typing import Any

from sim.platform.reference import Backend, Context, Document, Steps, Transaction
from sim.scenario import SECOND
from tests.platform.reference.conftest import MakeBackend

MS = 1000


def test_execution_and_commit_of_one_function(make_backend: MakeBackend) -> None:
    backend = make_backend(
        platform={"latency": {"functions": {"m:slow": {"mutation": "300ms", "commit": "50ms"},
                                            "q:*": {"query": "70ms"}}}}
    )  # fmt: skip
    row, ends = Document(0), []

    def write(tx: Transaction) -> None:
        tx.put(row, tx.get(row) + 1)

    backend.mutation("m:slow", write)
    backend.mutation("m:other", write)
    backend.query("q:one", lambda tx: tx.get(row))

    def client(ctx: Context) -> Steps:
        for name in ("m:slow", "m:other"):
            yield from ctx.run_mutation(name)
            ends.append(ctx.now)
        yield from ctx.query("q:one")
        ends.append(ctx.now)

    backend.client(0, client)
    list(backend.run([SECOND]))
    assert ends == [350 * MS, 365 * MS, 435 * MS]


def test_other_functions_draw_as_before(make_backend: MakeBackend) -> None:
    def drawn(functions: dict[str, Any]) -> dict[str, list[tuple[int, int]]]:
        latency = {"mutation": "1ms..90ms", "commit": "1ms..90ms", "functions": functions}
        backend: Backend = make_backend(platform={"latency": latency})
        for name in ("a:one", "a:two"):
            backend.mutation(name, lambda tx: None)
        return {name: [next(each.attempts) for _ in range(50)]
                for name, each in backend.functions.items() if each.is_coded}  # fmt: skip

    before, after = drawn({}), drawn({"a:one": {"mutation": "5ms..6ms"}})
    assert before["a:two"] == after["a:two"]
    assert [commit for _, commit in before["a:one"]] == [commit for _, commit in after["a:one"]]
    assert all(5 * MS <= execution <= 6 * MS for execution, _ in after["a:one"])


def test_a_snapshot_is_kept_as_long_as_the_slowest_function(make_backend: MakeBackend) -> None:
    slow = make_backend(platform={"latency": {"functions": {"m:slow": {"mutation": "40s"}}}})
    assert slow.database.retention == 41 * SECOND
