"""Misses are counted in the database: their language beside them, an index that holds all that is counted

And marks, which say how far the collection of misses has come. Without any, the first collection looks at all searches once more;
those that are misses already stay as they are.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gap_marks",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_gap_marks")),
    )
    op.add_column("misses", sa.Column("language", sa.String(length=35), nullable=False, server_default=""))
    op.execute(
        "UPDATE misses SET language = (SELECT language FROM search_events WHERE search_events.id = misses.event_id)"
    )
    op.create_index("ix_misses_counted", "misses", ["gap_id", "language", "cause", "created_at"])
    op.drop_index("ix_misses_gap_id", table_name="misses")
    op.create_index(op.f("ix_gaps_state"), "gaps", ["state"])


def downgrade() -> None:
    op.drop_index(op.f("ix_gaps_state"), table_name="gaps")
    op.create_index("ix_misses_gap_id", "misses", ["gap_id"])
    op.drop_index("ix_misses_counted", table_name="misses")
    op.drop_column("misses", "language")
    op.drop_table("gap_marks")
