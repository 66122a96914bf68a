"""Text as HTML: nothing in it is markup, but what stands between backticks is code."""

from __future__ import annotations

import re
from html import escape

_LONG = re.compile(r"[\w:._/-]{16}")
_JOINT = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[:._])(?=\w)")
_CODE = re.compile(r"`([^`]+)`")


def inline(text: str) -> str:
    """A sentence, a title or a cell."""
    return _CODE.sub(r"<code>\1</code>", escape(text))


def breakable(text: str) -> str:
    """The same with places where a long name may go on in the next line."""
    return _JOINT.sub("<wbr>", inline(text)) if _LONG.search(text) else inline(text)


def plain(text: str) -> str:
    """The same for an attribute or the title of the window, where no markup can be."""
    return escape(_CODE.sub(r"\1", text))
