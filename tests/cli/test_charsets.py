"""Streams that cannot hold every character: the nearest one is printed, and nothing crashes."""

from __future__ import annotations

import io
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from sim.charsets import DEGRADE, fitting
from sim.cli.main import cli, run
from sim.report import write_terminal
from tests.cli.every_command import COMMANDS, reported
from tests.hostile_names import HOSTILE

SHORT = ("--horizon", "1m", "--quiet")


@dataclass
class Streams:
    """Standard output and standard error of an encoding, kept in memory."""

    encoding: str
    printed: str = ""
    """What standard output got, in the last run."""
    told: str = ""
    """What standard error got."""

    def run(self, *args: str) -> int:
        """Run `sim` on them; its exit code."""
        out, err = io.BytesIO(), io.BytesIO()
        with redirect_stdout(self._on(out)) as stdout, redirect_stderr(self._on(err)) as stderr:
            code = run(args)
            stdout.flush()
            stderr.flush()
        self.printed, self.told = (each.getvalue().decode(self.encoding) for each in (out, err))
        return code

    def _on(self, buffer: io.BytesIO) -> io.TextIOWrapper:
        return io.TextIOWrapper(buffer, encoding=self.encoding, errors="strict", newline="")


@pytest.fixture(params=["ascii", "cp1252", "cp437"])
def streams(request: pytest.FixtureRequest) -> Streams:
    """Streams that hold few characters."""
    return Streams(request.param)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "cp437"])
def test_every_report_fits_every_encoding_in_straight_columns(name: str, encoding: str) -> None:
    buffer = io.BytesIO()
    stream = io.TextIOWrapper(buffer, encoding=encoding, errors="strict", newline="")
    write_terminal(reported(name).blocks, stream)
    stream.flush()
    text = buffer.getvalue().decode(encoding)
    widths: set[int] = set()
    for line in text.split("\n"):
        if line.startswith(("|", "+")):
            widths.add(len(line))
            assert len(widths) == 1, line
        else:
            widths.clear()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("≤ 4.40M", "<= 4.40M"), ("≥ 1", ">= 1"), ("×0.22", "x0.22"), ("27 ±12.7", "27 +/-12.7"),
        ("–", "-"), ("6h → 12h", "6h -> 12h"), (" • one", " * one"), ("“said”", '"said"'),
        ("Beyoncé", "Beyonce"), ("┌─┬─┐ │ ║ ╬", "+-+-+ | | +"), ("½ 10²", "\\u00bd 10\\u00b2"),
        ("漢", "\\u6f22"), ("👩", "\\U0001f469"), ("\ud800", "\\ud800"),
    ],
)  # fmt: skip
def test_the_nearest_character_is_printed_and_no_number_changes(text: str, expected: str) -> None:
    assert fitting(text, "ascii") == expected


def test_what_an_encoding_holds_is_left_as_it_is() -> None:
    assert fitting("± × – é ≥", "cp1252") == "± × – é >="
    assert fitting("≥ ± 漢 👩", "utf-8") == "≥ ± 漢 👩"
    assert fitting("≥ \ud800", None) == "≥ \\ud800"
    for name in HOSTILE:
        name.encode("ascii", DEGRADE)


def test_every_format_on_standard_output_is_valid_and_says_the_same(
    streams: Streams, tmp_path: Path
) -> None:
    app = tmp_path / "app.yaml"
    name = "≥ 漢 👩"
    parent = json.dumps(str(Path("scenarios/fixed.yaml").resolve()))
    app.write_text(
        f"extends: {parent}\nname: {name}\nbudgets: [{{id: a, metric: calls, max: 1}}]",
        encoding="utf-8",
    )
    code = {}
    seen = {}
    for format_ in ("table", "json", "md", "html", "github", "junit"):
        code[format_] = streams.run("check", str(app), *SHORT, "--no-explain", "--format", format_)
        seen[format_] = streams.printed
        assert streams.told == ""
    assert set(code.values()) == {1}
    assert "<= 1" in seen["table"] or "≤ 1" in seen["table"]
    assert "\\u6f22" in seen["table"]
    assert json.loads(seen["json"])["scenarios"][0]["name"] == name
    suite = ET.fromstring(seen["junit"].encode()).find("testsuite")
    assert suite is not None
    assert suite.get("name") == name
    assert seen["html"].isascii()
    assert "&#28450;" in seen["html"]
    assert seen["github"].startswith("::error ")


def test_files_stay_utf_8(streams: Streams, tmp_path: Path) -> None:
    files = [tmp_path / f"a{suffix}" for suffix in (".md", ".txt", ".json", ".html")]
    outs = [part for file in files for part in ("--out", str(file))]
    args = ("explain", "scenarios/fixed.yaml", "--static", "--quiet")
    assert streams.run(*args, *outs) == 0
    assert "autoGenerateSetlist -> syncArtistCatalog" in streams.printed
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert "autoGenerateSetlist → syncArtistCatalog" in text or file.suffix == ".json"


def test_errors_and_names_of_files_are_told_in_any_encoding(
    streams: Streams, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    odd = os.fsdecode(b"n\xc3\xa4me \xff.yaml")
    assert streams.run("run", "≥ \x1b.yaml") == 2
    assert streams.told.startswith(("error: >= \\x1b.yaml: there", "error: ≥ \\x1b.yaml: there"))
    assert streams.run("run", odd) == 2
    assert "me \\xff.yaml: there is no such file" in streams.told
    Path(odd).write_text("revision: fixed\n")
    assert streams.run("run", odd, *SHORT) == 0
    assert "me \\xff, revision fixed" in streams.printed
    assert streams.run("run", odd, *SHORT, "--set", "seed=≥") == 2
    assert ">=" in streams.told or "≥" in streams.told


def test_the_help_is_ascii(streams: Streams) -> None:
    for name in ("", *cli.commands):
        assert streams.run(*name.split(), "--help") == 0
        assert streams.printed.isascii()


def test_a_stream_without_an_encoding_gets_every_character(tmp_path: Path) -> None:
    stream = io.StringIO()
    write_terminal(reported("ablate").blocks, stream)
    assert "→" in stream.getvalue()
