"""From which migration on programs work with the database, and triggers that wake who waits for changes (PostgreSQL).

The triggers are made by kb.tables.change_signals, which runs after the migrations.
"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None

contract = "programs from before it refuse any database that is newer than they are"


def upgrade() -> None:
    op.create_table(
        "schema_marks",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("works_from", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schema_marks")),
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        # With its triggers: they would hold on to columns that earlier steps take away.
        op.execute("DROP FUNCTION IF EXISTS signal_change() CASCADE")
        op.execute("DROP FUNCTION IF EXISTS signal_job() CASCADE")
    op.drop_table("schema_marks")
