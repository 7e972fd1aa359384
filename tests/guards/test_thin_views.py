"""Web application and commands ask functions of the domain: in them is no SQL, and no row is fetched by its class."""

import ast
from pathlib import Path

import pytest

WEBAPP = Path(__file__).parents[2] / "webapp"
FILES = sorted(path for path in WEBAPP.rglob("*.py") if "translations" not in path.parts)
# What makes statements. `text` is for /readyz, which asks the database whether it is there.
STATEMENTS = {"select", "insert", "update", "delete", "func", "text", "and_", "or_", "exists", "union", "literal"}
ALLOWED = {"shared/health.py": {"text"}}
READS = {"get", "get_one", "query", "execute", "scalar", "scalars", "merge", "add", "add_all", "delete"}


def found_in(source: str) -> set[str]:
    """Names of SQLAlchemy that make statements, and calls of a session that read or write rows."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "sqlalchemy":
            found |= {alias.name for alias in node.names} & STATEMENTS
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS:
            owner = node.func.value
            owner = owner.func if isinstance(owner, ast.Call) else owner
            if isinstance(owner, ast.Name) and owner.id in {"session", "separate", "database"}:
                found.add(f"{owner.id}.{node.func.attr}")
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(WEBAPP).as_posix())
def test_no_sql_in_the_web_application(path: Path) -> None:
    name = path.relative_to(WEBAPP).as_posix()
    assert found_in(path.read_text(encoding="utf-8")) - ALLOWED.get(name, set()) == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from sqlalchemy import Engine, select", {"select"}),
        ("from sqlalchemy.orm import Session\nuser = session().get(User, 1)", {"session.get"}),
        ("with Session(engine) as session:\n    session.query(A)", {"session.query"}),
        ("def later(separate):\n    separate.scalars(x)", {"separate.scalars"}),
        ("from flask import request\nrequest.args.get('a')", set()),
    ],
)
def test_what_is_sought_is_found(source: str, found: set[str]) -> None:
    assert found_in(source) == found
