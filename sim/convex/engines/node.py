"""Node as a subprocess, spoken to over its standard input and output."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from .engine import RUNTIME, Broken, Engine, JavaScriptError, Stopped, runtime

_CHUNK = 1 << 16
_text = json.JSONEncoder(check_circular=False, separators=(",", ":")).encode
_DEAF = 5.0
"""Seconds after an interrupt in which the engine must answer."""
_YOUNG = 64
"""MiB of short-lived objects between two collections: calls leave many behind."""
_BUSIEST = 20
"""How many times its limit an answer may take on a machine that does other things."""


class Node(Engine):
    """A Node process that has no environment, no files and no network to give to the app."""

    def __init__(self, executable: str, memory_mib: int, time_limit: float) -> None:
        self._time_limit = time_limit
        self._memory_mib = memory_mib
        self._posted: list[str] = []
        self._held = bytearray()
        self._process = subprocess.Popen(
            [
                executable, f"--max-old-space-size={memory_mib}", f"--max-semi-space-size={_YOUNG}",
                "--disallow-code-generation-from-strings", "--no-warnings",
                str(RUNTIME / "host.cjs"),
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0,
            env={"TZ": "UTC"}, start_new_session=True,
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        self.load(runtime(), "runtime.js")

    def load(self, source: str, filename: str) -> None:
        """Run a script."""
        self._exchange("L" + json.dumps([filename, source]))

    def send(self, name: str, *args: Any) -> str:
        """Run a function; its answer."""
        line = _text((name, *args))
        if not self._posted:
            return self._exchange(line)
        self._posted.append(line)
        text = "\n".join(self._posted)
        self._posted.clear()
        return self._exchange(text)

    def post(self, name: str, *args: Any) -> None:
        """Run a function with the next `send`."""
        self._posted.append(_text((name, *args)))

    def set_time_limit(self, seconds: float) -> None:
        """Change the limit."""
        self._time_limit = seconds

    def processor_seconds(self) -> float:
        """The processor time that the process has used."""
        return _processor_seconds(self._process.pid)

    def close(self) -> None:
        """End the process."""
        process = self._process
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()
        process.kill()
        process.wait()

    def _exchange(self, text: str) -> str:
        """Send a frame and wait for the answer."""
        body = text.encode()
        data = memoryview(len(body).to_bytes(4, "little") + body)
        try:
            while data:
                data = data[os.write(self._in, data) :]
            answer = self._answer_in_its_time()
        except BrokenPipeError as error:
            raise self._gone() from error
        if answer is None:
            return self._interrupt()
        return _checked(answer)

    def _answer_in_its_time(self) -> bytes | None:
        """The answer to what was sent; None if it takes longer than the limit.

        What counts is the time of the processor: on a busy machine an answer may come late.
        """
        limit = self._time_limit / 2  # of what comes after the first half, which nobody measures
        answer = self._answer(limit)
        if answer is not None:
            return answer
        began, waited = _processor_seconds(self._process.pid), 0.0
        while (answer := self._answer(limit)) is None:
            waited += limit
            used = _processor_seconds(self._process.pid) - began
            if used >= limit or waited >= _BUSIEST * limit:
                return None
        return answer

    def _answer(self, seconds: float) -> bytes | None:
        """The next frame; None if none came in time."""
        held, size = self._held, -1  # a bytearray: a long answer comes in many parts
        deadline = 0.0
        while True:
            if size < 0 and len(held) >= 4:
                size = int.from_bytes(held[:4], "little") + 4
            if 0 <= size <= len(held):
                self._held = held[size:]
                return bytes(held[4:size])
            now = time.monotonic()
            deadline = deadline or now + seconds
            if not select.select([self._out], [], [], max(0.0, deadline - now))[0]:
                return None
            got = os.read(self._out, _CHUNK)
            if not got:
                raise self._gone()
            held += got

    def _interrupt(self) -> str:
        """Stop what runs. It may have ended just now: then its answer comes first."""
        self._process.send_signal(signal.SIGINT)
        answers = []
        while True:
            answer = self._answer(_DEAF)
            if answer is None:
                self._process.kill()
                raise self._gone()
            if answer[:1] == b"T":
                break
            answers.append(answer)
        if answers:
            return _checked(answers[0])
        raise Stopped

    def _gone(self) -> Broken:
        self._process.kill()
        self._process.wait()
        return Broken(f"Node ended: most likely it ran out of its {self._memory_mib} MiB of memory")


def _processor_seconds(pid: int) -> float:
    """The processor time that a process has used; endless where that cannot be read."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return time.monotonic()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _checked(answer: bytes) -> str:
    text = answer.decode()
    if text[0] == "E":
        raise JavaScriptError(text[1:])
    return text[1:]
