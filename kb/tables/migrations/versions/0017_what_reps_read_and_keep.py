"""What reps opened and pinned, and the translations that they missed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table, moment in (("pinned_documents", "created_at"), ("opened_documents", "opened_at")):
        op.create_table(
            table,
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("user_id", sa.Integer(), nullable=False),
            sa.Column("document", sa.String(length=60), nullable=False),
            sa.Column(moment, sa.DateTime(timezone=True), nullable=False),
            sa.ForeignKeyConstraint(
                ["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id_users"), ondelete="CASCADE"
            ),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint("user_id", "document", name=op.f(f"uq_{table}_user_id")),
        )
    op.create_index("ix_opened_documents_user", "opened_documents", ["user_id", "opened_at"])
    op.create_table(
        "translation_wants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("translation_key", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_translation_wants_article_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_translation_wants")),
        sa.UniqueConstraint("translation_key", "language", name=op.f("uq_translation_wants_translation_key")),
    )
    op.create_index(op.f("ix_translation_wants_article_id"), "translation_wants", ["article_id"])


def downgrade() -> None:
    for table in ("translation_wants", "opened_documents", "pinned_documents"):
        op.drop_table(table)
