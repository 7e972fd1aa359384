"""Lines of the log: in the form of the setting, about the request or job, and never with what an error quotes."""

import json
import logging
import subprocess
import sys

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from kb.core.errors import ConfigurationError, NotFoundError
from kb.core.log_context import about_in_log
from kb.core.logs import JsonLines, TextLines
from kb.core.settings import load_settings

SAID = "Kamal Haldar, kamal@x.example"


def record_of(error: BaseException | None = None, message: str = "Job %d failed") -> logging.LogRecord:
    told = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("kb.jobs", logging.WARNING, "x.py", 1, message, (7,) if "%d" in message else (), told)


def failing(cause: Exception | None = None) -> Exception:
    try:
        try:
            raise cause or ValueError(f"invalid literal for int(): '{SAID}'")
        except Exception as inner:
            raise RuntimeError(f"cannot take {SAID}") from inner
    except RuntimeError as error:
        return error


def test_a_line_for_programs_says_when_who_what_and_about_which_request() -> None:
    with about_in_log({"request_id": "abc", "attempt": 2}):
        line = json.loads(JsonLines().format(record_of(message="যা হয়েছে\nline 2")))
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "kb.jobs",
        "message": "যা হয়েছে\nline 2",
        "request_id": "abc",
        "attempt": 2,
    }
    assert "request_id" not in json.loads(JsonLines().format(record_of()))


def test_a_line_for_people_is_told_from_the_next() -> None:
    with about_in_log({"request_id": "abc"}):
        lines = TextLines().format(record_of(message="one\n2026-11-30 two")).splitlines()
    assert lines[0].endswith("WARNING kb.jobs [request_id=abc] one")
    assert lines[1] == "    2026-11-30 two"


@pytest.mark.parametrize("form", [TextLines, JsonLines])
def test_of_an_error_kind_and_places_are_written_and_not_what_it_quotes(form: type[TextLines]) -> None:
    line = form().format(record_of(failing()))
    assert "RuntimeError" in line
    assert "ValueError" in line
    assert "test_logs.py" in line
    assert "Kamal" not in line
    assert "kamal" not in line


def test_what_our_own_errors_say_is_written() -> None:
    line = json.loads(JsonLines().format(record_of(failing(NotFoundError("There is no job 9.")))))
    assert [error.get("message") for error in line["errors"]] == [None, "There is no job 9."]


def test_what_a_database_quotes_is_not_written() -> None:
    engine = create_engine("sqlite://", hide_parameters=True)
    with pytest.raises(SQLAlchemyError) as told, engine.connect() as connection:
        connection.execute(text(f"SELECT '{SAID}' FROM nowhere"))
    line = TextLines().format(record_of(told.value))
    assert "OperationalError" in line
    assert "Kamal" not in line


def test_who_looks_for_a_fault_asks_for_the_words() -> None:
    assert SAID in TextLines(with_words=True).format(record_of(failing()))


@pytest.mark.parametrize("name", ["KB_LOG_FORMAT", "KB_LOG_LEVEL"])
def test_a_setting_that_is_none_is_told(name: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        load_settings({name: "loud"})


def test_a_process_writes_everything_in_one_form_also_warnings_and_what_ends_it() -> None:
    code = (
        "import logging, threading, warnings\n"
        "from kb.core.logs import set_up_logs\n"
        "from kb.core.watching_settings import WatchingSettings\n"
        "set_up_logs(WatchingSettings('json', 'info'))\n"
        "logging.getLogger('kb.x').info('told'); logging.getLogger('kb.x').debug('kept')\n"
        "logging.getLogger('other.library').info('kept')\n"
        "logging.getLogger('kb.security').info('entry 5')\n"
        "warnings.warn('old')\n"
        f"t = threading.Thread(target=lambda: int({SAID!r})); t.start(); t.join()\n"
        f"raise KeyError({SAID!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["logger"] for line in lines] == ["kb.x", "kb.security", "py.warnings", "kb", "kb"]
    assert [line["errors"][0]["type"] for line in lines[-2:]] == ["ValueError", "KeyError"]
    assert "Kamal" not in done.stderr
