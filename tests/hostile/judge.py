"""Running a hostile case and holding it against what must always be true."""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from sim.cli.main import run

from .apps import EVIL
from .cases import LAYOUT, Case
from .damage import SECRET

CPU_S, WAITING_S = 10, 60
"""A case hangs that computes, or waits, for longer."""
_MOST_LINES = 30
_LONGEST_LINE = 2000


class _Hangs(BaseException):
    """Ends a case that takes too long."""


def complaints(case: Case) -> list[str]:
    """What is wrong with what a case did; nothing if all is well."""
    with tempfile.TemporaryDirectory(prefix="hostile-") as folder:
        place = Path(folder)
        canary = _lay_out(place)
        work = place / "work"
        case.prepare(work)
        before = _files(work)
        code, out, err = _run(case, work, canary)
        after = _files(work)
        found = list(_wrong(case, code, out, err))
        if canary.exists() or (work / "it-ran").exists():
            found.append("code ran that the command line does not name")
        found += _left(before, after, code)
        return found


def _lay_out(place: Path) -> Path:
    """The working directory, what lies around it, and where code tells that it ran."""
    for folder in ("work", "elsewhere", "path"):
        (place / folder).mkdir()
    for name, content in LAYOUT.items():
        (place / "work" / name).write_text(content)
    (place / "elsewhere/secret.yaml").write_text(f"{SECRET}: {SECRET}\n{SECRET}\n")
    for folder in ("elsewhere", "path", "."):
        (place / folder / "evil.py").write_text(EVIL)
    return place / "it-ran"


def _files(folder: Path) -> dict[str, bytes | None]:
    """The plain files in a folder with their contents, and what else is there."""
    found: dict[str, bytes | None] = {}
    for entry in os.scandir(folder):
        is_plain = entry.is_file(follow_symlinks=False)
        found[entry.name] = Path(entry.path).read_bytes() if is_plain else None
    return found


def _run(case: Case, work: Path, canary: Path) -> tuple[int | str, str, str]:
    """The exit code, or how it failed to give one, and both outputs."""
    out, err = _output(), _output(errors="backslashreplace")
    outputs = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)
    with _at(work, canary), _limits(), outputs[0], outputs[1]:
        try:
            code: int | str = run(case.args)
        except _Hangs as hang:
            code = f"it {hang}"
        except SystemExit as left:
            code = f"it left by SystemExit({left.code!r})"
        except BaseException as error:  # noqa: BLE001 - whatever comes out is a complaint
            code = f"it raised {type(error).__name__}: {error}"
    return code, _text(out), _text(err)


def _output(errors: str = "strict") -> io.TextIOWrapper:
    """A stream like Python's own: what cannot be encoded fails on one and not on the other."""
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors=errors, write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode("utf-8", "backslashreplace")


@contextlib.contextmanager
def _at(work: Path, canary: Path) -> Iterator[None]:
    """In the working directory, with a module path and an environment that tempt."""
    path, here = list(sys.path), Path.cwd()
    before = os.environ.get("CANARY")
    sys.path.insert(0, str(work.parent / "path"))
    os.environ["CANARY"] = str(canary)
    os.chdir(work)
    try:
        yield
    finally:
        os.chdir(here)
        sys.path[:] = path
        if before is None:
            del os.environ["CANARY"]
        else:
            os.environ["CANARY"] = before


@contextlib.contextmanager
def _limits() -> Iterator[None]:
    """End what computes or waits for too long."""

    def computing(_: int, __: FrameType | None) -> None:
        raise _Hangs(f"computes for more than {CPU_S} s")

    def waiting(_: int, __: FrameType | None) -> None:
        raise _Hangs(f"waits for more than {WAITING_S} s")

    handlers = {signal.SIGVTALRM: computing, signal.SIGALRM: waiting}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_S)
    signal.setitimer(signal.ITIMER_REAL, WAITING_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _wrong(case: Case, code: int | str, out: str, err: str) -> Iterator[str]:
    """What is wrong with an exit code and with what was said."""
    if code not in case.exits:
        tail = err.strip().splitlines()[-3:]
        yield f"exit {code}, expected {sorted(case.exits)}: {tail}"
    if "Traceback (most recent call last)" in out + err or "this is a defect" in err:
        yield f"a traceback: {err.strip().splitlines()[-3:]}"
    if SECRET in out + err:
        yield "a line of a foreign file is printed"
    if code == 2:
        lines = err.splitlines()
        if not any(line.startswith("error: ") for line in lines) and not out:
            yield f"no error is said: {lines[-3:]}"
        if len(lines) > _MOST_LINES:
            yield f"{len(lines)} lines of errors"
        longest = max(map(len, lines), default=0)
        if longest > _LONGEST_LINE:
            yield f"an error of {longest} characters"


def _left(
    before: dict[str, bytes | None], after: dict[str, bytes | None], code: int | str
) -> Iterator[str]:
    """What is wrong with the files that are there afterwards."""
    for name in before.keys() - after.keys():
        yield f"{name!r} is gone"
    new = sorted(name for name in after.keys() - before.keys())
    changed = sorted(name for name in after.keys() & before.keys() if after[name] != before[name])
    if code == 2:
        unwanted = [name for name in (*new, *changed) if not name.startswith("sweeps.sqlite")]
        if unwanted:
            yield f"files were written though it was refused: {unwanted}"
        return
    for name in (*new, *changed):
        if name.endswith(".json"):
            try:
                json.loads(after[name] or b"")
            except ValueError:
                yield f"{name!r} is not whole"
        if name.startswith("."):
            yield f"{name!r} was left behind"


def memory_mib() -> int:
    """The most memory that this process has used (MiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
