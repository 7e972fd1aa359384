"""How a text would look in the help centre, made by the help centre's own functions; and which of its links do not work."""

from dataclasses import dataclass
from time import perf_counter

from flask_babel import gettext as _

from kb.articles import LinkTarget, RenderedArticle, links_of, resolve_links
from kb.articles.dialects.inline import WIKI_SCHEME
from kb.articles.editing import ArticleText, as_unsaved
from kb.tables import Article
from webapp.help.article_page import present_article
from webapp.help.articles import public_address
from webapp.help.pictures import pictures_in
from webapp.shared.article_html import show_article
from webapp.shared.database import session
from webapp.shared.locale import offered_languages
from webapp.shared.searching import current_settings

MOST_PROBLEMS = 12


@dataclass(frozen=True)
class Preview:
    """title and language: of what is shown; problems: in words, of the text and its links; milliseconds: that it took."""

    title: str
    language: str
    rendered: RenderedArticle
    problems: tuple[str, ...]
    milliseconds: float


def preview_of(text: ArticleText, article: Article | None) -> Preview:
    """Seven statements at most; none for a text without links and pictures."""
    began = perf_counter()
    unsaved = as_unsaved(text, article)
    targets = resolve_links(session(), unsaved, links_of(unsaved.body), offered_languages())

    def link(href: str) -> str | None:
        return public_address(targets[href]) if href in targets else None

    shown = show_article(unsaved, link=link, picture=pictures_in(unsaved))
    rendered = present_article(shown, region=current_settings().phone_region)
    problems = [*_of_text(shown), *_of_links(unsaved, targets)]
    took = (perf_counter() - began) * 1000
    return Preview(unsaved.title, unsaved.language, rendered, tuple(problems[:MOST_PROBLEMS]), took)


def _of_text(shown: RenderedArticle) -> list[str]:
    return [str(_("Line %(line)s: %(reason)s", line=notice.line, reason=notice.what)) for notice in shown.notices]


def _of_links(article: Article, targets: dict[str, LinkTarget]) -> list[str]:
    found = []
    for href in links_of(article.body):
        target, name = targets.get(href), href.removeprefix(WIKI_SCHEME)
        if target is None:
            found.append(str(_("The link %(link)s leads to no article.", link=name)))
        elif target.id == article.id:
            found.append(str(_("The link %(link)s leads to this article itself.", link=name)))
        elif article.audience == "public" and not target.is_public:
            found.append(str(_("The link %(link)s leads to an article that customers cannot read.", link=name)))
    return found
