"""One wrong bit anywhere in the index files, or a file that is cut short: no other answers, and no crash."""

import random
import shutil
from pathlib import Path

import pytest
from content_factory import add_article
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from indexer.encoders.hashing import HashEncoder
from indexer.runtime import SearchRuntime
from indexer.updating import bring_up_to_date
from kb.core.settings import Settings
from kb.search.types import Audience

HARMS = 60
QUERIES = ("clean lamp number 7", "copper kettle", "lemon copper", "coper ketle", "nothing of that kind")


def answers(session: Session, engine: Engine, settings: Settings) -> list[object]:
    runtime = SearchRuntime.open(settings, engine, HashEncoder())
    try:
        searcher = runtime.searcher(Audience.CUSTOMER)
        found = [searcher.search(session, query, reader_language="en") for query in QUERIES]
        session.rollback()
        return [(one.outcome, one.confidence, [(r.title, r.score) for r in one.results]) for one in found]
    finally:
        runtime.close()


def harm(path: Path, chance: random.Random) -> str:
    content = bytearray(path.read_bytes())
    place = chance.randrange(len(content))
    if chance.random() < 0.3:
        path.write_bytes(content[:place])
        return f"{path.name} cut at {place}"
    bit = chance.randrange(8)
    content[place] ^= 1 << bit
    path.write_bytes(content)
    return f"{path.name}: bit {bit} of byte {place}"


@pytest.mark.sqlite_only(reason="files are harmed, not the database")
@pytest.mark.parametrize("seed", [1])
def test_damage_anywhere_in_the_files_changes_no_answer(
    session: Session, engine: Engine, settings: Settings, tmp_path: Path, seed: int
) -> None:
    for i in range(30):
        add_article(session, f"Lamp number {i}", f"How to clean lamp number {i} of brass")
    add_article(session, "Copper kettle", "A copper kettle is cleaned with lemon")
    session.commit()
    bring_up_to_date(engine, settings.index_dir, HashEncoder(), compare=True)
    expected = answers(session, engine, settings)
    whole = shutil.copytree(settings.index_dir, tmp_path / "whole")
    files = [path for path in sorted(whole.rglob("*")) if path.is_file() and path.stat().st_size]
    chance = random.Random(seed)
    for _ in range(HARMS):
        shutil.rmtree(settings.index_dir)
        shutil.copytree(whole, settings.index_dir)
        what = harm(settings.index_dir / chance.choice(files).relative_to(whole), chance)
        assert answers(session, engine, settings) == expected, what
