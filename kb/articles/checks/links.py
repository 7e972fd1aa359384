"""Links that lead nowhere, to where the reader may not go, or back to where they are."""

from collections.abc import Mapping
from typing import Protocol

import regex

from kb.articles.checks.finding import Finding
from kb.articles.checks.prose import LONGEST, without_code
from kb.articles.dialects.inline import WIKI_SCHEME

MOST = 12
_ANCHOR = regex.compile(r"(?<!!)\[[^\]\n]{1,500}\]\(#(?P<anchor>[^()\s]{1,300})\)")
_EMPTY = regex.compile(r"(?<!!)\[(?P<words>[^\]\n]{1,500})\]\((?:\s*|#|\.\.\.|…|TODO|TBD)\)", regex.IGNORECASE)


class Target(Protocol):
    """An article that a link leads to."""

    @property
    def id(self) -> int: ...
    @property
    def is_public(self) -> bool: ...


def faulty_links(
    body: str, hrefs: list[str], targets: Mapping[str, Target], anchors: frozenset[str], *, own_id: int, audience: str
) -> list[Finding]:
    """hrefs: of all links to articles as they were written; targets: of those that lead to one; anchors: of the text's own
    headings."""
    source = without_code(body[:LONGEST])
    found = []
    for href in hrefs:
        target, name = targets.get(href), href.removeprefix(WIKI_SCHEME)
        kind = ""
        if target is None:
            kind = "link_nowhere"
        elif target.id == own_id:
            kind = "link_to_itself"
        elif audience == "public" and not target.is_public:
            kind = "link_not_public"
        if kind:
            at = max(source.find(name), 0)
            found.append(
                Finding(kind, "body", at, at + len(name) if source.startswith(name, at) else at, {"link": name})
            )
    for match in _ANCHOR.finditer(source):
        if match["anchor"] not in anchors:
            found.append(
                Finding("link_no_heading", "body", match.start(), match.end(), {"link": f"#{match['anchor']}"})
            )
    for match in _EMPTY.finditer(source):
        found.append(Finding("link_empty", "body", match.start(), match.end(), {"link": match["words"]}))
    return found[:MOST]
