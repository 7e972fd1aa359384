"""What search engines read of an article: JSON-LD by schema.org."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from kb.articles import RenderedArticle, questions_of
from kb.tables import Article
from webapp.help.topics import topic_name

_CONTEXT = "https://schema.org"


def structured_data(article: Article, rendered: RenderedArticle, summary: str, site_name: str) -> list[dict[str, Any]]:
    """Article and BreadcrumbList, and FAQPage where the article is one."""
    address = url_for("help.article", language=article.language, slug=article.slug, _external=True)
    data = [_article(article, summary, site_name, address), _crumbs(article, address)]
    if questions := questions_of(rendered.html):
        entries = [
            {"@type": "Question", "name": asked, "acceptedAnswer": {"@type": "Answer", "text": answer}}
            for asked, answer in questions
        ]
        data.append({"@context": _CONTEXT, "@type": "FAQPage", "inLanguage": article.language, "mainEntity": entries})
    return data


def _article(article: Article, summary: str, site_name: str, address: str) -> dict[str, Any]:
    return {
        "@context": _CONTEXT,
        "@type": "Article",
        "headline": article.title,
        "inLanguage": article.language,
        "description": summary,
        "url": address,
        "image": url_for("help.card", language=article.language, slug=article.slug, _external=True),
        "dateModified": article.updated_at.isoformat(),
        "datePublished": article.created_at.isoformat(),
        "articleSection": topic_name(article.topic),
        "publisher": {"@type": "Organization", "name": site_name},
    }


def _crumbs(article: Article, address: str) -> dict[str, Any]:
    steps = [(_("Help"), url_for("help.home", language=article.language, _external=True))]
    if article.topic:
        topic = url_for("help.topic", language=article.language, topic=article.topic, _external=True)
        steps.append((topic_name(article.topic), topic))
    steps.append((article.title, address))
    items = [
        {"@type": "ListItem", "position": position, "name": str(name), "item": url}
        for position, (name, url) in enumerate(steps, 1)
    ]
    return {"@context": _CONTEXT, "@type": "BreadcrumbList", "itemListElement": items}
