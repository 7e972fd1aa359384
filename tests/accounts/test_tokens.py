from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.accounts.people import create_user, get_user, set_active
from kb.accounts.tokens import (
    Scope,
    find_token,
    issue_token,
    note_token_use,
    own_tokens,
    replace_token,
    revoke_token,
    revoke_tokens,
    scopes_of_role,
    was_noted_lately,
)
from kb.core.errors import ConflictError, InvalidInputError
from kb.tables import ApiToken, Role, utc_now

PASSWORD = "correct horse battery"


def owner_of(session: Session, token: str) -> str | None:
    session.flush()
    found = find_token(session, token)
    return found.asker.email if found else None


def test_token_leads_to_its_person_and_is_not_stored(session: Session) -> None:
    user = create_user(session, "asha@example.com", Role.REP, PASSWORD)
    token = issue_token(session, user, "crm")
    assert owner_of(session, token) == user.email
    row = session.scalars(select(ApiToken)).one()
    assert token not in (row.token_hash, row.name)
    assert not was_noted_lately(row.last_used_at)
    note_token_use(session, token)
    first = row.last_used_at
    note_token_use(session, token)
    assert row.last_used_at == first is not None
    note_token_use(session, token + "x")
    assert owner_of(session, token + "x") is None
    assert owner_of(session, "") is None


def test_token_of_an_account_that_is_not_active_leads_to_nobody(session: Session) -> None:
    user = create_user(session, "asha@example.com", Role.REP, PASSWORD)
    token = issue_token(session, user, "crm")
    user.active = False
    assert owner_of(session, token) is None
    user.active = True
    assert owner_of(session, token) == user.email


def test_withdrawn_token_leads_to_nobody(session: Session) -> None:
    user = create_user(session, "asha@example.com", Role.REP, PASSWORD)
    token = issue_token(session, user, "crm")
    assert revoke_tokens(session, user) == 1
    assert owner_of(session, token) is None


def test_reopening_an_account_brings_no_token_back(session: Session) -> None:
    user = create_user(session, "asha@example.com", Role.REP, PASSWORD)
    token = issue_token(session, user, "crm")
    set_active(session, user, False)
    set_active(session, user, True)
    assert owner_of(session, token) is None


def test_token_is_good_for_no_more_than_its_person_and_ends(session: Session) -> None:
    rep, trainer = get_user(session, "rep@test.example"), get_user(session, "trainer@test.example")
    assert set(scopes_of_role("rep")) == {"desk:read", "desk:write"}
    for scopes in (["studio:read"], ["desk:read", "studio:write"], [], ["everything"]):
        with pytest.raises(InvalidInputError):
            issue_token(session, rep, "x", scopes=scopes)
    for days in (0, 366, -1):
        with pytest.raises(InvalidInputError):
            issue_token(session, rep, "x", days=days)
    found = find_token(session, issue_token(session, trainer, "crm", scopes=["studio:read"], days=7))
    assert found is not None
    assert found.scopes == ["studio:read"]
    [row] = own_tokens(session, trainer.id)
    assert timedelta(days=6) < row.expires_at - utc_now() <= timedelta(days=7)


def test_token_that_has_run_out_leads_to_nobody_and_stays_on_the_list(session: Session) -> None:
    rep = get_user(session, "rep@test.example")
    token = issue_token(session, rep, "crm")
    own_tokens(session, rep.id)[0].expires_at = utc_now() - timedelta(seconds=1)
    session.flush()
    assert owner_of(session, token) is None
    assert [one.name for one in own_tokens(session, rep.id)] == ["crm"]


def test_one_token_is_withdrawn_by_its_person_only(session: Session) -> None:
    rep, other = get_user(session, "rep@test.example"), get_user(session, "admin@test.example")
    token, kept = issue_token(session, rep, "crm"), issue_token(session, rep, "cron")
    number = next(one.id for one in own_tokens(session, rep.id) if one.name == "crm")
    assert revoke_token(session, other.id, number) is None
    assert owner_of(session, token) == rep.email
    assert revoke_token(session, rep.id, number) == "crm"
    assert (owner_of(session, token), owner_of(session, kept)) == (None, rep.email)


def test_replaced_token_is_worth_nothing(session: Session) -> None:
    rep = get_user(session, "rep@test.example")
    first = replace_token(session, rep, "panel", scopes=[Scope.DESK_READ])
    second = replace_token(session, rep, "panel", scopes=[Scope.DESK_READ])
    assert (owner_of(session, first), owner_of(session, second)) == (None, rep.email)


@pytest.mark.parametrize("name", ["x" * 101, "a\x00b", "line\nbreak"])
def test_name_that_cannot_be_shown_is_refused(session: Session, name: str) -> None:
    with pytest.raises(InvalidInputError):
        issue_token(session, get_user(session, "rep@test.example"), name)


def test_nobody_has_tokens_without_number(session: Session) -> None:
    rep = get_user(session, "rep@test.example")
    for number in range(50):
        issue_token(session, rep, str(number))
    with pytest.raises(ConflictError):
        issue_token(session, rep, "one more")
