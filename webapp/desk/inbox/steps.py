"""What is done with a conversation beside writing: each a form that leads back to it."""

from datetime import datetime, timedelta

from flask import abort, flash, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.accounts.rights import Act, require
from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError, NotAllowedError
from kb.service.conversations import assign, close, get_conversation, reopen, set_language, snooze
from kb.tables import Conversation
from webapp.desk.inbox.returning import back_to
from webapp.desk.inbox.words import settings
from webapp.shared.database import session
from webapp.shared.locale import offered_languages
from webapp.shared.numbers import small_number

# Hour of the day at which a working day begins.
_MORNING = 9


def assign_to(conversation_id: int) -> ResponseReturnValue:
    """To a person, or to nobody. `seen`: who had it when the page was made; where that has changed nothing is done."""
    conversation = get_conversation(session(), conversation_id)
    to, seen = small_number(request.form.get("to", "")), small_number(request.form.get("seen", ""))
    if conversation.assigned_to_id not in {seen, to}:
        flash(_("Meanwhile it was given to somebody else. Nothing was changed."), "warn")
    elif _may(Act.GIVE, conversation):
        assign(session(), conversation, to, current_user.id)
    return back_to(conversation.id)


def _may(act: Act, conversation: Conversation) -> bool:
    """Whether the table of rights lets this person do it; where not the page says so."""
    try:
        require(act, user_id=current_user.id, role=current_user.role, owner_id=conversation.assigned_to_id)
    except NotAllowedError:
        flash(_("A colleague has this conversation. Ask them for it, or a trainer."), "warn")
        return False
    return True


def snooze_until(conversation_id: int) -> ResponseReturnValue:
    conversation = get_conversation(session(), conversation_id)
    until = _until(request.form.get("for", ""), request.form.get("until", ""))
    try:
        if not _may(Act.SNOOZE, conversation):
            return back_to(conversation.id)
        if until is None:
            raise InvalidInputError(_("Choose a day and a time."))
        snooze(session(), conversation, until, current_user.id)
    except InvalidInputError:
        flash(_("That time is over, or none was chosen. Choose a later one."), "warn")
    return back_to(conversation.id)


def _until(choice: str, chosen: str) -> datetime | None:
    """`hour`, `tomorrow`, `monday`, or `date` with a day and time as the browser writes it, in the house's time zone."""
    now = utc_now().astimezone(settings().time_zone)
    morning = now.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    if choice == "hour":
        return utc_now() + timedelta(hours=1)
    if choice == "tomorrow":
        return (morning + timedelta(days=1)).astimezone(utc_now().tzinfo)
    if choice == "monday":
        return (morning + timedelta(days=7 - now.weekday())).astimezone(utc_now().tzinfo)
    if choice != "date":
        abort(400)
    try:
        moment = datetime.fromisoformat(chosen)
        return moment.replace(tzinfo=moment.tzinfo or settings().time_zone).astimezone(utc_now().tzinfo)
    except (ValueError, OverflowError):
        return None


def close_it(conversation_id: int) -> ResponseReturnValue:
    conversation = get_conversation(session(), conversation_id)
    if _may(Act.CLOSE, conversation):
        close(session(), conversation, current_user.id)
    return back_to(conversation.id)


def reopen_it(conversation_id: int) -> ResponseReturnValue:
    conversation = get_conversation(session(), conversation_id)
    reopen(session(), conversation, current_user.id)
    return back_to(conversation.id)


def answer_in(conversation_id: int) -> ResponseReturnValue:
    """The language in which the customer is answered from now on."""
    conversation = get_conversation(session(), conversation_id)
    language = request.form.get("language", "")
    if language not in offered_languages():
        abort(400)
    set_language(session(), conversation, language, current_user.id)
    return back_to(conversation.id)
