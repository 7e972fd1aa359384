"""Files whose import waits are in the database, where every machine's worker finds them."""

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "upload_parts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("upload", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_parts")),
        sa.UniqueConstraint("upload", "number", name=op.f("uq_upload_parts_upload")),
    )
    op.create_index(op.f("ix_upload_parts_created_at"), "upload_parts", ["created_at"])


def downgrade() -> None:
    op.drop_table("upload_parts")
