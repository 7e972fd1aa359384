"""The file of a backup: a zip file whose comment holds a checksum of all before it, so that no change of a single bit passes.

It holds `database.sqlite3` (of either kind of database), files of KB_HOME under `home/`, and as the last `manifest.json`, with
size and checksum of each. Any program for zip files opens it.
"""

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from kb.core.errors import InvalidInputError
from kb.core.progress import Progress

FORMAT = 1
DATABASE, HOME, MANIFEST = "database.sqlite3", "home/", "manifest.json"
_BLOCK = 1024 * 1024
_MARK = b"kb-backup sha256:"
_COMMENT = len(_MARK) + 64
# Bytes of a manifest: what is larger is not read into memory.
_LARGEST_MANIFEST = 64 * 1024 * 1024


@dataclass(frozen=True)
class StoredFile:
    """mode: of the file system; modified_ns: since 1970."""

    size: int
    sha256: str
    mode: int = 0o600
    modified_ns: int = 0

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> "StoredFile":
        """Raises what a manifest raises that nobody here has written."""
        size, mode, modified_ns = (int(fields[name]) for name in ("size", "mode", "modified_ns"))
        # No file of ours runs as somebody else.
        return cls(size, str(fields["sha256"]), mode & 0o777, modified_ns)


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. migration: that the database is at; tables: rows of each; settings: names that were set, no values."""

    format: int
    program: str
    made_at: str
    database_kind: str
    migration: str
    tables: Mapping[str, int]
    settings: list[str]
    files: dict[str, StoredFile] = field(default_factory=dict)

    @classmethod
    def read(cls, text: bytes) -> "Manifest":
        fields = json.loads(text)
        files = {name: StoredFile.read(file) for name, file in fields.pop("files").items()}
        return cls(**fields, files=files)


class ArchiveWriter:
    """Adds files one after the other; `finish` writes manifest and checksum. A context manager; who leaves it without having
    finished has half a file."""

    def __init__(self, path: Path) -> None:
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED, compresslevel=1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        with suppress(OSError, ValueError):  # a full disk, which has been told
            self._zip.close()
        with suppress(OSError):
            self._file.close()

    def add(self, name: str, source: Path, progress: Progress | None = None) -> StoredFile:
        """progress: bytes done, and in all. Raises OSError, FileNotFoundError before anything of it is written."""
        with source.open("rb") as file:
            status = os.fstat(file.fileno())
            digest, done = hashlib.sha256(), 0
            with self._zip.open(name, "w", force_zip64=True) as entry:
                while block := file.read(_BLOCK):
                    entry.write(block)
                    digest.update(block)
                    done += len(block)
                    if progress:
                        progress(done, max(status.st_size, done))
        return StoredFile(done, digest.hexdigest(), status.st_mode & 0o777, status.st_mtime_ns)

    def finish(self, manifest: Manifest) -> None:
        """Safe on the disk when this returns."""
        self._zip.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))
        self._zip.comment = _MARK + b"0" * 64
        self._zip.close()
        checksum = _checksum_before_comment(self._file, self._file.seek(0, os.SEEK_END))
        self._file.seek(-64, os.SEEK_END)
        self._file.write(checksum.encode())
        self._file.flush()
        os.fsync(self._file.fileno())


def is_backup(path: Path) -> bool:
    """By its last bytes alone: whether it is whole is another question. Raises OSError."""
    if path.suffix != ".zip":
        return False
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(0, file.tell() - _COMMENT))
        return file.read(len(_MARK)) == _MARK


@contextmanager
def open_archive(path: Path, progress: Progress | None = None) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """The zip file and its manifest, once every byte was compared with the checksum. progress: bytes done, and in all.

    Raises InvalidInputError where it is no backup, cut short, altered, or of a newer format; OSError where it cannot be read.
    """
    with path.open("rb") as file:
        _check(file, path, progress)
        try:
            with zipfile.ZipFile(file) as archive:
                manifest = _read_manifest(archive, path)
                yield archive, manifest
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, KeyError) as error:
            raise InvalidInputError(
                "%(path)s is no backup that can be read (%(why)s).", path=path, why=error
            ) from error


def extract(
    archive: zipfile.ZipFile, name: str, expected: StoredFile, target: Path, progress: Progress | None = None
) -> None:
    """Write one file, readable by its owner alone until it is whole. Raises InvalidInputError where it is not what was stored."""
    digest, done = hashlib.sha256(), 0
    # A few bytes of a zip file can unpack to more than a disk holds.
    if _entry(archive, name).file_size != expected.size:
        raise _not_what_was_stored(name)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with archive.open(name) as entry, os.fdopen(descriptor, "wb") as file:
        while block := entry.read(_BLOCK):
            file.write(block)
            digest.update(block)
            done += len(block)
            if progress:
                progress(done, expected.size)
        file.flush()
        os.fsync(file.fileno())
    if (done, digest.hexdigest()) != (expected.size, expected.sha256):
        raise _not_what_was_stored(name)
    target.chmod(expected.mode)
    os.utime(target, ns=(expected.modified_ns, expected.modified_ns))


def _not_what_was_stored(name: str) -> InvalidInputError:
    return InvalidInputError("%(name)s in the backup is not what was stored.", name=name)


def _entry(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    """Raises KeyError where there is none, BadZipFile where it asks for a password, which no backup has."""
    entry = archive.getinfo(name)
    if entry.flag_bits & 1:
        raise zipfile.BadZipFile("encrypted")
    return entry


def _check(file: IO[bytes], path: Path, progress: Progress | None) -> None:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _COMMENT))
    comment = file.read()
    file.seek(0)
    if not comment.startswith(_MARK):
        if file.read(4) == b"PK\x03\x04":
            raise InvalidInputError(
                "%(path)s is cut short.", remedy="Take another one, or copy it again from where it was made.", path=path
            )
        raise InvalidInputError(
            "%(path)s is no backup of this program.", remedy="Name a file that `kb backup` has written.", path=path
        )
    if _checksum_before_comment(file, size, progress).encode() != comment[len(_MARK) :]:
        raise InvalidInputError(
            "%(path)s is damaged: its checksum is not that of its content.",
            remedy="Take another one, or copy it again from where it was made.",
            path=path,
        )
    file.seek(0)


def _checksum_before_comment(file: IO[bytes], size: int, progress: Progress | None = None) -> str:
    digest, left = hashlib.sha256(), size - _COMMENT
    file.seek(0)
    while left:
        block = file.read(min(_BLOCK, left))
        if not block:
            break
        digest.update(block)
        left -= len(block)
        if progress:
            progress(size - left, size)
    return digest.hexdigest()


def _read_manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    if _entry(archive, MANIFEST).file_size > _LARGEST_MANIFEST:
        raise zipfile.BadZipFile("its manifest is too large")
    text = archive.read(MANIFEST)
    try:
        fields: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise zipfile.BadZipFile("its manifest is no JSON") from error
    if not isinstance(fields, dict):
        raise zipfile.BadZipFile("its manifest is no JSON object")
    if fields.get("format") != FORMAT:
        raise InvalidInputError(
            "%(path)s has format %(found)s, which this version of the program does not know.",
            remedy="Update the program: git pull && make setup",
            path=path,
            found=fields.get("format"),
        )
    try:
        return Manifest.read(text)
    except (ValueError, TypeError, AttributeError, KeyError, OverflowError) as error:
        raise zipfile.BadZipFile("its manifest does not say what it holds") from error
