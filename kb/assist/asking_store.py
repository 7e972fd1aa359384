"""Small conversations as they are kept, so that a reload, another page or a restart of the server loses nothing."""

import secrets
import uuid
from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from kb.assist.asking_flows import Progress
from kb.assist.asking_state import Asking
from kb.assist.asking_turns import turns_from_json, turns_to_json
from kb.core.clock import utc_now
from kb.core.errors import ConflictError
from kb.tables import Article, AskedTalk

_TOKEN_BYTES = 24  # what nobody guesses


@dataclass(frozen=True)
class Talk:
    """public_id: "" for one that is not kept yet; said: turns so far; visit: of its searches."""

    asking: Asking
    public_id: str = ""
    visit: str = ""
    said: int = 0


def find_talk(session: Session, public_id: str) -> Talk | None:
    """The conversation of this random name. One statement."""
    if not 0 < len(public_id) <= 43 or not public_id.isascii():
        return None
    row = session.execute(
        select(
            AskedTalk.turns, AskedTalk.flow, AskedTalk.decisions, AskedTalk.facts, AskedTalk.visit, AskedTalk.said
        ).where(AskedTalk.public_id == public_id)
    ).first()
    if row is None:
        return None
    asking = Asking(tuple(turns_from_json(row.turns["turns"])), Progress(row.flow, row.decisions, row.facts))
    return Talk(asking, public_id, row.visit, row.said)


def keep_talk(session: Session, talk: Talk, asking: Asking, *, language: str, visit: str = "") -> Talk:
    """Store where a conversation has come; a new one gets its name. visit: of the browser, random where there is none.

    Raises ConflictError where it has gone on since `talk` was read: nothing is overwritten.
    """
    said = talk.said + _new_turns(talk.asking, asking)
    values = {
        "turns": {"turns": turns_to_json(asking.turns)},
        "said": said,
        "flow": asking.progress.flow,
        "decisions": dict(asking.progress.decisions),
        "facts": dict(asking.progress.facts),
        "language": language,
        "updated_at": utc_now(),
    }
    if not talk.public_id:
        public_id, visit = secrets.token_urlsafe(_TOKEN_BYTES), visit or str(uuid.uuid4())
        session.add(AskedTalk(public_id=public_id, visit=visit, **values))
        session.flush()
        return Talk(asking, public_id, visit, said)
    changed = session.execute(
        update(AskedTalk)
        .where(AskedTalk.public_id == talk.public_id, AskedTalk.said == talk.said)
        .values(values)
        .execution_options(synchronize_session=False)
        .returning(AskedTalk.id)
    ).first()
    if changed is None:
        raise ConflictError("The conversation has gone on meanwhile.")
    return Talk(asking, talk.public_id, talk.visit, said)


def readable_articles(session: Session, asking: Asking) -> frozenset[int]:
    """Those of the articles quoted in it that customers may read now. At most one statement."""
    quoted = {
        passage.article_id
        for turn in asking.turns
        for passage in (*getattr(turn, "passages", ()), *getattr(turn, "near", ()))
    }
    if not quoted:
        return frozenset()
    return frozenset(
        session.scalars(
            select(Article.id).where(
                Article.id.in_(quoted), Article.status == "published", Article.audience == "public"
            )
        )
    )


def _new_turns(before: Asking, after: Asking) -> int:
    """How many turns came in: the last one of before is still there, unless all are new."""
    if not before.turns:
        return len(after.turns)
    last = before.turns[-1]
    place = max((number for number, turn in enumerate(after.turns) if turn is last), default=-1)
    return len(after.turns) - place - 1
