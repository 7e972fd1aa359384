"""Proposals as pages show them, what they would do, and what is decided."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from kb.articles.editing import text_of
from kb.articles.kept_drafts import keep_draft
from kb.core.clock import utc_now
from kb.core.errors import ConflictError, InvalidInputError, NotFoundError
from kb.insight.gaps.golden import Alteration, GoldenSet
from kb.insight.gaps.replay import TOP
from kb.insight.taught.applying import apply_edit
from kb.privacy.redaction import redact
from kb.search.altered_collection import AddedQuestion
from kb.search.encoding import Encoder
from kb.search.types import CollectionName
from kb.tables import Article, ArticleDraft, EditProposal, PassageEdit, ProposalState
from kb.text.cleaning import clean_text

SHOWN = 20  # conversations of a proposal
_ASKED, _SHORTEST = 20, 8  # questions that are asked again; characters of one
# The passages that an article would have as it stands in memory.
MakePassages = Callable[[Session, Encoder, Article], Sequence[AddedQuestion]]


def list_proposals(
    session: Session, *, decided: bool, limit: int, offset: int = 0
) -> tuple[Sequence[EditProposal], dict[str, int]]:
    """The most sent first, or the last decided; and how many there are ("open", "decided"). Two statements."""
    is_open = EditProposal.state == ProposalState.OPEN.value
    counts = {"open": 0, "decided": 0}
    for opened, number in session.execute(select(is_open, func.count()).group_by(is_open)):
        counts["open" if opened else "decided"] = number
    query = select(EditProposal).where(~is_open if decided else is_open)
    query = query.options(joinedload(EditProposal.article), joinedload(EditProposal.decided_by))
    order = EditProposal.decided_at.desc() if decided else EditProposal.times.desc()
    return session.scalars(query.order_by(order, EditProposal.id).limit(limit).offset(offset)).all(), counts


def get_proposal(session: Session, proposal_id: int) -> EditProposal:
    """Raises NotFoundError."""
    found = session.get(
        EditProposal, proposal_id, options=[joinedload(EditProposal.article), joinedload(EditProposal.decided_by)]
    )
    if found is None:
        raise NotFoundError("There is no such proposal.")
    return found


def edits_of(session: Session, proposal: EditProposal) -> Sequence[PassageEdit]:
    """What it was made from, the newest first. One statement."""
    query = select(PassageEdit).where(PassageEdit.proposal_id == proposal.id).options(joinedload(PassageEdit.user))
    return session.scalars(query.order_by(PassageEdit.created_at.desc(), PassageEdit.id.desc()).limit(SHOWN)).all()


class AlreadyDecidedError(ConflictError):
    """A colleague, or another tab, was first."""


@dataclass(frozen=True)
class Replayed:
    """A question of a conversation: what it finds now and would find; found: the article is among the first results."""

    query: str
    before: str
    found_before: bool
    after: str
    found_after: bool

    @property
    def is_lost(self) -> bool:
        return (self.found_before and not self.found_after) or (self.before == "answered" != self.after)


def replay_proposal(
    session: Session, encoder: Encoder, golden: GoldenSet, proposal: EditProposal, make_passages: MakePassages
) -> dict[str, Any]:
    """Ask what the customers of its conversations had asked, and the golden set, with the article as it would be.

    Kept with the proposal. Raises ConflictError where the article does not have the sentence as it was inserted, or is not
    public.
    """
    article = proposal.article
    if article.status != "published" or article.audience != "public":
        raise ConflictError("Customers cannot see this article.", remedy="Publish it first.")
    added = _as_changed(session, encoder, article, changed_body(proposal), make_passages)
    group = golden.trial.group_of("article", article.id)
    own = golden.collection.fetch(documents=[article.id])
    after = Alteration(hidden=own.ids, added=added, shown=[article.id])
    questions = dict.fromkeys(
        one.question for one in edits_of(session, proposal) if len(one.question.strip()) >= _SHORTEST
    )
    asked = []
    for query in list(questions)[:_ASKED]:
        was = golden.trial.look(query, TOP, visible=golden.visible(Alteration()))
        will = golden.trial.look(
            query,
            TOP,
            hidden={CollectionName.HELP: after.hidden},
            added={CollectionName.HELP: added},
            visible=golden.visible(after),
        )
        asked.append(Replayed(query, was.outcome.value, group in was.groups, will.outcome.value, group in will.groups))
    vectors = np.stack([one.vector for one in added]) if added else np.zeros((0, encoder.dimensions), np.float32)
    change = golden.change(vectors, group if group is not None else -1, Alteration(), after)
    proposal.replay = {
        "questions": [{**vars(one), "is_lost": one.is_lost} for one in asked],
        "golden": change.to_json(),
        "harmless": change.is_harmless and not any(one.is_lost for one in asked),
        "revision": article.revision,
        "new_key": proposal.new_key,
    }
    session.flush()
    return proposal.replay


def is_replayed(proposal: EditProposal) -> bool:
    """Whether it was tried out as it is now."""
    seen = proposal.replay
    return bool(seen) and seen["revision"] == proposal.article.revision and seen["new_key"] == proposal.new_key


def changed_body(proposal: EditProposal) -> str:
    """The article with the sentence changed. Raises ConflictError where it does not have it as it was inserted."""
    body = apply_edit(proposal.article.body, proposal.old, proposal.new)
    if body is None:
        raise ConflictError("The article does not have this sentence as it was inserted.", remedy="Change it by hand.")
    return body


def _as_changed(
    session: Session, encoder: Encoder, article: Article, body: str, make_passages: MakePassages
) -> Sequence[AddedQuestion]:
    """With the changed text in memory only: nothing is written."""
    before = article.body
    with session.no_autoflush:
        try:
            article.body = body
            return make_passages(session, encoder, article)
        finally:
            article.body = before


def accept_proposal(session: Session, proposal: EditProposal, *, key: str, user_id: int) -> ArticleDraft:
    """The change as a draft in the editor of this person; nothing is published. Raises AlreadyDecidedError; ConflictError, see
    changed_body."""
    text = replace(text_of(proposal.article), body=changed_body(proposal))
    _require_open(session, proposal)
    draft = keep_draft(session, key, user_id, text, article_id=proposal.article_id, seen=proposal.article.revision)
    _decide(proposal, ProposalState.ACCEPTED, user_id)
    session.flush()
    return draft


def dismiss_proposal(session: Session, proposal: EditProposal, reason: str, *, user_id: int, region: str) -> None:
    """Not proposed again. Raises InvalidInputError without a reason, AlreadyDecidedError."""
    text = redact(clean_text(reason), region=region).strip()[:1000]
    if not text:
        raise InvalidInputError("Say why it is not taken.")
    _require_open(session, proposal)
    proposal.reason = text
    _decide(proposal, ProposalState.DISMISSED, user_id)
    session.flush()


def reopen_proposal(session: Session, proposal: EditProposal) -> None:
    proposal.state, proposal.decided_at, proposal.decided_by_id = ProposalState.OPEN.value, None, None
    session.flush()


def _require_open(session: Session, proposal: EditProposal) -> None:
    """Of two who decide at once the second waits for the first, and sees that it is done."""
    is_open = (EditProposal.id == proposal.id, EditProposal.state == ProposalState.OPEN.value)
    taken = update(EditProposal).where(*is_open).values(decided_at=utc_now()).returning(EditProposal.id)
    if session.execute(taken.execution_options(synchronize_session=False)).first() is None:
        raise AlreadyDecidedError("It is decided already.", remedy="Undo that first.")


def _decide(proposal: EditProposal, state: ProposalState, user_id: int) -> None:
    proposal.state, proposal.decided_at, proposal.decided_by_id = state.value, utc_now(), user_id
