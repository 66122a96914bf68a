"""Usage limits by hand: when usage is compared, what is above a threshold, when it is over.

Both engines run this code, so that comparing them says nothing about it. A client calls a query
once a second from half a second on, so that after n seconds n calls have been made.
"""

from __future__ import annotations

from typing import Any

import pytest

from sim.platform.reference import Backend, Context, DisabledError, Document, Steps
from sim.scenario import MINUTE, SECOND
from tests.platform.reference.conftest import MakeBackend


def limited(make_backend: MakeBackend, *limits: dict[str, Any], **settings: Any) -> Backend:
    """A deployment looked at every ten seconds that answers a call a second, if it does."""
    backend = make_backend(
        starts=settings.pop("starts", "2025-11-08T12:00:00Z"),
        platform={"usage_limits": list(limits), "usage_limit_interval": "10s", **settings},
    )
    backend.query("read", lambda tx: None)

    def client(ctx: Context) -> Steps:
        yield from ctx.query("read")

    for second in range(120):
        backend.client(second * SECOND + SECOND // 2, client)
    return backend


def told(backend: Backend, until: int = MINUTE) -> list[tuple[str, float, float]]:
    """What the limits recorded: (threshold, when, what was used)."""
    assert list(backend.run([until])) == [until]
    return [(each.threshold, each.at_s, each.value) for each in backend.usage_limits.events]


def answered(backend: Backend) -> int:
    return sum(edge.calls for edge in backend.ledger)


@pytest.mark.parametrize(("disable", "at"), [(9, 10), (10, 20), (11, 20), (19, 20), (20, 30)])
def test_usage_exactly_at_a_limit_is_within_it(
    make_backend: MakeBackend, disable: int, at: int
) -> None:
    backend = limited(make_backend, {"metric": "function_calls", "disable": disable})
    assert told(backend) == [("disable", at, at)]
    assert answered(backend) == at
    assert backend.refusals.disabled == 60 - at


def test_a_limit_crossed_before_the_first_look_acts_at_the_first_look(
    make_backend: MakeBackend,
) -> None:
    backend = limited(make_backend, {"metric": "function_calls", "warn": 0, "disable": 3})
    assert told(backend) == [("warn", 10, 10), ("disable", 10, 10)]
    assert answered(backend) == 10, "it takes calls until somebody looks"


def test_each_threshold_is_recorded_once_in_a_window(make_backend: MakeBackend) -> None:
    backend = limited(make_backend, {"metric": "function_calls", "warn": 15, "disable": 35})
    assert told(backend) == [("warn", 20, 20), ("disable", 40, 40)]


def test_a_warning_refuses_nothing(make_backend: MakeBackend) -> None:
    backend = limited(make_backend, {"metric": "function_calls", "warn": 3})
    assert told(backend) == [("warn", 10, 10)]
    assert answered(backend) == 60
    assert backend.refusals.disabled == 0


def test_the_window_ends_with_a_look_of_its_own_and_counts_from_zero(
    make_backend: MakeBackend,
) -> None:
    # Midnight comes after 25 s: looks are at 10, 20 and 25 s, then at 35, 45 and 55 s.
    backend = limited(
        make_backend, {"metric": "function_calls", "disable": 15}, starts="2025-11-08T23:59:35Z"
    )
    assert told(backend) == [("disable", 20, 20), ("disable", 45, 20)]
    assert answered(backend) == 20 + 20, "refused from 20 to 25 s, and from 45 s on"
    assert [each.until_s for each in backend.usage_limits.events] == [25, None]
    assert [each.window for each in backend.usage_limits.events] == ["day", "day"]


def test_a_limit_crossed_in_the_last_stretch_of_a_window_disables_nothing(
    make_backend: MakeBackend,
) -> None:
    backend = limited(
        make_backend, {"metric": "function_calls", "disable": 22}, starts="2025-11-08T23:59:35Z"
    )
    assert told(backend, 45 * SECOND) == [("disable", 25, 25)]
    assert answered(backend) == 45
    assert [each.until_s for each in backend.usage_limits.events] == [25]


def test_a_month_goes_on_at_midnight(make_backend: MakeBackend) -> None:
    backend = limited(
        make_backend, {"metric": "function_calls", "window": "month", "disable": 30},
        starts="2025-11-08T23:59:35Z",
    )  # fmt: skip
    assert told(backend) == [("disable", 40, 40)]


@pytest.mark.parametrize(
    ("metric", "disable", "expected"),
    [
        # A second's client reads 0.1 GB and then keeps an action of 1 GiB busy for a second: after
        # ten seconds ten have read, and nine actions are over.
        ("database_io_gb", 0, [("disable", 10, 1.0)]),
        ("database_io_gb", 1, [("disable", 20, 2.0)]),
        ("action_gb_hours", 0, [("disable", 10, 9 / 3600)]),
        ("action_gb_hours", 1, []),
    ],
)
def test_other_metrics_are_measured_in_their_units(
    make_backend: MakeBackend, metric: str, disable: int, expected: list[tuple[str, float, float]]
) -> None:
    backend = make_backend(
        platform={
            "usage_limits": [{"metric": metric, "disable": disable}],
            "usage_limit_interval": "10s",
            "actions": {"memory": "1GiB"},
            "transactions": {"bytes_read": "1GB"},
        }
    )
    large = Document(0, size=100_000_000)
    backend.query("read", lambda tx: tx.get(large))

    def work(ctx: Context) -> Steps:
        ctx.sleep(SECOND)
        yield from ()

    def client(ctx: Context) -> Steps:
        yield from ctx.query("read")
        yield from ctx.run_action("work")

    backend.action("work", work)
    for second in range(30):
        backend.client(second * SECOND + SECOND // 2, client)
    assert told(backend, 25 * SECOND) == expected


def test_a_disabled_deployment_refuses_queries_mutations_and_actions_and_counts_each(
    make_backend: MakeBackend,
) -> None:
    backend = limited(make_backend, {"metric": "function_calls", "disable": 3})
    backend.mutation("write", lambda tx: tx.put(Document(0), 1))

    def work(ctx: Context) -> Steps:
        yield from ()

    backend.action("work", work)
    refused: list[str] = []

    def client(ctx: Context) -> Steps:
        for call, name in ((ctx.query, "read"), (ctx.run_mutation, "write"),
                           (ctx.run_action, "work")):  # fmt: skip
            try:
                yield from call(name)
            except DisabledError:
                refused.append(name)

    backend.client(30 * SECOND, client)
    told(backend, 31 * SECOND)
    assert refused == ["read", "write", "work"]
    assert backend.refusals.disabled == 21 + 3, "and the calls of every second since the tenth"
