"""What customers agreed to is written down with the words that they ticked, and can be taken back. The caller commits."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from kb.core.clock import utc_now
from kb.tables import Consent, ConsentKind, Conversation, CustomerIdentity, IdentityKind

LONGEST_WORDS = 500


@dataclass(frozen=True)
class Ticked:
    """The words beside a tick, in the language of the page."""

    words: str
    language: str


def note_shared_visit(session: Session, conversation: Conversation, ticked: Ticked) -> None:
    """What was searched for and read goes along with this conversation."""
    session.add(
        Consent(
            conversation_id=conversation.id,
            kind=ConsentKind.SHARE_VISIT.value,
            words=ticked.words[:LONGEST_WORDS],
            language=ticked.language,
        )
    )


def consents_of(session: Session, customer_id: int) -> list[Consent]:
    """The newest first. One statement."""
    return list(
        session.scalars(
            select(Consent)
            .join(Conversation, Conversation.id == Consent.conversation_id)
            .where(Conversation.customer_id == customer_id)
            .order_by(Consent.id.desc())
        )
    )


def stop_sharing_visit(session: Session, conversation: Conversation) -> bool:
    """Whether anything was shared. From now on nothing joins the customer with what they searched for and read."""
    visit = conversation.visit
    if visit is None:
        return False
    session.execute(
        update(Conversation)
        .where(Conversation.customer_id == conversation.customer_id, Conversation.visit == visit)
        .values(visit=None)
        .execution_options(synchronize_session="fetch")
    )
    session.execute(
        delete(CustomerIdentity)
        .where(
            CustomerIdentity.customer_id == conversation.customer_id,
            CustomerIdentity.kind == IdentityKind.VISIT.value,
            CustomerIdentity.value == visit,
        )
        .execution_options(synchronize_session="fetch")
    )
    session.execute(
        update(Consent)
        .where(
            Consent.conversation_id == conversation.id,
            Consent.kind == ConsentKind.SHARE_VISIT.value,
            Consent.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=utc_now())
        .execution_options(synchronize_session="fetch")
    )
    return True
