"""The day on which somebody last read an article through and found it right; and why readers say that one does not help."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("reviewed_on", sa.Date(), nullable=True))
    op.create_table(
        "vote_reasons",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=140), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("choice", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_vote_reasons_article_id_articles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["search_events.id"], name=op.f("fk_vote_reasons_event_id_search_events"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vote_reasons")),
        sa.UniqueConstraint("key", name=op.f("uq_vote_reasons_key")),
    )
    op.create_index(op.f("ix_vote_reasons_article_id"), "vote_reasons", ["article_id"])
    op.create_index(op.f("ix_vote_reasons_event_id"), "vote_reasons", ["event_id"])


def downgrade() -> None:
    op.drop_table("vote_reasons")
    op.drop_column("articles", "reviewed_on")
