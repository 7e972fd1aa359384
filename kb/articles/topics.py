"""Topics as the help centre names and orders them, and the articles that its first page features, as trainers have said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from kb.articles.queries import ArticleCard, is_public
from kb.tables import Article, CuratedChange, CuratedKind, CuratedTopic, FeaturedArticle

_OF_PAGES = (CuratedKind.TOPIC.value, CuratedKind.FEATURED.value)
LAST = 10_000


@dataclass(frozen=True)
class NamedTopic:
    """names: by language; parent: the topic that it stands under, "" for none."""

    topic: str
    names: Mapping[str, str]
    position: int
    parent: str


@dataclass(frozen=True)
class HelpOrder:
    """What pages use of it. featured: translation keys in order."""

    topics: Mapping[str, NamedTopic] = field(default_factory=dict)
    featured: Sequence[str] = ()

    def name(self, topic: str, language: str) -> str:
        """ "" where nobody has named it in this language."""
        named = self.topics.get(topic)
        return named.names.get(language, "") if named else ""

    def position(self, topic: str) -> int:
        """LAST where nobody has said."""
        named = self.topics.get(topic)
        return named.position if named else LAST

    def parent(self, topic: str) -> str:
        named = self.topics.get(topic)
        return named.parent if named else ""

    def children(self, topic: str) -> list[str]:
        """The topics under this one, in order."""
        below = [one for one in self.topics.values() if one.parent == topic and topic]
        return [one.topic for one in sorted(below, key=lambda one: (one.position, one.topic))]


# Asks how often anything of it was changed.
HELP_ORDER_VERSION = select(func.count(CuratedChange.id)).where(CuratedChange.kind.in_(_OF_PAGES))


def load_help_order(session: Session) -> tuple[int, HelpOrder]:
    """What is stored now, with its version. Three statements."""
    version = session.scalar(HELP_ORDER_VERSION) or 0
    topics = {
        one.topic: NamedTopic(one.topic, one.names, one.position, one.parent)
        for one in session.scalars(select(CuratedTopic))
    }
    featured = session.scalars(
        select(FeaturedArticle.article_key).order_by(FeaturedArticle.position, FeaturedArticle.id)
    )
    return version, HelpOrder(topics, list(featured))


def featured_articles(session: Session, keys: Sequence[str], language: str) -> list[ArticleCard]:
    """The public articles of these keys in one language, in their order. One statement, none without keys."""
    if not keys:
        return []
    columns = (
        Article.id, Article.slug, Article.language, Article.title, Article.topic, Article.updated_at,
        Article.translation_key,
    )  # fmt: skip
    rows = session.execute(
        select(*columns).where(Article.translation_key.in_(keys), Article.language == language, is_public())
    ).all()
    order = {key: place for place, key in enumerate(keys)}
    return [ArticleCard(*row[:6]) for row in sorted(rows, key=lambda row: order[row[6]])]
