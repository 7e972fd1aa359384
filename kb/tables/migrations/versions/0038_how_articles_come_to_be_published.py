"""Reviews, comments on paragraphs, schedules, acts on many articles, reminders of reviews, and who has reviewed an article."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _person(table: str, name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], ["users.id"], name=op.f(f"fk_{table}_{name}_users"), ondelete="SET NULL")


def _article(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["article_id"], ["articles.id"], name=op.f(f"fk_{table}_article_id_articles"), ondelete="CASCADE"
    )


def _index(table: str, *names: str) -> None:
    for name in names:
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name])


def upgrade() -> None:
    op.add_column("articles", sa.Column("reviewed_by", sa.String(length=320), nullable=True))
    op.create_table(
        "article_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("draft_key", sa.String(length=40), nullable=False),
        sa.Column("asked_by_id", sa.Integer(), nullable=True),
        sa.Column("reviewer_id", sa.Integer(), nullable=True),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.Column("decided_at", _TIME, nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        _article("article_reviews"),
        _person("article_reviews", "asked_by_id"),
        _person("article_reviews", "reviewer_id"),
        _person("article_reviews", "decided_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_reviews")),
    )
    _index("article_reviews", "article_id", "asked_by_id", "reviewer_id", "state", "decided_by_id")
    op.create_table(
        "article_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("beside", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("resolved_at", _TIME, nullable=True),
        sa.Column("resolved_by_id", sa.Integer(), nullable=True),
        _article("article_comments"),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["article_comments.id"],
            name=op.f("fk_article_comments_parent_id_article_comments"),
            ondelete="CASCADE",
        ),
        _person("article_comments", "user_id"),
        _person("article_comments", "resolved_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_comments")),
    )
    _index("article_comments", "article_id", "parent_id", "user_id", "resolved_by_id")
    op.create_table(
        "article_schedules",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("draft_key", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("finished_at", _TIME, nullable=True),
        sa.Column("why", sa.String(length=500), nullable=False),
        _article("article_schedules"),
        _person("article_schedules", "user_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_schedules")),
    )
    _index("article_schedules", "article_id", "user_id")
    op.create_index("ix_article_schedules_state", "article_schedules", ["state", "at"])
    op.create_table(
        "bulk_acts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("done_at", _TIME, nullable=False),
        sa.Column("undone_at", _TIME, nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        _person("bulk_acts", "user_id"),
        _person("bulk_acts", "undone_by_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_acts")),
    )
    _index("bulk_acts", "user_id", "undone_by_id")
    op.create_table(
        "review_reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("review_by", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("noted_at", _TIME, nullable=False),
        sa.Column("next_try_at", _TIME, nullable=True),
        sa.Column("first_tried_at", _TIME, nullable=True),
        sa.Column("sent_at", _TIME, nullable=True),
        sa.Column("error", sa.String(length=500), nullable=False),
        _article("review_reminders"),
        _person("review_reminders", "user_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_reminders")),
        sa.UniqueConstraint("article_id", "review_by", name=op.f("uq_review_reminders_article_id")),
    )
    _index("review_reminders", "user_id", "next_try_at")


def downgrade() -> None:
    for name in ("review_reminders", "bulk_acts", "article_schedules", "article_comments", "article_reviews"):
        op.drop_table(name)
    op.drop_column("articles", "reviewed_by")
