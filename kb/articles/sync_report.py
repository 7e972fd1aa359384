"""What a sync did."""

from dataclasses import dataclass, field
from typing import Any

from kb.core.errors import Rejection

_PATHS = ("created", "updated", "written", "unchanged", "archived")


@dataclass(frozen=True)
class Notice(Rejection):
    """Something to know about a file that went in. `kind` groups notices of the same sort for a summary."""

    kind: str = "other"


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

    def counts(self) -> dict[str, int]:
        """How many of each, rejected files once."""
        counts = {name: len(getattr(self, name)) for name in (*_PATHS, "conflicts", "warnings")}
        return {**counts, "rejected": len({rejection.path for rejection in self.rejected})}

    def kinds(self) -> dict[str, list[Rejection]]:
        """The warnings by kind, the most frequent first."""
        kinds: dict[str, list[Rejection]] = {}
        for warning in self.warnings:
            kinds.setdefault(getattr(warning, "kind", "other"), []).append(warning)
        return dict(sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0])))

    def to_json(self) -> dict[str, Any]:
        paths = {name: getattr(self, name) for name in _PATHS}
        lines = {name: [vars(line) for line in getattr(self, name)] for name in ("conflicts", "rejected", "warnings")}
        return {**paths, **lines}
