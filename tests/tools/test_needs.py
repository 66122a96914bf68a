"""The programs that the tests need: found if they start, installed, or named in one line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tools import needs

CHROMIUM = "#!/bin/sh\necho Chromium 1\n"
BROKEN = "#!/bin/sh\necho a library is missing >&2\nexit 127\n"
INSTALLS = """#!/bin/sh
[ "$1" = update ] && exit
echo "$*" > "$0.log"
cp "$0.payload" "${0%/*}/chromium"
"""


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that programs are looked for in; Playwright starts and has no browser."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "cp"):
        (folder / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(folder))
    program(folder, "playwright", '#!/bin/sh\n[ "$1" = --version ]\n')
    monkeypatch.setattr(needs, "PLAYWRIGHT", (str(folder / "playwright"),))
    monkeypatch.setattr(needs, "_downloaded_browser", lambda: str(folder / "downloaded"))
    return folder


def program(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    (folder / name).chmod(0o755)


def as_user(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: number)


def test_a_browser_that_is_there_is_taken(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program(path, "google-chrome", CHROMIUM)
    assert needs.main(["browser"]) == 0
    assert needs.browser() == str(path / "google-chrome")
    assert capsys.readouterr().err == ""


def test_one_that_does_not_start_is_passed_over(path: Path) -> None:
    program(path, "chromium", BROKEN)
    assert needs.browser() is None
    program(path, "downloaded", CHROMIUM)
    assert needs.browser() == str(path / "downloaded")


def test_playwright_downloads_one_where_it_can(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(monkeypatch, 1000)
    program(path, "payload", CHROMIUM)
    download = f'[ "$1" = --version ] || cp "{path}/payload" "{path}/downloaded"'
    program(path, "playwright", f"#!/bin/sh\n{download}\n")
    assert needs.main(["browser"]) == 0
    assert needs.browser() == str(path / "downloaded")


def test_root_installs_it_with_what_playwright_needs(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    as_user(monkeypatch, 0)
    program(path, "apt-get", INSTALLS)
    program(path, "apt-get.payload", CHROMIUM)
    assert needs.main(["browser"]) == 0
    assert needs.browser() == str(path / "chromium")
    assert (path / "apt-get.log").read_text().endswith("chromium libatomic1\n")
    assert "apt-get install" in capsys.readouterr().err


def test_others_are_told_in_one_line_what_to_install(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    as_user(monkeypatch, 1000)
    program(path, "apt-get", INSTALLS)
    assert needs.main(["browser"]) == 1
    assert not (path / "apt-get.log").exists()
    (error,) = [line for line in capsys.readouterr().err.splitlines() if "error" in line]
    assert error.startswith("error: install Chromium")
    assert "playwright install --no-shell chromium`" in error
    assert "or as root `apt-get install" in error


def test_a_browser_without_what_playwright_needs_is_not_enough(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_user(monkeypatch, 1000)
    program(path, "chromium", CHROMIUM)
    program(path, "playwright", BROKEN)
    assert needs.main(["browser"]) == 1
