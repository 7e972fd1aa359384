"""Gaps: searches that nothing answered, grouped by likeness, so that a trainer sees what to write."""

from kb.gaps.listing import GapSummary, list_gaps, misses_of, set_gap_state
from kb.gaps.misses import collect_misses

__all__ = ["GapSummary", "collect_misses", "list_gaps", "misses_of", "set_gap_state"]
