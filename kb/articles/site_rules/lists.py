"""Sites whose pages are those of a list: GitBook, mdBook, Mintlify, Obsidian Publish; Sphinx, which lists what is left out."""

import ast
import posixpath
import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from kb.articles.rendering import links_of
from kb.articles.site_rules.names import MINTLIFY, OBSIDIAN, SPHINX
from kb.articles.site_rules.patterns import git_patterns, glob_matches
from kb.articles.site_rules.rules import Gift, LeftOut, Matches, Rule
from kb.articles.site_rules.settings import SettingsFile, Site, clean_folder, mapping, texts

_LIST_LINE = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+\[|\s*#|\s*\[|\s*-{3,}\s*$|\s*\*{3,}\s*$|\s*<!--|\s*$")
_FRONT = ("readme.md", "index.md", "summary.md", "glossary.md", "langs.md")
_MOST_DEPTH = 60


def read_rules(site: Site) -> list[Rule]:
    rules: list[Rule] = []
    for file in _summaries(site):
        rules += _rules_of_summary(site, file)
    for file in site.named(*MINTLIFY):
        rules += _rules_of_mintlify(site, file)
    for file in site.named(*OBSIDIAN):
        if PurePosixPath(file.path).parent.name == ".obsidian":
            rules += _rules_of_obsidian(site, file)
    for file in site.named(*SPHINX):
        rules += _rules_of_sphinx(site, file)
    return rules


def _summaries(site: Site) -> list[SettingsFile]:
    """`SUMMARY.md` in these letters, or what GitBook's and mdBook's settings name instead."""
    named = {file.path for file in site.named("summary.md") if file.name == "SUMMARY.md"}
    for file in site.named(".gitbook.yaml", ".gitbook.yml", "book.json"):
        values = site.load(file)
        summary = mapping(values.get("structure")).get("summary")
        if isinstance(summary, str):
            folder = clean_folder(values.get("root"), "")
            named.add(posixpath.normpath(posixpath.join(posixpath.dirname(file.path), folder, summary.lstrip("/"))))
    return [file for file in site.files if file.path in named]


def _rules_of_summary(site: Site, file: SettingsFile) -> list[Rule]:
    text = site.text(file)
    lines = [line for line in text.split("\n") if line.strip()]
    if sum(_LIST_LINE.match(line) is not None for line in lines) < 0.9 * len(lines):
        return []  # a text that is called so
    listed = {unquote(link).lstrip("/") for link in links_of(text)}
    names = {posixpath.normpath(name) for name in listed}
    names |= {posixpath.join(name, "README.md") for name in names}
    own = [path for page in site.pages if (path := file.relative(page)) is not None]
    if not any(path in names and path.lower() not in _FRONT for path in own):
        if any(path.lower() not in _FRONT for path in own):
            site.note(file, "leads to none of the pages here, so it is not taken for the list of what is public")
        return []
    unlisted = file.matches(lambda path: path not in names and path.lower() not in _FRONT)
    return [LeftOut(unlisted, f"it is not in {file.path}, which lists the pages of the site")]


def _rules_of_mintlify(site: Site, file: SettingsFile) -> list[Rule]:
    if file.name.lower() == ".mintignore":
        return [LeftOut(_ignores(site, file, site.text(file).split("\n")), f"{file.path} leaves it out")]
    values = site.load(file)
    indexing = mapping(values.get("seo")).get("indexing", "")
    if "navigation" not in values or str(indexing).lower() == "all":
        return []
    listed = {_stem(name) for name in _shown(values["navigation"], 0)}
    if not any((path := file.relative(page)) is not None and _stem(path) in listed for page in site.pages):
        return []
    unlisted = file.matches(lambda path: _stem(path) not in listed)
    return [LeftOut(unlisted, f"the navigation in {file.path} does not show it")]


def _stem(path: str) -> str:
    path = path.strip("/")
    return re.sub(r"\.mdx?$", "", path, flags=re.IGNORECASE)


def _shown(navigation: Any, depth: int) -> Iterable[str]:
    """All texts of a navigation that are not within something hidden: its pages are among them."""
    if isinstance(navigation, str):
        yield navigation
    elif depth < _MOST_DEPTH and isinstance(navigation, list):
        for entry in navigation:
            yield from _shown(entry, depth + 1)
    elif depth < _MOST_DEPTH and isinstance(navigation, Mapping) and navigation.get("hidden") is not True:
        for entry in navigation.values():
            yield from _shown(entry, depth + 1)


def _rules_of_obsidian(site: Site, file: SettingsFile) -> list[Rule]:
    """Obsidian Publish: folders that are never published, and those that are without asking; other notes are picked by hand."""
    values = site.load(file)
    vault = SettingsFile(file.path, file.file, file.base, file.below.removesuffix(".obsidian").rstrip("/"))

    def within(folders: list[str]) -> Matches:
        return vault.matches(lambda path: any(path == folder or path.startswith(f"{folder}/") for folder in folders))

    rules: list[Rule] = []
    excluded = [clean_folder(folder, "") for folder in texts(values.get("excluded"))]
    included = [folder for name in texts(values.get("included")) if (folder := clean_folder(name, ""))]
    if excluded := [folder for folder in excluded if folder]:
        rules.append(LeftOut(within(excluded), f"`excluded` in {file.path} leaves it out"))
    if included:
        inside = within(included)
        # A note elsewhere is published if it says so itself.
        rules.append(
            Gift(lambda page: vault.relative(page) is not None and not inside(page), {"publish": False}, file.path)
        )
    return rules


def _rules_of_sphinx(site: Site, file: SettingsFile) -> list[Rule]:
    """A list of words after `exclude_patterns`; the program itself is not run."""
    text = site.text(file)
    if "exclude_patterns" not in text:
        return []
    patterns: list[str] = []
    try:
        for node in ast.parse(text).body:
            if isinstance(node, ast.Assign) and any(
                getattr(name, "id", "") == "exclude_patterns" for name in node.targets
            ):
                patterns = texts(ast.literal_eval(node.value))
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        site.note(
            file, "`exclude_patterns` is no plain list of words; the program is not run, so look at what became public"
        )
    if not patterns:
        return []

    def matches(path: str) -> bool:
        parts = [path[:at] for at, letter in enumerate(path) if letter == "/"]
        return any(glob_matches(pattern, part) for pattern in patterns[:1000] for part in (*parts, path))

    return [LeftOut(file.matches(matches), f"`exclude_patterns` in {file.path} leaves it out")]


def _ignores(site: Site, file: SettingsFile, lines: list[str]) -> Matches:
    match, refused = git_patterns(lines)
    if refused:
        site.note(file, f"has what is not understood: {', '.join(refused)}")
    return file.matches(match)
