"""A person sets up codes by time."""

import re
from collections.abc import Callable

import pyotp
from flask.testing import FlaskClient

Csrf = Callable[[FlaskClient], dict[str, str]]


def set_up(client: FlaskClient, csrf: Csrf) -> tuple[pyotp.TOTP, list[str]]:
    """By the pages, as a person does it; the app, and the recovery codes."""
    client.post("/account/codes/set-up", headers=csrf(client))
    page = client.get("/account/codes/").text
    secret = re.search(r"<code>([A-Z2-7 ]{32,})</code>", page)
    assert secret
    app = pyotp.TOTP(secret[1].replace(" ", ""))
    assert "data:image/svg+xml" in page
    answer = client.post("/account/codes/on", data={"code": app.now()}, headers=csrf(client))
    assert answer.status_code == 200
    return app, re.findall(r"<code>((?:[a-z0-9]{4}-){3}[a-z0-9]{4})</code>", answer.text)
