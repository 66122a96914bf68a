"""From the SVG that matplotlib writes to a small element that fits into any page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from sim.escaping import visible

INK = "#010203"
"""What text and axes are drawn in; the SVG has the page's own text colour in its place."""
PAPER = "#fdfcfb"
"""What hides the lines behind a label; the SVG has the page's own background in its place."""

_PAPER = "fill: none; fill: var(--page, none)"
"""The first half is for programs that know no variables."""
_LONG = re.compile(r"-?\d+\.\d{3,}")
_TAG = re.compile(r"<[^>]+>")
_IDENTIFIER = re.compile(r' id="([^"]+)"')


def embeddable(svg: str, title: str, alt: str, tooltips: Mapping[str, str]) -> str:
    """The element alone, with what it shows in words, in the colours of the page.

    ``tooltips`` are shown over parts of the chart, by the parts' ids in matplotlib.
    """
    body = "\n".join(map(visible, svg[svg.index("<svg") :].strip().split("\n")))
    for noise in (r"<metadata>.*?</metadata>", r"<defs>\s*<style.*?</style>\s*</defs>",
                  r"<!--.*?-->", r' xmlns:xlink="[^"]*"'):  # fmt: skip
        body = re.sub(noise, "", body, flags=re.DOTALL)
    body = _TAG.sub(lambda tag: _LONG.sub(_shorter, tag[0]), body.replace("xlink:href", "href"))
    for part, text in tooltips.items():
        shown = escape(visible(text))
        body = body.replace(f'<g id="{part}">', f"<g><title>{shown}</title>", 1)
    body = _only_used_ids(re.sub(r">\s+<", "><", body), title)
    body = body.replace(INK, "currentColor").replace(f"fill: {PAPER}", _PAPER)
    # The page gives the size, the view box the proportions.
    body = re.sub(r'^<svg (.*?)width="[^"]*" height="[^"]*"', r"<svg \1", body, count=1)
    label = f'role="img" aria-label="{escape(visible(alt))}" stroke-linejoin="round"'
    return body.replace("<svg ", f"<svg {label} ", 1)


def _shorter(number: re.Match[str]) -> str:
    """A hundredth of a point is less than anybody sees."""
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _only_used_ids(body: str, title: str) -> str:
    """Ids that nothing refers to are left out; the others carry the chart's title."""
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', body))
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    body = _IDENTIFIER.sub(
        lambda found: f' id="{slug}-{found[1]}"' if found[1] in used else "", body
    )
    return body.replace('href="#', f'href="#{slug}-').replace("url(#", f"url(#{slug}-")
