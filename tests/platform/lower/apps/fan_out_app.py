"""A fan-out: a cron schedules a delivery for every subscriber, which is tried again with back-off.

Nothing is cancelled: a delivery that comes too late finds that its row says so, and ends.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

from sim.backend import Backend, Context, Keys, Snapshot, Stamp, Steps, Transaction
from sim.scenario import Count, Duration, Interval, Scenario, param
from sim.scenario import Settings as BaseSettings

OK = 200


class Settings(BaseSettings):
    """The keys of `app:`."""

    name: str = param("fan_out_app", "This module.")
    every: Interval = param("1m", "Interval of the fan-out.")
    subscribers: Count = param(20, "Who is delivered to.")
    tries: Count = param(4, "Times that a delivery is tried.")
    pause: Duration = param("500ms", "Pause before the second try; it doubles.")


class State(IntEnum):
    """How far a delivery is."""

    NEW = 0
    SENT = 1
    FAILED = 2


class Delivery(NamedTuple):
    """The newest delivery to a subscriber."""

    round: int
    tries: int = 0
    state: State = State.NEW
    written_by: Stamp | None = None


class Answer(IntEnum):
    """What the guard before a delivery says."""

    admits: bool
    reason: str

    def __new__(cls, value: int, admits: bool, reason: str) -> Answer:
        member = int.__new__(cls, value)
        member._value_ = value
        member.admits = admits
        member.reason = reason
        return member

    DELIVER = (1, True, "it has not been sent")
    TOO_LATE = (2, False, "a later one has begun")
    SENT_ALREADY = (3, False, "it has been sent")


def decide(newest: int, round_: int, state: int) -> Answer:
    """Whether to deliver."""
    if newest != round_:
        return Answer.TOO_LATE
    return Answer.SENT_ALREADY if state == State.SENT else Answer.DELIVER


class FanOut:
    """The functions of the app."""

    def __init__(self, backend: Backend, settings: Settings) -> None:
        self._tries = settings.tries
        self._pause = settings.pause
        self.deliveries = backend.table("deliveries", Delivery, size=200)
        for _ in range(settings.subscribers):
            self.deliveries.add()
        self.order = backend.index("by round", tuple(range(settings.subscribers)), size=40)
        self.log = backend.index("sent")
        self.rounds = backend.document("rounds", size=20)
        backend.query("fan:get", self.get)
        backend.query("fan:unsent", self.unsent)
        backend.mutation("fan:out", self.fan_out)
        backend.mutation("fan:done", self.done)
        backend.action("fan:deliver", self.deliver)

    def fan_out(self, tx: Transaction) -> None:
        """Begin a round: a row and a job for every subscriber."""
        number: int = tx.get(self.rounds) + 1
        tx.put(self.rounds, number)
        for place, subscriber in enumerate(tx.get(self.order)):
            row: Delivery | None = tx.get(self.deliveries[subscriber])
            if row is not None and row.state == State.NEW and row.round > number:
                continue
            tx.put(self.deliveries[subscriber], Delivery(number, written_by=tx.stamp), 200)
            tx.schedule(place * 1000, "fan:deliver", subscriber, number)

    def get(self, tx: Snapshot, subscriber: int) -> Delivery | None:
        """A subscriber's delivery."""
        row: Delivery | None = tx.get(self.deliveries[subscriber])
        return row

    def unsent(self, tx: Snapshot, round_: int) -> list[int]:
        """Who has not got the delivery of a round."""
        found: list[int] = []
        for subscriber, delivery in enumerate(self.deliveries):
            row: Delivery | None = tx.get(delivery)
            if row is not None and row.round == round_ and row.state != State.SENT:
                found.append(subscriber)
        return found

    def done(self, tx: Transaction, subscriber: int, round_: int, sent: bool) -> bool:
        """Write down how a delivery went, unless a later one has begun."""
        document = self.deliveries[subscriber]
        row: Delivery | None = tx.get(document)
        if row is None or row.round != round_:
            return False
        state = State.SENT if sent else State.FAILED
        tx.put(document, row._replace(tries=row.tries + 1, state=state, written_by=tx.stamp))
        if sent:
            tx.insert(self.log, (subscriber,), 10)
        return True

    def deliver(self, ctx: Context, subscriber: int, round_: int) -> Steps:
        """Try, and try again after a pause that doubles."""
        pause = self._pause
        for attempt in range(self._tries):
            row: Delivery | None = yield from ctx.query("fan:get", subscriber)
            if row is None:
                return
            answer = decide(row.round, round_, row.state)
            late = row.round != round_
            ctx.guard(answer.admits, answer.reason, [row.written_by] * late)
            if not answer.admits:
                return
            status = yield from ctx.http()
            yield from ctx.run_mutation("fan:done", subscriber, round_, status == OK)
            if status == OK:
                break
            ctx.sleep(pause << attempt)
        else_left: Keys = yield from ctx.query("fan:unsent", round_)
        for number, other in enumerate(else_left[:2]):
            if other != subscriber and number == 0:
                yield from ctx.schedule(self._pause, "fan:deliver", other, round_)


def install(backend: Backend, scenario: Scenario) -> Callable[[], dict[str, float]]:
    """Subscribers, and the cron that delivers to them."""
    settings = scenario.app
    assert isinstance(settings, Settings)
    app = FanOut(backend, settings)
    backend.cron("fan-out", "fan:out", every=settings.every)

    def outcomes() -> dict[str, float]:
        states = app.deliveries.column("state")[app.deliveries.present()]
        tries = sum(each.value.tries for each in app.deliveries if each.value is not None)
        return {
            "tries": tries,
            "sent": int((states == State.SENT).sum()),
            "log": backend.newest("sent"),
        }

    return outcomes
