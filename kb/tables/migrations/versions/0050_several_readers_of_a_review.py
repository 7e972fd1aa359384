"""A review asks several colleagues, and keeps who of them has approved which text; tickets are found by when they came in."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_READER = "fk_article_reviews_reviewer_id_users"


def upgrade() -> None:
    op.create_index(op.f("ix_tickets_imported_at"), "tickets", ["imported_at"])
    op.create_table(
        "review_readers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("review_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("is_asked", sa.Boolean(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("word", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["review_id"],
            ["article_reviews.id"],
            name=op.f("fk_review_readers_review_id_article_reviews"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_review_readers_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_readers")),
        sa.UniqueConstraint("review_id", "user_id", name=op.f("uq_review_readers_review_id")),
    )
    op.create_index(op.f("ix_review_readers_user_id"), "review_readers", ["user_id"])
    asked = sa.text(
        "INSERT INTO review_readers (review_id, user_id, is_asked, digest, word) "
        "SELECT id, reviewer_id, :yes, '', '' FROM article_reviews WHERE reviewer_id IS NOT NULL"
    ).bindparams(sa.bindparam("yes", True, sa.Boolean()))
    op.get_bind().execute(asked)
    # SQLite makes the table anew and would take what refers to it along: the readers wait beside it.
    readers = list(op.get_bind().execute(sa.text("SELECT * FROM review_readers")).mappings())
    op.drop_index("ix_article_reviews_reviewer_id", table_name="article_reviews")
    with op.batch_alter_table("article_reviews") as reviews:
        reviews.drop_constraint(_READER, type_="foreignkey")
        reviews.drop_column("reviewer_id")
    if readers:
        table = sa.table("review_readers", *(sa.column(name) for name in readers[0]))
        op.get_bind().execute(sa.delete(table))
        op.get_bind().execute(sa.insert(table), [dict(one) for one in readers])


def downgrade() -> None:
    op.drop_index(op.f("ix_tickets_imported_at"), table_name="tickets")
    asked = sa.text("SELECT review_id, MIN(user_id) FROM review_readers WHERE is_asked GROUP BY review_id")
    readers = list(op.get_bind().execute(asked))
    op.drop_index(op.f("ix_review_readers_user_id"), table_name="review_readers")
    op.drop_table("review_readers")
    with op.batch_alter_table("article_reviews") as reviews:
        reviews.add_column(sa.Column("reviewer_id", sa.Integer(), nullable=True))
        reviews.create_foreign_key(_READER, "users", ["reviewer_id"], ["id"], ondelete="SET NULL")
    op.create_index("ix_article_reviews_reviewer_id", "article_reviews", ["reviewer_id"])
    for review_id, user_id in readers:
        op.get_bind().execute(
            sa.text("UPDATE article_reviews SET reviewer_id = :user WHERE id = :review"),
            {"user": user_id, "review": review_id},
        )
