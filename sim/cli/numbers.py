"""Whole numbers on the command line: their help and their errors in words."""

from __future__ import annotations

from typing import Any

import click


class WholeNumber(click.IntRange):
    """A whole number from ``min`` on, or to ``max``."""

    name = "number"

    def __init__(self, least: int, most: int | None = None) -> None:
        super().__init__(min=least, max=most)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:  # fmt: skip
        """The number, or one error that says what is expected."""
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            self.fail(f"expected a whole number {self._range()}, not {value!r}", param, ctx)

    def _range(self) -> str:
        return f"from {self.min}" + ("" if self.max is None else f" to {self.max:,}")

    def _describe_range(self) -> str:
        """What click's help says in brackets."""
        return "" if self.max is None else f"{self.min} to {self.max:,}"
