"""Which articles have changed last, and no places of sentences in passages any more

No process keeps any in memory yet, so no change need be noted; the row of the last number is made here, so that no two processes
make it at once.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    changes = op.create_table(
        "article_changes",
        sa.Column("translation_key", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("translation_key", name=op.f("pk_article_changes")),
    )
    op.bulk_insert(changes, [{"translation_key": "", "number": 0}])
    op.create_index(op.f("ix_article_changes_number"), "article_changes", ["number"])
    # Not as a batch, see 0003.
    op.drop_column("passages", "sentences")


def downgrade() -> None:
    op.add_column("passages", sa.Column("sentences", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))
    op.drop_table("article_changes")
