"""The studio's numbers: what a job counts of each day, the figures made of it, the rows behind them, and the weekly report."""

from kb.insight.numbers.counting import Keep, count_days
from kb.insight.numbers.figures import Figure, Point, make_figures
from kb.insight.numbers.reading import LONGEST, ArticleUse, Counted, Period, read_articles, read_counted
from kb.insight.numbers.rows import MOST, WITH_ROWS, Row, list_rows
from kb.insight.numbers.sample_history import has_searches, remove_sample_history, store_sample_history
from kb.insight.numbers.wishes import Answer, Wish, make_wishes

__all__ = [
    "LONGEST",
    "MOST",
    "WITH_ROWS",
    "Answer",
    "ArticleUse",
    "Counted",
    "Figure",
    "Keep",
    "Period",
    "Point",
    "Row",
    "Wish",
    "count_days",
    "has_searches",
    "list_rows",
    "make_figures",
    "make_wishes",
    "read_articles",
    "read_counted",
    "remove_sample_history",
    "store_sample_history",
]
