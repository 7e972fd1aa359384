"""Logging in by a provider (OpenID Connect), against one that runs beside the tests and is asked over HTTP."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from openid_provider import CLIENT_ID, CLIENT_SECRET, OpenIdProvider, run_openid_provider
from people_factory import PASSWORD
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from webhook_server import running_receiver
from werkzeug.test import TestResponse

from kb.accounts.people import find_user, get_user, set_active, set_password
from kb.accounts.tokens import issue_token
from kb.core.settings import Settings
from kb.tables import ApiToken, AuditEvent, ProviderIdentity, Role, User, UserSession, utc_now
from webapp.app import create_app

Csrf = Callable[[FlaskClient], dict[str, str]]

MIRA = {"sub": "m-1", "email": "Mira@Shop.example", "email_verified": True, "name": "Mira Sen", "groups": ["support"]}
ROLES = "admin=kb-admins; trainer=editors; trainer=leads; rep=support"


@pytest.fixture(autouse=True)
def insecure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider's own library wants HTTPS, which there is no need for on one machine."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture(scope="module")
def running() -> Iterator[OpenIdProvider]:
    with run_openid_provider("http://localhost/login/provider/callback") as provider:
        yield provider


@pytest.fixture
def provider(running: OpenIdProvider) -> OpenIdProvider:
    """With Mira at the browser, and nothing wrong."""
    running.begin_anew()
    running.person = dict(MIRA)
    return running


@pytest.fixture
def settings(settings: Settings, provider: OpenIdProvider) -> Settings:
    return replace(
        settings,
        oidc_issuer_text=provider.issuer,
        oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET,
        oidc_name="Shop & Sons",
        oidc_roles_text=ROLES,
        oidc_private_text="127.0.0.1",
    )


def sent_back(client: FlaskClient, **query: str) -> str:
    """Away to the provider, where somebody is logged in already, and back: the address to which the browser is sent."""
    away = client.get("/login/provider/", query_string=query)
    assert away.status_code == 302, away.text
    back = requests.get(away.location, allow_redirects=False, timeout=10)
    assert back.status_code == 302, back.text
    return back.headers["Location"]


def log_in(client: FlaskClient, **query: str) -> TestResponse:
    return client.get(sent_back(client, **query).removeprefix("http://localhost"))


def events(session: Session, kind: str) -> list[AuditEvent]:
    session.expire_all()
    return list(session.scalars(select(AuditEvent).where(AuditEvent.kind == kind).order_by(AuditEvent.id)))


def test_somebody_new_becomes_a_person_with_the_role_of_their_group(
    client: FlaskClient, session: Session, provider: OpenIdProvider
) -> None:
    assert "Shop &amp; Sons" in client.get("/login?next=/desk/inbox").text
    answer = log_in(client, next="/desk/inbox?q=what+was+typed")
    assert (answer.status_code, answer.location) == (302, "/desk/inbox")
    assert client.get("/desk/inbox").status_code == 200
    assert client.get("/studio/gaps").status_code == 403
    user = get_user(session, "mira@shop.example")
    assert (user.name, user.role, user.password_hash, user.must_change) == ("Mira Sen", "rep", "", False)
    assert events(session, "person_added")[0].detail == {"role": "rep", "way": "provider"}
    asked = provider.asked[0]
    assert asked["code_challenge_method"] == "S256"
    assert set(asked["scope"].split()) == {"openid", "email", "profile"}
    assert "what" not in str(asked)
    log_in(client.application.test_client())
    assert len(session.scalars(select(ProviderIdentity)).all()) == 1


@pytest.mark.parametrize(
    ("groups", "role"),
    [(["support", "leads"], "trainer"), (["kb-admins", "editors"], "admin"), ("support", "rep"), (["Support"], None)],
)
@pytest.mark.sqlite_only(reason="what is said of somebody is read before the database is asked")
def test_highest_role_that_fits_counts(
    client: FlaskClient, session: Session, provider: OpenIdProvider, groups: object, role: str | None
) -> None:
    provider.person["groups"] = groups
    log_in(client)
    user = find_user(session, "mira@shop.example")
    assert (user.role if user else None) == role


@pytest.mark.parametrize("groups", [None, [], [None, 1, {"support": 1}], {"support": True}, ["sales"], 7])
@pytest.mark.sqlite_only(reason="what is said of somebody is read before the database is asked")
def test_who_has_no_role_does_not_get_in(
    client: FlaskClient, session: Session, provider: OpenIdProvider, groups: object
) -> None:
    provider.person["groups"] = groups
    answer = log_in(client)
    assert answer.status_code == 403
    assert "You have no role here." in answer.text
    assert client.get("/desk/").status_code == 302
    assert find_user(session, "mira@shop.example") is None
    assert events(session, "log_in_failed")[0].detail["way"] == "provider"


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["leads"]}}),
        ("https://shop.example/roles", {"https://shop.example/roles": "leads"}),
        ("a.b", {"a.b": ["leads"], "a": {"b": ["kb-admins"]}}),
    ],
)
@pytest.mark.sqlite_only(reason="what is said of somebody is read before the database is asked")
def test_role_is_found_where_the_provider_tells_it(
    settings: Settings, engine: Engine, session: Session, provider: OpenIdProvider, claim: str, told: dict[str, object]
) -> None:
    provider.person = {name: value for name, value in MIRA.items() if name != "groups"} | told
    log_in(create_app(replace(settings, oidc_claim=claim), engine).test_client())
    assert get_user(session, "mira@shop.example").role == "trainer"


def test_role_follows_the_provider_and_ends_other_sessions(
    app: Flask, session: Session, provider: OpenIdProvider
) -> None:
    first, second = app.test_client(), app.test_client()
    log_in(first)
    provider.person |= {"groups": ["leads"], "name": "Mira Roy", "email": "mira.roy@shop.example"}
    log_in(second)
    assert second.get("/studio/gaps").status_code == 200
    assert first.get("/desk/").status_code == 302
    user = get_user(session, "mira.roy@shop.example")
    assert (user.name, user.role) == ("Mira Roy", "trainer")
    assert events(session, "role_changed")[0].detail == {"before": "rep", "now": "trainer", "way": "provider"}


def test_who_lost_the_role_there_is_logged_out_here_with_their_tokens(
    app: Flask, session: Session, provider: OpenIdProvider
) -> None:
    inside, again = app.test_client(), app.test_client()
    log_in(inside)
    issue_token(session, get_user(session, "mira@shop.example"), "script")
    session.commit()
    provider.person["groups"] = ["sales"]
    assert log_in(again).status_code == 403
    assert inside.get("/desk/").status_code == 302
    assert session.scalars(select(ApiToken)).all() == []
    assert events(session, "log_in_failed")[0].about == "mira@shop.example"


def test_who_was_closed_here_stays_out(app: Flask, session: Session) -> None:
    inside = app.test_client()
    log_in(inside)
    user = get_user(session, "mira@shop.example")
    set_active(session, user, False)
    session.commit()
    assert inside.get("/desk/").status_code == 302
    refused = log_in(app.test_client())
    assert refused.status_code == 403
    assert "has been closed" in refused.text
    set_active(session, user, True)
    session.commit()
    assert log_in(app.test_client()).status_code == 302


def test_password_of_nobody_lets_in_who_logs_in_by_the_provider(app: Flask, csrf: Csrf, session: Session) -> None:
    log_in(app.test_client())
    for password in ("", PASSWORD, "x" * 20):
        visitor = app.test_client()
        form = {"email": "mira@shop.example", "password": password}
        assert visitor.post("/login", data=form, headers=csrf(visitor)).status_code == 422


def test_password_that_an_administrator_makes_takes_the_account_back(app: Flask, csrf: Csrf, session: Session) -> None:
    log_in(app.test_client())
    set_password(session, get_user(session, "mira@shop.example"), "made by an administrator")
    session.commit()
    refused = log_in(app.test_client())
    assert refused.status_code == 403
    assert "There is an account with your address already" in refused.text
    visitor = app.test_client()
    form = {"email": "mira@shop.example", "password": "made by an administrator"}
    assert visitor.post("/login", data=form, headers=csrf(visitor)).status_code == 302


def test_account_of_before_is_handed_over_only_where_that_is_set(
    app: Flask, settings: Settings, engine: Engine, session: Session, provider: OpenIdProvider, csrf: Csrf
) -> None:
    provider.person |= {"email": "trainer@test.example", "groups": ["editors"]}
    assert log_in(app.test_client()).status_code == 403
    linking = create_app(replace(settings, oidc_link_text="1"), engine)
    assert log_in(linking.test_client()).status_code == 302
    user = get_user(session, "trainer@test.example")
    session.refresh(user)
    assert (user.password_hash, user.role) == ("", "trainer")
    assert events(session, "provider_linked")[0].about == "trainer@test.example"
    # By now it is that person's, however another one calls themselves.
    provider.person["sub"] = "somebody else"
    assert log_in(linking.test_client()).status_code == 403


def test_last_administrator_stays_one(
    settings: Settings, engine: Engine, session: Session, provider: OpenIdProvider
) -> None:
    provider.person |= {"email": "admin@test.example", "groups": ["support"]}
    answer = log_in(create_app(replace(settings, oidc_link_text="1"), engine).test_client())
    assert answer.status_code == 403
    assert "last administrator" in answer.text
    user = get_user(session, "admin@test.example")
    assert (user.role, bool(user.password_hash)) == ("admin", True)


@pytest.mark.parametrize("told", [{"email_verified": False}, {"email_verified": None}, {"email": None}, {"email": "x"}])
@pytest.mark.parametrize("trusts", ["0", "1"])
@pytest.mark.sqlite_only(reason="what is said of somebody is read before the database is asked")
def test_address_counts_that_the_provider_vouches_for(
    settings: Settings, engine: Engine, session: Session, provider: OpenIdProvider, told: dict[str, Any], trusts: str
) -> None:
    provider.person = {name: value for name, value in (MIRA | told).items() if value is not None}
    answer = log_in(create_app(replace(settings, oidc_trust_address_text=trusts), engine).test_client())
    lets_in = trusts == "1" and told == {"email_verified": None}
    assert (find_user(session, "mira@shop.example") is not None) == lets_in
    assert answer.status_code == (302 if lets_in else 403)


def test_browser_that_was_not_sent_away_is_not_logged_in(app: Flask, client: FlaskClient) -> None:
    """Neither by an address that somebody sent them, nor twice by the same one, nor after a long time."""
    back = sent_back(client).removeprefix("http://localhost")
    other = app.test_client()
    assert other.get(back).status_code == 403
    other.get("/login/provider/")
    assert other.get(back).status_code == 403
    assert other.get("/desk/").status_code == 302
    assert client.get(back).status_code == 302
    assert app.test_client().get(back).status_code == 403
    for odd in ("", "?state=&code=", "?state=%ED%A0%80&code=1", "?code=" + "x" * 5000, "?error=access_denied&state=x"):
        assert app.test_client().get(f"/login/provider/callback{odd}").status_code == 403


def test_return_comes_within_some_minutes(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    back = sent_back(client).removeprefix("http://localhost")
    monkeypatch.setattr("webapp.auth.provider.VALID_FOR", timedelta(seconds=-1))
    assert client.get(back).status_code == 403


def test_who_says_no_there_is_told_so_here(client: FlaskClient, provider: OpenIdProvider) -> None:
    provider.person = {}
    answer = log_in(client)
    assert answer.status_code == 403
    assert "Shop &amp; Sons did not log you in." in answer.text
    provider.person = dict(MIRA)
    back = sent_back(client).removeprefix("http://localhost")
    assert client.get(back + "&iss=https://another.example").status_code == 403


WRONG: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another issuer": lambda claims: claims | {"iss": "https://another.example"},
    "for somebody else": lambda claims: claims | {"aud": "another-client"},
    "for somebody else, by us": lambda claims: claims | {"aud": "another-client", "azp": CLIENT_ID},
    "asked by somebody else": lambda claims: claims | {"azp": "another-client"},
    "another question": lambda claims: claims | {"nonce": "another"},
    "no question": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "too old": lambda claims: claims | {"iat": int(time.time()) - 900, "exp": int(time.time()) - 600},
    "of tomorrow": lambda claims: claims | {"nbf": int(time.time()) + 86400},
    "no subject": lambda claims: {name: value for name, value in claims.items() if name != "sub"},
    "odd subject": lambda claims: claims | {"sub": ["m-1"]},
    "another token": lambda claims: claims | {"at_hash": "another"},
}


@pytest.mark.parametrize("wrong", WRONG, ids=list(WRONG))
@pytest.mark.sqlite_only(reason="nothing of it reaches the database")
def test_what_was_not_signed_for_this_log_in_lets_nobody_in(
    client: FlaskClient, session: Session, provider: OpenIdProvider, wrong: str
) -> None:
    provider.wrong = WRONG[wrong]
    assert log_in(client).status_code in {403, 503}
    assert client.get("/desk/").status_code == 302
    assert find_user(session, "mira@shop.example") is None


@pytest.mark.sqlite_only(reason="nothing of it reaches the database")
def test_signature_is_by_a_key_of_the_provider(app: Flask, provider: OpenIdProvider) -> None:
    assert log_in(app.test_client()).status_code == 302
    # It has other keys by now, and says so: they are asked for at once, though not again and again.
    provider.new_key()
    app.extensions["kb_openid"]._kept["keys"] = (time.monotonic() - 60, app.extensions["kb_openid"]._keys())
    assert log_in(app.test_client()).status_code == 302
    real = provider.key
    provider.new_key()
    provider.key = type(real).import_key(provider.key.as_dict(private=True) | {"kid": real.kid})
    assert log_in(app.test_client()).status_code == 503  # the same name, another key
    provider.algorithm = "none"
    assert log_in(app.test_client()).status_code == 503


@pytest.mark.sqlite_only(reason="nothing of it reaches the database")
@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": "https://another.example"},
        {"token_endpoint": "ftp://127.0.0.1/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": ["x"]},
    ],
)
def test_provider_that_describes_itself_wrongly_is_not_used(
    client: FlaskClient, provider: OpenIdProvider, metadata: dict[str, Any]
) -> None:
    provider.metadata_of = lambda real: real | metadata
    answer = client.get("/login/provider/")
    assert answer.status_code == 503
    assert "does not answer as it should" in answer.text


@pytest.mark.sqlite_only(reason="nothing of it reaches the database")
def test_provider_that_is_down_leaves_the_log_in_page_and_is_asked_again(
    client: FlaskClient, provider: OpenIdProvider, csrf: Csrf
) -> None:
    provider.is_down = True
    answer = client.get("/login/provider/")
    assert answer.status_code == 503
    assert 'name="password"' in answer.text
    provider.is_down = False
    back = sent_back(client).removeprefix("http://localhost")
    provider.is_down = True
    assert client.get(back).status_code == 503
    provider.is_down = False
    assert log_in(client).status_code == 302


@pytest.mark.sqlite_only(reason="nothing of it reaches the database")
def test_provider_in_a_private_network_is_called_only_where_that_is_set(
    settings: Settings, engine: Engine, provider: OpenIdProvider, caplog: pytest.LogCaptureFixture
) -> None:
    looked: list[str] = []
    provider.metadata_of = lambda real: looked.append("metadata") or real
    for allowed in ("", "id.internal", "localhost,127.0.0.2"):
        client = create_app(replace(settings, oidc_private_text=allowed), engine).test_client()
        answer = client.get("/login/provider/")
        assert answer.status_code == 503
        assert 'name="password"' in answer.text
    assert looked == [], "nobody was called"
    assert "KB_OIDC_PRIVATE=127.0.0.1" in caplog.text


@pytest.mark.parametrize("part", ["jwks_uri", "token_endpoint", "userinfo_endpoint"])
@pytest.mark.parametrize("host", ["localhost", "127.1", "[::ffff:127.0.0.1]", "0.0.0.0"])
@pytest.mark.sqlite_only(reason="nothing of it reaches the database")
def test_provider_that_is_allowed_leads_us_to_no_other_address_inside(
    client: FlaskClient, provider: OpenIdProvider, caplog: pytest.LogCaptureFixture, part: str, host: str
) -> None:
    provider.in_id_token = {"sub"}
    assert log_in(client).status_code == 302
    elsewhere = provider.issuer.replace("127.0.0.1", host)
    provider.metadata_of = lambda real: real | {part: real[part].replace(provider.issuer, elsewhere)}
    client.application.extensions.pop("kb_openid")
    assert log_in(client).status_code == 503
    assert "is inside a private network" in caplog.text


@pytest.mark.sqlite_only(reason="nothing of it reaches the database")
def test_provider_that_answers_byte_by_byte_is_waited_for_no_longer_than_a_call_may_take(
    client: FlaskClient, provider: OpenIdProvider
) -> None:
    with running_receiver() as elsewhere:
        elsewhere.mode = "drip"
        provider.metadata_of = lambda real: real | {"token_endpoint": elsewhere.url}
        begun = time.monotonic()
        assert log_in(client).status_code == 503
        assert time.monotonic() - begun < 15, "its answer takes 25 s"
        assert len(elsewhere.calls) == 1


def test_what_the_signed_part_leaves_out_is_told_by_the_provider_of_the_same_person(
    app: Flask, session: Session, provider: OpenIdProvider
) -> None:
    provider.in_id_token, provider.auth_method = {"sub"}, "client_secret_post"
    provider.user_info = dict(MIRA) | {"sub": "another"}
    assert log_in(app.test_client()).status_code == 503
    provider.user_info = None
    assert log_in(app.test_client()).status_code == 302
    assert get_user(session, "mira@shop.example").role == "rep"


def test_provider_asks_again_where_the_password_would_be_asked_for(
    app: Flask, client: FlaskClient, session: Session, provider: OpenIdProvider
) -> None:
    provider.person["groups"] = ["kb-admins"]
    log_in(client)
    session.execute(update(UserSession).values(confirmed_at=utc_now() - timedelta(minutes=20)))
    session.commit()

    def is_confirmed() -> bool:
        session.expire_all()
        return session.scalars(select(UserSession.confirmed_at)).one() > utc_now() - timedelta(minutes=15)

    page = client.get("/account/confirm?next=/admin/people").text
    assert 'name="password"' not in page
    assert "/login/provider/?again=1&amp;next=/admin/people" in page
    # It answers without having asked.
    provider.wrong = lambda claims: claims | {"auth_time": int(time.time()) - 3600}
    assert log_in(client, again="1").status_code == 403
    provider.wrong = lambda claims: claims | {"auth_time": None}
    assert log_in(client, again="1").status_code == 403
    # Somebody else is asked.
    provider.wrong = lambda claims: claims | {"sub": "another"}
    assert log_in(client, again="1").status_code == 403
    assert not is_confirmed()
    assert client.get("/admin/people").status_code == 200
    provider.wrong = lambda claims: claims
    answer = log_in(client, again="1", next="/admin/people")
    assert (answer.status_code, answer.location) == (302, "/admin/people")
    assert is_confirmed()
    assert provider.asked[-1]["prompt"] == "login"
    assert provider.asked[-1]["max_age"] == "0"
    assert len(session.scalars(select(User).where(User.role == Role.ADMIN.value)).all()) == 2


def test_nothing_leads_to_a_provider_where_none_is_set(settings: Settings, engine: Engine) -> None:
    client = create_app(replace(settings, oidc_issuer_text=""), engine).test_client()
    assert "/login/provider" not in client.get("/login").text
    for address in ("/login/provider/", "/login/provider/callback?code=1&state=1"):
        assert client.get(address).status_code == 404
