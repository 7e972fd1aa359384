"""What the lines of a log are about: the request, or the job, that is worked on in this thread."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

# Name to value: `request_id`, or `job_id`, `job_kind` and `attempt`. Never anything of a person.
About = Mapping[str, str | int]

_NOTHING: About = {}
_about: ContextVar[About] = ContextVar("kb_log_about", default=_NOTHING)


def log_about() -> About:
    return _about.get()


def set_log_about(about: About) -> None:
    """From now on in this thread; for what has no one place where it ends. `about_in_log` is for what has."""
    _about.set(about)


@contextmanager
def about_in_log(about: About) -> Iterator[None]:
    before = _about.get()
    _about.set(about)
    try:
        yield
    finally:
        _about.set(before)
