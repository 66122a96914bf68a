"""The setlist app in its own language against the one built in."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from sim.convex.bundle import bundle_scripts
from sim.convex.engines import open_engine
from sim.guards import (
    BUGGY,
    FIXED,
    NO_ROW,
    GenerateDecision,
    GeneratePolicy,
    SyncPolicy,
    decide_catalog_sync,
    decide_setlist,
)
from tools.same_calls import both, table
from tools.setlist_world import text_of, world_of

from .conftest import APP

NOW = 1_762_560_000_000
HOUR = 3_600_000
AGES = (None, -HOUR, 0, HOUR - 1, HOUR, 24 * HOUR - 1, 24 * HOUR)
CHANGED = {"guards.ts", "setlists.ts", "spotify.ts", "shows.ts", "crons.ts"}
DECISIONS = {
    GenerateDecision.RETURN_EXISTING: "existing",
    GenerateDecision.FILL: "fill",
    GenerateDecision.RETURN_NULL: "wait",
    GenerateDecision.PLACEHOLDER_ONLY: "wait",
    GenerateDecision.SYNC_ONLY: "sync",
    GenerateDecision.SYNC_AND_PLACEHOLDER: "sync",
}


def fields(synced: int | None, attempted: int | None) -> dict[str, int]:
    """An artist's row with stamps of these ages; None is unset."""
    given = {"lastSynced": synced, "catalogSyncAttemptedAt": attempted}
    return {key: NOW - age for key, age in given.items() if age is not None}


def answers(checkout: str, tmp_path: Path, setlist_app: Path) -> tuple[list[bool], list[str]]:
    """What the checkout's own guards answer to the whole table."""
    script = tmp_path / "guards.ts"
    guards = setlist_app / checkout / "convex" / "guards"
    script.write_text(
        f'import {{ decideSetlist, skipsCatalogSync }} from "{guards}";\n'
        "export const table = (syncs, setlists) => [\n"
        f"  syncs.map(([artist, songs]) => skipsCatalogSync(artist, songs, {NOW})),\n"
        f"  setlists.map(([songs, row, artist]) => decideSetlist(songs, row, artist, {NOW})),\n"
        "];\n",
        encoding="utf-8",
    )
    engine = open_engine("quickjs", 256, 60.0)
    engine.load(bundle_scripts(script, setlist_app / checkout).source, "guards.js")
    args = json.dumps([
        [[fields(s, a), songs] for s, a, songs in itertools.product(AGES, AGES, (False, True))],
        [[songs, row, fields(None, a)]
         for songs, row, a in itertools.product((0, 3), (None, 0, 5), AGES)],
    ])  # fmt: skip
    asked = json.loads(engine.send("script", 1.0, "table", args, 0.0, 1.0, 2.0))
    assert asked[1][0], asked
    skips, decisions = json.loads(asked[1][1])
    return skips, decisions


def stamp(age: int | None) -> int:
    return 0 if age is None else NOW - age


@pytest.mark.parametrize(
    ("checkout", "sync", "generate"),
    [("buggy", BUGGY, GeneratePolicy()),
     ("fixed", FIXED, GeneratePolicy(placeholder=True, track_attempts=True))],
)  # fmt: skip
def test_the_guards_agree_with_the_model_on_the_whole_truth_table(
    checkout: str, sync: SyncPolicy, generate: GeneratePolicy, tmp_path: Path, setlist_app: Path
) -> None:
    skips, decisions = answers(checkout, tmp_path, setlist_app)
    expected = [
        not decide_catalog_sync(NOW, songs, stamp(s), stamp(a), 0, 0, 0, sync).admits
        for s, a, songs in itertools.product(AGES, AGES, (False, True))
    ]
    assert skips == expected
    assert len(set(expected)) == 2
    rows = [
        DECISIONS[decide_setlist(NOW, songs, NO_ROW if row is None else row, stamp(a), generate)]
        for songs, row, a in itertools.product((0, 3), (None, 0, 5), AGES)
    ]
    assert decisions == rows


def test_the_checkouts_share_all_files_but_those_that_the_fix_changed() -> None:
    buggy, fixed = APP / "buggy" / "convex", APP / "fixed" / "convex"
    names = {file.name for file in buggy.glob("*.ts")}
    assert names == {file.name for file in fixed.glob("*.ts")}
    for name in names:
        same = (buggy / name).read_text() == (fixed / name).read_text()
        assert same == (name not in CHANGED), name


def test_the_world_is_that_of_the_built_in_app() -> None:
    spike = APP.parent / "spike.yaml"
    assert (APP / "world.json").read_text() == text_of(world_of(str(spike), 1))


def test_the_fix_makes_the_same_calls_in_both_languages(setlist_app: Path) -> None:
    typescript, built_in = both("fixed", 1, "3m", app=setlist_app)
    assert typescript == built_in


def test_the_loop_makes_the_same_calls_once_both_draw_and_count_alike(setlist_app: Path) -> None:
    typescript, built_in = both("buggy", 1, "10s", alike=True, app=setlist_app)
    assert typescript == built_in
    assert typescript["setlists:autoGenerateSetlist"] > 100


def test_a_difference_beyond_chance_is_found() -> None:
    pairs = [({"a": 10, "b": 5}, {"a": 10, "b": 4}), ({"a": 9, "b": 5}, {"a": 9, "b": 4})]
    lines, fits = table(pairs)
    assert not fits
    assert lines[2:] == ["| `a` | 9.5 | 9.5 | none |", "| `b` | 5.0 | 4.0 | +1 ± 0 **differs** |"]
