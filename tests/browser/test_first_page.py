"""A customer's first page on a cheap phone: what it weighs, that nothing moves, and that everything can be read."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.bundled]

# Bytes on the wire with headers, fonts and scripts.
HEAVIEST = 100_000
PAGES = ("/help/{}/", "/help/{}/articles/when-refund-arrives", "/help/{}/topics/refunds")

SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifts += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
# [text, pixels] of every visible piece of text in an Indic script.
SMALL_TEXT = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!/[\\u0900-\\u09ff]/.test(walker.currentNode.data)) continue;
    const size = parseFloat(getComputedStyle(element).fontSize);
    if (size < 14) found.push([walker.currentNode.data.trim(), size]);
  }
  return found;
}"""
# Contrast of the search box's edge and words with the ground around and in it.
BOX = """() => {
  const light = (colour) => {
    const linear = (c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = colour.match(/[\\d.]+/g).map((c) => linear(Number(c) / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const box = document.querySelector(".hero input[type=search]");
  const style = getComputedStyle(box);
  const words = getComputedStyle(box, "::placeholder").color;
  const ground = getComputedStyle(box.closest(".hero")).backgroundColor;
  return [contrast(style.borderTopColor, ground), contrast(words, style.backgroundColor)];
}"""


def weigh(page: Page, path: str) -> dict[str, int]:
    """Bytes on the wire by address, of a browser that has nothing yet."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    addresses: dict[str, str] = {}
    weights: dict[str, int] = {}

    def sent(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["request"]["url"]

    def finished(event: dict[str, Any]) -> None:
        weights[addresses[event["requestId"]]] = int(event["encodedDataLength"])

    devtools.on("Network.requestWillBeSent", sent)
    devtools.on("Network.loadingFinished", finished)
    page.goto(path, wait_until="networkidle")
    page.wait_for_timeout(500)
    return weights


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_first_page_is_light_and_can_be_read(open_page: Callable[..., Page], language: str) -> None:
    for path in PAGES:
        page = open_page(width=390, device_scale_factor=2)
        weights = weigh(page, path.format(language))
        assert any(address.endswith(".woff2") for address in weights)
        assert sum(weights.values()) <= HEAVIEST, weights
        assert page.evaluate(SMALL_TEXT) == []


@pytest.mark.parametrize("path", PAGES)
def test_nothing_moves_when_fonts_are_late(open_page: Callable[..., Page], path: str) -> None:
    page = open_page(width=390)
    page.add_init_script(SHIFTS)

    def deliver_late(route: Route) -> None:
        time.sleep(0.3)
        route.continue_()

    page.route("**/*.woff2", deliver_late)
    page.goto(path.format("hi"), wait_until="networkidle")
    page.wait_for_timeout(500)
    assert page.evaluate("window.shifts") < 0.01


def test_dark_search_box_is_not_switched_off(open_page: Callable[..., Page]) -> None:
    page = open_page(color_scheme="dark")
    page.goto("/help/en/")
    edge, words = page.evaluate(BOX)
    assert edge >= 3
    assert words >= 7
