"""What the domain says has gone wrong, in the language of whoever reads it. The domain's own words are the English ones."""

import ast
import builtins
from collections.abc import Iterator, Mapping
from typing import IO

from flask_babel import gettext

from kb.core.errors import KbError
from webapp.shared.formatting import format_number

# What these say is for the log, or for whoever runs the place.
FOR_LOGS = frozenset(
    f"{name}Error"
    for name in (
        "Configuration",
        "Model",
        "IndexUnavailable",
        "MailServer",
        "HeldFull",
        "Settings",
        "Picture",
        "OutsideFacts",
    )
)


def message_of(error: KbError) -> str:
    """What happened."""
    return _said(error.message_text if error.values else error.message, error.values)


def remedy_of(error: KbError) -> str:
    """What to do next; "" where nothing is known."""
    text = error.remedy_text if error.values else error.remedy
    return _said(text, error.values) if text else ""


def words_of(error: KbError) -> str:
    """Both, as one text."""
    return f"{message_of(error)} {remedy_of(error)}".strip()


def _said(text: str, values: Mapping[str, object]) -> str:
    return str(gettext(text, **{name: format_number(one) if type(one) is int else one for name, one in values.items()}))


def extract(file: IO[bytes], *_babel: object, **_options: object) -> Iterator[tuple[int, None, str, list[str]]]:
    """For Babel: the messages and remedies of the errors that a module of the domain raises.

    Raises TypeError for one whose values stand in the text itself: nobody can translate that.
    """
    for node in ast.walk(ast.parse(file.read())):
        if not isinstance(node, ast.Call) or not _makes_error(node.func):
            continue
        for text in (*node.args[:1], *(one.value for one in node.keywords if one.arg == "remedy")):
            if isinstance(text, ast.JoinedStr):
                raise TypeError(f"{getattr(file, 'name', 'line')}:{text.lineno}: hand values over by name")
            # One word is a name for programs.
            if isinstance(text, ast.Constant) and isinstance(text.value, str) and " " in text.value:
                yield text.lineno, None, text.value, []


def _makes_error(made: ast.expr) -> bool:
    """`SomeError(…)`, but none of Python's own, or `super().__init__(…)`, which gets a text in errors alone."""
    if isinstance(made, ast.Name):
        return made.id.endswith("Error") and not hasattr(builtins, made.id) and made.id not in FOR_LOGS
    return isinstance(made, ast.Attribute) and made.attr == "__init__" and isinstance(made.value, ast.Call)
