"""What a function can ask the platform to do next; each sets the step it goes on with."""

from __future__ import annotations

from .compile import hot
from .layout import (
    DO_ACTION,
    DO_LIMITED_REQUEST,
    DO_MUTATION,
    DO_QUERY,
    DO_REQUEST,
    DO_SCHEDULE,
)
from .memory import Record, State


@hot
def query(s: State, x: Record, function: int, artist: int, then: int) -> int:
    """``ctx.query(function, artist)``; the next step is ``then``."""
    x.callee = function
    x.c0 = artist
    x.step = then
    return DO_QUERY


@hot
def mutation(s: State, x: Record, function: int, then: int, c0: int, c1: int, c2: int) -> int:
    """``ctx.run_mutation(function, …)``; the next step is ``then``."""
    x.callee = function
    x.c0 = c0
    x.c1 = c1
    x.c2 = c2
    x.step = then
    return DO_MUTATION


@hot
def limited_request(s: State, x: Record, then: int) -> int:
    """``ctx.http()``; the next step is ``then``."""
    x.step = then
    return DO_LIMITED_REQUEST


@hot
def schedule(s: State, x: Record, function: int, then: int, delay: int, a0: int, a1: int) -> int:
    """``ctx.schedule(delay, function, …)``; the next step is ``then``."""
    x.callee = function
    x.c0 = delay
    x.c1 = a0
    x.c2 = a1
    x.step = then
    return DO_SCHEDULE


@hot
def call_action(s: State, x: Record, function: int, artist: int, then: int) -> int:
    """``ctx.run_action(function, artist)``; the next step is ``then``."""
    x.callee = function
    x.c0 = artist
    x.step = then
    return DO_ACTION


@hot
def send_request(s: State, x: Record, then: int) -> int:
    """``ctx.http(limited=False)``; the next step is ``then``."""
    x.step = then
    return DO_REQUEST
