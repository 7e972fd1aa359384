"""A segment: the files of one collection at one time, `KB_HOME/index/<collection>/<segment>/`.

Everything in here can be made again from the database. A new segment is written beside the old one and becomes the current
one by the atomic replacement of one small file. What is missing or broken is noticed on opening and leads to a rebuild.
"""

import hashlib
import json
import shutil
import time
import zipfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from indexer.backends.faiss_tantivy.dense import DenseBase
from indexer.backends.faiss_tantivy.lexical import LexicalDocument, LexicalIndex
from indexer.backends.faiss_tantivy.passage_table import PassageTable
from indexer.backends.faiss_tantivy.passage_texts import PassageTexts
from indexer.backends.faiss_tantivy.token_vectors import TokenVectorStore
from kb.core.errors import IndexUnavailableError
from kb.search.fusion import CollectionBackground, describe_collection
from kb.search.types import PassageText

MANIFEST, CURRENT = "manifest.json", "current"
# Raised when the files change, or the terms that the lexical ones are made of.
FORMAT = 7
_KEEP_FOR_READERS_SECONDS = 120


@dataclass(frozen=True)
class Manifest:
    """What a segment holds. `change_id` is the last row of `index_changes` in its dense files."""

    format: int
    collection: str
    fingerprint: str
    passages: int
    change_id: int
    checksums: dict[str, str]


@dataclass(frozen=True)
class Segment:
    """An opened segment."""

    folder: Path
    manifest: Manifest
    dense: DenseBase
    table: PassageTable
    texts: PassageTexts
    words: TokenVectorStore
    lexical: LexicalIndex
    background: CollectionBackground


def write_segment(
    root: Path,
    collection: str,
    *,
    fingerprint: str,
    change_id: int,
    dense: DenseBase,
    table: PassageTable,
    texts: Iterable[PassageText],
    words: Iterable[bytes],
    word_dimensions: int,
    lexical: Iterable[LexicalDocument],
) -> Path:
    """Write a segment beside the others and make it the current one. The caller holds the write lock.

    `texts`, `words` (the bytes of WordVectors) and `lexical` come in the order of `table`.
    """
    parent = root / collection
    folder = parent / f"{time.time_ns():x}"
    folder.mkdir(parents=True)
    try:
        names = dense.save(folder) + table.save(folder) + PassageTexts.write(folder, texts)
        names += TokenVectorStore.write(folder, words, word_dimensions)
        LexicalIndex.create(folder).write(lexical, [], change_id=change_id, fresh=True)
        checksums = {name: _checksum(folder / name) for name in names}
        manifest = Manifest(FORMAT, collection, fingerprint, len(table.ids), change_id, checksums)
        (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), "utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    pointer = parent / (CURRENT + ".new")
    pointer.write_text(folder.name, "utf-8")
    pointer.replace(parent / CURRENT)
    _remove_old(parent, folder.name)
    return folder


def current_segment(root: Path, collection: str) -> str | None:
    """Name of the current segment; None when there is none."""
    try:
        return (root / collection / CURRENT).read_text("utf-8").strip() or None
    except OSError:
        return None


def open_segment(root: Path, collection: str) -> Segment:
    """The current segment, checked. Raises IndexUnavailableError naming what is wrong with which file."""
    name = current_segment(root, collection)
    if name is None:
        raise IndexUnavailableError(f"There is no index of {collection} yet.", remedy="Make it with: kb index")
    folder = root / collection / name
    try:
        manifest = Manifest(**json.loads((folder / MANIFEST).read_text("utf-8")))
        if manifest.format != FORMAT:
            raise ValueError(f"format {manifest.format}, this version reads {FORMAT}")
        for file, expected in manifest.checksums.items():
            if _checksum(folder / file) != expected:
                raise ValueError(f"{file} is damaged")
        dense, table, texts = DenseBase.load(folder), PassageTable.load(folder), PassageTexts.load(folder)
        words = TokenVectorStore.load(folder)
        if not len(dense.ids) == len(table.ids) == len(texts) == len(words) == manifest.passages:
            raise ValueError(
                f"{len(dense.ids)} vectors, {len(table.ids)} passages, {manifest.passages} in the manifest"
            )
        lexical = LexicalIndex.open(folder)
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile) as error:
        raise IndexUnavailableError(
            f"The index files of {collection} cannot be used ({error}).",
            remedy="Make them again with: kb index --rebuild",
        ) from error
    background = describe_collection(np.asarray(dense.vectors), table.groups)
    return Segment(folder, manifest, dense, table, texts, words, lexical, background)


def _checksum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()[:32]


def _remove_old(parent: Path, current: str) -> None:
    """Generations that no reader can still be about to open: all but the current one that are older than two minutes."""
    for folder in parent.iterdir():
        if not folder.is_dir() or folder.name == current:
            continue
        if time.time() - folder.stat().st_mtime > _KEEP_FOR_READERS_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
