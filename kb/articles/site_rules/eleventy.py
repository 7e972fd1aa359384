"""Eleventy: the data of folders and pages (`posts/posts.json`, `posts.11tydata.json`), and what is ignored."""

import re
from pathlib import PurePosixPath
from typing import Any

from kb.articles.site_rules.names import DATA_ENDINGS, ELEVENTY, stem_of
from kb.articles.site_rules.patterns import git_patterns
from kb.articles.site_rules.rules import Gift, LeftOut, Matches, Rule
from kb.articles.site_rules.settings import SettingsFile, Site, without_comments

_PROGRAMS = (".js", ".mjs", ".cjs", ".ts")
# Of a program only what stands in it so plainly is taken.
_SAID = re.compile(
    r"\b(draft|published|permalink|eleventyExcludeFromCollections|hidden|private|unlisted)['\"]?\s*:\s*(true|false)\b"
)
_IGNORED = re.compile(r"\bignores\.add\(\s*(['\"`])([^'\"`\n$]{1,300})\1\s*\)")


def read_rules(site: Site) -> list[Rule]:
    rules: list[Rule] = []
    pages = {str(PurePosixPath(page).with_suffix("")) for page in site.pages}
    gifts: list[tuple[tuple[bool, int, bool], Gift]] = []
    for file in site.files:
        if file.name.lower() in ELEVENTY:
            rules += _ignored(site, file)
        elif (of_page := _is_of_page(file, pages)) or _is_of_folder(file):
            values = _values(site, file)
            if values:
                own = file.name.lower().endswith(DATA_ENDINGS)
                matches = _page_of(file) if of_page else _folder_of(file)
                gifts.append(
                    (
                        (of_page, file.path.count("/") * (-1) ** file.path.startswith("../"), own),
                        Gift(matches, values, file.path),
                    )
                )
    # A page's own data, then the nearest folder's.
    return rules + [gift for _order, gift in sorted(gifts, key=lambda pair: pair[0], reverse=True)]


def _is_data(file: SettingsFile) -> bool:
    return file.name.lower().endswith((*DATA_ENDINGS, ".json"))


def _is_of_page(file: SettingsFile, pages: set[str]) -> bool:
    if not _is_data(file) or file.path.startswith("../"):
        return False
    return str(PurePosixPath(file.path).with_name(stem_of(file.name))) in pages


def _is_of_folder(file: SettingsFile) -> bool:
    return _is_data(file) and file.file.parent.name == stem_of(file.name)


def _page_of(file: SettingsFile) -> Matches:
    stem = str(PurePosixPath(file.path).with_name(stem_of(file.name)))
    return lambda page: str(PurePosixPath(page).with_suffix("")) == stem


def _folder_of(file: SettingsFile) -> Matches:
    return lambda page: file.relative(page) is not None


def _values(site: Site, file: SettingsFile) -> dict[str, Any]:
    if not file.name.lower().endswith(_PROGRAMS):
        return site.load(file)
    text = without_comments(site.text(file))
    return {name: value == "true" for name, value in _SAID.findall(text)}


def _ignored(site: Site, file: SettingsFile) -> list[Rule]:
    text = site.text(file)
    if file.name.lower() == ".eleventyignore":
        lines = text.split("\n")
    else:
        lines = [found[1] for found in _IGNORED.findall(without_comments(text))]
        if "ignores.add" in text and len(lines) < text.count("ignores.add"):
            site.note(file, "is a program, which is not run: only words in `ignores.add(…)` are followed")
    match, refused = git_patterns(lines)
    if refused:
        site.note(file, f"has what is not understood: {', '.join(refused)}")
    if not any(line.strip() for line in lines):
        return []
    return [LeftOut(file.matches(match), f"{file.path} leaves it out")]
