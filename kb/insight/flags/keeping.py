"""Flags as they are kept: what is found again is the same flag, what is settled stays so, what is there no longer is past."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError, NotFoundError
from kb.insight.flags.found import FoundFlag
from kb.privacy.redaction import redact
from kb.tables import Article, ArticleFlag, Conversation, FlagKind, FlagState
from kb.text.cleaning import clean_text

LONGEST = 2000  # characters of a comment or an answer


def keep_flags(session: Session, kinds: Sequence[FlagKind], found: Iterable[FoundFlag]) -> dict[str, int]:
    """Store what was found of these kinds, which is all that there is of them now; returns how many are new, back and past.

    What was called right stays settled. What was called mended and is still there is open again. Of figures see
    kb.insight.flags.figures: they are looked at anew from the day on which they were settled.
    """
    now = utc_now()
    query = select(ArticleFlag).where(ArticleFlag.kind.in_([kind.value for kind in kinds]))
    known = {(one.article_id, one.kind, one.evidence_key): one for one in session.scalars(query)}
    counts = {"new": 0, "back": 0, "past": 0}
    seen: set[tuple[int, str, str]] = set()
    for flag in found:
        key = (flag.article_id, flag.kind.value, flag.key)
        if key in seen:
            continue
        seen.add(key)
        row = known.get(key)
        if row is None:
            counts["new"] += 1
            session.add(
                ArticleFlag(
                    article_id=flag.article_id,
                    other_id=flag.other_id,
                    kind=flag.kind.value,
                    evidence_key=flag.key,
                    evidence=dict(flag.evidence),
                    created_at=now,
                    updated_at=now,
                )
            )
            continue
        if row.evidence != dict(flag.evidence):
            row.evidence = dict(flag.evidence)
        if row.state in {FlagState.MENDED.value, FlagState.PAST.value}:
            counts["back"] += 1
            row.came_back_at = now if row.state == FlagState.MENDED.value else None
            _set_state(row, FlagState.OPEN, None, now)
    for key, row in known.items():
        if key not in seen and row.state == FlagState.OPEN.value:
            counts["past"] += 1
            _set_state(row, FlagState.PAST, None, now)
    session.flush()
    return counts


def get_flag(session: Session, flag_id: int) -> ArticleFlag:
    """Raises NotFoundError."""
    found = session.get(ArticleFlag, flag_id)
    if found is None:
        raise NotFoundError("There is no such flag.")
    return found


def settle_flag(session: Session, flag_id: int, state: FlagState, *, answer: str, user_id: int, region: str) -> None:
    """Mended, or right as it is, which needs a reason. Raises NotFoundError, InvalidInputError."""
    flag = get_flag(session, flag_id)
    if state not in {FlagState.MENDED, FlagState.RIGHT}:
        raise InvalidInputError("A flag is mended, or right as it is.")
    text = _redacted(answer, region)
    if state is FlagState.RIGHT and not text:
        raise InvalidInputError("Say why it is right as it is.")
    _set_state(flag, state, user_id, utc_now())
    flag.answer = text
    session.flush()


def reopen_flag(session: Session, flag_id: int) -> None:
    """What was said of it is taken back; the words stay. Raises NotFoundError."""
    _set_state(get_flag(session, flag_id), FlagState.OPEN, None, utc_now())
    session.flush()


def report_article(
    session: Session,
    article: Article,
    comment: str,
    *,
    user_id: int,
    conversation_id: int | None,
    region: str,
) -> ArticleFlag:
    """A rep says that something is wrong with an article. The comment is redacted; said twice it is one flag, with the
    newer words.

    Raises InvalidInputError where nothing is said.
    """
    text = _redacted(comment, region)
    if not any(map(str.isalnum, text)):
        raise InvalidInputError("Say in a few words what is wrong.")
    query = select(ArticleFlag).where(
        ArticleFlag.article_id == article.id,
        ArticleFlag.kind == FlagKind.REP.value,
        ArticleFlag.reported_by_id == user_id,
    )
    earlier = session.scalars(query.order_by(ArticleFlag.id.desc())).all()
    flag = next((one for one in earlier if one.state == FlagState.OPEN.value), None)
    now = utc_now()
    if flag is None:
        flag = ArticleFlag(
            article_id=article.id,
            kind=FlagKind.REP.value,
            evidence_key=f"{user_id}/{len(earlier) + 1}",
            reported_by_id=user_id,
            evidence={"revision": article.revision},
            created_at=now,
        )
        session.add(flag)
    flag.comment, flag.updated_at = text, now
    if conversation_id is not None and session.get(Conversation, conversation_id) is not None:
        flag.conversation_id = conversation_id
    session.flush()
    return flag


def _set_state(flag: ArticleFlag, state: FlagState, user_id: int | None, now: datetime) -> None:
    flag.state, flag.settled_by_id, flag.updated_at = state.value, user_id, now
    flag.settled_at = None if state is FlagState.OPEN else now


def _redacted(text: str, region: str) -> str:
    return redact(clean_text(text), region=region).strip()[:LONGEST].rstrip()
