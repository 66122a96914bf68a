"""Runs the examples of a page, in a folder with a copy of the files that the pages name."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from .blocks import Block, Page
from .examples import Example, examples
from .outcome import Outcome

ROOT = Path(__file__).parents[2]
"""The repository."""
COPIED = (
    "Makefile", "README.md", "MODEL.md", "pyproject.toml", "constraints.txt",
    "docs", "notebooks", "reports", "scenarios",
)  # fmt: skip
"""What a page may name."""
SHOWS_ITS_STATUS = "echo $?"
BAD_INPUT = 2
"""The exit code with which the output shown is the error."""
_SESSION = Path(__file__).with_name("session.py")


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A folder that stands for the repository, and the environment of the commands in it."""

    folder: Path
    venv: Path

    @classmethod
    def make(cls, folder: Path, venv: Path = Path(sys.prefix)) -> Self:
        """Copy into an empty folder what pages name; commands are those of ``venv``."""
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name)
            else:
                shutil.copy2(source, folder / name)
        (folder / ".venv").symlink_to(venv, target_is_directory=True)
        (folder.parent / "sim").symlink_to(ROOT, target_is_directory=True)  # a clone beside it
        (folder / ".installed").touch()
        return cls(folder, venv)

    @property
    def environment(self) -> dict[str, str]:
        """Reports as wide as in a pipe, no colours, and a Makefile that installs nothing."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
        return kept | {
            "PATH": f"{self.venv / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "NO_COLOR": "1",
            "MAKEFLAGS": " -- INSTALLED=.installed",
        }

    def shell(self, command: str, status: int = 0) -> tuple[int, str]:
        """Run a command line after one that exited with ``status``: its exit code and output."""
        done = subprocess.run(
            ["bash", "-c", f"(exit {status})\n{command}"],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        failed = done.returncode >= BAD_INPUT
        return done.returncode, done.stdout + (done.stderr if failed else "")


class Session:
    """One session of Python."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._process = subprocess.Popen(
            [sandbox.venv / "bin" / "python", "-P", _SESSION],
            cwd=sandbox.folder, env=sandbox.environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def run(self, code: str, *, single: bool) -> tuple[str, str]:
        """Run a block or a statement: what it printed, and its error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"code": code, "single": single}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return answer["printed"], answer.get("error", "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._process.communicate()


def run_page(page: Page, sandbox: Sandbox, flags: Collection[str] = ()) -> Iterator[Outcome]:
    """Run a page's examples in order; a block with other flags than ``flags`` is left out."""
    with ExitStack() as stack:
        session: Session | None = None
        for block in page.blocks:
            if not block.flags <= set(flags):
                continue
            if block.file is not None:
                target = sandbox.folder / block.file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(block.text, "utf-8")
            elif block.language == "python":
                session = session or stack.enter_context(Session(sandbox))
                yield from _run_python(page, block, session)
            else:
                yield from _run_shell(page, block, sandbox)


def _run_python(page: Page, block: Block, session: Session) -> Iterator[Outcome]:
    single = block.text.startswith(">>> ")
    for example in examples(block):
        printed, error = session.run(example.code, single=single)
        yield Outcome(page, example, _lines(printed), error)


def _run_shell(page: Page, block: Block, sandbox: Sandbox) -> Iterator[Outcome]:
    status = 0
    found = examples(block)
    for number, example in enumerate(found):
        status, output = sandbox.shell(example.code, status)
        expected = status == 0 or _shows_its_status(found[number + 1 :])
        yield Outcome(
            page, example, _lines(output), "" if expected else f"exited with {status}:\n{output}"
        )


def _shows_its_status(following: list[Example]) -> bool:
    return bool(following) and following[0].code == SHOWS_ITS_STATUS


def _lines(text: str) -> tuple[str, ...]:
    """The lines of an output, without blanks at their ends and blank lines around them."""
    return tuple(line.rstrip() for line in text.strip("\n").splitlines())
