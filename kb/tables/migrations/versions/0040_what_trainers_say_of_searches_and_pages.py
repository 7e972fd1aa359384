"""Synonyms, pinned answers, featured articles, topics with names and order, and the history of all of them."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "synonyms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("means", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_synonyms")),
    )
    op.create_table(
        "pinned_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wordings", sa.JSON(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_pinned_answers_article_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pinned_answers")),
    )
    op.create_index(op.f("ix_pinned_answers_article_id"), "pinned_answers", ["article_id"])
    op.create_table(
        "featured_articles",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_key", sa.String(length=200), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_featured_articles")),
        sa.UniqueConstraint("article_key", name=op.f("uq_featured_articles_article_key")),
    )
    op.create_table(
        "curated_topics",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(length=100), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("parent", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_curated_topics")),
        sa.UniqueConstraint("topic", name=op.f("uq_curated_topics_topic")),
    )
    op.create_table(
        "curated_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_id"], ["users.id"], name=op.f("fk_curated_changes_changed_by_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_curated_changes")),
    )
    op.create_index("ix_curated_changes_subject", "curated_changes", ["kind", "subject_id"])
    op.create_index(op.f("ix_curated_changes_changed_by_id"), "curated_changes", ["changed_by_id"])


def downgrade() -> None:
    op.drop_table("curated_changes")
    op.drop_table("curated_topics")
    op.drop_table("featured_articles")
    op.drop_table("pinned_answers")
    op.drop_table("synonyms")
