"""Who lost a write conflict to whom, in which table: worked out by hand."""

from __future__ import annotations

from collections.abc import Callable

from sim.platform.reference import ORGANIC_WRITER, Context, Keys, Steps, Transaction
from sim.scenario import SECOND
from sim.simulation.attempts import attempts
from tests.platform.reference.conftest import MakeBackend

MS = 1000
LATENCY = {"latency": {"mutation": "10ms", "commit": "40ms"}, "occ": {"called_retries": 0}}


def test_the_first_writer_of_what_was_read_wins(make_backend: MakeBackend) -> None:
    backend = make_backend(platform=LATENCY)
    artists, songs = backend.table("artists", int), backend.table("songs", int)
    artists.add(0)
    songs.add(0)
    backend.mutation("rename", lambda tx: tx.put(artists[0], 1))
    backend.mutation("sing", lambda tx: tx.put(songs[0], 1))

    def review(tx: Transaction) -> None:
        tx.get(songs[0])
        tx.put(artists[0], 2)

    backend.mutation("review", review)

    def caller(name: str) -> Callable[[Context, int], Steps]:
        def call(ctx: Context, _: int) -> Steps:
            yield from ctx.run_mutation(name)

        return call

    backend.client(0, caller("rename"), 0)  # validated at 10 ms, visible at 50
    backend.client(1 * MS, caller("sing"), 0)  # validated at 11 ms: another table
    backend.client(5 * MS, caller("review"), 0)  # read both; of those it read songs first
    backend.client(8 * MS, caller("rename"), 0)  # lost to the first one of its kind
    backend.env.run(until=SECOND)
    assert backend.database.lost == {
        ("review", "songs", "sing", "", "document"): [0, 1],
        ("rename", "artists", "rename", "", "document"): [0, 1],
    }
    assert backend.database.hot() == {"songs": (1, 1, 1), "artists": (1, 1, 1)}


def test_retried_attempts_and_failed_calls_are_counted_apart(make_backend: MakeBackend) -> None:
    backend = make_backend(platform={**LATENCY, "occ": {"called_retries": 1}})
    counter = backend.document("counter")
    backend.mutation("bump", lambda tx: tx.put(counter, tx.get(counter) + 1))

    def client(ctx: Context, _: int) -> Steps:
        yield from ctx.run_mutation("bump")

    backend.client(0, client, 0)
    backend.client(1 * MS, client, 0)  # its retry comes within the 40 ms of the first commit
    backend.env.run(until=SECOND)
    (counts,) = [backend.database.lost[key] for key in backend.database.lost]
    assert list(backend.database.lost) == [("bump", "counter", "bump", "", "document")]
    assert counts == [1, 1]
    edge = next(each for each in backend.ledger if each.function.name == "bump")
    assert counts == [edge.retried, edge.failed]
    assert attempts("mutation", "bump", edge.calls, backend.database.repeats) == {"1": 1, "2": 1}


def test_organic_traffic_wins_in_the_table_that_it_writes_most(make_backend: MakeBackend) -> None:
    backend = make_backend(platform=LATENCY)
    quiet = backend.table("quiet", int, hazard=1e-9)
    busy = backend.table("busy", int, hazard=1e-3)  # a write each millisecond
    quiet.add(0)
    busy.add(0)

    def touch(tx: Transaction) -> None:
        tx.get(quiet[0])
        tx.put(busy[0], 1)

    backend.mutation("touch", touch)

    def client(ctx: Context, _: int) -> Steps:
        yield from ctx.run_mutation("touch")

    backend.client(0, client, 0)
    backend.env.run(until=SECOND)
    assert backend.database.lost == {("touch", "busy", ORGANIC_WRITER, "", ""): [0, 1]}
    assert backend.database.hot() == {}


def test_an_insert_wins_in_a_range_and_the_hottest_is_counted(make_backend: MakeBackend) -> None:
    backend = make_backend(platform=LATENCY)
    rows = backend.table("rows", Keys)
    for _ in range(3):
        rows.add(())

    def append(tx: Transaction, row: int) -> None:
        tx.insert(rows[row], (len(tx.get(rows[row])),), 1)

    def client(ctx: Context, row: int) -> Steps:
        yield from ctx.run_mutation("append", row)

    backend.mutation("append", append)
    for at, row in enumerate((0, 0, 0, 0, 1, 1, 2)):
        backend.client(at * MS, client, row)
    backend.env.run(until=SECOND)
    assert backend.database.lost == {("append", "rows", "append", "", "range"): [0, 4]}
    assert backend.database.hot() == {"rows": (2, 4, 3)}
