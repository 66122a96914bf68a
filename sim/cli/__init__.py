"""The command line: one file per command, no logic of their own."""

from .main import main

__all__ = ["main"]
