"""Settings of sign-in by a provider: what cannot work is said at the start, without repeating a secret."""

import pytest

from kb.core.errors import ConfigurationError
from kb.core.provider_settings import ROLES
from kb.core.settings import load_settings
from kb.tables import Role

GOOD = {
    "KB_OIDC_ISSUER": "https://id.example.com/realms/shop",
    "KB_OIDC_CLIENT_ID": "kb",
    "KB_OIDC_CLIENT_SECRET": "not to be repeated",
    "KB_OIDC_ROLES": "rep=support; admin = kb-admins;; rep=cn=Kundendienst Süd,ou=shop",
}


def test_settings_are_read() -> None:
    settings = load_settings(GOOD)
    provider = settings.oidc
    assert provider is not None
    assert provider.roles == (
        ("admin", frozenset({"kb-admins"})),
        ("rep", frozenset({"support", "cn=Kundendienst Süd,ou=shop"})),
    )
    assert (provider.name, provider.claim, provider.links, provider.trusts_address) == (
        "id.example.com",
        "groups",
        False,
        False,
    )
    assert provider.private == frozenset()
    private = load_settings(GOOD | {"KB_OIDC_PRIVATE": " ID.internal, keycloak,10.0.0.5,[FD00::1], "}).oidc
    assert private is not None
    assert private.private == {"id.internal", "keycloak", "10.0.0.5", "fd00::1"}
    assert "repeated" not in repr(settings)
    assert load_settings({}).oidc is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"KB_OIDC_ISSUER": "http://id.example.com"},
        {"KB_OIDC_ISSUER": "https://user@id.example.com"},
        {"KB_OIDC_ISSUER": "https://id.example.com/?a=b"},
        {"KB_OIDC_ISSUER": "id.example.com"},
        {"KB_OIDC_CLIENT_ID": " "},
        {"KB_OIDC_CLIENT_SECRET": ""},
        {"KB_OIDC_ROLE_CLAIM": ""},
        {"KB_OIDC_SCOPES": "email profile"},
        {"KB_OIDC_ROLES": ""},
        {"KB_OIDC_ROLES": "boss=kb-admins"},
        {"KB_OIDC_ROLES": "admin"},
        {"KB_OIDC_ROLES": "admin= ; rep=support"},
        {"KB_OIDC_ROLES": " ; "},
        {"KB_OIDC_PRIVATE": "https://id.internal"},
        {"KB_OIDC_PRIVATE": "id.internal:8443"},
        {"KB_OIDC_PRIVATE": "*"},
    ],
    ids=str,
)
def test_what_cannot_work_is_said_at_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as raised:
        load_settings(GOOD | wrong)
    assert next(iter(wrong)) in str(raised.value)
    assert "repeated" not in str(raised.value)


def test_roles_are_those_of_people() -> None:
    assert list(ROLES) == [role.value for role in reversed(Role)]
