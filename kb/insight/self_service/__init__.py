"""Whether the help centre helps: what is noted of a visit, counted by a job into days, listed for the studio."""

from kb.insight.self_service.counting import count_days
from kb.insight.self_service.listing import (
    COUNTED,
    ArticleFigures,
    DayFigures,
    article_figures,
    first_day,
    help_days,
    total_of,
)
from kb.insight.self_service.noting import note_read
from kb.insight.self_service.visits import End, Visit, read_visits

__all__ = [
    "COUNTED",
    "ArticleFigures",
    "DayFigures",
    "End",
    "Visit",
    "article_figures",
    "count_days",
    "first_day",
    "help_days",
    "note_read",
    "read_visits",
    "total_of",
]
