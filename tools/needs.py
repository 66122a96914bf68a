"""Programs that the tests need beside Python's packages: ``python -m tools.needs browser``.

A program that is there is used. Otherwise it is installed: by its own installer, which needs a
network, or by the system's package manager, which needs root. If neither works, one line says what
to install. `make test` calls this before the tests; nothing else installs anything.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The names that systems give to Chromium and its like."""
MANAGERS: Mapping[str, Sequence[Sequence[str]]] = {
    "apt-get": (
        ("apt-get", "update", "-qq"),
        ("apt-get", "install", "-y", "-qq", "--no-install-recommends"),
    ),
    "dnf": (("dnf", "install", "-y", "-q"),),
    "pacman": (("pacman", "-Sy", "--noconfirm", "--quiet"),),
}
"""Package manager → its commands; the last one takes the package's name."""


@dataclass(frozen=True, slots=True)
class Need:
    """A program, and how to come by it."""

    what: str
    """Names the program and says what it is for."""
    find: Callable[[], str | None]
    """Its path, if there is one that starts."""
    download: Sequence[str]
    """The command of its own installer, without rights of root."""
    package: str
    """What package managers call it."""


class NeedError(Exception):
    """A program is missing and could not be installed."""


def browser() -> str | None:
    """The path of a Chromium that starts: the system's, or the one that Playwright downloaded."""
    for name in BROWSERS:
        path = shutil.which(name)
        if path is not None and _starts(path):
            return path
    path = _downloaded_browser()
    return path if _starts(path) else None


NEEDS: Mapping[str, Need] = {
    "browser": Need(
        what="Chromium, in which the tests open the HTML report",
        find=browser,
        download=(sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"),
        package="chromium",
    ),
}


def provide(name: str) -> str:
    """The path of a program, installed if it was not there."""
    need = NEEDS[name]
    found = need.find()
    if found is not None:
        return found
    for commands in _ways(need):
        _say(f"installing {need.what}: {' '.join(commands[-1])}")
        if all(map(_succeeds, commands)) and (found := need.find()) is not None:
            return found
        _say("that did not work")
    managers = " or ".join(f"`{' '.join((*_last(each), need.package))}`" for each in _managers())
    by_root = f"; or as root: {managers}" if managers else ""
    raise NeedError(f"install {need.what}: `{' '.join(need.download)}`{by_root}")


def _ways(need: Need) -> list[list[Sequence[str]]]:
    """The ways to install it that may be tried here, each a list of commands."""
    ways: list[list[Sequence[str]]] = [[need.download]]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        for name in _managers():
            *before, last = MANAGERS[name]
            ways.append([*before, (*last, need.package)])
    return ways


def _managers() -> list[str]:
    """The package managers of this system."""
    return [name for name in MANAGERS if shutil.which(name)]


def _last(manager: str) -> Sequence[str]:
    return MANAGERS[manager][-1]


def _starts(path: str) -> bool:
    """Whether a program can be run: a downloaded browser may lack the system's libraries."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _succeeds(command: Sequence[str]) -> bool:
    """Run a command; its output goes to standard error, and only if it fails."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        stdin=subprocess.DEVNULL, env=environment, text=True,
    )  # fmt: skip
    if done.returncode:
        sys.stderr.write("".join(f"  {line}\n" for line in done.stdout.splitlines()[-3:]))
    return done.returncode == 0


def _downloaded_browser() -> str:
    """Where Playwright keeps the browser that it downloads."""
    from playwright.sync_api import sync_playwright  # half a second, and only without a system's

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main(names: Sequence[str]) -> int:
    """Provide the programs of these names; the exit code."""
    try:
        for name in names:
            provide(name)
    except NeedError as error:
        _say(f"error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
