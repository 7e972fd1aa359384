"""Calls of the provider by HTTP, guarded like all calls of other systems: what Authlib asks `requests` for is done here."""

import io
from typing import Any
from urllib.parse import urlsplit

from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict

from kb.core.errors import KbError
from kb.core.http_call import InsideAddressError, call

_SECONDS = 5.0  # for all of a call


class InsideProviderError(KbError):
    """The provider, or what it names as a part of itself, is in a private network, and nothing says that it may be."""


class GuardedCalls(BaseAdapter):
    """private: hosts that may be in a private network. Raises what `kb.core.http_call.call` does, and InsideProviderError."""

    def __init__(self, private: frozenset[str]) -> None:
        super().__init__()
        self._private = private

    def send(self, request: PreparedRequest, *_: Any, **__: Any) -> Response:
        assert request.url is not None
        assert request.method is not None
        body, host = request.body or b"", urlsplit(request.url).hostname or ""
        # What http_call reads is not unpacked, and its connection is for this call alone.
        left_out = {"accept-encoding", "connection"}
        try:
            answer = call(
                request.method,
                request.url,
                body=body if isinstance(body, bytes) else str(body).encode(),
                headers={name: str(value) for name, value in request.headers.items() if name.lower() not in left_out},
                timeout=_SECONDS,
                private=host in self._private,
            )
        except InsideAddressError as error:
            raise InsideProviderError(
                "%(host)s is inside a private network.",
                remedy="If your provider is there, set KB_OIDC_PRIVATE=%(host)s",
                host=host,
            ) from error
        found = Response()
        found.status_code, found.url, found.request = answer.status, request.url, request
        found.headers = CaseInsensitiveDict(answer.headers)
        found.raw = io.BytesIO(answer.body)
        return found

    def close(self) -> None:
        """Nothing is kept open."""
