"""Which documents have changed since the index last looked at them, so that publishing one costs one.

Triggers of the database write the marks, in the transaction of the change, whoever makes it and by whatever statement: nobody
has to think of it. Who indexes a document deletes the mark that it saw; a change in between has made another one. A worker that
finds any mark here has something to index.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, String, UniqueConstraint, event, insert, literal, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kb.tables.base import Base
from kb.tables.change_signals import install_change_signals

# In place of a kind: every document has to be looked at.
EVERYTHING = "*"

# What of a document the index depends on, by the table that holds it: kind, the column with its id, the columns that matter.
_WATCHED = {
    "articles": ("article", "id", "status, audience, language, translation_key, content_hash"),
    "tickets": ("ticket", "id", "status, language, content_hash"),
    "learned_wordings": ("article", "article_id", "state, text, article_id"),
}
_EVENTS = ("insert", "update", "delete")


class ChangedDocument(Base):
    """A document to be indexed again, or away. The newest change of a document is its only row."""

    __tablename__ = "changed_documents"
    __table_args__ = (UniqueConstraint("document_kind", "document_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    document_kind: Mapped[str] = mapped_column(String(20))
    document_id: Mapped[int]


def mark_everything(session: Session) -> None:
    """Have the next update of the index compare all documents."""
    mark = (ChangedDocument.document_kind == EVERYTHING, ChangedDocument.document_id == 0)
    if session.scalar(select(ChangedDocument.id).where(*mark)) is None:
        session.execute(insert(ChangedDocument).values(document_kind=EVERYTHING, document_id=0))


def has_changed_documents(session: Session) -> bool:
    """Whether there is anything for an update of the index to do. One row is looked at."""
    return session.scalar(select(literal(1)).select_from(ChangedDocument).limit(1)) is not None


def install_change_triggers(connection: Connection) -> None:
    """Make the triggers, or make them anew. Idempotent; a table that was copied by a migration has lost them."""
    for statement in _statements(connection.dialect.name):
        connection.exec_driver_sql(statement)


def _statements(dialect: str) -> Iterator[str]:
    for table, (kind, number, columns) in _WATCHED.items():
        if dialect == "postgresql":
            yield from _for_postgresql(table, kind, number, columns)
        else:
            yield from _for_sqlite(table, kind, number, columns)


def _for_sqlite(table: str, kind: str, number: str, columns: str) -> Iterator[str]:
    for action in _EVENTS:
        row = "OLD" if action == "delete" else "NEW"
        of = f" OF {columns}" if action == "update" else ""
        name = f"{table}_changed_by_{action}"
        yield f"DROP TRIGGER IF EXISTS {name}"
        # Deleted and inserted: in a trigger the conflict clause of the outer statement would take the place of its own.
        yield (
            f"CREATE TRIGGER {name} AFTER {action.upper()}{of} ON {table} BEGIN "  # noqa: S608  # fixed names only
            f"DELETE FROM changed_documents WHERE document_kind = '{kind}' AND document_id = {row}.{number}; "
            f"INSERT INTO changed_documents (document_kind, document_id) VALUES ('{kind}', {row}.{number}); END"
        )


def _for_postgresql(table: str, kind: str, number: str, columns: str) -> Iterator[str]:
    yield (
        f"CREATE OR REPLACE FUNCTION mark_changed_{table}() RETURNS trigger LANGUAGE plpgsql AS $$ "  # noqa: S608
        "DECLARE changed integer; BEGIN "
        f"IF TG_OP = 'DELETE' THEN changed := OLD.{number}; ELSE changed := NEW.{number}; END IF; "
        f"INSERT INTO changed_documents (document_kind, document_id) VALUES ('{kind}', changed) "
        "ON CONFLICT (document_kind, document_id) DO UPDATE SET id = EXCLUDED.id; "
        "RETURN NULL; END $$"
    )
    yield f"DROP TRIGGER IF EXISTS {table}_changed ON {table}"
    yield (
        f"CREATE TRIGGER {table}_changed AFTER INSERT OR DELETE OR UPDATE OF {columns} ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION mark_changed_{table}()"
    )


@event.listens_for(Base.metadata, "after_create")
def _after_create(_target: Any, connection: Connection, **_options: Any) -> None:
    install_change_triggers(connection)
    install_change_signals(connection)
