"""An article as a page shows it: with its links and pictures, and the titles of its notes in its own language."""

import re
from dataclasses import replace

from flask_babel import gettext as _

from kb.articles import FindPicture, RenderedArticle, render_markdown
from kb.articles.sanitising import Link
from kb.tables import Article
from webapp.shared.locale import in_language

# The title that a note has by its kind, where its author gave it none.
_TITLE_OF_KIND = re.compile(r'(?<=<p class="admonition-title of-kind">)[^<]+(?=</p>)')


def show_article(article: Article, *, link: Link, picture: FindPicture) -> RenderedArticle:
    """Rendered for readers; see render_markdown."""
    rendered = render_markdown(article.body, link=link, picture=picture)
    if _TITLE_OF_KIND.search(rendered.html) is None:
        return rendered
    titles = _titles(article.language)
    return replace(rendered, html=_TITLE_OF_KIND.sub(lambda found: titles.get(found[0], found[0]), rendered.html))


def _titles(language: str) -> dict[str, str]:
    with in_language(language):
        return {
            "Note": _("Note"),
            "Tip": _("Tip"),
            "Hint": _("Hint"),
            "Info": _("Info"),
            "Important": _("Important"),
            "Warning": _("Warning"),
            "Caution": _("Caution"),
            "Danger": _("Danger"),
            "Attention": _("Attention"),
            "Error": _("Error"),
            "Success": _("Success"),
            "Question": _("Question"),
            "Example": _("Example"),
            "Summary": _("Summary"),
        }
