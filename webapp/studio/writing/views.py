"""The studio's articles: importing this registers every page with the blueprint."""

from webapp.studio.writing import due, history, many, pages, planning, reviewing, tools
from webapp.studio.writing.blueprint import blueprint

__all__ = ["blueprint", "due", "history", "many", "pages", "planning", "reviewing", "tools"]
