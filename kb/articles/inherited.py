"""What other files of a site say of one page: values that its front matter lacks, and reasons why it is not public."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kb.articles.text import hash_bytes


@dataclass(frozen=True)
class Inherited:
    """A value for front matter that does not have the key, and the file that gives it."""

    value: Any
    place: str


@dataclass(frozen=True)
class PageRules:
    """`values` by key, `reasons` why the page is not public whatever it says itself."""

    values: Mapping[str, Inherited]
    reasons: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """Differs where the rules differ; "" where there are none."""
        if not self.values and not self.reasons:
            return ""
        values = {key: [found.value, found.place] for key, found in self.values.items()}
        return hash_bytes(json.dumps([values, self.reasons], sort_keys=True, default=str).encode())


NO_RULES = PageRules({})
