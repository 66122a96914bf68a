"""The `sim` command, and `python -m sim`.

It imports nothing at first, so that an interrupt while the rest is imported is one like any other.
"""

from __future__ import annotations

import gc
import os
import sys

INTERRUPTED = 130
_OBJECTS_BEFORE_COLLECTION = 200_000
"""Of what is imported nothing is garbage, and to look through it takes a fifth of the start."""


def main() -> None:
    """Run the command line and exit with its code."""
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look for them at length
    try:
        from .cli import main as run

        run()
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
