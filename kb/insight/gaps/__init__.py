"""Gaps: searches that nothing answered, grouped by similarity, so that a trainer sees what to write."""

from kb.insight.gaps.costs import count_costs
from kb.insight.gaps.editing import change_state
from kb.insight.gaps.explaining import explain_gaps, has_unexplained
from kb.insight.gaps.filling import begin_article, draft_from_tickets, link_article, publish_article, start_translation
from kb.insight.gaps.fills import fills_to_prove
from kb.insight.gaps.listing import GapFilter, GapSummary, board_of_gaps, count_gaps, list_gaps, misses_of
from kb.insight.gaps.misses import collect_misses, has_something_new
from kb.insight.gaps.reasons import explain_miss
from kb.insight.gaps.regrouping import is_due as regrouping_is_due
from kb.insight.gaps.regrouping import regroup

__all__ = [
    "GapFilter",
    "GapSummary",
    "begin_article",
    "board_of_gaps",
    "change_state",
    "collect_misses",
    "count_costs",
    "count_gaps",
    "draft_from_tickets",
    "explain_gaps",
    "explain_miss",
    "fills_to_prove",
    "has_something_new",
    "has_unexplained",
    "link_article",
    "list_gaps",
    "misses_of",
    "publish_article",
    "regroup",
    "regrouping_is_due",
    "start_translation",
]
