"""By which way a reply reaches the customer."""

from enum import Enum

from sqlalchemy.orm import Session

from kb.service.channels.webhooks import names_channel, webhook_for_replies
from kb.tables import Channel, Conversation, Message

_MAILED = frozenset({Channel.EMAIL.value, Channel.WEB.value})


class Route(Enum):
    MAIL = "mail"
    WEBHOOK = "webhook"
    ITSELF = "itself"  # the customer's page fetches it, or there is nobody to send it to
    NONE = "none"


def route_of(session: Session, conversation: Conversation, message: Message, *, has_smtp: bool) -> Route:
    """A system that feeds conversations in and has a webhook for their channel brings the replies itself, also mails."""
    if conversation.customer.is_sample or conversation.origin == "sample" or conversation.is_own_chat:
        return Route.ITSELF
    if conversation.origin == "api" and names_channel(session, conversation.channel):
        return Route.WEBHOOK
    if conversation.channel in _MAILED and "@" in message.recipient and has_smtp:
        return Route.MAIL
    return Route.NONE if webhook_for_replies(session, conversation) is None else Route.WEBHOOK


def _has_page(conversation: Conversation) -> bool:
    return bool(conversation.details.get("reference"))


def no_route(conversation: Conversation, message: Message) -> str:
    """What to set, in words."""
    by_webhook = f"add a webhook (kb webhook add URL --channel {conversation.channel})"
    if conversation.channel in _MAILED and "@" in message.recipient:
        return f"No way out for this channel is set up; set KB_MAIL_SMTP, or {by_webhook}."
    if conversation.channel in _MAILED:
        unaware = (
            "They can read it on the page of their request, but nothing tells them so. "
            if _has_page(conversation)
            else ""
        )
        return f"{unaware}No e-mail address of this customer is known; add it and reply again, or {by_webhook}."
    return f"No way out for this channel is set up; {by_webhook}."
