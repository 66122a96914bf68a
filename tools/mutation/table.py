"""The samples of the rooms: how many of the changes that were tried a test noticed."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

WANTED = 0.95
"""The share of the changes that tests must notice, in every room."""


_MEANING = """\
One small change to the code at a time: a flipped comparison, `and` for `or`, a constant plus one, a
dropped guard or `not`. A change is noticed if a test fails. Those that change no behaviour are
listed with the reason in `tools/mutation/equivalent.toml`. What a sample showed to be missing was
mended, and another sample drawn: of several samples of a room, the last one counts. A change gets
some seconds of the tests that reach it. On a busy machine fewer tests fit into that time, so a
share is the least that the tests notice."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What became of some of one room's changes."""

    room: str
    tried: int
    same: int
    """Those that change nothing, by `equivalent.toml`."""
    survived: tuple[str, ...]
    """The names of those that no test noticed."""
    seed: int
    command: str

    @property
    def noticed(self) -> int:
        """Those that a test noticed."""
        return self.tried - self.same - len(self.survived)

    @property
    def share(self) -> float:
        """Noticed, of those that change something."""
        return self.noticed / (self.tried - self.same) if self.tried > self.same else 1.0

    @property
    def is_enough(self) -> bool:
        """Whether the tests noticed as many as they must."""
        return self.share >= WANTED

    @property
    def line(self) -> str:
        """The sample as a sentence."""
        of = self.tried - self.same
        return f"{self.room}: {self.noticed} of {of} noticed ({self.share:.0%}), {self.same} equal"

    def without(self, equivalent: Collection[str]) -> Sample:
        """The sample now that so many of its changes are known to change nothing."""
        survived = tuple(name for name in self.survived if name not in equivalent)
        same = self.same + len(self.survived) - len(survived)
        return replace(self, same=same, survived=survived)


def read_samples(file: Path) -> list[Sample]:
    """The samples that were kept, by room and seed; none if the file does not exist."""
    rows: list[dict[str, Any]] = json.loads(file.read_text("utf-8")) if file.exists() else []
    samples = [Sample(**{**row, "survived": tuple(row["survived"])}) for row in rows]
    return sorted(samples, key=lambda sample: (sample.room, sample.seed))


def keep(sample: Sample, file: Path) -> None:
    """Keep a sample; it replaces the room's sample of the same seed."""
    others = [
        each for each in read_samples(file)
        if (each.room, each.seed) != (sample.room, sample.seed)
    ]  # fmt: skip
    rows = sorted([*others, sample], key=lambda each: (each.room, each.seed))
    file.write_text(json.dumps([asdict(each) for each in rows], indent=1) + "\n", "utf-8")


def page(samples: Sequence[Sample], equivalent: Collection[str]) -> str:
    """The samples, sorted by room, as a page in Markdown."""
    known = [sample.without(equivalent) for sample in samples]
    lines = [
        "# Do the tests notice a change?",
        "",
        _MEANING,
        "",
        "| room | changes | noticed | equivalent | survived | share | seed | command |",
        "|---|--:|--:|--:|--:|--:|--:|---|",
        *(
            f"| {row.room} | {row.tried} | {row.noticed} | {row.same} | {len(row.survived)} "
            f"| {row.share:.1%} | {row.seed} | `{row.command}` |"
            for row in known
        ),
        "",
    ]
    last = [list(of)[-1] for _, of in groupby(known, key=lambda sample: sample.room)]
    survived = [name for sample in last for name in sample.survived]
    if survived:
        lines += ["Not noticed in the last sample of their room:", ""]
        lines += [f"* `{name}`" for name in survived]
        lines.append("")
    return "\n".join(lines)
