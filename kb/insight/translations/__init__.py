"""Translations: which are wanted and missing, and which sections are behind their source."""

from kb.insight.translations.wants import MissingTranslation, count_want, list_missing

__all__ = ["MissingTranslation", "count_want", "list_missing"]
