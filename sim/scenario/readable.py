"""Which files a scenario may name: no line of another one may end up in an error or a report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path as FilePath

from .shipped import shipped_folder


class Readable:
    """The folders whose files a scenario may name; files elsewhere are not read."""

    def __init__(self, roots: Sequence[FilePath]) -> None:
        self._roots = roots

    @classmethod
    def of(cls, scenario: FilePath, also: Sequence[str | FilePath]) -> Readable:
        """For a scenario: its folder, the working directory, and the folders that were named."""
        roots = [real_path(scenario.parent), *(real_path(FilePath(folder)) for folder in also),
                 real_path(shipped_folder())]  # fmt: skip
        here = real_path(FilePath())
        if here != FilePath(here.anchor):  # everything would be below the root
            roots.append(here)
        return cls(roots)

    def __contains__(self, file: FilePath) -> bool:
        try:
            real = real_path(file)
        except ValueError:  # no file can have such a name
            return False
        return any(real.is_relative_to(root) for root in self._roots)


def real_path(file: FilePath) -> FilePath:
    """A path without links, whether or not there is such a file."""
    return FilePath(os.path.realpath(file))


def exists(file: FilePath) -> bool:
    """Whether there is such a file; a name that no file can have is none."""
    try:
        return file.exists()
    except (OSError, ValueError):
        return False
