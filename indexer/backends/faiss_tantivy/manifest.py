"""What the index files are, in one file: `KB_HOME/index/manifest.json`, replaced as a whole.

All three collections are in it, so that a new build takes the place of the old one in one rename. Nothing that it names is ever
changed but the lexical folders, which tantivy keeps safe for readers. What is no longer named stays for a fixed time from then.
"""

import json
import os
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any

from kb.core.errors import IndexUnavailableError
from kb.search.types import CollectionName

FILE = "manifest.json"
# Raised when the files change, or the terms that the lexical ones are made of.
FORMAT = 9
# From the switch: a reader that has just read the manifest still opens what it names.
KEEP_FOR_READERS_SECONDS = 600
REMEDY = "Make them again with: kb index"


@dataclass(frozen=True)
class SegmentEntry:
    """A segment: its folder, how many passages are in it, and the checksums of its files."""

    name: str
    passages: int
    checksums: Mapping[str, str]


@dataclass(frozen=True)
class CollectionEntry:
    """A collection. segments: oldest first, their passage ids rise from one to the next; statistics: the file of what is known
    of all its passages together; lexical: the folder of its terms; removed: the file of ids that are in a segment and gone, ""
    where there is none; change_id: the last row of `index_changes` that is in segments and `removed`; checksums: of the files
    `statistics` and `removed`."""

    segments: tuple[SegmentEntry, ...]
    statistics: str
    lexical: str
    removed: str
    change_id: int
    checksums: Mapping[str, str]

    def files(self) -> set[str]:
        """Names in the collection's folder that belong to it."""
        return {segment.name for segment in self.segments} | {self.statistics, self.lexical, self.removed} - {""}


@dataclass(frozen=True)
class Manifest:
    """build: the row of `index_builds` whose passages these are."""

    format: int
    build: int
    fingerprint: str
    collections: Mapping[str, CollectionEntry]

    def collection(self, name: CollectionName) -> CollectionEntry:
        return self.collections[name.value]


Signature = tuple[int, int, int]


def manifest_signature(root: Path) -> Signature | None:
    """Changes whenever the manifest is replaced; None when there is none. A look costs a few microseconds."""
    try:
        found = (root / FILE).stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def read_manifest(root: Path) -> Manifest:
    """Raises IndexUnavailableError where there is none, or none that this version reads."""
    try:
        content = json.loads((root / FILE).read_text("utf-8"))
    except FileNotFoundError as error:
        raise IndexUnavailableError("There is no index yet.", remedy="Make it with: kb index") from error
    except (OSError, ValueError, RecursionError) as error:
        raise unusable(f"{FILE}: {error}") from error
    try:
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']}, this version reads {FORMAT}")
        collections = {name.value: _entry(content["collections"][name.value]) for name in CollectionName}
        return Manifest(FORMAT, int(content["build"]), str(content["fingerprint"]), collections)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise unusable(f"{FILE}: {error}") from error


def _entry(content: Mapping[str, Any]) -> CollectionEntry:
    segments = tuple(
        SegmentEntry(str(s["name"]), int(s["passages"]), dict(s["checksums"])) for s in content["segments"]
    )
    named = {key: str(content[key]) for key in ("statistics", "lexical", "removed")}
    names = [segment.name for segment in segments] + [name for name in named.values() if name]
    if any(Path(name).name != name for name in names):
        raise ValueError("a name in it leads out of its folder")
    return CollectionEntry(segments, change_id=int(content["change_id"]), checksums=dict(content["checksums"]), **named)


def unusable(reason: object) -> IndexUnavailableError:
    return IndexUnavailableError(f"The index files cannot be used ({reason}).", remedy=REMEDY)


def write_manifest(root: Path, manifest: Manifest) -> None:
    """Make it the one that readers see, then remove what none needs any more. The caller holds the write lock."""
    scratch = root / (FILE + ".new")
    with scratch.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    before = _named_files(root)
    scratch.replace(root / FILE)
    _retire(root, before - _named_files(root))
    remove_unused(root, manifest, older_than=KEEP_FOR_READERS_SECONDS)


def checksum(path: Path) -> str:
    """Of a file's content, 32 hexadecimal digits."""
    with path.open("rb") as file:
        return file_digest(file, "blake2b").hexdigest()[:32]


def check_file(path: Path, expected: str) -> None:
    """Raises ValueError for a file that is not what was written, OSError for one that is not there."""
    if checksum(path) != expected:
        raise ValueError(f"{path.name} is damaged")


def _named_files(root: Path) -> set[Path]:
    try:
        manifest = read_manifest(root)
    except IndexUnavailableError:
        return set()
    return {root / name / file for name, entry in manifest.collections.items() for file in entry.files()}


def _retire(root: Path, paths: set[Path]) -> None:
    """Their time is counted from now on: the age of a file says when it was made, not since when nobody needs it."""
    for path in paths:
        if path.exists():
            os.utime(path)
    # Folders of before this format had a pointer of their own, which nobody reads any more.
    for name in CollectionName:
        (root / name.value / "current").unlink(missing_ok=True)


def remove_unused(root: Path, manifest: Manifest, *, older_than: float) -> None:
    """Delete files that it does not name. older_than: seconds since nobody needs them. The caller holds the write lock."""
    now = time.time()
    for name, entry in manifest.collections.items():
        named = entry.files()
        for path in (root / name).iterdir():
            if path.name in named or now - path.stat().st_mtime < older_than:
                continue
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
