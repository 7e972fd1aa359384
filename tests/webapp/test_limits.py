from dataclasses import replace
from typing import Any

import pytest
from limits.storage import MemoryStorage
from sqlalchemy import Engine

from kb.core.errors import ConfigurationError
from kb.core.settings import Settings
from webapp.app import create_app

PATH = "/api/v1/search?q=&limit=0"  # 300 a minute, and 400 before anything is searched


class OneStore(MemoryStorage):
    """A store that all who name it share, as server processes share a Redis server."""

    STORAGE_SCHEME = ["one-store"]  # noqa: RUF012
    _shared: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._shared.update({**self.__dict__, **self._shared})
        self.__dict__ = self._shared


@pytest.mark.sqlite_only(reason="limits are counted in memory, and the store of one test would be that of the other")
@pytest.mark.parametrize(
    ("storage", "accepted"), [("one-store://", [300, 0]), ("memory://", [300, 300]), ("", [300, 300])]
)
def test_limits_are_counted_for_all_processes_in_a_store_and_by_each_in_its_memory(
    settings: Settings, engine: Engine, storage: str, accepted: list[int]
) -> None:
    OneStore._shared.clear()
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
