"""Passkeys: only the device that was added answers, once, for this site, and for as long as its person may come in."""

import json
import secrets
from dataclasses import replace

import pytest
from authenticator import Authenticator, base64url
from hypothesis import given
from hypothesis import strategies as st
from people_factory import PASSWORD
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb.accounts.passkeys import (
    RelyingParty,
    _check,
    add_passkey,
    authenticate_by_passkey,
    creation_options,
    own_passkeys,
    remove_passkey,
    request_options,
)
from kb.accounts.people import authenticate, change_password, get_user, set_active, set_password
from kb.core.errors import ConflictError, InvalidInputError, NotAllowedError
from kb.tables import Passkey, UsedChallenge, User

PARTY = RelyingParty("help.test.example", "Shop", ("https://help.test.example",))


@pytest.fixture
def rep(session: Session) -> User:
    return get_user(session, "rep@test.example")


def device(**traits: bool) -> Authenticator:
    return Authenticator(origin=PARTY.origins[0], **traits)  # type: ignore[arg-type]


def add(session: Session, user: User, key: Authenticator, name: str = "Phone") -> Passkey:
    challenge = secrets.token_bytes(32)
    answer = key.create(creation_options(session, user, PARTY, challenge))
    return add_passkey(session, user, PARTY, challenge, answer, name)


def log_in(session: Session, key: Authenticator, *, user_id: int | None = None) -> User:
    challenge = secrets.token_bytes(32)
    answer = key.get(request_options(PARTY, challenge))
    return authenticate_by_passkey(session, PARTY, challenge, answer, user_id=user_id)


@pytest.mark.parametrize("counts", [True, False])
def test_device_that_was_added_gets_its_person_in_again_and_again(session: Session, rep: User, counts: bool) -> None:
    key = device(counts=counts)
    passkey = add(session, rep, key, " My phone ")
    assert (passkey.name, passkey.transports) == ("My phone", ["internal"])
    for _ in range(3):
        assert log_in(session, key) is rep
    session.refresh(passkey)
    assert passkey.last_used_at is not None
    assert passkey.sign_count == (3 if counts else 0)


def test_question_asks_for_a_passkey_that_is_found_by_itself_and_for_its_person(session: Session, rep: User) -> None:
    asked = json.loads(creation_options(session, rep, PARTY, b"1" * 32))
    assert asked["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert "rep@test.example" not in asked["user"]["id"]
    add(session, rep, device())
    again = json.loads(creation_options(session, rep, PARTY, b"1" * 32))
    assert again["user"]["id"] == asked["user"]["id"]
    assert len(again["excludeCredentials"]) == 1
    for_anybody = json.loads(request_options(PARTY, b"1" * 32))
    assert for_anybody["userVerification"] == "required"
    assert not for_anybody.get("allowCredentials")
    assert len(json.loads(request_options(PARTY, b"1" * 32, own_passkeys(session, rep.id)))["allowCredentials"]) == 1


def test_answer_is_good_once(session: Session, rep: User) -> None:
    key, challenge = device(counts=False), secrets.token_bytes(32)
    add(session, rep, key)
    answer = key.get(request_options(PARTY, challenge))
    assert authenticate_by_passkey(session, PARTY, challenge, answer) is rep
    with pytest.raises(NotAllowedError):
        authenticate_by_passkey(session, PARTY, challenge, answer)
    assert len(session.scalars(select(UsedChallenge)).all()) == 2


def test_others_do_not_get_in(session: Session, rep: User) -> None:
    key = device()
    add(session, rep, key)
    stranger = device()
    stranger.handle = key.handle
    wrong_site = replace(key, origin="https://help.test.example.evil.example")
    wrong_site._key = key._key
    same_name = device()
    same_name.id, same_name.handle = key.id, key.handle
    unverified = replace(key, verifies=False)
    unverified._key = key._key
    for other in (stranger, wrong_site, same_name, unverified):
        with pytest.raises(NotAllowedError, match="is not known here"):
            log_in(session, other)
    challenge = secrets.token_bytes(32)
    for_another_site = key.get(request_options(replace(PARTY, id="other.example"), challenge))
    with pytest.raises(NotAllowedError):
        authenticate_by_passkey(session, PARTY, challenge, for_another_site)
    assert log_in(session, key) is rep


def test_other_challenge_and_other_person_are_refused(session: Session, rep: User) -> None:
    key, challenge = device(), secrets.token_bytes(32)
    add(session, rep, key)
    answer = key.get(request_options(PARTY, secrets.token_bytes(32)))
    with pytest.raises(NotAllowedError):
        authenticate_by_passkey(session, PARTY, challenge, answer)
    with pytest.raises(NotAllowedError):
        log_in(session, key, user_id=get_user(session, "admin@test.example").id)
    key.handle = b"somebody else"
    with pytest.raises(NotAllowedError):
        log_in(session, key)


def test_copy_of_a_device_that_counts_is_noticed(session: Session, rep: User) -> None:
    key = device()
    add(session, rep, key)
    copied = key.count
    assert log_in(session, key) is rep
    key.count = copied
    with pytest.raises(NotAllowedError):
        log_in(session, key)


def test_closing_removing_and_a_password_by_somebody_else_end_it(session: Session, rep: User) -> None:
    key, second = device(), device()
    passkey = add(session, rep, key)
    set_active(session, rep, False)
    with pytest.raises(NotAllowedError):
        log_in(session, key)
    set_active(session, rep, True)
    assert log_in(session, key) is rep
    change_password(session, rep, PASSWORD, "another password of tests")
    assert log_in(session, key) is rep
    assert remove_passkey(session, get_user(session, "admin@test.example").id, passkey.id) is None
    assert remove_passkey(session, rep.id, passkey.id) == "Phone"
    with pytest.raises(NotAllowedError):
        log_in(session, key)
    add(session, rep, second)
    set_password(session, rep, "made by an administrator", must_change=True)
    with pytest.raises(NotAllowedError):
        log_in(session, second)
    assert own_passkeys(session, rep.id) == []


def test_what_is_added_is_a_new_answer_to_this_question_with_a_name(session: Session, rep: User) -> None:
    key, challenge = device(), secrets.token_bytes(32)
    answer = key.create(creation_options(session, rep, PARTY, challenge))
    for name in ("", "  ", "a\nb", "x" * 101):
        with pytest.raises(InvalidInputError, match="name"):
            add_passkey(session, rep, PARTY, challenge, answer, name)
    for other in (secrets.token_bytes(32), b""):
        with pytest.raises(InvalidInputError):
            add_passkey(session, rep, PARTY, other, answer, "Phone")
    unverified = device(verifies=False)
    with pytest.raises(InvalidInputError):
        add(session, rep, unverified)
    add_passkey(session, rep, PARTY, challenge, answer, "Phone")
    with pytest.raises(NotAllowedError):
        add_passkey(session, rep, PARTY, challenge, answer, "Phone")
    with pytest.raises(ConflictError, match="known already"):
        add(session, get_user(session, "admin@test.example"), key)


def test_there_are_twenty_at_most_and_none_without_a_password(session: Session, rep: User) -> None:
    for _ in range(20):
        add(session, rep, device())
    with pytest.raises(ConflictError, match="20"):
        add(session, rep, device())
    key, trainer = device(), get_user(session, "trainer@test.example")
    add(session, trainer, key)
    session.execute(update(User).where(User.id == trainer.id).values(password_hash=""))
    session.refresh(trainer)
    with pytest.raises(ConflictError, match="provider"):
        add(session, trainer, device())
    with pytest.raises(NotAllowedError):
        log_in(session, key)
    with pytest.raises(NotAllowedError):
        authenticate(session, trainer.email, "")


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.binary(max_size=60).map(base64url),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
_NAMES = ("id", "rawId", "type", "response", "authenticatorAttachment")
_PARTS = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle", "transports")
_ANSWERS = st.one_of(
    st.text(max_size=200),
    st.integers(1, 19_000).map(lambda depth: "[" * depth),
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(_NAMES, _JSON)
        | {"type": st.just("public-key"), "response": st.fixed_dictionaries({}, optional=dict.fromkeys(_PARTS, _JSON))},
    ).map(json.dumps),
)


@given(_ANSWERS, st.binary(max_size=80), st.binary(max_size=60))
def test_whatever_a_browser_sends_is_refused_in_words(answer: str, data: bytes, key: bytes) -> None:
    from webauthn import verify_authentication_response, verify_registration_response
    from webauthn.helpers import parse_authentication_credential_json, parse_registration_credential_json

    wanted = {"expected_challenge": b"1", "expected_rp_id": "a", "expected_origin": "https://a"}
    reads = (
        parse_authentication_credential_json,
        parse_registration_credential_json,
        lambda text: verify_registration_response(credential=text, **wanted),
        lambda text: verify_authentication_response(
            credential=text, credential_public_key=key, credential_current_sign_count=0, **wanted
        ),
    )
    client = base64url(json.dumps({"type": "webauthn.create", "challenge": "MQ", "origin": "https://a"}).encode())
    response = {"clientDataJSON": client, "attestationObject": base64url(data)}
    attested = {"id": "MQ", "rawId": "MQ", "type": "public-key", "response": response}
    for text in (answer, json.dumps(attested)):
        for read in reads:
            try:
                _check(text, read)
            except InvalidInputError:
                continue
