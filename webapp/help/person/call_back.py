"""Being called back: a number, and when."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from flask import redirect, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response
from wtforms import Field, HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from kb.core.clock import utc_now
from kb.core.errors import InvalidInputError
from kb.service.call_back import (
    WantedCall,
    Window,
    call_windows,
    choose_window,
    clean_number,
    leave_line_for_call,
    request_call_back,
)
from kb.service.hours import ServiceHours
from kb.tables import Channel, Conversation
from webapp.help.blueprint import blueprint, current_settings
from webapp.help.forms import name_field
from webapp.help.own_conversations import conversation_of, token_of
from webapp.help.person.ways import hours_of_service
from webapp.help.person.words import day_and_time
from webapp.shared.database import session
from webapp.shared.errors import RETRY_AFTER
from webapp.shared.formatting import format_time
from webapp.shared.locale import in_language, offered_languages
from webapp.shared.proof import ProvedForm
from webapp.shared.ui import render_fresh

# Where no time was chosen it falls due so long after somebody is there.
_SOON = timedelta(hours=2)


class CallBackForm(ProvedForm):
    """Once the form is valid, `called` is the number in E.164 and `window` the chosen time, None for as soon as possible."""

    called: str = ""
    window: Window | None = None

    number = StringField(
        _l("Your phone number"),
        description=_l("We use it for this call only."),
        validators=[DataRequired(_l("Please write the number that we shall call.")), Length(max=40)],
        render_kw={"autocomplete": "tel", "inputmode": "tel"},
    )
    when = SelectField(_l("When shall we call?"), validate_choice=False)
    name = name_field()
    message = TextAreaField(
        _l("What is it about?"),
        description=_l("Leave out passwords, one-time codes and card numbers: nobody here will ask for them."),
        validators=[Optional(), Length(max=2000, message=_l("Please keep it under 2,000 characters."))],
        render_kw={"rows": "3"},
    )
    key = HiddenField()
    line = HiddenField()

    def __init__(self, hours: ServiceHours, in_line: Conversation | None = None) -> None:
        super().__init__()
        self.windows = call_windows(hours)
        soon = hours.opens_at(utc_now())
        first = _("As soon as somebody can")
        if soon is not None and soon > utc_now():
            first = _("As soon as somebody can, from %(when)s", when=day_and_time(soon, hours))
        self.when.choices = [("", first)]
        self.when.choices += [(one.start.isoformat(), window_words(one, hours)) for one in self.windows]
        self.latest = (soon or utc_now()) + _SOON
        if in_line is not None:
            del self.name
        if not (self.key.data or "").isalnum() or len(self.key.data) > 64:
            self.key.data = secrets.token_hex(16)

    def validate_number(self, field: Field) -> None:
        try:
            self.called = clean_number(field.data or "", current_settings().phone_region)
        except InvalidInputError as error:
            raise ValidationError(
                _l("This is no phone number that we can call. An example: 98300 12345 or +91 98300 12345")
            ) from error

    def validate_when(self, field: Field) -> None:
        try:
            self.window = choose_window(self.windows, field.data or "")
        except InvalidInputError as error:
            raise ValidationError(
                _l("That time is over or not offered any more. Please choose another one.")
            ) from error


def window_words(window: Window, hours: ServiceHours) -> str:
    """`tomorrow at 08:00 – 09:00`."""
    words = f"{day_and_time(window.start, hours)} – {format_time(window.end)}"
    return words[:1].upper() + words[1:]


def _in_line(token: str) -> Conversation | None:
    """The chat in whose line somebody stands, by its link."""
    return conversation_of(token) if token else None


@blueprint.get("/help/<language>/call-back")
def call_back(language: str) -> ResponseReturnValue:
    """`?line=` is the link of a chat: the call takes the place in its line."""
    token = request.args.get("line", "")
    form = CallBackForm(hours_of_service(), _in_line(token))
    form.line.data = token
    return _page(form, language)


@blueprint.post("/help/<language>/call-back")
def call_back_send(language: str) -> ResponseReturnValue:
    hours = hours_of_service()
    conversation = _in_line(request.form.get("line", ""))
    form = CallBackForm(hours, conversation)
    if not form.validate():
        return _page(form, language), form.refusal
    call = WantedCall(
        form.called,
        form.window,
        form.latest,
        form.message.data or str(_("Please call me back.")),
        _promise(form, hours),
    )
    region = current_settings().phone_region
    try:
        if conversation is None:
            conversation = request_call_back(
                session(),
                call,
                name=form.name.data,
                language=language,
                visit=cookie.get("visit"),
                region=region,
                key=form.key.data,
            )
        else:
            leave_line_for_call(session(), conversation, call, region=region)
    except OperationalError:  # the database is busy: the form as it was sent, to be sent again
        session().rollback()
        return _page(form, language, is_busy=True), 503, {"Retry-After": str(RETRY_AFTER)}
    return redirect(url_for("help.call_back_sent", language=language, token=token_of(conversation)), code=303)


@blueprint.get("/help/<language>/call-back/<token>")
def call_back_sent(language: str, token: str) -> ResponseReturnValue:
    """What was agreed, by its link."""
    conversation = conversation_of(token)
    agreed: dict[str, Any] = conversation.details.get("call_back", {})
    if conversation.channel != Channel.PHONE or not agreed:
        return redirect(url_for("help.call_back", language=language))
    hours = hours_of_service()
    window = None
    if "from" in agreed:
        window = Window(datetime.fromisoformat(agreed["from"]), datetime.fromisoformat(agreed["until"]))
    when = window_words(window, hours) if window else str(_("As soon as somebody can"))
    return render_fresh("help/person/call_back_sent.html", number=agreed["number"], when=when)


def _promise(form: CallBackForm, hours: ServiceHours) -> str:
    """As reps read it, in the language of the house."""
    with in_language(offered_languages()[0]):
        if form.window is None:
            return str(_("Call %(number)s as soon as somebody can", number=form.called))
        return str(_("Call %(number)s: %(when)s", number=form.called, when=window_words(form.window, hours)))


def _page(form: CallBackForm, language: str, *, is_busy: bool = False) -> Response:
    return render_fresh("help/person/call_back.html", form=form, language=language, is_busy=is_busy)
