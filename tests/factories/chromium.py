"""Starting a browser for tests and screenshots: Playwright's own Chromium where it is installed, else the system's."""

from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Playwright

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
    return playwright.chromium.launch(executable_path=_system_chromium(playwright), args=ARGUMENTS)


def launch_with_extension(playwright: Playwright, extension: Path, profile: Path) -> BrowserContext:
    """A headless browser with a profile of its own and one unpacked extension. Raises as `launch_chromium`."""
    return playwright.chromium.launch_persistent_context(
        profile,
        # Playwright's small headless shell knows no extensions; its whole Chromium does.
        channel=None if _system_chromium(playwright) else "chromium",
        executable_path=_system_chromium(playwright),
        args=[
            *ARGUMENTS,
            "--enable-unsafe-extension-debugging",  # for clicks on its icon
            f"--disable-extensions-except={extension}",
            f"--load-extension={extension}",
        ],
        ignore_default_args=["--disable-extensions"],
    )


def _system_chromium(playwright: Playwright) -> str | None:
    """None where Playwright has its own."""
    if Path(playwright.chromium.executable_path).exists():
        return None
    if not SYSTEM_CHROMIUM.exists():
        raise FileNotFoundError("No Chromium: type `playwright install chromium`, or install the package chromium.")
    return str(SYSTEM_CHROMIUM)
