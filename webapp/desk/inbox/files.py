"""Files of messages: uploaded beside a draft, handed out so that a browser runs nothing of them."""

from contextlib import closing

from flask import flash, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from kb.core.errors import InvalidInputError
from kb.service.attachments import (
    MOST_FILES,
    FileRefusedError,
    FileTooLargeError,
    TooManyFilesError,
    add_file,
    clean_file_name,
    files_beside_draft,
    remove_file,
)
from kb.service.conversations import get_conversation
from kb.service.timeline import get_attachment
from kb.tables import Conversation
from webapp.desk.inbox.returning import back_to
from webapp.desk.inbox.words import settings
from webapp.shared.access import wants_json
from webapp.shared.database import session
from webapp.shared.files import file_response


def add_uploads(conversation: Conversation) -> list[str]:
    """Take in what was sent along, and say what could not be taken; those words are returned, too."""
    refused = []
    for upload in request.files.getlist("file"):
        if not upload.filename:
            continue
        limit = settings().largest_attachment
        name = clean_file_name(upload.filename)
        try:
            with closing(upload):
                data = upload.stream.read(limit + 1)
            add_file(session(), conversation, name, data, user_id=current_user.id, largest=limit)
        except InvalidInputError as error:
            refused.append(_why(error, name))
    for words in refused:
        if not wants_json():
            flash(words, "warn")
    return refused


def _why(error: InvalidInputError, name: str) -> str:
    if isinstance(error, FileTooLargeError):
        most = settings().largest_attachment // 2**20
        return str(_("%(name)s is too large: %(number)s MB are the most.", name=name, number=most))
    if isinstance(error, TooManyFilesError):
        return str(_("%(name)s was left out: a message can have %(number)s files.", name=name, number=MOST_FILES))
    if isinstance(error, FileRefusedError):
        return str(_("%(name)s was not taken: it is empty or a program.", name=name))
    raise error


def add(conversation_id: int) -> ResponseReturnValue:
    """Files beside the draft, as scripts send them: what lies there now, and what was refused."""
    conversation = get_conversation(session(), conversation_id)
    refused = add_uploads(conversation)
    return _list(conversation.id, refused)


def remove(conversation_id: int, file_id: int) -> ResponseReturnValue:
    remove_file(session(), conversation_id, file_id, current_user.id)
    return _list(conversation_id, [])


def _list(conversation_id: int, refused: list[str]) -> ResponseReturnValue:
    if not wants_json():
        return back_to(conversation_id)
    lying = files_beside_draft(session(), conversation_id, current_user.id)
    html = render_template("desk/inbox/_draft_files.html", files=lying, conversation_id=conversation_id)
    return jsonify({"html": html, "refused": refused})


def fetch(conversation_id: int, file_id: int) -> ResponseReturnValue:
    """A picture to be looked at, anything else to be saved."""
    return file_response(get_attachment(session(), conversation_id, file_id))
