"""What a customer sends is stored; where the database takes nothing it is kept on disk, and the worker stores it later."""

import logging
from enum import Enum

from sqlalchemy.exc import OperationalError

from kb.service.held_requests import HeldFullError, SentByCustomer, hold, store_sent
from kb.tables import Conversation
from webapp.help.blueprint import current_settings
from webapp.help.own_conversations import token_of
from webapp.shared.database import session

logger = logging.getLogger(__name__)


class Fate(Enum):
    STORED = "stored"
    HELD = "held"  # on disk
    LOST = "lost"  # neither: it has to be sent again


def send_or_hold(sent: SentByCustomer) -> Fate:
    """Committed when this returns STORED. Raises NotFoundError where the conversation of an answer is gone."""
    settings = current_settings()
    try:
        store_sent(session(), sent, _link, region=settings.phone_region)
        session().commit()
    except OperationalError as error:
        session().rollback()
        logger.warning("The database takes nothing, so what a customer sent is held: %s", error.orig)
    else:
        return Fate.STORED
    try:
        hold(settings.home, sent, region=settings.phone_region)
    except HeldFullError as error:
        logger.error("%s", error)  # noqa: TRY400  (the trace says nothing more)
        return Fate.LOST
    return Fate.HELD


def _link(page: str, conversation: Conversation) -> str:
    return f"{page}/{token_of(conversation)}"
