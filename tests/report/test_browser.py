"""The page in a real browser: nothing fails, nothing is asked for, it fits, it can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import sim
from sim.report import compare_page, to_html
from sim.scenario import load_scenario
from tools import needs

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
LEAST_TEXT_PX = 11.0
LEAST_CONTRAST = 4.5
FAINT = """least => {
  const channel = c => { c /= 255; return c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4 };
  const light = ([r, g, b]) => .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b);
  const parts = colour => { const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
    return [[r, g, b], a] };
  const behind = element => { for (; element; element = element.parentElement) {
      const [rgb, alpha] = parts(getComputedStyle(element).backgroundColor);
      if (alpha === 1) return rgb }
    return [255, 255, 255] };
  const opacity = element => { let all = 1;
    for (; element; element = element.parentElement) all *= getComputedStyle(element).opacity;
    return all };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
    if (!text || !element.checkVisibility() || element.tagName === 'title') continue;
    const style = getComputedStyle(element);
    const [ink] = parts(element.closest('svg') ? style.fill : style.color);
    const page = behind(element), share = opacity(element);
    const pair = [light(page), light(ink.map((c, n) => share * c + (1 - share) * page[n]))];
    const contrast = (Math.max(...pair) + .05) / (Math.min(...pair) + .05);
    if (contrast < least) found.push([text, contrast]);
  }
  return found;
}"""
"""Texts whose contrast with what is behind them is too low (WCAG 2.2, 1.4.3)."""
CHART_TEXTS = """() => [...document.querySelectorAll('figure svg')]
  .filter(svg => svg.checkVisibility())
  .map(svg => { const box = e => { const { left, top, right, bottom } = e.getBoundingClientRect();
      return { left, top, right, bottom } };
    const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
    return { box: box(svg), texts: [...svg.querySelectorAll('text')].map(text => ({
      text: text.textContent, box: box(text),
      size: scale * parseFloat(getComputedStyle(text).fontSize) })) } })"""
"""Of every chart that is shown: where it stands, its texts, where they stand and how large."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium; it is never skipped."""
    found = needs.browser()
    if found is None:
        pytest.fail("no Chromium: `make needs` installs it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A comparison as a page."""
    scenarios = [load_scenario(f"scenarios/{name}.yaml", horizon="1h")
                 for name in ("spike", "fixed")]  # fmt: skip
    page = tmp_path_factory.mktemp("page") / "incident.html"
    page.write_text(to_html(compare_page(sim.compare(scenarios))), encoding="utf-8")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 800, 390])
def test_a_page_opens_offline_fits_and_can_be_read(
    browser: Browser, file: Path, scheme: str, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, offline=True,
        color_scheme="dark" if scheme == "dark" else "light",
    )  # fmt: skip
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    assert said == []
    assert asked == [file.as_uri()]
    text = page.inner_text("body")
    for figure in ("function calls per day", "scheduler slots", "catalog syncs", "18."):
        assert figure in text
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(FAINT, LEAST_CONTRAST) == []
    context.close()


@pytest.mark.parametrize("width", [1200, 800, 390])
def test_the_texts_of_charts_are_large_enough_apart_and_inside(
    browser: Browser, file: Path, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(file.as_uri())
    charts = page.evaluate(CHART_TEXTS)
    assert len(charts) >= 10
    for chart in charts:
        assert chart["texts"]
        for number, one in enumerate(chart["texts"]):
            assert one["size"] >= LEAST_TEXT_PX, one
            assert lies_in(one["box"], chart["box"]), one
            for other in chart["texts"][:number]:
                assert not overlap(one["box"], other["box"]), (one["text"], other["text"])
    page.close()


def test_the_first_screen_has_the_headline_figures_and_the_chart_of_all_runs(
    browser: Browser, file: Path
) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(file.as_uri())
    cards = page.locator(".cards").first.locator("li")
    for card in cards.all():
        bottom = box_of(card)["y"] + box_of(card)["height"]
        assert bottom <= 900
    chart = box_of(page.locator("figure").first)
    assert bottom < chart["y"] < chart["y"] + chart["height"] <= 900
    page.close()


def test_the_contents_stay_in_sight_where_there_is_room(browser: Browser, file: Path) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.goto(file.as_uri())
    link = page.get_by_role("navigation").get_by_role("link", name="fixed", exact=True)
    link.click()
    heading = box_of(page.locator("section:last-of-type > h2"))
    assert 0 <= heading["y"] < 900
    assert page.evaluate("scrollY") > 900
    assert 0 <= box_of(page.get_by_role("navigation"))["y"] < 100
    page.set_viewport_size({"width": 390, "height": 800})
    assert box_of(page.get_by_role("navigation"))["y"] < 0
    page.close()


def test_on_paper_folds_are_open_nothing_sticks_and_charts_are_whole(
    browser: Browser, file: Path
) -> None:
    page = browser.new_page(viewport={"width": 700, "height": 900}, color_scheme="dark")
    page.goto(file.as_uri())
    table = page.get_by_role("cell", name="scheduled jobs executed").or_(
        page.get_by_role("rowheader", name="scheduled jobs executed")
    )
    assert table.count() == 0  # a closed fold is not even in the tree of what can be read
    page.emulate_media(media="print")
    assert table.count() == 2
    assert not page.get_by_role("navigation").is_visible()
    assert page.locator("figure .narrow svg").first.is_hidden()
    assert page.locator("figure .wide svg").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for figure in page.locator("figure").all():
        assert figure.evaluate("it => getComputedStyle(it).breakInside") == "avoid"
        assert box_of(figure)["height"] < 1000  # a sheet of A4 has 1,010 pixels
    assert page.evaluate("document.documentElement.scrollWidth") <= 700
    page.close()


def test_everything_that_scrolls_and_folds_is_reached_by_keyboard(
    browser: Browser, file: Path
) -> None:
    page = browser.new_page()
    page.goto(file.as_uri())
    page.keyboard.press("Tab")
    assert focused(page).startswith("Skip to")
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.tagName"))
    assert {"A", "DIV", "SUMMARY"} <= reached
    assert page.locator("figure svg[role=img][aria-label]").count() == page.locator("svg").count()
    page.close()


def unfold(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    """Whether two texts stand on each other; a line's box is a third higher than its letters."""
    slack = 0.15 * (one["bottom"] - one["top"] + other["bottom"] - other["top"])
    return (
        one["left"] < other["right"] and other["left"] < one["right"]
        and one["top"] + slack < other["bottom"] and other["top"] + slack < one["bottom"]
    )  # fmt: skip


def lies_in(inner: dict[str, float], outer: dict[str, float]) -> bool:
    return (
        outer["left"] - 1 <= inner["left"] and inner["right"] <= outer["right"] + 1
        and outer["top"] - 2 <= inner["top"] and inner["bottom"] <= outer["bottom"] + 2
    )  # fmt: skip


def box_of(located: Any) -> dict[str, float]:
    found = located.bounding_box()
    assert found is not None
    return dict(found)


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))
