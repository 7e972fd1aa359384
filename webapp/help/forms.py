"""The forms of the help centre by which a customer writes to a person. What was typed stays in them when something is wrong."""

import secrets
from collections.abc import Sequence
from typing import Any

from flask import session as cookie
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, Field, HiddenField, MultipleFileField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from kb.core.errors import InvalidInputError
from kb.core.settings import Settings
from kb.service.contact import clean_contact, clean_order_number
from kb.service.references import read_reference
from kb.service.sent_pictures import LARGEST, MOST_PICTURES, PictureError, SentPicture, clean_picture
from webapp.shared.forms import PageForm
from webapp.shared.proof import ProvedForm

_LONGEST_MESSAGE = 5000
_ACCEPT = "image/jpeg,image/png,image/webp,image/gif"


def _reach_of(field: Field, region: str) -> str:
    try:
        return clean_contact(field.data or "", region)
    except InvalidInputError as error:
        raise ValidationError(
            _l("This is neither an e-mail address nor a phone number. An example: asha@example.com or 98300 12345")
        ) from error


def _message_field(label: Any) -> TextAreaField:
    return TextAreaField(
        label,
        description=_l("Leave out passwords, one-time codes and card numbers: nobody here will ask for them."),
        validators=[
            DataRequired(_l("Please write in a few words what you need.")),
            Length(max=_LONGEST_MESSAGE, message=_l("Please keep it under 5,000 characters.")),
        ],
        render_kw={"rows": "6"},
    )


def name_field() -> StringField:
    return StringField(
        _l("Your name"),
        validators=[
            DataRequired(_l("Please write your name.")),
            Length(max=200, message=_l("That is too long for a name.")),
        ],
        render_kw={"autocomplete": "name"},
    )


class MessageForm(PageForm):
    """A message with pictures. Once it is valid, `sent_pictures` has them as they are kept.

    key: of the form that was shown, so that it is taken once however often it is sent.
    """

    sent_pictures: Sequence[SentPicture] = ()

    key = HiddenField()
    message = _message_field(_l("Your message"))
    pictures = MultipleFileField(
        _l("Pictures"),
        description=_l("Up to three. Where and with what they were taken is removed."),
        render_kw={"accept": _ACCEPT},
    )

    def __init__(self, settings: Settings, **values: object) -> None:
        super().__init__(**values)
        self._region = settings.phone_region
        if not self.key.data:
            self.key.data = secrets.token_urlsafe(16)

    @property
    def key_of_form(self) -> str:
        """A secret that this browser alone knows; for programs that send no key, that of their session."""
        return str(self.key.raw_data[0] if self.key.raw_data and self.key.raw_data[0] else cookie.get("csrf_token", ""))

    @property
    def has_lost_pictures(self) -> bool:
        """Whether pictures came with a form that is given back: no browser sends the same ones again by itself."""
        return any(_is_file(one) for one in self.pictures.data or ())

    def validate_pictures(self, field: Field) -> None:
        files = [one for one in field.data or () if _is_file(one)]
        if len(files) > MOST_PICTURES:
            raise ValidationError(_l("Three pictures can be sent at most."))
        try:
            self.sent_pictures = [clean_picture(one.filename or "", one.stream.read(LARGEST + 1)) for one in files]
        except PictureError as error:
            raise ValidationError(_picture_words(error)) from error


def _is_file(one: object) -> bool:
    return isinstance(one, FileStorage) and bool(one.filename)


def _picture_words(error: PictureError) -> str:
    if error.reason == "too_large":
        return str(_("%(name)s has more than %(number)s MB.", name=error.name, number=LARGEST // 2**20))
    if error.reason == "too_many_pixels":
        return str(_("%(name)s is too large to be opened. Please make it smaller.", name=error.name))
    if error.reason == "damaged":
        return str(_("%(name)s is damaged and cannot be opened.", name=error.name))
    return str(_("%(name)s is no picture that we can show: JPEG, PNG, WebP and GIF can be sent.", name=error.name))


class ContactForm(ProvedForm, MessageForm):
    """Once the form is valid, `reach` is the e-mail address or E.164 number; `contact.data` stays as it was typed."""

    reach: str = ""
    clean_number: str = ""

    message = _message_field(_l("What do you need?"))
    name = name_field()
    contact = StringField(
        _l("E-mail or phone number"),
        description=_l("We use it for this answer only."),
        validators=[DataRequired(_l("Please write an e-mail address or a phone number, so that we can answer."))],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )
    order_number = StringField(
        _l("Order number, if it is about an order"),
        validators=[Length(max=60, message=_l("This does not look like the number of an order."))],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    share = BooleanField(_l("Send along what I searched for and read here, so that I need not explain it again."))

    def validate_contact(self, field: Field) -> None:
        self.reach = _reach_of(field, self._region)

    def validate_order_number(self, field: Field) -> None:
        try:
            self.clean_number = clean_order_number(field.data or "", self._region)
        except InvalidInputError as error:
            raise ValidationError(
                _l("This does not look like the number of an order. Copy it from your order mail, or leave it empty.")
            ) from error


class FindForm(PageForm):
    """Once it is valid, `clean_reference` and `reach` are what a request is looked for by."""

    clean_reference: str = ""
    reach: str = ""

    reference = StringField(
        _l("Number of the request"),
        description=_l("Nine digits, as in 123-456-789."),
        validators=[DataRequired(_l("Please write the number of the request."))],
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    contact = StringField(
        _l("E-mail or phone number"),
        description=_l("The one that you gave with the request."),
        validators=[DataRequired(_l("Please write the e-mail address or phone number that you gave."))],
        render_kw={"autocomplete": "email", "inputmode": "email"},
    )

    def __init__(self, settings: Settings, **values: object) -> None:
        super().__init__(**values)
        self._region = settings.phone_region

    def validate_reference(self, field: Field) -> None:
        reference = read_reference(field.data or "")
        if reference is None:
            raise ValidationError(_l("There is a slip in this number. It has nine digits."))
        self.clean_reference = reference

    def validate_contact(self, field: Field) -> None:
        self.reach = _reach_of(field, self._region)
