"""Gaps: searches that nothing answered, grouped by likeness, so that a trainer sees what to write."""

from kb.insight.gaps.explaining import explain_gaps
from kb.insight.gaps.listing import GapSummary, list_gaps, misses_of, set_gap_state
from kb.insight.gaps.misses import collect_misses
from kb.insight.gaps.reasons import explain_miss

__all__ = ["GapSummary", "collect_misses", "explain_gaps", "explain_miss", "list_gaps", "misses_of", "set_gap_state"]
