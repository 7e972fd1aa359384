"""Practice of reps: cases, paths, exercises, what is repeated; and what is announced to them."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "training_marks",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_training_marks")),
    )
    op.create_table(
        "training_paths",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("topic", sa.String(length=100), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("hidden", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_paths")),
    )
    op.create_table(
        "announcements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("translation_key", sa.String(length=200), nullable=False),
        sa.Column("is_new", sa.Boolean(), nullable=False),
        sa.Column("versions", sa.JSON(), nullable=False),
        sa.Column("must_read", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reminded_at", _TIME, nullable=True),
        sa.Column("told_at", _TIME, nullable=False),
        sa.Column("withdrawn_at", _TIME, nullable=True),
        sa.Column("is_sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.id"], name=op.f("fk_announcements_article_id_articles"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_announcements")),
    )
    op.create_index(op.f("ix_announcements_article_id"), "announcements", ["article_id"], unique=False)
    op.create_index(op.f("ix_announcements_translation_key"), "announcements", ["translation_key"], unique=False)
    op.create_index("ix_announcements_counted", "announcements", ["withdrawn_at", "must_read", "told_at"], unique=False)
    op.create_table(
        "training_pairs",
        sa.Column("rep_id", sa.Integer(), nullable=False),
        sa.Column("trainer_id", sa.Integer(), nullable=False),
        sa.Column("since", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["rep_id"], ["users.id"], name=op.f("fk_training_pairs_rep_id_users"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["trainer_id"], ["users.id"], name=op.f("fk_training_pairs_trainer_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("rep_id", name=op.f("pk_training_pairs")),
    )
    op.create_index(op.f("ix_training_pairs_trainer_id"), "training_pairs", ["trainer_id"], unique=False)
    op.create_table(
        "announcement_reads",
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("read_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name=op.f("fk_announcement_reads_announcement_id_announcements"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_announcement_reads_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("announcement_id", "user_id", name=op.f("pk_announcement_reads")),
    )
    op.create_index(op.f("ix_announcement_reads_user_id"), "announcement_reads", ["user_id"], unique=False)
    op.create_table(
        "reminder_mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("send_at", _TIME, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name=op.f("fk_reminder_mails_announcement_id_announcements"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_reminder_mails_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_mails")),
        sa.UniqueConstraint("announcement_id", "user_id", name=op.f("uq_reminder_mails_announcement_id")),
    )
    op.create_index(op.f("ix_reminder_mails_send_at"), "reminder_mails", ["send_at"], unique=False)
    op.create_index(op.f("ix_reminder_mails_user_id"), "reminder_mails", ["user_id"], unique=False)
    op.create_table(
        "training_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=True),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("key", sa.String(length=60), nullable=True),
        sa.Column("topic", sa.String(length=100), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("turns", sa.JSON(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("feeling", sa.Integer(), nullable=False),
        sa.Column("feeling_reasons", sa.JSON(), nullable=False),
        sa.Column("excluded_at", _TIME, nullable=True),
        sa.Column("excluded_by_id", sa.Integer(), nullable=True),
        sa.Column("lost_at", _TIME, nullable=True),
        sa.Column("is_sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_training_cases_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["excluded_by_id"], ["users.id"], name=op.f("fk_training_cases_excluded_by_id_users"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["tickets.id"], name=op.f("fk_training_cases_ticket_id_tickets"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_cases")),
        sa.UniqueConstraint("conversation_id", name=op.f("uq_training_cases_conversation_id")),
        sa.UniqueConstraint("key", name=op.f("uq_training_cases_key")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_training_cases_ticket_id")),
    )
    op.create_index(op.f("ix_training_cases_excluded_by_id"), "training_cases", ["excluded_by_id"], unique=False)
    op.create_index(op.f("ix_training_cases_is_sample"), "training_cases", ["is_sample"], unique=False)
    op.create_index(
        "ix_training_cases_listed", "training_cases", ["kind", "excluded_at", "topic", "level"], unique=False
    )
    op.create_table(
        "training_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("started_at", _TIME, nullable=False),
        sa.Column("finished_at", _TIME, nullable=True),
        sa.Column("gave_up", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("seconds_to_article", sa.Double(), nullable=True),
        sa.Column("best_rank", sa.Integer(), nullable=True),
        sa.Column("likeness", sa.Double(), nullable=True),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.Column("remarks", sa.JSON(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("is_sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["training_cases.id"],
            name=op.f("fk_training_attempts_case_id_training_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_training_attempts_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_attempts")),
    )
    op.create_index(op.f("ix_training_attempts_case_id"), "training_attempts", ["case_id"], unique=False)
    op.create_index(op.f("ix_training_attempts_finished_at"), "training_attempts", ["finished_at"], unique=False)
    op.create_index("ix_training_attempts_of_person", "training_attempts", ["user_id", "finished_at"], unique=False)
    op.create_table(
        "training_cards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("lapses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["training_cases.id"],
            name=op.f("fk_training_cards_case_id_training_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_training_cards_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_cards")),
        sa.UniqueConstraint("user_id", "case_id", name=op.f("uq_training_cards_user_id")),
    )
    op.create_index(op.f("ix_training_cards_case_id"), "training_cards", ["case_id"], unique=False)
    op.create_index("ix_training_cards_due", "training_cards", ["user_id", "due_at"], unique=False)
    op.create_table(
        "training_path_cases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["training_cases.id"],
            name=op.f("fk_training_path_cases_case_id_training_cases"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["path_id"],
            ["training_paths.id"],
            name=op.f("fk_training_path_cases_path_id_training_paths"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_path_cases")),
        sa.UniqueConstraint("path_id", "case_id", name=op.f("uq_training_path_cases_path_id")),
    )
    op.create_index(op.f("ix_training_path_cases_case_id"), "training_path_cases", ["case_id"], unique=False)
    op.create_table(
        "training_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["training_attempts.id"],
            name=op.f("fk_training_steps_attempt_id_training_attempts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_steps")),
    )
    op.create_index(op.f("ix_training_steps_attempt_id"), "training_steps", ["attempt_id"], unique=False)
    op.create_table(
        "training_comments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["training_attempts.id"],
            name=op.f("fk_training_comments_attempt_id_training_attempts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["step_id"],
            ["training_steps.id"],
            name=op.f("fk_training_comments_step_id_training_steps"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_training_comments_user_id_users"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_comments")),
    )
    op.create_index(op.f("ix_training_comments_attempt_id"), "training_comments", ["attempt_id"], unique=False)
    op.create_index(op.f("ix_training_comments_step_id"), "training_comments", ["step_id"], unique=False)
    op.create_index(op.f("ix_training_comments_user_id"), "training_comments", ["user_id"], unique=False)


def downgrade() -> None:
    for name in (
        "training_marks",
        "reminder_mails",
        "announcement_reads",
        "announcements",
        "training_pairs",
        "training_cards",
        "training_comments",
        "training_steps",
        "training_attempts",
        "training_path_cases",
        "training_paths",
        "training_cases",
    ):
        op.drop_table(name)
