"""Patterns of paths as generators have them. Each takes bounded time on any path."""

import fnmatch
import re
import warnings
from collections.abc import Callable, Iterable
from functools import lru_cache

import pathspec
import regex

from kb.articles.site_rules.rules import Matches

_MOST = 1000  # patterns of one list
_LONGEST = 500  # characters of one
_MOST_CHOICES = 64  # that `{a,b}` stand for
_SECONDS = 0.05


def glob_matches(pattern: str, path: str, *, ignore_case: bool = False) -> bool:
    """Whether a whole path matches: `*` within a name, `**` any number of folders, `?`, `[a-z]`, `{a,b}`."""
    if len(pattern) > _LONGEST:
        return False
    if ignore_case:
        pattern, path = pattern.lower(), path.lower()
    names = path.strip("/").split("/")
    return any(_match_names(choice.strip("/").split("/"), names) for choice in _choices(pattern))


def _match_names(wanted: list[str], names: list[str]) -> bool:
    """Which beginnings of `wanted` reach each name: time grows with the product of the lengths."""
    reached = {0}
    for name in names:
        reached = _over_stars(reached, wanted)
        following = {at for at in reached if at < len(wanted) and wanted[at] == "**"}
        following |= {at + 1 for at in reached if at < len(wanted) and _match_name(wanted[at], name)}
        reached = following
        if not reached:
            return False
    return len(wanted) in _over_stars(reached, wanted)


def _over_stars(reached: set[int], wanted: list[str]) -> set[int]:
    """`**` stands for no folder too."""
    found = set(reached)
    for at in sorted(reached):
        while at < len(wanted) and wanted[at] == "**":
            at += 1
            found.add(at)
    return found


def _match_name(wanted: str, name: str) -> bool:
    if wanted == "**":
        return False
    return name_matches(re.sub(r"\*{2,}", "*", wanted).replace("[^", "[!"), name)


def name_matches(pattern: str, name: str) -> bool:
    """Whether the whole of a text matches: `*` for anything, `?`, `[a-z]`."""
    return _name_pattern(pattern[:_LONGEST]).match(name) is not None


@lru_cache(maxsize=4096)
def _name_pattern(pattern: str) -> re.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # `[[a]` means what it always did
        return re.compile(fnmatch.translate(pattern))


def _choices(pattern: str) -> list[str]:
    """`a{b,c}` as `ab` and `ac`."""
    waiting = [pattern]
    done: list[str] = []
    while waiting and len(done) + len(waiting) <= _MOST_CHOICES:
        text = waiting.pop()
        found = re.search(r"\{([^{}]*)\}", text)
        if found is None:
            done.append(text)
        else:
            waiting += [text[: found.start()] + part + text[found.end() :] for part in found[1].split(",")]
    return done


def git_patterns(lines: Iterable[str]) -> tuple[Callable[[str], bool], list[str]]:
    """Patterns as in `.gitignore`, and those that cannot be read."""
    kept, refused = [], []
    for line in list(lines)[:_MOST]:
        line = line.strip("\r\n")
        try:
            if len(line) > _LONGEST or line.count("*") > 12:
                raise ValueError
            _git_spec([line])
            kept.append(line)
        except (ValueError, re.error):
            refused.append(line[:80])
    return _git_spec(kept).match_file, refused


def _git_spec(lines: list[str]) -> pathspec.GitIgnoreSpec:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return pathspec.GitIgnoreSpec.from_lines(lines)


def any_glob(patterns: Iterable[str]) -> Matches:
    """Whether one of the globs matches the path."""
    known = list(patterns)[:_MOST]
    return lambda path: any(glob_matches(pattern, path) for pattern in known)


class Expressions:
    """Regular expressions of the site, searched for in a path. After one that takes too long everything is said to match."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self.refused: list[str] = []
        self.known: list[regex.Pattern[str]] = []
        self.given_up = False
        for pattern in list(patterns)[:_MOST]:
            try:
                if len(pattern) > _LONGEST:
                    raise ValueError
                self.known.append(regex.compile(pattern))
            except (regex.error, ValueError, RecursionError, OverflowError):
                self.refused.append(pattern[:80])

    def search(self, path: str) -> bool:
        try:
            return self.given_up or any(pattern.search(path, timeout=_SECONDS) for pattern in self.known)
        except TimeoutError:
            self.given_up = True
            return True
