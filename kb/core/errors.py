"""What can go wrong, in words for the person who has to mend it.

Every error says what happened and, where there is a way out, what to type next (`remedy`). The command line prints
`message` and `remedy` on one line of standard error; `webapp.shared.errors` maps the class to a status.
"""

from dataclasses import dataclass


class KbError(Exception):
    """Base of every error that a person is meant to read."""

    def __init__(self, message: str, *, remedy: str = "", **values: object) -> None:
        """values: what stands at `%(name)s` in message and remedy, so that both can be said in another language."""
        self.message_text, self.remedy_text, self.values = message, remedy, values
        self.message = message % values if values else message
        self.remedy = remedy % values if values else remedy
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class InvalidInputError(KbError):
    """What the caller sent cannot be used as it is."""


class NotFoundError(KbError):
    """There is no such thing, or this person may not know that there is."""


class GoneError(NotFoundError):
    """It was there and has been taken away for good."""


class NotAllowedError(KbError):
    """The person is known and may not do this."""


class ConflictError(KbError):
    """Two changes contradict each other; nothing was overwritten."""


class ConfigurationError(KbError):
    """A setting is missing or wrong."""


class ModelError(KbError):
    """The encoder is missing, broken, or not the one that the stored vectors were made with."""


class IndexUnavailableError(KbError):
    """The search index cannot be read and could not be rebuilt."""


class TooBusyError(KbError):
    """There is more of this to do at this moment than can be done; it can be sent again soon."""


class TooOftenError(KbError):
    """Somebody asks too often. `wait`: seconds after which they may ask again."""

    def __init__(self, message: str, *, wait: float, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.wait = wait


@dataclass(frozen=True)
class Rejection:
    """One rejected piece of input: a file, or a line of one. `line` is 1-based, None where there is no line."""

    path: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{where}: {self.reason}"
