"""The words of what jobs send, in the language of whoever gets it."""

from pathlib import Path

from babel import Locale
from babel.support import NullTranslations, Translations

import webapp
from kb.core.settings import Settings

_FOLDER = Path(webapp.__path__[0]) / "translations"


def catalogue_for(language: str, settings: Settings) -> tuple[str, NullTranslations]:
    """The tag of the language, of the first that is offered where this one is not, and its catalogue."""
    tag = language if language in settings.languages else settings.languages[0]
    return tag, Translations.load(_FOLDER, [Locale.parse(tag, sep="-")])
