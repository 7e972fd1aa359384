"""Gaps: searches that nothing answered, grouped by similarity, so that a trainer sees what to write."""

from kb.insight.gaps.explaining import explain_gaps, has_unexplained
from kb.insight.gaps.listing import GapSummary, count_gaps, list_gaps, misses_of, set_gap_state
from kb.insight.gaps.misses import collect_misses, has_something_new
from kb.insight.gaps.reasons import explain_miss

__all__ = [
    "GapSummary",
    "collect_misses",
    "count_gaps",
    "explain_gaps",
    "explain_miss",
    "has_something_new",
    "has_unexplained",
    "list_gaps",
    "misses_of",
    "set_gap_state",
]
