"""What a device is to sign (WebAuthn): made for a page, signed by us, and good for one answer within some minutes.

Nothing is stored before somebody answered well, so that looking at the log-in page writes nothing.
"""

import base64
import binascii
import hashlib
import secrets
from enum import StrEnum
from urllib.parse import urlsplit

from flask import current_app, request
from flask_babel import gettext as _
from flask_login import current_user
from itsdangerous import BadData, URLSafeTimedSerializer

from kb.accounts.passkeys import VALID_FOR, RelyingParty
from kb.core.errors import NotAllowedError
from kb.core.settings import Settings

_SALT = "passkey challenge"


class Purpose(StrEnum):
    """An answer to one is none to another."""

    LOG_IN = "log in"
    CONFIRM = "confirm"
    ADD = "add"


def relying_party() -> RelyingParty | None:
    """This site as devices know it, under the name by which it is asked; None where that is no name, but an address in figures,
    which devices take for nobody's."""
    settings: Settings = current_app.extensions["kb_settings"]
    name = (urlsplit(f"//{request.host}").hostname or "").rstrip(".")
    if not name or ":" in name or name.rpartition(".")[2].isdigit():
        return None
    # Devices answer pages that came by HTTPS, and those of this machine. Whoever ends TLS in front of us may not say so.
    is_local = name == "localhost" or name.endswith(".localhost")
    schemes = ("https", "http") if is_local else ("https",)
    return RelyingParty(name, settings.site_name, tuple(f"{scheme}://{request.host}" for scheme in schemes))


def new_challenge(purpose: Purpose) -> tuple[bytes, str]:
    """A challenge, and the same signed, for the form that brings its answer."""
    challenge = secrets.token_bytes(32)
    return challenge, _serializer().dumps([purpose.value, _asker(), base64.b64encode(challenge).decode("ascii")])


def challenge_of(purpose: Purpose, signed: str) -> bytes:
    """Raises NotAllowedError where it is none of ours, one for something or somebody else, or too old."""
    try:
        named, asker, text = _serializer().loads(signed, max_age=int(VALID_FOR.total_seconds()))
        challenge = base64.b64decode(text, validate=True)
    except (BadData, ValueError, TypeError, binascii.Error) as error:
        raise _outdated() from error
    if named != purpose.value or asker != _asker():
        raise _outdated()
    return challenge


def _asker() -> int:
    """The session of who is logged in; 0 for nobody."""
    return int(current_user.session_id or 0) if current_user.is_authenticated else 0


def _serializer() -> URLSafeTimedSerializer:
    key = current_app.config["SECRET_KEY"]
    return URLSafeTimedSerializer(key, salt=_SALT, signer_kwargs={"digest_method": hashlib.sha256})


def _outdated() -> NotAllowedError:
    return NotAllowedError(_("The page was open for too long. Please try again."))
