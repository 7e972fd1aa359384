"""A path with a case, an exercise that has ended, and an announcement: what pages of practice and training are about."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.tables import (
    Announcement,
    Article,
    TrainingAttempt,
    TrainingCase,
    TrainingPath,
    TrainingPathCase,
    User,
    utc_now,
)


@dataclass(frozen=True)
class Practised:
    case_id: int
    path_id: int
    attempt_id: int
    announcement_id: int
    user_id: int


def add_practice(session: Session, article_id: int, *, email: str = "admin@test.example") -> Practised:
    """The exercise is of the person with this address, or of whoever there is; the caller commits."""
    user = session.scalar(select(User).order_by(User.email != email, User.id).limit(1))
    assert user is not None
    article = session.get_one(Article, article_id)
    case = TrainingCase(
        kind="replay", topic="refunds", level=2, language="en", title="Where is my refund", documents=[f"article:{article_id}"],
        turns=[{"role": "customer", "text": "Where is my refund?"}], reply="It arrives within five days of the return.",
    )  # fmt: skip
    path = TrainingPath(title="Refunds", topic="refunds")
    path.steps.append(TrainingPathCase(case=case, position=1))
    attempt = TrainingAttempt(case=case, user_id=user.id, finished_at=utc_now(), reply="In five days", rating=1)
    line = {"was": "three days", "is": "five days", "places": 2, "under": ""}
    version = {"article": article_id, "language": "en", "before": 1, "after": 1, "line": line}
    announcement = Announcement(article_id=article_id, translation_key=article.translation_key, versions=[version])
    session.add_all([path, attempt, announcement])
    session.flush()
    return Practised(case.id, path.id, attempt.id, announcement.id, user.id)
