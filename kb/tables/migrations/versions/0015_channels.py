"""Replies that go out by e-mail and by webhook, and mailboxes that are read."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversation_messages", sa.Column("first_tried_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_conversation_messages_external_id"), "conversation_messages", ["external_id"])
    op.create_index("ix_conversation_messages_delivery", "conversation_messages", ["delivery", "send_at"])
    op.add_column("webhooks", sa.Column("last_sent_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "webhook_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("public_id", sa.String(length=36), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name=op.f("fk_webhook_calls_webhook_id_webhooks"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_webhook_calls_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["conversation_messages.id"],
            name=op.f("fk_webhook_calls_message_id_conversation_messages"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_calls")),
        sa.UniqueConstraint("public_id", name=op.f("uq_webhook_calls_public_id")),
        sqlite_autoincrement=True,
    )
    for column in ("webhook_id", "conversation_id", "message_id"):
        op.create_index(op.f(f"ix_webhook_calls_{column}"), "webhook_calls", [column])
    op.create_index("ix_webhook_calls_state", "webhook_calls", ["state", "send_at"])
    op.create_table(
        "mailboxes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=500), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("first_uid", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailboxes")),
        sa.UniqueConstraint("name", name=op.f("uq_mailboxes_name")),
    )


def downgrade() -> None:
    op.drop_table("mailboxes")
    op.drop_table("webhook_calls")
    op.drop_column("webhooks", "last_sent_at")
    op.drop_index("ix_conversation_messages_delivery", "conversation_messages")
    op.drop_index(op.f("ix_conversation_messages_external_id"), "conversation_messages")
    op.drop_column("conversation_messages", "first_tried_at")
