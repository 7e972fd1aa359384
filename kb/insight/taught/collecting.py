"""Read the replies that articles were inserted into, keep what was changed, and propose what several reps change alike."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import cast

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
    """Look at replies that are new, then group all that is known; returns how many edits were kept and are proposed anew."""
    kept = 0
    while True:
        query = _replies(now).where(Message.id > _mark(session)).order_by(Message.id).limit(_BLOCK)
        messages = session.scalars(
            query.options(joinedload(Message.conversation).joinedload(Conversation.customer))
        ).all()
        if not messages:
            break
        for message in messages:
            tick()
            kept += _keep_edits(session, message, region)
        upsert(session, _MARKS, {"name": _REPLIES, "seen": str(messages[-1].id)}, key=("name",), change=("seen",))
        checkpoint()
    proposed = propose_edits(session, now) if kept else close_past(session, now)
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


def _keep_edits(session: Session, message: Message, region: str) -> int:
    """What was changed of each article that was put into a reply."""
    documents = [parse_document(name) for name in message.details.get("documents", ()) if isinstance(name, str)]
    articles = [number for kind, number in (one for one in documents if one) if kind == "article"]
    if not articles:
        return 0
    name = message.conversation.customer.name

    def shown(text: str) -> str:
        return redact(clean_text(text), names=[name], region=region).strip()

    # Redacted as a whole: what tells that a word is a name may stand in another sentence.
    sent, kept, question = sentences_of(shown(message.text[:_LONGEST])), 0, None
    for number in articles:
        body = _body_then(session, number, message.created_at)
        if body is None:
            continue
        for edit in compare_sent(sentences_of_article(body), sent):
            question = _asked(session, message, shown) if question is None else question
            row = {
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
            }
            kept += insert_new(session, _EDITS, row, key=("message_id", "article_id", "old_key")) is not None
    return kept


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


def propose_edits(session: Session, now: datetime) -> int:
    """Group all edits of sentences that their articles still have; returns how many proposals are new.

    What was dismissed is counted on and not proposed again, also where it is put a little differently.
    """
    grouped: dict[tuple[int, str], list[PassageEdit]] = defaultdict(list)
    for edit in session.scalars(select(PassageEdit).order_by(PassageEdit.id)):
        grouped[edit.article_id, edit.old_key].append(edit)
    known: dict[tuple[int, str], list[EditProposal]] = defaultdict(list)
    for proposal in session.scalars(select(EditProposal).order_by(EditProposal.id)):
        known[proposal.article_id, proposal.old_key].append(proposal)
    new = 0
    for (article_id, old_key), edits in grouped.items():
        for alike in _alike(edits):
            there = known[article_id, old_key]
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
                .where(PassageEdit.id.in_([one.id for one in alike]))
                .values(proposal_id=found.id)
                .execution_options(synchronize_session=False)
            )
    close_past(session, now)
    return new


def close_past(session: Session, now: datetime) -> int:
    """Proposals for a sentence that the article does not have any more are past; returns 0, for none of them is new."""
    query = select(EditProposal).where(EditProposal.state == ProposalState.OPEN.value)
    bodies: dict[int, set[str]] = {}
    for proposal in session.scalars(query.options(joinedload(EditProposal.article))):
        if proposal.article_id not in bodies:
            bodies[proposal.article_id] = {_hash(one) for one in sentences_of_article(proposal.article.body)}
        if proposal.old_key not in bodies[proposal.article_id] or proposal.article.status == "archived":
            proposal.state, proposal.decided_at = ProposalState.PAST.value, now
    session.flush()
    return 0


def _alike(edits: Sequence[PassageEdit]) -> list[list[PassageEdit]]:
    """Ways to put one sentence that say the same, the most frequent first."""
    groups: list[list[PassageEdit]] = []
    times = Counter(one.new_key for one in edits)
    for edit in sorted(edits, key=lambda one: (-times[one.new_key], one.id)):
        for group in groups:
            if _say_the_same(group[0].new, edit.new):
                group.append(edit)
                break
        else:
            groups.append([edit])
    return groups


def _say_the_same(one: str, other: str) -> bool:
    if not one or not other:
        return one == other
    return likeness(one, other) >= _SAME and not differing(find_amounts(one), find_amounts(other))


def _most_sent(edits: Sequence[PassageEdit]) -> PassageEdit:
    """The way in which it was put most often; of two the later."""
    times = Counter(one.new_key for one in edits)
    return max(edits, key=lambda one: (times[one.new_key], one.id))
