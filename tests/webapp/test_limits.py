import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any, ClassVar

import pytest
from flask.testing import FlaskClient
from limits.storage import MemoryStorage
from sqlalchemy import Engine

from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from kb.tables import Role
from webapp.app import create_app
from webapp.shared import limit_counting, limits
from webapp.shared.limits import LIMITS

PATH = "/api/v1/search?q=&limit=0"  # 400 before anything is searched


@pytest.fixture(autouse=True)
def few_by_the_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many by the minute would depend on how fast this machine is."""
    for endpoint in ("api.search", "desk.conversation"):
        monkeypatch.setitem(LIMITS, endpoint, "5 per hour")


class OneStore(MemoryStorage):
    """A store that all who name it share, as server processes share a Redis server: whoever opens it gets the same one."""

    STORAGE_SCHEME = ["one-store"]  # noqa: RUF012
    opened: ClassVar[dict[str | None, "OneStore"]] = {}

    def __new__(cls, uri: str | None = None, **_: Any) -> "OneStore":
        return cls.opened.setdefault(uri, super().__new__(cls))

    def __init__(self, uri: str | None = None, **options: Any) -> None:
        if not self.__dict__:
            super().__init__(uri, **options)


class DeadStore(MemoryStorage):
    """A store that is lost while two requests are counted."""

    STORAGE_SCHEME = ["dead-store"]  # noqa: RUF012
    both_are_here = Barrier(2, timeout=60)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        self.both_are_here.wait()
        raise OSError("connection lost")


class LameStore(MemoryStorage):
    """A store that is lost for one count."""

    STORAGE_SCHEME = ["lame-store"]  # noqa: RUF012
    counts = 0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        self.counts += 1
        if self.counts == 2:
            raise OSError("connection lost")
        return super().incr(key, expiry, amount)


@pytest.mark.sqlite_only(reason="limits are counted in memory")
def test_store_that_was_lost_is_used_again_after_a_while(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = create_app(replace(settings, rate_limit_storage="lame-store://"), engine)
    client = app.test_client()
    assert [client.get(PATH).status_code for _ in range(4)] == [400] * 4
    assert app.extensions["kb_limiter"].storage.counts == 2, "the others were counted in memory"
    monkeypatch.setattr(limit_counting, "AGAIN_AFTER", 0.0)
    app = create_app(replace(settings, rate_limit_storage="lame-store://"), engine)
    assert [app.test_client().get(PATH).status_code for _ in range(7)] == [400] * 6 + [429], "one was counted elsewhere"


@pytest.mark.sqlite_only(reason="limits are counted in memory")
def test_of_two_requests_that_find_a_store_lost_at_once_none_fails(settings: Settings, engine: Engine) -> None:
    app = create_app(replace(settings, rate_limit_storage="dead-store://"), engine)
    with ThreadPoolExecutor(2) as crowd:
        assert list(crowd.map(lambda _: app.test_client().get(PATH).status_code, range(2))) == [400, 400]


@pytest.mark.sqlite_only(reason="limits are counted in memory, and the store of one test would be that of the other")
@pytest.mark.parametrize(("storage", "accepted"), [("one-store://", [5, 0]), ("memory://", [5, 5]), ("", [5, 0])])
def test_limits_are_counted_for_all_processes_and_by_each_in_its_memory_only_where_that_is_set(
    settings: Settings, engine: Engine, storage: str, accepted: list[int]
) -> None:
    OneStore.opened.clear()
    settings = replace(settings, rate_limit_storage=storage)
    clients = [create_app(settings, engine).test_client() for _ in range(2)]
    statuses = [[client.get(PATH).status_code for _ in range(6)] for client in clients]
    assert clients[0].get(PATH).headers["Retry-After"] == "3600"
    assert [row.count(400) for row in statuses] == accepted
    assert [row.count(429) for row in statuses] == [6 - count for count in accepted]


@pytest.mark.parametrize("storage", ["nonsense://somewhere", "somewhere"])
def test_store_that_is_not_known_keeps_the_application_from_starting(
    settings: Settings, engine: Engine, storage: str
) -> None:
    with pytest.raises(ConfigurationError, match="KB_RATE_LIMIT_STORAGE cannot be used"):
        create_app(replace(settings, rate_limit_storage=storage), engine)


@pytest.mark.sqlite_only(reason="limits are counted in memory")
def test_reps_of_one_office_do_not_wait_for_each_other(login: Callable[[Role | str], FlaskClient]) -> None:
    path = "/desk/conversation"
    first, second = login("rep"), login("trainer")
    assert [first.get(path).status_code for _ in range(6)] == [200] * 5 + [429]
    assert second.get(path).status_code == 200
    assert login("rep").get(path).status_code == 429, "another session of the same person is the same person"


@pytest.mark.sqlite_only(reason="limits are counted in a file of their own")
def test_new_addresses_of_one_ipv6_network_are_one_visitor(settings: Settings, engine: Engine) -> None:
    client = create_app(settings, engine).test_client()

    def ask(address: str) -> int:
        return client.get(PATH, environ_base={"REMOTE_ADDR": address}).status_code

    assert [ask(f"2001:db8:1:1:{number:x}::1") for number in range(6)] == [400] * 5 + [429]
    assert ask("2001:db8:1:2::1") == 400
    assert [ask(f"::ffff:192.0.2.{number}") for number in range(6)] == [400] * 6


@pytest.mark.sqlite_only(reason="limits are counted in a file of their own")
def test_help_goes_on_and_is_limited_where_the_file_of_limits_is_locked(settings: Settings, engine: Engine) -> None:
    client = create_app(settings, engine).test_client()
    assert client.get(PATH).status_code == 400
    other = sqlite3.connect(settings.home / "limits.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    statuses = [client.get(PATH).status_code for _ in range(8)]
    other.close()
    assert set(statuses) == {400, 429}


@pytest.mark.sqlite_only(reason="limits are counted in a file of their own")
def test_what_anybody_writes_has_one_limit_for_all_addresses(
    settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "IN_ALL", "6 per hour")
    client = create_app(settings, engine).test_client()

    def vote(address: str) -> int:
        body = {"kind": "answered", "document": "article:1"}
        return client.post("/api/v1/widget/feedback", json=body, environ_base={"REMOTE_ADDR": address}).status_code

    def contact(address: str) -> int:
        return client.post("/api/v1/widget/contact", json={}, environ_base={"REMOTE_ADDR": address}).status_code

    statuses = [(vote if number % 2 else contact)(f"192.0.2.{number}") for number in range(9)]
    assert 429 not in statuses[:6]
    assert statuses[6:] == [429] * 3
    assert client.get(PATH, environ_base={"REMOTE_ADDR": "192.0.2.99"}).status_code == 400, "reading goes on"
