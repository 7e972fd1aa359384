"""A deleted macro can come back; a flow of steps keeps its place in a conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("macros", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "conversation_flows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("flow", sa.String(length=100), nullable=False),
        sa.Column("decisions", sa.JSON(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_flows_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation_flows")),
        sa.UniqueConstraint("conversation_id", "flow", name=op.f("uq_conversation_flows_conversation_id")),
    )


def downgrade() -> None:
    op.drop_table("conversation_flows")
    op.drop_column("macros", "deleted_at")
