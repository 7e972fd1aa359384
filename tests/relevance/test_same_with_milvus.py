"""Milvus finds what the embedded engine finds; `tests/load/milvus_equality.py` asks a thousand questions."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from engine_equality import both_engines, written_queries
from sample_index import SampleIndex

from kb.core.database import create_database_engine


@pytest.mark.bundled
def test_the_first_ten_results_are_those_of_the_embedded_engine(sample_index: SampleIndex, tmp_path: Path) -> None:
    home = sample_index.settings.home
    own = replace(sample_index.settings, home_text=str(tmp_path))
    (tmp_path / "models").symlink_to((home / "models").resolve())
    shutil.copytree(sample_index.settings.index_dir, own.index_dir)
    with closing(sqlite3.connect(home / "kb.sqlite3")) as database:
        database.execute("VACUUM INTO ?", (str(tmp_path / "kb.sqlite3"),))
    engine = create_database_engine(own)
    queries = [query for number, query in enumerate(written_queries()) if number % 12 == 0]
    found = both_engines(own, engine, str(tmp_path / "milvus.db"), queries)
    engine.dispose()
    assert len(queries) > 50
    assert found["overlap@10"] >= 0.95
    assert found["dense_overlap@10"] >= 0.98
    assert found["lexical_overlap@10"] >= 0.9
    assert found["same_first"] >= 0.97
