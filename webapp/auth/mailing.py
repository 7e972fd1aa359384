"""Mails about accounts, as pages ask for them. They go out by a job."""

from flask import current_app

from kb.accounts.links import MailKind
from kb.accounts.links import tell as store
from kb.core.settings import Settings
from kb.tables import User
from webapp.shared.database import session


def sends_mail() -> bool:
    """Whether links can be sent: there is a mail server, and an address of this site that is known outside of requests."""
    settings: Settings = current_app.extensions["kb_settings"]
    return settings.mail_smtp is not None and bool(settings.public_url)


def tell(user: User, kind: MailKind) -> None:
    """Tell a person what was changed in their account, where mails are sent."""
    if sends_mail():
        store(session(), user, kind)
