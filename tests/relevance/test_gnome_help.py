"""A folder of Markdown without front matter, as it comes: synchronised, indexed, and asked its authors' own summaries."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from indexer.runtime import SearchRuntime
from kb.articles import sync_folder
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import PROJECT_ROOT, Settings
from kb.search.types import Audience
from kb.tables import Base

DATA = Path(os.environ.get("KB_EVAL_DATA", PROJECT_ROOT.parent / "shared" / "data")) / "gnome_help"

pytestmark = [
    pytest.mark.bundled,
    pytest.mark.slow,
    pytest.mark.skipif(
        not DATA.is_dir(), reason=f"the evaluation data is not in {DATA} (KB_EVAL_DATA names another place)"
    ),
]


def test_authors_summaries_find_their_articles(tmp_path: Path, bundled_models: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(bundled_models)
    settings = replace(Settings(), home_text=str(home))
    engine = create_database_engine(settings)
    Base.metadata.create_all(engine)
    with session_scope(engine) as session:
        report = sync_folder(session, DATA / "articles", default_language="en")
    assert len(report.created) == 270
    assert not report.rejected
    runtime = SearchRuntime.open(settings, engine)
    runtime.update()
    wanted = dict(line.split("\t")[:2] for line in (DATA / "qrels.tsv").read_text("utf-8").splitlines())
    ranks: list[int] = []
    with session_scope(engine) as session:
        for query in map(json.loads, (DATA / "queries.jsonl").read_text("utf-8").splitlines()):
            answer = runtime.searcher(Audience.CUSTOMER).search(session, query["text"], reader_language="en")
            found = [result.url.rsplit("/", 1)[-1] for result in answer.results]
            ranks.append(found.index(wanted[query["_id"]]) if wanted[query["_id"]] in found else 99)
    first, ten = (sum(rank < depth for rank in ranks) / len(ranks) for depth in (1, 10))
    print(f"hit@1 {first:.3f}, hit@10 {ten:.3f} of {len(ranks)} queries")
    assert first >= 0.80
    assert ten >= 0.99
