"""What worked is kept: a conversation that is over becomes a past ticket, redacted, which the desk finds from then on."""

from flask import flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.articles import desk_cards
from kb.articles.drafting import SolvedCase, draft_article
from kb.core.errors import InvalidInputError, NotFoundError
from kb.service.conversations import get_conversation, note_event
from kb.service.timeline import newest_messages
from kb.service.used_documents import used_articles
from kb.tables import Conversation, ConversationState, EventKind, MessageRole
from kb.tickets import find_resolved_ticket
from kb.tickets.keeping import keep_ticket
from kb.tickets.raw import RawTicket, RawTurn
from kb.tickets.requesters import load_requester_key
from webapp.desk.inbox.returning import back_to
from webapp.desk.inbox.words import settings
from webapp.shared.database import session
from webapp.shared.locale import offered_base, offered_languages

SOURCE = "desk"
# Of a longer conversation its end is kept: that is where it was solved.
MOST_MESSAGES = 500
_SIDES = {MessageRole.CUSTOMER.value: "customer", MessageRole.AGENT.value: "agent", MessageRole.NOTE.value: "agent"}


def save_as_ticket(conversation_id: int) -> ResponseReturnValue:
    """Saved again after more was said, the ticket is brought up to date."""
    conversation = get_conversation(session(), conversation_id)
    _keep(conversation)
    return back_to(conversation.id)


def _keep(conversation: Conversation) -> int:
    """The number of its ticket."""
    if conversation.state != ConversationState.CLOSED.value:
        raise InvalidInputError(_("Only a conversation that is closed can be kept as a ticket."))
    key = load_requester_key(settings().home, settings().secret_key)
    number = keep_ticket(session(), _raw_ticket(conversation), key, settings().phone_region)
    conversation.ticket_id = number
    note_event(session(), conversation, EventKind.SAVED, current_user.id, {"ticket": number})
    flash(_("Kept as a ticket, without personal data. The desk finds it in a moment."), "good")
    return number


def draft_from(conversation_id: int) -> ResponseReturnValue:
    """A draft article of it for a trainer, made from the redacted ticket: kept first where it is not yet."""
    conversation = get_conversation(session(), conversation_id)
    number = conversation.ticket_id or _keep(conversation)
    ticket = find_resolved_ticket(session(), number)
    if ticket is None:
        raise NotFoundError(_("There is no such ticket."))
    sources = [
        (card.title, url_for("desk.article", article_id=card.id))
        for card in desk_cards(session(), used_articles(session(), conversation)).values()
    ]
    sources.append((_("Ticket %(number)s", number=ticket.id), url_for("desk.ticket", ticket_id=ticket.id)))
    draft = draft_article(
        session(),
        SolvedCase(ticket.subject, ticket.problem, ticket.resolution, ticket.language, sources),
        language=offered_base(ticket.language) or offered_languages()[0],
        key=f"case-{ticket.id}",
        author=current_user.email,
    )
    note_event(session(), conversation, EventKind.SAVED, current_user.id, {"article": draft.id})
    flash(_("A draft for the trainers was made."), "good")
    return back_to(conversation.id)


def _raw_ticket(conversation: Conversation) -> RawTicket:
    customer = conversation.customer
    turns = [
        RawTurn(
            _SIDES[message.role],
            message.text,
            public=message.role != MessageRole.NOTE.value,
            created_at=message.sent_at,
        )
        for message in newest_messages(session(), conversation, limit=MOST_MESSAGES)
        if message.role in _SIDES
    ]
    rep = conversation.assigned_to.name if conversation.assigned_to else ""
    return RawTicket(
        source=SOURCE,
        external_id=str(conversation.id),
        subject=conversation.subject,
        status="resolved",
        channel=conversation.channel,
        turns=turns,
        language=conversation.language,
        requester=customer.email or customer.phone,
        names=[name for name in (customer.name, rep) if name],
        created_at=conversation.created_at,
        resolved_at=conversation.closed_at,
    )
