"""What reps change in what they insert, and what is proposed because of it."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _to(table: str, column: str, other: str, gone: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{other}")
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=name, ondelete=gone)


def upgrade() -> None:
    op.create_table(
        "edit_proposals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("old_key", sa.String(length=64), nullable=False),
        sa.Column("new_key", sa.String(length=64), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("reps", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("replay", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.Column("decided_at", _TIME, nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        _to("edit_proposals", "article_id", "articles", "CASCADE"),
        _to("edit_proposals", "decided_by_id", "users", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edit_proposals")),
        sa.UniqueConstraint("article_id", "old_key", "new_key", name=op.f("uq_edit_proposals_article_id")),
    )
    op.create_index("ix_edit_proposals_state", "edit_proposals", ["state", "times"])
    op.create_index(op.f("ix_edit_proposals_decided_by_id"), "edit_proposals", ["decided_by_id"])
    op.create_table(
        "passage_edits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("proposal_id", sa.Integer(), nullable=True),
        sa.Column("old", sa.Text(), nullable=False),
        sa.Column("new", sa.Text(), nullable=False),
        sa.Column("old_key", sa.String(length=64), nullable=False),
        sa.Column("new_key", sa.String(length=64), nullable=False),
        sa.Column("question", sa.String(length=500), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        _to("passage_edits", "article_id", "articles", "CASCADE"),
        _to("passage_edits", "message_id", "conversation_messages", "CASCADE"),
        _to("passage_edits", "conversation_id", "conversations", "CASCADE"),
        _to("passage_edits", "user_id", "users", "SET NULL"),
        _to("passage_edits", "proposal_id", "edit_proposals", "SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passage_edits")),
        sa.UniqueConstraint("message_id", "article_id", "old_key", name=op.f("uq_passage_edits_message_id")),
    )
    op.create_index("ix_passage_edits_article_id", "passage_edits", ["article_id", "old_key"])
    for column in ("conversation_id", "user_id", "proposal_id"):
        op.create_index(op.f(f"ix_passage_edits_{column}"), "passage_edits", [column])


def downgrade() -> None:
    op.drop_table("passage_edits")
    op.drop_table("edit_proposals")
