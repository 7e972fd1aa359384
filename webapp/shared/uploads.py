"""Which requests may be larger than the others: uploads of exports, by people who may make them."""

from flask import Flask, request

from kb.core.settings import Settings

ENDPOINTS = ("admin_jobs.start_import",)


def init_uploads(app: Flask, settings: Settings) -> None:
    """Call after the check of access and before that of forged forms, which reads the body."""

    def raise_limit() -> None:
        if request.endpoint in ENDPOINTS:
            request.max_content_length = settings.largest_upload

    app.before_request(raise_limit)
