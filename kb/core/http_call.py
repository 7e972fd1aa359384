"""One call of another system by HTTP: bounded in time and size, no redirect followed, no address inside unless that is allowed.

The address that was checked is the one that is connected to: a name that leads elsewhere a moment later gains nothing. The
time limit is for the whole call, also against a server that sends a byte now and then; that is why no library does it.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from kb.core.errors import InvalidInputError, KbError

LARGEST_ANSWER = 256 * 1024  # bytes
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # IPv4 in IPv6 (NAT64)
_INSIDE = ("192.88.99.0/24", "64:ff9b:1::/48", "3fff::/20", "5f00::/16", "fec0::/10")


class CallFailedError(KbError):
    """There was no answer: not reached, too slow, or no HTTP."""


class CallRefusedError(InvalidInputError):
    """Such an address is not called. is_inside: because it is one of a private network."""

    is_inside = False


class InsideAddressError(CallRefusedError):
    """A name that leads into a private network."""

    is_inside = True


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes  # its first LARGEST_ANSWER bytes


@dataclass(frozen=True)
class _Target:
    is_encrypted: bool
    host: str
    port: int
    path: str


def check_url(url: str) -> None:
    """Raises CallRefusedError for what is no address of http or https, or has a user in it. Asks nobody."""
    _target(url)


def check_reachable(url: str, *, private: bool) -> None:
    """Where its name leads. Raises CallFailedError, and CallRefusedError for an address inside."""
    _resolve(_target(url), private=private)


def call(
    method: str,
    url: str,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    timeout: float,
    private: bool = False,
) -> Answer:
    """The answer, whatever its status. timeout: seconds for all of it. private: also to addresses inside.

    Raises CallFailedError and CallRefusedError.
    """
    target = _target(url)
    address = _resolve(target, private=private)
    deadline = _Deadline(timeout)
    try:
        with deadline:
            return _exchange(method, target, address, body, headers or {}, deadline, timeout)
    except (OSError, http.client.HTTPException, ValueError) as error:
        if deadline.is_over or isinstance(error, TimeoutError):
            raise CallFailedError(f"{target.host} has not answered within {timeout:g} s.") from error
        raise CallFailedError(f"{target.host} cannot be called: {_in_words(error)}") from error


def _target(url: str) -> _Target:
    try:
        parts = urlsplit(url.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    usable = parts.scheme in {"http", "https"} and host and port != 0 and parts.username is None and url.isascii()
    if not usable or any(ord(character) <= 32 for character in url.strip()):
        raise CallRefusedError(
            f"{url[:200]!r} is no address that can be called.", remedy="An example: https://example.com/hook"
        )
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return _Target(parts.scheme == "https", host, port or (443 if parts.scheme == "https" else 80), path)


def _resolve(target: _Target, *, private: bool) -> str:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise CallFailedError(f"The name {target.host} leads nowhere.") from error
    addresses = [str(one[4][0]).partition("%")[0] for one in found]
    if not private and not all(is_public(address) for address in addresses):
        raise InsideAddressError(
            f"{target.host} is inside a private network.", remedy="To allow that, set KB_WEBHOOK_PRIVATE=1."
        )
    return addresses[0]


def is_public(address: str) -> bool:
    """Whether it is an address of the internet, in whatever form it hides one of a private network."""
    found: _Address = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address):
        if found in _TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if inner is not None:
            return is_public(str(inner))
    if any(found in ipaddress.ip_network(network) for network in _INSIDE):
        return False
    return found.is_global and not (found.is_multicast or found.is_reserved or found.is_unspecified)


class _Deadline:
    """Shuts the connection down when the time is over."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def guards(self, connection: socket.socket) -> None:
        self._socket = connection
        if self.is_over:
            self._shut()

    def _end(self) -> None:
        self.is_over = True
        self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def _connected(target: _Target, address: str, deadline: _Deadline, timeout: float) -> Iterator[socket.socket]:
    connection = socket.create_connection((address, target.port), timeout=timeout)
    try:
        deadline.guards(connection)
        if target.is_encrypted:
            connection = ssl.create_default_context().wrap_socket(connection, server_hostname=target.host)
            deadline.guards(connection)
        yield connection
    finally:
        connection.close()


def _exchange(
    method: str,
    target: _Target,
    address: str,
    body: bytes,
    headers: Mapping[str, str],
    deadline: _Deadline,
    timeout: float,
) -> Answer:
    with _connected(target, address, deadline, timeout) as connection:
        kind = http.client.HTTPSConnection if target.is_encrypted else http.client.HTTPConnection
        client = kind(target.host, target.port, timeout=timeout)
        client.sock = connection  # the address that was checked
        try:
            client.request(method, target.path, body=body or None, headers={"User-Agent": "kb-assist", **headers})
            with client.getresponse() as response:
                read = response.read(LARGEST_ANSWER)
                if deadline.is_over:
                    raise TimeoutError
                return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, read)
        finally:
            client.close()


def _in_words(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        return f"its certificate or encryption is not accepted ({getattr(error, 'verify_message', '') or error.reason})"
    if isinstance(error, http.client.HTTPException | ValueError):
        return "what it answers is no HTTP"
    return (getattr(error, "strerror", None) or type(error).__name__).lower()
