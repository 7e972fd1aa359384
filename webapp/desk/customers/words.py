"""How pages about customers word times, causes and why another system said nothing."""

from datetime import datetime

from flask_babel import lazy_gettext

from kb.service.customer_at_hand import CauseKind
from kb.service.outside_facts import Trouble
from webapp.desk.inbox.words import settings
from webapp.shared.formatting import format_moment, format_near_day

CAUSES = {
    CauseKind.PROMISE: lazy_gettext("We promised:"),
    CauseKind.OUTSIDE: lazy_gettext("Your system says so:"),
    CauseKind.SEARCHED: lazy_gettext("Searched without success:"),
    CauseKind.EARLIER: lazy_gettext("Still open:"),
    CauseKind.COMMON: lazy_gettext("Many ask this now:"),
}
TROUBLES = {
    Trouble.SLOW: lazy_gettext("Your system did not answer within 1 s."),
    Trouble.DOWN: lazy_gettext("Your system cannot be reached."),
    Trouble.STATUS: lazy_gettext("Your system answered with an error."),
    Trouble.TOO_LARGE: lazy_gettext("Your system’s answer is too large."),
    Trouble.NO_JSON: lazy_gettext("Your system’s answer cannot be read."),
}
ROLES = {
    "customer": lazy_gettext("Customer"),
    "agent": lazy_gettext("Agent"),
    "note": lazy_gettext("Note"),
    "system": lazy_gettext("Chat program"),
}


def local_day(moment: datetime) -> str:
    """The day and hour in the desk's time zone: `12 Mar, 17:00`; the end of a day is the day alone."""
    local = moment.astimezone(settings().time_zone)
    return format_near_day(moment) if (local.hour, local.minute) == (23, 59) else format_moment(moment)
