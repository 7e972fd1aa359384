"""Whatever a program sends in place of a person: refused or stored, never an error of the database."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.tables import Feedback, Message, SearchEvent

Login = Callable[[str], FlaskClient]
Csrf = Callable[[FlaskClient], dict[str, str]]


@pytest.mark.parametrize("number", ["0", str(2**31 - 1), str(2**31), str(2**63), "9" * 20, "9" * 5000])
def test_ids_that_no_database_can_hold_lead_nowhere(login: Login, csrf: Csrf, number: str) -> None:
    admin = login("admin")
    for path in ("/desk/articles/{}", "/desk/tickets/{}", "/studio/gaps/{}"):
        assert admin.get(path.format(number)).status_code == 404
    assert admin.post(f"/admin/people/{number}", data={"role": "rep"}, headers=csrf(admin)).status_code in {400, 404}


def test_nul_in_an_address_leads_nowhere(login: Login) -> None:
    rep = login("rep")
    for path in ("/help/en/articles/a%00b", "/help/en/topics/%00", "/%00", "/desk/%00", "/help/%00/", "/static/%00"):
        assert rep.get(path).status_code == 404


def test_nul_in_a_search_is_searched_for_without_it(client: FlaskClient, session: Session) -> None:
    assert client.get("/api/v1/search?q=refund%00late").status_code == 200
    assert "\0" not in session.scalars(select(SearchEvent)).one().query


def test_nul_in_a_form_loses_nothing_else_of_it(client: FlaskClient, csrf: Csrf, session: Session) -> None:
    form = {"name": "Asha\0", "contact": "asha@example.com", "message": "My refund\0 is late"}
    assert client.post("/help/en/contact", data=form, headers=csrf(client)).status_code == 303
    stored = session.scalars(select(Message)).one()
    assert (stored.conversation.customer.name, stored.text) == ("Asha\ufffd", "My refund\ufffd is late")


@pytest.mark.parametrize(
    "change",
    [
        {"document": "article:99999999999999999999"},
        {"document": "article:1\0"},
        {"document": "\ud800"},
        {"document": "x" * 3_000_000},
        {"document": 12},
        {"document": ["article:1"]},
        {"search_id": "x" * 3_000_000},
        {"search_id": "\0"},
        {"kind": "x" * 3_000_000},
        {"kind": "click\0"},
        {"\0": 1},
        {"more": {"deep": ["\udfff"]}},
    ],
)
def test_feedback_that_could_not_be_stored_or_read_is_refused(
    login: Login, csrf: Csrf, session: Session, change: dict[str, object]
) -> None:
    rep = login("rep")
    assert rep.get("/api/v1/desk/search?q=refund").status_code == 200
    public_id = session.scalars(select(SearchEvent.public_id)).one()
    body = {"search_id": public_id, "kind": "click", "document": "article:1", **change}
    answer = rep.post("/api/v1/desk/feedback", json=body, headers=csrf(rep))
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    assert len(answer.data) < 2000
    assert session.scalars(select(Feedback)).all() == []
    assert rep.get("/desk/inbox").status_code == 200


def test_body_of_nothing_but_brackets_is_refused(login: Login, csrf: Csrf) -> None:
    rep = login("rep")
    headers = {**csrf(rep), "Content-Type": "application/json"}
    for body in ("[" * 500_000, '{"a":' * 200_000, '{"search_id": 1e400}', "NaN", "\ufeff{}"):
        assert rep.post("/api/v1/desk/feedback", data=body, headers=headers).status_code == 400


def test_bytes_in_an_address_that_are_no_text_are_no_fault(client: FlaskClient) -> None:
    for path in ("/login", "/desk/", "/help/en/search", "/api/v1/search"):
        for query in (b"q=\xff\xfe", b"q=a&\xe0\xa4", b"q=a&next=%ff\xff"):
            raw = {"QUERY_STRING": query.decode("latin-1")}
            assert client.get(path, environ_overrides=raw).status_code in {200, 302}, (path, query)
    typed = {"QUERY_STRING": "q=रिफ़ंड".encode().decode("latin-1")}
    assert "रिफ़ंड" in client.get("/help/hi/search", environ_overrides=typed).text


def test_credentials_that_cannot_be_read_are_none(client: FlaskClient) -> None:
    pages = {"/login": 200, "/help/en/": 200, "/desk/": 302, "/api/v1/desk/search?q=a": 401}
    for sent in ("Basic \xff", "Basic", "Digest \xff=", "\xff"):
        found = {page: client.get(page, headers={"Authorization": sent}).status_code for page in pages}
        assert found == pages, sent
        assert client.get("/metrics", headers={"Authorization": sent}).status_code in {302, 401}


def test_a_page_of_which_nobody_can_say_where_it_is_leads_nowhere_else(client: FlaskClient) -> None:
    for sent in ("http://[", "http://[::1", "//[x]/", "http://a\u2100b/".encode().decode("latin-1")):
        assert client.post("/desk/pins", headers={"Referer": sent}).location == "/login"
        whole = client.get("/desk/", headers={"Referer": sent, "HX-Request": "true"})
        assert (whole.status_code, whole.headers["HX-Redirect"]) == (204, "/login?next=/desk/")
