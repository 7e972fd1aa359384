"""The signed link to a survey: who has it may answer it once, and nobody can make one up."""

import hashlib

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy.orm import Session

from kb.core.errors import NotFoundError
from kb.service.surveys import find_survey
from kb.tables import Survey

_SALT = "survey"


def sign_survey(survey: Survey, key: str) -> str:
    """key: the server's secret."""
    return _serializer(key).dumps([survey.id, _asked(survey)])


def survey_by_token(session: Session, token: str, key: str) -> Survey:
    """Raises NotFoundError for what was made up, is too old or of a conversation that is gone."""
    try:
        number, asked = _serializer(key).loads(token)
    except BadData as error:
        raise NotFoundError("There is no such survey.") from error
    survey = find_survey(session, number)
    # Numbers are given again after the newest row was deleted.
    if _asked(survey) != asked:
        raise NotFoundError("There is no such survey.")
    return survey


def _serializer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})


def _asked(survey: Survey) -> int:
    return int(survey.asked_at.timestamp() * 1000)
