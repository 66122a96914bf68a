"""What running a page came to: its mistakes, or the page with the output there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .blocks import Page
from .examples import Example
from .shown import CUT, LostError, agrees, renewed


@dataclass(frozen=True, slots=True)
class Outcome:
    """An example that was run."""

    page: Page
    example: Example
    got: tuple[str, ...]
    error: str = ""
    """Why it failed, if it did."""

    @property
    def where(self) -> str:
        """Where the page shows its output."""
        return f"{self.page.path}:{self.example.start + 1}"

    @property
    def shown(self) -> tuple[str, ...]:
        """The output that the page shows, without blank lines at its end."""
        lines = list(self.example.shown)
        while lines and not lines[-1]:
            lines.pop()
        return tuple(lines)


def problems(outcomes: Iterable[Outcome]) -> list[str]:
    """What is wrong, each with its place: errors, and output that is not what the page shows."""
    return list(_problems(outcomes))


def _problems(outcomes: Iterable[Outcome]) -> Iterator[str]:
    for outcome in outcomes:
        if outcome.error:
            yield f"{outcome.where}: {outcome.example.code}\n{outcome.error}"
        elif outcome.shown and not agrees(outcome.shown, outcome.got):
            missing = [line for line in outcome.shown if line not in (*outcome.got, CUT)]
            lines = "\n".join(missing) or "(the lines shown do not follow each other like this)"
            yield f"{outcome.where}: {outcome.example.code}\ndoes not print (`make docs`):\n{lines}"


def rewritten(page: Page, outcomes: Iterable[Outcome]) -> tuple[str, list[str]]:
    """The page with the output there is, and what could not be brought up to date."""
    lines = list(page.lines)
    lost = []
    for outcome in sorted(outcomes, key=lambda outcome: -outcome.example.start):  # from the end on
        start, shown = outcome.example.start, outcome.shown
        if outcome.error:
            lost.append(f"{outcome.where}: {outcome.example.code}\n{outcome.error}")
        elif shown:
            try:
                lines[start : start + len(shown)] = renewed(shown, outcome.got)
            except LostError as error:
                lost.append(f"{outcome.where}: the output has no line like this one now: {error}")
    return "".join(f"{line}\n" for line in lines), lost[::-1]
