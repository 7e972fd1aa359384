"""The words of a collection on this machine, by tantivy: what searches by words use where Milvus cannot, or does not answer.

Made from the database and brought up to date by whichever process of the machine comes first; a folder that is broken is made
anew. `KB_HOME/index/milvus/<name of the collection in Milvus>/`.
"""

import logging
import shutil
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import Engine

from indexer.backends.faiss_tantivy.lexical import LexicalIndex, LexicalSearcher
from indexer.backends.faiss_tantivy.segment import new_name
from indexer.backends.faiss_tantivy.stored_passages import (
    all_passages,
    lexical_document,
    newest_change,
    read_passages,
    touched_passages,
)
from kb.core.database import session_scope
from kb.search.types import CollectionName

logger = logging.getLogger(__name__)
_LOCK, _UNFINISHED = ".lock", ".new"


class LexicalReplica:
    """Of one collection in Milvus."""

    def __init__(self, engine: Engine, parent: Path, name: str, build: int, collection: CollectionName) -> None:
        self._engine, self._parent, self._name = engine, parent, name
        self._build, self._collection = build, collection
        self._index: LexicalIndex | None = None

    def change_id(self) -> int:
        """The last row of `index_changes` that is in it; 0 where there is none."""
        index = self._opened()
        return index.change_id() if index else 0

    def searcher(self) -> LexicalSearcher | None:
        """What is in it now; None where it was not made yet."""
        index = self._opened()
        return index.searcher() if index else None

    def follow(self, until: int, forgotten: int, *, wait: bool) -> None:
        """Take up the changes up to `until`, or make it anew. Without `wait` nothing is done while another process does it.

        forgotten: changes up to this one are not in the database any more. Raises OSError where the disk does not take it.
        """
        self._parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._parent / f"{self._name}{_LOCK}").acquire(timeout=-1 if wait else 0):
                index = self._opened()
                done = index.change_id() if index else 0
                if index is None or done < forgotten:
                    self._make()
                elif done < until:
                    with session_scope(self._engine) as session:
                        touched = touched_passages(session, self._build, self._collection, done, until)
                        present = list(read_passages(session, self._build, touched))
                    gone = sorted(touched - {passage.id for passage in present})
                    index.write(map(lexical_document, present), gone, change_id=until)
        except Timeout:
            return

    def make_anew(self) -> None:
        """From the database, whatever there is."""
        with FileLock(self._parent / f"{self._name}{_LOCK}"):
            self._make()

    def _make(self) -> None:
        for left in self._parent.glob(f"{self._name}.*{_UNFINISHED}"):
            shutil.rmtree(left, ignore_errors=True)
        with session_scope(self._engine) as session:
            newest = newest_change(session, self._build, self._collection)
        scratch = self._parent / f"{self._name}.{new_name()}{_UNFINISHED}"
        documents = map(lexical_document, all_passages(self._engine, self._build, self._collection))
        LexicalIndex.create(scratch).write(documents, [], change_id=newest, fresh=True)
        self._index = None
        shutil.rmtree(self._folder, ignore_errors=True)
        scratch.rename(self._folder)

    @property
    def _folder(self) -> Path:
        return self._parent / self._name

    def _opened(self) -> LexicalIndex | None:
        if self._index is None and self._folder.exists():
            try:
                self._index = LexicalIndex.open(self._folder)
            except (OSError, ValueError) as error:
                logger.warning("The words of %s on this machine are made anew: %s", self._collection, error)
        return self._index


def remove_replicas(parent: Path, keep: set[str]) -> None:
    """Those of collections that are not in Milvus any more."""
    for path in parent.glob("kb_*") if parent.exists() else ():
        name = path.name.split(".")[0]
        if name not in keep:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
