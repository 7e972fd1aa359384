"""An article as a rep reads it: at the desk, in their language, with each piece as it goes to the customer in theirs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from flask import url_for

from kb.articles import LinkTarget, RenderedArticle, published_translations
from kb.tables import Article
from kb.text.html_message import add_quotes, quotes_of
from webapp.desk.copying import (
    CopyForms,
    address_for_customers,
    copy_forms_of_article,
    links_in,
    quote_address,
    version_for,
)
from webapp.help.pictures import pictures_in
from webapp.shared.article_html import show_article
from webapp.shared.database import session


@dataclass(frozen=True)
class ReadArticle:
    rendered: RenderedArticle
    translations: Mapping[str, Article]
    forms: CopyForms


def read_article(article: Article, to: str) -> ReadArticle:
    """`to`: the customer's language, "" for the one that is read. Quotes are in it where its version is built the same."""
    translations = published_translations(session(), article)
    sent, wanted = version_for(article, translations, to)
    links = links_in(article)
    rendered = _at_the_desk(article, links)
    quotes = _quotes(rendered.html, links)
    links_of_sent = links
    if sent.id != article.id:
        links_of_sent = links_in(sent)
        others = _quotes(_at_the_desk(sent, links_of_sent).html, links_of_sent)
        if [tag for tag, _ in others] == [tag for tag, _ in quotes]:
            quotes = others
    forms = copy_forms_of_article(sent, links_of_sent, wanted)
    return ReadArticle(replace(rendered, html=add_quotes(rendered.html, quotes)), translations, forms)


def _at_the_desk(article: Article, links: Mapping[str, LinkTarget]) -> RenderedArticle:
    """Links keep a rep at the desk; they lead to published articles, internal ones too."""

    def address(href: str) -> str | None:
        target = links.get(href)
        return url_for("desk.article", article_id=target.id) if target and target.status == "published" else None

    return show_article(article, link=address, picture=pictures_in(article))


def _quotes(html: str, links: Mapping[str, LinkTarget]) -> list[tuple[str, str]]:
    return quotes_of(html, partial(address_for_customers, known=quote_address(links)))
