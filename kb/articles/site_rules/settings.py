"""Settings of a site: where they stand, how they are read (YAML, TOML, JSON), and what of them cannot be."""

import json
import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from kb.articles.sync_report import Notice
from kb.core.errors import Rejection

MAX_BYTES = 500_000
_MAX_VALUES = 50_000
_MAX_DEPTH = 40
_COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"\w])//[^\n]*", re.DOTALL)


class SettingsError(Exception):
    """A file of settings that cannot be used, and why."""


@dataclass(frozen=True)
class SettingsFile:
    """A file of the site. `path` is relative to the synchronised folder and begins with `..` for one that is above it."""

    path: str
    file: Path
    base: str  # the synchronised folder, seen from the file's folder; "" where the file is in it or below
    below: str  # the file's folder, seen from the synchronised one; "" where the file is in it or above

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    def relative(self, page: str, folder: str = "") -> str | None:
        """A page's path seen from the folder of these settings, or from one below it; None for a page that is not in there."""
        path = _seen_from(self.below, page) if self.below else f"{self.base}/{page}" if self.base else page
        return _seen_from(folder, path) if path is not None and folder else path

    def matches(self, match: Callable[[str], bool], folder: str = "") -> Callable[[str], bool]:
        """Whether `match` is true of a page's path as `relative` gives it; false of one that is elsewhere."""

        def matches(page: str) -> bool:
            path = self.relative(page, folder)
            return path is not None and match(path)

        return matches


@dataclass
class Site:
    """What rules are made of: all files that may have some, the pages, and what there is to say about them."""

    root: Path
    pages: list[str]
    languages: tuple[str, ...]
    files: list[SettingsFile]
    notices: list[Rejection] = field(default_factory=list)

    def named(self, *names: str) -> list[SettingsFile]:
        """The files of these names (lower case), the nearest to the synchronised folder first."""
        return [file for file in self.files if file.name.lower() in names]

    def note(self, file: SettingsFile, reason: str) -> None:
        self.notices.append(Notice(file.path, None, reason, "site settings"))

    def load(self, file: SettingsFile) -> dict[str, Any]:
        """The settings as a mapping; an empty one, and a notice, where they cannot be read."""
        try:
            return load_settings(file)
        except SettingsError as error:
            self.note(file, f"{error}; its rules are not known, so look at what became public")
            return {}

    def text(self, file: SettingsFile) -> str:
        """The text of a file; "", and a notice, where it cannot be read."""
        try:
            return read_text(file.file)
        except SettingsError as error:
            self.note(file, f"{error}; its rules are not known, so look at what became public")
            return ""


def _seen_from(folder: str, path: str) -> str | None:
    return path.removeprefix(f"{folder}/") if path.startswith(f"{folder}/") else None


def without_comments(program: str) -> str:
    """A program in JavaScript without what it says to people."""
    return _COMMENT.sub(" ", program)


def read_text(path: Path, limit: int = MAX_BYTES) -> str:
    """Raises SettingsError, also for more than `limit` bytes."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise SettingsError("is not a regular file")
            data = file.read(limit + 1)
    except OSError as error:
        raise SettingsError(f"cannot be read: {error.strerror}") from error
    if len(data) > limit:
        raise SettingsError(f"has more than {limit} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError("is not UTF-8") from error


def load_settings(file: SettingsFile) -> dict[str, Any]:
    """Raises SettingsError where the file is no mapping in the form that its ending names."""
    text = read_text(file.file)
    ending = file.file.suffix.lower()
    try:
        if ending == ".json":
            loaded = json.loads(text) if text.strip() else {}
        elif ending == ".toml":
            loaded = tomllib.loads(text)
        else:
            loaded = yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, OverflowError, AttributeError) as error:
        raise SettingsError(f"cannot be read: {_first_line(error)}") from error
    if loaded is None:
        return {}
    if not isinstance(loaded, Mapping):
        raise SettingsError("has no settings (keys and values)")
    return {str(key): value for key, value in _Copy().copy(loaded).items()}


def texts(value: Any, *, lines: bool = False) -> list[str]:
    """The texts of a list, or of a single text (of its lines)."""
    if isinstance(value, str):
        return value.split("\n") if lines else [value]
    if isinstance(value, Iterable) and not isinstance(value, Mapping):
        return [str(entry) for entry in value if isinstance(entry, str | int | float) and not isinstance(entry, bool)]
    return []


def mapping(value: Any) -> dict[str, Any]:
    """A mapping with texts for keys; an empty one for anything else."""
    return {str(key): inner for key, inner in value.items()} if isinstance(value, Mapping) else {}


def clean_folder(value: Any, default: str) -> str:
    """A folder as a path without dots at its ends: `./docs/` is `docs`."""
    text = value if isinstance(value, str) and value.strip() else default
    parts = [part for part in text.replace("\\", "/").split("/") if part not in {"", "."}]
    return "/".join(parts)


class _Copy:
    """A copy without shared parts, within bounds: aliases of YAML can stand for any number of values."""

    def __init__(self) -> None:
        self.count = 0

    def copy(self, value: Any, depth: int = 0) -> Any:
        self.count += 1
        if self.count > _MAX_VALUES or depth > _MAX_DEPTH:
            raise SettingsError("has too many values, or nests them too deeply")
        if isinstance(value, Mapping):
            return {str(key)[:500]: self.copy(inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, list | tuple | set):
            return [self.copy(inner, depth + 1) for inner in value]
        if isinstance(value, datetime | date | time):
            return value.isoformat()
        return value if value is None or isinstance(value, bool | int | float | str) else str(value)[:500]


class _Loader(yaml.CSafeLoader):
    """Tags of a generator's own (`!ENV`, `!!python/name:…`) are read as nothing instead of refused."""


def _nothing(_loader: yaml.CSafeLoader, _node: yaml.Node) -> None:
    return None


_Loader.add_constructor(None, _nothing)


def _first_line(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        return f"{error.problem or error.context} (line {error.problem_mark.line + 1})"
    return (str(error).split("\n", 1)[0] or type(error).__name__)[:200]
