"""Which requests may be larger than the others: exports that people upload who may, files of replies, pictures."""

from flask import Flask, request

from kb.core.settings import Settings
from kb.service.attachments import MOST_FILES

EXPORTS = ("admin_jobs.start_import",)
FILES_OF_REPLIES = ("desk_inbox.send", "desk_inbox.add")
PICTURES_OF_CUSTOMERS = ("help.contact_send", "help.answer_request")
# More than is kept: a form is only given back, with a word on the picture that is too large, where it has arrived.
MOST_OF_PICTURES = 64 * 2**20
# What comes beside the files: the text, and what the browser writes around each.
_BESIDE = 2**20


def init_uploads(app: Flask, settings: Settings) -> None:
    """Call after the check of access and before that of forged forms, which reads the body."""

    def raise_limit() -> None:
        if request.endpoint in EXPORTS:
            request.max_content_length = settings.largest_upload
        elif request.endpoint in FILES_OF_REPLIES:
            request.max_content_length = MOST_FILES * settings.largest_attachment + _BESIDE

        elif request.endpoint in PICTURES_OF_CUSTOMERS:
            request.max_content_length = MOST_OF_PICTURES

    app.before_request(raise_limit)
