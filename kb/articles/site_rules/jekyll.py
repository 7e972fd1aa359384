"""Jekyll's `_config.yml`: defaults for front matter, files that are excluded, collections that make no pages."""

from collections.abc import Mapping
from typing import Any

from kb.articles.site_rules.names import JEKYLL
from kb.articles.site_rules.patterns import glob_matches, name_matches
from kb.articles.site_rules.rules import Gift, LeftOut, Matches, Rule
from kb.articles.site_rules.settings import SettingsFile, Site, clean_folder, mapping, texts

# Jekyll's own; Jupyter Book's and Hexo's in a file of the same name.
_EXCLUDES = ("exclude", "exclude_patterns", "skip_render", "ignore")
_TYPES = {"page": "pages", "post": "posts", "draft": "drafts"}
_MOST = 1000


def read_rules(site: Site) -> list[Rule]:
    rules: list[Rule] = []
    for file in site.named(*JEKYLL):
        values = site.load(file)
        source = clean_folder(values.get("source"), "")
        rules += _excluded(file, values, source)
        rules += _collections(file, values, source)
        rules += _defaults(file, values, source)
    return rules


def _excluded(file: SettingsFile, values: Mapping[str, Any], source: str) -> list[Rule]:
    included = [entry.strip("/") for entry in texts(values.get("include"))][:_MOST]

    def rule(key: str, patterns: list[str]) -> LeftOut:
        def matches(page: str) -> bool:
            path = file.relative(page, source)
            if path is None:
                return False
            beginnings = [path[: at + 1] for at, letter in enumerate(path) if letter == "/"] + [path]
            found = next((part for part in beginnings if any(_is_excluded(entry, part) for entry in patterns)), None)
            return found is not None and not any(_is_included(entry, found) for entry in included)

        return LeftOut(matches, f"`{key}` in {file.path} leaves it out")

    lists = {key: [entry for entry in texts(values.get(key)) if entry.strip("/ .")][:_MOST] for key in _EXCLUDES}
    return [rule(key, patterns) for key, patterns in lists.items() if patterns]


def _is_excluded(entry: str, path: str) -> bool:
    """As Jekyll compares: a pattern in which `*` goes over folders too, or the beginning of a path."""
    entry = entry.removeprefix("./").removeprefix("/")
    name = path.rstrip("/")
    return name_matches(entry.rstrip("/"), name) or path.startswith(entry) or glob_matches(entry, name)


def _is_included(entry: str, path: str) -> bool:
    name = path.rstrip("/")
    return name_matches(entry, name) or name == entry or name.startswith(f"{entry}/")


def _collections(file: SettingsFile, values: Mapping[str, Any], source: str) -> list[Rule]:
    given = values.get("collections")
    collections = {name: {} for name in texts(given)} if isinstance(given, list) else mapping(given)
    folder = clean_folder(values.get("collections_dir"), "")

    def rule(name: str) -> LeftOut:
        start = f"{folder}/_{name}/".lstrip("/")
        return LeftOut(
            lambda page: (file.relative(page, source) or "").startswith(start),
            f"the collection {name!r} makes no pages (`output` in {file.path})",
        )

    return [
        rule(name)
        for name, options in collections.items()
        if name not in {"posts", "drafts"} and str(mapping(options).get("output", "")).lower() != "true"
    ]


def _defaults(file: SettingsFile, values: Mapping[str, Any], source: str) -> list[Rule]:
    """The longest path goes first, then what names a type, then what stands later."""
    folder = clean_folder(values.get("collections_dir"), "")
    names = mapping(values.get("collections")) or dict.fromkeys(texts(values.get("collections")))
    given = values.get("defaults")
    found: list[tuple[tuple[int, bool, int], Gift]] = []
    for number, entry in enumerate((given if isinstance(given, list) else [])[:_MOST]):
        scope, default = mapping(mapping(entry).get("scope")), mapping(mapping(entry).get("values"))
        path = clean_folder(scope.get("path"), "")
        kind = str(scope.get("type") or "").lower()
        kind = _TYPES.get(kind, kind)
        if default:
            gift = Gift(_in_scope(file, source, folder, path, kind, frozenset(names)), default, file.path)
            found.append(((len(path), bool(kind), number), gift))
    return [gift for _order, gift in sorted(found, key=lambda pair: pair[0], reverse=True)]


def _in_scope(
    file: SettingsFile, source: str, folder: str, wanted: str, kind: str, collections: frozenset[str]
) -> Matches:
    wanted = wanted.removeprefix(f"{folder}/") if folder else wanted

    def matches(page: str) -> bool:
        path = file.relative(page, source)
        if path is None:
            return False
        path = path.removeprefix(f"{folder}/") if folder else path
        if kind and kind != _kind_of(path, collections):
            return False
        if any(mark in wanted for mark in "*?[{"):
            parents = [path[:at] for at, letter in enumerate(path) if letter == "/"]
            return any(glob_matches(wanted, part) for part in (*parents, path))
        return not wanted or path.startswith(wanted)

    return matches


def _kind_of(path: str, collections: frozenset[str]) -> str:
    for folder in path.split("/")[:-1]:
        if folder in {"_posts", "_drafts"} or (folder.startswith("_") and folder[1:] in collections):
            return folder[1:]
    return "pages"
