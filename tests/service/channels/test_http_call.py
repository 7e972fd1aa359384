"""Which addresses are called."""

import socket
from typing import Any

import pytest

from kb.core.http_call import CallFailedError, CallRefusedError, call, is_public

INSIDE = """
127.0.0.1 127.8.9.1 10.0.0.1 172.16.3.4 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255
240.0.0.1 192.0.0.1 192.88.99.1 198.18.0.1 203.0.113.9 ::1 :: fe80::1 fc00::1 fec0::1 ff02::1 ::ffff:10.0.0.1
::ffff:127.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 2002:7f00:1:: 2001:db8::1 5f00::1 3fff::1
"""


@pytest.mark.parametrize("address", INSIDE.split())
def test_addresses_that_are_no_public_ones(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1", "2130706433", "0x7f000001", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0"]
)
def test_whatever_way_this_machine_is_written_it_is_not_called(host: str) -> None:
    with pytest.raises((CallRefusedError, CallFailedError)) as error:
        call("POST", f"http://{host}:1/", timeout=1)
    assert isinstance(error.value, CallRefusedError)


def test_a_name_that_leads_elsewhere_a_moment_later_gains_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its address is asked for once: what was checked is what is connected to."""
    answers = iter(["93.184.215.14", "127.0.0.1", "169.254.169.254"])
    connected: list[Any] = []

    def look_up(*_: Any, **__: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 80))]

    def connect(address: Any, **_: Any) -> socket.socket:
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(CallFailedError):
        call("POST", "http://rebinding.example/", timeout=1)
    assert connected == [("93.184.215.14", 80)]
    with pytest.raises(CallRefusedError):
        call("POST", "http://rebinding.example/", timeout=1)
    assert len(connected) == 1


def test_of_many_addresses_of_a_name_one_inside_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in ("93.184.215.14", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    with pytest.raises(CallRefusedError):
        call("POST", "http://both.example/", timeout=1)
