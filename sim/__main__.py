"""The `sim` command, and `python -m sim`.

It imports next to nothing at first: an interrupt while the rest is imported is one like any other.
"""

from __future__ import annotations

import gc
import os
import sys

from .interrupts import errors_are_interrupts, ignore_interrupts, note_interrupts

INTERRUPTED = 130
_OBJECTS_BEFORE_COLLECTION = 200_000
"""Of what is imported nothing is garbage, and to look through it takes a fifth of the start."""


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look for them at length
    try:
        note_interrupts()
        with errors_are_interrupts():
            from .cli import main as run
        run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(INTERRUPTED)
    finally:
        ignore_interrupts()
        # Python remembers an interrupt in text that `exec` ran, as named tuples do, and would end
        # by a signal instead of with the exit code. The next text makes it forget.
        exec("")


if __name__ == "__main__":
    main()
