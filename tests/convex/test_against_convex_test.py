"""Random programs give the same values, and fail at the same steps, as in convex-test from npm.

No program asks whether a field that may be missing is below a value: convex-test answers as
JavaScript does, the backend orders a missing field before every value (crates/common/src/query.rs).
"""

from __future__ import annotations

import json
import random
import shutil
import subprocess
from pathlib import Path
from typing import Any

from sim.convex.engines import find_node
from sim.convex.project import find_esbuild, find_project

from .conftest import Direct

PROGRAMS = 60
RANKS = (None, -1, 0, 1, 1.5, 2, 3)
OWNERS = ("ann", "bob", "", "é", "z")
Program = dict[str, Any]


def program(number: int) -> Program:
    """Some transactions, and a query whose pages are read to the end."""
    chance = random.Random(number)
    transactions = [[operation(chance) for _ in range(chance.randint(1, 6))] for _ in range(5)]
    return {"transactions": transactions, "pages": {**query(chance), "size": chance.randint(1, 4)}}


def operation(chance: random.Random) -> dict[str, Any]:
    kind = chance.choice(
        ["insert"] * 4
        + ["patch", "replace", "delete", "get", "collect", "collect", "take", "first", "unique"]
    )
    op: dict[str, Any] = {"kind": kind, "doc": chance.randint(0, 20)}
    if kind in {"insert", "replace"}:
        op["value"] = document(chance)
    elif kind == "patch":
        op["value"] = chance.choice([{"text": "new"}, {"rank": 1}, {"rank": "bad"}, {"more": 1}])
    elif kind not in {"delete", "get"}:
        op |= query(chance) | {"count": chance.randint(0, 4)}
    return op


def document(chance: random.Random) -> dict[str, Any]:
    value: dict[str, Any] = {"owner": chance.choice(OWNERS), "text": chance.choice("abc")}
    if chance.random() < 0.8:
        value["rank"] = chance.choice(RANKS)
    if chance.random() < 0.05:
        value["text"] = 7
    return value


def query(chance: random.Random) -> dict[str, Any]:
    op: dict[str, Any] = {"order": chance.choice(["asc", "desc", None])}
    index = chance.choice(["by_owner", "by_rank", None])
    if index is not None:
        op |= {"index": index, "range": index_range(chance, index)}
    if chance.random() < 0.4:
        op["filter"] = chance.choice(
            [["eq", "text", "a"], ["gt", "rank", 0], ["lte", "text", "b"], ["not", "owner", "ann"]]
        )
    return op


def index_range(chance: random.Random, index: str) -> list[list[Any]]:
    fields = ["owner", "rank"] if index == "by_owner" else ["rank"]
    found: list[list[Any]] = []
    for field in fields:
        values = OWNERS if field == "owner" else RANKS
        if chance.random() < 0.6:
            found.append(["eq", field, chance.choice(values)])
            continue
        if chance.random() < 0.7:
            found.append([chance.choice(["gt", "gte"]), field, chance.choice(values)])
        if chance.random() < 0.5:
            found.append([chance.choice(["lt", "lte"]), field, chance.choice(values)])
        break
    return found


def in_convex_test(programs: list[Program], project: Path, folder: Path) -> Any:
    shutil.copy(Path(__file__).parent / "oracle.mjs", project / "oracle.mjs")
    script = folder / "oracle.mjs"
    subprocess.run(
        [find_esbuild(find_project(project)), "oracle.mjs", "--bundle", "--platform=node",
         "--format=esm", "--log-level=error", f"--outfile={script}"],
        cwd=project, check=True,
    )  # fmt: skip
    node = find_node()
    assert node is not None
    done = subprocess.run(
        [node, str(script)], input=json.dumps(programs), capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def here(direct: Direct, given: Program) -> Any:
    direct.afresh()
    ids: list[str] = []
    answer = []
    for ops in given["transactions"]:
        done = direct.mutation("oracle:run", ops=ops, ids=ids)
        ids = done["ids"]
        answer.append(done["results"])
    seen, cursor = [], None
    for _ in range(20):
        size = given["pages"]["size"]
        got = direct.mutation("oracle:page", op=given["pages"], cursor=cursor, numItems=size)
        seen += got["page"]
        if got["isDone"]:
            break
        cursor = got["continueCursor"]
    return [answer, seen, ids]


def plain(value: Any, ids: list[str]) -> Any:
    """Without what differs for good: ids by their number, no creation times."""
    if isinstance(value, dict):
        return {key: plain(inner, ids) for key, inner in value.items() if key != "_creationTime"}
    if isinstance(value, list):
        return [plain(inner, ids) for inner in value]
    return ids.index(value) if isinstance(value, str) and value in ids else value


def test_random_programs_give_the_same_values(quick: Direct, project: Path, tmp_path: Path) -> None:
    programs = [program(number) for number in range(PROGRAMS)]
    expected = in_convex_test(programs, project, tmp_path)
    for number, (given, theirs) in enumerate(zip(programs, expected, strict=True)):
        ours = here(quick, given)
        assert plain(ours[:2], ours[2]) == plain(theirs[:2], theirs[2]), f"program {number}"
