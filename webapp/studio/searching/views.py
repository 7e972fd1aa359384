"""All pages of what search and pages use, registered."""

from webapp.studio.searching import clinic, pages
from webapp.studio.searching.blueprint import blueprint

__all__ = ["blueprint", "clinic", "pages"]
