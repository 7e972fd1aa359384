"""Answers are compressed as the client takes them, and never those that hold a secret of somebody who has logged in."""

import gzip
import re
from collections.abc import Callable

import brotli
import pytest
from flask.testing import FlaskClient

from kb.tables import Role

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("identity", None),
        ("", None),
        ("br;q=x, ,;;", None),
    ],
)
@pytest.mark.parametrize("path", ["/help/en/", "built"])
def test_client_gets_the_form_that_it_takes(
    client: FlaskClient, path: str, accepted: str, encoding: str | None
) -> None:
    if path == "built":
        path = re.search(r'href="(/static/dist/[^"]+\.css)"', client.get("/help/en/").text)[1]  # type: ignore[index]
    plain = client.get(path, headers={"Accept-Encoding": "identity"})
    response = client.get(path, headers={"Accept-Encoding": accepted})
    assert response.status_code == 200
    assert response.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in response.headers["Vary"]
    assert response.mimetype == plain.mimetype
    assert int(response.headers["Content-Length"]) == len(response.data)
    if encoding:
        assert len(response.data) < len(plain.data) / 2
        unpacked = UNPACK[encoding](response.data)
        assert unpacked[-200:] == plain.data[-200:]


def test_pages_of_people_who_have_logged_in_go_out_as_they_are(login: Callable[[Role], FlaskClient]) -> None:
    response = login(Role.REP).get("/desk/", headers={"Accept-Encoding": "br"})
    assert response.status_code == 200
    assert "Content-Encoding" not in response.headers


def test_pictures_and_fonts_are_not_packed_twice(client: FlaskClient) -> None:
    font = re.search(r'href="(/static/dist/fonts/[^"]+\.woff2)"', client.get("/help/hi/").text)[1]  # type: ignore[index]
    response = client.get(font, headers={"Accept-Encoding": "br, gzip"})
    assert response.status_code == 200
    assert "Content-Encoding" not in response.headers
