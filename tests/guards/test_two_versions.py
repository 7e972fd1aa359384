"""Migrations leave the version that is running able to work (docs/operations.md), or say that they do not."""

import ast
import re
from pathlib import Path

import pytest

VERSIONS = Path(__file__).parents[2] / "kb" / "tables" / "migrations" / "versions"
# From the first that came after the rule.
SINCE = "0053"
_TAKES_AWAY = {
    "drop_column": "drops a column",
    "drop_table": "drops a table",
    "rename_table": "renames a table",
    "drop_constraint": "",  # allows more than before
    "drop_index": "",
    "create_unique_constraint": "refuses what the running version may write",
    "create_check_constraint": "refuses what the running version may write",
}
_STATEMENTS = re.compile(r"\b(DROP\s+(COLUMN|TABLE)|RENAME\s+(TO|COLUMN)|SET\s+NOT\s+NULL)\b", re.IGNORECASE)


def breaks(source: str) -> list[str]:
    """What `upgrade` does that a version from before it cannot work with."""
    [upgrade] = [
        node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == "upgrade"
    ]
    found = []
    made = {
        call.args[0].value
        for call in ast.walk(upgrade)
        if isinstance(call, ast.Call) and _name(call) == "create_table" and isinstance(call.args[0], ast.Constant)
    }
    for call in ast.walk(upgrade):
        if not isinstance(call, ast.Call):
            continue
        name, given = _name(call), {keyword.arg: keyword.value for keyword in call.keywords}
        about = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        if (said := _TAKES_AWAY.get(name, "")) and about not in made:
            found.append(said)
        if name == "create_index" and _is(given, "unique", True):
            table = call.args[1].value if len(call.args) > 1 and isinstance(call.args[1], ast.Constant) else None
            if table not in made:
                found.append("refuses what the running version may write")
        if name == "alter_column":
            if "new_column_name" in given:
                found.append("renames a column")
            if "type_" in given:
                found.append("changes the type of a column")
            if _is(given, "nullable", False):
                found.append("lets a column be empty no more")
        if name == "add_column":
            [column] = [one for one in call.args if isinstance(one, ast.Call)]
            of_column = {keyword.arg: keyword.value for keyword in column.keywords}
            if _is(of_column, "nullable", False) and "server_default" not in of_column:
                found.append("adds a column that may not be empty, without a default of the database")
        if name == "execute":
            texts = " ".join(
                part.value for part in ast.walk(call) if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )
            if _STATEMENTS.search(texts):
                found.append("takes something away by a statement of its own")
    return found


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is(given: dict[str | None, ast.expr], name: str, value: object) -> bool:
    found = given.get(name)
    return isinstance(found, ast.Constant) and found.value is value


def is_marked(source: str) -> bool:
    return re.search(r"^contract = \"\w", source, re.MULTILINE) is not None


def test_migrations_leave_the_running_version_able_to_work() -> None:
    wrong = {
        path.name: broken
        for path in sorted(VERSIONS.glob("0*.py"))
        if path.name[:4] >= SINCE and not is_marked(source := path.read_text("utf-8")) and (broken := breaks(source))
    }
    assert not wrong, (
        "A version that runs cannot work with these. Make it two steps (docs/operations.md, “Two versions at once”), or, where "
        f'this is the second, say so in the file: contract = "why nothing that runs needs it any more". {wrong}'
    )


@pytest.mark.parametrize(
    "step",
    [
        'op.drop_column("articles", "title")',
        'with op.batch_alter_table("articles") as batch:\n        batch.drop_column("title")',
        'op.alter_column("articles", "title", new_column_name="heading")',
        'op.alter_column("articles", "title", nullable=False)',
        'op.alter_column("articles", "title", type_=sa.Integer())',
        'op.add_column("articles", sa.Column("colour", sa.String(20), nullable=False))',
        'op.rename_table("articles", "texts")',
        'op.drop_table("articles")',
        'op.create_unique_constraint("uq", "articles", ["title"])',
        'op.create_index("ix", "articles", ["title"], unique=True)',
        'op.execute("ALTER TABLE articles DROP COLUMN title")',
        'op.execute(sa.text("ALTER TABLE articles RENAME TO texts"))',
    ],
)
def test_what_breaks_the_running_version_is_found(step: str) -> None:
    source = f"def upgrade() -> None:\n    {step}\n"
    assert breaks(source)
    assert not is_marked(source)
    assert is_marked(f'contract = "nothing reads it since 0053"\n\n\n{source}')


@pytest.mark.parametrize(
    "step",
    [
        'op.add_column("articles", sa.Column("colour", sa.String(20), nullable=True))',
        'op.add_column("articles", sa.Column("colour", sa.String(20), nullable=False, server_default=""))',
        'op.create_table("tints", sa.Column("id", sa.Integer()))\n    op.create_index("ix", "tints", ["id"], unique=True)',
        'op.create_index("ix", "articles", ["title"])',
        'op.execute("INSERT INTO colours SELECT 1")',
    ],
)  # fmt: skip
def test_what_only_adds_is_let_through(step: str) -> None:
    assert not breaks(f"def upgrade() -> None:\n    {step}\n")
