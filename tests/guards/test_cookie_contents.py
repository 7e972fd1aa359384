"""The session cookie is signed, not encrypted: whoever has the browser (or a log of requests) reads what pages put into it.

Only random names, numbers and yes or no go there; what somebody typed stays on the server.
"""

import ast
from pathlib import Path

from kb.core.settings import PROJECT_ROOT

# `visit`, `request`, `chat` and `ask` are random, so is `second` beside the number of a person, `permanent` is a yes or no.
# Flask-Login and Flask-WTF have their own.
ALLOWED_KEYS = {"provider", "visit", "request", "chat", "ask", "second", "permanent"}
COOKIES = {"cookie", "session"}


def writes_to_cookie(source: str) -> list[str]:
    """Keys that are set in the cookie, and messages of `flash` that have something filled in."""
    found = []
    for node in ast.walk(ast.parse(source)):
        targets = node.targets if isinstance(node, ast.Assign) else []
        for target in targets:
            if isinstance(target, ast.Subscript) and getattr(target.value, "id", "") in COOKIES:
                found.append(ast.unparse(target.slice).strip("'"))
            elif isinstance(target, ast.Attribute) and getattr(target.value, "id", "") in COOKIES:
                found.append(target.attr)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in {"setdefault", "update"} and getattr(node.func.value, "id", "") in COOKIES:
                found.append(ast.unparse(node))
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "flash":
            inner = [n for argument in node.args for n in ast.walk(argument)]
            if any(isinstance(n, ast.JoinedStr | ast.keyword) for n in inner):
                found.append(ast.unparse(node))
    return found


def test_guard_sees_what_is_written() -> None:
    source = """
cookie["reach"] = form.reach
session.permanent = True
flash(_("Saved: %(email)s", email=user.email), "good")
flash(f"Saved {name}")
flash(_("Saved"), "good")
cookie.update(name=name)
"""
    assert sorted(writes_to_cookie(source)) == [
        "cookie.update(name=name)",
        "flash(_('Saved: %(email)s', email=user.email), 'good')",
        "flash(f'Saved {name}')",
        "permanent",
        "reach",
    ]


def test_nothing_that_was_typed_is_written_into_the_cookie() -> None:
    for path in sorted(Path(PROJECT_ROOT / "webapp").rglob("*.py")):
        written = set(writes_to_cookie(path.read_text("utf-8"))) - ALLOWED_KEYS
        assert not written, f"{path.name}: {written}"
