"""What gaps cost, and what trainers did with them."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_LEADS_TO = {"merged_into_id": "gaps", "assigned_to_id": "users", "closed_by_article_id": "articles"}
_COUNTS = ("askers", "repeats", "contacts", "frustrated", "last_week", "week_before")


def upgrade() -> None:
    op.create_table(
        "gap_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gap_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["gap_id"], ["gaps.id"], name=op.f("fk_gap_changes_gap_id_gaps"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_gap_changes_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gap_changes")),
    )
    op.create_index(op.f("ix_gap_changes_gap_id"), "gap_changes", ["gap_id"])
    for name in ("is_held", "is_named"):
        op.add_column("gaps", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in _COUNTS:
        op.add_column("gaps", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("gaps", sa.Column("cost", sa.Double(), nullable=False, server_default="0"))
    op.add_column("gaps", sa.Column("due_on", sa.Date(), nullable=True))
    op.add_column("gaps", sa.Column("dismissed_because", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("gaps", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    for name, table in _LEADS_TO.items():
        # In one statement, which both databases know: making the table anew on SQLite would take its misses with it.
        constraint = f"CONSTRAINT fk_gaps_{name}_{table} REFERENCES {table} (id) ON DELETE SET NULL"
        op.execute(f"ALTER TABLE gaps ADD COLUMN {name} INTEGER {constraint}")
    for name in ("merged_into_id", "assigned_to_id", "cost"):
        op.create_index(op.f(f"ix_gaps_{name}"), "gaps", [name])


def downgrade() -> None:
    for name in ("merged_into_id", "assigned_to_id", "cost"):
        op.drop_index(op.f(f"ix_gaps_{name}"), "gaps")
    for name in (*_LEADS_TO, "closed_at", "dismissed_because", "due_on", "cost", *_COUNTS, "is_named", "is_held"):
        op.execute(f"ALTER TABLE gaps DROP COLUMN {name}")
    op.drop_index(op.f("ix_gap_changes_gap_id"), "gap_changes")
    op.drop_table("gap_changes")
