"""The `sim` command, and `python -m sim`.

It imports next to nothing at first: an interrupt while the rest is imported is one like any other.
"""

from __future__ import annotations

import gc
import os
import sys
from typing import NoReturn

from .interrupts import note_interrupts, was_interrupted

INTERRUPTED = 130
_OBJECTS_BEFORE_COLLECTION = 200_000
"""Of what is imported nothing is garbage, and to look through it takes a fifth of the start."""


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)
    note_interrupts()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look for them at length
    try:
        from .cli import main as run

        run()
    except (Exception, KeyboardInterrupt) as error:
        if not (was_interrupted() or isinstance(error, KeyboardInterrupt)):
            raise
        sys.stderr.write("interrupted\n")
        _end_as_interrupted()
    except SystemExit as end:
        if end.code == INTERRUPTED:
            _end_as_interrupted()
        raise


def _end_as_interrupted() -> NoReturn:
    exec("")  # else, after an interrupt in other text that is executed, Python kills itself
    sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
