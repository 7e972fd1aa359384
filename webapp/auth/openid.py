"""OpenID Connect, the client's side (code flow with PKCE): where to send a browser, and what the provider said of its person."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from kb.core.errors import KbError, NotAllowedError
from kb.core.provider_settings import Provider

# Seconds for which the provider's own description and keys are believed; a key that is not among them is asked for at once.
_KEPT_FOR = 3600
_KEYS_AT_MOST_EVERY = 10
# Seconds that its clock may be wrong.
_LEEWAY = 60
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderError(KbError):
    """The provider cannot be reached, or says what it may not."""


@dataclass(frozen=True)
class Asked:
    """What a browser was sent away with, and must come back with. again: its person is to show once more that it is they."""

    state: str
    nonce: str
    verifier: str
    at: float
    again: bool = False


class OpenIdClient:
    """One for each process: it keeps what the provider says of itself."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._lock = Lock()
        self._kept: dict[str, tuple[float, dict[str, Any]]] = {}

    def check(self) -> None:
        """Ask the provider what it says of itself, and for its keys. Raises ProviderError."""
        self._read_metadata()
        self._keys(fresh=True)

    def address_to_ask(self, asked: Asked, callback: str) -> str:
        """Where a browser is sent. callback: our page to which it comes back. Raises ProviderError."""
        further = {"prompt": "login", "max_age": 0} if asked.again else {}
        with self._session(self._metadata()) as client:
            address, _state = client.create_authorization_url(
                self._metadata()["authorization_endpoint"],
                redirect_uri=callback,
                state=asked.state,
                nonce=asked.nonce,
                code_verifier=asked.verifier,
                **further,
            )
        return str(address)

    def claims_of(self, asked: Asked, callback: str, code: str) -> dict[str, Any]:
        """What the provider says of the person for whom it gave `code`.

        Raises ProviderError, and NotAllowedError where they did not show again that it is they.
        """
        metadata = self._metadata()
        with self._session(metadata) as client:
            token = client.fetch_token(
                metadata["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                redirect_uri=callback,
                code_verifier=asked.verifier,
                allow_redirects=False,
            )
            claims = self._read_id_token(token, asked)
            if asked.again:
                _require_again(claims, asked)
            wanted = {"email", self.provider.claim, self.provider.claim.partition(".")[0]}
            if "userinfo_endpoint" in metadata and not wanted <= set(claims):
                claims = self._user_info(client, metadata["userinfo_endpoint"], claims["sub"]) | claims
        return claims

    def _read_id_token(self, token: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
        from authlib.oidc.core import CodeIDToken
        from joserfc import jwt
        from joserfc.errors import InvalidKeyIdError
        from joserfc.jwk import KeySet
        from joserfc.jws import JWSRegistry

        registry = JWSRegistry(algorithms=_ALGORITHMS, strict_check_header=False)
        text = str(token["id_token"])
        try:
            decoded = jwt.decode(text, KeySet.import_key_set(self._keys()), registry=registry)
        except InvalidKeyIdError:
            decoded = jwt.decode(text, KeySet.import_key_set(self._keys(fresh=True)), registry=registry)
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": self.provider.issuer},
                "aud": {"essential": True, "value": self.provider.client_id},
            },
            {
                "nonce": asked.nonce,
                "client_id": self.provider.client_id,
                "access_token": token.get("access_token"),
            },
        )
        claims.validate(leeway=_LEEWAY)
        return dict(claims)

    def _user_info(self, client: Any, address: str, subject: object) -> dict[str, Any]:
        found = _read(client.get(address, allow_redirects=False))
        # Said without a signature, so only of the person of whom the signed part speaks.
        if found.get("sub") != subject:
            raise ProviderError("The provider speaks of two people at once.")
        return found

    def _metadata(self) -> dict[str, Any]:
        return self._kept_or("metadata", _KEPT_FOR, self._read_metadata)

    def _keys(self, *, fresh: bool = False) -> Any:
        return self._kept_or("keys", _KEYS_AT_MOST_EVERY if fresh else _KEPT_FOR, self._read_keys)

    def _kept_or(self, name: str, seconds: float, read: Any) -> dict[str, Any]:
        with self._lock:
            at, kept = self._kept.get(name, (0.0, {}))
        if kept and time.monotonic() - at < seconds:
            return kept
        found: dict[str, Any] = read()
        with self._lock:
            self._kept[name] = time.monotonic(), found
        return found

    def _read_metadata(self) -> dict[str, Any]:
        address = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        with self._session({}) as client:
            found = _read(client.get(address, withhold_token=True, allow_redirects=False))
        if found.get("issuer") != self.provider.issuer:
            raise ProviderError("The provider calls itself otherwise than KB_OIDC_ISSUER does.")
        scheme = urlsplit(self.provider.issuer).scheme
        for name in (*_ENDPOINTS, *({"userinfo_endpoint"} & set(found))):
            # Nothing goes unencrypted to a provider that is asked by HTTPS.
            if urlsplit(str(found.get(name, ""))).scheme not in {"https", scheme}:
                raise ProviderError(f"The provider has no {name} that can be used.")
        return found

    def _read_keys(self) -> dict[str, Any]:
        address = self._metadata()["jwks_uri"]
        with self._session({}) as client:
            return _read(client.get(address, withhold_token=True, allow_redirects=False))

    @contextmanager
    def _session(self, metadata: Mapping[str, Any]) -> Iterator[Any]:
        """Raises ProviderError for whatever goes wrong within, on the way or in what was answered."""
        from authlib.common.errors import AuthlibBaseError
        from authlib.integrations.requests_client import OAuth2Session
        from joserfc.errors import JoseError
        from requests import RequestException

        from webapp.auth.provider_calls import GuardedCalls

        methods = metadata.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        basic = "client_secret_basic" in methods or "client_secret_post" not in methods
        try:
            with OAuth2Session(
                client_id=self.provider.client_id,
                client_secret=self.provider.client_secret,
                scope=" ".join(self.provider.scopes),
                token_endpoint_auth_method="client_secret_basic" if basic else "client_secret_post",
                code_challenge_method="S256",
            ) as client:
                # Neither a proxy nor a password of the environment comes in between.
                client.trust_env = False
                for scheme in ("https://", "http://"):
                    client.mount(scheme, GuardedCalls(self.provider.private))
                yield client
        except (ProviderError, NotAllowedError):
            raise
        except KbError as error:  # of a call that was refused, or failed
            raise ProviderError(f"The provider was asked in vain: {error.message}", remedy=error.remedy) from error
        except (AuthlibBaseError, JoseError, RequestException) as error:
            # What it says may name the person or repeat a secret; what kind of error it is helps as much.
            raise ProviderError(f"The provider was asked in vain: {type(error).__name__}.") from error
        except (ValueError, TypeError, LookupError, AttributeError) as error:
            raise ProviderError(f"The provider's answer cannot be read: {type(error).__name__}.") from error


def _require_again(claims: Mapping[str, Any], asked: Asked) -> None:
    at = claims.get("auth_time")
    if not isinstance(at, int | float) or at < asked.at - _LEEWAY:
        raise NotAllowedError("The provider did not ask you again.")


def _read(answer: Any) -> dict[str, Any]:
    """The JSON object of an answer that went well. Raises TypeError, ValueError, or what `requests` raises."""
    answer.raise_for_status()
    found = answer.json() if answer.status_code == 200 else None
    if not isinstance(found, dict):
        raise TypeError("no JSON object")
    return found
