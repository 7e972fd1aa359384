"""What gaps cost, and what trainers did with them."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_LEADS_TO = {"merged_into_id": "gaps", "assigned_to_id": "users", "closed_by_article_id": "articles"}
_COUNTS = ("askers", "repeats", "contacts", "frustrated", "last_week", "week_before")
_INDEXED = ("merged_into_id", "assigned_to_id", "cost")


@contextmanager
def _misses_kept() -> Iterator[None]:
    """SQLite makes the table of gaps anew, and takes what hangs on the old one with it."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    if is_sqlite:
        op.execute("CREATE TEMPORARY TABLE kept_misses AS SELECT * FROM misses")
    yield
    if is_sqlite:
        op.execute("DELETE FROM misses")
        op.execute("INSERT INTO misses SELECT * FROM kept_misses")
        op.execute("DROP TABLE kept_misses")


def upgrade() -> None:
    with _misses_kept(), op.batch_alter_table("gaps") as gaps:
        for name in ("is_held", "is_named"):
            gaps.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        for name in _COUNTS:
            gaps.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
        gaps.add_column(sa.Column("cost", sa.Double(), nullable=False, server_default="0"))
        gaps.add_column(sa.Column("due_on", sa.Date(), nullable=True))
        gaps.add_column(sa.Column("dismissed_because", sa.String(length=40), nullable=False, server_default=""))
        gaps.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
        for name, table in _LEADS_TO.items():
            gaps.add_column(sa.Column(name, sa.Integer(), nullable=True))
            gaps.create_foreign_key(f"fk_gaps_{name}_{table}", table, [name], ["id"], ondelete="SET NULL")
        for name in _INDEXED:
            gaps.create_index(f"ix_gaps_{name}", [name])
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


def downgrade() -> None:
    op.drop_index(op.f("ix_gap_changes_gap_id"), "gap_changes")
    op.drop_table("gap_changes")
    with _misses_kept(), op.batch_alter_table("gaps") as gaps:
        for name in _INDEXED:
            gaps.drop_index(f"ix_gaps_{name}")
        for name, table in _LEADS_TO.items():
            gaps.drop_constraint(f"fk_gaps_{name}_{table}", type_="foreignkey")
        for name in (*_LEADS_TO, "closed_at", "dismissed_because", "due_on", "cost", *_COUNTS, "is_named", "is_held"):
            gaps.drop_column(name)
