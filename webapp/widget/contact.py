"""A message to a person from the widget: the same request as from the help centre's form, with what is wrong named by field."""

import secrets
from http import HTTPStatus
from typing import Any

from flask import jsonify, url_for
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError
from kb.privacy.redaction import mask_secrets, masked_kinds
from kb.service.contact import clean_contact, find_request, name_of_request
from kb.service.held_requests import SentByCustomer
from kb.service.references import reference_of
from webapp.api.parameters import text_field, widget_visit
from webapp.help.contact import receipt_of
from webapp.help.masked import describe_masked
from webapp.help.own_conversations import token_of
from webapp.help.sending import Fate, send_or_hold
from webapp.shared.database import session
from webapp.shared.errors import RETRY_AFTER
from webapp.shared.locale import in_language
from webapp.shared.proof import LONGEST, WAIT, is_let_through, proof_in_json
from webapp.shared.searching import current_settings
from webapp.widget.words import share_words

LONGEST_NAME = 200
LONGEST_MESSAGE = 5_000
# Longer than any address or number; its beginning is none then either.
LONGEST_CONTACT = 400


def send_to_person(body: dict[str, Any], language: str) -> tuple[Response, int]:
    """Opens a conversation. 422 with `fields` where something is missing or cannot be used; what was typed stays in the widget.

    `share` true: what was searched for and read on the page goes along. `form`: a random name of the form that was filled in; the
    same message from the same form is one request however often it arrives. 202 where the database takes nothing just now and
    the message is kept until it does. 429 with `proof` where one is asked for: its solution, or its ticket after the wait,
    comes as `proof` of the next try.
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
    if not is_let_through(text_field(body, "proof", required=False, longest=LONGEST)):
        return _ask_for_proof(), HTTPStatus.TOO_MANY_REQUESTS
    visit = widget_visit(text_field(body, "visit", required=False))
    form = widget_visit(text_field(body, "form", required=False)) or secrets.token_urlsafe(16)
    external_id = name_of_request(form, contact, message, "")
    with in_language(language):
        masked = describe_masked(masked_kinds(*(mask_secrets(text, region=region) for text in (name, message))))
        ticked = share_words() if body.get("share") is True else ""
        receipt = receipt_of(reference_of(external_id)) if "@" in contact else ""
    sent = SentByCustomer(
        external_id=external_id,
        message=message,
        sent_at=utc_now(),
        language=language,
        name=name,
        contact=contact,
        visit=visit if body.get("share") is True else None,
        asked_in=visit,
        receipt=receipt,
        page=url_for("help.find_own", language=language, _external=True),
        ticked=ticked,
    )
    fate = send_or_hold(sent)
    if fate is Fate.LOST:
        raise ServiceUnavailable(retry_after=RETRY_AFTER)
    answer = {"reference": reference_of(external_id), "contact": contact, "masked": masked}
    if fate is Fate.HELD:
        return jsonify({**answer, "url": ""}), HTTPStatus.ACCEPTED
    stored = find_request(session(), external_id)
    assert stored is not None
    assert stored.conversation is not None
    url = url_for("help.own_request", language=language, token=token_of(stored.conversation))
    return jsonify({**answer, "url": url}), HTTPStatus.CREATED


def _typed(body: dict[str, Any], field: str) -> str:
    value = body.get(field, "")
    if not isinstance(value, str):
        raise InvalidInputError(f"{field} must be a text.")
    return value.strip()


def _refuse(wrong: dict[str, str]) -> Response:
    return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"Cannot be used as it is: {', '.join(wrong)}.", {"fields": wrong})


def _ask_for_proof() -> Response:
    response = _problem(HTTPStatus.TOO_MANY_REQUESTS, "A proof of work is asked for.", {"proof": proof_in_json()})
    response.headers["Retry-After"] = str(WAIT)
    return response


def _problem(status: HTTPStatus, detail: str, more: dict[str, Any]) -> Response:
    problem = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail, **more}
    response = jsonify(problem)
    response.content_type = "application/problem+json"
    return response
