"""What a user gave cannot be used: the base of every error that means that, and nothing else."""

from __future__ import annotations


class BadInput(Exception):
    """Input that cannot be used; ``str()`` says why, with a line for each problem."""

    hint: str = ""
    """A command that helps; empty if there is none."""
