"""How often documents solved conversations, as ranking uses it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "solved_groups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document_group", sa.BigInteger(), nullable=False),
        sa.Column("solved", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solved_groups")),
        sa.UniqueConstraint("version", "document_group", name=op.f("uq_solved_groups_version")),
    )


def downgrade() -> None:
    op.drop_table("solved_groups")
