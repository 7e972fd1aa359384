"""The studio's articles: importing this registers every page with the blueprint."""

from webapp.studio.writing import history, pages, tools
from webapp.studio.writing.blueprint import blueprint

__all__ = ["blueprint", "history", "pages", "tools"]
