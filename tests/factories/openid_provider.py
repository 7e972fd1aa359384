"""A provider of sign-in (OpenID Connect) on this machine: Authlib's own server, with keys of its own, asked over HTTP.

It insists on PKCE, on the client's secret and on a code being used once. What it says of people, and what it says wrongly,
tests choose.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6750 import BearerTokenValidator
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core.grants.util import generate_id_token
from flask import Flask, Response, abort, jsonify, request
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

CLIENT_ID, CLIENT_SECRET = "kb-assist", "a secret of tests"


class _Client(ClientMixin):
    def __init__(self, provider: "OpenIdProvider") -> None:
        self._provider = provider

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_default_redirect_uri(self) -> str:
        return self._provider.callback

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self._provider.callback

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == self._provider.auth_method

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class _Code(AuthorizationCodeMixin):
    asked: dict[str, str]
    person: dict[str, Any]
    at: int = field(default_factory=lambda: int(time.time()))
    code_challenge: str = ""
    code_challenge_method: str = ""

    def get_redirect_uri(self) -> str:
        return self.asked["redirect_uri"]

    def get_scope(self) -> str:
        return self.asked["scope"]


@dataclass
class _Token(TokenMixin):
    person: dict[str, Any]
    scope: str

    def check_client(self, client: ClientMixin) -> bool:
        return client.get_client_id() == CLIENT_ID

    def get_scope(self) -> str:
        return self.scope

    def get_expires_in(self) -> int:
        return 3600

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return False


class OpenIdProvider:
    """person: the claims about whoever sits at the browser. wrong: changes what is signed, just before it is."""

    def __init__(self, callback: str) -> None:
        self.callback = callback
        self.issuer = ""
        self.new_key()
        self._codes: dict[str, _Code] = {}
        self._tokens: dict[str, _Token] = {}
        self.begin_anew()

    def begin_anew(self) -> None:
        """As it was at first, but for its keys."""
        self.person: dict[str, Any] = {}
        self.wrong: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
        self.metadata_of: Callable[[dict[str, Any]], dict[str, Any]] = lambda metadata: metadata
        self.in_id_token: set[str] | None = None  # the rest is told by /userinfo; None: all
        self.user_info: dict[str, Any] | None = None  # instead of what is so
        self.auth_method = "client_secret_basic"
        self.asked: list[dict[str, str]] = []  # what browsers came with
        self.is_down = False
        self.algorithm = "RS256"

    def new_key(self) -> None:
        """The keys of before are gone."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig", "alg": "RS256"})

    def app(self) -> Flask:
        app, provider = Flask("openid_provider"), self
        server = AuthorizationServer(app, query_client=self._client_of, save_token=self._save_token)

        class CodeGrant(AuthorizationCodeGrant):
            TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "client_secret_post"]  # noqa: RUF012

            def save_authorization_code(self, code: str, request: Any) -> None:
                data = dict(request.payload.data)
                provider._codes[code] = _Code(
                    data,
                    dict(request.user),
                    code_challenge=data.get("code_challenge", ""),
                    code_challenge_method=data.get("code_challenge_method", ""),
                )

            def query_authorization_code(self, code: str, client: ClientMixin) -> _Code | None:
                return provider._codes.get(code)

            def delete_authorization_code(self, authorization_code: _Code) -> None:
                provider._codes = {k: v for k, v in provider._codes.items() if v is not authorization_code}

            def authenticate_user(self, authorization_code: _Code) -> dict[str, Any]:
                return authorization_code.person

        def sign(grant: Any) -> None:
            grant.register_hook("after_create_token_response", provider._add_id_token)

        server.register_grant(CodeGrant, [CodeChallenge(required=True), sign])
        protector = ResourceProtector()

        class Validator(BearerTokenValidator):
            def authenticate_token(self, token_string: str) -> _Token | None:
                return provider._tokens.get(token_string)

        protector.register_token_validator(Validator())

        @app.before_request
        def stand_still() -> None:
            if provider.is_down:
                abort(503)

        @app.get("/.well-known/openid-configuration")
        def metadata() -> Response:
            return jsonify(
                provider.metadata_of(
                    {
                        "issuer": provider.issuer,
                        "authorization_endpoint": f"{provider.issuer}/authorize",
                        "token_endpoint": f"{provider.issuer}/token",
                        "jwks_uri": f"{provider.issuer}/keys",
                        "userinfo_endpoint": f"{provider.issuer}/userinfo",
                        "response_types_supported": ["code"],
                        "id_token_signing_alg_values_supported": ["RS256"],
                        "token_endpoint_auth_methods_supported": [provider.auth_method],
                    }
                )
            )

        @app.get("/keys")
        def keys() -> Response:
            return jsonify({"keys": [provider.key.as_dict(private=False)]})

        @app.get("/authorize")
        def authorize() -> Any:
            provider.asked.append(request.args.to_dict())
            grant = server.get_consent_grant(end_user=provider.person)
            return server.create_authorization_response(grant=grant, grant_user=provider.person)

        @app.post("/token")
        def token() -> Any:
            return server.create_token_response()

        @app.get("/userinfo")
        @protector()
        def userinfo() -> Response:
            return jsonify(current_token.person if provider.user_info is None else provider.user_info)

        return app

    def _client_of(self, client_id: str) -> _Client | None:
        return _Client(self) if client_id == CLIENT_ID else None

    def _save_token(self, token: dict[str, Any], request: Any) -> None:
        self._tokens[token["access_token"]] = _Token(request.user, token["scope"])

    def _add_id_token(self, grant: Any, response: Any) -> None:
        token, code = response[1], grant.request.authorization_code
        shown = {k: v for k, v in code.person.items() if self.in_id_token is None or k in self.in_id_token}
        claims = {"nonce": code.asked.get("nonce"), "auth_time": code.at, "iss": self.issuer, "aud": CLIENT_ID}
        now = int(time.time())
        claims = self.wrong(claims | {"iat": now, "exp": now + 300} | shown)
        token["id_token"] = generate_id_token(
            {"access_token": token["access_token"]},
            claims,
            self.key,
            self.issuer,
            CLIENT_ID,
            alg=self.algorithm,
            kid=str(self.key.kid),
        )


@contextmanager
def run_openid_provider(callback: str) -> Iterator[OpenIdProvider]:
    """callback: the one page to which it sends browsers back."""
    provider = OpenIdProvider(callback)
    server = make_server("127.0.0.1", 0, provider.app(), threaded=True)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
