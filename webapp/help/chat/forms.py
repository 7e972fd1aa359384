"""The form with which a chat begins. What was typed stays in it when something is missing."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, HiddenField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from kb.core.settings import Settings
from kb.service.chat import LONGEST_MESSAGE
from kb.service.customers import clean_email
from webapp.shared.proof import ProvedForm


class ChatForm(ProvedForm):
    """Once the form is valid, `reach` is the e-mail address or ""; without a mail server there is no field for one."""

    reach: str = ""

    message = TextAreaField(
        _l("What do you need?"),
        description=_l("Leave out passwords, one-time codes and card numbers: nobody here will ask for them."),
        validators=[
            DataRequired(_l("Please write in a few words what you need.")),
            Length(max=LONGEST_MESSAGE, message=_l("Please keep it under 5,000 characters.")),
        ],
        render_kw={"rows": "4"},
    )
    name = StringField(
        _l("Your name (if you like)"),
        validators=[Optional(), Length(max=200, message=_l("That is too long for a name."))],
        render_kw={"autocomplete": "name"},
    )
    contact = StringField(
        _l("Your e-mail address (if you like)"),
        description=_l("What was said comes to this address when the chat ends."),
        validators=[Optional()],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    share = BooleanField(_l("Send along what I searched for and read here, so that I need not explain it again."))
    key = HiddenField()  # of one press of the button

    def __init__(self, settings: Settings, **values: object) -> None:
        super().__init__(**values)
        if settings.mail_smtp is None:
            del self.contact

    def validate_contact(self, field: Field) -> None:
        self.reach = clean_email(field.data or "") or ""
        if not self.reach:
            raise ValidationError(_l("This is no e-mail address. An example: asha@example.com"))
