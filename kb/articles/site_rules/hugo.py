"""Hugo: values that sections and the site hand down (`cascade`), languages and files left out. Zola: sections that are drafts."""

import re
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from kb.articles.front_matter_formats import read_front_matter, split_document
from kb.articles.site_rules.names import HUGO, ZOLA
from kb.articles.site_rules.patterns import Expressions, any_glob, glob_matches
from kb.articles.site_rules.rules import Gift, LeftOut, Matches, Rule
from kb.articles.site_rules.settings import (
    SettingsError,
    SettingsFile,
    Site,
    clean_folder,
    mapping,
    read_text,
    texts,
)
from kb.articles.text import MAX_BYTES, ArticleError
from kb.text.cleaning import normalise_newlines

_SECTION = re.compile(r"_index(?:\.([A-Za-z]{2,3}(?:[-_]\w+)*))?\.\w+$")
_LANGUAGE = re.compile(r".+\.([A-Za-z]{2,3}(?:[-_]\w+)*)\.\w+$")
_WORDS = ("cascade", "headless", "draft", "build")
_TARGETS = ("target", "_target")
_LIVE = ("production", "prod")


def read_rules(site: Site) -> list[Rule]:
    sections = [(path, values) for path, values in _sections(site) if values]
    settings = [(file, values) for file in site.named(*HUGO, *ZOLA) if (values := site.load(file))]
    hugo = [(file, values) for file, values in settings if _is_hugo(file, values)]
    is_hugo = bool(hugo) or any("cascade" in values for _path, values in sections)
    rules: list[Rule] = []
    # What the nearest section says is the strongest.
    for path, values in sorted(sections, key=lambda pair: -_depth(pair[0])):
        if _SECTION.fullmatch(PurePosixPath(path).name):
            rules += [
                Gift(_both(_below(site, path), _targeted(site, block)), _plain(block), path)
                for block in _blocks(values.get("cascade"))
            ]
            if _is_yes(values.get("draft")) and not is_hugo:
                rules.append(LeftOut(_below(site, path), f"the section that it is in is a draft ({path})"))
        elif _is_headless(values):
            folder = PurePosixPath(path).parent.as_posix()
            rules.append(LeftOut(_inside(folder, path), f"it is a part of {path}, which makes no page"))
    for file, values in settings:
        if (file, values) in hugo:
            rules += _rules_of_settings(site, file, values)
        elif globs := texts(values.get("ignored_content")):
            rules.append(
                LeftOut(_both(_content(file, ["content"]), _ignored(file, globs)), f"`ignored_content` in {file.path}")
            )
    return rules


def _ignored(file: SettingsFile, globs: list[str]) -> Matches:
    """Zola asks its globs of paths below the content."""
    matches = any_glob(globs + [f"**/{glob}" for glob in globs])
    return lambda page: matches((file.relative(page) or "").removeprefix("content/"))


def _is_hugo(file: SettingsFile, values: Mapping[str, Any]) -> bool:
    keys = {key.lower() for key in values}
    return file.name.lower().startswith("hugo.") or bool(
        keys
        & {
            "baseurl",
            "cascade",
            "contentdir",
            "languagecode",
            "disablelanguages",
            "disablekinds",
            "buildfuture",
            "ignorefiles",
        }
    )


def _rules_of_settings(site: Site, file: SettingsFile, values: Mapping[str, Any]) -> list[Rule]:
    lower = {key.lower(): value for key, value in values.items()}
    languages = {name: mapping(value) for name, value in mapping(lower.get("languages")).items()}
    folders = [clean_folder(lower.get("contentdir"), "content")]
    folders += [clean_folder(language.get("contentDir"), "") for language in languages.values()]
    content = _content(file, [folder for folder in folders if folder])
    rules: list[Rule] = [
        Gift(_both(content, _targeted(site, block)), _plain(block), file.path)
        for block in _blocks(lower.get("cascade"))
    ]
    off = {name for name, language in languages.items() if _is_yes(language.get("disabled"))}
    off.update(texts(lower.get("disablelanguages")))
    for name in sorted(off):
        rules.append(LeftOut(_both(content, _speaks(name)), f"{file.path} turns the language {name!r} off"))
    expressions = Expressions(texts(lower.get("ignorefiles")))
    if expressions.refused:
        site.note(file, f"`ignoreFiles` has what is not understood: {', '.join(expressions.refused)}")
    if expressions.known:
        rules.append(LeftOut(_both(content, expressions.search), f"`ignoreFiles` in {file.path} leaves it out"))
    return rules


def _content(file: SettingsFile, folders: list[str]) -> Matches:
    def matches(page: str) -> bool:
        path = file.relative(page)
        if path is None and file.below.endswith("config/_default"):
            site = file.below.removesuffix("config/_default").strip("/")
            path = page.removeprefix(f"{site}/") if not site or page.startswith(f"{site}/") else None
        return path is not None and any(path.startswith(f"{folder}/") for folder in folders)

    return matches


def _sections(site: Site) -> list[tuple[str, dict[str, Any]]]:
    """The front matter of sections and bundles, by path."""
    found = [
        (page, _front_matter(site.root / page))
        for page in site.pages
        if PurePosixPath(page).name.lower().startswith(("_index.", "index."))
    ]
    above = [file for file in site.files if file.path.startswith("../") and _SECTION.fullmatch(file.name)]
    return found + [(file.path, _front_matter(file.file)) for file in above]


def _front_matter(path: Path) -> dict[str, Any]:
    """Nothing where it cannot be read: that is said when the file's own turn comes."""
    try:
        text = normalise_newlines(read_text(path, MAX_BYTES))
        if not any(word in text for word in _WORDS):
            return {}
        return {
            key.lower(): value
            for key, value in read_front_matter(split_document(text, path.name), path.name).values.items()
        }
    except (SettingsError, ArticleError):
        return {}


def _blocks(cascade: Any) -> list[dict[str, Any]]:
    """One value or a list of them, each perhaps with a target."""
    blocks = cascade if isinstance(cascade, list) else [cascade]
    return [mapping(block) for block in blocks if isinstance(block, Mapping)]


def _plain(block: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key not in _TARGETS}


def _below(site: Site, section: str) -> Matches:
    """The pages below a section. Those of another language have a section of their own, or else this one."""
    pure = PurePosixPath(section)
    folder = "" if section.startswith("../") or pure.parent.as_posix() == "." else f"{pure.parent.as_posix()}/"
    found = _SECTION.fullmatch(pure.name)
    language = found[1] if found else None
    names = (name for page in site.pages if (name := _name_in(page, folder)).startswith("_index."))
    siblings = {other[1] for name in names if (other := _SECTION.fullmatch(name))}

    def matches(page: str) -> bool:
        if page == section or not page.startswith(folder):
            return False
        spoken = _LANGUAGE.fullmatch(PurePosixPath(page).name)
        mine = spoken[1] if spoken else None
        return mine == language if language or mine in siblings else True

    return matches


def _name_in(page: str, folder: str) -> str:
    """The name of a page that is in this very folder (its path with a slash at the end); "" for any other."""
    name = page[len(folder) :] if page.startswith(folder) else ""
    return "" if "/" in name else name


def _inside(folder: str, index: str) -> Matches:
    return lambda page: page != index and page.startswith("" if folder == "." else f"{folder}/")


def _both(first: Matches, second: Matches) -> Matches:
    return lambda page: first(page) and second(page)


def _speaks(language: str) -> Matches:
    wanted = language.lower()

    def matches(page: str) -> bool:
        pure = PurePosixPath(page)
        spoken = _LANGUAGE.fullmatch(pure.name)
        return (spoken is not None and spoken[1].lower() == wanted) or wanted in {
            part.lower() for part in pure.parent.parts
        }

    return matches


def _targeted(site: Site, block: Mapping[str, Any]) -> Matches:
    target = next((mapping(block[key]) for key in _TARGETS if isinstance(block.get(key), Mapping)), {})
    lower = {key.lower(): str(value) for key, value in target.items() if isinstance(value, str)}

    def matches(page: str) -> bool:
        logical, kind = _logical(page, site.languages)
        if "environment" in lower and not any(glob_matches(lower["environment"], name) for name in _LIVE):
            return False
        if "kind" in lower and not glob_matches(lower["kind"], kind):
            return False
        if "lang" in lower and not any(_speaks(name)(page) for name in re.findall(r"[\w-]+", lower["lang"])):
            spoken = _LANGUAGE.fullmatch(PurePosixPath(page).name)
            if spoken is not None or not glob_matches(lower["lang"], (site.languages or ("en",))[0]):
                return False
        return "path" not in lower or _path_matches(lower["path"], logical)

    return matches


def _path_matches(pattern: str, logical: str) -> bool:
    # Hugo's `/s1**` is everything whose path begins so.
    widened = re.sub(r"([^/*])\*\*", r"\1{*,*/**}", pattern)
    return glob_matches(widened, logical, ignore_case=True)


def _logical(page: str, languages: tuple[str, ...]) -> tuple[str, str]:
    """The path of a page within the site, and its kind."""
    pure = PurePosixPath(page)
    parts = list(pure.parent.parts)
    if "content" in parts:
        del parts[: parts.index("content") + 1]
    if parts and parts[0] in languages:
        del parts[0]
    name = pure.stem
    if (found := _LANGUAGE.fullmatch(pure.name)) is not None:
        name = name.removesuffix(f".{found[1]}")
    if name == "_index":
        return "/" + "/".join(parts), "section" if parts else "home"
    if name != "index":
        parts.append(name)
    return ("/" + "/".join(parts)).replace(" ", "-"), "page"


def _is_headless(values: Mapping[str, Any]) -> bool:
    build = mapping(values.get("build", values.get("_build")))
    return _is_yes(values.get("headless")) or str(build.get("render", "")).lower() in {"never", "false"}


def _is_yes(value: Any) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() in {"true", "yes", "on", "1"})


def _depth(path: str) -> int:
    return -path.count("../") if path.startswith("../") else path.count("/")
