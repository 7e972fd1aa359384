"""The page of ways to a person: what each takes, before one chooses."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from kb.core.clock import utc_now
from kb.core.settings import Settings
from kb.service.first_responses import FirstResponses, first_responses
from kb.service.hours import ServiceHours
from kb.service.hours_record import service_hours
from kb.service.waiting_record import estimate_for
from kb.tables import Channel
from webapp.help.blueprint import blueprint, current_settings
from webapp.help.person.words import hours_now, response_words, rows_of, wait_words
from webapp.shared.database import session
from webapp.shared.ui import render_fresh


@dataclass(frozen=True)
class Way:
    """takes: how long it takes, in words; note: when, or to where it leads."""

    name: str
    url: str
    glyph: str
    takes: str
    note: str = ""


def hours_of_service() -> ServiceHours:
    settings = current_settings()
    return service_hours(session(), settings.service_hours_text, settings.time_zone)


@blueprint.get("/help/<language>/person")
def person(language: str) -> ResponseReturnValue:
    """`?q=` is what was searched for: it goes along to the form, which asks before it sends it."""
    hours = hours_of_service()
    query = request.args.get("q", "").strip()[:2000] or None
    ways, is_known = _ways(current_settings(), hours, language, query)
    return render_fresh(
        "help/person/ways.html",
        ways=ways,
        is_known=is_known,
        now=hours_now(hours),
        is_open=hours.is_open(utc_now()),
        rows=rows_of(hours),
    )


def _ways(settings: Settings, hours: ServiceHours, language: str, query: str | None) -> tuple[list[Way], bool]:
    """Statements: the record of answers, and the queue of chats during the hours. And whether the record says anything."""
    is_open = hours.is_open(utc_now())
    took = first_responses(session(), [Channel.WEB, Channel.EMAIL, Channel.PHONE, Channel.SMS, Channel.SOCIAL])
    is_known = bool(took)
    ways = []
    if "help.chat" in current_app.view_functions:
        place = estimate_for(session(), None) if is_open else None
        is_known = is_known or (place is not None and place.estimate is not None)
        takes = wait_words(place, hours) if place else hours_now(hours)
        url = url_for("help.chat", language=language, q=query)
        ways.append(Way(str(_("Chat here")), url, "person", takes, str(_("You write, a person answers on this page."))))
    by_call = response_words(took.get(Channel.PHONE)) if is_open else hours_now(hours)
    ways.append(
        Way(
            str(_("Be called back")),
            url_for("help.call_back", language=language),
            "phone",
            by_call,
            str(_("You say when, we call your number.")),
        )
    )
    ways.append(
        Way(
            str(_("Write to us")),
            url_for("help.contact", language=language, q=query),
            "article",
            response_words(_slower(took.get(Channel.WEB), took.get(Channel.EMAIL))),
            str(_("At any hour. We answer by e-mail or phone.")),
        )
    )
    ways += [_further(name, target, hours, took, is_open) for name, target in settings.contact_ways]
    address = settings.mail_from[1] if settings.mail_imap else ""
    if address:
        takes = response_words(took.get(Channel.EMAIL))
        ways.append(Way(str(_("E-mail")), f"mailto:{address}", "inbox", takes, address))
    return ways, is_known


def _slower(*found: FirstResponses | None) -> FirstResponses | None:
    """Messages of the form and mails are answered by the same people in one order: the one that is better known."""
    known = [one for one in found if one is not None]
    return max(known, key=lambda one: one.of) if known else None


def _further(name: str, target: str, hours: ServiceHours, took: Mapping[str, FirstResponses], is_open: bool) -> Way:
    digits = "".join(character for character in target if character.isdigit() or character == "+")
    if name == "phone":
        # Whoever calls is heard at once or not at all: the record of written answers says nothing of it.
        takes = hours_now(hours)
        return Way(str(_("Call us")), f"tel:{digits}", "phone", takes, target)
    if name == "sms":
        takes = response_words(took.get(Channel.SMS)) if is_open else hours_now(hours)
        return Way("SMS", f"sms:{digits}", "inbox", takes, target)
    takes = response_words(took.get(Channel.SOCIAL)) if is_open else hours_now(hours)
    url = target if target.startswith("https://") else f"https://wa.me/{digits.lstrip('+')}"
    return Way("WhatsApp" if name == "whatsapp" else name.capitalize(), url, "person", takes, "")
