"""Settings of what is told to those who watch the server."""

from dataclasses import dataclass

from kb.core.errors import ConfigurationError
from kb.core.setting_values import setting

_FORMATS = ("text", "json")
_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True)
class WatchingSettings:
    """A part of `Settings`."""

    log_format_text: str = setting("KB_LOG_FORMAT", "text", "Lines of the log: `text` for people, `json` for programs")
    log_level_text: str = setting(
        "KB_LOG_LEVEL",
        "warning",
        "From which level on something is logged: `debug`, `info` (a line for each request and job), `warning`, `error`; "
        "with `debug` also what unexpected errors say, which may be words of customers",
    )

    @property
    def log_format(self) -> str:
        return _one_of("KB_LOG_FORMAT", self.log_format_text, _FORMATS)

    @property
    def log_level(self) -> str:
        return _one_of("KB_LOG_LEVEL", self.log_level_text, _LEVELS)


def _one_of(name: str, text: str, known: tuple[str, ...]) -> str:
    choice = text.strip().lower()
    if choice not in known:
        raise ConfigurationError(
            "%(name)s is “%(given)s”, but must be one of %(known)s.",
            remedy="An example: %(name)s=%(first)s",
            name=name,
            given=text,
            known=", ".join(known),
            first=known[0],
        )
    return choice
