"""The questions that people settled on, with their vectors, for checking what is written."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "settled_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("fingerprint", sa.String(length=100), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"],
            ["search_events.id"],
            name=op.f("fk_settled_questions_event_id_search_events"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settled_questions")),
        sa.UniqueConstraint("event_id", name=op.f("uq_settled_questions_event_id")),
    )
    op.create_index(op.f("ix_settled_questions_language"), "settled_questions", ["language"])


def downgrade() -> None:
    op.drop_table("settled_questions")
