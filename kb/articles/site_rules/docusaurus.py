"""Docusaurus: `exclude` of its documents, blog and pages. Of settings that are a program the lists of words are read."""

import re
from collections.abc import Mapping
from typing import Any

from kb.articles.site_rules.names import DOCUSAURUS
from kb.articles.site_rules.patterns import any_glob
from kb.articles.site_rules.rules import LeftOut, Matches, Rule
from kb.articles.site_rules.settings import SettingsFile, Site, clean_folder, mapping, texts, without_comments

_ALWAYS = ("**/_*", "**/_*/**", "**/*.test.*", "**/__tests__/**")
_KINDS = {"docs": "docs", "blog": "blog", "pages": "src/pages"}
_DATA = (".json", ".yml", ".yaml")
_LIST = re.compile(r"\bexclude['\"]?\s*:\s*\[([^\[\]]{0,5000})\]")
_PATH = re.compile(r"\bpath['\"]?\s*:\s*(['\"`])([^'\"`\n]{1,200})\1")
_WORD = re.compile(r"'([^'\n]*)'|\"([^\"\n]*)\"|`([^`$\n]*)`")
# Copies of the documents: of versions, and in other languages.
_COPIES = re.compile(
    r"(?:(?:\w+_)?versioned_docs/version-[^/]+|i18n/[^/]+/docusaurus-plugin-content-[^/]+(?:/(?:current|version-[^/]+))?)/"
)


def read_rules(site: Site) -> list[Rule]:
    rules: list[Rule] = []
    for file in site.named(*DOCUSAURUS):
        if file.name.lower().endswith(_DATA):
            parts = _parts(site.load(file))
        else:
            text = site.text(file)
            parts = _parts_of_program(text)
            if re.search(r"\bexclude\b", text):
                reason = "is a program, which is not run: only lists of words after `exclude` are followed"
                site.note(file, reason)
        for folder, globs in parts:
            rules.append(LeftOut(_within(file, folder, [*_ALWAYS, *globs]), f"`exclude` in {file.path} leaves it out"))
    return rules


def _parts(values: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """The folders of content with their patterns."""
    parts: dict[str, list[str]] = {folder: [] for folder in _KINDS.values()}
    for options in _options(values):
        for kind, folder in _KINDS.items():
            found = mapping(options.get(kind)) if kind in options else options if options.get("kind") == kind else {}
            if found:
                folder = clean_folder(found.get("path"), folder)
                parts.setdefault(folder, []).extend(texts(found.get("exclude")))
    return list(parts.items())


def _options(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Those of presets and of plugins; a plugin is named with what it reads."""
    found: list[dict[str, Any]] = []
    for key in ("presets", "plugins"):
        entries = values.get(key)
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, list) and len(entry) > 1 and isinstance(entry[1], Mapping):
                kind = str(entry[0]).rpartition("plugin-content-")[2] if "plugin-content-" in str(entry[0]) else ""
                found.append({**mapping(entry[1]), "kind": kind})
    return found


def _parts_of_program(text: str) -> list[tuple[str, list[str]]]:
    text = without_comments(text)
    globs = ["".join(word) for found in _LIST.findall(text) for word in _WORD.findall(found)]
    folders = [clean_folder(found[1], "") for found in _PATH.findall(text)]
    return [(folder, globs) for folder in dict.fromkeys((*_KINDS.values(), *folders)) if folder and ":" not in folder]


def _within(file: SettingsFile, folder: str, globs: list[str]) -> Matches:
    match = any_glob(globs)

    def matches(page: str) -> bool:
        path = file.relative(page)
        if path is None:
            return False
        copy = _COPIES.match(path)
        start = copy.end() if copy and folder == "docs" else len(folder) + 1 if path.startswith(f"{folder}/") else 0
        return start > 0 and match(path[start:])

    return matches
