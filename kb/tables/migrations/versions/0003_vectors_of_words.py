"""Vectors of the words of each passage

Passages of before have none; their fingerprint is another one, so that the next `kb index` makes them anew.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not as a batch: SQLite would get a new table, and passages would lose that their ids are never given out twice.
    op.add_column("passages", sa.Column("word_vectors", sa.LargeBinary(), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    op.drop_column("passages", "word_vectors")
