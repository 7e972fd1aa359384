"""Who is asked to read a text, and who has approved it. As many colleagues approve as are asked, one where nobody is named.

Whoever is not asked may step in for one of them. An approval is one of a text: of another text it does not count. Functions
flush, the caller commits.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError
from kb.tables import ReviewReader, Role, User, shown_name

MOST_ASKED = 10


@dataclass(frozen=True)
class Reader:
    """Somebody who is asked, or who has approved without being asked. digest: of the text that they have approved, else ""."""

    user_id: int
    name: str
    is_asked: bool
    digest: str
    approved_at: datetime | None
    word: str

    @property
    def is_waited_for(self) -> bool:
        return self.is_asked and self.approved_at is None


def require_reviewers(session: Session, user_ids: Sequence[int], *, writer_id: int) -> None:
    """Raises InvalidInputError for the writer, for whoever cannot open what they are asked to read, and for too many."""
    if writer_id in user_ids:
        raise InvalidInputError("Nobody reviews what they wrote themselves.", remedy="Ask a colleague.")
    if len(user_ids) > MOST_ASKED:
        raise InvalidInputError("At most %(most_asked)s colleagues.", most_asked=MOST_ASKED)
    able = select(User.id).where(
        User.id.in_(user_ids), User.active, User.role.in_((Role.TRAINER.value, Role.ADMIN.value))
    )
    if len(set(session.scalars(able))) < len(set(user_ids)):
        raise InvalidInputError("There is no such person in the studio.")


def ask_readers(session: Session, review_id: int, user_ids: Sequence[int]) -> None:
    """These are asked, and nobody else any more; who has approved already stays."""
    known = {one.user_id: one for one in _rows(session, [review_id])}
    for user_id, row in known.items():
        row.is_asked = user_id in user_ids
        if not row.is_asked and row.approved_at is None:
            session.delete(row)
    session.add_all(
        ReviewReader(review_id=review_id, user_id=one, is_asked=True) for one in user_ids if one not in known
    )
    session.flush()


def note_approval(session: Session, review_id: int, user_id: int, *, digest: str, word: str) -> int:
    """Somebody approves the text of this digest; returns how many more have to."""
    rows = {one.user_id: one for one in _rows(session, [review_id])}
    row = rows.setdefault(user_id, ReviewReader(review_id=review_id, user_id=user_id, is_asked=False))
    row.digest, row.approved_at, row.word = digest, utc_now(), word or row.word or ""
    session.add(row)
    session.flush()
    return approvals_missing(rows.values(), digest)


def approvals_missing(readers: Iterable[Reader | ReviewReader], digest: str) -> int:
    """How many have to approve the text of this digest before it is approved."""
    readers = list(readers)
    wanted = max(1, sum(one.is_asked for one in readers))
    return max(0, wanted - sum(one.digest == digest for one in readers if one.approved_at is not None))


def readers_of(session: Session, review_ids: Sequence[int]) -> dict[int, tuple[Reader, ...]]:
    """By review, in the order of their names. One statement, none for no review."""
    if not review_ids:
        return {}
    query = (
        select(ReviewReader, shown_name())
        .join(User, User.id == ReviewReader.user_id)
        .where(ReviewReader.review_id.in_(review_ids))
    )
    found: dict[int, list[Reader]] = {}
    for row, name in session.execute(query):
        reader = Reader(row.user_id, name, row.is_asked, row.digest, row.approved_at, row.word)
        found.setdefault(row.review_id, []).append(reader)
    return {
        number: tuple(sorted(readers, key=lambda one: (one.name, one.user_id))) for number, readers in found.items()
    }


def _rows(session: Session, review_ids: Sequence[int]) -> Sequence[ReviewReader]:
    return session.scalars(select(ReviewReader).where(ReviewReader.review_id.in_(review_ids))).all()
