"""Conversations from other systems: any help desk or channel feeds them in, as often and in whatever order it likes."""

from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, current_app, jsonify, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from kb.assist.suggestions import NO_SUGGESTION, safety_of_turns, with_safety
from kb.core.errors import InvalidInputError, KbError
from kb.service.conversations import get_conversation, known_channel, open_conversation
from kb.service.customers import GivenCustomer, recognise_customer
from kb.service.messages import LONGEST_TEXT, store_message
from kb.service.stored_facts import told_by
from kb.service.timeline import PAGE, timeline_of
from kb.tables import Conversation, MessageRole
from webapp.api.conversation_json import conversation_to_json, customer_to_json, entry_to_json
from webapp.api.parameters import HIGHEST_LIMIT, SUGGESTED, json_object, number_argument, offered_language, text_field
from webapp.shared.conversation_assist import suggest_for
from webapp.shared.database import session
from webapp.shared.error_words import words_of
from webapp.shared.locale import choose_language

conversations = Blueprint("api_conversations", __name__, url_prefix="/api/v1/desk/conversations")

ORIGIN = "api"
LONGEST_SUBJECT = 2_000
MOST_MESSAGES = 500  # of one batch
MOST_DETAILS = 50
_ROLES = {
    "customer": MessageRole.CUSTOMER,
    "agent": MessageRole.AGENT,
    "note": MessageRole.NOTE,
    "system": MessageRole.SYSTEM,
}


@conversations.post("")
def open_one() -> tuple[Response, int]:
    """Open a conversation, or learn the id of one that was sent before. A field that cannot be used costs the field."""
    body = json_object()
    warnings: list[str] = []
    channel = known_channel(text_field(body, "channel"))
    if channel.value == "other" and body["channel"].strip().lower() != "other":
        warnings.append(f"channel {body['channel'][:40]!r} is not known and counts as other")
    region = current_app.extensions["kb_settings"].phone_region
    recognised = recognise_customer(session(), _customer(body, warnings), region=region)
    opened = open_conversation(
        session(),
        recognised.customer,
        channel,
        origin=ORIGIN,
        external_id=text_field(body, "external_id", required=False),
        subject=text_field(body, "subject", required=False, longest=LONGEST_SUBJECT),
        details=_details(body, warnings),
        region=region,
    )
    answer = {
        "id": opened.conversation.id,
        "url": _url(opened.conversation),
        "customer": customer_to_json(opened.conversation.customer),
        "warnings": [*warnings, *recognised.warnings],
    }
    return jsonify(answer), 201 if opened.is_new else 200


def _url(conversation: Conversation) -> str:
    return url_for("api_conversations.show", conversation_id=conversation.id)


def _customer(body: dict[str, Any], warnings: list[str]) -> GivenCustomer:
    given = body.get("customer", {})
    if not isinstance(given, dict):
        raise InvalidInputError('customer must be an object, such as {"name": "Asha", "email": "asha@example.com"}.')
    fields = {}
    for name in ("external_id", "name", "email", "phone", "language"):
        value = given.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)  # many systems send numbers as numbers
        if isinstance(value, str) and len(value) <= LONGEST_SUBJECT:
            fields[name] = value
        elif value is not None:
            warnings.append(f"customer.{name} is no text that can be used and was left out")
    return GivenCustomer(**fields)


def _details(body: dict[str, Any], warnings: list[str]) -> dict[str, Any]:
    """What the sender's system says of it: texts and numbers by name."""
    given = body.get("metadata") or {}
    if not isinstance(given, dict):
        warnings.append("metadata is no object and was left out")
        return {}
    details = {
        name[:100]: value[:2_000] if isinstance(value, str) else value
        for name, value in list(given.items())[:MOST_DETAILS]
        if isinstance(value, str | int | float | bool)
    }
    if len(details) < len(given):
        warnings.append("of metadata only texts and numbers are kept, 50 at most")
    return details


@conversations.post("/<int:conversation_id>/messages")
def add_messages(conversation_id: int) -> tuple[Response, int]:
    """Add one message, or several under `messages`: of several each is judged by itself."""
    body = json_object()
    conversation = get_conversation(session(), conversation_id)
    if "messages" not in body:
        answer, is_new = _add(conversation, body)
        return jsonify(answer), 201 if is_new else 200
    batch = body["messages"]
    if not isinstance(batch, list) or not 1 <= len(batch) <= MOST_MESSAGES:
        raise InvalidInputError(f"messages must be a list of 1 to {MOST_MESSAGES} messages.")
    answers: list[dict[str, Any]] = []
    for item in batch:
        try:
            if not isinstance(item, dict):
                raise InvalidInputError("A message must be an object.")
            answers.append(_add(conversation, item)[0])
        except KbError as error:
            answers.append({"status": "rejected", "reason": words_of(error)})
    return jsonify({"messages": answers}), 200


def _add(conversation: Conversation, body: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    role = _ROLES.get(text_field(body, "role"))
    if role is None:
        raise InvalidInputError(f"role is {body['role'][:40]!r}; it can be {', '.join(_ROLES)}.")
    warnings: list[str] = []
    stored = store_message(
        session(),
        conversation,
        role,
        text_field(body, "text", longest=LONGEST_TEXT),
        external_id=text_field(body, "external_id", required=False),
        sent_at=_moment(body, warnings),
        user_id=current_user.id if role in {MessageRole.AGENT, MessageRole.NOTE} else None,
        region=current_app.extensions["kb_settings"].phone_region,
        zone=current_app.extensions["kb_settings"].time_zone,
    )
    status = "created" if stored.is_new else "known"
    return {"id": stored.message.id, "status": status, "warnings": warnings}, stored.is_new


def _moment(body: dict[str, Any], warnings: list[str]) -> datetime | None:
    """`sent_at` as ISO 8601 or seconds since 1970; None, for now, where it cannot be read."""
    value = body.get("sent_at")
    if value is None:
        return None
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        warnings.append("sent_at cannot be read as a time and was left out")
        return None


@conversations.get("/<int:conversation_id>/suggestions")
def suggestions(conversation_id: int) -> Response:
    """What `kb assist --json` prints, for what was said so far. Each question names the message that stated it."""
    conversation = get_conversation(session(), conversation_id)
    found = suggest_for(
        conversation,
        reader_language=offered_language(request.args.get("lang", "")),
        limit=number_argument("limit", SUGGESTED, 1, HIGHEST_LIMIT),
    )
    answer = found.shown.answer if found.shown else NO_SUGGESTION
    body = with_safety(session(), found.turns, answer, reader_language=choose_language()).to_json()
    for question in body["questions"]:
        question["message"] = found.message_of_turn[question["turn"]]
    return jsonify(body)


@conversations.get("/<int:conversation_id>")
def show(conversation_id: int) -> Response:
    """What is known of a conversation, with its newest messages; earlier ones by `before`."""
    conversation = get_conversation(session(), conversation_id)
    before = number_argument("before", 0, 0, 2**31 - 1) or None
    timeline = timeline_of(session(), conversation, before_id=before, limit=number_argument("limit", PAGE, 1, PAGE))
    answer = conversation_to_json(conversation)
    answer["facts"] = [told.to_json() for told in told_by(session(), conversation)]
    found = suggest_for(conversation, limit=SUGGESTED)
    shown = found.shown.answer.questions if found.shown else ()
    answer["questions"] = [question.to_json() for question in shown]
    safety = safety_of_turns(session(), found.turns, reader_language=choose_language())
    answer["safety"] = safety.to_json() if safety else None
    answer |= {"timeline": [entry_to_json(entry) for entry in timeline.entries], "earlier": timeline.earlier}
    return jsonify(answer)
