"""Brings MODEL.md's parameter table up to date: ``python -m tools.parameter_table MODEL.md``."""

from __future__ import annotations

import sys
from pathlib import Path

from sim.scenario import parameter_table

BEGIN = "<!-- parameters: written by `make model`, do not edit -->"
END = "<!-- end of parameters -->"


def with_table(text: str) -> str:
    """The document with the table between its two markers brought up to date."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{parameter_table()}\n{END}{after}"


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_text(with_table(file.read_text(encoding="utf-8")), encoding="utf-8")
