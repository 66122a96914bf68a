"""What a page says outside of its blocks: links that lead somewhere, figures that are shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from .blocks import Page

_LINK = re.compile(r"\]\(\s*([^)\s]+)\s*\)")
_CODE = re.compile(r"`[^`]*`")
_HEADING = re.compile(r"#+ (.*)")
_FIGURE = re.compile(r"\$?\d{1,3}(?:,\d{3})+|\$\d+(?:\.\d+)?|\d+(?:\.\d+)?(?:M\b|k\b|%)|\d+\.\d+\b")
"""A figure that a run may have given: a large number, money, a share, a number with a fraction."""
_NAMED = re.compile(r"`((?:scenarios|reports|notebooks|docs|tools|sim|tests)/[\w./-]*)`")


def broken_links(page: Page, root: Path) -> list[str]:
    """Links, and names of files in the repository at ``root``, that lead nowhere."""
    return list(_broken_links(page, root))


def _broken_links(page: Page, root: Path) -> Iterator[str]:
    numbered = page.prose()
    text = "\n".join(line for _, line in numbered)
    for found in _LINK.finditer(text):
        target = found[1]
        if re.match(r"\w+:", target):
            continue  # of another site
        number = numbered[text[: found.start(1)].count("\n")][0]
        path, _, anchor = target.partition("#")
        file = (page.path.parent / path).resolve() if path else page.path
        if not file.exists():
            yield f"{page.path}:{number}: there is no {target}"
        elif anchor and anchor not in anchors(file):
            yield f"{page.path}:{number}: {file.name} has no heading #{anchor}"
    for number, line in numbered:
        for named in _NAMED.findall(line):
            if not (root / named).exists():
                yield f"{page.path}:{number}: there is no {named}"


def anchors(file: Path) -> set[str]:
    """The anchors of a page's headings, as the usual renderers make them."""
    found: Counter[str] = Counter()
    names = set()
    for _, line in Page.read(file).prose():
        heading = _HEADING.fullmatch(line)
        if heading is None:
            continue
        words = re.sub(r"[^\w\- ]", "", heading[1].lower()).strip()
        name = words.replace(" ", "-")
        names.add(f"{name}-{found[name]}" if found[name] else name)
        found[name] += 1
    return names


def unshown_figures(page: Page, given: str) -> list[str]:
    """Figures in sentences that no block of the page shows and that are not in ``given``."""
    blocks = "\n".join(block.text for block in page.blocks)
    known = set(_FIGURE.findall(blocks)) | set(_FIGURE.findall(given))
    return [
        f"{page.path}:{number}: {figure} is in no output that the page shows"
        for number, line in page.prose()
        for figure in _FIGURE.findall(_CODE.sub("", line))
        if figure not in known
    ]
