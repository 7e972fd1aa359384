"""What a sync did."""

from dataclasses import dataclass, field
from typing import Any

from kb.core.errors import Rejection


@dataclass
class SyncReport:
    """What a sync did, by path relative to the folder. `written` are files, `created` and `updated` are articles."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    archived: list[str] = field(default_factory=list)
    conflicts: list[Rejection] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    warnings: list[Rejection] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything went in."""
        return not self.conflicts and not self.rejected

    def to_json(self) -> dict[str, Any]:
        paths = {name: getattr(self, name) for name in ("created", "updated", "written", "unchanged", "archived")}
        lines = {name: [vars(line) for line in getattr(self, name)] for name in ("conflicts", "rejected", "warnings")}
        return {**paths, **lines}
