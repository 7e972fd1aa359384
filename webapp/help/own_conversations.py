"""The signed link to a customer's own conversation: who has it may read and answer, and nobody can make one up."""

import hashlib
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer

from kb.core.errors import NotFoundError
from kb.service.conversations import get_conversation
from kb.tables import Conversation
from webapp.shared.database import session

VALID_FOR = timedelta(days=90)
_SALT = "own conversation"


def token_of(conversation: Conversation, *, key: str | None = None) -> str:
    """For addresses and mails, valid for VALID_FOR. key: the server's secret, where no application is running."""
    return _serializer(key).dumps([conversation.id, _born(conversation.created_at)])


def conversation_of(token: str) -> Conversation:
    """With customer and identities, in the session of the running request.

    Raises NotFoundError, in the customer's words and the same ones whether the link was made up, changed or is too old, or the
    conversation is gone.
    """
    try:
        number, born = _serializer(None).loads(token, max_age=int(VALID_FOR.total_seconds()))
        conversation = get_conversation(session(), number)
    except (BadData, NotFoundError) as error:
        raise _no_such_link() from error
    # Numbers are given again after the newest conversation was erased: an old link must not open what came in its place.
    if _born(conversation.created_at) != born:
        raise _no_such_link()
    return conversation


def _serializer(key: str | None) -> URLSafeTimedSerializer:
    secret = current_app.config["SECRET_KEY"] if key is None else key
    return URLSafeTimedSerializer(secret, salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})


def _born(created_at: datetime) -> int:
    """Milliseconds since 1970: both databases keep at least those."""
    return int(created_at.timestamp() * 1000)


def _no_such_link() -> NotFoundError:
    return NotFoundError(
        _("This link does not open a request. It may be incomplete or too old."),
        remedy=_("Find your request again with its number and the address or phone number you gave."),
    )
