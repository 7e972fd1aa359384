"""What all forms made with WTForms share."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.form import SUBMIT_METHODS
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import MultipleFileField


class PageForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no annotations
    """A file that is sent under the name of a text is no text: such a field counts as left empty."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What was sent as a form, else nothing; other kinds of content are no form."""
            if formdata is None or request.method not in SUBMIT_METHODS:
                return None
            wanted = {name for name, field in form._fields.items() if isinstance(field, MultipleFileField)}
            files = [(name, file) for name, file in request.files.items(multi=True) if name in wanted]
            return CombinedMultiDict([MultiDict(files), request.form])

    @property
    def is_outdated(self) -> bool:
        """Whether the session in which the form was shown is over."""
        return "csrf_token" in self.errors
