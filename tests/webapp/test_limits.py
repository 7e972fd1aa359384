from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from flask.testing import FlaskClient
from limits.storage import MemoryStorage
from sqlalchemy import Engine

from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from kb.tables import Role
from webapp.app import create_app

PATH = "/api/v1/search?q=&limit=0"  # 300 a minute, and 400 before anything is searched


class OneStore(MemoryStorage):
    """A store that all who name it share, as server processes share a Redis server: whoever opens it gets the same one."""

    STORAGE_SCHEME = ["one-store"]  # noqa: RUF012
    opened: ClassVar[dict[str | None, "OneStore"]] = {}

    def __new__(cls, uri: str | None = None, **_: Any) -> "OneStore":
        return cls.opened.setdefault(uri, super().__new__(cls))

    def __init__(self, uri: str | None = None, **options: Any) -> None:
        if not self.__dict__:
            super().__init__(uri, **options)


@pytest.mark.sqlite_only(reason="limits are counted in memory, and the store of one test would be that of the other")
@pytest.mark.parametrize(
    ("storage", "accepted"), [("one-store://", [300, 0]), ("memory://", [300, 300]), ("", [300, 0])]
)
def test_limits_are_counted_for_all_processes_and_by_each_in_its_memory_only_where_that_is_set(
    settings: Settings, engine: Engine, storage: str, accepted: list[int]
) -> None:
    OneStore.opened.clear()
    settings = replace(settings, rate_limit_storage=storage)
    clients = [create_app(settings, engine).test_client() for _ in range(2)]
    statuses = [[client.get(PATH).status_code for _ in range(301)] for client in clients]
    assert [row.count(400) for row in statuses] == accepted
    assert [row.count(429) for row in statuses] == [301 - count for count in accepted]


@pytest.mark.parametrize("storage", ["nonsense://somewhere", "somewhere"])
def test_store_that_is_not_known_keeps_the_application_from_starting(
    settings: Settings, engine: Engine, storage: str
) -> None:
    with pytest.raises(ConfigurationError, match="KB_RATE_LIMIT_STORAGE cannot be used"):
        create_app(replace(settings, rate_limit_storage=storage), engine)


@pytest.mark.sqlite_only(reason="limits are counted in memory")
def test_reps_of_one_office_do_not_wait_for_each_other(login: Callable[[Role | str], FlaskClient]) -> None:
    path = "/desk/conversation"  # 300 a minute
    first, second = login("rep"), login("trainer")
    statuses = [first.get(path).status_code for _ in range(301)]
    assert statuses[-1] == 429
    assert second.get(path).status_code == 200
    assert login("rep").get(path).status_code == 429, "another session of the same person is the same person"
