"""How the inbox words what has happened, how long somebody may still wait, and times of day."""

from collections.abc import Mapping
from datetime import datetime

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from kb.core.clock import utc_now
from kb.core.settings import Settings
from kb.service.queue import Countdown, Targets, View, countdown
from kb.tables import Conversation, ConversationEvent, Customer, EventKind
from webapp.shared.formatting import format_length, format_moment, format_time
from webapp.shared.survey_words import ANSWERS, KINDS
from webapp.shared.ui import language_name

VIEW_NAMES = {
    View.WAITING: _l("Waiting"),
    View.MINE: _l("Mine"),
    View.UNASSIGNED: _l("Nobody’s"),
    View.OPEN: _l("All open"),
    View.HEATED: _l("Heated"),
    View.OVERDUE: _l("Overdue promises"),
    View.SNOOZED: _l("Snoozed"),
    View.CLOSED: _l("Closed"),
}
LEVEL_NAMES = {0: _l("Calm"), 1: _l("Annoyed"), 2: _l("Angry")}
DELIVERY_NAMES = {
    "pending": _l("on its way"),
    "sending": _l("on its way"),
    "sent": _l("sent"),
    "failed": _l("not delivered"),
    "withdrawn": _l("taken back"),
}


def settings() -> Settings:
    found: Settings = current_app.extensions["kb_settings"]
    return found


def targets() -> Targets:
    return Targets(settings().first_response_minutes, settings().resolution_minutes)


def name_of(customer: Customer) -> str:
    """What to call them: the name, else what they are reached by."""
    return customer.name or customer.email or customer.phone or str(_("Unknown customer"))


def clock(moment: datetime) -> str:
    """When, in the house's time zone: the time alone if it is today."""
    zone = settings().time_zone
    is_today = moment.astimezone(zone).date() == utc_now().astimezone(zone).date()
    return format_time(moment) if is_today else format_moment(moment)


def due(conversation: Conversation) -> Countdown | None:
    return countdown(conversation, targets())


def due_words(due: Countdown) -> str:
    """`First answer in 3 minutes`, `First answer late by 2 hours`."""
    left = due.due_at - utc_now()
    words = format_length(abs(left))
    if due.is_first_response:
        if due.is_late():
            return str(_("First answer late by %(time)s", time=words))
        return str(_("First answer in %(time)s", time=words))
    if due.is_late():
        return str(_("To be solved: late by %(time)s", time=words))
    return str(_("To be solved in %(time)s", time=words))


def short_due(due: Countdown) -> str:
    """How long is left or over, as short as it can be said."""
    left = due.due_at - utc_now()
    words = format_length(abs(left), narrow=True)
    return str(_("%(time)s late", time=words)) if due.is_late() else words


def event_words(event: ConversationEvent, people: Mapping[int, str]) -> str:
    """What has happened, in one sentence. people: names by id."""
    by = (event.user.name or event.user.email) if event.user else ""
    kind, data = event.kind, event.data
    if kind == EventKind.ASSIGNED:
        return _assigned(event, by, people)
    if kind == EventKind.REOPENED and data.get("why"):
        return str(
            _("Open again: the customer wrote") if data["why"] == "customer" else _("Open again: the time is over")
        )
    if kind == EventKind.SNOOZED:
        until = _moment(data.get("until"))
        words = _("Snoozed until %(time)s", time=clock(until)) if until else _("Snoozed")
    elif kind == EventKind.LANGUAGE:
        words = _("Answers in %(language)s from now on", language=language_name(str(data.get("language", ""))))
    elif kind == EventKind.CALL_BACK:
        words = _call_back(data)
    elif kind == EventKind.SURVEYED:
        words = _surveyed(data)
    else:
        words = _EVENTS.get(kind, kind)
    return f"{words} · {by}" if by else str(words)


_EVENTS = {
    "closed": _l("Closed"),
    "reopened": _l("Open again"),
    "handed_over": _l("Handed over"),
    "escalated": _l("Escalated"),
    "merged": _l("Customers merged"),
    "question_settled": _l("A question was settled"),
    "question_reopened": _l("A question was opened again"),
    "withdrawn": _l("A reply was taken back"),
    "delivered": _l("Delivered"),
    "not_delivered": _l("Not delivered"),
    "saved": _l("Saved as a ticket or article"),
    "stepped_away": _l("The customer stepped away for a while and keeps the place in line"),
}


def _call_back(data: Mapping[str, object]) -> str:
    start, end = _moment(data.get("from")), _moment(data.get("until"))
    number = str(data.get("number", ""))
    if start is None or end is None:
        return str(_("Asked to be called back on %(number)s as soon as somebody can", number=number))
    time = f"{clock(start)} – {clock(end)}"
    return str(_("Asked to be called back on %(number)s: %(time)s", number=number, time=time))


def _surveyed(data: Mapping[str, object]) -> str:
    kind, score, comment = str(data.get("kind", "")), data.get("score"), str(data.get("comment", ""))
    answers = ANSWERS.get(kind, ())
    answer = answers[score - 1] if isinstance(score, int) and 0 < score <= len(answers) else ""
    words = _("Survey · %(question)s: %(answer)s", question=KINDS.get(kind, kind), answer=answer)
    return f"{words} · “{comment}”" if comment else str(words)


def _assigned(event: ConversationEvent, by: str, people: Mapping[int, str]) -> str:
    to = event.data.get("to")
    if to is None:
        return str(_("%(by)s gave it back", by=by) if by else _("Given back"))
    if event.user_id == to:
        return str(_("%(by)s took it", by=by))
    name = people.get(to, str(_("a colleague")))
    return str(_("%(by)s gave it to %(name)s", by=by, name=name) if by else _("Dealt to %(name)s", name=name))


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
