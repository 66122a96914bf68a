"""Compares the engines on thousands of random scenarios.

``python -m tests.platform.compiled.fuzz --help`` says how.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from ruamel.yaml import YAML

from sim.scenario import scenario_from

from .difference import COMPILED, check
from .strategies import scenarios

REPORT_EVERY_S = 5.0


class Fuzz:
    """One run over many examples; hypothesis shrinks what fails."""

    def __init__(self, examples: int, *, compiled: bool, last: Path | None) -> None:
        self._examples = examples
        self._compiled = compiled
        self._last = last
        self._done = 0
        self._began = self._reported = time.monotonic()
        self.failing: dict[str, Any] = {}
        """The scenario that failed last: after shrinking, the smallest."""

    def one(self, drawn: dict[str, Any]) -> None:
        """Check one drawn scenario."""
        self._progress()
        if self._last is not None:  # what hangs or crashes the process is found here
            write_yaml(drawn, self._last)
        try:
            check(scenario_from(drawn), compiled=self._compiled)
        except Exception:
            self.failing = drawn
            raise

    def _progress(self) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._reported >= REPORT_EVERY_S:
            self._reported = now
            state = "shrinking" if self.failing else f"of {self._examples:,}"
            print(f"{self._done:,} {state}, {now - self._began:.0f} s", file=sys.stderr, flush=True)  # noqa: T201


def write_yaml(scenario: dict[str, Any], to: Any) -> None:
    """Write a drawn scenario as a file would hold it."""
    YAML(typ="safe", pure=True).dump(scenario, to)


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 if a scenario was found on which something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--engine", choices=("compiled", "reference"), default="compiled",
        help="compared with the reference; reference: it is run twice",
    )  # fmt: skip
    parser.add_argument("--last", type=Path, help="write each scenario here before it runs")
    options = parser.parse_args(arguments)
    compiled = options.engine == "compiled"
    if compiled and not COMPILED:
        parser.error("there is no compiled engine here; try --engine reference")
    fuzz = Fuzz(options.examples, compiled=compiled, last=options.last)
    run = given(scenarios())(fuzz.one)
    run = seed(options.seed)(run)
    run = settings(
        max_examples=options.examples, database=None, deadline=None, print_blob=False,
        phases=[Phase.generate, Phase.shrink], report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )(run)  # fmt: skip
    try:
        run()
    except Exception as error:  # noqa: BLE001 - whatever was raised is what was found
        write_yaml(fuzz.failing, sys.stdout)
        print(f"\n{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
