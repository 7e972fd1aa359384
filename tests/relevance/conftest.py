from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from once_per_run import copy_of
from sample_index import SampleIndex

from kb.articles import sync_folder
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import PROJECT_ROOT, Settings
from kb.tables import Base


@pytest.fixture(scope="session")
def sample_index(tmp_path_factory: pytest.TempPathFactory, bundled_models: Path) -> Iterator[SampleIndex]:
    home = tmp_path_factory.mktemp("golden")
    copy_of("golden", partial(_index_sample, bundled_models), home, tmp_path_factory)
    settings = replace(Settings(), home_text=str(home))
    engine = create_database_engine(settings)
    yield SampleIndex(settings, engine)
    engine.dispose()


def _index_sample(models: Path, home: Path) -> None:
    (home / "models").symlink_to(models)
    settings = replace(Settings(), home_text=str(home))
    engine = create_database_engine(settings)
    Base.metadata.create_all(engine)
    with session_scope(engine) as session:
        sync_folder(session, PROJECT_ROOT / "articles", default_language="en")
    SampleIndex(settings, engine).open().update()
    engine.dispose()
