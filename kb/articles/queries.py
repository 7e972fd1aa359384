"""What readers ask of the articles. Each function is one SQL statement.

The help centre's functions know public, published articles only: there is no argument by which to see another one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from kb.articles.summaries import LEAD, summary_of
from kb.core.errors import NotFoundError
from kb.tables import Article, ArticleFile, ArticleRevision
from kb.text.words import find_words

# Versions of an article that a list of the last changes looks through, to show each once.
_MOST_LANGUAGES = 10
_SHORT = 3  # letters
_LOOKED_AT = 300  # articles that may be related, those of the same topic first


@dataclass(frozen=True)
class ArticleCard:
    """As much of an article as a list shows."""

    id: int
    slug: str
    language: str
    title: str
    topic: str
    updated_at: datetime
    summary: str = ""  # where the list shows one


@dataclass(frozen=True)
class TopicSummary:
    """A topic ("" for articles without one) with its public articles in one language, by title."""

    topic: str
    articles: tuple[ArticleCard, ...]

    @property
    def count(self) -> int:
        return len(self.articles)


def is_public() -> ColumnElement[bool]:
    """The one rule of what customers may see."""
    return and_(Article.audience == "public", Article.status == "published")


def get_published_article(session: Session, language: str, slug: str) -> Article:
    """The public article at this address. Raises NotFoundError, also for what exists and is not public."""
    article = session.scalar(select(Article).where(Article.language == language, Article.slug == slug, is_public()))
    if article is None:
        raise NotFoundError("There is no article %(slug)r in %(language)s.", slug=slug, language=language)
    return article


def find_published(session: Session, article_id: int) -> Article | None:
    """A published article by its number, an internal one too: for those who may read both."""
    return session.scalar(select(Article).where(Article.id == article_id, Article.status == "published"))


def has_only(session: Session, folder: str) -> bool:
    """Whether there are no articles yet, or some that came from this folder (a real path)."""
    if session.scalar(select(Article.id).limit(1)) is None:
        return True
    return session.scalar(select(ArticleFile.id).where(ArticleFile.folder == folder).limit(1)) is not None


def published_translations(session: Session, article: Article) -> dict[str, Article]:
    """The published versions of an article by language, itself included where it is published; same audience only."""
    query = select(Article).where(
        Article.translation_key == article.translation_key,
        Article.audience == article.audience,
        Article.status == "published",
    )
    query = query.order_by(Article.language, Article.id.desc())
    versions = {version.language: version for version in session.scalars(query)}
    if article.language in versions:  # two articles of one language can share a key by mistake
        versions[article.language] = article
    return versions


def list_cards(session: Session, language: str) -> list[ArticleCard]:
    """Every public article in one language, by title."""
    cards = _cards(session, _card_query().where(Article.language == language, is_public()))
    return sorted(cards, key=lambda card: card.title.casefold())


def list_topics(session: Session, language: str) -> list[TopicSummary]:
    """The topics of the help centre in one language, by name; articles without a topic come last."""
    topics: dict[str, list[ArticleCard]] = {}
    for card in list_cards(session, language):
        topics.setdefault(card.topic, []).append(card)
    names = sorted(topics, key=lambda name: (name == "", name))
    return [TopicSummary(name, tuple(topics[name])) for name in names]


def list_topic_articles(session: Session, language: str, topic: str) -> list[ArticleCard]:
    """The public articles of a topic in one language with their summaries, by title; empty where there is no such topic."""
    query = (
        select(*_CARD, func.substr(Article.body, 1, LEAD), ArticleRevision.fields)
        .join(
            ArticleRevision,
            and_(ArticleRevision.article_id == Article.id, ArticleRevision.number == Article.revision),
            isouter=True,
        )
        .where(Article.language == language, Article.topic == topic, is_public())
    )
    found = [
        replace(ArticleCard(*card), summary=summary_of(lead, (fields or {}).get("extra") or {}))
        for *card, lead, fields in session.execute(query)
    ]
    return sorted(found, key=lambda card: card.title.casefold())


def related_articles(session: Session, article: Article, *, limit: int = 5) -> list[ArticleCard]:
    """Other public articles of the same topic and language, those that share most words with the title first.

    Where an article is alone in its topic, those of other topics that share words with its title.
    """
    query = _card_query().where(Article.language == article.language, Article.id != article.id, is_public())
    query = query.order_by(Article.topic != article.topic, Article.id).limit(_LOOKED_AT)
    words = _telling_words(article.title)
    cards = sorted(_cards(session, query), key=lambda card: card.title.casefold())
    shared = {card.id: len(words & _telling_words(card.title)) for card in cards}
    near = [card for card in cards if card.topic == article.topic] or [card for card in cards if shared[card.id]]
    return sorted(near, key=lambda card: -shared[card.id])[:limit]


def _telling_words(title: str) -> set[str]:
    """The words of a title but for the short ones, which are in all of them."""
    return {word for word in find_words(title.casefold()) if len(word) > _SHORT}


@dataclass(frozen=True)
class DeskCard:
    """As much of an article as the desk's lists show, internal ones included."""

    id: int
    language: str
    title: str
    audience: str
    translation_key: str
    updated_at: datetime


_DESK_CARD = (
    Article.id,
    Article.language,
    Article.title,
    Article.audience,
    Article.translation_key,
    Article.updated_at,
)


def desk_cards(session: Session, ids: Iterable[int]) -> dict[int, DeskCard]:
    """Those of these articles that are published, by number."""
    query = select(*_DESK_CARD).where(Article.id.in_(list(ids)), Article.status == "published")
    return {row[0]: DeskCard(*row) for row in session.execute(query)}


def list_changed(session: Session, since: datetime, language: str, *, limit: int) -> list[DeskCard]:
    """Articles that were published or changed since, the last first, each once: in `language` where it is there."""
    query = select(*_DESK_CARD).where(Article.status == "published", Article.updated_at >= since)
    query = query.order_by(Article.updated_at.desc(), Article.id.desc()).limit(limit * _MOST_LANGUAGES)
    found: dict[str, DeskCard] = {}
    for row in session.execute(query):
        card = DeskCard(*row)
        if card.translation_key not in found or card.language == language:
            found[card.translation_key] = card
    return list(found.values())[:limit]


def list_newest(session: Session, language: str, *, limit: int) -> list[Article]:
    """The public articles in one language that were published or changed last, the last first."""
    query = select(Article).where(Article.language == language, is_public())
    return list(session.scalars(query.order_by(Article.updated_at.desc(), Article.id.desc()).limit(limit)))


def list_public_addresses(session: Session) -> list[tuple[str, str, str, datetime]]:
    """(translation key, language, slug, last change) of every public article, for site maps: no bodies are read."""
    query = select(Article.translation_key, Article.language, Article.slug, Article.updated_at).where(is_public())
    rows = session.execute(query.order_by(Article.translation_key, Article.language))
    return [(key, language, slug, changed) for key, language, slug, changed in rows]


def list_articles(
    session: Session, *, language: str = "", status: str = "", audience: str = "", topic: str = ""
) -> list[Article]:
    """Articles of every kind for people who work with them, by language, topic and slug; "" means any."""
    query = select(Article).order_by(Article.language, Article.topic, Article.slug)
    for column, value in (
        (Article.language, language),
        (Article.status, status),
        (Article.audience, audience),
        (Article.topic, topic),
    ):
        if value:
            query = query.where(column == value)
    return list(session.scalars(query))


_CARD = (Article.id, Article.slug, Article.language, Article.title, Article.topic, Article.updated_at)


def _card_query() -> Select[int, str, str, str, str, datetime]:
    return select(*_CARD)


def _cards(session: Session, query: Select[int, str, str, str, str, datetime]) -> list[ArticleCard]:
    return [ArticleCard(*row) for row in session.execute(query)]
