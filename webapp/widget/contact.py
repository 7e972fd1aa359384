"""A message to a person from the widget: the same request as from the help centre's form, with what is wrong named by field."""

from http import HTTPStatus
from typing import Any

from flask import jsonify
from werkzeug.wrappers import Response

from kb.core.errors import InvalidInputError
from kb.privacy.redaction import mask_secrets, masked_kinds
from kb.service.contact import clean_contact, request_contact
from webapp.api.parameters import text_field, widget_visit
from webapp.help.masked import describe_masked
from webapp.shared.database import session
from webapp.shared.locale import in_language
from webapp.shared.searching import current_settings

LONGEST_NAME = 200
LONGEST_MESSAGE = 5_000
# Longer than any address or number; its beginning is none then either.
LONGEST_CONTACT = 400


def send_to_person(body: dict[str, Any], language: str) -> tuple[Response, int]:
    """Opens a conversation. 422 with `fields` where something is missing or cannot be used; what was typed stays in the widget.

    `share` true: what was searched for and read on the page goes along.
    """
    region = current_settings().phone_region
    name, reach, message = (_typed(body, field) for field in ("name", "contact", "message"))
    wrong = {}
    if not name or len(name) > LONGEST_NAME:
        wrong["name"] = "long" if name else "missing"
    contact = ""
    try:
        contact = clean_contact(reach[:LONGEST_CONTACT], region)
    except InvalidInputError:
        wrong["contact"] = "wrong" if reach else "missing"
    if not message or len(message) > LONGEST_MESSAGE:
        wrong["message"] = "long" if message else "missing"
    if wrong:
        return _refuse(wrong), HTTPStatus.UNPROCESSABLE_ENTITY
    visit = widget_visit(text_field(body, "visit", required=False)) if body.get("share") is True else None
    conversation = request_contact(
        session(),
        name=name,
        contact=contact,
        message=message,
        language=language,
        visit=visit,
        region=region,
    )
    with in_language(language):
        masked = describe_masked(masked_kinds(*(mask_secrets(text, region=region) for text in (name, message))))
    answer = {"reference": str(conversation.id), "contact": contact, "masked": masked}
    return jsonify(answer), HTTPStatus.CREATED


def _typed(body: dict[str, Any], field: str) -> str:
    value = body.get(field, "")
    if not isinstance(value, str):
        raise InvalidInputError(f"{field} must be a text.")
    return value.strip()


def _refuse(wrong: dict[str, str]) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": f"Cannot be used as it is: {', '.join(wrong)}.",
        "fields": wrong,
    }
    response = jsonify(problem)
    response.content_type = "application/problem+json"
    return response
