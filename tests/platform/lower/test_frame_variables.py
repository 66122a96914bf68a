"""Variables in words of the frame, some of them shared, hold what the variables held."""

from __future__ import annotations

import ast
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sim.platform.lower.blocks import goto, parsed
from sim.platform.lower.frame_variables import in_frame

NAMES = "abcdef"
NAME = st.sampled_from(NAMES)
NUMBER_OF_BLOCKS = 5
BLOCK = st.integers(0, NUMBER_OF_BLOCKS - 1)
STEPS = 40

STATEMENT = st.one_of(
    st.builds("{} = {} + {}".format, NAME, NAME, NAME),
    st.builds("{} = {}".format, NAME, st.integers(0, 9)),
    st.builds("{} += {}".format, NAME, NAME),
    st.builds("{0}, {1} = ({1}, {0})".format, NAME, NAME),
    st.builds("if {} > {}:\n    {} = {}".format, NAME, NAME, NAME, NAME),
    st.builds("for n in range(3):\n    {} = {} + n".format, NAME, NAME),
    st.builds("x.told.append({})".format, NAME),
)
END = st.one_of(
    st.tuples(st.just("wait"), BLOCK),
    st.tuples(st.just("goto"), BLOCK),
    st.tuples(st.just("if"), NAME, BLOCK, BLOCK),
)
BLOCKS = st.lists(
    st.tuples(st.lists(STATEMENT, max_size=4), END),
    min_size=NUMBER_OF_BLOCKS,
    max_size=NUMBER_OF_BLOCKS,
)
BEGIN = "\n".join(f"{name} = {number}" for number, name in enumerate(NAMES))
"""All variables have a value before any is read."""


def bodies(blocks: Any, *, waits: bool) -> dict[int, list[ast.stmt]]:
    """The blocks as the lowering makes them; without waits their variables are just variables."""
    made = {0: parsed(BEGIN) + goto(1)}
    for number, (statements, end) in enumerate(blocks, start=1):
        body = parsed("x.steps -= 1") + parsed("\n".join(statements))
        match end:
            case "wait", aim if waits:
                body += parsed(f"x.then = {aim + 1}\nreturn")
            case (("wait" | "goto"), aim):
                body += goto(aim + 1)
            case "if", name, aim, other:
                test = ast.parse(f"{name} % 2", mode="eval").body
                body.append(ast.If(test, goto(aim + 1), goto(other + 1)))
        made[number] = body
    return made


def run(made: dict[int, list[ast.stmt]]) -> list[int]:
    """What the blocks tell in so many steps."""
    lines = ["def function(x):", "    step = x.then", "    while x.steps > 0:"]
    for number, body in made.items():
        lines.append(f"        if step == {number}:")
        for statement in body:
            text = ast.unparse(ast.fix_missing_locations(statement))
            lines += ["            " + line for line in text.split("\n")]
    names: dict[str, Any] = {}
    exec("\n".join(lines), names)
    frame = SimpleNamespace(then=0, steps=STEPS, told=[])
    while frame.steps > 0:
        names["function"](frame)
    return frame.told


@given(BLOCKS)
def test_blocks_tell_the_same_when_their_variables_are_in_the_frame(blocks: Any) -> None:
    moved, _ = in_frame(bodies(blocks, waits=True))
    assert run(moved) == run(bodies(blocks, waits=False))


def test_variables_that_are_never_needed_at_once_share_a_word() -> None:
    first = parsed("a = 1\nx.then = 1\nreturn")
    second = parsed("b = a\nx.then = 2\nreturn")
    moved, words = in_frame({0: first, 1: second, 2: parsed("x.told.append(b)\nreturn")})
    assert words == 1
    assert ast.unparse(moved[1][0]) == "x.v0 = x.v0"


def test_variables_that_are_needed_at_once_have_a_word_each() -> None:
    first = parsed("a = 1\nb = 2\nx.then = 1\nreturn")
    assert in_frame({0: first, 1: parsed("x.told.append(a + b)\nreturn")})[1] == 2
