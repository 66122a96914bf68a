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
PLAYWRIGHT = (sys.executable, "-m", "playwright")


MANAGERS: Mapping[str, Sequence[Sequence[str]]] = {
    "apt-get": (
        ("apt-get", "update", "-qq"),
        ("apt-get", "install", "-y", "-qq", "--no-install-recommends"),
    ),
    "dnf": (("dnf", "install", "-y", "-q"),),
    "pacman": (("pacman", "-Sy", "--noconfirm", "--quiet"),),
}
"""Package manager → its commands; the last one takes the names of packages."""


@dataclass(frozen=True, slots=True)
class Need:
    """A program, and how to come by it."""

    what: str
    """Names the program and says what it is for."""
    is_there: Callable[[], bool]
    """Whether it is there and starts."""
    download: Sequence[str]
    """The command of its own installer, which needs a network but not root."""
    packages: Mapping[str, Sequence[str]]
    """Package manager → its packages."""


class NeedError(Exception):
    """A program is missing and could not be installed."""


def browser() -> str | None:
    """The path of a Chromium that starts: the system's, or the one that Playwright downloaded."""
    for name in BROWSERS:
        path = shutil.which(name)
        if path is not None and _starts(path):
            return path
    path = _downloaded_browser() if _starts(*PLAYWRIGHT) else None
    return path if path is not None and _starts(path) else None


def browser_need() -> Need:
    """A browser, and Playwright, which drives it."""
    return Need(
        what="Chromium, in which the tests open the HTML report",
        is_there=lambda: _starts(*PLAYWRIGHT) and browser() is not None,
        download=(*PLAYWRIGHT, "install", "--no-shell", "chromium"),
        # Playwright's own driver is linked with libatomic, which a minimal system may lack.
        packages={
            "apt-get": ("chromium", "libatomic1"),
            "dnf": ("chromium", "libatomic"),
            "pacman": ("chromium",),
        },
    )


NEEDS: Mapping[str, Callable[[], Need]] = {"browser": browser_need}
"""What can be asked for on the command line."""


def provide(name: str) -> None:
    """Install a program if it is not there."""
    need = NEEDS[name]()
    if need.is_there():
        return
    for commands in _ways(need):
        _say(f"installing {need.what}: {' '.join(commands[-1])}")
        if all(map(_succeeds, commands)) and need.is_there():
            return
        _say("that did not work")
    ways = [f"`{' '.join(need.download)}`"]
    ways += [f"as root `{' '.join(commands[-1])}`" for commands in _by_managers(need)]
    raise NeedError(f"install {need.what}: {', or '.join(ways)}")


def _ways(need: Need) -> list[list[Sequence[str]]]:
    """The ways to install it that may be tried here, each a list of commands."""
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [[need.download], *(_by_managers(need) if is_root else [])]


def _by_managers(need: Need) -> list[list[Sequence[str]]]:
    """The commands of the package managers that this system has."""
    found = []
    for name, packages in need.packages.items():
        if shutil.which(name):
            *before, last = MANAGERS[name]
            found.append([*before, (*last, *packages)])
    return found


def _starts(*program: str) -> bool:
    """Whether a program can be run: a downloaded one may lack libraries of the system."""
    try:
        done = subprocess.run([*program, "--version"], capture_output=True, timeout=60, check=False)
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
