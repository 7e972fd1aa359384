"""The rules of a folder: those of all generators whose files are in it, and of the site that it is a part of."""

import os
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath

from kb.articles.inherited import PageRules
from kb.articles.site_rules import docusaurus, eleventy, hugo, jekyll, lists, mkdocs
from kb.articles.site_rules.names import may_have_rules
from kb.articles.site_rules.rules import Rule, rules_of_page
from kb.articles.site_rules.settings import SettingsFile, Site
from kb.core.errors import Rejection

_LEVELS_UP = 3  # `site/content/docs` is synchronised, `site/hugo.toml` has the rules
_MOST_FILES = 1000  # in one of the folders above


class SiteRules:
    """What the site says of each page; `notices` have what of it could not be read."""

    def __init__(self, rules: list[Rule], notices: list[Rejection]) -> None:
        self.rules = rules
        self.notices = notices
        self._known: dict[str, PageRules] = {}

    def of(self, path: str) -> PageRules:
        """Of any path, also that of a file which is yet to be written."""
        found = self._known.get(path)
        if found is None:
            found = self._known[path] = rules_of_page(self.rules, path)
        return found


def read_site_rules(
    root: Path, pages: Sequence[str], settings: Iterable[str], languages: Sequence[str] = ()
) -> SiteRules:
    """`root` is a real path, `pages` and `settings` are relative to it: Markdown files, and files that may have rules.

    Settings in up to three folders above count too (not beyond the root of a repository): they only ever keep something back.
    Never raises for what is in a file.
    """
    files = [
        SettingsFile(path, root / path, "", "" if (folder := PurePosixPath(path).parent.as_posix()) == "." else folder)
        for path in sorted(settings, key=lambda path: (path.count("/"), path))
    ]
    site = Site(root, list(pages), tuple(languages), files + _files_above(root))
    rules: list[Rule] = []
    for generator in (hugo, jekyll, mkdocs, docusaurus, eleventy, lists):
        rules += generator.read_rules(site)
    return SiteRules(rules, site.notices)


def _files_above(root: Path) -> list[SettingsFile]:
    found: list[SettingsFile] = []
    folder, base = root, ""
    for level in range(1, _LEVELS_UP + 1):
        if os.path.lexists(folder / ".git") or _is_shared(folder.parent):
            break
        base = f"{folder.name}/{base}".rstrip("/")
        folder = folder.parent
        found += [SettingsFile(f"{'../' * level}{name}", folder / name, base, "") for name in _names_in(folder)]
    return found


def _is_shared(folder: Path) -> bool:
    """Folders that are no site, whatever lies in them."""
    shared = {Path("/"), Path(tempfile.gettempdir()).resolve()}
    with suppress(RuntimeError):
        shared.add(Path.home())
    return folder in shared


def _names_in(folder: Path) -> list[str]:
    """The names of a folder's files that may have rules; `_index` too, which gives values to what is below it."""
    try:
        names = [
            entry.name
            for entry in folder.iterdir()
            if (may_have_rules(entry.name) or entry.name.startswith("_index."))
            and not entry.is_symlink()
            and entry.is_file()
        ]
        for name in ("hugo", "config"):
            default = folder / "config" / "_default"
            names += [f"config/_default/{entry.name}" for entry in default.glob(f"{name}.*") if entry.is_file()]
    except OSError:
        return []
    return sorted(names)[:_MOST_FILES]
