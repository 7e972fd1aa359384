"""Builds of the index: a new one is filled beside the one that serves; and marks of documents that have changed

What is indexed becomes the live build. Vectors that were made in another way than most are of builds that are retired already.
"""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BUILDS = sa.table(
    "index_builds",
    sa.column("id", sa.Integer),
    sa.column("fingerprint", sa.String),
    sa.column("state", sa.String),
    sa.column("created_at", sa.DateTime(timezone=True)),
    sa.column("switched_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    op.create_table(
        "index_builds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("switched_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_builds")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_index_builds_live",
        "index_builds",
        ["state"],
        unique=True,
        sqlite_where=sa.text("state = 'live'"),
        postgresql_where=sa.text("state = 'live'"),
    )
    op.create_table(
        "changed_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("document_kind", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changed_documents")),
        sa.UniqueConstraint("document_kind", "document_id", name=op.f("uq_changed_documents_document_kind")),
        sqlite_autoincrement=True,
    )
    connection = op.get_bind()
    builds = _make_builds(connection)

    # Not as a batch: SQLite would get a new table, and passages would lose that their ids are never given out twice.
    op.add_column("passages", sa.Column("build_id", sa.Integer(), nullable=False, server_default=sa.text("0")))
    op.add_column("index_changes", sa.Column("build_id", sa.Integer(), nullable=False, server_default=sa.text("0")))
    for fingerprint, number in builds.items():
        update = sa.text("UPDATE passages SET build_id = :number WHERE fingerprint = :fingerprint")
        connection.execute(update, {"number": number, "fingerprint": fingerprint})
    live = next(iter(builds.values()), 0)
    connection.execute(sa.text("UPDATE index_changes SET build_id = :live"), {"live": live})
    op.drop_index("ix_passages_document", "passages")
    op.drop_index("ix_passages_collection", "passages")
    op.drop_column("passages", "fingerprint")
    op.create_index("ix_passages_document", "passages", ["build_id", "document_kind", "document_id"])
    op.create_index("ix_passages_collection", "passages", ["build_id", "collection", "id"])
    op.create_index("ix_index_changes_collection", "index_changes", ["build_id", "collection", "id"])

    op.create_table(
        "indexed_documents_by_build",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("build_id", sa.Integer(), nullable=False),
        sa.Column("document_kind", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("collection", sa.String(length=20), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("indexed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indexed_documents_by_build")),
    )
    for fingerprint, number in builds.items():
        copy = sa.text(
            "INSERT INTO indexed_documents_by_build "
            "(build_id, document_kind, document_id, collection, content_hash, indexed_at) "
            "SELECT :number, document_kind, document_id, collection, content_hash, indexed_at "
            "FROM indexed_documents WHERE fingerprint = :fingerprint"
        )
        connection.execute(copy, {"number": number, "fingerprint": fingerprint})
    op.drop_table("indexed_documents")
    op.create_table(
        "indexed_documents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("build_id", sa.Integer(), nullable=False),
        sa.Column("document_kind", sa.String(length=20), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("collection", sa.String(length=20), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("indexed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indexed_documents")),
        sa.UniqueConstraint("build_id", "document_kind", "document_id", name=op.f("uq_indexed_documents_build_id")),
    )
    op.execute(
        "INSERT INTO indexed_documents (build_id, document_kind, document_id, collection, content_hash, indexed_at) "
        "SELECT build_id, document_kind, document_id, collection, content_hash, indexed_at "
        "FROM indexed_documents_by_build"
    )
    op.drop_table("indexed_documents_by_build")
    # What changed before there were marks is found by comparing everything once.
    op.execute(
        "INSERT INTO changed_documents (document_kind, document_id) SELECT '*', 0 "
        "WHERE EXISTS (SELECT 1 FROM articles) OR EXISTS (SELECT 1 FROM tickets)"
    )


def _make_builds(connection: sa.Connection) -> dict[str, int]:
    """Number of the build of each fingerprint, the one of most passages first: that is the live one."""
    found = connection.execute(
        sa.text("SELECT fingerprint, COUNT(*) AS passages FROM passages GROUP BY fingerprint ORDER BY passages DESC")
    ).all()
    now = datetime.now(UTC)
    for number, row in enumerate(found):
        state = "retired" if number else "live"
        values = {"fingerprint": row.fingerprint, "state": state, "created_at": now, "switched_at": now}
        connection.execute(_BUILDS.insert(), values)
    rows = connection.execute(sa.select(_BUILDS.c.fingerprint, _BUILDS.c.id).order_by(_BUILDS.c.id)).all()
    return {row.fingerprint: row.id for row in rows}


def downgrade() -> None:
    """Vectors of other builds than the live one are lost."""
    connection = op.get_bind()
    live = connection.execute(sa.text("SELECT id, fingerprint FROM index_builds WHERE state = 'live'")).first()
    number, fingerprint = (live.id, live.fingerprint) if live else (0, "")
    for table in ("passages", "index_changes", "indexed_documents"):
        connection.execute(sa.text(f"DELETE FROM {table} WHERE build_id <> :live"), {"live": number})  # noqa: S608
    op.drop_index("ix_index_changes_collection", "index_changes")
    op.drop_index("ix_passages_collection", "passages")
    op.drop_index("ix_passages_document", "passages")
    op.drop_column("index_changes", "build_id")
    op.drop_column("passages", "build_id")
    fingerprints = sa.Column("fingerprint", sa.String(length=100), nullable=False, server_default=sa.text("''"))
    op.add_column("passages", fingerprints)
    connection.execute(sa.text("UPDATE passages SET fingerprint = :fingerprint"), {"fingerprint": fingerprint})
    op.create_index("ix_passages_collection", "passages", ["collection"])
    op.create_index("ix_passages_document", "passages", ["document_kind", "document_id"])
    with op.batch_alter_table("indexed_documents") as batch:
        batch.drop_constraint("uq_indexed_documents_build_id", type_="unique")
        batch.drop_column("build_id")
        batch.add_column(sa.Column("fingerprint", sa.String(length=100), nullable=False, server_default=sa.text("''")))
        batch.create_unique_constraint("uq_indexed_documents_document_kind", ["document_kind", "document_id"])
    _drop_triggers(connection)
    op.drop_table("changed_documents")
    op.drop_table("index_builds")


def _drop_triggers(connection: sa.Connection) -> None:
    for table in ("articles", "tickets"):
        if connection.dialect.name == "postgresql":
            op.execute(f"DROP TRIGGER IF EXISTS {table}_changed ON {table}")
            op.execute(f"DROP FUNCTION IF EXISTS mark_changed_{table}()")
        else:
            for action in ("insert", "update", "delete"):
                op.execute(f"DROP TRIGGER IF EXISTS {table}_changed_by_{action}")
