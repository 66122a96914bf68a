"""Progress: a line that moves in a terminal, plain lines elsewhere, times left that are right."""

from __future__ import annotations

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.cli.line import LINE_EVERY, QUIET_FOR
from sim.cli.pace import Pace
from sim.cli.progress import ProgressLine, RunProgress
from sim.platform.compiled.announce import compiling


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    """Standard error as a terminal has it."""

    def isatty(self) -> bool:
        """It is one."""
        return True


@pytest.fixture
def clock() -> Clock:
    """The time."""
    return Clock()


@pytest.fixture(autouse=True)
def only_when_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """The line is drawn when a test says so, not by its thread."""
    monkeypatch.setattr("sim.cli.line.REDRAW_EVERY", 3600.0)


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Standard error as a terminal."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return stream


@given(
    start_up=st.floats(0, 60), seconds=st.floats(0.05, 30), workers=st.integers(1, 16),
    runs=st.integers(40, 400), spread=st.floats(0, 0.4),
)  # fmt: skip
def test_the_time_left_is_right_within_a_factor_of_two_whatever_the_start_up(
    start_up: float, seconds: float, workers: int, runs: int, spread: float
) -> None:
    pace = Pace(least=workers)
    ends = sorted(
        start_up + seconds * (1 + spread * ((7 * n) % 5 - 2) / 2 + n // workers)
        for n in range(runs)
    )
    for done, now in enumerate(ends[: 3 * runs // 4], 1):
        pace.note(done, now)
        left = pace.left(runs, now)
        assert (left is None) == (done <= workers)
        if left is not None and done > 2 * workers:
            really = ends[-1] - now
            assert really / 2 - seconds <= left <= 2 * really + seconds


def test_a_start_up_of_five_seconds_is_not_taken_for_the_runs() -> None:
    pace = Pace(least=2)
    for done, now in ((1, 5.0), (2, 5.1), (3, 5.3), (4, 5.4)):
        pace.note(done, now)
    assert pace.left(30, 5.4) == pytest.approx(26 * 0.4 / 3)
    assert pace.left(30, 6.4) == pytest.approx(26 * 0.4 / 3 - 1)


def test_runs_found_in_a_store_say_nothing_of_the_rate(clock: Clock) -> None:
    progress = RunProgress(quiet=True, workers=1, clock=clock)
    progress(50, 100)
    for done in range(51, 61):
        clock.now += 1
        progress(done, 100)
    progress(80, 100)
    clock.now += 1
    progress(81, 100)
    assert "about 19 s left" in progress.text(clock.now, clock.now, plain=True)


def test_a_line_in_a_terminal_moves_and_goes_away(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = terminal(monkeypatch)
    with ProgressLine(quiet=False, runs=1, clock=clock) as progress:
        progress("app", 0.1)
        assert stream.getvalue() == ""
        clock.now = QUIET_FOR
        progress("app", 0.5)
        line = "[############------------]  50% of app, 2 s, about 2 s left"
        assert stream.getvalue() == f"\r{line}\x1b[K"
    assert stream.getvalue().endswith("\r\x1b[K")
    assert "\x1b[3" not in stream.getvalue(), "no colours"


def test_elsewhere_there_are_plain_lines_now_and_then(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with RunProgress(quiet=False, clock=clock) as progress:
        for done in range(1, 31):
            clock.now = done * 1.0
            progress(done, 100)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "sim: 2 of 100 runs, 2 s, about 98 s left"
    assert len(lines) == 1 + 28 // int(LINE_EVERY)
    assert not any("\x1b" in line or "\r" in line for line in lines)


def test_a_scenarios_name_does_nothing_on_the_line(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressLine(quiet=False, runs=1, clock=clock) as progress:
        clock.now = LINE_EVERY
        progress("\x1b[2J ::error::x\r", 0.5)
    assert capsys.readouterr().err == ("sim: \\x1b[2J \\::error::x\\r: 50% simulated, 10 s\n")


def test_a_search_says_what_is_done_and_promises_nothing(clock: Clock) -> None:
    progress = RunProgress(quiet=True, is_open=True, clock=clock)
    progress(12, 15)
    assert progress.text(9, 9, plain=False) == "12 runs done, 3 to go for now, 9 s"


def test_compiling_shows_a_bar_of_its_own_and_no_share_of_the_simulated_time(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = terminal(monkeypatch)
    with ProgressLine(quiet=False, runs=1, clock=clock) as progress:
        with compiling(kept=True):
            clock.now = 10
            progress.show()
            line = "compiling the engine for this machine (once): 10 s of about 20 s"
            assert stream.getvalue() == f"\r[############------------] {line}\x1b[K"
            clock.now = 30
            progress.show()
            assert "30 s of about 20 s" in stream.getvalue()
        progress("app", 0.5)
    assert "of app" not in stream.getvalue(), "the run itself began only now"


def test_compiling_is_one_plain_line_where_there_is_no_terminal(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with ProgressLine(quiet=False, runs=1, clock=clock) as progress, compiling(kept=True):
        clock.now = 15
        progress.show()
    line = "sim: compiling the engine for this machine (once), about 20 s\n"
    assert capsys.readouterr().err == line
    with ProgressLine(quiet=True, runs=1, clock=clock), compiling(kept=True):
        pass
    assert capsys.readouterr().err == ""


def test_a_terminal_that_cannot_move_a_line_gets_plain_ones(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = terminal(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")
    with ProgressLine(quiet=False, clock=clock) as progress:
        clock.now = 3
        progress("app", 0.25)
    assert stream.getvalue() == "sim: app: 25% simulated, 3 s\n"
