"""Feedback and complaints, their themes and answers; a webhook may be told of what is no conversation."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "voice_themes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("is_named", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("updated_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name=op.f("fk_voice_themes_owner_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"],
            ["voice_themes.id"],
            name=op.f("fk_voice_themes_merged_into_id_voice_themes"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_themes")),
    )
    for name in ("state", "owner_id", "merged_into_id"):
        op.create_index(op.f(f"ix_voice_themes_{name}"), "voice_themes", [name])
    op.create_table(
        "voice_statements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("fingerprint", sa.String(length=100), nullable=False),
        sa.Column("said_at", _TIME, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("answered_at", _TIME, nullable=True),
        sa.Column("answered_how", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["theme_id"],
            ["voice_themes.id"],
            name=op.f("fk_voice_statements_theme_id_voice_themes"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_voice_statements_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_statements")),
        sa.UniqueConstraint("source", "source_id", name=op.f("uq_voice_statements_source")),
    )
    op.create_index(op.f("ix_voice_statements_conversation_id"), "voice_statements", ["conversation_id"])
    op.create_index(
        "ix_voice_statements_counted", "voice_statements", ["theme_id", "said_at", "kind", "due_on", "answered_at"]
    )
    op.create_table(
        "voice_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("texts", sa.JSON(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("sent_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["theme_id"], ["voice_themes.id"], name=op.f("fk_voice_answers_theme_id_voice_themes"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_voice_answers_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_voice_answers")),
    )
    for name in ("theme_id", "user_id", "sent_at"):
        op.create_index(op.f(f"ix_voice_answers_{name}"), "voice_answers", [name])
    op.create_table(
        "voice_marks",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_voice_marks")),
    )
    with op.batch_alter_table("webhook_calls", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("conversation_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM webhook_calls WHERE conversation_id IS NULL")
    with op.batch_alter_table("webhook_calls", table_kwargs={"sqlite_autoincrement": True}) as batch:
        batch.alter_column("conversation_id", existing_type=sa.Integer(), nullable=False)
    for name in ("voice_marks", "voice_answers", "voice_statements", "voice_themes"):
        op.drop_table(name)
