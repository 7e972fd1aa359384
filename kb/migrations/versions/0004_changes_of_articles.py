"""Which articles have changed last

Nobody has read any before, so there is nothing to fill in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "article_changes",
        sa.Column("translation_key", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("translation_key", name=op.f("pk_article_changes")),
    )
    op.create_index(op.f("ix_article_changes_number"), "article_changes", ["number"])


def downgrade() -> None:
    op.drop_table("article_changes")
