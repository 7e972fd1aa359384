"""An article as a page shows it: with its links and pictures, and the titles of its notes in its own language."""

import re
from dataclasses import replace
from datetime import date

from flask_babel import gettext as _

from kb.articles import FindPicture, RenderedArticle, render_markdown
from kb.articles.due import Verified, verification
from kb.articles.sanitising import Link
from kb.articles.videos import NO_TITLE
from kb.tables import Article
from webapp.shared.formatting import shop_day
from webapp.shared.locale import in_language

# The title that a note has by its kind, and the name of a video, where the author gave none.
_WORD_OF_OURS = re.compile(
    r'(?<=<p class="admonition-title of-kind">)[^<]+(?=</p>)'
    rf"|(?<=>){NO_TITLE}(?= \([^<]*\)</a>)"
)


def show_article(article: Article, *, link: Link, picture: FindPicture) -> RenderedArticle:
    """Rendered for readers; see render_markdown."""
    rendered = render_markdown(article.body, link=link, picture=picture)
    if _WORD_OF_OURS.search(rendered.html) is None:
        return rendered
    titles = _titles(article.language)
    return replace(rendered, html=_WORD_OF_OURS.sub(lambda found: titles.get(found[0], found[0]), rendered.html))


def reviewed_day(article: Article) -> date | None:
    """When somebody last found it right; None where nobody said so, and for a day that is still to come."""
    return article.reviewed_on if article.reviewed_on is not None and article.reviewed_on <= shop_day() else None


def verification_of(article: Article) -> Verified | None:
    """Until when it is verified and by whom; None where it is not."""
    return verification(article, shop_day())


def review_is_overdue(article: Article) -> bool:
    """The day has come by which somebody was to read it again."""
    return article.review_by is not None and article.review_by < shop_day()


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
            NO_TITLE: _("Video"),
        }
