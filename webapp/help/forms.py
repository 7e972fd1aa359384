"""The form by which a customer asks for a person. What was typed stays in it when something is missing."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Field, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from kb.core.errors import InvalidInputError
from kb.core.settings import Settings
from kb.service.contact import clean_contact


class ContactForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no annotations
    """Once the form is valid, `reach` is the e-mail address or E.164 number; `contact.data` stays as it was typed."""

    reach: str = ""

    name = StringField(
        _l("Your name"),
        validators=[
            DataRequired(_l("Please write your name.")),
            Length(max=200, message=_l("That is too long for a name.")),
        ],
        render_kw={"autocomplete": "name"},
    )
    contact = StringField(
        _l("E-mail or phone number"),
        description=_l("We use it for this answer only."),
        validators=[DataRequired(_l("Please write an e-mail address or a phone number, so that we can answer."))],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    message = TextAreaField(
        _l("What do you need?"),
        description=_l("Leave out passwords, one-time codes and card numbers: nobody here will ask for them."),
        validators=[
            DataRequired(_l("Please write in a few words what you need.")),
            Length(max=5000, message=_l("Please keep it under 5,000 characters.")),
        ],
        render_kw={"rows": "6"},
    )

    def __init__(self, settings: Settings, **values: object) -> None:
        super().__init__(**values)
        self._region = settings.phone_region

    def validate_contact(self, field: Field) -> None:
        try:
            self.reach = clean_contact(field.data or "", self._region)
        except InvalidInputError as error:
            raise ValidationError(
                _l("This is neither an e-mail address nor a phone number. An example: asha@example.com or 98300 12345")
            ) from error
