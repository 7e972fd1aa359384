"""Articles out of other help centres: Zendesk Guide, HubSpot, plain pages of HTML."""

from kb.articles.importing.run import SOURCES, import_articles

__all__ = ["SOURCES", "import_articles"]
