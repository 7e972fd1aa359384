"""Searches know whether their query has an error code, version or part number that nothing found has."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "search_events", sa.Column("lacks_identifier", sa.Boolean(), nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    op.drop_column("search_events", "lacks_identifier")
