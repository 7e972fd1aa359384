"""Where a form of the inbox leads to."""

from urllib.parse import urlencode

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from webapp.shared.access import safe_next


def back_to(conversation_id: int, **arguments: object) -> ResponseReturnValue:
    """To the page where the form was, or to the conversation, with these arguments added."""
    target = safe_next(request.form.get("next")) or url_for("desk_inbox.show", conversation_id=conversation_id)
    if added := urlencode({name: value for name, value in arguments.items() if value is not None}):
        target += ("&" if "?" in target else "?") + added
    return redirect(target, code=303)
