"""The signed link to the question after a conversation: who has it may answer once, and nobody can make one up."""

import hashlib
from datetime import datetime

from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Session

from kb.core.errors import NotFoundError
from kb.service.conversations import get_conversation
from kb.service.surveys import can_be_asked, find_survey_of
from kb.tables import Conversation

_SALT = "survey"


def sign_survey(conversation: Conversation, key: str) -> str:
    """key: the server's secret."""
    return _serializer(key).dumps([conversation.id, _born(conversation.created_at)])


def conversation_to_survey(session: Session, token: str, key: str) -> Conversation:
    """Raises NotFoundError for what was made up, is too old or of a conversation that is gone or has not ended."""
    try:
        number, born = _serializer(key).loads(token)
    except BadData as error:
        raise NotFoundError(_("There is no such survey.")) from error
    conversation = get_conversation(session, number)
    # Numbers are given again after the newest conversation was erased.
    if _born(conversation.created_at) != born or not can_be_asked(conversation, find_survey_of(session, conversation)):
        raise NotFoundError(_("There is no such survey."))
    return conversation


def _serializer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})


def _born(created_at: datetime) -> int:
    """Milliseconds since 1970: both databases keep at least those."""
    return int(created_at.timestamp() * 1000)
