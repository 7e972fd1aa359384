"""Means of questions, learned by a job; no changes of articles any more

Articles that results show are read from the database in each search, so nobody has to know which have changed.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "query_statistics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=100), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("length", sa.String(length=10), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("mean", sa.LargeBinary(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_query_statistics")),
        sa.UniqueConstraint(
            "fingerprint", "version", "language", "length", name=op.f("uq_query_statistics_fingerprint")
        ),
    )
    op.drop_table("article_changes")


def downgrade() -> None:
    changes = op.create_table(
        "article_changes",
        sa.Column("translation_key", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("translation_key", name=op.f("pk_article_changes")),
    )
    op.bulk_insert(changes, [{"translation_key": "", "number": 0}])
    op.create_index(op.f("ix_article_changes_number"), "article_changes", ["number"])
    op.drop_table("query_statistics")
