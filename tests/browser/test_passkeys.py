"""Passkeys in a real browser, with a device that exists only in it (WebAuthn's virtual authenticator)."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.bundled]


def give_device(page: Page) -> tuple[Any, str]:
    """The browser has a device that says yes to everything; returns its channel and name."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    traits = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    made = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": traits | {"isUserVerified": True, "automaticPresenceSimulation": True}},
    )
    return devtools, str(made["authenticatorId"])


def test_passkey_is_added_logs_in_and_is_removed(site: Any, open_page: Callable[..., Page]) -> None:
    email, password = site.passwords["rep"]
    root = site.url.replace("127.0.0.1", "localhost")  # devices know names, not addresses in figures
    name = f"Phone {secrets.token_hex(3)}"
    page = open_page(width=390)
    page.goto(f"{root}/login")
    page.bring_to_front()
    page.fill("#email", email)
    page.fill("#password", password)
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/desk/**")
    devtools, device = give_device(page)
    page.goto(f"{root}/account/passkeys/")
    page.get_by_role("link", name="Add a passkey").click()
    expect(page.locator("[data-passkey-none]")).to_be_hidden()
    page.fill("#name", name)
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".request", has_text=name)).to_be_visible()
    assert len(devtools.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]) == 1

    # The device has one for them already, and says so.
    page.goto(f"{root}/account/passkeys/new")
    page.fill("#name", "Again")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("[data-passkey-failed]")).to_be_visible()

    # Among the addresses of the field, where this device says yes by itself.
    page.context.clear_cookies()
    page.goto(f"{root}/login?next=/account/passkeys/")
    expect(page.locator(".request", has_text=name)).to_be_visible()

    # By the button, in browsers that do not offer it in the field.
    page.add_init_script("PublicKeyCredential.isConditionalMediationAvailable = async () => false;")
    page.context.clear_cookies()
    page.goto(f"{root}/login?next=/account/passkeys/")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator(".request", has_text=name)).to_be_visible()

    page.locator(".request", has_text=name).get_by_role("button").click()
    expect(page.locator(".request", has_text=name)).to_have_count(0)
    page.context.clear_cookies()
    page.goto(f"{root}/login")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert").filter(has_text="This passkey did not get you in.")).to_be_visible()
