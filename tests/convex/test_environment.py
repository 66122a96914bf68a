"""Environment variables, as the app's code reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sim.convex.survey import named_by_packages
from sim.scenario import scenario_from
from sim.simulation import simulate

from .conftest import ENGINES, bundled

CODE = """
import { queryGeneric as query } from "convex/server";
const early = process.env.EARLY;
export const reads = query({ args: {}, handler: async () => {
  const name = "LA" + "TE";
  if (early !== "e" || process.env[name] !== undefined) throw new Error("no");
  return JSON.stringify(process.env);
} });
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_a_variable_that_is_read_and_not_set_is_said(
    engine: str, tmp_path: Path, node_modules: Path
) -> None:
    bundle = bundled(tmp_path, node_modules, a=CODE)

    def notes(**env: str) -> tuple[list[str], int]:
        app: dict[str, Any] = {
            "name": "convex", "bundle": str(bundle), "javascript": engine, "env": env,
            "clients": {"c": {"function": "a:reads", "at": ["1s"]}},
        }  # fmt: skip
        given = {"app": app, "horizon": "1m", "bin": "1m", "traffic": {"organic": {"rate": 0}}}
        result = simulate(scenario_from(given))
        return result.notes, result.by_function["a:reads"].errors

    said = "the app reads environment variables that `app.env` does not set: "
    assert notes(EARLY="e") == ([f"{said}LATE"], 0)
    assert notes()[0] == [f"{said}EARLY"]
    assert notes(EARLY="e", LATE="l") == ([], 1)  # it is there, so the function throws


def test_what_only_a_package_reads_is_its_own_affair() -> None:
    source = """
  // node_modules/some/index.js
  var a = process.env.DEBUG, b = process.env.KEY;
  // convex/a.ts
  var c = process.env.KEY;
"""
    assert named_by_packages(source) == {"DEBUG"}
