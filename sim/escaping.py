"""Names and messages that others wrote, made harmless for each format that they are printed in.

A scenario's name, a function's or a message may hold anything: line breaks, terminal codes, marks
that reverse the reading direction, the markup of the format, commands of a CI service. Every writer
takes its text through here; what is printed then means itself.
"""

from __future__ import annotations

import html
import json
import re

_ESCAPES = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_COMMAND = re.compile(r"(?<!\S)::")
"""A workflow command begins a line with this; where a text is wrapped, any word may."""
_OLD_COMMAND = "##["
"""GitHub's older form of a command, found anywhere in a line."""


def visible(text: str) -> str:
    r"""On one line, with every character that does not print as itself spelt out: ``\x1b``."""
    if not text.isprintable():
        text = "".join(each if each.isprintable() else _spelt(each) for each in text)
    return text.replace(_OLD_COMMAND, r"##\[")


def _spelt(character: str) -> str:
    code = ord(character)
    if character in _ESCAPES:
        return _ESCAPES[character]
    return f"\\x{code:02x}" if code < 0x100 else (
        f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    )  # fmt: skip


def plain(text: str) -> str:
    """For a terminal, a log or a text file."""
    return _COMMAND.sub(r"\\::", visible(text))


_MARKUP = re.compile(r"[\\`*<|~]|(?<!\S)#|\[(?=\^)|\](?=[(\[:])")
"""A bracket alone is harmless: a link needs one that closes, right before its address."""
_UNDERSCORES = re.compile(r"(?<![^\W_])(?<!_)_+|_+(?![^\W_]|_)")
"""Those that might set emphasis; within a word they do not."""
_ENTITY = re.compile(r"&(?=#?\w+;)")
_BLOCK = re.compile(r"^(\s*)(>|\[(?=.\])|[+=-]+(?=\s|$)|\d+(?=[.)](?:\s|$)))")
"""What begins a quotation, a task, a list or a rule, if it begins a line."""


_MENTION = re.compile(r"(?<!\w)@(?=\w)")
"""What would notify somebody of that name. A space without width after it prevents that; a
backslash does not."""


def markdown(text: str) -> str:
    """For Markdown as GitHub reads it, within a line: literal text that mentions nobody."""
    text = _ENTITY.sub("&amp;", visible(text))
    text = _MARKUP.sub(r"\\\g<0>", text).replace("\\<", "&lt;")
    text = _UNDERSCORES.sub(lambda found: r"\_" * len(found[0]), text)
    text = _MENTION.sub("@&#8203;", text)
    return _COMMAND.sub(r"\\::", text)


def markdown_line(text: str) -> str:
    """The same for text that begins a paragraph or an item of a list."""

    def literal(found: re.Match[str]) -> str:
        return f"{found[1]}{found[2]}\\" if found[2].isdigit() else f"{found[1]}\\{found[2]}"

    return _BLOCK.sub(literal, markdown(text))


_NOT_ASCII = re.compile(r"[^\n\x20-\x7e]")
_NOT_RAW = re.compile(
    r"[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)
"""JSON escapes the older control characters anyway."""


def json_text(text: str, *, only_ascii: bool = False) -> str:
    """JSON with everything escaped that a terminal would act on; the data stay the same.

    ``only_ascii``: for a stream that cannot hold more.
    """
    characters = _NOT_ASCII if only_ascii else _NOT_RAW
    text = characters.sub(lambda found: json.dumps(found[0])[1:-1], text)
    return text.replace(_OLD_COMMAND, r"##\u005b")


def html_lines(text: str) -> str:
    """For HTML where lines stay lines, as in ``<pre>``."""
    lines = (_COMMAND.sub("&#58;:", html.escape(visible(line))) for line in text.split("\n"))
    return "\n".join(lines)


def ascii_markup(text: str) -> str:
    """HTML or XML in ASCII, for a stream that cannot hold more; it reads the same."""
    return text.encode("ascii", "xmlcharrefreplace").decode()


def workflow_message(text: str) -> str:
    """For what follows the second ``::`` of a workflow command of GitHub Actions."""
    return visible(text).replace("%", "%25")


def workflow_property(text: str) -> str:
    """For a property of such a command, such as its title or file."""
    return workflow_message(text).replace(":", "%3A").replace(",", "%2C")


def dot(text: str) -> str:
    """For Graphviz: a quoted string."""
    return '"' + visible(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def mermaid(text: str) -> str:
    """For Mermaid: a quoted string, with its entities for all that might be syntax."""
    inside = re.sub(r"[^\w :.,/()-]", lambda found: f"#{ord(found[0])};", visible(text))
    return f'"{inside}"'


def cut(text: str, longest: int = 300) -> str:
    """A text that may be of any length, as one that can be read."""
    return text if len(text) <= longest else text[: longest - 3] + "..."
