"""Getting in without what one had: codes by time, recovery codes, and passwords chosen by links that a mail server took in."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pyotp
import pytest
from kb_process import free_port
from mail_servers import Outgoing
from people_factory import PASSWORD
from playwright.sync_api import Page, expect
from sqlalchemy import Engine
from werkzeug.serving import make_server

from kb.core.settings import Settings
from kb.service.account_mails import send_account_mails
from webapp.app import create_app
from webapp.worker.account_mails import account_words
from webapp.worker.channels import ways_out

pytestmark = [
    pytest.mark.browser,
    pytest.mark.sqlite_only(reason="what the database does of it is tried on both elsewhere"),
]

REP, ADMIN, NEW = "rep@test.example", "admin@test.example", "four lamps on a boat"
OpenPage = Callable[..., Page]


@pytest.fixture
def shop(with_mail: Settings) -> Settings:
    """A shop under an address of this machine, that sends its mails."""
    return replace(with_mail, public_url_text=f"http://localhost:{free_port()}")


@pytest.fixture
def open_page(shop: Settings, engine: Engine, open_page_at: Callable[[str], OpenPage]) -> Iterator[OpenPage]:
    server = make_server("127.0.0.1", int(shop.public_url.rpartition(":")[2]), create_app(shop, engine), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield open_page_at(shop.public_url)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def mailed_link(shop: Settings, engine: Engine, outgoing: Outgoing) -> Callable[[str], str]:
    """The worker sends what waits; the link in the newest mail, which went to `address`."""

    def link(address: str) -> str:
        deadline = time.monotonic() + 30
        # A link is made after the answer, so that the time taken tells nothing.
        while not send_account_mails(engine, ways_out(shop), lambda due: account_words(shop, due)):
            assert time.monotonic() < deadline, "no mail is due"
            time.sleep(0.1)
        assert outgoing.recipients[-1] == [address]
        found = re.search(rf"{shop.public_url}(/login/password/\S+)", outgoing.mails[-1].get_content())
        assert found
        return found[1]

    return link


def press(page: Page, name: str) -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def shows(page: Page, text: str) -> None:
    page.get_by_text(text).first.wait_for(timeout=60_000)


def log_in(page: Page, password: str = PASSWORD, email: str = REP, **query: str) -> None:
    page.goto(f"/login?next={query.get('next', '/account/codes/')}")
    page.fill("#email", email)
    page.fill("#password", password)
    press(page, "Log in")


def log_out(page: Page) -> None:
    page.locator("[data-logout]").evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/login")


def type_code(page: Page, code: str) -> None:
    shows(page, "The six digits that your app shows now.")
    page.fill("#code", code)
    press(page, "Log in")


def choose(page: Page, password: str) -> None:
    page.fill("#new", password)
    page.fill("#again", password)
    press(page, "Save password")


def test_codes_are_set_up_asked_for_replaced_by_a_recovery_code_and_turned_off(open_page: OpenPage) -> None:
    page = open_page(width=390)
    log_in(page)
    press(page, "Set up an app")
    app = pyotp.TOTP(page.locator("#set-up ~ ol code").inner_text().replace(" ", ""))
    page.fill("#code", "000000" if app.now() != "000000" else "111111")
    press(page, "Turn on")
    shows(page, "not what the app shows")
    now = time.time()
    page.fill("#code", app.at(now))
    press(page, "Turn on")
    recovery = page.locator(".recovery code").all_inner_texts()
    assert len(recovery) == 10
    log_out(page)

    log_in(page)
    type_code(page, app.at(now))
    shows(page, "was used already")
    page.goto("/desk/")
    page.wait_for_url("**/login**")  # between the steps nobody is logged in
    log_in(page)
    type_code(page, app.at(now + 30))
    shows(page, "10 are left.")
    log_out(page)

    log_in(page)
    type_code(page, recovery[3])
    shows(page, "9 are left.")
    log_out(page)
    log_in(page)
    type_code(page, recovery[3])
    shows(page, "was used already")
    type_code(page, recovery[0].upper())
    press(page, "Turn off")
    shows(page, "No more codes are asked for.")
    log_out(page)
    log_in(page, next="/account/")
    page.wait_for_url("**/account/")


def test_forgotten_password_is_chosen_by_a_mailed_link_once(
    open_page: OpenPage, mailed_link: Callable[[str], str]
) -> None:
    there = open_page()
    log_in(there, next="/account/")
    there.wait_for_url("**/account/")
    page = open_page(width=390)
    page.goto("/login")
    page.get_by_role("link", name="Password forgotten?").click()
    page.wait_for_url("**/login/forgotten")
    page.fill("#email", REP)
    press(page, "Send the link")
    shows(page, "on its way")
    link = mailed_link(REP)
    page.goto(link)
    choose(page, "Jhilmil@2026")
    shows(page, "names that anybody knows")
    choose(page, NEW)
    page.wait_for_url("**/login")
    shows(page, "Your password is set.")
    there.goto("/account/")
    there.wait_for_url("**/login**")  # what was begun before has ended
    log_in(page, NEW, next="/account/")
    page.wait_for_url("**/account/")
    page.goto(link)
    shows(page, "This link is not good any more")
    expect(page.locator("#new")).to_have_count(0)


def test_who_is_invited_chooses_a_password_and_gets_in(open_page: OpenPage, mailed_link: Callable[[str], str]) -> None:
    admin = open_page()
    log_in(admin, email=ADMIN, next="/admin/people")
    admin.wait_for_url("**/admin/people")
    admin.fill("#email", "mira@test.example")
    admin.fill("#name", "Mira")
    press(admin, "Invite by e-mail")
    shows(admin, "Saved: mira@test.example")
    link = mailed_link("mira@test.example")
    page = open_page(width=390)
    page.goto(link)
    page.fill("#name", "Mira Sen")
    choose(page, NEW)
    page.wait_for_url("**/login")
    log_in(page, NEW, "mira@test.example", next="/account/")
    page.wait_for_url("**/account/")
    page.goto(link)
    shows(page, "This link is not good any more")
    admin.goto("/admin/people")
    shows(admin, "Mira Sen")
