"""What speaks against articles, with the evidence."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_TO = (
    ("article_id", "articles", "CASCADE"),
    ("other_id", "articles", "CASCADE"),
    ("reported_by_id", "users", "SET NULL"),
    ("conversation_id", "conversations", "SET NULL"),
    ("settled_by_id", "users", "SET NULL"),
)


def upgrade() -> None:
    op.create_table(
        "article_flags",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("evidence_key", sa.String(length=64), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reported_by_id", sa.Integer(), nullable=True),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("settled_at", _TIME, nullable=True),
        sa.Column("settled_by_id", sa.Integer(), nullable=True),
        sa.Column("came_back_at", _TIME, nullable=True),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=op.f(f"fk_article_flags_{column}_{table}"), ondelete=gone
            )
            for column, table, gone in _TO
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_flags")),
        sa.UniqueConstraint("article_id", "kind", "evidence_key", name=op.f("uq_article_flags_article_id")),
    )
    op.create_index("ix_article_flags_state", "article_flags", ["state", "kind"])
    for column, _, _ in _TO[1:]:
        op.create_index(op.f(f"ix_article_flags_{column}"), "article_flags", [column])
    op.create_table(
        "flag_marks",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("seen", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_flag_marks")),
    )


def downgrade() -> None:
    op.drop_table("flag_marks")
    op.drop_table("article_flags")
