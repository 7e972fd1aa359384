"""What the help centre is asked for just now: written by a job, read by its home page. Nobody's own words are in it."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from kb.tables.base import Base, utc_now


class MostAsked(Base):
    """A tile of the home page in one language. Rows of a language are written together."""

    __tablename__ = "most_asked"
    __table_args__ = (UniqueConstraint("language", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(35))  # of the page
    place: Mapped[int]  # from 0
    article_id: Mapped[int] = mapped_column(
        ForeignKey("articles.id", ondelete="CASCADE")
    )  # that answers, in this language
    question: Mapped[str] = mapped_column(String(120))  # as several people asked it; "" where its title is shown
    people: Mapped[int]  # who asked, or, where few did, who read it
    source: Mapped[str] = mapped_column(String(10))  # asked | read | usual
    computed_at: Mapped[datetime] = mapped_column(default=utc_now)


class TopicDemand(Base):
    """How many people asked for something of a topic, reading or writing in a language."""

    __tablename__ = "topic_demand"
    __table_args__ = (UniqueConstraint("language", "topic"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(35))
    topic: Mapped[str] = mapped_column(String(100))
    people: Mapped[int]
    computed_at: Mapped[datetime] = mapped_column(default=utc_now)


class RisingTopic(Base):
    """A topic that more people ask for just now than at this hour of the week before; rows are written together by a job."""

    __tablename__ = "rising_topics"

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(100), unique=True)
    article_key: Mapped[str] = mapped_column(
        String(200)
    )  # translation key of the article that most of them were led to
    people: Mapped[int]
    usual: Mapped[float]  # people at this hour of the week
    since: Mapped[datetime] = mapped_column(default=utc_now)
    computed_at: Mapped[datetime] = mapped_column(default=utc_now)
