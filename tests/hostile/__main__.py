"""`make hostile`: the whole corpus, one case after another; exits with 1 if one complains.

`python -m tests.hostile PART` runs the cases whose id contains PART.
"""

from __future__ import annotations

import sys
import time
from collections import Counter

from sim.platform.compiled import prepare
from sim.scenario import scenario_from

from .cases import corpus
from .damage import shown
from .judge import complaints, memory_mib

_SHOWN = 10
"""The slowest cases that are told."""


def main() -> int:
    """Run the corpus; the exit code."""
    prepare(scenario_from({}))  # compiled, or loaded, before anybody looks at the clock
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    cases = [case for case in corpus() if part in case.id]
    kinds = Counter(case.id.partition(",")[0] for case in cases)
    sys.stdout.write(f"{len(cases)} cases: {dict(kinds)}\n")
    failed = 0
    slow: list[tuple[float, str]] = []
    for number, case in enumerate(cases, 1):
        began = time.process_time()
        found = complaints(case)
        slow = sorted([*slow, (time.process_time() - began, case.id)])[-_SHOWN:]
        if found:
            failed += 1
            sys.stdout.write(f"{shown(case.id)}: {'; '.join(map(shown, found))}\n")
        if number % 100 == 0:
            sys.stdout.write(f"{number} of {len(cases)}, {failed} complain, {memory_mib()} MiB\n")
        sys.stdout.flush()
    for seconds, name in slow:
        sys.stdout.write(f"{seconds:.1f} s: {shown(name)}\n")
    sys.stdout.write(f"{failed} of {len(cases)} complain\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
