"""Typing a password or a code: each attempt is counted, whoever makes it and wherever."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import request
from flask_babel import gettext as _

from kb.accounts.slowing import Step, count_attempt, uncount_attempt
from kb.core.database import session_scope
from kb.core.errors import TooBusyError, TooOftenError
from webapp.shared.database import engine


@contextmanager
def counted_attempt(email: str, step: Step = Step.PASSWORD) -> Iterator[None]:
    """Look at the password or code inside. Raises TooOftenError, in words for people, where it comes too early."""
    address = request.remote_addr or ""
    try:
        # Of its own, and before: what fails is undone, and a hundred at once must be a hundred.
        with session_scope(engine()) as separate:
            count_attempt(separate, email, address, step=step)
    except TooOftenError as error:
        raise TooOftenError(
            _("Too many attempts to log in. Wait a little, then try again."), wait=error.wait
        ) from error
    try:
        yield
    except TooBusyError:
        # Nobody looked at it; a crowd in the morning must not slow its own office.
        with session_scope(engine()) as separate:
            uncount_attempt(separate, email, address, step=step)
        raise
