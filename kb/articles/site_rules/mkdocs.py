"""MkDocs: `draft_docs`, `exclude_docs`, the plugin `exclude`, and the values of a folder's `.meta.yml` (Material)."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from kb.articles.site_rules.names import MATERIAL_META, MKDOCS
from kb.articles.site_rules.patterns import Expressions, git_patterns
from kb.articles.site_rules.rules import Gift, LeftOut, Rule
from kb.articles.site_rules.settings import (
    SettingsError,
    SettingsFile,
    Site,
    clean_folder,
    load_settings,
    mapping,
    texts,
)

# What MkDocs leaves out if nobody says otherwise. `not_in_nav` only keeps pages out of the menu: they are public.
_ALWAYS = ("/templates/",)


def read_rules(site: Site) -> list[Rule]:
    rules: list[Rule] = []
    for file in site.named(*MKDOCS):
        values = _with_base(site, file)
        folder = clean_folder(values.get("docs_dir"), "docs")
        for key, always in (("exclude_docs", _ALWAYS), ("draft_docs", ())):
            lines = [*always, *texts(values.get(key), lines=True)]
            if lines:
                rules.append(_git_rule(site, file, folder, key, lines))
        rules += _plugin_rules(site, file, folder, values.get("plugins"))
    # The nearest folder is the strongest.
    for file in sorted(site.named(*MATERIAL_META), key=lambda file: -file.path.count("/")):
        rules.append(Gift(lambda page, file=file: file.relative(page) is not None, site.load(file), file.path))  # type: ignore[misc]
    return rules


def _with_base(site: Site, file: SettingsFile) -> dict[str, Any]:
    """The settings over those that they inherit."""
    values = site.load(file)
    for _ in range(3):
        name = values.pop("INHERIT", None)
        if (
            not isinstance(name, str)
            or PurePosixPath(name).is_absolute()
            or PurePosixPath(name).suffix not in {".yml", ".yaml"}
        ):
            break
        base = SettingsFile(name, file.file.parent / name, file.base, file.below)
        try:
            values = {**load_settings(base), **values}
        except SettingsError as error:
            site.note(file, f"inherits {name}, which {error}; its rules are not known")
    return values


def _git_rule(site: Site, file: SettingsFile, folder: str, key: str, lines: list[str]) -> LeftOut:
    match, refused = git_patterns(lines)
    if refused:
        site.note(file, f"`{key}` has what is not understood: {', '.join(refused)}")
    return LeftOut(file.matches(match, folder), f"`{key}` in {file.path} leaves it out")


def _plugin_rules(site: Site, file: SettingsFile, folder: str, plugins: Any) -> list[Rule]:
    """The plugin mkdocs-exclude: globs in which `*` goes over folders, and regular expressions."""
    named: list[Mapping[str, Any]] = (
        [mapping(entry) for entry in plugins] if isinstance(plugins, list) else [mapping(plugins)]
    )
    options = next((mapping(entry["exclude"]) for entry in named if "exclude" in entry), {})
    globs = [f"/{glob.lstrip('/')}" if "/" in glob.rstrip("/") else glob for glob in texts(options.get("glob"))]
    rules: list[Rule] = []
    if globs:
        rules.append(_git_rule(site, file, folder, "plugins: exclude", globs))
    expressions = Expressions(f"^(?:{pattern})" for pattern in texts(options.get("regex")))
    if expressions.refused:
        site.note(file, f"the plugin `exclude` has what is not understood: {', '.join(expressions.refused)}")
    if expressions.known:
        rules.append(
            LeftOut(file.matches(expressions.search, folder), f"`plugins: exclude` in {file.path} leaves it out")
        )
    return rules
