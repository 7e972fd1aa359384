"""Feedback counts once: a unique key in place of looking before writing

Of rows that are the same, and of votes of one person on one document, the last stays. Ids are never given out twice, for whoever
looks at new rows by their ids. A document that can be none (it was not
checked) becomes "", the search as a whole.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_KEY = """
    CASE WHEN event_id IS NOT NULL THEN 'search:' || CAST(event_id AS VARCHAR(20))
         WHEN visit IS NOT NULL AND visit <> '' THEN 'visit:' || visit
         ELSE 'nobody:' || CAST(id AS VARCHAR(20)) END
    || '/' || CASE WHEN kind IN ('answered', 'not_answered') THEN 'vote' ELSE kind END || '/' || document
"""


def upgrade() -> None:
    op.execute("UPDATE feedback SET document = '' WHERE length(document) > 26")
    op.add_column("feedback", sa.Column("key", sa.String(length=140), nullable=True))
    op.execute(f"UPDATE feedback SET key = {_KEY}")  # noqa: S608
    op.execute("DELETE FROM feedback WHERE id NOT IN (SELECT max(id) FROM feedback GROUP BY key)")
    with op.batch_alter_table("feedback", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("key", existing_type=sa.String(length=140), nullable=False)
        batch.create_unique_constraint(op.f("uq_feedback_key"), ["key"])


def downgrade() -> None:
    with op.batch_alter_table("feedback") as batch:
        batch.drop_constraint(op.f("uq_feedback_key"), type_="unique")
        batch.drop_column("key")
