from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from indexer.runtime import SearchRuntime
from kb.core.settings import Settings


@pytest.fixture
def open_runtime(settings: Settings, engine: Engine) -> Callable[[], SearchRuntime]:
    """Each call is another process, as far as searching is concerned: nothing is shared but database and files."""
    return lambda: SearchRuntime.open(settings, engine)
