"""What can be wrong with a file, whatever it should hold: a catalogue of damages."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

from sim.scenario import file_name

Damage = Callable[[Path], None]
"""Puts something hostile where a file should be; the folder is there."""

SECRET = "hunter2-and-nobody-else"
"""A line of a file that nothing may print."""


def text(content: str | bytes) -> Damage:
    """A file of that content."""

    def write(path: Path) -> None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    return write


def _nothing(path: Path) -> None:
    """No file at all."""


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(path.parent)  # addresses of sockets are short
        try:
            listener.bind(path.name)
        finally:
            os.chdir(here)


def _link(target: str) -> Damage:
    return lambda path: path.symlink_to(target)


def _loop(path: Path) -> None:
    path.symlink_to(path.name)


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

SPECIAL: dict[str, Damage] = {
    "missing": _nothing,
    "a directory": lambda path: path.mkdir(),
    "a pipe": os.mkfifo,
    "a socket": _socket,
    "a link to nothing": _link("nowhere-at-all"),
    "a link to itself": _loop,
    "a link to a device": _link("/dev/zero"),
    "a link to the terminal": _link("/dev/tty"),
    "a link to the kernel's log": _link("/proc/kmsg"),
    "a link to memory": _link("/proc/self/mem"),
    "a link to the environment": _link("/proc/self/environ"),
    "a link to a directory": _link(".."),
}
"""What is no plain file."""

BYTES: dict[str, Damage] = {
    "empty": text(b""),
    "one null": text(b"\0"),
    "nulls": text(b"\0" * 5000),
    "random bytes": text(bytes((n * 7919 + 13) % 256 for n in range(4000))),
    "latin 1": text("name: caf\xe9\n".encode("latin-1")),
    "UTF-16": text("seed: 1\n".encode("utf-16")),
    "a mark": text(b"\xef\xbb\xbf"),
    "a program": text(b"\x7fELF" + b"\1" * 400),
    "two MiB": text(b"a: 1\n" * 420_000),
    "a long line": text(b"x" * 900_000),
    "carriage returns": text(b"seed: 1\rseed: 2\r"),
    "escapes": text(b"\x1b[2J\x1b]0;title\x07"),
    "another file's lines": text(f"root:{SECRET}:0:0::/root:/bin/sh\n# {SECRET}\n"),
}
"""What is no text of any kind that is asked for."""

YAML: dict[str, Damage] = {
    "a comment": text("# nothing else\n"),
    "a number": text("42"),
    "a list": text("[1, 2]"),
    "null": text("null"),
    "two documents": text("seed: 1\n---\nseed: 2\n"),
    "a tag": text("!!python/object/apply:os.system ['touch it-ran']"),
    "a tag inside": text("seed: !!python/name:os.system\n"),
    "a tag of ours": text("seed: !run 3\n"),
    "binary": text("seed: !!binary aGk=\n"),
    "a set": text("seed: !!set {a, b}\n"),
    "an omap": text("seed: !!omap [a: 1]\n"),
    "tabs": text("a:\n\tb: 1\n"),
    "an open list": text("a: [1\n"),
    "an open quote": text('a: "b\n'),
    "a key twice": text("seed: 1\nseed: 2\n"),
    "an alias to nothing": text("seed: *nowhere\n"),
    "an alias to itself": text("app: &a {b: *a}\n"),
    "a merge of itself": text("app: &a\n  <<: *a\n"),
    "a merge of a number": text("app: {<<: 3}\n"),
    "laughs": text(LAUGHS),
    "deep lists": text("[" * 900 + "]" * 900),
    "deep mappings": text("".join(f"{' ' * n}a:\n" for n in range(300))),
    "half a character": text(r'name: "\ud800"' + "\n"),
    "control characters": text('name: "\\x1b[31m\\r\\n::error::\\u2028"\n'),
    "a number as a key": text("1: 2\n"),
    "a list as a key": text("? [1, 2]\n: 3\n"),
    "nothing as a key": text("~: 3\n"),
    "no date": text("starts: 2025-13-45\n"),
    "a far date": text("starts: 9999-12-31T23:59:60Z\n"),
    "a huge number": text(f"seed: {'9' * 5000}\n"),
    "infinity": text("seed: .inf\nhorizon: .nan\n"),
    "octal and the like": text("seed: 0o17\nbin: 0x10\nhorizon: 1:30\n"),
    "many wrong keys": text("".join(f"key{n}: 1\n" for n in range(15_000))),
    "many values": text(f"seed: [{'1, ' * 25_000}]\n"),
    "a directive": text("%YAML 3.7\n---\nseed: 1\n"),
    "JSON": text('{"schema": "sim.baseline/1", "scenarios": {}}'),
    "Python": text("import os\nos.system('touch it-ran')\n"),
}
"""What YAML can be besides what is asked for."""

LARGE = ("many wrong keys", "many values", "laughs", "two MiB", "a long line")
"""What takes seconds to read."""

JSON: dict[str, Damage] = {
    "a number": text("42"),
    "null": text("null"),
    "a list": text("[]"),
    "an open object": text("{"),
    "deep": text("[" * 200_000),
    "deep and closed": text('{"a":' * 900 + "1" + "}" * 900),
    "a huge number": text("1" * 6000),
    "not a number": text('{"schema": "sim.baseline/1", "scenarios": {"x": NaN}}'),
    "a key twice": text('{"schema": 1, "schema": "sim.baseline/1"}'),
    "another schema": text('{"schema": "sim.check/1"}'),
    "half a character": text('{"schema": "sim.baseline/1", "scenarios": {"\\ud800": 1}}'),
    "YAML": text("schema: sim.baseline/1\n"),
}


def names() -> Iterator[tuple[str, str]]:
    """File names that are hard to write down, with what they are."""
    yield "not UTF-8", os.fsdecode(b"n\xff\xfe.yaml")
    yield "a line break", "a\nb.yaml"
    yield "an escape", "a\x1b[31mb.yaml"
    yield "an annotation", "::error file=x::y.yaml"
    yield "markup", "<script>alert(1)</script>.yaml".replace("/", "\u2215")
    yield "spaces", "  .yaml"
    yield "an option", "--seed=3.yaml"
    yield "from right to left", "\u202egnp.yaml"
    yield "a long name", "n" * 250 + ".yaml"
    yield "no suffix", "scenario"


IMPOSSIBLE = {
    "too long": "n" * 300,
    "a path of 3,000 parts": "/".join("a" * 3000),
    "nothing": "",
    "the root": "/",
    "a device": "/dev/zero",
    "the terminal": "/dev/tty",
    "the kernel's log": "/proc/kmsg",
    "a descriptor": "/dev/fd/0",
    "below a file": "good.yaml/x.yaml",
    "up and up": "../" * 200 + "etc/passwd",
}
"""Paths at which there is nothing to read."""


def shown(name: str) -> str:
    """A name as text that can be printed."""
    return file_name(name)
