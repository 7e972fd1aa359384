"""Rules of a site: values that pages inherit, and pages that it leaves out. Each knows the file that says so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kb.articles.inherited import NO_RULES, Inherited, PageRules
from kb.articles.publication import about_publication

Matches = Callable[[str], bool]  # of a page's path, relative to the synchronised folder


@dataclass(frozen=True)
class Gift:
    """Values for every page that matches. Of two rules the one that comes first in a list is the stronger."""

    matches: Matches
    values: Mapping[str, Any]
    place: str


@dataclass(frozen=True)
class LeftOut:
    """Pages that the site does not show."""

    matches: Matches
    reason: str


Rule = Gift | LeftOut


def rules_of_page(rules: list[Rule], path: str) -> PageRules:
    """All that the rules say of the page at `path`."""
    values: dict[str, Inherited] = {}
    reasons: dict[str, None] = {}
    for rule in rules:
        if not rule.matches(path):
            continue
        if isinstance(rule, LeftOut):
            reasons[rule.reason] = None
            continue
        for key, value in about_publication(rule.values).items():
            values.setdefault(key, Inherited(value, rule.place))
    return PageRules(values, tuple(reasons)) if values or reasons else NO_RULES
