"""Starting a browser for tests and screenshots: Playwright's own Chromium where it is installed, else the system's."""

from pathlib import Path

from playwright.sync_api import Browser, Playwright

SYSTEM_CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def launch_chromium(playwright: Playwright) -> Browser:
    """A headless browser. Raises FileNotFoundError where there is neither Playwright's Chromium nor the system's."""
    own = Path(playwright.chromium.executable_path)
    if own.exists():
        return playwright.chromium.launch(args=ARGUMENTS)
    if not SYSTEM_CHROMIUM.exists():
        raise FileNotFoundError("No Chromium: type `playwright install chromium`, or install the package chromium.")
    return playwright.chromium.launch(executable_path=str(SYSTEM_CHROMIUM), args=ARGUMENTS)
