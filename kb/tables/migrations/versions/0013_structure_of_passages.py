"""Passages know what is a step, a row and a heading in them, and the anchors of their sections."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("passages", sa.Column("marked", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("passages", sa.Column("anchors", sa.JSON(), nullable=False, server_default=sa.text("'[]'")))


def downgrade() -> None:
    op.drop_column("passages", "anchors")
    op.drop_column("passages", "marked")
