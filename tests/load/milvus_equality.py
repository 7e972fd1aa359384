"""Whether Milvus finds what the embedded engine finds: the sample articles, asked a thousand questions by both.

    python tests/load/milvus_equality.py                                  # milvus-lite in a file
    python tests/load/milvus_equality.py --uri http://127.0.0.1:19530     # a server; KB_MILVUS_TOKEN logs in

Prints as JSON how many of the first ten each query has in common: of results, of nearest passages, of passages by words.
"""

import argparse
import json
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from sqlalchemy.orm import Session

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "factories"))

from engine_equality import both_engines, many_queries

from indexer.runtime import SearchRuntime
from kb.articles import sync_folder
from kb.core.database import create_database_engine, session_scope
from kb.core.settings import PROJECT_ROOT, Settings
from kb.tables import Base


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--uri", default="", help="of a server; default milvus-lite in a temporary file")
    parser.add_argument("--queries", type=int, default=1000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kb-equality-") as folder:
        home = Path(folder)
        (home / "models").symlink_to(Settings().models_dir)
        settings = replace(Settings(), home_text=folder, milvus_token=os.environ.get("KB_MILVUS_TOKEN", ""))
        engine = create_database_engine(settings)
        Base.metadata.create_all(engine)
        with session_scope(engine) as session:
            sync_folder(session, PROJECT_ROOT / "articles", default_language="en")
        SearchRuntime.open(settings, engine).update()
        with Session(engine) as session:
            queries = many_queries(session, chosen.queries)
        json.dump(both_engines(settings, engine, chosen.uri or str(home / "milvus.db"), queries), sys.stdout, indent=1)
        print()


if __name__ == "__main__":
    main()
