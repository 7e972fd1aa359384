"""Checks of a text while it is written: pure functions that say what was found and where it stands."""

from kb.articles.checks.finding import Finding
from kb.articles.checks.links import faulty_links
from kb.articles.checks.pictures import pictures_without_words
from kb.articles.checks.readability import Measures, hard_to_read, measure

__all__ = ["Finding", "Measures", "faulty_links", "hard_to_read", "measure", "pictures_without_words"]
