"""What internal articles say, sentence by sentence, with vectors; customers are found by their whole name."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "internal_statements",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("fingerprint", sa.String(length=200), nullable=False),
        sa.Column("statements", sa.JSON(), nullable=False),
        sa.Column("vectors", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_internal_statements_article_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("article_id", name=op.f("pk_internal_statements")),
    )
    op.create_index(op.f("ix_customers_name"), "customers", ["name"])
    # Where there are internal articles already, the next update of the index looks at everything and makes them.
    op.execute(
        "INSERT INTO changed_documents (document_kind, document_id) SELECT '*', 0 "
        "WHERE EXISTS (SELECT 1 FROM articles WHERE audience = 'internal') "
        "AND NOT EXISTS (SELECT 1 FROM changed_documents WHERE document_kind = '*' AND document_id = 0)"
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_customers_name"), "customers")
    op.drop_table("internal_statements")
