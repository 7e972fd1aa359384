"""Read the replies that articles were inserted into, keep what was changed, and propose what several reps change alike."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, Table, func, select, update
from sqlalchemy.orm import Session, joinedload

from kb.articles.text import hash_bytes
from kb.core.database import insert_new, upsert
from kb.insight.taught.comparing import as_key, compare_sent, likeness, sentences_of, sentences_of_article
from kb.privacy.redaction import redact
from kb.tables import (
    Article,
    ArticleRevision,
    Conversation,
    Delivery,
    EditProposal,
    FlagMark,
    Message,
    MessageRole,
    PassageEdit,
    ProposalState,
)
from kb.tables.feedback import parse_document
from kb.text.cleaning import clean_text
from kb.text.stated_amounts import differing, find_amounts

_EDITS, _MARKS = cast(Table, PassageEdit.__table__), cast(Table, FlagMark.__table__)
_REPLIES = "replies"
_BLOCK, _LONGEST = 200, 20_000
# A reply can be taken back for a while; and ids are not given out in the order in which they are committed.
_SETTLED = timedelta(minutes=2)
# Replies with the same change, by so many reps, from which it is proposed; likeness of two ways to put it.
ENOUGH_TIMES, ENOUGH_REPS, _SAME = 3, 2, 0.6


def has_new_replies(session: Session, now: datetime) -> bool:
    """Two statements."""
    newest = session.scalar(_replies(now).with_only_columns(func.max(Message.id)))
    return newest is not None and newest > _mark(session)


def collect_edits(
    session: Session, *, region: str, now: datetime, checkpoint: Callable[[], None], tick: Callable[[], None]
) -> dict[str, int]:
    """Look at replies that are new, and group what is known of the sentences that were changed in them; returns how many edits
    were kept and are proposed anew. A block of replies is done when it is grouped too: stopped before, it is looked at again."""
    kept = proposed = 0
    while True:
        query = _replies(now).where(Message.id > _mark(session)).order_by(Message.id).limit(_BLOCK)
        messages = session.scalars(
            query.options(joinedload(Message.conversation).joinedload(Conversation.customer))
        ).all()
        if not messages:
            break
        rows: list[dict[str, Any]] = []
        for message in messages:
            tick()
            rows += _edits_in(session, message, region)
        # All is read and redacted before anything is written: nobody waits for it to write.
        for row in rows:
            kept += insert_new(session, _EDITS, row, key=("message_id", "article_id", "old_key")) is not None
        checkpoint()
        for article_id, old_key in dict.fromkeys((row["article_id"], row["old_key"]) for row in rows):
            tick()
            proposed += propose_edits(session, article_id, old_key, now)
            checkpoint()
        upsert(session, _MARKS, {"name": _REPLIES, "seen": str(messages[-1].id)}, key=("name",), change=("seen",))
        checkpoint()
    close_past(session, now)
    checkpoint()
    return {"edits": kept, "proposed": proposed}


def _replies(now: datetime) -> Select[Message]:
    return select(Message).where(
        Message.role == MessageRole.AGENT.value,
        Message.delivery.not_in([Delivery.WITHDRAWN.value, Delivery.FAILED.value]),
        Message.created_at <= now - _SETTLED,
    )


def _mark(session: Session) -> int:
    return int(session.scalar(select(FlagMark.seen).where(FlagMark.name == _REPLIES)) or 0)


def _edits_in(session: Session, message: Message, region: str) -> list[dict[str, Any]]:
    """What was changed of each article that was put into a reply, as rows of PassageEdit."""
    documents = [parse_document(name) for name in message.details.get("documents", ()) if isinstance(name, str)]
    articles = [number for kind, number in (one for one in documents if one) if kind == "article"]
    if not articles:
        return []
    name = message.conversation.customer.name

    def shown(text: str) -> str:
        return redact(clean_text(text), names=[name], region=region).strip()

    # Redacted as a whole: what tells that a word is a name may stand in another sentence.
    sent, question = sentences_of(shown(message.text[:_LONGEST])), None
    found: list[dict[str, Any]] = []
    for number in articles:
        body = _body_then(session, number, message.created_at)
        if body is None:
            continue
        for edit in compare_sent(sentences_of_article(body), sent):
            question = _asked(session, message, shown) if question is None else question
            found.append({
                "article_id": number,
                "message_id": message.id,
                "conversation_id": message.conversation_id,
                "user_id": message.user_id,
                "old": edit.old,
                "new": edit.new,
                "old_key": _hash(edit.old),
                "new_key": _hash(edit.new),
                "question": question[:500],
                "created_at": message.created_at,
            })  # fmt: skip
    return found


def _body_then(session: Session, article_id: int, at: datetime) -> str | None:
    """What the article said when the reply was written."""
    query = select(ArticleRevision.body).where(
        ArticleRevision.article_id == article_id, ArticleRevision.created_at <= at
    )
    body = session.scalar(query.order_by(ArticleRevision.number.desc()).limit(1))
    return body if body is not None else session.scalar(select(Article.body).where(Article.id == article_id))


def _asked(session: Session, message: Message, shown: Callable[[str], str]) -> str:
    """The customer's last words before a reply."""
    query = select(Message.text).where(
        Message.conversation_id == message.conversation_id,
        Message.role == MessageRole.CUSTOMER.value,
        Message.sent_at <= message.sent_at,
    )
    return shown((session.scalar(query.order_by(Message.sent_at.desc(), Message.id.desc()).limit(1)) or "")[:2000])


def _hash(sentence: str) -> str:
    return hash_bytes(as_key(sentence).encode())


def propose_edits(session: Session, article_id: int, old_key: str, now: datetime) -> int:
    """Group all edits of one sentence of an article; returns how many proposals are new.

    What was dismissed is counted on and not proposed again, also where it is put a little differently.
    """
    edits = session.scalars(
        select(PassageEdit)
        .where(PassageEdit.article_id == article_id, PassageEdit.old_key == old_key)
        .order_by(PassageEdit.id)
    ).all()
    there = list(
        session.scalars(
            select(EditProposal)
            .where(EditProposal.article_id == article_id, EditProposal.old_key == old_key)
            .order_by(EditProposal.id)
        )
    )
    new = 0
    for alike in _alike(edits):
        found = next((one for one in there if _say_the_same(one.new, alike[0].new)), None)
        if found is None:
            if len(alike) < ENOUGH_TIMES or len({one.user_id for one in alike}) < ENOUGH_REPS:
                continue
            found = EditProposal(
                article_id=article_id, old_key=old_key, old=alike[0].old, new=alike[0].new, new_key=alike[0].new_key,
                state=ProposalState.OPEN.value, created_at=now,
            )  # fmt: skip
            session.add(found)
            there.append(found)
            new += 1
        best, taken = _most_sent(alike), {one.new_key for one in there if one is not found}
        if found.state == ProposalState.OPEN.value and best.new_key not in taken:
            found.new, found.new_key = best.new, best.new_key
        found.times, found.reps, found.updated_at = len(alike), len({one.user_id for one in alike}), now
        session.flush()
        session.execute(
            update(PassageEdit)
            .where(PassageEdit.article_id == article_id, PassageEdit.old_key == old_key)
            .where(PassageEdit.new_key.in_({one.new_key for one in alike}))
            .values(proposal_id=found.id)
            .execution_options(synchronize_session=False)
        )
    return new


def close_past(session: Session, now: datetime) -> None:
    """Proposals for a sentence that the article does not have any more are past."""
    query = select(EditProposal).where(EditProposal.state == ProposalState.OPEN.value)
    bodies: dict[int, set[str]] = {}
    for proposal in session.scalars(query.options(joinedload(EditProposal.article))):
        if proposal.article_id not in bodies:
            bodies[proposal.article_id] = {_hash(one) for one in sentences_of_article(proposal.article.body)}
        if proposal.old_key not in bodies[proposal.article_id] or proposal.article.status == "archived":
            proposal.state, proposal.decided_at = ProposalState.PAST.value, now
    session.flush()


def _alike(edits: Sequence[PassageEdit]) -> list[list[PassageEdit]]:
    """Ways to put one sentence that say the same, the most frequent first."""
    groups: list[list[PassageEdit]] = []
    group_of: dict[str, list[PassageEdit]] = {}  # each way to put it is compared once
    times = Counter(one.new_key for one in edits)
    for edit in sorted(edits, key=lambda one: (-times[one.new_key], one.id)):
        group = group_of.get(edit.new_key)
        if group is None:
            group = next((one for one in groups if _say_the_same(one[0].new, edit.new)), None)
            if group is None:
                groups.append(group := [])
            group_of[edit.new_key] = group
        group.append(edit)
    return groups


def _say_the_same(one: str, other: str) -> bool:
    if not one or not other:
        return one == other
    return likeness(one, other) >= _SAME and not differing(find_amounts(one), find_amounts(other))


def _most_sent(edits: Sequence[PassageEdit]) -> PassageEdit:
    """The way in which it was put most often; of two the later."""
    times = Counter(one.new_key for one in edits)
    return max(edits, key=lambda one: (times[one.new_key], one.id))
