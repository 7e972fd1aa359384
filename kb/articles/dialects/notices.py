"""What could not be shown as its author meant it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Notice:
    """`kind` groups notices for a summary ("shortcode", "component"); `line` (1-based) is that of the body."""

    line: int
    kind: str
    what: str
