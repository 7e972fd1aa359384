"""Settings of signing in by a provider (OpenID Connect): which one, as whom we ask, and who is what here."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from kb.core.errors import ConfigurationError
from kb.core.setting_values import secret_setting, setting, web_address

# The highest first. The names are those of `kb.tables.Role`, of which this floor knows nothing; a test compares them.
ROLES = ("admin", "trainer", "rep")
ANYBODY = "*"


@dataclass(frozen=True)
class Provider:
    """roles: (role, values of the claim of which one is enough), the highest role first; `*` is any value, or none at all.

    links: whether who has an account already takes it over with the address that the provider vouches for. trusts_address:
    whether an address counts that the provider does not say it has verified. private: hosts that may be called though they are
    in a private network, in lower case.
    """

    issuer: str
    client_id: str
    client_secret: str
    name: str
    scopes: tuple[str, ...]
    claim: str
    roles: tuple[tuple[str, frozenset[str]], ...]
    links: bool
    trusts_address: bool
    private: frozenset[str]


@dataclass(frozen=True)
class ProviderSettings:
    """A part of `Settings`."""

    oidc_issuer_text: str = setting(
        "KB_OIDC_ISSUER",
        "",
        "Address of the provider by which people log in (OpenID Connect), such as `https://id.example.com/realms/shop`; "
        "default none. Where it leads back to: `/login/provider/callback`",
    )
    oidc_client_id: str = setting("KB_OIDC_CLIENT_ID", "", "As whom we are registered with the provider")
    oidc_client_secret: str = secret_setting("KB_OIDC_CLIENT_SECRET", "The secret of that client")
    oidc_name: str = setting(
        "KB_OIDC_NAME", "", "What the button of the log-in page calls the provider; default its host"
    )
    oidc_scopes_text: str = setting(
        "KB_OIDC_SCOPES", "openid email profile", "What the provider is asked for; some have `groups`"
    )
    oidc_claim: str = setting(
        "KB_OIDC_ROLE_CLAIM",
        "groups",
        "What the provider says of people by which they get their role; `realm_access.roles` is `roles` within `realm_access`",
    )
    oidc_roles_text: str = setting(
        "KB_OIDC_ROLES",
        "",
        "Who is what here: `admin=kb-admins; trainer=editors; trainer=leads; rep=support`. The highest that fits counts, `rep=*` "
        "is everybody, and who fits nowhere does not get in",
    )
    oidc_link_text: str = setting(
        "KB_OIDC_LINK",
        "0",
        "1: who has an account here already takes it over by the same address, verified by the provider; its password ends",
    )
    oidc_trust_address_text: str = setting(
        "KB_OIDC_TRUST_EMAIL",
        "0",
        "1: addresses count that the provider does not say it has verified (Entra ID says nothing)",
    )

    oidc_private_text: str = setting(
        "KB_OIDC_PRIVATE",
        "",
        "Hosts, comma-separated, of a provider on this machine or in a private network, such as `id.internal`; no other address "
        "inside is called",
    )

    @property
    def oidc(self) -> Provider | None:
        """None where no provider is set. Raises ConfigurationError."""
        issuer = web_address("KB_OIDC_ISSUER", self.oidc_issuer_text.strip())
        if not issuer:
            return None
        parts = urlsplit(issuer)
        host = parts.hostname or ""
        is_local = host in {"localhost", "::1"} or host.startswith("127.")
        if parts.query or parts.fragment or "@" in parts.netloc or (parts.scheme != "https" and not is_local):
            raise ConfigurationError(
                f"KB_OIDC_ISSUER is {issuer!r}, which is no address of a provider.",
                remedy="It begins with https:// and stands as `issuer` in its /.well-known/openid-configuration.",
            )
        for name, value in (
            ("KB_OIDC_CLIENT_ID", self.oidc_client_id),
            ("KB_OIDC_CLIENT_SECRET", self.oidc_client_secret),
            ("KB_OIDC_ROLE_CLAIM", self.oidc_claim),
        ):
            if not value.strip():
                raise ConfigurationError(f"{name} is empty, but KB_OIDC_ISSUER is set.")
        scopes = tuple(self.oidc_scopes_text.split())
        if "openid" not in scopes:
            raise ConfigurationError("KB_OIDC_SCOPES must have openid among them.")
        return Provider(
            issuer=issuer,
            client_id=self.oidc_client_id.strip(),
            client_secret=self.oidc_client_secret.strip(),
            name=self.oidc_name.strip() or host,
            scopes=scopes,
            claim=self.oidc_claim.strip(),
            roles=_roles(self.oidc_roles_text),
            links=_is_on(self.oidc_link_text),
            trusts_address=_is_on(self.oidc_trust_address_text),
            private=_hosts(self.oidc_private_text),
        )


def _roles(text: str) -> tuple[tuple[str, frozenset[str]], ...]:
    found: dict[str, frozenset[str]] = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        role, _, value = (one.strip() for one in part.partition("="))
        if role not in ROLES or not value:
            raise ConfigurationError(
                f"KB_OIDC_ROLES has {part!r}, but must say for each role what it takes to have it.",
                remedy="An example: KB_OIDC_ROLES='admin=kb-admins; trainer=editors; trainer=leads; rep=support'",
            )
        found[role] = found.get(role, frozenset()) | {value}
    if not found:
        raise ConfigurationError(
            "KB_OIDC_ROLES is empty: nobody would get in by the provider.",
            remedy="An example: KB_OIDC_ROLES='admin=kb-admins; rep=support'",
        )
    return tuple((role, found[role]) for role in ROLES if role in found)


def _hosts(text: str) -> frozenset[str]:
    found = frozenset(one.strip().lower().strip("[]") for one in text.split(",") if one.strip())
    for host in found:
        if not re.fullmatch(r"[a-z0-9_](?:[a-z0-9._-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*", host):
            raise ConfigurationError(
                f"KB_OIDC_PRIVATE has {host!r}, which is no host.",
                remedy="An example: KB_OIDC_PRIVATE=id.internal,10.0.0.5 (without https:// and port)",
            )
    return found


def _is_on(text: str) -> bool:
    return text.strip().lower() in {"1", "true", "yes", "on"}
