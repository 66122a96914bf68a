"""The page in a real browser: nothing fails, nothing is asked for, it fits, it can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
CONTRAST = """() => {
  const channel = c => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4 };
  const light = rgb => { const [r, g, b] = rgb.match(/[\\d.]+/g).map(Number);
    return .2126 * channel(r) + .7152 * channel(g) + .0722 * channel(b) };
  const page = light(getComputedStyle(document.body).backgroundColor);
  return ['body', 'figcaption', 'a[href^="#part"]'].map(name => {
    const ink = light(getComputedStyle(document.querySelector(name)).color);
    return (Math.max(ink, page) + .05) / (Math.min(ink, page) + .05) });
}"""
"""WCAG 2.2, 1.4.3: text against the page behind it."""


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
@pytest.mark.parametrize("width", [1200, 360])
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
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert min(page.evaluate(CONTRAST)) >= 4.5
    context.close()


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


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))
