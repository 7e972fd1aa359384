"""What the widget costs a page: the same page with and without its script tag, in turn, in a real browser.

    python tests/load/widget_load.py http://127.0.0.1:8000 --loads 30 --slow 4

Needs a help centre that is running. Prints, as JSON, medians in milliseconds, without and with the tag, from the network and
from the cache of the browser: until the page has loaded (`async` scripts count), which means something on a quiet machine only;
for how long the main thread was at work, as its processor's time, whatever else goes on; and the bytes on the wire.
"""

import argparse
import json
import statistics
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "factories"))

from chromium import launch_chromium
from other_shop import Shop, run_shop
from playwright.sync_api import Browser, BrowserContext, sync_playwright

MOST = 50.0  # milliseconds
PARAGRAPHS = "<p>Lamps, rugs, and what stands beside them.</p>" * 400


def measure(context: BrowserContext, address: str, slow: int) -> dict[str, float]:
    """One load in a tab of its own; slow: by how much the processor is slowed down."""
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": slow})
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address, wait_until="load")
    loaded = page.evaluate("performance.getEntriesByType('navigation')[0].loadEventStart")
    metrics: Any = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    page.close()
    return {"load": loaded, "busy": metrics["TaskDuration"] * 1000, "script": metrics["ScriptDuration"] * 1000}


def medians(browser: Browser, addresses: dict[str, str], loads: int, slow: int, *, cached: bool) -> dict[str, Any]:
    """Figures by name of the address; cached: one context for all loads, else a new one for each."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in addresses}
    kept = browser.new_context() if cached else None
    for _ in range(loads + 1):
        for name, address in addresses.items():
            context = kept or browser.new_context()
            found[name].append(measure(context, address, slow))
            if kept is None:
                context.close()
    if kept is not None:
        kept.close()
    return {
        name: {key: round(statistics.median(one[key] for one in all_[1:]), 1) for key in all_[0]}
        for name, all_ in found.items()
    }


def put_pages(shop: Shop) -> dict[str, str]:
    policy = shop.strict
    return {
        "without": shop.put("/without", body=PARAGRAPHS, policy=policy, widget=False),
        "with": shop.put("/with", body=PARAGRAPHS, policy=policy),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("help", help="address of the help centre")
    parser.add_argument("--loads", type=int, default=30)
    parser.add_argument("--slow", type=int, default=1, help="1: as it is; 4: about a cheap phone")
    given = parser.parse_args()
    with run_shop() as shop, sync_playwright() as playwright:
        shop.help = given.help.rstrip("/")
        browser = launch_chromium(playwright)
        addresses = put_pages(shop)
        answer: dict[str, Any] = {
            name: medians(browser, addresses, given.loads, given.slow, cached=cached)
            for name, cached in (("first", False), ("cached", True))
        }
        response = browser.new_context().request.get(f"{shop.help}/widget.js", headers={"Accept-Encoding": "gzip"})
        answer["bytes"] = int(response.headers["content-length"])
        browser.close()
    for key in ("load", "busy"):
        answer[f"added_{key}_ms"] = {
            name: round(answer[name]["with"][key] - answer[name]["without"][key], 1) for name in ("first", "cached")
        }
    answer["within_limit"] = max(answer["added_busy_ms"].values()) <= MOST
    print(json.dumps(answer, indent=1))
    return 0 if answer["within_limit"] else 1


if __name__ == "__main__":
    sys.exit(main())
