"""The studio's articles: importing this registers every page with the blueprint."""

from webapp.studio.writing import due, history, listing, many, pages, planning, reviewing, tools
from webapp.studio.writing.blueprint import blueprint

__all__ = ["blueprint", "due", "history", "listing", "many", "pages", "planning", "reviewing", "tools"]
