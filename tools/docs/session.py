"""One session of Python for the blocks of a page; a process of its own, run by `run.py`.

Each line of standard input is a block as JSON text; each line of standard output answers with what
the block printed, or with the error that ended it. It imports nothing of the project.
"""

from __future__ import annotations

import ast
import contextlib
import io
import json
import sys
import traceback
from typing import Any


def answer(source: str, namespace: dict[str, Any], *, single: bool) -> dict[str, str]:
    """Run a block, or a statement as at a prompt: what it printed, and the error that ended it."""
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            if single:
                exec(compile(ast.Interactive(ast.parse(source).body), "page", "single"), namespace)
            else:
                exec(compile(source, "page", "exec"), namespace)
    except Exception:  # noqa: BLE001 - the page's code may raise anything
        return {"printed": printed.getvalue(), "error": traceback.format_exc()}
    return {"printed": printed.getvalue()}


def main() -> None:
    """Answer until the input ends."""
    answers = sys.stdout
    namespace: dict[str, Any] = {"__name__": "page"}
    for line in sys.stdin:
        asked = json.loads(line)
        answers.write(json.dumps(answer(asked["code"], namespace, single=asked["single"])) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
