"""The seal of this server, for what must be readable again."""

from flask import current_app

from kb.core.sealing import Seal


def seal() -> Seal:
    return Seal(current_app.config["SECRET_KEY"])
