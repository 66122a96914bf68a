"""Headline figures as cards."""

from __future__ import annotations

from ..blocks import Card, Cards, Reading
from ..figures.canvas import COLOURS
from .inline import inline

_KINDS = {True: ("better", "better"), False: ("worse", "worse"), None: ("neutral", "")}


def cards_html(cards: Cards) -> str:
    """The cards; those of several runs mark each run with the colour it has in the charts."""
    many = " many" if len(cards.runs) > 1 else ""
    inside = "\n".join(_card(card, cards.runs) for card in cards.cards)
    return f'<ul class="cards{many}" aria-label="Headline figures">\n{inside}\n</ul>'


def _card(card: Card, runs: list[str]) -> str:
    """A detail that all runs share is said once."""
    details = {reading.detail for reading in card.readings}
    shared = details.pop() if runs and len(details) == 1 else ""
    above = f", {inline(shared)}" if shared else ""
    names = runs or [""] * len(card.readings)
    readings = "".join(
        _reading(reading, name, number, "" if shared else reading.detail)
        for number, (name, reading) in enumerate(zip(names, card.readings, strict=True))
    )
    return f'<li><span class="what">{inline(card.title)}{above}</span>{readings}</li>'


def _reading(reading: Reading, name: str, number: int, detail: str) -> str:
    colour = COLOURS[number % len(COLOURS)]
    mark = f'<i style="background:{colour}"></i>' if name else ""
    who = f'<span class="who">{mark}{inline(name)}</span> ' if name else ""
    bad = ' class="bad"' if reading.is_bad else ""
    value = f"<b{bad}>{inline(reading.value)}</b> {_change(reading)}".strip()
    return f'<span class="reading">{who}<span>{value}</span> {_detail(detail)}</span>'


def _detail(text: str) -> str:
    return f'<span class="detail">{inline(text)}</span>' if text else ""


def _change(reading: Reading) -> str:
    """The change in a colour, and in a word for those who do not see it."""
    if not reading.change:
        return ""
    kind, word = _KINDS[reading.is_better]
    spoken = f'<span class="spoken"> ({word})</span>' if word else ""
    return f'<span class="change {kind}">{inline(reading.change)}{spoken}</span>'
