"""Checks what is in a wheel: the package, the scenarios that come with it, and nothing else.

    python -m tools.wheel dist/sim-*.whl

A wheel is made from what lies in the folders, so what somebody has left there may get into it: the
installed packages of an app's project, a store of runs, a report.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterable

_METADATA = ".dist-info/"
_SHIPPED = "sim/shipped/"


def strange(names: Iterable[str], kept: Iterable[str]) -> list[str]:
    """The names in a wheel that stand for no file of the repository, and for no metadata."""
    expected = {_in_wheel(name) for name in kept}
    return sorted(name for name in names if _METADATA not in name and name not in expected)


def _in_wheel(name: str) -> str:
    folder, _, rest = name.partition("/")
    return _SHIPPED + rest if folder == "scenarios" else name


def main(files: list[str]) -> int:
    """Check each wheel; 1 if one has what it should not."""
    listed = subprocess.run(
        ["git", "ls-files", "sim", "scenarios"], capture_output=True, text=True, check=True
    )
    kept = listed.stdout.splitlines()
    status = 0
    for file in files:
        with zipfile.ZipFile(file) as wheel:
            names = wheel.namelist()
        found = strange(names, kept)
        if found or not any(name.startswith(_SHIPPED) for name in names):
            sys.stderr.write(f"{file}: not what the repository has: {', '.join(found[:10])}\n")
            status = 1
    return status


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
