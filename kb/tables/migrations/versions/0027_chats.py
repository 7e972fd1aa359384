"""What is known of chats beside what is said in them."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_states",
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("customer_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_typed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("customer_read_id", sa.Integer(), nullable=False),
        sa.Column("rep_read_id", sa.Integer(), nullable=False),
        sa.Column("presence_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("transcript_to", sa.String(length=320), nullable=False),
        sa.Column("transcript_language", sa.String(length=35), nullable=False),
        sa.Column("transcript_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("transcript_first_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("transcript_sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("transcript_error", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_chat_states_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("pk_chat_states")),
    )
    for column in ("presence_at", "read_at", "transcript_at"):
        op.create_index(op.f(f"ix_chat_states_{column}"), "chat_states", [column])


def downgrade() -> None:
    op.drop_table("chat_states")
