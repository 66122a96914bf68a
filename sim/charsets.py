"""Text for streams that cannot hold every character: the nearest that they can, never a crash.

A terminal or a pipe may take ASCII or a Windows code page only, and names may have characters that
not even UTF-8 holds (lone surrogates, which also stand for bytes of file names that are no UTF-8).
"""

from __future__ import annotations

import codecs
import io
import unicodedata
from typing import TextIO

DEGRADE = "sim.degrade"
"""The error handler's name: for `reconfigure` and `encode`."""
_NEAREST = {
    "≥": ">=", "≤": "<=", "×": "x", "±": "+/-", "–": "-", "—": "-", "\N{MINUS SIGN}": "-",
    "→": "->", "•": "*", "“": '"', "”": '"', "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'", "…": "...", "µ": "u", "·": ".",
    "\N{REPLACEMENT CHARACTER}": "?",
}  # fmt: skip
_LINES = range(0x2500, 0x2580)
"""The box-drawing characters."""
_HORIZONTAL, _VERTICAL = "─━╌╍┄┅┈┉═╴╶╸╺╼╾", "│┃╎╏┆┇┊┋║╵╷╹╻╽╿"


def _degraded(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(_nearest, error.object[error.start : error.end])), error.end


def _nearest(character: str) -> str:
    """The nearest in ASCII: spelt out as in Python and JSON where nothing is near."""
    if character in _NEAREST:
        return _NEAREST[character]
    if ord(character) in _LINES:
        return "-" if character in _HORIZONTAL else "|" if character in _VERTICAL else "+"
    parts = unicodedata.normalize("NFD", character)
    if parts[0].isascii() and all(map(unicodedata.combining, parts[1:])):
        return parts[0]
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


codecs.register_error(DEGRADE, _degraded)


def fitting(text: str, encoding: str | None) -> str:
    """The text as a stream of that encoding can show it; without an encoding, as UTF-8 can."""
    encoding = encoding or "utf-8"
    return text.encode(encoding, DEGRADE).decode(encoding)


def is_unicode(stream: TextIO) -> bool:
    """Whether a stream takes every character; one that keeps text as it is does."""
    return codecs.lookup(stream.encoding or "utf-8").name.startswith("utf-")


def never_fail(*streams: TextIO) -> None:
    """Make standard streams degrade what they cannot hold."""
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=DEGRADE)
