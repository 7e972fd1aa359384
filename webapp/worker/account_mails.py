"""The job of mails about accounts, and their words."""

from collections.abc import Callable
from typing import Any

from kb.accounts.links import MailKind
from kb.core.settings import Settings
from kb.jobs.kind import JobContext
from kb.service.account_mails import DueMail, send_account_mails
from webapp.shared.account_links import sign_link
from webapp.shared.security import load_secret_key
from webapp.worker.catalogues import catalogue_for
from webapp.worker.channels import ways_out
from webapp.worker.tools import WorkerTools

ACCOUNT_MAILS = "account_mails"


def run(tools: WorkerTools, context: JobContext) -> dict[str, Any] | None:
    settings = tools.settings
    found = send_account_mails(
        tools.engine,
        ways_out(settings),
        lambda due: account_words(settings, due),
        checkpoint=lambda: context.progress(0, 0),
    )
    return found or None


def account_words(settings: Settings, due: DueMail) -> tuple[str, str]:
    """Subject and text, in the language of whoever gets it."""
    _tag, catalogue = catalogue_for(due.language, settings)
    _ = catalogue.gettext
    link = (
        f"{settings.public_url}/login/password/{sign_link(due.nonce, load_secret_key(settings))}" if due.nonce else ""
    )
    if due.kind is MailKind.RESET:
        subject = _("Choose a new password")
        parts = [
            _(
                "Somebody asked for a new password for your account. By this link you choose it; it is good for an hour, once:"
            ),
            link,
            _("If that was not you, nothing need be done: nothing has changed."),
        ]
    elif due.kind is MailKind.INVITATION:
        subject = _("You are invited")
        parts = [
            _(
                "You are invited to help customers here. By this link you choose your password; it is good for a week, once:"
            ),
            link,
        ]
    else:
        subject, told = _news(_)[due.kind]
        not_you = _("If that was not you, choose another password now, and tell an administrator:")
        parts = [f"{told} {not_you}", f"{settings.public_url}/login/forgotten"]
    return f"{settings.site_name}: {subject}", "\n\n".join(parts) + "\n"


def _news(_: Callable[[str], str]) -> dict[MailKind, tuple[str, str]]:
    """Subject and first sentence of what was changed."""
    return {
        MailKind.PASSWORD_CHANGED: (_("Your password was changed"), _("The password of your account was changed.")),
        MailKind.CODES_ON: (_("A second step was set up"), _("Your account asks for codes of an app from now on.")),
        MailKind.CODES_OFF: (
            _("The second step was turned off"),
            _("Your account asks for no second step any more."),
        ),
        MailKind.RECOVERY_CODE_USED: (
            _("A recovery code was used"),
            _("Somebody has logged in to your account with a recovery code."),
        ),
        MailKind.PASSKEY_ADDED: (_("A passkey was added"), _("A new passkey opens your account from now on.")),
    }
