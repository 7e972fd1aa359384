"""What the home page reads of demand: one statement each."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.articles import is_public
from kb.tables import Article, MostAsked, TopicDemand


@dataclass(frozen=True)
class HomeQuestion:
    """text: the question, or the title of the article that answers it. source: whether people asked it, read it, or neither."""

    text: str
    title: str
    slug: str
    topic: str
    people: int
    source: str

    @property
    def is_asked(self) -> bool:
        return self.source == "asked"


def list_most_asked(session: Session, language: str) -> Sequence[HomeQuestion]:
    """The most asked first; what is not public any more is left out at once, without waiting for the job."""
    rows = session.execute(
        select(MostAsked.question, Article.title, Article.slug, Article.topic, MostAsked.people, MostAsked.source)
        .join(Article, Article.id == MostAsked.article_id)
        .where(MostAsked.language == language, Article.language == language, is_public())
        .order_by(MostAsked.place)
    )
    return [
        HomeQuestion(question or title, title, slug, topic, people, source)
        for question, title, slug, topic, people, source in rows
    ]


def topic_demand(session: Session, language: str) -> dict[str, int]:
    """How many people asked for each topic."""
    rows = session.execute(select(TopicDemand.topic, TopicDemand.people).where(TopicDemand.language == language))
    return {row.topic: row.people for row in rows}
