"""The files of a synchronised folder: found without being led astray, read with a limit, written atomically."""

import os
import stat
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from kb.articles.site_rules.names import HIDDEN_FOLDERS, may_have_rules
from kb.articles.sync_report import Notice
from kb.articles.text import MAX_BYTES, check_size, reject
from kb.core.errors import Rejection

_SUFFIXES = (".md", ".markdown", ".mdx", ".mdown", ".mkd", ".mkdn")
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
# Other kinds of articles: what is not read is said. Everything else in a folder (styles, programs) is none of ours.
_OTHER_NAMES = ".html .htm .rst .adoc .asciidoc .txt .ipynb .qmd .rmd .org .textile .docx .pdf"
_OTHER_TEXTS = frozenset(_OTHER_NAMES.split())
# Folders in which generators keep templates, and what they make of the articles.
_NO_ARTICLE_FOLDERS = (
    "_includes _layouts _sass _data _plugins _site node_modules archetypes layouts themes partials _partials __tests__ "
    "__pycache__ site-packages bower_components"
)
_NO_ARTICLES = frozenset(_NO_ARTICLE_FOLDERS.split())
# Contents and frames of a site: GitBook's, Docsify's.
_NO_ARTICLE_NAMES = frozenset({"summary.md", "_sidebar.md", "_navbar.md", "_coverpage.md", "_footer.md", "_404.md"})
_MAX_PATH = 1000  # what the table of files holds


@dataclass
class FolderScan:
    """Markdown files by relative path (forward slashes, sorted), and what was refused or skipped."""

    paths: list[str] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    warnings: list[Rejection] = field(default_factory=list)
    pictures: dict[str, list[str]] = field(default_factory=dict)  # paths by name, lower case
    settings: list[str] = field(default_factory=list)  # files that may have rules for the pages
    others: Counter[str] = field(default_factory=Counter)  # files of other kinds that may be articles, by ending

    def is_unknown(self, path: str) -> bool:
        """Whether a file that was not found may be there all the same, behind something that was refused or skipped."""
        skipped = {rejection.path for rejection in (*self.rejected, *self.warnings)}
        return path in skipped or any(parent.as_posix() in skipped for parent in PurePosixPath(path).parents)


def scan_folder(root: Path) -> FolderScan:
    """Every Markdown file below `root` (a real path). Hidden files and folders are left out, links are not followed

    out of the folder and not into folders: a linked folder inside is read under its own name anyway.
    """
    scan = FolderScan()
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            reason = f"the folder cannot be read: {error.strerror}"
            scan.rejected.append(Rejection(_relative(root, folder) or ".", None, reason))
            continue
        waiting.extend(Path(path) for path in _sort_entries(root, entries, scan))
    scan.paths.sort()
    if scan.others:
        counts = ", ".join(f"{count} {ending}" for ending, count in sorted(scan.others.items()))
        hint = (
            "; pages of HTML come in by: kb articles import FOLDER --from html"
            if {".html", ".htm"} & set(scan.others)
            else ""
        )
        scan.warnings.append(
            Notice(".", None, f"files that are no Markdown are passed over: {counts}{hint}", "passed over")
        )
    return scan


def _sort_entries(root: Path, entries: list["os.DirEntry[str]"], scan: FolderScan) -> Iterator[str]:
    """Notes the files of one folder and gives the folders in it."""
    for entry in entries:
        if entry.name.startswith("."):
            scan.settings += [_relative(root, path) for path in _hidden_settings(entry)]
            continue
        is_markdown = entry.name.lower().endswith(_SUFFIXES)
        path = _relative(root, Path(entry.path))
        if entry.is_symlink():
            _note_link(root, entry, path, is_markdown, scan)
        elif entry.is_dir(follow_symlinks=False):
            if entry.name.lower() in _NO_ARTICLES:
                reason = "is a folder of templates or programs of a generator; passed over"
                scan.warnings.append(Notice(path, None, reason, "passed over"))
            else:
                yield entry.path
        elif is_markdown and entry.name.lower() in _NO_ARTICLE_NAMES:
            scan.warnings.append(
                Notice(path, None, "is a table of contents or a frame of the site; passed over", "passed over")
            )
            scan.settings += [path] if may_have_rules(entry.name) else []
        elif is_markdown:
            _note_file(entry, path, scan)
        else:
            _note_other(entry.name, path, scan)


def _hidden_settings(entry: "os.DirEntry[str]") -> list[Path]:
    """Hidden files are none of ours but for settings of the site."""
    if entry.is_symlink():
        return []
    if entry.is_dir(follow_symlinks=False):
        names = HIDDEN_FOLDERS.get(entry.name, ())
        return [Path(entry.path) / name for name in names if (Path(entry.path) / name).is_file()]
    return [Path(entry.path)] if may_have_rules(entry.name) else []


def _note_other(name: str, path: str, scan: FolderScan) -> None:
    ending = PurePosixPath(name.lower()).suffix
    if may_have_rules(name):
        scan.settings.append(path)
    if ending in _PICTURES:
        scan.pictures.setdefault(name.lower(), []).append(path)
    elif ending in _OTHER_TEXTS:
        scan.others[ending] += 1


def _note_file(entry: "os.DirEntry[str]", path: str, scan: FolderScan) -> None:
    printable = path.encode(errors="backslashreplace").decode().replace("\n", "\\n").replace("\r", "\\r")
    if printable != path:
        scan.rejected.append(Rejection(printable, None, "the name of the file is not plain UTF-8 text; rename it"))
    elif len(path) > _MAX_PATH:
        scan.rejected.append(Rejection(path, None, f"the path has more than {_MAX_PATH} characters"))
    elif not entry.is_file():
        scan.rejected.append(Rejection(path, None, "is not a regular file"))
    else:
        scan.paths.append(path)


def _note_link(root: Path, entry: "os.DirEntry[str]", path: str, is_markdown: bool, scan: FolderScan) -> None:
    link = Path(entry.path)
    try:
        target = link.resolve(strict=True)
    except FileNotFoundError:
        if is_markdown:
            scan.rejected.append(Rejection(path, None, "is a symbolic link to nothing"))
        return
    except (OSError, RuntimeError):  # RuntimeError is what Python before 3.13 raises for a link to itself
        scan.rejected.append(Rejection(path, None, "is a symbolic link that goes round in a circle"))
        return
    if target.is_dir():
        if not target.is_relative_to(root):
            scan.rejected.append(Rejection(path, None, "is a symbolic link out of the folder; not followed"))
        elif link.parent.is_relative_to(target):
            back = _relative(root, target) or "the folder itself"
            scan.rejected.append(Rejection(path, None, f"is a symbolic link back to {back} (a cycle); not followed"))
        else:
            reason = f"is a link to {_relative(root, target)}, which is read in its place"
            scan.warnings.append(Rejection(path, None, reason))
    elif is_markdown and not target.is_relative_to(root):
        scan.rejected.append(Rejection(path, None, "is a symbolic link out of the folder; not read"))
    elif is_markdown and target.name.lower().endswith(_SUFFIXES):
        scan.warnings.append(
            Rejection(path, None, f"is a link to {_relative(root, target)}, which is read in its place")
        )
    elif is_markdown:
        _note_file(entry, path, scan)


def read_file(root: Path, path: str) -> bytes:
    """The bytes of a file. Raises ArticleError where it is too big (known before it is read) or cannot be read."""
    try:
        # O_NONBLOCK: a pipe that has taken the file's place since the scan must not hang the command.
        descriptor = os.open(root / path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise reject(path, None, "is not a regular file")
            check_size(status.st_size, path)
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise reject(path, None, f"cannot be read: {error.strerror}") from error
    check_size(len(data), path)
    return data


def write_file(root: Path, path: str, data: bytes) -> None:
    """Put `data` in the file's place by a rename, so that no reader ever sees half of it. Raises ArticleError."""
    target = root / path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(root):
            raise reject(path, None, "would be written through a symbolic link out of the folder")
        descriptor, temporary = tempfile.mkstemp(prefix=".kb-", suffix=".tmp", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(_mode_for(target))
            Path(temporary).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        raise reject(path, None, f"cannot be written: {error.strerror}") from error


def _mode_for(target: Path) -> int:
    try:
        return stat.S_IMODE(target.stat().st_mode)
    except OSError:
        return 0o644


def _relative(root: Path, path: Path) -> str:
    relative = path.relative_to(root).as_posix()
    return "" if relative == "." else relative
