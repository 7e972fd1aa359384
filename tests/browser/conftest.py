"""A real server with the sample shop and the bundled encoder, a real browser, people who are logged in."""

import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from chromium import launch_chromium
from kb_process import KB, free_port, without_settings
from log_guard import leaks_in, planted_in
from once_per_run import copy_of
from other_help_desk import HelpDesk, run_help_desk
from other_shop import Shop, run_shop
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright

from kb.core.database import create_database_engine
from kb.core.settings import PROJECT_ROOT, Settings

START_SECONDS = 180
# A search counts when nobody types on, some seconds later; then the worker reads it.
GAP_SECONDS = 90
# What is waited for comes in a second where nobody else works on the machine; a site that is set up beside it takes both cores.
LONGEST_WAIT = 60
expect.set_options(timeout=1000 * LONGEST_WAIT)


@dataclass(frozen=True)
class Site:
    url: str
    passwords: dict[str, tuple[str, str]]  # role: (e-mail, password)
    home: Path


@pytest.fixture(scope="session")
def help_desk() -> Iterator[HelpDesk]:
    """Another help desk, on a site of its own."""
    with run_help_desk() as desk:
        yield desk


@pytest.fixture(scope="session")
def other_shop() -> Iterator[Shop]:
    """Another shop, on a site of its own, whose pages carry the widget."""
    with run_shop() as shop:
        yield shop


@pytest.fixture(scope="session")
def site(
    tmp_path_factory: pytest.TempPathFactory, bundled_models: Path, help_desk: HelpDesk, other_shop: Shop
) -> Iterator[Site]:
    """A copy of what `kb setup` makes in an empty folder, and `kb serve` until the tests are done."""
    home = tmp_path_factory.mktemp("browser")
    copy_of("browser", partial(_set_up, bundled_models), home, tmp_path_factory)
    port = free_port()
    environment = {**without_settings(), "KB_HOME": str(home), "KB_PORT": str(port), "KB_WORKERS": "1"}
    # All tests come from one address; what happens beyond that number is tried in a test of its own.
    environment |= {"KB_FREE_MESSAGES": "100000", "KB_FREE_MESSAGES_IN_ALL": "100000"}
    environment["KB_PANEL_ORIGINS"] = help_desk.origin
    environment["KB_WIDGET_ORIGINS"] = other_shop.origin
    log = (home / "server.log").open("w+", encoding="utf-8")
    server = subprocess.Popen([*KB, "serve"], cwd=PROJECT_ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url, server, log)
        yield Site(url, _read_passwords(home), home)
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()
    leaks = leaks_in((home / "server.log").read_text("utf-8"), _planted(home))
    assert not leaks, f"Personal data in the log of the server: {leaks[:5]}"


def _set_up(models: Path, home: Path) -> None:
    (home / "models").symlink_to(models)
    environment = {**without_settings(), "KB_HOME": str(home)}
    setup = subprocess.run(
        [*KB, "setup"], cwd=PROJECT_ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert setup.returncode == 0, setup.stdout + setup.stderr


def _planted(home: Path) -> set[str]:
    engine = create_database_engine(Settings(home_text=str(home)))
    try:
        return planted_in(engine)
    finally:
        engine.dispose()


def _wait_until_ready(url: str, server: "subprocess.Popen[bytes]", log: Any) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=30):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    log.seek(0)
    pytest.fail(f"The server did not start:\n{log.read()[-3000:]}")


def _read_passwords(home: Path) -> dict[str, tuple[str, str]]:
    found = {}
    for path in home.glob("*"):
        if path.is_file() and "demo" in path.name:
            for line in path.read_text(encoding="utf-8").splitlines():
                role, email, password = line.split()
                found[role] = (email, password)
    assert found, "kb setup wrote no demo log-ins"
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = launch_chromium(playwright)
    yield browser
    browser.close()


class Contexts:
    """Makes browser contexts and keeps what their pages complain about: errors of scripts and of the content policy."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self._browser = browser
        self._site = site
        self._open: list[BrowserContext] = []
        self._states: dict[str, Any] = {}
        self.complaints: list[str] = []

    def page(self, role: str = "", *, width: int = 1440, **options: Any) -> Page:
        """A page of a customer, or of somebody with this role. Addresses may be given without the host."""
        if role and role not in self._states:
            self._states[role] = self._log_in(role)
        context = self._browser.new_context(
            base_url=self._site.url,
            viewport={"width": width, "height": 900},
            storage_state=self._states.get(role),
            **options,
        )
        context.set_default_timeout(1000 * LONGEST_WAIT)
        self._open.append(context)
        page = context.new_page()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _note(self, message: ConsoleMessage) -> None:
        # A page that answers 404 or 422, or a lost connection, is what some tests are about; the browser logs it as an error.
        # htmx says once more what failed; of any other failure the browser's own line is left.
        expected = r"responded with a status of 4\d\d|ERR_INTERNET_DISCONNECTED|htmx:error: Failed to fetch"
        if message.type == "error" and not re.search(expected, message.text):
            self.complaints.append(message.text)

    def _log_in(self, role: str) -> Any:
        email, password = self._site.passwords[role]
        context = self._browser.new_context(base_url=self._site.url)
        context.set_default_timeout(1000 * LONGEST_WAIT)
        page = context.new_page()
        page.goto("/login")
        page.fill("#email", email)
        page.fill("#password", password)
        page.click("main button[type=submit]")
        page.wait_for_url("**/desk/**" if role == "rep" else "**/studio/**")
        state = context.storage_state()
        context.close()
        return state

    def close(self) -> None:
        for context in self._open:
            context.close()
        self._open.clear()


def open_gaps_with(contexts: Contexts, question: str) -> Page:
    """The gap list, as soon as a worker has sorted in the search `question`; an administrator has the job run now."""
    admin, trainer = contexts.page("admin"), contexts.page("trainer")
    deadline = time.monotonic() + GAP_SECONDS
    while time.monotonic() < deadline:
        trainer.goto("/studio/gaps")
        if trainer.locator(".gap", has_text=question).count():
            return trainer
        admin.goto("/admin/jobs")
        run = admin.get_by_role("button", name="Run now: Gaps and their reasons")
        if run.count():
            run.first.click()
        admin.wait_for_timeout(2_000)
    pytest.fail(f"There is no gap with {question!r} after {GAP_SECONDS} s")


@pytest.fixture(scope="session")
def _contexts(browser: Browser, site: Site) -> Contexts:
    return Contexts(browser, site)


@pytest.fixture(scope="session")
def gaps_with(_contexts: Contexts) -> Callable[[str], Page]:
    return lambda question: open_gaps_with(_contexts, question)


@pytest.fixture
def open_page_at(browser: Browser, tmp_path: Path) -> Iterator[Callable[[str], Callable[..., Page]]]:
    """`open_page_at(url)` is `open_page` for another server than that of the sample shop."""
    made: list[Contexts] = []

    def contexts_at(url: str) -> Callable[..., Page]:
        made.append(Contexts(browser, Site(url, {}, tmp_path)))
        return made[-1].page

    yield contexts_at
    for contexts in made:
        contexts.close()
        assert not contexts.complaints


@pytest.fixture
def open_page(_contexts: Contexts) -> Iterator[Callable[..., Page]]:
    """`open_page("rep", width=360)`. The test fails if a page's scripts or its content policy complained."""
    _contexts.complaints.clear()
    yield _contexts.page
    _contexts.close()
    assert not _contexts.complaints
