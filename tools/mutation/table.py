"""The table of the rooms: how many of the changes that were tried a test noticed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

WANTED = 0.95
"""The share of the changes that tests must notice, in every room."""


_MEANING = """\
One small change to the code at a time: a flipped comparison, `and` for `or`, a constant plus one, a
dropped guard or `not`. A change is noticed if a test fails. Those that change no behaviour are
listed with the reason in `tools/mutation/equivalent.toml`. What a sample showed to be missing was
mended, and another sample drawn: of several rows of a room, the last one counts."""


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one room's changes."""

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
        """The row as a sentence."""
        of = self.tried - self.same
        return f"{self.room}: {self.noticed} of {of} noticed ({self.share:.0%}), {self.same} equal"

    def save(self, folder: Path) -> None:
        """Keep the row for the table; it replaces the room's row of the same seed."""
        file = folder / "rows" / f"{self.room.replace('/', '-')}-{self.seed}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asdict(self)), "utf-8")


def page(folder: Path, rooms: Sequence[str]) -> str:
    """The rooms that were tried, as a page in Markdown."""
    by_room = [_rows(folder, room) for room in rooms]
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
            for rows in by_room
            for row in rows
        ),
        "",
    ]
    survived = [name for rows in by_room if rows for name in rows[-1].survived]
    if survived:
        lines += ["Not noticed in the last sample of their room:", ""]
        lines += [f"* `{name}`" for name in survived]
        lines.append("")
    return "\n".join(lines)


def _rows(folder: Path, room: str) -> list[Row]:
    """The rows of a room, by seed."""
    files = (folder / "rows").glob(f"{room.replace('/', '-')}-*.json")
    rows = [Row(**json.loads(file.read_text("utf-8"))) for file in files]
    return sorted((row for row in rows if row.room == room), key=lambda row: row.seed)
